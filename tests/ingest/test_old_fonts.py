"""Thai in fonts older than Unicode: read as the Thai it is, in place, and never where text is sound."""

from __future__ import annotations

import pytest
from damage_campaign import compose, report_of
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.decode import decode, find_misreading, undo_misreading
from pipeline.ingest.normalise import normalise
from pipeline.ingest.old_fonts import FontRow, letters_of, old_font_edits, read_old_font
from pipeline.resources import load_table
from pipeline.spans import Span

ROWS = load_table("old_fonts.tsv", FontRow)
READ_AS = {"tis": "cp1252", "mac": "mac_roman", "angsana": "cp1252", "glyph": "glyphs"}
UPPER, TAILED, TONES = "ัิีึื", "ปฝฟ", "่้๊๋์"
TEXT = compose(5, 6)


def shown(text: str, family: str, *, so: str = "\u00a0") -> str:
    """The text as a PDF in such a font gives it: low tone marks where no upper vowel stands; ส of Mac OS as `so`."""
    codes: dict[str, list[int]] = {}
    for code, letter in letters_of(READ_AS[family], family).items():
        if family != "mac" or code not in {0x3BC, 0x2126, 0x394, 0xA4, 0xF000}:
            codes.setdefault(letter, []).append(code)
    made = []
    text = text if family in {"mac", "tis"} else text.replace("ำ", "ํา")
    for at, letter in enumerate(text):
        places = codes.get(letter, [])
        low = letter in TONES and text[at - 1] not in UPPER
        at_font = {"mac": (-1, 1), "angsana": (0, -1), "glyph": (0, -1)}.get(family, (0, 0))
        made.append(chr(places[at_font[1] if low and len(places) > 1 else at_font[0]]) if places else letter)
    return "".join(made).replace("\u00a0", so) if family == "mac" else "".join(made)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_rows_by_their_examples(row):
    letters = letters_of(READ_AS[row.family], row.family)
    assert "".join(letters[ord(char)] for char in row.example) == row.reads.replace("_", " ")


@pytest.mark.parametrize("family", ["tis", "angsana", "glyph"])
def test_a_text_in_an_old_font_is_thai_again(family):
    report = report_of(shown(TEXT, family))
    assert normalise(report).text == TEXT


@pytest.mark.parametrize("so", ["\u00a0", " "])
def test_a_text_in_a_font_of_mac_os_is_thai_again_though_one_letter_is_a_blank(so):
    made = normalise(report_of(shown(TEXT, "mac", so=so))).text
    wrong = sum(a != b for a, b in zip(made, TEXT, strict=True))
    assert wrong <= (0 if so == "\u00a0" else 0.01 * len(TEXT))


def test_blanks_beside_the_blank_that_is_a_letter_stay():
    line = "ที่วัดสวนแก้ว วนมาทุกเดือน"
    assert read_old_font(shown(line, "mac"), "mac_roman", "mac") == line
    assert read_old_font(shown(line, "mac", so=" "), "mac_roman", "mac").startswith("ที่วัดสวนแก้ว")


def test_fonts_of_mac_os_are_read_in_its_other_code_page_too():
    letters = letters_of("mac_latin2", "mac")
    codes = {letter: chr(code) for code, letter in letters.items()}
    line = "กลุ่มแม่บ้านสวนใต้ร่วมกันทำกองทุน"
    assert read_old_font("".join(codes[letter] for letter in line), "mac_latin2", "mac") == line


def test_a_whole_file_in_an_old_font_says_so():
    decoded = decode(shown(TEXT, "mac").encode("utf-8"))
    assert decoded.text == TEXT
    assert decoded.encoding == "utf-8 (was mac read as mac_roman)"
    assert decode(shown(TEXT, "glyph").encode("utf-8")).encoding == "utf-8 (was glyph read as glyphs)"


def test_lines_in_an_old_font_keep_their_places_beside_sound_ones():
    line = "กลุ่มแม่บ้านสวนใต้ร่วมกันทำกองทุน"
    text = f"หัวข้อแรกของเล่ม\n{shown(line, 'mac')}\nท้ายเรื่องของเล่ม"
    normal = normalise(report_of(text))
    assert normal.text == f"หัวข้อแรกของเล่ม\n{line}\nท้ายเรื่องของเล่ม"
    at = normal.text.index("ร่วมกัน")
    assert normal.mapped.source_span(Span(at, at + 7)) == Span(at, at + 7)


def test_letters_that_became_one_character_are_two_again_in_one_place():
    fused = "ª√–™“™π¢Õ߇¢μß“π·≈–™ÿ¡™π"  # ß and ‡ are one
    made = read_old_font(fused, "mac_roman", "mac")
    assert made == "ประชาชนของเขตงานและชุมชน"
    edits = list(old_font_edits(fused, "mac_roman", "mac"))
    assert (fused.index("߇"), fused.index("߇") + 1, "งเ") in edits


def test_the_first_letter_of_a_line_that_went_with_the_margin_is_back():
    line = shown("สุขภาพของคนในชุมชนดีขึ้น", "mac").lstrip()
    assert read_old_font(line, "mac_roman", "mac") == "สุขภาพของคนในชุมชนดีขึ้น"
    assert next(old_font_edits(line, "mac_roman", "mac")) == (0, 1, "สุ")


def test_short_lines_are_read_as_the_others_are():
    lines = [shown(line, "glyph") for line in TEXT.split("\n")[:4]]
    short = shown("ผลที่ได้", "glyph")
    assert normalise(report_of("\n".join([*lines, short]))).text.endswith("\nผลที่ได้")


@pytest.mark.parametrize(
    "line", ["ÖÜ Äö ß ñ", "š č ř ž ď ť ň Š Č Ř Ž", "£ 20 ® © ± µ “x” • – 30°", "Łódź Wrocław Gdańsk Poznań Kraków"]
)
def test_western_lines_are_left_alone(line):
    text = f"{TEXT}\n{line}\n{line}"
    assert normalise(report_of(text)).text.split("\n")[-2:] == [line] * 2
    assert find_misreading(line) is None
    assert undo_misreading(line) is None


def test_western_twins_of_thai_letters_go():
    thai = "โครงการสวนผักหน้าบ้าน"
    twins = "".join(chr(ord(letter) - 0xD60) + letter for letter in thai)
    normal = normalise(report_of(f"{twins}\n{TEXT}"))
    assert normal.text == f"{thai}\n{TEXT}"
    assert normal.mapped.source_span(Span(0, 3)) == Span(1, 6)


@given(st.text(alphabet="ÖćøýċÖþćßčößîüĉÝĆ÷ กขคาง\n°“√®—¥ß‡ ªì„µ¦ª·‹´¥nort ߇", max_size=120))
def test_edits_and_reading_agree_on_anything(text):
    for read_as, family in (("glyphs", "glyph"), ("mac_roman", "mac"), ("cp1252", "angsana"), ("cp1252", "tis")):
        made = text
        for start, end, new in reversed(list(old_font_edits(text, read_as, family))):
            made = made[:start] + new + made[end:]
        assert made == read_old_font(text, read_as, family)
