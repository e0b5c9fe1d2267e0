"""Page headers, footers and page numbers: lines that return at the same edge of many pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile
from statistics import median

from pipeline.ingest.layout import Body, Line
from pipeline.resources import load_table

# Page headers stand in the first or last rows of a page and in its outer part.
EDGE_ROWS = 3
EDGE_SHARE = 0.16
# On how many pages a line must return.
LEAST_PAGES = 3
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FurnitureRule:
    """A row of data/furniture.tsv."""

    id: str
    pattern: str
    example: str
    counter_example: str
    source: str


@cache
def _page_number() -> re.Pattern[str]:
    rows = load_table("furniture.tsv", FurnitureRule)
    return re.compile("|".join(f"(?:{row.pattern})" for row in rows), re.IGNORECASE)


def is_page_number(text: str) -> bool:
    """Whether a line at the edge of a page is its number.

    >>> is_page_number("หน้า 3 จาก 10"), is_page_number("- ๓ -"), is_page_number("อบรม 3 ครั้ง")
    (True, True, False)
    """
    return _page_number().fullmatch(text.strip()) is not None


def find_furniture(pages: Sequence[tuple[float, Sequence[Line]]], body: Body) -> set[Line]:
    """The lines that are furniture, of pages given as (height, lines from the top).

    A line is furniture when it is a page number at the edge, or when it returns, digits apart, at the same edge of at least
    three pages or half of two. A line larger than the body (a title that slides repeat) must return on more than half of all pages.
    """
    found: set[Line] = set()
    returning: dict[tuple[str, str], list[tuple[int, Line]]] = defaultdict(list)
    for number, (height, lines) in enumerate(pages):
        for edge, line in _edge_lines(height, lines):
            if is_page_number(line.text):
                found.add(line)
            masked = _SPACE.sub("", _DIGITS.sub("0", line.text))
            returning[edge, masked].append((number, line))
    for lines_ in returning.values():
        same = _at_one_height(lines_)
        count = len({number for number, _line in same})
        large = any(body.size * 1.3 <= line.size for _number, line in same)
        often = count >= LEAST_PAGES or (len(pages) == 2 and count == 2)
        if often and (not large or 2 * count > len(pages)):
            found.update(line for _number, line in same)
    return {line for _height, lines in pages for line in _from_the_edge(lines, found)}


def _from_the_edge(lines: Sequence[Line], found: set[Line]) -> Iterator[Line]:
    """Of the lines found on a page those with nothing but furniture between them and the edge."""
    yield from takewhile(found.__contains__, lines)
    yield from takewhile(found.__contains__, reversed(lines))


def _at_one_height(lines: Sequence[tuple[int, Line]]) -> list[tuple[int, Line]]:
    """Of lines that say the same those that stand at the height of most of them."""
    most = max(lines, key=lambda one: sum(abs(one[1].y - other.y) < one[1].size for _number, other in lines))
    return [line for line in lines if abs(line[1].y - most[1].y) < most[1].size]


def _edge_lines(height: float, lines: Sequence[Line]) -> list[tuple[str, Line]]:
    """The lines that could be a page header or footer: at an edge, and not running on into the text."""
    top = [(lines[n], lines[n + 1 : n + 2], "top") for n in range(min(EDGE_ROWS, len(lines)))]
    bottom = [(lines[n], lines[n - 1 : n], "bottom") for n in range(max(0, len(lines) - EDGE_ROWS), len(lines))]
    right = max((line.x1 for line in lines), default=0.0)
    steps = [after.y - line.y for line, after in pairwise(lines)]
    pitch = median(steps) if steps else 0.0
    found = []
    for line, beside, edge in top + bottom:
        at_edge = line.y < EDGE_SHARE * height if edge == "top" else line.y > (1 - EDGE_SHARE) * height
        close = any(abs(other.y - line.y) < 1.25 * pitch and max(other.x1, line.x1) > 0.93 * right for other in beside)
        full = line.x1 > 0.93 * right or (edge == "bottom" and beside[:1] and beside[0].x1 > 0.93 * right)
        if at_edge and not (close and full and len(lines) > 2 * EDGE_ROWS):
            found.append((edge, line))
    return found
