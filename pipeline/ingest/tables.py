"""Tables of every format: which rows are headers, and what each cell stands under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.ingest.draft import Draft
from pipeline.records import BlockKind
from pipeline.resources import load_table

# A header cell longer than this is text. The longest header of the forms in DOMAIN §1.1 has 46 characters.
HEADER_LENGTH = 80
# A first cell longer than this names a row badly: its start is enough to say which row it is.
ROW_HEADER_LENGTH = 200
# A cell beyond one of these, in a table without headers, holds a stretch of text and no value.
MOST_LINES, MOST_CHARACTERS = 10, 600
_NUMERIC = re.compile(r"[\s\d.,%()/:+\-–]+(?:บาท|คน|ครั้ง|%)?")
_SPACE = re.compile(r"\s+")
_ORDINAL = re.compile(r"\s*\(?\d{1,3}[.)]?\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its place in the grid (from 0) and its paragraphs."""

    row: int
    column: int
    paragraphs: tuple[str, ...]
    locator: str
    rows: int = 1  # how many grid rows and columns it covers
    columns: int = 1
    strong: bool = False  # all of it bold, or set off as a header
    confidence: float = 1.0

    @property
    def text(self) -> str:
        """Its paragraphs in one line."""
        return " ".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class HeaderWord:
    """A row of data/formats_headers.tsv."""

    id: str
    pattern: str
    example: str
    counter_example: str
    source: str


@cache
def _header_pattern() -> re.Pattern[str]:
    rows = load_table("formats_headers.tsv", HeaderWord)
    return re.compile("|".join(f"(?:{row.pattern})" for row in rows), re.IGNORECASE)


def is_header_word(text: str) -> bool:
    """Whether `text` is a word that header cells hold.

    >>> is_header_word("ผลลัพธ์ ที่ตั้งไว้ :"), is_header_word("อบรมแกนนำ 45 คน")
    (True, False)
    """
    bare = _SPACE.sub("", text).strip(":：.")
    return bool(bare) and _header_pattern().fullmatch(bare) is not None


def count_header_rows(cells: Sequence[Cell], *, marked: int = 0) -> int:
    """How many rows at the top are headers, 0 for none.

    `marked` is what the format itself says. Else the first row is one when it is made of short texts without numbers and
    something speaks for it: header words, bold print, numbers or much longer texts below. In a table of two columns (often
    a form: label, value) only header words or bold print over plain rows count. A second row is a header below spanning cells.
    """
    filled = [cell for cell in cells if cell.paragraphs]
    width = max((c.column + c.columns for c in cells), default=0)
    height = max((c.row + c.rows for c in cells), default=0)
    if height < 2 or width < 2:
        return 0
    if marked:
        return min(marked, height - 1)
    first = [c for c in filled if c.row == 0]
    if not _could_be_header(first) or not _speaks_for_header(first, [c for c in filled if c.row > 0], width):
        return 0
    depth = max(c.rows for c in first)
    if depth == 1 and any(c.columns > 1 for c in first):
        second = [c for c in filled if c.row == 1]
        under = [c for c in second if any(_covers(f, c.column) and f.columns > 1 for f in first)]
        if height > 2 and under and _could_be_header(second, least=1):
            return 2
    return min(depth, height - 1)


def _could_be_header(row: Sequence[Cell], *, least: int = 2) -> bool:
    texts = [cell.text for cell in row]
    return (
        len(texts) >= least
        and len(set(texts)) == len(texts)
        and all(len(text) <= HEADER_LENGTH and not _NUMERIC.fullmatch(text) for text in texts)
    )


def _speaks_for_header(row: Sequence[Cell], body: Sequence[Cell], width: int) -> bool:
    words = sum(is_header_word(cell.text) for cell in row)
    if words == len(row) or (words >= 2 and 2 * words >= len(row)):
        return True
    plain_below = any(not c.strong for c in body if c.row == row[0].row + 1)
    if all(cell.strong for cell in row) and plain_below:
        return True
    if width < 3 or len(row) < width:
        return False
    if any(_NUMERIC.fullmatch(c.text) for c in body if c.column > 0):
        return True
    mean = sum(len(c.text) for c in row) / len(row)
    below = [len(c.text) for c in body if c.column > 0]
    return bool(below) and sum(below) / len(below) > 2.5 * mean


def _covers(cell: Cell, column: int) -> bool:
    return cell.column <= column < cell.column + cell.columns


def is_frame(cells: Sequence[Cell]) -> bool:
    """Whether a table only frames its text: one filled cell, or one row with a stretch of text and no label in front of it."""
    filled = [cell for cell in cells if cell.paragraphs]
    if len(filled) <= 1:
        return True
    if len({cell.row for cell in cells}) > 1 or is_header_word(filled[0].text):
        return False
    return any(len(cell.paragraphs) > MOST_LINES or len(cell.text) > MOST_CHARACTERS for cell in filled)


def add_table(draft: Draft, cells: Iterable[Cell], *, marked: int = 0) -> None:
    """Adds the cells of one table to the draft, row by row, each with what it stands under.

    A cell with several paragraphs becomes several blocks with the same row and column, a header cell one. Header rows that stand again
    further down (printed on each page) become furniture. A table of one cell is a frame: its paragraphs stay paragraphs.
    """
    cells = sorted(cells, key=lambda c: (c.row, c.column))
    if sum(bool(c.paragraphs) for c in cells) <= 1:
        for cell in cells:
            for paragraph in cell.paragraphs:
                draft.add(paragraph, BlockKind.PARAGRAPH, cell.locator, confidence=cell.confidence)
        return
    headers = count_header_rows(cells, marked=marked)
    over = _column_headers(cells, headers)
    repeated = _repeated_rows(cells, headers)
    beside = _row_headers(cells, headers)
    number = draft.tables
    draft.tables += 1
    for cell in cells:
        kind = BlockKind.FURNITURE if cell.row in repeated else BlockKind.TABLE_CELL
        heads = cell.row < headers and len(cell.paragraphs) > 1
        for paragraph in (cell.text,) if heads else cell.paragraphs:
            draft.add(
                paragraph,
                kind,
                cell.locator,
                table=number,
                row=cell.row,
                column=cell.column,
                column_header=over.get(cell.column, "") if cell.row >= headers else "",
                row_header=_beside(beside, cell) if cell.row >= headers else "",
                confidence=cell.confidence,
            )


def _column_headers(cells: Sequence[Cell], headers: int) -> dict[int, str]:
    """Text of the header cells above each column, from the top, joined by a space."""
    over: dict[int, list[str]] = {}
    for cell in cells:
        if cell.row < headers and cell.paragraphs:
            for column in range(cell.column, cell.column + cell.columns):
                over.setdefault(column, []).append(cell.text)
    return {column: " ".join(texts) for column, texts in over.items()}


def _repeated_rows(cells: Sequence[Cell], headers: int) -> frozenset[int]:
    """The rows below the header that say the same as its first row."""
    rows: dict[int, dict[int, str]] = {}
    for cell in cells:
        if cell.paragraphs:
            rows.setdefault(cell.row, {})[cell.column] = _SPACE.sub("", cell.text)
    tops = [rows[r] for r in range(headers) if len(rows.get(r, {})) > 1]
    return frozenset(r for r, texts in rows.items() if r >= headers and texts in tops)


def _row_headers(cells: Sequence[Cell], headers: int) -> dict[int, list[Cell]]:
    """The cells that name each row, from the left: the first, and the next where the first is a running number."""
    named: dict[int, list[Cell]] = {}
    for cell in cells:
        if cell.row < headers or not cell.paragraphs:
            continue
        for row in range(cell.row, cell.row + cell.rows):
            names = named.setdefault(row, [])
            if not names or (len(names) == 1 and _ORDINAL.fullmatch(names[0].text)):
                names.append(cell)
    return named


def _beside(named: dict[int, list[Cell]], cell: Cell) -> str:
    names = [c for c in named.get(cell.row, []) if c.column < cell.column]
    return names[-1].text[:ROW_HEADER_LENGTH] if names else ""


def column_letters(column: int) -> str:
    """The letters of a column of a sheet, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
