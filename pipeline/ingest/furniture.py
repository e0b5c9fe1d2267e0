"""Page headers, footers and page numbers: lines that return at the same edge of many pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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
    for same in returning.values():
        count = len({number for number, _line in same})
        large = any(body.size * 1.3 <= line.size for _number, line in same)
        often = count >= LEAST_PAGES or (len(pages) == 2 and count == 2)
        if often and (not large or 2 * count > len(pages)):
            found.update(line for _number, line in same)
    return found


def _edge_lines(height: float, lines: Sequence[Line]) -> list[tuple[str, Line]]:
    top = [("top", line) for line in lines[:EDGE_ROWS] if line.y < EDGE_SHARE * height]
    bottom = [("bottom", line) for line in lines[-EDGE_ROWS:] if line.y > (1 - EDGE_SHARE) * height]
    return top + bottom
