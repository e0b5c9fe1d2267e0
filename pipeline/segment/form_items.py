"""Words that a form prints, where they stand alone: rows of the six-value form, bare labels, lone answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table
from pipeline.spans import Span

# A single row of the form may be somebody's own words; the form prints them all.
ROWS_OF_A_FORM = 2
# The longest printed row has 80 characters.
LONGEST_LABEL = 140
GROUP, ITEM, LABEL, ANSWER = "group", "item", "label", "answer"
_CELL = re.compile(r"[^\n|]+")
_NUMBERING = re.compile(
    r"[\s\-–—•●▪*#]*(?:(?:คุณค่าที่เกิดขึ้น|หมวด|ด้าน|ข้อ)(?:ที่)?\s*(?=[0-9๐-๙]))?(?:[0-9๐-๙]+(?:\.[0-9๐-๙]+)*[.)]?\s*)?"
)
# Where a label ends in front of its answer: a colon, a box or a wide gap.
_LABEL_END = re.compile(r"\s*(?:[:：]|(?=\[)|\s{2,})")
_BOX = re.compile(r"\s*[\[(（]?\s*(?P<word>[^\[\]()|:：\n]*?)\s*[\])）]?\s*(?:\s{2,}|[:：]|\Z)")
_PARENTHESIS = re.compile(r"\([^()\n]*\)")
_LOOSE = re.compile(r"[\s/,*.…:：\[\]\-–]+")
_KEPT = re.compile(r"[^\s/,*.…:：\[\]\-–()]{2}")  # two letters with which the squeezed words begin too
_EMPTY = re.compile(r"[\s\[\]()/x✓✔✗☐☑.…\-–—*]*\Z")


@dataclass(frozen=True, slots=True)
class FormItemRow:
    """A row of `data/form_items.tsv`."""

    id: str
    phrase: str
    kind: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {GROUP, ITEM, LABEL, ANSWER}:
            raise ValueError(f"kind {self.kind!r} is none of {GROUP}, {ITEM}, {LABEL}, {ANSWER}")


@cache
def _kinds() -> dict[str, str]:
    """The kind of each phrase, written without blanks and slashes."""
    return {_squeeze(row.phrase): row.kind for row in load_table("form_items.tsv", FormItemRow)}


@cache
def _heads() -> frozenset[str]:
    """The first two letters of the phrases: few cells begin so."""
    return frozenset(words[:2] for words in _kinds())


def _squeeze(text: str) -> str:
    return _LOOSE.sub("", _PARENTHESIS.sub("", text))


def printed_items(text: str) -> list[Span]:
    """The places of printed words of a form that stand alone in a line or cell, with the bare answer beside them.

    The same words inside a sentence are no form text.

    >>> form = "1.3 กระบวนการใหม่ [ไม่มี]\\n2.2 การบริโภค : เด็กกินผักทุกมื้อ\\nการบริโภคผักดีขึ้น"
    >>> [span.slice(form) for span in printed_items(form)]
    ['1.3 กระบวนการใหม่ [ไม่มี]', '2.2 การบริโภค :']
    """
    found: list[tuple[str, str, Span]] = []
    before: Span | None = None  # the cell to the left, when it may be a label
    for match in _CELL.finditer(text):
        cell = Span(*match.span())
        item = _printed(text, cell)
        if item is not None:
            found.append(item)
            if item[0] == ANSWER and before is not None:
                found.append((LABEL, "", before))  # what is answered by yes or no is a printed row
        beside = text[cell.end : cell.end + 1] == "|"
        before = cell if beside and _opens(text, cell) and _is_plain(cell.slice(text)) else None
    rows = {words for kind, words, _ in found if kind in {GROUP, ITEM}}
    return [span for kind, _, span in found if kind != ITEM or len(rows) >= ROWS_OF_A_FORM]


def _opens(text: str, cell: Span) -> bool:
    """Whether a cell is the first of its line."""
    line = text.rfind("\n", 0, cell.start) + 1
    return not text[line : cell.start].strip(" \t|")


def _is_plain(cell: str) -> bool:
    """Whether a cell may be a label: short, without a number."""
    return 0 < len(cell.strip()) <= LONGEST_LABEL // 2 and not re.search("[0-9๐-๙]", cell.lstrip(" 0123456789.)"))


def _printed(text: str, cell: Span) -> tuple[str, str, Span] | None:
    """Kind, words and place of the printed words with which a cell opens; None for other text."""
    start = _NUMBERING.match(text, cell.start, cell.end)
    begin = start.end() if start else cell.start
    if _KEPT.match(text, begin, cell.end) and text[begin : begin + 2] not in _heads():
        return None
    for end, after in _ends(text, begin, cell.end):
        words = _squeeze(text[begin:end])
        kind = _kinds().get(words)
        if kind is not None:
            return kind, words, Span(cell.start, _past_answer(text, after, cell.end))
    return None


def _ends(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """Where a label that begins at `begin` may end, and where its answer begins: the whole cell first."""
    marks = [(m.start(), m.end()) for m in _LABEL_END.finditer(text, begin, min(end, begin + LONGEST_LABEL))]
    return [(end, end), *marks] if end - begin <= LONGEST_LABEL else marks


def _past_answer(text: str, at: int, end: int) -> int:
    """The place behind a bare answer (`[มี]`, `: ไม่มี`) or an empty box at `at`."""
    if _EMPTY.match(text, at, end):
        return end
    box = _BOX.match(text, at, end)
    if box is not None and (_kinds().get(_squeeze(box["word"])) == ANSWER or not _squeeze(box["word"])):
        return box.end()
    return at
