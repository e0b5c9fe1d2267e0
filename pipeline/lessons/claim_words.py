"""The words of claims and quotes that can be held against each other: content words, and what is denied of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.resources import load_table
from pipeline.segment.tokens import common_words, tokens

DENIES, LESSENS, LINK, COMMON = "denies", "lessens", "link", "common"
# The most frequent words of Thai carry no topic; further down the list stand บ้าน, เด็ก, น้ำ, which do.
_COMMON = 85
_REACH = 2  # content words behind a denial that it denies
_LETTERS = re.compile(r"[ก-ฮ][^ก-ฮ]*[ก-ฮ]|[A-Za-z]{3}")
_CLAUSE_END = re.compile(r"\s{2,}|[\n,;/()]|\s(?:แต่|และ|แล้ว)")


@dataclass(frozen=True, slots=True)
class PolarityRow:
    """A row of `data/lesson_set_polarity.tsv`."""

    id: str
    word: str
    kind: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {DENIES, LESSENS, LINK, COMMON}:
            raise ValueError(f"unknown kind {self.kind!r}")


@cache
def _kinds() -> dict[str, str]:
    return {row.word: row.kind for row in load_table("lesson_set_polarity.tsv", PolarityRow)}


@cache
def _common() -> frozenset[str]:
    return frozenset(common_words(_COMMON))


@cache
def _turning() -> PhraseMatcher:
    rows = load_table("lesson_set_polarity.tsv", PolarityRow)
    return PhraseMatcher(Phrase(row.word, row.kind) for row in rows if row.kind in {DENIES, LESSENS})


@dataclass(frozen=True, slots=True)
class Said:
    """A content word and how it is said: True denied, False plainly, None where nothing can be concluded."""

    word: str
    denied: bool | None


@lru_cache(maxsize=4096)
def said_words(text: str) -> tuple[Said, ...]:
    """The content words of a text in order, each with how it is said.

    >>> [(s.word, s.denied) for s in said_words("ไม่มีงบประมาณ ครูสนับสนุน")]
    [('งบประมาณ', True), ('ครู', False), ('สนับสนุน', False)]
    """
    found: list[Said] = []
    start = 0
    for end in [m.start() for m in _CLAUSE_END.finditer(text)] + [len(text)]:
        found += _clause(text[start:end])
        start = end
    return tuple(found)


def _clause(text: str) -> list[Said]:
    """The content words of one clause."""
    turns = {m.span.start: m for m in _turning().find(text)}
    lessened = any(m.key == LESSENS for m in turns.values())
    found: list[Said] = []
    denied_left = 0
    until = 0
    for span in tokens(text):
        if span.start < until:
            continue
        if span.start in turns:
            match = turns[span.start]
            until = match.span.end
            if match.key == DENIES:
                denied_left = _REACH
            continue
        word = span.slice(text).strip()
        if not word:
            denied_left = 0  # what stands behind a space is mostly said anew
        if not is_content(word):
            continue
        found.append(Said(word, None if lessened else denied_left > 0))
        denied_left = max(0, denied_left - 1)
    return found


def is_content(word: str) -> bool:
    """Whether a token says what a text is about.

    >>> is_content("บุหรี่"), is_content("ที่"), is_content("ไม่")
    (True, False, False)
    """
    return bool(_LETTERS.search(word)) and word not in _common() and word not in _kinds()


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """The content words of a text."""
    return frozenset(span.slice(text) for span in tokens(text) if is_content(span.slice(text)))


def share_words(one: str, other: str) -> bool:
    """Whether two texts share a content word, whole or as part of a longer one.

    >>> share_words("เลิกบุหรี่", "ผู้สูบบุหรี่"), share_words("ปลูกผัก", "ผู้สูบบุหรี่")
    (True, False)
    """
    mine, theirs = content_words(one), content_words(other)
    if mine & theirs:
        return True
    return any(len(word) > 3 and word in other for word in mine) or any(
        len(word) > 3 and word in one for word in theirs
    )


def contradicted(claim: str, quote: str) -> str:
    """The first word that the claim denies and the quote says, or the other way round; "" for none.

    A word counts only where its ways of being said are known and never agree, and where no more words agree than disagree.

    >>> contradicted("งบประมาณเพียงพอ", "งบประมาณไม่เพียงพอ")
    'เพียงพอ'
    >>> contradicted("ไม่มีงบประมาณ", "ขาดงบประมาณ")
    ''
    """
    mine, theirs = _ways(claim), _ways(quote)
    shared = [word for word in mine if word in theirs]
    against = [word for word in shared if not mine[word] & theirs[word]]
    agreed = [word for word in shared if mine[word] & theirs[word] and True in mine[word] | theirs[word]]
    return against[0] if len(against) > len(agreed) else ""


def _ways(text: str) -> dict[str, set[bool]]:
    """How each content word of a text is said; words of which nothing can be concluded are left out."""
    ways: dict[str, set[bool]] = {}
    unsure = set()
    for said in said_words(text):
        if said.denied is None:
            unsure.add(said.word)
        else:
            ways.setdefault(said.word, set()).add(said.denied)
    return {word: way for word, way in ways.items() if word not in unsure}
