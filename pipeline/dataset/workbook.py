"""The Excel workbook of a dataset, for people who read and filter rather than compute."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.dataset.schema import Cell, Row, Table, tables
from pipeline.errors import StoreError

LIST_JOIN = ";"

_LONGEST_CELL = 32_767  # characters that a cell of Excel can hold
_MOST_ROWS = 1_048_576
_FIXED_DAY = datetime(1980, 1, 1)  # the first day that a zip file knows: a workbook without a clock
_WIDTHS = {
    **dict.fromkeys(("text", "reason", "remedy", "en", "th"), 60),
    **dict.fromkeys(("raw_text", "because", "title", "project_name"), 40),
    **dict.fromkeys(("source", "issues", "sdh", "section", "silences"), 26),
}
_WIDTH_OF_NUMBER, _WIDTH_OF_TEXT = 11, 20
# Height of a line in points, with room for a wider font where TH Sarabun New is missing, and the most that a row may take: a very
# long quote must not fill the screen.
_LINE, _HIGHEST = 20.0, 200.0
_HIDDEN = {"tags"}  # 10 to 20 rows a lesson: the accepted ones stand in the lessons sheet already


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look."""

    head: Any
    body: Any


def workbook_tables() -> tuple[Table, ...]:
    """The tables that stand in the workbook, in the order of its sheets."""
    return tuple(t for t in tables() if t.name not in _HIDDEN)


def excel_text(text: str) -> str:
    """`text` as a cell of Excel can hold it: without control characters, at most 32,767 characters.

    >>> excel_text("ก\\x00ข")
    'กข'
    """
    kept = text if text.isprintable() else "".join(c for c in text if c >= " " or c in "\t\n\r")
    return kept.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").replace("\uffff", "")[:_LONGEST_CELL]


def write_workbook(rows_of: Mapping[str, list[Row]], path: Path) -> None:
    """Writes the workbook: a sheet for each table and one that explains the columns. No cell is ever a formula.

    XlsxWriter and not openpyxl: it stamps no time into the file, so that the same rows give the same bytes. Raises StoreError when a
    sheet cannot hold the rows.
    """
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "lessons", "created": _FIXED_DAY})
        look = {"text_wrap": True, "valign": "top", "font_name": "TH Sarabun New", "font_size": 14}
        formats = _Formats(book.add_format({**look, "bold": True, "bg_color": "#DDEBF7"}), book.add_format(look))
        for of in workbook_tables():
            widths = [_width(column.name, column.type) for column in of.columns]
            _write_sheet(book.add_worksheet(of.name), of.names, widths, rows_of[of.name], formats)
        names = ("table", "column", "type", "en", "th", "example")
        dictionary = [(c.table, c.name, c.type, c.en, c.th, c.example) for of in tables() for c in of.columns]
        widths = [_width(name, "string") for name in names]
        _write_sheet(book.add_worksheet("columns"), names, widths, dictionary, formats)


def _width(name: str, kind: str) -> int:
    """The width of a column in characters."""
    usual = _WIDTH_OF_TEXT if kind in {"string", "list"} else _WIDTH_OF_NUMBER
    return _WIDTHS.get(name, usual)


def _write_sheet(sheet: Any, names: tuple[str, ...], widths: list[int], rows: Iterable[Row], formats: _Formats) -> None:
    """Fills one sheet: header frozen and filterable, rows as high as their text, one page wide in print."""
    for column, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(column, column, width, formats.body)
        sheet.write_string(0, column, name, formats.head)
    sheet.set_row(0, 24)
    last = 0
    for last, row in enumerate(rows, 1):
        if last >= _MOST_ROWS:
            raise StoreError("Excel cannot hold so many rows.", "Run on a part of the reports.")
        lines = max(cell_lines(cell, width) for cell, width in zip(row, widths, strict=True))
        sheet.set_row(last, min(_HIGHEST, _LINE * lines))
        for column, cell in enumerate(row):
            _write_cell(sheet, last, column, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(names) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def cell_lines(cell: Cell, width: int) -> int:
    """How many lines `cell` takes in a column of `width` characters; marks above and below take no room.

    >>> cell_lines("ที่นี่", 4), cell_lines("ก" * 9, 4), cell_lines(None, 4)
    (1, 3, 1)
    """
    text = LIST_JOIN.join(cell) if isinstance(cell, tuple) else cell
    if not isinstance(text, str):
        return 1
    lines = 0
    for line in text[:_LONGEST_CELL].split("\n"):
        visible = sum(1 for c in line if unicodedata.category(c) != "Mn")
        lines += max(1, -(-visible // width))
    return lines


def _write_cell(sheet: Any, row: int, column: int, cell: Cell) -> None:
    """Writes one cell by its type; nothing for None."""
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        text = excel_text(LIST_JOIN.join(cell) if isinstance(cell, tuple) else cell)
        if text:
            sheet.write_string(row, column, text)
