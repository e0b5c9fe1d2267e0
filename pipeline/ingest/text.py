"""Plain text and Markdown: one block per line, tables as cells, the text itself untouched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.ingest import too_long
from pipeline.ingest.decode import Decoded, decode
from pipeline.ingest.furniture import is_page_number
from pipeline.ingest.typed_tables import DELIMITER, PIPE, Line, find_typed_table, goes_on
from pipeline.ingest.wrapped import unwrapped
from pipeline.records import Block, BlockKind, Problem, Report, Settings
from pipeline.spans import Span, strip_span

SUFFIXES = (".txt", ".text", ".md", ".markdown")

# A table row that stays open at the end of its line may go on over this many lines and characters: beyond, the pipe was not a table's.
MAX_OPEN_LINES = 40
MAX_OPEN_CHARACTERS = 8_000

_LINE = re.compile(r"[^\n\r\x0b\x0c\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]")
_BULLET = r"[•●○◦▪■□◆◇▶►➢➤❑❖✓✔✦★☆·‣⁃–—*+-]|[\uf0a0-\uf0ff]|\uf076"
# One-digit parts after the point (1.2, 1.2.3): `10.30 น.` is a time and `2.55 ล้าน` an amount.
_NUMBER = r"\((?:[0-9๐-๙]{1,3}|[ก-ฮ]|[a-zA-Z])\)|[0-9๐-๙]{1,3}(?:\.[0-9๐-๙]){0,3}[.)]{1,2}(?![0-9๐-๙])|[0-9๐-๙]{1,2}(?:\.[0-9๐-๙]){1,3}(?=\s)|[ก-ฉa-z]\)"
LIST_MARKER = re.compile(rf"(?:{_NUMBER}|(?:{_BULLET})(?=\s|[\u0e00-\u0e7fA-Za-z0-9(“\"])|o(?=\s))\s*")
_PAGE = re.compile(r"หน้า|page", re.IGNORECASE)  # a number alone may be the number of an item
_RULE = re.compile(r"(?:[-*_]\s*){3,}|[-=~_]{3,}")
_ATX = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
_ONLY_PIPES = re.compile(r"[|\s]+")
_ORDINAL = re.compile(r"[0-9๐-๙]{1,3}[.)]?")
_ORDINAL_HEADER = re.compile(r"(?:ลำดับ|ที่|ข้อ|งวด|ครั้ง|No|#|ปี)")
_FRONT_TITLE = re.compile(r"^title\s*:\s*[\"']?(.+?)[\"']?\s*$", re.M)


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a text or Markdown file; `raw` is the decoded file. Raises ReadError when it cannot be decoded or is empty."""
    decoded = decode(data)
    if len(decoded.text) > settings.max_characters:
        raise too_long(len(decoded.text), settings)
    markdown = path.suffix.lower() in {".md", ".markdown"}
    text = unwrapped(decoded.text, LIST_MARKER)
    blocks, title = find_blocks(text.text, markdown=markdown, source=(decoded.text, text.starts))
    return Report(
        source=source,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="text/markdown" if markdown else "text/plain",
        encoding=decoded.encoding,
        raw=decoded.text,
        text=text,
        blocks=blocks,
        addressable=True,
        title=title,
        problems=broken_problem(decoded, source),
    )


def broken_problem(decoded: Decoded, source: str) -> tuple[Problem, ...]:
    """One problem where characters of the source could not be decoded, none where all could."""
    if not decoded.broken:
        return ()
    reason = f"{decoded.broken} character(s) could not be decoded as {decoded.encoding.partition(' ')[0]} and stand as U+FFFD."
    return (Problem(source, "read", reason, "Save the file again as UTF-8 from the program that made it."),)


@dataclass(slots=True)
class _Scan:
    """Where the walk over the lines stands."""

    text: str
    lines: list[Line]
    markdown: bool
    blocks: list[Block] = field(default_factory=list)
    table: int = -1  # number of the last table
    row: int = -1  # of the last row in it; -1 outside tables
    announced: bool = False  # a |---| line said that rows follow, so they need no pipe at their end
    header: tuple[str, ...] = ()

    def line(self, at: int) -> str:
        """The text of the line `at`."""
        return self.lines[at].span.slice(self.text)


def find_blocks(
    text: str, *, markdown: bool = False, source: tuple[str, Sequence[int]] | None = None
) -> tuple[tuple[Block, ...], str]:
    """The blocks of a text, and the title that its front matter states ("" for none); places count in `text`.

    `source`: the file as it stands with the place in it of each character, where `text` is not the file itself; lines are numbered as there.

    >>> blocks, _ = find_blocks("ผลลัพธ์\\n- อบต. มีแผน\\nงบ | 500 บาท |")
    >>> [(b.kind.value, b.row_header) for b in blocks]
    [('paragraph', ''), ('list_item', ''), ('table_cell', ''), ('table_cell', 'งบ')]
    """
    file, places = source or (text, range(len(text)))
    scan = _Scan(text, list(_lines(text, file, places)), markdown)
    at, title = _front_matter(scan) if markdown else (0, "")
    while at < len(scan.lines):
        if scan.announced and at and not goes_on(scan.lines, at) and not scan.line(at).startswith("|"):
            scan.row, scan.announced, scan.header = -1, False, ()
        rows = _typed_table(scan, at) or _table_row(scan, at)
        if rows:
            at += rows
            continue
        scan.row, scan.announced, scan.header = -1, False, ()
        _plain_line(scan, at)
        at += 1
    return tuple(scan.blocks), title


def _lines(text: str, file: str, places: Sequence[int]) -> Iterator[Line]:
    """The lines that hold something, in order, numbered as in the file."""
    number, ordinal, counted = 1, 0, 0
    for match in _LINE.finditer(text):
        start = places[match.start()]
        number += len(_BREAK.findall(file, counted, start))
        counted = start
        span = strip_span(text, Span(match.start(), match.end()), also="\ufeff\u200b")
        if len(span):
            ordinal += 1
            yield Line(span, number, ordinal)


def _locator(line: Line) -> str:
    """What leads a person to the line."""
    return f"paragraph={line.ordinal};line={line.number}"


def _front_matter(scan: _Scan) -> tuple[int, str]:
    """The number of lines of the `---` front matter, made one furniture block, and the title it states."""
    if not scan.lines or scan.line(0) != "---" or scan.lines[0].number != 1:
        return 0, ""
    for at in range(1, min(len(scan.lines), 100)):
        if scan.line(at) in {"---", "..."}:
            span = Span(scan.lines[0].span.start, scan.lines[at].span.end)
            scan.blocks.append(Block(span, BlockKind.FURNITURE, _locator(scan.lines[0])))
            stated = _FRONT_TITLE.search(span.slice(scan.text))
            return at + 1, stated.group(1) if stated else ""
    return 0, ""


def _plain_line(scan: _Scan, at: int) -> None:
    """Adds the block of a line that is no table row."""
    line, text = scan.lines[at], scan.line(at)
    if _PAGE.search(text) and is_page_number(text):
        scan.blocks.append(Block(line.span, BlockKind.FURNITURE, _locator(line)))
        return
    if _RULE.fullmatch(text):
        if scan.markdown and set(text) <= {"="} and scan.blocks:
            _make_heading(scan, line)
        return
    atx = _ATX.fullmatch(text) if scan.markdown else None
    if atx and atx.group(2):
        span = Span(line.span.start + atx.start(2), line.span.start + atx.end(2))
        scan.blocks.append(Block(span, BlockKind.HEADING, _locator(line), level=len(atx.group(1))))
        return
    marker = LIST_MARKER.match(text)
    # A line of a marker alone ("10", "•") is no item: its text stands on the next line.
    if marker and marker.end() < len(text):
        scan.blocks.append(
            Block(line.span, BlockKind.LIST_ITEM, _locator(line), level=_nesting(scan.text, line.span.start))
        )
    else:
        scan.blocks.append(Block(line.span, BlockKind.PARAGRAPH, _locator(line)))


def _make_heading(scan: _Scan, rule: Line) -> None:
    """Turns the paragraph right above a line of ==== into a heading."""
    above = scan.blocks[-1]
    if above.kind is BlockKind.PARAGRAPH and above.locator.endswith(f";line={rule.number - 1}"):
        scan.blocks[-1] = Block(above.span, BlockKind.HEADING, above.locator, level=1)


def _nesting(text: str, start: int) -> int:
    """Depth of a list item, from 1, by its indent: two columns or one tab a level."""
    indent, at = 0, start - 1
    while at >= 0 and indent < 18 and text[at] in " \t\u00a0":
        indent += 2 if text[at] == "\t" else 1
        at -= 1
    return 1 + indent // 2


def _typed_table(scan: _Scan, at: int) -> int:
    """How many lines the table without drawn lines takes that begins at `at`; 0 for none. Adds its cells."""
    if scan.row >= 0 and (scan.announced or scan.line(at).endswith("|")):
        return 0
    table = find_typed_table(scan.text, scan.lines, at)
    if not table:
        return 0
    scan.table, scan.row, scan.header = scan.table + 1, -1, ()
    for line, cells in table.rows:
        scan.row += 1
        _add_cells(scan, line, cells)
        scan.header = scan.header or tuple(cell.slice(scan.text) for cell in cells)
    scan.row, scan.header = -1, ()
    return table.lines


def _table_row(scan: _Scan, at: int) -> int:
    """How many lines the table row (or |---| line) at `at` takes; 0 when it is none. Adds the blocks of its cells."""
    text = scan.line(at)
    if "|" not in text:
        return 0
    if DELIMITER.fullmatch(text):
        return 1  # read together with the row above it
    if scan.row >= 0 and _ONLY_PIPES.fullmatch(text):
        return 1  # a row of empty cells, or the empty rest of the row above
    heads = at + 1 < len(scan.lines) and "|" in scan.line(at + 1) and bool(DELIMITER.fullmatch(scan.line(at + 1)))
    drawn = text.startswith("|") or text.endswith("|")
    if not (drawn or heads or scan.announced):
        return 0
    if heads or scan.row < 0:
        scan.table, scan.row, scan.announced, scan.header = scan.table + 1, -1, heads, ()
    taken = _row_length(scan, at)
    cells = _cells(scan.text, Span(scan.lines[at].span.start, scan.lines[at + taken - 1].span.end))
    scan.row += 1
    _add_cells(scan, at, cells)
    if heads:
        scan.header = _header(scan.text, cells)
    return taken


def _row_length(scan: _Scan, at: int) -> int:
    """How many lines the row takes: more than one where its last cell is closed only by a pipe further down."""
    text = scan.line(at)
    closed = text.endswith("|")
    label_only = closed and len(PIPE.findall(text)) == 1
    if closed and not label_only:
        return 1
    if not closed and not (scan.announced or text.startswith("|")):
        return 1
    last = min(at + MAX_OPEN_LINES, len(scan.lines))
    for ahead in range(at + 1, last):
        more = scan.line(ahead)
        if scan.lines[ahead].span.end - scan.lines[at].span.end > MAX_OPEN_CHARACTERS:
            break
        if "|" in more:
            closes = more.startswith("|") and not DELIMITER.fullmatch(more) if label_only else more.endswith("|")
            opens_row = ahead == at + 1 and label_only and not _ONLY_PIPES.fullmatch(more)
            pipes = len(PIPE.findall(more))
            return ahead - at + 1 if closes and not opens_row and (label_only or pipes == 1) else 1
    return 1


def _cells(text: str, row: Span) -> list[Span]:
    """The places of the cells of a row, empty ones too, without white space."""
    start, end = row.start, row.end
    if text.startswith("|", start):
        start += 1
    if end > start and text[end - 1] == "|":
        end -= 1
    cells = []
    for pipe in PIPE.finditer(text, start, end):
        cells.append(strip_span(text, Span(start, pipe.start())))
        start = pipe.end()
    cells.append(strip_span(text, Span(start, end)))
    return cells


def _header(text: str, cells: list[Span]) -> tuple[str, ...]:
    """The header of each column.

    Empty cells at the end of a header row are what is left of cells that spanned columns (colspan) when a page was saved as
    text. Several: which column a cell heads is unknown, only the first is kept. One: see `_header_of`.
    """
    names = tuple(cell.slice(text) for cell in cells)
    spread = len(names) >= 3 and not names[-1] and not names[-2]
    return names[:1] if spread else names


def _header_of(header: tuple[str, ...], column: int, first: str) -> str:
    """The header above a cell of a row that begins with `first`, "" where unknown.

    Forms number their rows in a column without a header of its own: `เป้าหมาย | จำนวน | |` over `1 | มีแกนนำ | 30 |`. There the first
    header heads the first two columns.
    """
    if len(header) >= 2 and not header[-1] and _ORDINAL.fullmatch(first) and not _ORDINAL_HEADER.match(header[0]):
        column = max(0, column - 1)
    return header[column] if column < len(header) else ""


def _add_cells(scan: _Scan, at: int, cells: Sequence[Span]) -> None:
    """Adds a block for each cell that holds something."""
    first = cells[0].slice(scan.text) if cells else ""
    line = at
    for column, cell in enumerate(cells):
        if not len(cell):
            continue
        while line + 1 < len(scan.lines) and scan.lines[line + 1].span.start <= cell.start:
            line += 1
        scan.blocks.append(
            Block(
                cell,
                BlockKind.TABLE_CELL,
                f"{_locator(scan.lines[line])};cell=R{scan.row + 1}C{column + 1}",
                table=scan.table,
                row=scan.row,
                column=column,
                column_header=_header_of(scan.header, column, first),
                row_header=first if column else "",
            )
        )
