"""Passages that cannot stand alone: begun in the middle of a sentence, broken off, or a label of a form with its tick."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import load_table
from pipeline.segment.tokens import tokens

TABLE = "lesson_fragments.tsv"
OPENING, ENDING, LABEL = "opening", "ending", "label"
_PAIRS = (("(", ")"), ("“", "”"))


@dataclass(frozen=True, slots=True)
class FragmentRow:
    """A row of `data/lesson_fragments.tsv`; see the head of that file."""

    id: str
    kind: str
    words: str
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class _Rules:
    openings: frozenset[str]
    endings: frozenset[str]
    signs: tuple[str, ...]
    labels: tuple[re.Pattern[str], ...]


@cache
def _rules() -> _Rules:
    """The rows by kind. Raises ResourceError for an unknown kind."""
    openings: set[str] = set()
    endings: set[str] = set()
    labels = []
    for row in load_table(TABLE, FragmentRow):
        if row.kind == OPENING:
            openings.update(row.words.split("|"))
        elif row.kind == ENDING:
            endings.update(row.words.split("|"))
        elif row.kind == LABEL:
            labels.append(re.compile(row.words))
        else:
            raise ResourceError(f"{TABLE}, row {row.id}: unknown kind {row.kind}.", "Take opening, ending or label.")
    signs = tuple(sorted(word for word in endings if not re.search("[ก-๙]", word)))
    return _Rules(frozenset(openings), frozenset(endings), signs, tuple(labels))


def is_fragment(text: str) -> bool:
    """Whether a passage needs words that stand before or behind it in its report, or is a label of a form.

    >>> is_fragment("แต่ยังไม่ครบทุกบ้าน"), is_fragment("แต่ก่อนไม่มีใครมาวัด"), is_fragment("เยี่ยมครบทุกบ้าน")
    (True, False, False)
    """
    rules = _rules()
    words = [word for span in tokens(text) if (word := span.slice(text).strip())]
    if not words:
        return True
    # The tokeniser knows some openings as one word and others as two (แต่ก็).
    begins = words[0] in rules.openings or "".join(words[:2]) in rules.openings
    ends = words[-1] in rules.endings or text.rstrip().endswith(rules.signs)
    open_pair = any(text.count(left) > text.count(right) for left, right in _PAIRS)
    return begins or ends or open_pair or any(label.search(text) for label in rules.labels)
