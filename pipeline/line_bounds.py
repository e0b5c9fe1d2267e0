"""Words with which no sentence begins, and words with which none ends: where they stand around a gap, a sentence goes on over it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A word by which a sentence is seen to go on (`data/line_bounds.tsv`)."""

    id: str
    word: str
    side: str  # start | end
    example: str
    source: str

    def __post_init__(self) -> None:
        if self.side not in {"start", "end"}:
            raise ValueError(f"side {self.side!r} is neither start nor end")


@cache
def _words(side: str) -> tuple[str, ...]:
    return tuple(row.word for row in load_table("line_bounds.tsv", BoundRow) if row.side == side)


@cache
def _bounds() -> dict[str, re.Pattern[str]]:
    words = {side: "|".join(map(re.escape, _words(side))) for side in ("start", "end")}
    return {"start": re.compile(rf"(?:{words['start']})"), "end": re.compile(rf"(?:{words['end']})\Z")}


@cache
def _reach() -> int:
    """Letters of the longest word with which none ends: no more of what stands before a gap is searched."""
    return max(map(len, _words("end")))


def goes_on(text: str, end: int, start: int) -> bool:
    """Whether a sentence goes on over the gap from `end` to `start`, by the words around it.

    >>> goes_on("ครัวเรือน  และโรงเรียน", 9, 11), goes_on("ครัวเรือน  โรงเรียน", 9, 11)
    (True, False)
    """
    bounds = _bounds()
    return bool(bounds["end"].search(text, max(0, end - _reach()), end) or bounds["start"].match(text, start))
