"""Kinds of silence: a field that says there is none, one that was left empty, one that the report does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table

NONE_REPORTED, EMPTY, MISSING = "none_reported", "empty", "missing"
_DOTS = re.compile(r"[\s.…_*|]*")
_MARKS = " \t\n\u00a0:.()•|"


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A row of `data/silence.tsv`."""

    id: str
    text: str
    kind: str  # none_reported, empty
    example: str
    counter_example: str
    source: str


def silence_of(value: str) -> str:
    """`none_reported`, `empty`, or `""` when the value of a field says something.

    >>> silence_of(" - "), silence_of("ไม่มี"), silence_of("....."), silence_of("ไม่ระบุ"), silence_of("ไม่มีเวลา")
    ('none_reported', 'none_reported', 'empty', 'empty', '')
    """
    if _DOTS.fullmatch(value):
        return EMPTY
    return _words().get(" ".join(value.strip(_MARKS).split()), "")


@cache
def _words() -> dict[str, str]:
    return {row.text: row.kind for row in load_table("silence.tsv", SilenceRow)}
