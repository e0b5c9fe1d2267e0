"""The visible text of a web page with the place of each character in the source, and its blocks."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from pipeline.ingest.html_scan import Token, attributes_of, scan, unescape
from pipeline.ingest.html_tables import MAX_COLUMNS, Cell, Content, Part, Placed, Table, placed_cells
from pipeline.ingest.print_kinds import CAPTION_LENGTH, is_bold_heading, is_caption
from pipeline.ingest.text import LIST_MARKER
from pipeline.records import Block, BlockKind
from pipeline.resources import load_table
from pipeline.spans import MappedText, Span

NO_HINT, NAMED, MARKED, COMMENTS = 0, 1, 2, 3
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
# Not mso-bidi-font-weight, which Word writes beside bold print of every kind.
_BOLD = re.compile(r"(?<![a-z-])font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_NOT_BOLD = re.compile(r"(?<![a-z-])font-weight\s*:\s*(?:normal|lighter|[1-5]00)", re.IGNORECASE)
_PRINT_TAGS = frozenset({"b", "strong", "span", "font"})
# An element named like a menu that holds this much text, more than half of the page, holds the article.
ARTICLE = 200
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


@cache
def chrome_pattern(kind: str) -> re.Pattern[str]:
    """The regex of the texts of one kind (`line`, `related`, `comments`, `menu`)."""
    rules = load_table("html_chrome.tsv", ChromeRule)
    return re.compile("|".join(f"(?:{r.pattern})" for r in rules if (r.kind, r.part) == (kind, "text")), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One block as it came, with what the page says of its surroundings."""

    block: Block
    hinted: int  # stands in an element that is chrome: NO_HINT, NAMED (by a class or id), MARKED (by its tag or role), COMMENTS
    linked: int  # characters of it that are link text
    bold: bool = False  # all of it


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
class _Open:
    """An open element."""

    name: str
    chrome: int
    dropped: bool
    bold: bool
    cell: Cell | None
    line: int  # the lines and characters before it
    at: int


@dataclass(frozen=True, slots=True)
class _Area:
    """The lines of an element that is chrome."""

    first: int
    end: int
    hint: int
    characters: int


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
        self.tables: list[Table] = []
        self.all_tables: list[Table] = []
        self.areas: list[_Area] = []
        self.prints: list[tuple[str, bool]] = []  # the open elements of print, and whether they are bold
        self.bold = 0  # open elements that are
        self.light = False  # the line holds a letter that is not bold
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
        self._weigh(chars)
        self.chars.append(chars)
        self.starts.extend(range(start, start + len(chars)))
        self.ends.extend(range(start + 1, start + len(chars) + 1))
        self._grow(len(chars))

    def _add(self, chars: str, start: int, end: int) -> None:
        """Adds characters that each stand for the whole source place."""
        self._add_space(start)
        self._weigh(chars)
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

    def _weigh(self, chars: str) -> None:
        """Keeps whether all of the line is bold; a colon behind bold words need not be."""
        if not self.bold and not self.light and not (self.stack and self.stack[-1].bold):
            self.light = bool(chars.strip(": \xa0\t："))

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
        self.lines.append(Line(Block(span, kind, "", level=level), NO_HINT, self.linked, bold=not self.light))
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
        self.light = False

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
        if kind is None and self.length - self.line_start <= CAPTION_LENGTH:
            text = "".join(self.chars[self.line_piece :])
            if not self.light and is_bold_heading(text):
                return BlockKind.HEADING, 0
            if is_caption(text):
                return BlockKind.CAPTION, 0
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
        if name in _PRINT_TAGS:
            self._print(name, token.attributes)
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
            chrome=self._hint(name, token.attributes),
            dropped=bool(above and above.dropped) or name in _marks("drop", "tag"),
            bold=(bool(above and above.bold) or _is_bold(token.attributes)) and not _is_light(token.attributes),
            cell=above.cell if above else None,
            line=len(self.lines),
            at=self.length,
        )
        self._enter(element, token)
        self.stack.append(element)
        self.counts[name] += 1
        self.pre += name == "pre"

    def _print(self, name: str, written: str) -> None:
        """Opens an element that may set its text in bold."""
        bold = (name in {"b", "strong"} or _is_bold(written)) and not _is_light(written)
        self.prints.append((name, bold))
        self.bold += bold

    def _end_print(self, name: str) -> None:
        """Closes the innermost element of print of this name."""
        for back in range(1, min(len(self.prints), MAX_SEARCH) + 1):
            if self.prints[-back][0] == name:
                self.bold -= self.prints.pop(-back)[1]
                return

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
        names = _names(written)
        if names & _marks("comments", "name") and not names & _marks("content", "name"):
            return COMMENTS
        return NAMED if names & _marks("chrome", "name") else NO_HINT

    def _enter(self, element: _Open, token: Token) -> None:
        """Keeps the books of tables."""
        name = element.name
        if element.cell:
            element.cell.nests = element.cell.nests or name == "table"
            element.cell.titled = element.cell.titled or name in {"h1", "h2", "h3", "h4", "h5", "h6"}
            element.cell.blocks += name in {"p", "li"}
        if name == "table":
            self.tables.append(Table(len(self.all_tables), bordered=_has_border(token.attributes)))
            self.all_tables.append(self.tables[-1])
        elif name == "thead" and self.tables:
            self.tables[-1].in_head = True
        elif name in {"tbody", "tfoot"} and self.tables:
            self.tables[-1].in_head = False
        elif name == "tr" and self.tables:
            self.tables[-1].next_row()
        elif name in {"td", "th"} and self.tables:
            written = attributes_of(token.attributes)
            wide, tall = (_span_of(written.get(key, "")) for key in ("colspan", "rowspan"))
            element.cell = self.tables[-1].next_cell(heads=name == "th", width=wide, height=tall)

    def close(self, token: Token) -> None:
        """Takes an end tag; one without its start is passed over."""
        name = token.name
        if name == "title":
            self.in_title = False
            return
        if name == "a":
            self.links = max(0, self.links - 1)
        if name in _PRINT_TAGS:
            self._end_print(name)
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
        if element.chrome:
            self.areas.append(_Area(element.line, len(self.lines), element.chrome, self.length - element.at))
        if element.name == "thead" and self.tables:
            self.tables[-1].in_head = False
        if element.name == "table" and self.tables:
            self.tables.pop()

    # the page

    def page(self) -> Page:
        """The page, after the last token."""
        self.end_line()
        while self.stack:
            self._pop()
        self._set_in_bold_throughout()
        text = "".join(self.chars)
        hints = _hints(self.areas, self.lines, self.length)
        self.lines = [replace(line, hinted=hint) for line, hint in zip(self.lines, hints, strict=True)]
        lines, breaks = self._with_cells(text)
        mapped = MappedText(_with_blanks(text, breaks), self.starts, self.ends)
        return Page(mapped, tuple(_numbered(lines)), _SPACES.sub(" ", "".join(self.title)).strip())

    def _set_in_bold_throughout(self) -> None:
        """Takes back the headings in bold print where more than half of the lines are bold: an element that was never closed."""
        bold = [n for n, line in enumerate(self.lines) if line.block.kind is BlockKind.HEADING and not line.block.level]
        if 2 * len(bold) <= len(self.lines) or len(bold) < 4:
            return
        for n in bold:
            line = self.lines[n]
            self.lines[n] = replace(line, block=replace(line.block, kind=BlockKind.PARAGRAPH))

    def _content(self, cell: Cell, text: str) -> Content:
        """What a cell holds."""
        lines = self.lines[cell.first : cell.last + 1]
        return Content(
            tuple(line.block.span.slice(text) for line in lines),
            sum(line.linked for line in lines),
            all(line.bold for line in lines),
        )

    def _with_cells(self, text: str) -> tuple[list[list[Line]], list[int]]:
        """The lines, those of one data cell together; and the line breaks that are none, in cells that head a column or row."""
        taken: dict[int, list[Line]] = {}
        skipped: set[int] = set()
        breaks: list[int] = []
        for table in self.all_tables:
            for placed in placed_cells(table, lambda cell: self._content(cell, text), _is_menu_title):
                cell = placed.cell
                lines = self.lines[cell.first : cell.last + 1]
                if placed.part is Part.MENU:
                    for n, line in enumerate(lines, cell.first):
                        self.lines[n] = replace(line, hinted=max(line.hinted, NAMED))
                if placed.part is not Part.DATA:
                    continue
                joined = [lines] if placed.heads else list(_joined(lines, text))
                if placed.heads:
                    breaks += [line.block.span.end for line in lines[:-1]]
                taken[cell.first] = [_cell_line(placed, part) for part in joined]
                skipped.update(range(cell.first + 1, cell.last + 1))
        return [taken.get(n, [line]) for n, line in enumerate(self.lines) if n not in skipped], breaks


def _cell_line(placed: Placed, lines: list[Line]) -> Line:
    """Lines of a data cell as one."""
    cell = placed.cell
    block = Block(
        Span(lines[0].block.span.start, lines[-1].block.span.end),
        BlockKind.TABLE_CELL,
        f";cell=R{cell.row + 1}C{cell.column + 1}",
        table=cell.table,
        row=cell.row,
        column=cell.column,
        column_header=placed.column_header,
        row_header=placed.row_header,
    )
    return Line(block, lines[0].hinted, sum(line.linked for line in lines), all(line.bold for line in lines))


def _joined(lines: list[Line], text: str) -> Iterator[list[Line]]:
    """The lines of a data cell, each with what stands below it in brackets."""
    group: list[Line] = []
    for line in lines:
        words = line.block.span.slice(text)
        if group and not (words.startswith("(") and LIST_MARKER.match(words) is None):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _numbered(groups: list[list[Line]]) -> Iterator[Line]:
    """The lines with their locators; the lines of one cell have one."""
    for number, lines in enumerate(groups, 1):
        for line in lines:
            yield replace(line, block=replace(line.block, locator=f"paragraph={number}{line.block.locator}"))


def _with_blanks(text: str, breaks: list[int]) -> str:
    """The text with blanks at these places."""
    pieces, at = [], 0
    for place in sorted(breaks):
        pieces += [text[at:place], " "]
        at = place + 1
    return "".join([*pieces, text[at:]]) if breaks else text


def _hints(areas: list[_Area], lines: list[Line], length: int) -> list[int]:
    """For each line how the elements around it mark it as chrome.

    Not by its name an element that holds the article, and comments only behind it: forms have boxes of such a name too.
    """
    real = [a for a in areas if a.hint == MARKED or a.characters < ARTICLE or 2 * a.characters <= length]
    hints = [NO_HINT] * len(lines)
    for hint in (NAMED, MARKED):
        inside = _inside([area for area in real if area.hint == hint], len(lines))
        hints = [hint if within else known for within, known in zip(inside, hints, strict=True)]
    said = [area for area in real if area.hint == COMMENTS]
    within = _inside(said, len(lines))
    last = max(
        (n for n, line in enumerate(lines) if line.block.kind is BlockKind.HEADING and not hints[n] and not within[n]),
        default=-1,
    )
    behind = _inside([area for area in said if area.first > last], len(lines))
    return [COMMENTS if comment else hint for comment, hint in zip(behind, hints, strict=True)]


def _inside(areas: list[_Area], count: int) -> list[bool]:
    """For each of `count` lines whether it stands in one of the areas."""
    steps = [0] * (count + 1)
    for area in areas:
        steps[area.first] += 1
        steps[area.end] -= 1
    return [depth > 0 for depth in list(accumulate(steps))[:count]]


def _is_menu_title(text: str) -> bool:
    """Whether a line is the title of a menu."""
    return chrome_pattern("menu").fullmatch(text.strip()) is not None


def _is_bold(written: str) -> bool:
    """Whether the style of a tag sets its text in bold."""
    return "font-weight" in written.lower() and _BOLD.search(written) is not None


def _is_light(written: str) -> bool:
    """Whether the style of a tag takes bold print back, as the <b> around a text pasted from an editor does."""
    return "font-weight" in written.lower() and _NOT_BOLD.search(written) is not None


def _has_border(written: str) -> bool:
    """Whether a <table> draws the borders of its cells."""
    attributes = attributes_of(written)
    return attributes.get("border", "0").strip() not in {"", "0"} or "bordered" in _names(written)


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
