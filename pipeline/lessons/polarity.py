"""Whether two lessons say opposite things: embeddings do not see it ("the budget is enough" and "is not enough" have a cosine of 0.96).

A rule for any word behind ไม่ was tried too: on the development half of corpus/clusters it kept no two opposites apart that the
categories and this table had not, and cut through four pairs that say the same (คนไม่กล้า, ไม่มีใครกล้า).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table

ONE, OTHER = -1, 1


@dataclass(frozen=True, slots=True)
class OppositeRow:
    """A row of `data/lesson_opposites.tsv`: two lists of words that speak against each other."""

    id: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    exceptions: tuple[str, ...]
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if twice := set(self.one) & set(self.other):
            raise ValueError(f"{', '.join(sorted(twice))} is on both sides")


def sides_of(text: str) -> tuple[int, ...]:
    """For each pair of opposites the side that the text is on: -1, 1, or 0 for neither and for both.

    >>> sides_of("ผู้ป่วยลดลง")[0], sides_of("ผู้ป่วยเพิ่มขึ้น")[0], sides_of("ลดลงแล้วเพิ่มขึ้น")[0]
    (-1, 1, 0)
    """
    return tuple(sum({sides[found] for found in words.findall(text)}) for words, sides in _pairs())


def opposed(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two texts, given by their sides, are on different sides of a pair.

    >>> opposed(sides_of("งบเพียงพอ"), sides_of("งบไม่เพียงพอ"))
    True
    """
    return any(mine * theirs < 0 for mine, theirs in zip(one, other, strict=True))


@cache
def _pairs() -> tuple[tuple[re.Pattern[str], dict[str, int]], ...]:
    """For each row its words as one pattern, the longest first, and the side of each."""
    made = []
    for row in load_table("lesson_opposites.tsv", OppositeRow):
        sides = {**dict.fromkeys(row.exceptions, 0), **dict.fromkeys(row.one, ONE), **dict.fromkeys(row.other, OTHER)}
        words = sorted(sides, key=lambda word: (-len(word), word))
        made.append((re.compile("|".join(map(re.escape, words))), sides))
    return tuple(made)
