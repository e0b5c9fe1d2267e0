"""Text whose lines were broken to fit a page (copied from a PDF, a mail, a narrow column): the lines of a paragraph set together again.

Left as they are, each line would be a paragraph of its own, and every sentence that runs over a line two half ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.headings_table import is_bare_label
from pipeline.line_bounds import goes_on
from pipeline.spans import MappedText

# Widths at which a page breaks its lines, in letters that take room.
NARROWEST, WIDEST = 36, 140
# The last word that did not fit is no longer than this; a line that ends earlier ended by itself.
LONGEST_WORD = 12
# So many lines break at the width, and so large a share of those that a plain line follows: in text written line by line it is below 0.4. Where
# paragraphs are few among short lines, so many times as many lines end there as a word or two before.
FEWEST_FULL, SHARE_FULL, PEAK = 6, 0.5, 3
# A share of longer lines shows that the text is not broken at that width.
MOST_LONGER = 0.02
# Of the widths of the lines, this part lies at or below that of the page: single lines may hang over.
_QUANTILE = 0.95
# A line set in by so much more than the one before begins a paragraph.
_SET_IN = 3

# So large a share of the broken lines ends or goes on with words at which no sentence does: statements set one on a line do not.
SHARE_OPEN = 0.12
# Wider gaps part the cells of a table, or a page's title from its number.
_GAP = re.compile(r"\S[ \t\u00a0]{4,}\S|\t")
_ASKS = re.compile(r"(?:[?？]|ไหม|อะไร|บ้าง|ยังไง|อย่างไร|ทำไม|ที่ไหน|ตรงไหน|เท่าไร|เท่าไหร่)[\s\"”]*\Z")
_DIGITS = re.compile(r"[0-9๐-๙]+")

_LINE = re.compile(r"[^\n\r\x0b\x0c\u2028\u2029]*(?:\r\n|[\n\r\x0b\x0c\u2028\u2029]|\Z)")
_NO_ROOM = re.compile(
    "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_THAI = re.compile(r"[ก-๎]")
_APART = re.compile(r"[#>=]|\*\*|.*\||[^ก-๛A-Za-z]*\Z")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file: its place without white space at its ends, its width and what is set before it, in letters that take room."""

    start: int
    end: int
    width: int
    indent: int
    begins: bool  # with a list mark: no line goes on so
    apart: bool  # a table row, a heading by its words or print, a drawn line: it neither goes on nor is gone on from


def unwrapped(text: str, marker: re.Pattern[str]) -> MappedText:
    """The text with the lines of each paragraph on one line; as it is, its own source, where its lines are not broken at one width.

    `marker`: what begins an item of a list. Between two Thai letters nothing is put in the place of the break, else a blank.

    >>> page = "".join(f"{'ชาวบ้าน' * 6}{letter}และ\\n{'ปลูกผัก' * 4}{letter}\\n\\n" for letter in "กขคงจฉช")
    >>> unwrapped(page, re.compile("-")).text.count("\\n"), unwrapped("สั้น\\nสั้น", re.compile("-")).text
    (14, 'สั้น\\nสั้น')
    """
    lines = _lines(text, marker)
    page = _page_width(lines)
    joins = [(line, after) for line, after in pairwise(lines) if page and _runs_on(line, after, page)]
    open_ended = sum(goes_on(text, line.end, after.start) for line, after in joins)
    ended = any(
        not _is_full(after, page) for _, after in joins
    )  # a paragraph ends somewhere in its line; a poem and a list do not
    if not ended or open_ended < max(1, SHARE_OPEN * len(joins)):
        return MappedText.identity(text)
    pieces: list[tuple[str, int, int]] = []
    at = 0
    for line, after in joins:
        pieces += ((letter, place, place + 1) for place, letter in enumerate(text[at : line.end], at))
        glued = _THAI.match(text[line.end - 1]) and _THAI.match(text[after.start]) and text[line.end] not in " \t\u00a0"
        if not glued:
            pieces.append((" ", line.end, after.start))
        at = after.start
    pieces += ((letter, place, place + 1) for place, letter in enumerate(text[at:], at))
    return MappedText.build(pieces)


def _lines(text: str, marker: re.Pattern[str]) -> list[_Line]:
    """All lines, empty ones with width 0."""
    found = []
    lines = list(_LINE.finditer(text))
    shapes = [_DIGITS.sub("#", match.group().strip()) for match in lines]
    often = Counter(shapes)
    for match, shape in zip(lines, shapes, strict=True):
        line = match.group()
        bare = line.strip()
        start = match.start() + len(line) - len(line.lstrip())
        apart = _APART.match(bare) is not None or is_bare_label(bare) or _GAP.search(bare) is not None
        # A page's title comes again on each page; a question has its answer below it.
        apart = apart or often[shape] > 1 or _ASKS.search(bare) is not None
        indent = start - match.start() if bare else 0
        width = indent + width_of(bare) if bare else 0
        found.append(_Line(start, start + len(bare), width, indent, marker.match(bare) is not None, apart))
    return found


def width_of(line: str) -> int:
    """How many letters of a line take room: marks above and below take none.

    >>> width_of("น้ำดื่ม")
    4
    """
    return len(line) - len(_NO_ROOM.findall(line))


def _page_width(lines: Sequence[_Line]) -> int:
    """The width at which the lines are broken; 0 where they are not."""
    widths = sorted(line.width for line in lines if line.width and not line.apart)
    if len(widths) < FEWEST_FULL:
        return 0
    page = widths[min(len(widths) - 1, int(_QUANTILE * len(widths)))]
    longer = sum(width > page + LONGEST_WORD for width in widths)
    if not NARROWEST <= page <= WIDEST or longer > MOST_LONGER * len(widths):
        return 0
    followed = [
        page - line.width
        for line, after in pairwise(lines)
        if line.width and after.width and not (line.apart or after.begins or after.apart)
    ]
    full, before, earlier = (
        sum(band * LONGEST_WORD < short <= (band + 1) * LONGEST_WORD for short in followed) for band in range(3)
    )
    full += sum(short <= 0 for short in followed)
    broken = full >= SHARE_FULL * len(followed) or full >= PEAK * max(before, earlier, 1)
    return page if full >= FEWEST_FULL and broken else 0


def _runs_on(line: _Line, after: _Line, page: int) -> bool:
    """Whether a line goes on in the one after it: it is full, and that one begins nothing."""
    if not (line.width and after.width):
        return False
    if line.apart or after.begins or after.apart or not _is_full(line, page):
        return False
    return line.begins or after.indent < line.indent + _SET_IN


def _is_full(line: _Line, page: int) -> bool:
    """Whether a line ends where the page does."""
    return line.width >= page - LONGEST_WORD
