"""Delimited text (CSV, TSV): one table, cells addressed as in a sheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.ingest.bounds import check_size
from pipeline.ingest.decode import decode
from pipeline.ingest.draft import Draft
from pipeline.ingest.formats import format_of
from pipeline.ingest.sheets import SheetCell, add_sheet
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".csv", ".tsv")

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a delimited text; locators `cell=B7`, rows counted as a spreadsheet shows them.

    The delimiter is the one of comma, semicolon, tab and bar that gives the most even rows. Raises ReadError for text that
    cannot be decoded or whose quotes do not close.
    """
    check_size(data)
    decoded = decode(data)
    kind = format_of(path.suffix, ".csv")
    draft = Draft(source, data, kind.media_type, settings, encoding=decoded.encoding)
    text = decoded.text.removeprefix("\ufeff")
    cells = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))):
            cells += [SheetCell(number, column, cell.strip()) for column, cell in enumerate(row) if cell.strip()]
    except csv.Error as error:
        raise ReadError(f"the {kind.name} is damaged ({error})", "Save it again from the spreadsheet.") from error
    add_sheet(draft, cells, lambda address: f"cell={address}")
    return draft.finish()


def find_delimiter(text: str) -> str:
    """The character that parts the cells: the one that splits most rows into the same number of cells, more than one.

    >>> find_delimiter("กิจกรรม;ผล\\nอบรม, สัมมนา;45 คน\\n")
    ';'
    """
    lines = text.splitlines(keepends=True)[:SAMPLE_LINES]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        common = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        score = widths.count(common) / len(widths) + min(common, 50) / 1000 if common > 1 else 0.0
        if score > most:
            best, most = delimiter, score
    return best
