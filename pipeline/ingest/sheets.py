"""Sheets (Excel, CSV) as blocks: a sheet holds titles, texts and tables, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.draft import Draft
from pipeline.ingest.tables import Cell, add_table, column_letters
from pipeline.records import BlockKind

# A text alone in its row can be a title when it is at most this long.
HEADING_LENGTH = 60


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A filled cell of a sheet, row and column from 0."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    strong: bool = False


def add_sheet(draft: Draft, cells: Sequence[SheetCell], locate: Callable[[str], str]) -> None:
    """Adds the cells of one sheet, given by rows; `locate` makes the locator from an address such as "B7".

    Empty rows part the sheet into pieces. In each piece the rows with one cell at its top are titles and texts; the rest is a
    table. A piece with one column is text.
    """
    pieces: list[list[SheetCell]] = []
    below = -1  # the first row that no cell so far covers
    for cell in sorted(cells, key=lambda c: (c.row, c.column)):
        if not pieces or cell.row > below:
            pieces.append([])
        pieces[-1].append(cell)
        below = max(below, cell.row + cell.rows)
    for number, piece in enumerate(pieces, 1):
        _add_piece(draft, piece, locate, is_last=number == len(pieces))


def _add_piece(draft: Draft, cells: Sequence[SheetCell], locate: Callable[[str], str], *, is_last: bool) -> None:
    rows: dict[int, list[SheetCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    in_table = False
    table: list[Cell] = []
    several = [row for row, line in rows.items() if len(line) > 1]
    left = min(c.column for c in cells)
    for row, line in rows.items():
        in_table = in_table or (len(line) > 1 and bool(several))
        if not in_table:
            opens = row == min(rows) or line[0].strong
            _add_line(draft, line[0], locate, title=opens and not (is_last and row == max(rows)))
            continue
        for cell in line:
            table.append(_table_cell(cell, row0=min(several), left=left, locate=locate))
    if table:
        add_table(draft, table)


def _add_line(draft: Draft, cell: SheetCell, locate: Callable[[str], str], *, title: bool) -> None:
    """A cell alone in its row: `title` says that it may be one; it is when it is short."""
    locator = locate(f"{column_letters(cell.column)}{cell.row + 1}")
    is_title = title and len(cell.text) <= HEADING_LENGTH and "\n" not in cell.text
    for number, line in enumerate(cell.text.split("\n")):
        kind = BlockKind.HEADING if is_title and number == 0 else BlockKind.PARAGRAPH
        draft.add(line, kind, locator, level=1 if kind is BlockKind.HEADING else 0)


def _table_cell(cell: SheetCell, *, row0: int, left: int, locate: Callable[[str], str]) -> Cell:
    made = Cell(
        row=cell.row - row0,
        column=cell.column - left,
        paragraphs=tuple(line.strip() for line in cell.text.split("\n") if line.strip()),
        locator=locate(f"{column_letters(cell.column)}{cell.row + 1}"),
        strong=cell.strong,
    )
    return replace(made, rows=cell.rows, columns=cell.columns)
