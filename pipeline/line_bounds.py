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
    unless: tuple[str, ...]  # longer words that begin or end in it, with which a sentence may begin or end
    example: str
    source: str

    def __post_init__(self) -> None:
        if self.side not in {"start", "end"}:
            raise ValueError(f"side {self.side!r} is neither start nor end")
        for longer in self.unless:
            if not (longer.startswith(self.word) if self.side == "start" else longer.endswith(self.word)):
                raise ValueError(f"{longer!r} does not {self.side} with {self.word!r}")


@cache
def _rows(side: str) -> tuple[BoundRow, ...]:
    return tuple(row for row in load_table("line_bounds.tsv", BoundRow) if row.side == side)


@cache
def _starts() -> re.Pattern[str]:
    """A word of side `start` at a place, unless it is the beginning of a longer one."""
    return re.compile("|".join(_but(row.unless) + re.escape(row.word) for row in _rows("start")))


@cache
def _ends() -> re.Pattern[str]:
    """A word of side `end` before a place, unless it is the end of a longer one."""
    kept = ("".join(f"(?<!{re.escape(longer)})" for longer in row.unless) for row in _rows("end"))
    words = (re.escape(row.word) for row in _rows("end"))
    return re.compile("|".join(rf"{word}\Z{but}" for word, but in zip(words, kept, strict=True)))


def _but(longer: tuple[str, ...]) -> str:
    """Where none of the longer words stands."""
    return f"(?!{'|'.join(map(re.escape, longer))})" if longer else ""


@cache
def _reach() -> int:
    """Letters of the longest word before a gap that is looked for: no more of what stands there is searched."""
    return max(len(word) for row in _rows("end") for word in (row.word, *row.unless))


def goes_on(text: str, end: int, start: int) -> bool:
    """Whether a sentence goes on over the gap from `end` to `start`, by the words around it.

    >>> goes_on("ครัวเรือน  และโรงเรียน", 9, 11), goes_on("ครัวเรือน  โรงเรียน", 9, 11)
    (True, False)
    """
    return bool(_ends().search(text, max(0, end - _reach()), end) or _starts().match(text, start))
