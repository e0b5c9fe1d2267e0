"""Tables of a web page: which ones hold data and which only lay out the page, and what each cell stands under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from pipeline.ingest.tables import MOST_CHARACTERS, MOST_LINES, ROW_HEADER_LENGTH, is_header_word

MAX_COLUMNS = 1000  # the HTML standard's own limit for colspan
# A cell with more paragraphs and list items, in a table without headers, holds a part of the page and no value.
MOST_BLOCKS = 3
# A first row of cells at most this long may head the columns; a first cell at most this long may name its row.
HEADER_LENGTH, LABEL_LENGTH = 60, 80
# The value in a table of one row has so many lines.
PAIR_LINES = 3
# A side cell is a menu when so much of it is link text, or when it opens with the title of one.
LINKED, FEWEST_MENU_LINES, MENU_LINE = 0.6, 3, 60


class Part(Enum):
    """What the element is to which a cell belongs."""

    DATA = "data"
    TEXT = "text"  # a part of the page
    MENU = "menu"  # a part of the page that holds links beside the text


@dataclass(slots=True)
class Cell:
    """A table cell while the page is read."""

    table: int
    row: int
    column: int
    heads: bool
    nests: bool = False  # holds a table
    titled: bool = False  # holds a heading
    blocks: int = 0  # paragraphs and list items in it
    first: int = -1  # its lines
    last: int = -1
    width: int = 1
    height: int = 1


@dataclass(slots=True)
class Table:
    """A table while the page is read."""

    number: int
    bordered: bool = False
    row: int = -1
    column: int = 0
    spans: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell from above still takes
    in_head: bool = False
    cells: list[Cell] = field(default_factory=list)

    def next_row(self) -> None:
        """Goes to the next row; cells that span rows take their places in it."""
        self.row += 1
        self.column = 0
        self.spans = {column: left - 1 for column, left in self.spans.items() if left > 1}

    def next_cell(self, *, heads: bool, width: int, height: int) -> Cell:
        """The cell at the next free column."""
        if self.row < 0:
            self.next_row()
        while self.column in self.spans:
            self.column += 1
        cell = Cell(self.number, self.row, self.column, heads or self.in_head, width=width, height=height)
        if height > 1:
            for column in range(self.column, self.column + width):
                self.spans[column] = height
        self.column += width
        self.cells.append(cell)
        return cell


@dataclass(frozen=True, slots=True)
class Content:
    """What a cell holds."""

    lines: tuple[str, ...]
    linked: int  # characters of link text
    bold: bool  # all of it

    @property
    def text(self) -> str:
        """Its lines in one."""
        return " ".join(self.lines)

    @property
    def is_links(self) -> bool:
        """Whether it holds links and little else, none of them long."""
        return self.linked > LINKED * len("".join(self.lines)) and all(len(line) <= MENU_LINE for line in self.lines)

    @property
    def is_label(self) -> bool:
        """Whether it is short enough to name something, and no link."""
        return 0 < len(self.text) <= LABEL_LENGTH and len(self.lines) <= 2 and self.linked <= LINKED * len(self.text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell that holds something, with what it is and stands under."""

    cell: Cell
    part: Part
    heads: bool = False
    column_header: str = ""
    row_header: str = ""


def placed_cells(
    table: Table, content: Callable[[Cell], Content], is_menu_title: Callable[[str], bool]
) -> Iterator[Placed]:
    """The cells of a table that hold something: of a data table with the text of the column's header and of the row's first
    cell, of a table that lays out the page as parts of it."""
    filled = [cell for cell in table.cells if cell.first >= 0]
    if _holds_parts(table):
        plain = {id(cell): content(cell) for cell in filled if not cell.nests and not cell.titled}
        yield from _parts_of_page([cell for cell in filled if id(cell) in plain], plain, is_menu_title)
        return
    grid = _Grid(table, {id(cell): content(cell) for cell in filled})
    if grid.lays_out():
        yield from _parts_of_page(filled, grid.content, is_menu_title)
        return
    yield from _data_cells(table, filled, grid)


def _holds_parts(table: Table) -> bool:
    """Whether cells hold tables, or headings without being below a row of <th>: they are parts of the page."""
    if len({(cell.row, cell.column) for cell in table.cells}) < 2 or any(cell.nests for cell in table.cells):
        return True
    top = [cell.heads for cell in table.cells if cell.row == table.cells[0].row]
    return any(cell.titled for cell in table.cells) and not (all(top) and len(top) > 1)


def _parts_of_page(
    filled: Sequence[Cell], content: Mapping[int, Content], is_menu_title: Callable[[str], bool]
) -> Iterator[Placed]:
    """The cells of a layout table: a row or a table of nothing but links is a menu, and so is a cell of them beside the text."""
    links: dict[int, list[bool]] = {}
    for cell in filled:
        links.setdefault(cell.row, []).append(content[id(cell)].is_links)
    every = [linked for row in links.values() for linked in row]
    for cell in filled:
        row = links[cell.row]
        menu = any(len(cells) >= FEWEST_MENU_LINES and all(cells) for cells in (row, every))
        menu = menu or _is_menu(content[id(cell)], is_menu_title)
        yield Placed(cell, Part.MENU if menu else Part.TEXT)


def _is_menu(content: Content, is_menu_title: Callable[[str], bool]) -> bool:
    """Whether a cell of a layout table holds a menu: short lines, links or below the title of a menu."""
    lines = content.lines
    short = len(lines) >= FEWEST_MENU_LINES and all(len(line) <= MENU_LINE for line in lines)
    return short and (content.is_links or is_menu_title(lines[0]))


def _data_cells(table: Table, filled: Sequence[Cell], grid: _Grid) -> Iterator[Placed]:
    """The cells of a data table."""
    head_rows = grid.head_rows()
    headers: dict[int, list[str]] = {}
    labels: dict[int, tuple[int, str]] = {}
    for cell in filled:
        text = grid.content[id(cell)].text
        if cell.row in head_rows:
            for column in range(cell.column, cell.column + min(cell.width, MAX_COLUMNS)):
                headers.setdefault(column, []).append(text)
            yield Placed(cell, Part.DATA, heads=True)
            continue
        if cell.row not in labels:  # a cell that spans rows is the label of each
            rows = range(min(cell.height, table.row + 1 - cell.row))
            labels.update((cell.row + n, (cell.column, text[:ROW_HEADER_LENGTH])) for n in rows)
        column, label = labels[cell.row]
        yield Placed(
            cell,
            Part.DATA,
            column_header=" ".join(headers.get(cell.column, ())),
            row_header=label if cell.column > column else "",
        )


class _Grid:
    """The rows of a table with what their cells hold."""

    def __init__(self, table: Table, content: dict[int, Content]) -> None:
        self.content = content
        self.bordered = table.bordered
        self.cells = table.cells
        by_row: dict[int, list[Cell]] = {}
        for cell in table.cells:
            by_row.setdefault(cell.row, []).append(cell)
        self.rows = [by_row[row] for row in sorted(by_row)]
        self.marked = any(cell.heads for cell in table.cells)  # <th> or <thead>

    def lays_out(self) -> bool:
        """Whether the table only lays out the page: without headers of its own, its cells hold stretches of text.

        A real table has header cells, a first row of header words, or labels in front of its rows.
        """
        if self.marked or self._is_header(self.rows[0], spoken=True) or self._labelled():
            return False
        if all(len(row) == 1 for row in self.rows):
            return True
        if len(self.rows) == 1 and not self._is_pair(self.rows[0]):
            return True
        low = len(self.rows) <= 2
        headed = self._is_header(self.rows[0], spoken=False)
        if headed and self.bordered:
            return False
        blocks = MOST_LINES if headed else 1 if low else MOST_BLOCKS
        return any(self._is_large(cell, blocks) for cell in self.cells)

    def head_rows(self) -> frozenset[int]:
        """The rows at the top that head the columns.

        Rows of <th> (or in <thead>) alone; in a table without any, the first row when it is made of header words or set off in
        bold, or when the table has three columns or more and the row is full of short texts: two columns are more often a list
        of label and value.
        """
        heads: set[int] = set()
        for row in self.rows:
            if not all(cell.heads for cell in row) or len(self.rows) < 2:
                break
            heads.add(row[0].row)
        if self.marked:
            return frozenset(heads)
        first = self.rows[0]
        headed = self._is_header(first, spoken=True) or (len(first) >= 3 and self._is_header(first, spoken=False))
        return frozenset({first[0].row}) if headed else frozenset()

    def _is_header(self, row: Sequence[Cell], *, spoken: bool) -> bool:
        """Whether a row of <td> heads the rows below: short texts that are no links; `spoken`: by its words or print."""
        held = [self.content[id(cell)] for cell in row if id(cell) in self.content]
        if len(self.rows) < 2 or len(held) < max(2, len(row)):
            return False
        if not all(one.is_label and 1 < len(one.text) <= HEADER_LENGTH for one in held):
            return False
        if not spoken:
            return True
        words = sum(is_header_word(one.text) for one in held)
        below = [self.content[id(cell)] for cell in self.rows[1] if id(cell) in self.content]
        bold = all(one.bold for one in held) and not all(one.bold for one in below)
        return bold or words == len(held) or (words >= 2 and 2 * words >= len(held))

    def _labelled(self) -> bool:
        """Whether the rows are labels with values: by header words in one half of them, or short first cells in three and more."""
        labels = [
            self.content[id(row[0])]
            for row in self.rows
            if id(row[0]) in self.content and len(row) > 1 and any(id(cell) in self.content for cell in row[1:])
        ]
        if not labels or not all(one.is_label for one in labels) or 2 * len(labels) < len(self.rows):
            return False
        words = sum(is_header_word(one.text) or one.text.endswith((":", "：")) for one in labels)
        return 2 * words >= len(labels) or len(labels) >= 3

    def _is_pair(self, row: Sequence[Cell]) -> bool:
        """Whether a row is a short text with its value."""
        held = [self.content[id(cell)] for cell in row if id(cell) in self.content]
        return len(row) == len(held) == 2 and held[0].is_label and len(held[1].lines) <= PAIR_LINES

    def _is_large(self, cell: Cell, blocks: int) -> bool:
        """Whether a cell holds more than a value: more lines, characters, or paragraphs and list items than `blocks`."""
        held = self.content.get(id(cell))
        if held is None:
            return False
        return len(held.lines) > MOST_LINES or len(held.text) > MOST_CHARACTERS or cell.blocks > blocks
