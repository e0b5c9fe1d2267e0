"""Word: everything that holds text, and nothing that does not count."""

from __future__ import annotations

import docx
import pytest
from make_files import add_footnote, docx_bytes, made
from read_files import block_of, check_laws, read_bytes, read_made, texts

from pipeline.errors import ReadError
from pipeline.records import BlockKind


def test_tracked_changes_hidden_text_and_controls() -> None:
    report = read_made("oddities.docx")
    check_laws(report)
    found = texts(report)
    assert "ชุมชนลดเหล้าได้ ร้อยละ 40" in found
    assert "ข้อความที่เห็น" in found
    assert "ข้อความในช่องกรอก" in found
    assert "ร้อยละ 90" not in report.raw
    assert "ข้อความที่ซ่อน" not in report.raw


def test_text_boxes_and_foot_notes_are_notes() -> None:
    report = read_bytes(add_footnote(made("oddities.docx"), "ข้อมูลจากเวทีคืนข้อมูล"), "notes.docx")
    assert block_of(report, "บทเรียนในกล่องข้อความ").kind is BlockKind.NOTE
    note = block_of(report, "ข้อมูลจากเวทีคืนข้อมูล")
    assert (note.kind, note.locator) == (BlockKind.NOTE, "footnote=1")
    assert texts(report).count("บทเรียนในกล่องข้อความ") == 1


def test_merged_and_nested_cells() -> None:
    report = read_made("oddities.docx")
    achieved = block_of(report, "ติดป้ายได้ 12 จุด")
    assert (achieved.row, achieved.column) == (3, 2)
    assert achieved.column_header == "ผลผลิต ที่เกิดขึ้นจริง"
    assert achieved.row_header == "อบรมแกนนำ"
    assert block_of(report, "ช่องที่สอง").table != achieved.table


def test_bold_short_paragraphs_are_headings_and_long_ones_are_not() -> None:
    document = docx.Document()
    for text in ("ปัญหาอุปสรรค", "ชุมชนร่วมกันแก้ปัญหา " * 12):
        run = document.add_paragraph().add_run(text)
        run.font.cs_bold = True
    document.add_paragraph("ข้อความธรรมดา")
    kinds = [block.kind for block in read_bytes(docx_bytes(document), "bold.docx").blocks]
    assert kinds == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_a_frame_of_one_cell_is_text() -> None:
    document = docx.Document()
    document.add_table(rows=1, cols=1).cell(0, 0).text = "บทเรียนสำคัญของพื้นที่"
    block = read_bytes(docx_bytes(document), "frame.docx").blocks[0]
    assert (block.kind, block.table) == (BlockKind.PARAGRAPH, -1)


def test_bold_lines_in_a_frame_are_headings() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=2).cell(0, 1)
    cell.paragraphs[0].add_run("สิ่งที่ยังค้าง").bold = True
    for n in range(12):
        cell.add_paragraph(f"คุ้มที่ {n + 1} ยังไม่มีถังดักไขมัน")
    document.tables[0].cell(0, 0).text = "ปฏิทินงาน"
    report = read_bytes(docx_bytes(document), "frame.docx")
    assert [block.kind for block in report.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.HEADING,
        *[BlockKind.PARAGRAPH] * 12,
    ]
    assert {block.locator for block in report.blocks[1:]} == {"table=1;cell=R1C2"}


def test_lines_of_a_cell_are_blocks_and_those_of_a_header_one() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells),
        ("กิจกรรม", "ผลผลิต\nที่เกิดขึ้นจริง", "ล้างคลอง", "ขยะ 2 ตัน\nน้ำใสขึ้น"),
        strict=True,
    ):
        cell.text = text
    report = read_bytes(docx_bytes(document), "lines.docx")
    below = block_of(report, "น้ำใสขึ้น")
    assert (below.row, below.column, below.column_header) == (1, 1, "ผลผลิต ที่เกิดขึ้นจริง")
    assert texts(report) == ["กิจกรรม", "ผลผลิต ที่เกิดขึ้นจริง", "ล้างคลอง", "ขยะ 2 ตัน", "น้ำใสขึ้น"]


def test_a_form_of_two_columns_has_labels_and_no_header() -> None:
    document = docx.Document()
    rows = (("ชื่อโครงการ", "บ้านสวนน่าอยู่"), ("ผลลัพธ์ที่ตั้งไว้", "คนเลิกเหล้า 20 คน"), ("งบประมาณ", "85,000 บาท"))
    table = document.add_table(rows=0, cols=2)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    report = read_bytes(docx_bytes(document), "form.docx")
    value = block_of(report, "คนเลิกเหล้า 20 คน")
    assert (value.column_header, value.row_header) == ("", "ผลลัพธ์ที่ตั้งไว้")


def test_an_empty_document_says_so() -> None:
    with pytest.raises(ReadError, match="no text"):
        read_bytes(docx_bytes(docx.Document()), "empty.docx")
