"""Pages of placed text (PDF, OCR) as blocks: furniture, tables and paragraphs, also those that run over a page break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.aligned import AlignedTable, find_regions, split_columns, split_rows
from pipeline.ingest.draft import Draft
from pipeline.ingest.furniture import find_furniture
from pipeline.ingest.layout import (
    Body,
    Line,
    find_paragraphs,
    group_rows,
    is_full,
    merge_segments,
    starts_item,
    typical_pitch,
)
from pipeline.ingest.rulings import Grid
from pipeline.ingest.tables import Cell, add_table
from pipeline.records import BlockKind

# Edges of one table on two pages differ by less than this, in points.
SAME_EDGE = 6.0
# OCR knows the box of a line, not its base line: with and without marks it stands up to this much off.
OCR_SLACK = 1.15
_SPACE = re.compile(r"\s+")
THAI_DIGIT = re.compile("[๐-๙]")


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell of a table on a page: its place in the grid, its lines, its left and right wall."""

    row: int
    column: int
    lines: tuple[Line, ...]
    left: float
    right: float
    rows: int = 1
    columns: int = 1
    page: int = 1
    locator: str = ""


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table on a page. `top` and `bottom` count from the top of the page, `edges` are the x of its columns' ends."""

    cells: tuple[PlacedCell, ...]
    top: float
    bottom: float
    edges: tuple[float, ...]
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """What stands where on a page: pieces of lines outside ruled tables, the ruled tables, heights of loose rules."""

    number: int
    width: float
    height: float
    segments: tuple[Line, ...]
    tables: tuple[PlacedTable, ...] = ()
    rules: tuple[float, ...] = ()


def place_table(grid: Grid, inside: Mapping[int, Sequence[Line]], height: float) -> PlacedTable:
    """A ruled table with the lines that stand in its cells (by number of the cell), on a page of that height."""
    cells = []
    for number, cell in enumerate(grid.cells):
        left, right = grid.walls(cell)
        lines = tuple(merge_segments(row) for row in group_rows(inside.get(number, ())))
        cells.append(PlacedCell(cell.row, cell.column, lines, left, right, cell.rows, cell.columns))
    return PlacedTable(tuple(cells), height - grid.ys[0], height - grid.ys[-1], tuple(grid.xs))


@dataclass(slots=True)
class _Flow:
    """Lines that are read one after the other, with their right edge."""

    lines: list[Line]
    left: float
    right: float


@dataclass(slots=True)
class _Table:
    """A table that may go on over pages."""

    cells: list[PlacedCell]
    edges: tuple[float, ...]
    ruled: bool
    height: int = 0


def add_pages(draft: Draft, pages: Sequence[PlacedPage], *, ocr: bool = False) -> None:
    """Adds the text of pages to the draft: `page=3;paragraph=2`, `page=3;table=1;cell=R2C1` (numbers count on the page).

    A paragraph or cell that runs over a page break is one block with the locator of its start. With `ocr` the blocks bear
    the recogniser's confidence, at most 0.5 where they hold Thai digits, which it reads wrong every time.
    """
    rows = {page.number: split_rows(group_rows(page.segments)) for page in pages}
    every = [s for page in pages for row in rows[page.number] for s in row]
    every += [line for page in pages for table in page.tables for cell in table.cells for line in cell.lines]
    body = Body.of(every)
    merged = {page.number: [merge_segments(row) for row in rows[page.number]] for page in pages}
    furniture = find_furniture([(page.height, merged[page.number]) for page in pages], body)
    regions: list[_Flow | _Table] = []
    sides = _text_sides(pages, merged)
    leftovers: list[Line] = []
    for page in pages:
        kept = []
        for row, line in zip(rows[page.number], merged[page.number], strict=True):
            if line in furniture:
                leftovers.append(line)
            else:
                kept.append(row)
        first = True
        for region in _page_regions(page, kept, sides[round(page.width)]):
            _append(regions, region, first=first)
            first = False
    _Writer(draft, body, ocr=ocr).write(regions, leftovers)


def _text_sides(pages: Sequence[PlacedPage], merged: dict[int, list[Line]]) -> dict[int, tuple[float, float]]:
    """By page width: where lines begin and full lines end.

    Of the starts the first tenth, of the ends of long lines the ninth: one line that sticks out must not count.
    """
    starts: dict[int, list[float]] = {}
    ends: dict[int, list[float]] = {}
    for page in pages:
        width = round(page.width)
        starts.setdefault(width, []).extend(line.x0 for line in merged[page.number])
        ends.setdefault(width, []).extend(line.x1 for line in merged[page.number] if line.x1 > 0.55 * page.width)
    return {width: (_tenth(starts[width], 1, 0.0), _tenth(ends[width], 9, float(width))) for width in starts}


def _tenth(values: list[float], tenths: int, default: float) -> float:
    ordered = sorted(values)
    return ordered[tenths * (len(ordered) - 1) // 10] if ordered else default


def _page_regions(page: PlacedPage, rows: Sequence[list[Line]], sides: tuple[float, float]) -> Iterator[_Flow | _Table]:
    """The flows and tables of a page in reading order. `sides` are the left and right edge of its text."""
    at = 0
    number = 0
    for table in sorted(page.tables, key=lambda t: t.top):
        until = at
        while until < len(rows) and rows[until][0].y < table.top:
            until += 1
        for region in _open_regions(page, rows[at:until], sides, number):
            number += isinstance(region, _Table)
            yield region
        number += 1
        yield _numbered(table, page.number, number)
        at = until
    yield from _open_regions(page, rows[at:], sides, number)


def _open_regions(
    page: PlacedPage, rows: Sequence[list[Line]], sides: tuple[float, float], number: int
) -> Iterator[_Flow | _Table]:
    """Flows and unruled tables of the rows between two ruled tables, column after column where text stands in columns."""
    for count, frame in enumerate(split_columns(rows, page.width)):
        left, right = sides if frame.whole else (frame.left, frame.right)
        for region in find_regions(frame.rows, rules=page.rules):
            if isinstance(region, AlignedTable):
                number += 1
                yield _numbered(_placed(region), page.number, number)
            else:
                yield _Flow([replace(line, frame=count) for line in region], left, right)


def _placed(table: AlignedTable) -> PlacedTable:
    cells = []
    for r, row in enumerate(table.rows):
        for c, lines in enumerate(row):
            left = min((line.x0 for cells_ in table.rows for line in cells_[c]), default=0.0)
            cells.append(PlacedCell(r, c, lines, left, table.edges[c]))
    bottom = max(line.y for row in table.rows for cell in row for line in cell)
    return PlacedTable(tuple(cells), table.top, bottom, table.edges, ruled=False)


def _numbered(table: PlacedTable, page: int, number: int) -> _Table:
    cells = [
        replace(cell, page=page, locator=f"page={page};table={number};cell=R{cell.row + 1}C{cell.column + 1}")
        for cell in table.cells
    ]
    height = max((cell.row + cell.rows for cell in cells), default=0)
    return _Table(cells, table.edges, table.ruled, height)


def _append(regions: list[_Flow | _Table], region: _Flow | _Table, *, first: bool) -> None:
    """Appends a region; one that goes on from the page before is joined to what it goes on."""
    last = regions[-1] if regions else None
    if isinstance(region, _Flow) and isinstance(last, _Flow) and _is_same_width(last, region):
        shift = last.left - region.left
        last.lines.extend(replace(line, x0=line.x0 + shift, x1=line.x1 + shift) for line in region.lines)
    elif first and isinstance(region, _Table) and isinstance(last, _Table) and _is_same_table(last, region):
        _continue(last, region)
    else:
        regions.append(region)


def _is_same_width(one: _Flow, other: _Flow) -> bool:
    """Whether text may run on from one flow to the other: on the next page, in the next column."""
    return abs((one.right - one.left) - (other.right - other.left)) < 0.1 * (one.right - one.left)


def _is_same_table(one: _Table, other: _Table) -> bool:
    return (
        one.ruled == other.ruled
        and one.ruled
        and len(one.edges) == len(other.edges)
        and all(abs(a - b) <= SAME_EDGE for a, b in zip(one.edges, other.edges, strict=True))
    )


def _continue(table: _Table, more: _Table) -> None:
    """Adds the rows of `more` to `table`, without the header that each page prints again; a row that was cut by the page
    break is put together again."""
    header = _texts(table.cells, 0)
    start = 0
    while start < more.height and _texts(more.cells, start) == header:
        start += 1
    joined = _is_rest_of_row(table, more, start)
    shift = table.height - start - joined
    for cell in more.cells:
        if joined and cell.row == start:
            _lengthen(table, cell)
        elif cell.row >= start:
            table.cells.append(replace(cell, row=cell.row + shift))
    table.height += more.height - start - joined


def _texts(cells: Sequence[PlacedCell], row: int) -> list[tuple[int, str]]:
    return [
        (c.column, _SPACE.sub("", "".join(line.text for line in c.lines))) for c in cells if c.row == row and c.lines
    ]


def _is_rest_of_row(table: _Table, more: _Table, start: int) -> bool:
    """Whether row `start` of `more` goes on with the last row of `table`.

    It does when its first cell is empty, no cell starts with a list mark or stands below an empty one, and the text above at
    least one of them runs to the edge. A row whose first cell is not empty is a new one, cut or not.
    """
    above = {c.column: c for c in table.cells if c.row + c.rows == table.height and c.lines}
    here = [c for c in more.cells if c.row == start and c.lines]
    if not here or not above or min(c.column for c in here) <= min(above):
        return False
    if any(c.column not in above or starts_item(c.lines[0].text) for c in here):
        return False
    return any(is_full(above[c.column].lines[-1], c.lines[0], _inner_right(above[c.column])) for c in here)


def _lengthen(table: _Table, cell: PlacedCell) -> None:
    for number, above in enumerate(table.cells):
        if above.column == cell.column and above.row + above.rows == table.height and above.lines:
            table.cells[number] = replace(above, lines=above.lines + cell.lines)


def _inner_right(cell: PlacedCell) -> float:
    """Where the text of a cell wraps: as far from its right wall as it stands from its left."""
    padding = min((line.x0 for line in cell.lines), default=cell.left) - cell.left
    return cell.right - min(max(padding, 0.0), 0.15 * (cell.right - cell.left))


class _Writer:
    """Puts regions into the draft."""

    def __init__(self, draft: Draft, body: Body, *, ocr: bool) -> None:
        self.draft = draft
        self.body = body
        self.ocr = ocr
        self.numbers: dict[int, int] = {}

    def write(self, regions: Sequence[_Flow | _Table], furniture: Sequence[Line]) -> None:
        """Adds all regions, then the furniture, each text of it once."""
        pitch = max((typical_pitch(r.lines, r.right) for r in regions if isinstance(r, _Flow)), default=0.0)
        for region in regions:
            if isinstance(region, _Table):
                self._table(region)
            else:
                self._flow(region, pitch)
        seen: set[str] = set()
        for line in furniture:
            if line.text.strip() not in seen:
                seen.add(line.text.strip())
                certain = self._confidence(line.text, line.confidence)
                self.draft.add(line.text, BlockKind.FURNITURE, f"page={line.page}", confidence=certain)

    def _flow(self, flow: _Flow, pitch: float) -> None:
        slack = OCR_SLACK if self.ocr else 1.0
        for paragraph in find_paragraphs(flow.lines, right=flow.right, body=self.body, pitch=pitch, slack=slack):
            page = paragraph.lines[0].page
            self.numbers[page] = self.numbers.get(page, 0) + 1
            locator = f"page={page};paragraph={self.numbers[page]}"
            confidence = self._confidence(paragraph.text, paragraph.confidence)
            self.draft.add(paragraph.text, paragraph.kind, locator, level=paragraph.level, confidence=confidence)

    def _table(self, table: _Table) -> None:
        cells = []
        for cell in table.cells:
            right = _inner_right(cell)
            paragraphs = find_paragraphs(cell.lines, right=right, body=replace(self.body, bold=True, size=1e9))
            texts = tuple(p.text for p in paragraphs)
            strong = bool(cell.lines) and not self.body.bold and all(line.bold for line in cell.lines)
            certain = min((p.confidence for p in paragraphs), default=1.0)
            certain = self._confidence(" ".join(texts), certain)
            cells.append(
                Cell(
                    cell.row,
                    cell.column,
                    texts,
                    cell.locator,
                    cell.rows,
                    cell.columns,
                    strong=strong,
                    confidence=certain,
                )
            )
        add_table(self.draft, cells)

    def _confidence(self, text: str, confidence: float) -> float:
        """Confidence of the characters, rounded: at most 0.5 where OCR read Thai digits (๒๕๖๖ came out wrong every time)."""
        if self.ocr and THAI_DIGIT.search(text):
            confidence = min(confidence, 0.5)
        return round(confidence, 3)
