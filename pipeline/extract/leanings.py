"""How a clause leans on its neighbours, by its first words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.extract.words import Words
from pipeline.phrases import on_boundary
from pipeline.resources import load_table
from pipeline.spans import Span

BACK, FORWARD, LEAN, PREDICATE = "back", "forward", "lean", "predicate"


@dataclass(frozen=True, slots=True)
class LeaningRow:
    """First words of a clause (`data/leanings.tsv`).

    kind `back`: the clause goes on with the one before; `forward`: it belongs to the one after (เนื่องจาก…); `lean`: it says
    something of the one before (…เป็นปัจจัยของความสำเร็จ), which so becomes part of it; `predicate`: it may
    lack its subject, which is the noun phrase before it (การเบิกจ่าย | ไม่สามารถทำได้).
    """

    id: str
    phrase: str
    kind: str
    example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {BACK, FORWARD, LEAN, PREDICATE}:
            raise ValueError(f"kind {self.kind!r} is none of back, forward, lean, predicate")


@cache
def _rows() -> tuple[LeaningRow, ...]:
    # The longest words first: ซึ่งยัง leans where ซึ่ง goes on; of equal words the more telling kind.
    order = {LEAN: 0, FORWARD: 1, BACK: 2, PREDICATE: 3}
    rows = load_table("leanings.tsv", LeaningRow)
    return tuple(sorted(rows, key=lambda row: (-len(row.phrase), order[row.kind], row.id)))


@cache
def _by_start() -> dict[str, tuple[LeaningRow, ...]]:
    """The rows by their first character, in order: a clause is held against the few rows that begin as it does."""
    starts = dict.fromkeys(row.phrase[0] for row in _rows())
    return {start: tuple(row for row in _rows() if row.phrase.startswith(start)) for start in starts}


def leaning_of(text: str, span: Span, words: Words | None = None) -> str:
    """The kind of the first words of a clause; "" when they lean on nothing. They must be whole words (เพื่อ, not เพื่อน).

    >>> leaning_of("ทำให้ขยะลดลง", Span(0, 12))
    'lean'
    """
    words = words or Words(text)
    for row in _by_start().get(text[span.start : span.start + 1], ()):
        if not text.startswith(row.phrase, span.start, span.end):
            continue
        first = Span(span.start, span.start + len(row.phrase))
        if on_boundary(text, first) and words.ends(first):
            return row.kind
    return ""
