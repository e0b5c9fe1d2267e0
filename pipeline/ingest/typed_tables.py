"""Tables that people type or copy into a text without drawn lines: where they are, and where their cells stand.

Four ways to set them are read: pipes between the cells, tabs or wide gaps between the cells, slashes between the cells, and each cell on a line of its
own (what is left of a table copied from a page). A false table harms more than a missed one, so each has to show a row of headers and rows that fit below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, islice, pairwise

from pipeline.headings_table import heading_rows, is_bare_label
from pipeline.ingest.tables import Cell, count_header_rows, is_header_word
from pipeline.ingest.wrapped import width_of
from pipeline.spans import Span, strip_span

# A row of headers and so many below it, in columns enough to be no sentence.
FEWEST_BELOW, FEWEST_COLUMNS = 2, 3
# What has more columns is no form that people type: the widest of DOMAIN §1.1 has 8.
MOST_COLUMNS = 40
# Columns that stand line by line: beyond, a run of labels is an empty form or a list of contents.
MOST_LISTED = 12
# Whether a header fits is judged by so many rows below it: all would take quadratic time in a long text without tables.
_JUDGED = 12
# Longer lines are not aligned by blanks.
_WIDEST = 1_000
# Cells that stand so many letters beside their headers on the mean are aligned still.
_ALIGNED = 2
# A longer cell is text: the longest header of the forms in DOMAIN §1.1 has 46 characters.
_HEADER_LENGTH = 60

PIPE = re.compile(r"(?<!\\)\|")
DELIMITER = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*")
_TAB = re.compile("\t")
_GAP = re.compile("[ \u00a0]*\t[ \t\u00a0]*|[ \u00a0]{2,}")
_SLASH = re.compile(r"(?<=[ \t\u00a0])/(?=[ \t\u00a0])")
_WIDE = re.compile("\t|[ \u00a0]{3,}")
_BLANKS = " \t\u00a0"
_DIGIT = re.compile(r"\d")
# Numbers that a header may hold: its own, and those of things that are counted through (ครั้งที่ 2, ปี 2565, Q3).
_NUMBERING = re.compile(r"\(?\d{1,2}[.)](?!\d)|(?:ที่|ครั้ง|ปี|พ\.ศ\.|ข้อ|งวด|ไตรมาส|Q)\s*\d{1,4}(?!\d)")
_COUNTER = re.compile(r"(?:ลำดับ|ข้อ|ครั้ง)(?:\s*ที่)?|เลขที่|ที่|No\.?", re.IGNORECASE)
_ACTIVITY = re.compile(r"(?:ชื่อ)?(?:กิจกรรม|โครงการ)")
_ANSWER = re.compile(r"(?:ไม่)?(?:มี|ใช่)")
_ORDINAL = re.compile(r"(\d{1,3})[.)]?")
_AMOUNT = re.compile(r"[\d\s.,%/+–-]*\d[\d\s.,%/+–-]*(?:บาท|คน|ครั้ง|%)?")
_AMOUNTS = re.compile(rf"\|(?:{_AMOUNT.pattern})(?:\||\Z)")
# What begins an item of a list or a heading of Markdown begins no row of headers.
_MARKED = re.compile(r"[#>•*–—+-]")
# Roles of labels that head whole sections: a row that begins with one stands not under another.
_OF_STATEMENTS = ("obstacle", "recommendation", "success_factor", "lesson")
# Roles of labels that stand in menus and at the edges of pages: they speak for no table.
_OF_PAGES = ("boilerplate", "facts")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that holds something: its place without white space around it, and its number in the file, from 1."""

    span: Span
    number: int
    ordinal: int  # among the lines that hold something, from 1


@dataclass(frozen=True, slots=True)
class TypedTable:
    """A table found in lines: the row of headers first; each row with the line it begins in and the places of its cells, empty ones too."""

    lines: int  # how many lines it takes
    rows: tuple[tuple[int, tuple[Span, ...]], ...]


_Row = tuple[Span, ...]
_Cutter = Callable[[Line], _Row]


def find_typed_table(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table without drawn lines that begins at the line `at`; None where none does.

    >>> text = "เรื่อง\\tก่อน\\tหลัง\\nเหล้า\\tทุกงาน\\tไม่มีแล้ว\\nขยะ\\tเผา\\tแยกทุกบ้าน"
    >>> lines = [Line(Span(m.start(), m.end()), n, n) for n, m in enumerate(re.finditer(".+", text), 1)]
    >>> [span.slice(text) for span in find_typed_table(text, lines, 0).rows[1][1]]
    ['เหล้า', 'ทุกงาน', 'ไม่มีแล้ว']
    """
    line = lines[at].span.slice(text)
    if "|" in line:
        return None if line.startswith("|") or line.count("|") < FEWEST_COLUMNS - 1 else _piped(text, lines, at)
    if _MARKED.match(line):
        return None
    if 0 < line.count("\t") < MOST_COLUMNS and (table := _tabbed(text, lines, at)):
        return table
    if FEWEST_COLUMNS - 1 <= len(_SLASH.findall(line)) < MOST_COLUMNS and (table := _slashed(text, lines, at)):
        return table
    return _gapped(text, lines, at) if _GAP.search(line) else _listed(text, lines, at)


def goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether a line stands right below the one before, without an empty line between them."""
    return lines[at].number == lines[at - 1].number + 1


# Headers


def _holds_value(cell: str) -> bool:
    """Whether a cell holds a number that counts or measures, so that it is no header.

    >>> _holds_value("ไฟป่าลดเหลือ 2 ครั้ง"), _holds_value("2. ผลครั้งที่ 1")
    (True, False)
    """
    return _DIGIT.search(_NUMBERING.sub("", cell)) is not None


@lru_cache(maxsize=4096)
def _is_label(cell: str) -> bool:
    """Whether a cell is a label of forms: of those on pages and of answers only what heads columns too."""
    if len(cell) > _HEADER_LENGTH or _ANSWER.fullmatch(cell):
        return False
    return is_header_word(cell) or (is_bare_label(cell) and cell.strip(" :") not in _page_words())


@cache
def _page_words() -> frozenset[str]:
    return frozenset(row.phrase for row in heading_rows() if row.role in _OF_PAGES)


@cache
def _statement_words() -> frozenset[str]:
    return frozenset(row.phrase for row in heading_rows() if row.role in _OF_STATEMENTS)


def _could_head(cells: Sequence[str]) -> bool:
    """Whether cells are short, differ and hold no values."""
    return (
        1 < len(cells) <= MOST_COLUMNS
        and all(len(cell) <= _HEADER_LENGTH and not _holds_value(cell) for cell in cells)
        and len(set(cells)) == len(cells)
    )


def _is_header_row(cells: Sequence[str]) -> bool:
    """Whether a row heads a table wherever it stands: mostly labels, none of its cells a value."""
    filled = [cell for cell in cells if cell]
    labels = sum(map(_is_label, filled)) if _could_head(filled) else 0
    return labels >= 2 and 2 * labels >= len(filled)


def _ends(names: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row stands no more under the headers `names`: it is a header row, the same again too, or its first cell a label with or for its own text."""
    label, colon, _ = row[0].partition(":")
    if list(row) == list(names):
        return True
    if colon and is_bare_label(label):
        return True
    return _is_header_row(row) or (names[0] in _statement_words() and label in _statement_words())


# Rows below a header


def _fits(width: int, cells: int) -> bool:
    return abs(cells - width) <= 1


def _fill(cells: _Row, width: int) -> _Row:
    """The cells of a row in so many columns: where they are more, the rest stands in the last."""
    if len(cells) <= width:
        return cells
    rest = [cell for cell in cells[width - 1 :] if len(cell)] or [cells[width - 1]]
    return (*cells[: width - 1], Span(rest[0].start, rest[-1].end))


def _texts(text: str, cells: _Row) -> list[str]:
    return [cell.slice(text) for cell in cells]


def _judged(below: Iterator[_Row], width: int) -> list[_Row]:
    """The first rows below a header, none where they are too few or less than half of them have its number of cells."""
    first = list(islice(below, _JUDGED))
    exact = sum(len(row) == width for row in first)
    return first if len(first) >= FEWEST_BELOW and 2 * exact >= len(first) else []


def _table(text: str, at: int, header: _Row, below: Iterator[_Row]) -> TypedTable:
    rows = [header, *(_fill(row, len(header)) for row in below)]
    return TypedTable(len(rows), tuple(enumerate(rows, at)))


# Pipes between the cells


def _piped(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table with pipes between its cells alone: "ปัญหา | สาเหตุ | ทางแก้" over a line for each problem.

    A menu of a page has no headers, a chat neither.
    """
    header = _between_pipes(text, lines[at])
    names = [name for name in _texts(text, header) if name]
    if len(header) < FEWEST_COLUMNS or not _could_head(names):
        return None
    if not any(map(_is_label, names)) and not (at + 1 < len(lines) and _AMOUNTS.search(lines[at + 1].span.slice(text))):
        return None
    below = _piped_below(text, lines, at, header)
    first = _judged(below, len(header))
    if not first or not _heads(names, [_texts(text, row) for row in (header, *first)]):
        return None
    return _table(text, at, header, chain(first, below))


def _between_pipes(text: str, line: Line) -> _Row:
    """The places between the pipes of a line, empty ones too, also at its ends."""
    row = line.span
    edges = [row.start - 1, *(pipe.start() for pipe in PIPE.finditer(text, row.start, row.end)), row.end]
    return tuple(strip_span(text, Span(left + 1, right)) for left, right in pairwise(edges))


def _piped_below(text: str, lines: Sequence[Line], at: int, header: _Row) -> Iterator[_Row]:
    """The rows right below a header, up to the next header, typed or drawn."""
    names, width = _texts(text, header), len(header)
    for ahead in range(at + 1, len(lines)):
        line = lines[ahead].span.slice(text)
        if not goes_on(lines, ahead) or "|" not in line or DELIMITER.fullmatch(line):
            return
        if ahead + 1 < len(lines) and DELIMITER.fullmatch(lines[ahead + 1].span.slice(text)):
            return
        cells = _between_pipes(text, lines[ahead])
        drawn = len(cells) != width and line.startswith("|") and line.endswith("|")
        if drawn or not _fits(width, len(cells)) or len(cells) < 2 or _ends(names, _texts(text, cells)):
            return
        yield cells


def _heads(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row heads the others: by its labels; with one label, or over a column of amounts, where tables of files would have it so."""
    labels = sum(map(_is_label, names))
    if labels >= 2 and 2 * labels >= len(names):
        return True
    cells = [Cell(y, x, (cell,), "") for y, row in enumerate(rows) for x, cell in enumerate(row) if cell]
    amounts = any(all(map(_AMOUNT.fullmatch, column)) for column in list(zip(*rows[1:], strict=False))[1:])
    return (labels > 0 or amounts) and count_header_rows(cells) > 0


# Slashes between the cells


def _slashed(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table with a slash among blanks between its cells: "ตัวชี้วัด / เป้า / ผล" over a line for each indicator.

    A gap may stand behind the first cell of a line: "ผู้เลิกสูบ   30 คน / 22 คน".
    """
    header = _cut(text, lines[at].span, _SLASH)

    def cut(line: Line) -> _Row:
        cells = _cut(text, line.span, _SLASH)
        label = _cut(text, cells[0], _GAP) if len(cells) == len(header) - 1 else ()
        return (*label, *cells[1:]) if len(label) == 2 else cells

    return _gap_table(text, lines, at, header, cut)


# Tabs or wide gaps between the cells


def _tabbed(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table with one tab between its cells, as it is copied out of a document or a sheet; two columns only under two labels."""
    indent = _empty(_cut(text, _whole(text, lines[at]), _TAB))

    def cut(line: Line) -> _Row:
        cells = _cut(text, _whole(text, line), _TAB)
        return cells[min(indent, _empty(cells)) :]

    header = cut(lines[at])
    while not len(header[-1]):
        header = header[:-1]
    if len(header) == 2 and not all(map(_is_label, _texts(text, header))):
        return None
    return _gap_table(text, lines, at, header, cut)


def _empty(cells: _Row) -> int:
    """How many cells are empty before the first that is not."""
    return next((n for n, cell in enumerate(cells) if len(cell)), 0)


def _gapped(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table with runs of tabs or blanks between its cells, in three columns or more: officials put two blanks between sentences."""
    header = _cut(text, lines[at].span, _GAP)
    starts = _starts(text, lines[at], header)

    def cut(line: Line) -> _Row:
        cells = _cut(text, line.span, _GAP)
        return _aligned(cells, _starts(text, line, cells), starts)

    # "ส่วนที่ 2  ปัญหา  สาเหตุ" heads a part of a form, and the lines below say their labels themselves.
    numbered = _DIGIT.search(lines[at].span.slice(text))
    if numbered or len(header) < FEWEST_COLUMNS:
        return None
    table = _gap_table(text, lines, at, header, cut)
    return table if table and _is_set(text, lines[at : at + min(table.lines, _JUDGED)]) else None


def _is_set(text: str, lines: Sequence[Line]) -> bool:
    """Whether lines are set as a table: counted, with gaps wider than those between sentences in each, or most in line with the first."""
    header, *below = lines
    places = [_cut(text, line.span, _GAP) for line in lines]
    if _COUNTER.fullmatch(places[0][0].slice(text)) or all(_WIDE.search(line.span.slice(text)) for line in lines):
        return True
    starts = _starts(text, header, places[0])
    rows = [_starts(text, line, cells) for line, cells in zip(below, places[1:], strict=True)]
    set_so = [len(row) == len(starts) and _apart(row, starts) <= _ALIGNED * len(starts) for row in rows]
    return 2 * sum(set_so) >= len(rows)


def _starts(text: str, line: Line, cells: _Row) -> list[int]:
    """How many letters that take room stand before each cell of a line; none where tabs do, that take an unknown room."""
    whole = _whole(text, line)
    if len(whole) > _WIDEST or "\t" in whole.slice(text):
        return []
    return [width_of(text[whole.start : cell.start]) for cell in cells]


def _aligned(cells: _Row, here: list[int], there: list[int]) -> _Row:
    """The cells of a row with one less or one more than headers, put below those that they stand nearest to; as they are where not aligned."""
    if not here or abs(len(here) - len(there)) != 1:
        return cells
    few, many = sorted((here, there), key=len)
    apart = {n: _apart(few, many[:n] + many[n + 1 :]) for n in reversed(range(len(many)))}
    odd = min(apart, key=apart.__getitem__)
    if apart[odd] > _ALIGNED * len(few):
        return cells
    if few is there:
        return (*cells[: odd - 1], Span(cells[odd - 1].start, cells[odd].end), *cells[odd + 1 :]) if odd else cells
    edge = cells[odd].start if odd < len(cells) else cells[-1].end
    return (*cells[:odd], Span(edge, edge), *cells[odd:])


def _apart(here: Sequence[int], there: Sequence[int]) -> int:
    return sum(abs(one - other) for one, other in zip(here, there, strict=True))


def _gap_table(text: str, lines: Sequence[Line], at: int, header: _Row, cut: _Cutter) -> TypedTable | None:
    """The table under a header of which all cells are filled and at least two are labels, or the first counts or names the rows."""
    names = _texts(text, header)
    if not all(names) or not _could_head(names):
        return None
    labelled = sum(map(_is_label, names)) >= 2
    counts = _COUNTER.fullmatch(names[0]) is not None
    if not labelled and not counts and not (_ACTIVITY.fullmatch(names[0]) and "\t" in lines[at].span.slice(text)):
        return None
    below = _gaps_below(text, lines, at, names, cut)
    first = _judged(below, len(header))
    openers = [row[0].slice(text) for row in first]
    if not labelled and not all(_ORDINAL.match(opener) if counts else not is_bare_label(opener) for opener in openers):
        return None
    return _table(text, at, header, chain(first, below)) if first else None


def _gaps_below(text: str, lines: Sequence[Line], at: int, names: Sequence[str], cut: _Cutter) -> Iterator[_Row]:
    """The rows right below a header, up to a line that fits none: what goes on a cell in a line of its own ends the table too."""
    width = len(names)
    for ahead in range(at + 1, len(lines)):
        if not goes_on(lines, ahead) or "|" in lines[ahead].span.slice(text):
            return
        cells = cut(lines[ahead])
        while len(cells) > width and not len(cells[-1]):
            cells = cells[:-1]
        if len(cells) < 2 or not _fits(width, len(cells)) or _ends(names, _texts(text, cells)):
            return
        yield cells


def _cut(text: str, place: Span, gap: re.Pattern[str]) -> _Row:
    """The places between the gaps, without white space around them."""
    found = [match.span() for match in gap.finditer(text, place.start, place.end)]
    edges = [(place.start, place.start), *found, (place.end, place.end)]
    return tuple(strip_span(text, Span(left, right)) for (_, left), (right, _) in pairwise(edges))


def _whole(text: str, line: Line) -> Span:
    """A line with the blanks and tabs at its ends, that hold its empty cells."""
    start, end = line.span.start, line.span.end
    while start and text[start - 1] in _BLANKS:
        start -= 1
    while end < len(text) and text[end] in _BLANKS:
        end += 1
    return Span(start, end)


# Each cell on a line of its own


def _listed(text: str, lines: Sequence[Line], at: int) -> TypedTable | None:
    """The table that stands line by line: its headers, then 1 and the cells of the first row, 2 and those of the second, to the end.

    Headers and rows must all have as many lines; the number of a row may have no header. One line more or less somewhere, and what stands under
    what is unknown.
    """
    if not _is_name(lines[at].span.slice(text)):
        return None
    last = next((n for n in range(at, at + MOST_LISTED + 1) if _number(text, lines, n) == 1), at)
    names = [line.span.slice(text) for line in lines[at:last]]
    if len(names) < FEWEST_COLUMNS or not all(map(_is_name, names)) or not _could_head(names):
        return None
    counters = [name for name in names if _COUNTER.fullmatch(name)]
    if counters and counters != names[:1]:
        return None
    headers = tuple(line.span for line in lines[at : at + len(names)])
    if not counters:
        headers = (Span(headers[0].start, headers[0].start), *headers)
    first = at + len(names)
    rows = _groups(text, lines, first, len(headers))
    if not rows:
        return None
    taken = len(names) + rows * len(headers)
    below = [
        (start, tuple(line.span for line in lines[start : start + len(headers)]))
        for start in range(first, at + taken, len(headers))
    ]
    return TypedTable(taken, ((at, headers), *below))


def _is_name(line: str) -> bool:
    """Whether a line is a label that announces no text of its own by a colon."""
    return not line.endswith((":", "：")) and not _DIGIT.match(line) and _is_label(line)


def _groups(text: str, lines: Sequence[Line], first: int, width: int) -> int:
    """How many groups of `width` lines follow, opened by 1, 2, 3 …; 0 where they are fewer than two or a line more or less breaks the series."""
    start, groups = first, 0
    while _number(text, lines, start) == groups + 1 and start + width <= len(lines):
        groups, start = groups + 1, start + width
    if groups < FEWEST_BELOW or _number(text, lines, start) == groups + 1:
        return 0
    last = [lines[n].span.slice(text) for n in range(start - width + 1, start)]
    if any(is_bare_label(cell) for cell in last):
        return 0  # its last cell is missing, and what follows the table was counted in
    strays = {_number(text, lines, n) for n in range(start - width + 1, start + 2 * width)}
    closed = start >= len(lines) or not goes_on(lines, start) or is_bare_label(lines[start].span.slice(text))
    return groups if groups + 1 not in strays and (closed or groups > FEWEST_BELOW) else 0


def _number(text: str, lines: Sequence[Line], at: int) -> int:
    """The number that stands alone on a line, 0 for none."""
    if at >= len(lines) or not text[lines[at].span.start].isdecimal():
        return 0
    number = _ORDINAL.fullmatch(lines[at].span.slice(text))
    return int(number.group(1)) if number else 0
