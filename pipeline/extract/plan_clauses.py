"""Clauses that state a plan or a target in the midst of what was reached ("… และจะขยายไปอีก 2 ตำบล", "คัดกรองให้ได้ร้อยละ 90 …")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table
from pipeline.spans import Span

TABLE = "plan_clauses.tsv"


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A row of `data/plan_clauses.tsv`."""

    id: str
    needs: str
    pattern: str
    example: str
    clause: str
    counter_example: str
    source: str


_LINE = re.compile(r"[^\n]+")


@cache
def _clauses() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """Of each row the words without one of which a line need not be searched, and the pattern."""
    return tuple((tuple(row.needs.split("|")), re.compile(row.pattern)) for row in load_table(TABLE, ClauseRow))


def plan_clauses(text: str) -> list[Span]:
    """The places of such clauses in a text, in order; they may overlap.

    >>> text = "คัดแยกขยะแล้ว 58 หลัง และจะขยายไปอีก 2 ตำบล"
    >>> [span.slice(text) for span in plan_clauses(text)]
    ['และจะขยายไปอีก 2 ตำบล']
    """
    found = []
    for line in _LINE.finditer(text):
        for words, pattern in _clauses():
            if any(word in line.group() for word in words):
                found += [Span(*match.span()).shift(line.start()) for match in pattern.finditer(line.group())]
    return sorted(found)
