"""The visible text of a web page with the place of each character in the source, and its blocks."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline.ingest.html_scan import Token, attributes_of, scan, unescape
from pipeline.ingest.text import LIST_MARKER
from pipeline.records import Block, BlockKind
from pipeline.resources import load_table
from pipeline.spans import MappedText, Span

MAX_COLUMNS = 1000  # the HTML standard's own limit for colspan
NO_HINT, NAMED, MARKED = 0, 1, 2
MAX_SEARCH = 400  # how many open elements a closing tag looks through for its own: deeper ones are left open

_BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_VOID_TAGS = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Elements that end an open one of the same family: unclosed <p>, <li>, <td> are common and legal.
_ENDS: Mapping[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tr": frozenset({"tr", "td", "th"}),
    "tbody": frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"}),
    "thead": frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"}),
    "tfoot": frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"}),
}
_BARRIERS = frozenset({"table", "ul", "ol", "dl", "td", "th", "body", "html"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_WORD = re.compile(r"[a-zA-Z0-9]+")
_ICON_WORD = re.compile(r"[a-z0-9_ ]{1,40}")


@dataclass(frozen=True, slots=True)
class ChromeRule:
    """A mark of site chrome or of what is no text; see the head of data/html_chrome.tsv."""

    id: str
    kind: str
    part: str
    pattern: str
    example: str
    counter_example: str
    source: str


@cache
def _marks(kind: str, part: str) -> frozenset[str]:
    """The patterns of one kind for one part of a tag."""
    rules = load_table("html_chrome.tsv", ChromeRule)
    return frozenset(rule.pattern for rule in rules if rule.kind == kind and rule.part == part)


@dataclass(frozen=True, slots=True)
class Line:
    """One block as it came, with what the page says of its surroundings."""

    block: Block
    hinted: int  # stands in an element that is chrome: NO_HINT, NAMED (by a class or id), MARKED (by its tag or role)
    linked: int  # characters of it that are link text


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows: the text mapped to the source, its blocks in order, its title."""

    text: MappedText
    lines: tuple[Line, ...]
    title: str

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks alone."""
        return tuple(line.block for line in self.lines)


@dataclass(slots=True)
class _Cell:
    """A table cell while the page is read."""

    table: int
    row: int
    column: int
    heads: bool
    layout: bool = False  # holds a table or heading of its own, so it is a part of the page's layout, not of a table
    first: int = -1  # its lines
    last: int = -1
    width: int = 1
    height: int = 1


@dataclass(slots=True)
class _Table:
    """A table while the page is read."""

    number: int
    row: int = -1
    column: int = 0
    spans: dict[int, int] = field(default_factory=dict)  # column -> rows that a cell from above still takes
    in_head: bool = False
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """An open element."""

    name: str
    chrome: int
    dropped: bool
    cell: _Cell | None


def parse(html: str) -> Page:
    """The visible text and blocks of an HTML source, chrome included.

    >>> page = parse("<p>ผล<b>ลัพธ์</b>&nbsp;ดี<ul><li>หนึ่ง")
    >>> [(b.kind.value, b.span.slice(page.text.text)) for b in page.blocks]
    [('paragraph', 'ผลลัพธ์\\xa0ดี'), ('list_item', 'หนึ่ง')]
    """
    builder = _Builder()
    for token in scan(html):
        if not token.name:
            builder.text(html, token)
        elif token.closing:
            builder.close(token)
        else:
            builder.open(token)
    return builder.page()


class _Builder:
    """Takes tokens in order and makes the page."""

    def __init__(self) -> None:
        self.chars: list[str] = []
        self.length = 0
        self.starts, self.ends = array("q"), array("q")
        self.lines: list[Line] = []
        self.stack: list[_Open] = []
        self.counts: Counter[str] = Counter()
        self.tables: list[_Table] = []
        self.all_tables: list[_Table] = []
        self.title: list[str] = []
        self.in_title = False
        self.line_start = self.line_piece = 0  # in characters, in pieces of self.chars
        self.space = False  # a blank is due before the next character
        self.links = self.linked = 0
        self.icons = 0
        self.pre = 0

    # text

    def text(self, html: str, token: Token) -> None:
        """Adds the text of a token."""
        source = html[token.start : token.end]
        if self.in_title:
            self.title.extend(chars for chars, _, _ in unescape(source, 0))
            return
        if self.stack and self.stack[-1].dropped:
            return
        if self.icons and _ICON_WORD.fullmatch(source.strip()):
            return
        for chars, start, end in unescape(source, token.start):
            if end - start != len(chars):
                self._add(chars, start, end)
            elif self.pre:
                self._add_preformatted(chars, start)
            else:
                self._add_collapsed(chars, start)

    def _add_collapsed(self, chars: str, start: int) -> None:
        """Adds text of which each run of white space is one blank, none at the start of a line."""
        at = 0
        for match in _SPACES.finditer(chars):
            if at < match.start():
                self._add_run(chars[at : match.start()], start + at)
            self.space, at = True, match.end()
        if at < len(chars):
            self._add_run(chars[at:], start + at)

    def _add_preformatted(self, chars: str, start: int) -> None:
        """Adds text of which white space counts: each line is a block."""
        at = 0
        for line in chars.splitlines(keepends=True):
            body = line.rstrip("\r\n")
            if body:
                self._add_run(body, start + at)
            if body != line:
                self.end_line()
            at += len(line)

    def _add_run(self, chars: str, start: int) -> None:
        """Adds characters that stand for themselves."""
        self._add_space(start)
        self.chars.append(chars)
        self.starts.extend(range(start, start + len(chars)))
        self.ends.extend(range(start + 1, start + len(chars) + 1))
        self._grow(len(chars))

    def _add(self, chars: str, start: int, end: int) -> None:
        """Adds characters that each stand for the whole source place."""
        self._add_space(start)
        self.chars.append(chars)
        self.starts.extend([start] * len(chars))
        self.ends.extend([end] * len(chars))
        self._grow(len(chars))

    def _add_space(self, start: int) -> None:
        """Adds the blank that is due, which stands for all from the last character to here."""
        if self.space and self.length > self.line_start:
            self.chars.append(" ")
            self.starts.append(self.ends[-1])
            self.ends.append(start)
            self._grow(1)
        self.space = False

    def _grow(self, by: int) -> None:
        """Counts characters that were added."""
        self.length += by
        if self.links:
            self.linked += by

    # blocks

    def end_line(self) -> None:
        """Ends the block that is being read, if it holds something."""
        self.space = False
        if self.length == self.line_start:
            return
        span = Span(self.line_start, self.length)
        kind, level = self._kind()
        hinted = self.stack[-1].chrome if self.stack else NO_HINT
        self.lines.append(Line(Block(span, kind, "", level=level), hinted, self.linked))
        cell = self.stack[-1].cell if self.stack else None
        if cell:
            cell.first = len(self.lines) - 1 if cell.first < 0 else cell.first
            cell.last = len(self.lines) - 1
        at = self.ends[-1]
        self.chars.append("\n")
        self.starts.append(at)
        self.ends.append(at)
        self.length += 1
        self.line_start, self.line_piece, self.linked = self.length, len(self.chars), 0

    def _kind(self) -> tuple[BlockKind, int]:
        """What the block at the end of the open elements is, with the level of a heading or list."""
        depth = 0
        kind = None
        for element in reversed(self.stack[-MAX_SEARCH:]):
            name = element.name
            if kind is None and name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
                return BlockKind.HEADING, int(name[1])
            if kind is None and name in {"caption", "figcaption"}:
                return BlockKind.CAPTION, 0
            if name == "li" and kind is None:
                kind = BlockKind.LIST_ITEM
            elif name in {"ul", "ol"}:
                depth += 1
            elif name in {"td", "th", "table"}:
                break
        if kind is None:
            return (BlockKind.LIST_ITEM, 1) if _opens_with_marker(self._line_head()) else (BlockKind.PARAGRAPH, 0)
        return kind, max(1, depth)

    def _line_head(self) -> str:
        """The first characters of the block that is being read."""
        return "".join(self.chars[self.line_piece : self.line_piece + 20])[:60]

    # elements

    def open(self, token: Token) -> None:
        """Takes a start tag."""
        name = token.name
        if name == "title" and not self.title:
            self.in_title = True
            return
        if name == "br":
            self.end_line()
            return
        if name == "a":
            self.links += 1
        if name in {"i", "span", "em"} and token.attributes:
            self.icons += bool(self.icons or _names(token.attributes) & _marks("icon", "name"))
        if name not in _BLOCK_TAGS and name not in _marks("drop", "tag"):
            return
        if name in _BLOCK_TAGS:
            self.end_line()
        if name in _VOID_TAGS:
            return
        self._end_implied(name)
        if self.stack and name == "p" and self.stack[-1].name == "p":
            self._pop()
        above = self.stack[-1] if self.stack else None
        element = _Open(
            name,
            chrome=max(above.chrome if above else NO_HINT, self._hint(name, token.attributes)),
            dropped=bool(above and above.dropped) or name in _marks("drop", "tag"),
            cell=above.cell if above else None,
        )
        self._enter(element, token)
        self.stack.append(element)
        self.counts[name] += 1
        self.pre += name == "pre"

    @staticmethod
    def _hint(name: str, written: str) -> int:
        """How an element marks itself as chrome: by its tag or role, by its class or id, not at all."""
        if name in {"body", "html", "main", "article"}:
            return NO_HINT
        if name in _marks("chrome", "tag"):
            return MARKED
        if not written:
            return NO_HINT
        if attributes_of(written).get("role", "").lower() in _marks("chrome", "role"):
            return MARKED
        return NAMED if _names(written) & _marks("chrome", "name") else NO_HINT

    def _enter(self, element: _Open, token: Token) -> None:
        """Keeps the books of tables."""
        name = element.name
        if name in {"h1", "h2", "h3", "h4", "h5", "h6", "table"} and element.cell:
            element.cell.layout = True
        if name == "table":
            self.tables.append(_Table(len(self.all_tables)))
            self.all_tables.append(self.tables[-1])
        elif name == "thead" and self.tables:
            self.tables[-1].in_head = True
        elif name in {"tbody", "tfoot"} and self.tables:
            self.tables[-1].in_head = False
        elif name == "tr" and self.tables:
            self._next_row(self.tables[-1])
        elif name in {"td", "th"} and self.tables:
            element.cell = self._next_cell(self.tables[-1], name, attributes_of(token.attributes))

    @staticmethod
    def _next_row(table: _Table) -> None:
        """Goes to the next row; cells that span rows take their places in it."""
        table.row += 1
        table.column = 0
        table.spans = {column: left - 1 for column, left in table.spans.items() if left > 1}

    def _next_cell(self, table: _Table, name: str, attributes: dict[str, str]) -> _Cell:
        """The cell at the next free column."""
        if table.row < 0:
            self._next_row(table)
        while table.column in table.spans:
            table.column += 1
        wide, tall = _span_of(attributes.get("colspan", "")), _span_of(attributes.get("rowspan", ""))
        cell = _Cell(
            table.number, table.row, table.column, heads=name == "th" or table.in_head, width=wide, height=tall
        )
        if tall > 1:
            for column in range(table.column, table.column + wide):
                table.spans[column] = tall
        table.column += wide
        table.cells.append(cell)
        return cell

    def close(self, token: Token) -> None:
        """Takes an end tag; one without its start is passed over."""
        name = token.name
        if name == "title":
            self.in_title = False
            return
        if name == "a":
            self.links = max(0, self.links - 1)
        if name in {"i", "span", "em"}:
            self.icons = max(0, self.icons - 1)
        if name in _BLOCK_TAGS:
            self.end_line()
        if not self.counts[name]:
            return
        for back in range(1, min(len(self.stack), MAX_SEARCH) + 1):
            element = self.stack[-back]
            if element.name == name:
                for _ in range(back):
                    self._pop()
                return
            if element.name in {"td", "th"} and name not in {"table", "tr", "tbody", "thead", "tfoot"}:
                return  # what is open outside a cell cannot be closed in it

    def _end_implied(self, name: str) -> None:
        """Ends the open elements that a start tag of this name ends."""
        ends = _ENDS.get(name)
        if not ends:
            return
        barriers = _BARRIERS - ends
        depth = 0
        for back in range(1, min(len(self.stack), MAX_SEARCH) + 1):
            if self.stack[-back].name in barriers:
                break
            if self.stack[-back].name in ends:
                depth = back
        for _ in range(depth):
            self._pop()

    def _pop(self) -> None:
        """Leaves the innermost element."""
        element = self.stack.pop()
        self.counts[element.name] -= 1
        self.pre -= element.name == "pre"
        if element.name == "table" and self.tables:
            self.tables.pop()

    # the page

    def page(self) -> Page:
        """The page, after the last token."""
        self.end_line()
        mapped = MappedText("".join(self.chars), self.starts, self.ends)
        lines = self._with_cells(mapped.text)
        numbered = tuple(
            replace(line, block=replace(line.block, locator=f"paragraph={n}{line.block.locator}"))
            for n, line in enumerate(lines, 1)
        )
        return Page(mapped, numbered, _SPACES.sub(" ", "".join(self.title)).strip())

    def _with_cells(self, text: str) -> list[Line]:
        """The lines, those of one data cell made one."""
        taken: dict[int, Line] = {}
        skipped: set[int] = set()
        for table in self.all_tables:
            for cell, header, label in _data_cells(table, self.lines, text):
                lines = self.lines[cell.first : cell.last + 1]
                block = Block(
                    Span(lines[0].block.span.start, lines[-1].block.span.end),
                    BlockKind.TABLE_CELL,
                    f";cell=R{cell.row + 1}C{cell.column + 1}",
                    table=cell.table,
                    row=cell.row,
                    column=cell.column,
                    column_header=header,
                    row_header=label,
                )
                taken[cell.first] = Line(block, lines[0].hinted, sum(line.linked for line in lines))
                skipped.update(range(cell.first + 1, cell.last + 1))
        return [taken.get(n, line) for n, line in enumerate(self.lines) if n not in skipped]


def _data_cells(table: _Table, lines: list[Line], text: str) -> Iterator[tuple[_Cell, str, str]]:
    """The cells of a table that hold something, each with the text of its column's header and of its row's first cell.

    None for a table that only lays out the page.
    """
    cells = [cell for cell in table.cells if cell.first >= 0]
    if any(cell.layout for cell in cells) or len({(cell.row, cell.column) for cell in table.cells}) < 2:
        return

    def content(cell: _Cell) -> str:
        return text[lines[cell.first].block.span.start : lines[cell.last].block.span.end].replace("\n", " ")

    head_rows = _head_rows(table, cells, content)
    headers: dict[int, list[str]] = {}
    labels: dict[int, tuple[int, str]] = {}
    for cell in cells:
        if cell.row in head_rows:
            for column in range(cell.column, cell.column + min(cell.width, MAX_COLUMNS)):
                headers.setdefault(column, []).append(content(cell))
            yield cell, "", ""
            continue
        if cell.row not in labels:  # a cell that spans rows is the label of each
            labels.update(
                (cell.row + n, (cell.column, content(cell))) for n in range(min(cell.height, table.row + 1 - cell.row))
            )
        column, label = labels[cell.row]
        yield cell, " ".join(headers.get(cell.column, ())), label if cell.column > column else ""


def _head_rows(table: _Table, cells: list[_Cell], content: Callable[[_Cell], str]) -> frozenset[int]:
    """The rows at the top of a table that head its columns.

    Rows of <th> (or in <thead>) alone; in a table without any, the first row when the table has three columns or more and the row is full of
    short texts: two columns are more often a list of label and value.
    """
    by_row: dict[int, list[_Cell]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, []).append(cell)
    heads: set[int] = set()
    for row in sorted(by_row):
        if not all(cell.heads for cell in by_row[row]) or len(by_row) < 2:
            break
        heads.add(row)
    if heads or any(cell.heads for cell in table.cells):
        return frozenset(heads)
    first = by_row.get(min(by_row), [])
    short = all(cell.first >= 0 and 1 < len(content(cell)) <= 60 for cell in first)
    return frozenset({min(by_row)}) if short and len(first) >= 3 and len(by_row) >= 2 else frozenset()


def _names(written: str) -> frozenset[str]:
    """The words of the class and id of a tag."""
    attributes = attributes_of(written)
    return frozenset(word.lower() for key in ("class", "id") for word in _WORD.findall(attributes.get(key, "")))


def _span_of(written: str) -> int:
    """A colspan or rowspan, 1 to MAX_COLUMNS; 1 for nonsense."""
    return min(max(int(written), 1), MAX_COLUMNS) if re.fullmatch(r"[0-9]{1,6}", written) else 1


def _opens_with_marker(text: str) -> bool:
    """Whether a paragraph is a list item by the marker it opens with."""
    marker = LIST_MARKER.match(text)
    return bool(marker) and marker is not None and marker.end() < len(text)
