"""The labels of forms and the headings of reports, as a table: what stands below them is read by it, and no line is joined over them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.records import State
from pipeline.resources import load_table

# What damage of Thai and print change in a label: sara am, tone marks, blanks, numbers and signs.
_CHANGEABLE = re.compile(r"[\sาำํ่-๋0-9๐-๙.:：*#_\-–=/()]+")


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """One label of `data/headings.tsv`."""

    id: str
    phrase: str
    role: str
    state: str  # a State, or empty
    strength: str  # open | whole
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.strength not in {"open", "whole"}:
            raise ValueError(f"strength {self.strength!r} is neither open nor whole")
        if self.state:
            State(self.state)


def heading_rows() -> tuple[HeadingRow, ...]:
    """The rows of `data/headings.tsv`."""
    return load_table("headings.tsv", HeadingRow)


def is_bare_label(line: str) -> bool:
    """Whether a line is one label of the table and no more, its number and its sign aside; also where its Thai is damaged.

    >>> is_bare_label("๓. ผลการด าเนินงาน :"), is_bare_label("ผลการดำเนินงานเป็นไปด้วยดี")
    (True, False)
    """
    return _core(line) in _cores()


def _core(line: str) -> str:
    return _CHANGEABLE.sub("", line).lower()


@cache
def _cores() -> frozenset[str]:
    return frozenset(_core(row.phrase) for row in heading_rows())
