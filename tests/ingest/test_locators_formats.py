"""The same report in every format: the same texts, the same table, and locators that lead back to the place."""

from __future__ import annotations

import io
import re

import docx
import openpyxl
import pptx
import pypdfium2
import pytest
from make_files import REPORT, TITLE, made, sentences
from rapidfuzz.distance import Levenshtein
from read_files import bare, block_of, check_laws, needs_ocr, needs_office, read_made, texts

from pipeline.records import BlockKind

NATIVE = ["report.docx", "report.pptx", "report.xlsx"]
CONVERTED = ["report.odt", "report.doc", "report.rtf", "report.odp", "report.ppt", "report.ods", "report.xls"]
PRINTED = ["report.pdf", "no_borders.pdf", "slides.pdf"]
EVERY = NATIVE + [pytest.param(name, marks=needs_office) for name in CONVERTED + PRINTED]
TABLE = next(part.table for part in REPORT if part.table)


def without_marks(text: str) -> str:
    return bare(text).lstrip("•\uf0b7")


@pytest.mark.parametrize("name", EVERY)
def test_every_format_yields_the_same_texts(name: str) -> None:
    report = read_made(name)
    check_laws(report)
    found = [without_marks(text) for text in texts(report)]
    for sentence in sentences():
        assert bare(sentence) in found, sentence


@pytest.mark.parametrize("name", EVERY)
def test_every_format_keeps_planned_apart_from_achieved(name: str) -> None:
    report = read_made(name)
    for row in TABLE.rows:
        for header, text in zip(TABLE.header, row, strict=True):
            block = block_of(report, text)
            assert block.kind is BlockKind.TABLE_CELL
            assert bare(block.column_header) == bare(header)
            if text != row[0]:
                assert bare(block.row_header) == bare(row[0])


@pytest.mark.parametrize(
    "name", [n for n in EVERY if n != "report.xlsx" and getattr(n, "values", ("",))[0][-3:] not in ("ods", "xls")]
)
def test_headings_and_items_are_told_apart(name: str) -> None:
    report = read_made(name)
    for part in REPORT:
        headings = [b for b in report.blocks if bare(b.span.slice(report.raw)) == bare(part.heading)]
        assert [b.kind for b in headings] == [BlockKind.HEADING]
        for item in part.items:
            assert block_of(report, item).kind is BlockKind.LIST_ITEM


@needs_ocr
@pytest.mark.parametrize("name", ["scan.png", "scan.pdf"])
def test_a_scan_yields_nearly_the_same_text(name: str) -> None:
    report = read_made(name)
    check_laws(report)
    assert all(block.confidence < 1 for block in report.blocks)
    found = bare("".join(texts(report))).replace("ํา", "ำ").replace("•", "")
    until = REPORT[3].heading if name.endswith("png") else ""
    wanted = bare("".join(sentences()))
    if until:  # one page: up to where it ends
        wanted = wanted[: wanted.index(bare(REPORT[2].paragraphs[1]))]
        found = found[found.index(bare(TITLE)[:10]) :]
    assert Levenshtein.distance(found, wanted) < 0.06 * len(wanted)


def test_a_word_paragraph_is_where_its_locator_says() -> None:
    report = read_made("report.docx")
    document = docx.Document(io.BytesIO(made("report.docx")))
    for block in report.blocks:
        text = block.span.slice(report.raw)
        if found := re.fullmatch(r"paragraph=(\d+)", block.locator):
            assert document.paragraphs[int(found[1]) - 1].text == text
        elif found := re.fullmatch(r"table=(\d+);cell=R(\d+)C(\d+)", block.locator):
            table, row, column = (int(n) - 1 for n in found.groups())
            assert document.tables[table].cell(row, column).text == text
        else:
            assert block.kind is BlockKind.FURNITURE


def test_a_slide_is_where_its_locator_says() -> None:
    report = read_made("report.pptx")
    presentation = pptx.Presentation(io.BytesIO(made("report.pptx")))
    for block in report.blocks:
        slide = presentation.slides[int(re.match(r"slide=(\d+)", block.locator)[1]) - 1]
        shapes = slide.notes_slide.shapes if "part=notes" in block.locator else slide.shapes
        shown = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
        shown += [
            c.text
            for shape in shapes
            if getattr(shape, "has_table", False) and shape.has_table
            for c in shape.table.iter_cells()
        ]
        assert any(block.span.slice(report.raw) in text for text in shown)
    assert any("part=notes" in block.locator and block.kind is BlockKind.NOTE for block in report.blocks)


def test_a_sheet_cell_is_where_its_locator_says() -> None:
    report = read_made("report.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(made("report.xlsx")))
    for block in report.blocks:
        sheet, address = re.fullmatch(r"sheet=(.+?)(?:!([A-Z]+\d+))?", block.locator).groups()
        shown = book[sheet][address].value if address else sheet
        assert shown == block.span.slice(report.raw)


def test_a_csv_cell_is_where_its_locator_says() -> None:
    report = read_made("table.csv")
    rows = [TABLE.header, *TABLE.rows]
    for block in report.blocks:
        letter, number = re.fullmatch(r"cell=([A-Z])(\d+)", block.locator).groups()
        assert rows[int(number) - 1]["ABC".index(letter)] == block.span.slice(report.raw)
    assert len(report.blocks) == 12


@needs_office
@pytest.mark.parametrize("name", ["report.pdf", "long.pdf"])
def test_a_pdf_page_holds_what_its_locator_says(name: str) -> None:
    report = read_made(name)
    with pypdfium2.PdfDocument(made(name)) as document:
        pages = [bare(page.get_textpage().get_text_range()) for page in document]
        for block in report.blocks:
            page = int(re.match(r"page=(\d+)", block.locator)[1])
            start = bare(block.span.slice(report.raw)).lstrip("\uf0b7")[:8]
            assert start in pages[page - 1]
            if len(start) == 8 and start.isalpha():
                assert document[page - 1].get_textpage().search(start[:3]).get_next() is not None
