"""Which encoding a file is in, and Thai that went through a wrong code page."""

from __future__ import annotations

import re

import pytest

from pipeline.errors import ReadError
from pipeline.ingest.decode import decode, decode_html, undo_misreading

SENTENCES = (
    "ชุมชนบ้านไร่ใต้ร่วมกันทำแผนสุขภาพตำบล และมีกองทุนออมวันละบาทช่วยผู้สูงอายุ 45 คน",
    "ปัญหาที่พบคือแกนนำมีน้อย งบประมาณมาช้า และประชุมตรงกับฤดูเก็บเกี่ยว",
    "ครูและนักเรียนโรงเรียนวัดทุ่งทองปลูกผักปลอดสารพิษไว้กินเอง ลดค่าใช้จ่ายได้เดือนละ 3,500 บาท",
    "ผลลัพธ์: ร้านค้า ๑๒ ร้านเลิกขายบุหรี่ให้เด็ก\r\n\tอบต. ออกข้อบัญญัติแล้ว",
    "ควรให้ อสม. ติดตามเยี่ยมบ้านผู้ป่วยทุก ๆ สองสัปดาห์ เพื่อให้กำลังใจ",
)
LONG = "\n".join(SENTENCES * 40)
CUTS = tuple(LONG[at : at + 60] for at in range(0, 12_000, 61))
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp874")


def misread(text: str, right: str, wrong: str) -> str:
    """`text` written as `right` and read as `wrong`, as browsers do (undefined bytes become C1 controls)."""
    return "".join(
        char if (char := bytes([byte]).decode(wrong, "replace")) != "\ufffd" else chr(byte)
        for byte in text.encode(right)
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [*SENTENCES, LONG], ids=range(6))
def test_every_encoding_of_thai_is_found(text, encoding):
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.broken == 0
    # What is reported is a codec that reads the file the same way.
    assert text.encode(encoding).decode(decoded.encoding) == text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_sixty_characters_are_enough(encoding):
    wrong = [cut for cut in CUTS if decode(cut.encode(encoding)).text != cut]
    assert not wrong, f"{len(wrong)} of {len(CUTS)}: {wrong[:3]}"


@pytest.mark.parametrize("right", ["utf-8", "cp874"])
@pytest.mark.parametrize("wrong", ["latin-1", "cp1252", "mac_roman", "cp874", "cp1257"])
def test_a_wrong_code_page_is_undone(right, wrong):
    if right == wrong:
        pytest.skip("the right code page")
    for text in (*CUTS, LONG):
        decoded = decode(misread(text, right, wrong).encode("utf-8"))
        assert decoded.text == text
        assert decoded.encoding.startswith(f"utf-8 (was {right} read as")


def test_utf8_of_which_bytes_were_lost_is_not_taken_for_thai():
    lost = re.sub("[\x80-\x9f]", "", misread(LONG, "utf-8", "latin-1"))
    assert undo_misreading(lost) is None


@pytest.mark.parametrize(
    "text",
    [
        "café crème à la carte, naïve élève déjà vu",
        "Übergrößenträger Ärzte ’quoted’ – done",
        "ตำบล café “x” ≥ 50 %",
        "ÀÉÈÙ ÇÂÊ ÎÔÛ ÄËÏÖÜ " * 20,
        "Việt Nam: Tiếng Việt có dấu đầy đủ",
        "Привет мир как дела",
        "∑∫∂ x = ∞ ≤ ≥ ± √ " * 10,
        "ธนาคารเธอ เน้นเธียร เนย เนื้อ เธอ",
        "©" * 30,
        "✓ ≥≥≥≥",
        "",
        "plain",
        *SENTENCES,
    ],
)
def test_sound_text_is_left_alone(text):
    assert undo_misreading(text) is None
    assert decode(text.encode("utf-8") or b" ").text == (text or " ")


def test_thai_that_happens_to_be_valid_utf8_is_still_thai():
    # "สนับสนุน" in Windows-874 is also four Greek, Cyrillic and Arabic letters in UTF-8.
    assert decode("สนับสนุน".encode("cp874")).text == "สนับสนุน"


@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_cut_in_the_middle_of_a_character_is_read_and_counted(cut):
    decoded = decode(LONG.encode()[:-cut])
    assert decoded.encoding == "utf-8"
    assert decoded.broken == 1
    assert decoded.text[:-1] == LONG[:-1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"PK\x03\x04\x14\x00\x06", "Office"),
        (bytes(range(256)) * 40, "binary|encoding"),
        (b"\x00\x01\x02\x03" * 50, "binary"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 64, "binary"),
        (b"\xdb\xfc\xff\x81\xfe" * 100, "encoding|binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(data, words):
    with pytest.raises(ReadError, match=words) as caught:
        decode(data)
    assert caught.value.remedy


@pytest.mark.parametrize("charset", ["windows-874", "tis-620", "TIS620", "utf-8", "x-unknown"])
@pytest.mark.parametrize("encoding", ["cp874", "utf-8"])
def test_a_stated_charset_never_beats_the_bytes(charset, encoding):
    html = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head>{SENTENCES[0]}'
    assert decode_html(html.encode(encoding)).text == html


def test_a_stated_charset_that_fits_is_obeyed():
    html = '<meta charset="shift_jis"><p>健康な町づくりの報告書です。住民の参加が進みました。'
    assert decode_html(html.encode("shift_jis")).text == html


def test_western_text_in_windows_1252():
    assert decode("Résumé of the project – naïve".encode("cp1252")).encoding == "cp1252"
