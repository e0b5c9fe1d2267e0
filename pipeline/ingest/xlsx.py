"""Excel workbooks: sheets in order, cells as they are shown."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.errors import ReadError
from pipeline.ingest.bounds import check_package, reading
from pipeline.ingest.draft import Draft
from pipeline.ingest.formats import format_of
from pipeline.ingest.sheets import SheetCell, add_sheet
from pipeline.records import BlockKind, Report, Settings

SUFFIXES: tuple[str, ...] = (".xlsx", ".xlsm")

# Above this much XML a workbook is read in passing: no merged cells, no bold, but a tenth of the memory (50 times the XML).
STREAM_FROM = 24 * 2**20
_FORMULA = re.compile(rb"<c [^>]*?r=\"([A-Z]{1,3}[0-9]+)\"[^>]*>\s*<f[ />](?:[^<]|<(?!/?c[ >]))*?</c>")
_AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink) [^>]*?ref=\"([A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?)\"")
_CELL = re.compile(rb"<(?:\w+:)?c [^>]*?r=\"([A-Z]{1,3}[0-9]{1,7})\"")
# A sheet may name this many cells, or be filled to at least one in SPARSE.
MOST_CELLS = 3_000_000
SPARSE = 20
_VALUE = re.compile(rb"<v>[^<]")
# Names that Excel and LibreOffice give to new sheets say nothing; a name that a person gave is a heading.
_GENERIC = re.compile(r"(?:sheet|table|ชีต|ชีท|แผ่น(?:งาน)?)\s*\d*(?:\s*\(\d+\))?", re.IGNORECASE)
_PERCENT = re.compile(r"0(?:\.(0+))?%")


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a workbook.

    Locators: `sheet=ผลลัพธ์!B7`. Numbers and dates come as text: percentages as they are shown, dates in ISO form. Formulas
    give the value that Excel saved with them; those without one, hidden sheets and charts are named in the problems.
    Comments become notes. Raises ReadError for a damaged, locked or dangerous file.
    """
    kind = format_of(path.suffix, ".xlsx")
    check_package(data, kind.name)
    draft = Draft(source, data, kind.media_type, settings)
    with reading(kind.name, InvalidFileException), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # openpyxl warns of each extension (data validation, …) that it will not write back
        _check_areas(data)
        stream = _sheet_bytes(data) > STREAM_FROM
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=stream)
        for sheet in book.worksheets:
            _add(draft, sheet, stream=stream)
        _report_formulas(draft, data)
        title = book.properties.title or ""
        book.close()
        return draft.finish(title=title)


def _add(draft: Draft, sheet: Any, *, stream: bool) -> None:
    """Adds one sheet."""
    if sheet.sheet_state != "visible":
        draft.problem(
            f"the sheet {sheet.title!r} is hidden and was left out", "Show the sheet if it belongs to the report."
        )
        return
    merged = {} if stream else _merged(sheet)
    cells: list[SheetCell] = []
    notes: list[tuple[str, str]] = []
    for row in sheet.iter_rows():
        for cell in row:
            text = shown(cell.value, getattr(cell, "number_format", "") or "") if cell.value is not None else ""
            if text.strip():
                rows, columns = merged.get((cell.row, cell.column), (1, 1))
                strong = not stream and bool(cell.font and cell.font.b)
                cells.append(SheetCell(cell.row - 1, cell.column - 1, text, rows, columns, strong))
            if not stream and cell.comment is not None and cell.comment.text:
                notes.append((cell.coordinate, cell.comment.text))
    if cells and not _GENERIC.fullmatch(sheet.title) and not _bare(cells[0].text).startswith(_bare(sheet.title)):
        draft.add(sheet.title, BlockKind.HEADING, f"sheet={sheet.title}", level=1)
    add_sheet(draft, cells, lambda address: f"sheet={sheet.title}!{address}")
    for address, text in notes:
        draft.add(text, BlockKind.NOTE, f"sheet={sheet.title}!{address}")


def _bare(text: str) -> str:
    return "".join(text.split())


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """By the first row and column of each merged area: how many rows and columns it covers."""
    areas = sheet.merged_cells.ranges
    return {(a.min_row, a.min_col): (a.max_row - a.min_row + 1, a.max_col - a.min_col + 1) for a in areas}


def shown(value: Any, number_format: str = "General") -> str:
    """A cell's value as text.

    >>> shown(0.72, "0%"), shown(9500.0), shown(True)
    ('72%', '9500', 'TRUE')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        percent = _PERCENT.search(number_format)
        if percent:
            return f"{value * 100:.{len(percent.group(1) or '')}f}%"
        return f"{value:.10g}" if isinstance(value, float) and abs(value) < 1e10 else f"{value:.0f}"
    return str(value)


def _check_areas(data: bytes) -> None:
    """Raises ReadError when a few bytes name so many cells that openpyxl would make them for days.

    It makes each cell of a merged or linked area, and each up to the last used row and column.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            part = package.read(name)
            areas = sum(_area(m.group(1).decode()) for m in _AREA.finditer(part))
            cells = [m.group(1).decode() for m in _CELL.finditer(part)]
            last = max((range_boundaries(c)[3] for c in cells), default=0) * max(
                (range_boundaries(c)[2] for c in cells), default=0
            )
            if areas > MOST_CELLS or (last > MOST_CELLS and last > SPARSE * len(cells)):
                raise ReadError(
                    f"the sheet in {name} spans {max(areas, last):,} cells, nearly all empty",
                    "Copy the filled part into a new workbook.",
                )


def _area(reference: str) -> int:
    left, top, right, bottom = range_boundaries(reference)
    return int((right - left + 1) * (bottom - top + 1))


def _sheet_bytes(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return sum(e.file_size for e in package.infolist() if e.filename.startswith("xl/worksheets/"))


def _report_formulas(draft: Draft, data: bytes) -> None:
    """Names the formulas that were saved without a value: a program wrote them, and Excel never opened the file since."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in sorted(n for n in package.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")):
            cells = [m.group(1).decode() for m in _FORMULA.finditer(package.read(name)) if not _VALUE.search(m.group())]
            if cells:
                draft.problem(
                    f"{len(cells)} formulas of {name} hold no value (first: {cells[0]})",
                    "Open the workbook in Excel or LibreOffice and save it again.",
                )
