"""PDF: what the layout hides."""

from __future__ import annotations

import io

import docx
import pypdfium2
import pypdfium2.raw as raw
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from make_files import FONT, FOOTER, HEADER, _thai_font, docx_bytes, made, make_pdf
from read_files import bare, block_of, check_laws, needs_ocr, needs_office, read_bytes, read_made, texts

from pipeline.errors import ReadError
from pipeline.ingest import ocr
from pipeline.ingest.layout import Body, Line, find_paragraphs, join_lines
from pipeline.records import BlockKind

pytestmark = needs_office


def document():
    made_document = docx.Document()
    _thai_font(made_document)
    return made_document


def test_page_headers_footers_and_numbers_are_furniture() -> None:
    report = read_made("long.pdf")
    check_laws(report)
    kept = bare("".join(texts(report)))
    assert bare(HEADER) not in kept
    assert bare(FOOTER) not in kept
    every = [bare(text) for text in texts(report, furniture=True)]
    assert bare(HEADER) in every


def test_a_table_over_a_page_break_stays_one_table() -> None:
    report = read_made("long.pdf")
    tables = {b.table for b in report.blocks if b.table >= 0}
    assert len(tables) == 6
    for number in tables:
        cells = [b for b in report.blocks if b.table == number and b.kind is BlockKind.TABLE_CELL]
        achieved = [b for b in cells if bare(b.column_header) == bare("ผลที่เกิดขึ้นจริง")]
        assert [bare(b.span.slice(report.raw))[:12] for b in achieved] == [
            bare(text)[:12] for text in ("มีแกนนำผ่านการอบรม", "เปิดตลาดนัดได้เดือนละ", "คัดกรองได้ 131 คน")
        ]


def long_row_document():
    """A table whose one row is longer than a page."""
    made_document = document()
    table = made_document.add_table(rows=1, cols=3)
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, ("กิจกรรม", "ผลผลิตที่ตั้งไว้", "ผลผลิตที่เกิดขึ้นจริง"), strict=True):
        cell.text = text
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    planned = "ตั้งใจให้ทุกหมู่บ้านมีแปลงผักรวมและมีคนดูแลประจำ " * 12
    achieved = "ได้แปลงผักรวมสามแห่งและมีเวรดูแลครบทุกสัปดาห์ตลอดโครงการ " * 12
    for label in ("แปลงผักรวม", "ตลาดนัด"):
        for cell, text in zip(table.add_row().cells, (label, planned, achieved), strict=True):
            cell.text = text
    return made_document, planned, achieved


def test_a_cell_over_a_page_break_is_one_block() -> None:
    made_document, planned, achieved = long_row_document()
    report = read_bytes(make_pdf(docx_bytes(made_document)), "cut.pdf")
    cells = [b for b in report.blocks if b.kind is BlockKind.TABLE_CELL and b.row > 0]
    by_column = {c: [bare(b.span.slice(report.raw)) for b in cells if b.column == c] for c in range(3)}
    assert by_column[1] == [bare(planned)] * 2
    assert by_column[2] == [bare(achieved)] * 2
    assert {b.column_header for b in cells if b.column == 2} == {"ผลผลิตที่เกิดขึ้นจริง"}


def test_a_paragraph_over_a_page_break_is_one_block() -> None:
    made_document = document()
    text = " ".join(
        f"ชุมชนร่วมกันดูแลแปลงผักและแลกเปลี่ยนเมล็ดพันธุ์ {number} ชนิดทุกวันพระจนเกิดเป็นกลุ่มที่มีกติกาของตนเอง" for number in range(30)
    )
    made_document.add_paragraph(text)
    report = read_bytes(make_pdf(docx_bytes(made_document)), "two.pdf")
    assert [bare(t) for t in texts(report)] == [bare(text)]
    assert report.blocks[0].locator == "page=1;paragraph=1"


def test_a_page_drawn_sideways_and_turned_by_the_viewer_is_read_upright() -> None:
    with pypdfium2.PdfDocument(made("report.pdf")) as pdf:
        for page in pdf:
            width, height = page.get_size()
            raw.FPDFPage_TransFormWithClip(
                page, raw.FS_MATRIX(0, 1, -1, 0, height, 0), raw.FS_RECTF(0, height, width, 0)
            )
            page.set_mediabox(0, 0, height, width)
            page.set_cropbox(0, 0, height, width)
            page.set_rotation(90)
        buffer = io.BytesIO()
        pdf.save(buffer)
    assert texts(read_bytes(buffer.getvalue(), "turned.pdf")) == texts(read_made("report.pdf"))


def test_two_columns_of_text_are_read_one_after_the_other() -> None:
    made_document = document()
    columns = made_document.sections[0]._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), "2")
    paragraphs = [
        f"ข้อที่ {number} " + "แกนนำชุมชนนัดประชุมกันทุกเดือนและสรุปสิ่งที่ทำได้กับสิ่งที่ยังทำไม่ได้ให้ทุกคนรับรู้ร่วมกัน " * 3
        for number in range(1, 9)
    ]
    for text in paragraphs:
        made_document.add_paragraph(text)
    report = read_bytes(make_pdf(docx_bytes(made_document)), "columns.pdf")
    assert [bare(t) for t in texts(report)] == [bare(p) for p in paragraphs]


def test_a_landscape_table_with_merged_headers() -> None:
    made_document = document()
    section = made_document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    table = made_document.add_table(rows=3, cols=3)
    table.style = "Table Grid"
    rows = (
        ("กิจกรรม", "ผลผลิต", ""),
        ("", "ที่ตั้งไว้", "ที่เกิดขึ้นจริง"),
        ("อบรมแกนนำ", "จัดอบรมให้ครบ 50 คน", "อบรมได้ 38 คน"),
    )
    for line, line_texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, line_texts, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    report = read_bytes(make_pdf(docx_bytes(made_document)), "merged.pdf")
    assert block_of(report, "อบรมได้ 38 คน").column_header == "ผลผลิต ที่เกิดขึ้นจริง"
    assert block_of(report, "จัดอบรมให้ครบ 50 คน").column_header == "ผลผลิต ที่ตั้งไว้"


def test_a_locked_pdf_says_so() -> None:
    with pytest.raises(ReadError, match="password") as caught:
        read_made("locked.pdf")
    assert caught.value.remedy


@needs_ocr
def test_a_scan_without_tesseract_names_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    ocr.find_tesseract.cache_clear()
    try:
        with pytest.raises(ReadError, match="page 1 has no text layer") as caught:
            read_made("scan.pdf")
    finally:
        ocr.find_tesseract.cache_clear()
    assert "apt install" in caught.value.remedy


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["ชุมชนร่วม", "กันดูแล"], "ชุมชนร่วมกันดูแล"),
        (["ชุมชน ", "ร่วมกัน"], "ชุมชน ร่วมกัน"),
        (["จำนวน 45", "คน"], "จำนวน 45 คน"),
        (["health promo-", "tion"], "health promotion"),
        (["ปี 2565-", "2566"], "ปี 2565- 2566"),
    ],
)
def test_lines_join_as_thai_is_written(lines: list[str], joined: str) -> None:
    assert join_lines([Line(text, 0, 100, 20.0 * n, 14) for n, text in enumerate(lines)]) == joined


def test_items_and_short_lines_open_paragraphs() -> None:
    rows = [("• ข้อหนึ่งยาวเต็มบรรทัดไปจนสุด", 100), ("ต่อของข้อหนึ่ง", 60), ("• ข้อสอง", 40), ("บรรทัดสั้น", 40), ("ย่อหน้าใหม่", 50)]
    lines = [Line(text, 0 if text[0] == "•" else 4, x1, 20.0 * n, 5) for n, (text, x1) in enumerate(rows)]
    found = find_paragraphs(lines, right=100, body=Body(5, bold=False))
    assert [p.text for p in found] == ["• ข้อหนึ่งยาวเต็มบรรทัดไปจนสุดต่อของข้อหนึ่ง", "• ข้อสอง", "บรรทัดสั้น", "ย่อหน้าใหม่"]
    assert [p.kind for p in found[:3]] == [BlockKind.LIST_ITEM, BlockKind.LIST_ITEM, BlockKind.PARAGRAPH]


def test_the_made_pdf_has_a_thai_font() -> None:
    assert FONT.encode() in made("report.pdf")
