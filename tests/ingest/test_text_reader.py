"""Plain text and Markdown as blocks with places."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ReadError
from pipeline.ingest import READERS, SUPPORTED_SUFFIXES, read
from pipeline.ingest.text import find_blocks
from pipeline.records import BlockKind, Settings

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"


def kinds(text: str, *, markdown: bool = False) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    return [(b.kind.value, b.span.slice(text)) for b in find_blocks(text, markdown=markdown)[0]]


def table(text: str) -> list[tuple[int, int, int, str, str, str]]:
    """Table, row, column, text, column header and row header of each cell."""
    return [
        (b.table, b.row, b.column, b.span.slice(text), b.column_header, b.row_header)
        for b in find_blocks(text)[0]
        if b.kind is BlockKind.TABLE_CELL
    ]


def read_file(path: Path):
    return read(path, source=path.name, settings=Settings())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("• มีแผน", "list_item"),
        ("- มีแผน", "list_item"),
        ("* มีแผน", "list_item"),
        ("o ตำบลสวน", "list_item"),
        ("❑ มีแผน", "list_item"),
        ("\uf0b7 มีแผน", "list_item"),
        ("\uf0b7มีแผน", "list_item"),
        ("๑. มีแผน", "list_item"),
        ("1) มีแผน", "list_item"),
        ("1)มีแผน", "list_item"),
        ("(1) มีแผน", "list_item"),
        ("1.2 มีแผน", "list_item"),
        ("3.สื่อสาร", "list_item"),
        ("ก) มีแผน", "list_item"),
        ("10.30 น. ลงทะเบียน", "paragraph"),
        ("2.55 ล้านบาท", "paragraph"),
        ("2566", "paragraph"),
        ("10", "paragraph"),
        ("10 มีนาคม 2566", "paragraph"),
        ("-5 องศา", "list_item"),
        ("opportunity", "paragraph"),
        ("ต.สวนใต้ อ.เมือง", "paragraph"),
        ("มีแผน 1) และ 2)", "paragraph"),
        ("# หัวข้อ", "paragraph"),
    ],
)
def test_what_a_line_of_text_is(line, kind):
    assert kinds(line) == [(kind, line)]


def test_markdown_headings_lists_and_front_matter():
    text = '---\ntitle: "รายงาน"\n---\n## ผลลัพธ์ ##\nมีแกนนำ\n\nสรุป\n====\n  - ย่อย\n***\n'
    blocks, title = find_blocks(text, markdown=True)
    assert title == "รายงาน"
    assert [(b.kind.value, b.level, b.span.slice(text)) for b in blocks[1:]] == [
        ("heading", 2, "ผลลัพธ์"),
        ("paragraph", 0, "มีแกนนำ"),
        ("heading", 1, "สรุป"),
        ("list_item", 2, "- ย่อย"),
    ]
    assert blocks[0].kind is BlockKind.FURNITURE


def test_markdown_table():
    text = "| ตัวชี้วัด | ผลผลิตที่ตั้งไว้ | ผลผลิตที่เกิดขึ้นจริง |\n|---|---|:---:|\n| แกนนำ | 20 คน | 25 คน |\n| ครู |  | 3 คน |\n"
    assert table(text)[3:] == [
        (0, 1, 0, "แกนนำ", "ตัวชี้วัด", ""),
        (0, 1, 1, "20 คน", "ผลผลิตที่ตั้งไว้", "แกนนำ"),
        (0, 1, 2, "25 คน", "ผลผลิตที่เกิดขึ้นจริง", "แกนนำ"),
        (0, 2, 0, "ครู", "ตัวชี้วัด", ""),
        (0, 2, 2, "3 คน", "ผลผลิตที่เกิดขึ้นจริง", "ครู"),
    ]


def test_table_saved_from_a_page_without_a_leading_pipe():
    text = "ชื่อโครงการ | ปลูกผักปลอดสาร |\nแหล่งทุน |\nไม่ระบุ\n|\nวันที่อนุมัติ | |\nเบอร์ | 5 |\nข้อความถัดไป"
    assert [cell[3:] for cell in table(text)] == [
        ("ชื่อโครงการ", "", ""),
        ("ปลูกผักปลอดสาร", "", "ชื่อโครงการ"),
        ("แหล่งทุน", "", ""),
        ("ไม่ระบุ", "", "แหล่งทุน"),
        ("วันที่อนุมัติ", "", ""),
        ("เบอร์", "", ""),
        ("5", "", "เบอร์"),
    ]
    assert kinds(text)[-1] == ("paragraph", "ข้อความถัดไป")


def test_numbered_rows_under_a_header_without_a_column_for_the_number():
    text = "วัตถุประสงค์ | ขนาด | |\n---|---|---|\n1 | เพื่อลดเหล้า | 50 |\n"
    assert [(c[3], c[4]) for c in table(text)[2:]] == [("1", "วัตถุประสงค์"), ("เพื่อลดเหล้า", "วัตถุประสงค์"), ("50", "ขนาด")]


def test_a_header_spread_over_columns_heads_none_but_the_first():
    text = "งวด | โครงการ | รายงาน | งบ | |||\n---|---|---|---|---|---|---|\n1 | ก | ข | ค | ง | 0.00 |\n"
    assert [c[4] for c in table(text) if c[1] == 1] == ["งวด", "", "", "", "", ""]


def test_a_cell_of_several_lines_is_one_block():
    text = "ผล | รายละเอียด |\n---|---|\n1 | แกนนำ\n- ครู\n- พระ |\nจบ"
    assert ("แกนนำ\n- ครู\n- พระ") in [c[3] for c in table(text)]
    assert kinds(text)[-1] == ("paragraph", "จบ")


def test_a_table_typed_with_pipes_between_its_cells():
    text = (
        "ปัญหา/อุปสรรค | สาเหตุ | แนวทางแก้ไข\n- ถังไม่พอ | คนย้ายเข้ามาเพิ่มทุกเดือน | ขอยืมเทศบาล\n- ไม่มีคนจด | เลขาลาออก | -\nจบ"
    )
    assert table(text) == [
        (0, 0, 0, "ปัญหา/อุปสรรค", "", ""),
        (0, 0, 1, "สาเหตุ", "", "ปัญหา/อุปสรรค"),
        (0, 0, 2, "แนวทางแก้ไข", "", "ปัญหา/อุปสรรค"),
        (0, 1, 0, "- ถังไม่พอ", "ปัญหา/อุปสรรค", ""),
        (0, 1, 1, "คนย้ายเข้ามาเพิ่มทุกเดือน", "สาเหตุ", "- ถังไม่พอ"),
        (0, 1, 2, "ขอยืมเทศบาล", "แนวทางแก้ไข", "- ถังไม่พอ"),
        (0, 2, 0, "- ไม่มีคนจด", "ปัญหา/อุปสรรค", ""),
        (0, 2, 1, "เลขาลาออก", "สาเหตุ", "- ไม่มีคนจด"),
        (0, 2, 2, "-", "แนวทางแก้ไข", "- ไม่มีคนจด"),
    ]


def test_an_empty_first_cell_shifts_no_row():
    text = "เรื่อง | ผลลัพธ์ | ปัญหา\nขวด | ขายได้ 900 บาท | ไม่มีตาชั่ง\n | เด็กช่วยกันเก็บ | ฝนตก"
    assert [(c[2], c[3], c[4]) for c in table(text)[6:]] == [(1, "เด็กช่วยกันเก็บ", "ผลลัพธ์"), (2, "ฝนตก", "ปัญหา")]


def test_an_empty_line_ends_a_typed_table():
    text = "ปัญหา | สาเหตุ | ทางแก้\nถังไม่พอ | คนเพิ่ม | ขอยืม\nรถเสีย | เก่า | ซ่อม\n\nเรื่อง | ผลลัพธ์ | ข้อเสนอแนะ\nขยะ | หาย | ทำต่อ\nน้ำ | ใส | ทำต่อ"
    assert {(c[0], c[4]) for c in table(text)} == {
        (0, ""), (0, "ปัญหา"), (0, "สาเหตุ"), (0, "ทางแก้"), (1, ""), (1, "เรื่อง"), (1, "ผลลัพธ์"), (1, "ข้อเสนอแนะ"),
    }  # fmt: skip


def test_a_chat_with_pipes_is_no_table():
    assert table("09:16 | พี่นก | ดีใจมาก\n09:17 | ลุงมี | พรุ่งนี้มาอีก\n09:20 | พี่นก | ได้เลย") == []


def test_a_menu_with_pipes_is_no_table():
    assert table("หน้าแรก | โครงการ | ติดต่อ\nเด็กกินผักมากขึ้น\nข่าว | คลิป | ภาพ") == []


def test_prose_with_a_pipe_is_no_table():
    assert kinds("หน้าแรก | ข่าว | ติดต่อ") == [("paragraph", "หน้าแรก | ข่าว | ติดต่อ")]


def test_locators_lead_to_the_line():
    text = "หนึ่ง\r\n\r\n  สอง\r\nสาม | สี่ |\r\n"
    assert [b.locator for b in find_blocks(text)[0]] == [
        "paragraph=1;line=1",
        "paragraph=2;line=3",
        "paragraph=3;line=4;cell=R1C1",
        "paragraph=3;line=4;cell=R1C2",
    ]


@given(st.text(alphabet="ก ข|-\n\r•1.)#:\t\u2028่", max_size=200), st.booleans())
def test_blocks_are_in_order_apart_and_lose_no_letter(text, markdown):
    blocks, _ = find_blocks(text, markdown=markdown)
    at = 0
    for block in blocks:
        assert at <= block.span.start < block.span.end <= len(text)
        assert block.span.slice(text).strip() == block.span.slice(text)
        at = block.span.end
    covered = "".join(b.span.slice(text) for b in blocks)
    assert covered.count("ก") == text.count("ก")
    assert covered.count("ข") == text.count("ข")


@pytest.mark.parametrize(
    "text",
    [
        "ก" * 1_000_000,
        " " * 1_000_000,
        "ก | " * 100_000,
        "ก |\nข\n" * 50_000,
        "|\n" * 100_000,
        "|ก\n" * 50_000,
        "1." * 200_000,
    ],
)
def test_long_and_hostile_text_is_read_in_linear_time(text):
    start = time.perf_counter()
    find_blocks(text, markdown=True)
    assert time.perf_counter() - start < 10  # quadratic would be hours


def test_raw_is_the_decoded_file_with_its_line_ends(tmp_path):
    path = tmp_path / "ก.txt"
    path.write_bytes("หนึ่ง\r\nสอง\n".encode("cp874"))
    report = read_file(path)
    assert report.raw == "หนึ่ง\r\nสอง\n"
    assert (report.encoding, report.media_type, report.addressable) == ("cp874", "text/plain", True)
    assert report.text.source_span(report.blocks[1].span).slice(report.raw) == "สอง"


def test_a_broken_character_becomes_a_problem(tmp_path):
    path = tmp_path / "ก.txt"
    path.write_bytes(("ผลลัพธ์ที่เกิดขึ้น " * 20).encode()[:-2])
    assert "could not be decoded" in read_file(path).problems[0].reason


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "Empty file"),
        ("a.html", b"", "Empty file"),
        ("a.txt", b"%PDF-1.4", "binary, not text"),
        ("a.xyz", b"x", "not a known format"),
        ("a", b"x", "not a known format"),
        ("a.html", b"<html><script>1</script></html>", "no visible text"),
        ("a.mhtml", b"MIME-Version: 1.0\n\nx", "no page"),
    ],
)
def test_bad_files_say_what_is_wrong_and_what_to_do(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError, match=words) as caught:
        read_file(path)
    assert caught.value.remedy


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(ReadError, match="cannot be opened"):
        read_file(tmp_path / "nowhere.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError, match="cannot be opened"):
        read_file(tmp_path / "folder.txt")


def test_a_text_beyond_the_limit_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("ก" * 101, encoding="utf-8")
    with pytest.raises(ReadError, match="101 characters"):
        read(path, source="a.txt", settings=Settings(max_characters=100))


def test_a_web_page_saved_as_text_is_read_as_a_page(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("<!DOCTYPE html>\n<html><body><p>ผลลัพธ์</p></body></html>", encoding="utf-8")
    report = read_file(path)
    assert report.media_type == "text/html"
    assert report.text.text.strip() == "ผลลัพธ์"


def test_the_table_of_readers_agrees_with_the_readers():
    from importlib import import_module

    for module, suffixes in READERS.items():
        if set(suffixes) & set(SUPPORTED_SUFFIXES):
            assert set(import_module(f"pipeline.ingest.{module}").SUFFIXES) == set(suffixes)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed reports are not on this machine (../shared/seeds)")
@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda p: p.name[:3])
def test_seed_reports_are_read_whole(path):
    report = read_file(path)
    assert report.raw == path.read_bytes().decode("utf-8")
    covered = "".join(b.span.slice(report.raw) for b in report.blocks)
    lost = set("".join(covered.split())) ^ set("".join(report.raw.split()))
    assert lost <= set("|-\ufeff")


@pytest.mark.parametrize("line", ["หน้า 2 จาก 3", "หน้าที่ ๑๒", "Page 6 of 9"])
def test_a_page_number_in_words_is_furniture(line):
    assert kinds(f"ได้ผักปลอดสาร\n{line}\nขายได้ทุกวัน") == [
        ("paragraph", "ได้ผักปลอดสาร"),
        ("furniture", line),
        ("paragraph", "ขายได้ทุกวัน"),
    ]
