"""Enumerations that merely name the issues: they are a frame around the text, not its subject (DOMAIN §9 rule b)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.classify import taxonomy
from pipeline.classify.rules import term_votes
from pipeline.classify.terms import numbers
from pipeline.records import Vote
from pipeline.spans import Span, join_spans

_SEPARATOR = re.compile(r"[\s,;/|•·\-–—()\[\]\"“”'‘’:.]+|[0-9๐-๙]{1,2}[.)]")
_NUMBER = re.compile(r"[0-9๐-๙]+")


@dataclass(frozen=True, slots=True)
class FrameWords:
    """Words of enumerations, by what they do between two items (`frame_words.tsv`)."""

    id: str  # filler, joiner, item, breaker, counter
    words: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The patterns that say whether two items belong to one enumeration."""

    breaks: re.Pattern[str]
    skips: re.Pattern[str]
    joins: re.Pattern[str]
    subject: re.Pattern[str]
    nominal: re.Pattern[str]
    verb: re.Pattern[str]
    announces: re.Pattern[str]


@cache
def _gap_patterns(folder: Path | None) -> _Gaps:
    """The patterns made from `frame_words.tsv`."""
    words = {row.id: row.words for row in taxonomy.read_rows("frame_words.tsv", FrameWords, folder)}
    counted = rf"[0-9๐-๙]\s*(?:{_any(words['counter'])})"
    return _Gaps(
        breaks=re.compile(f"{_any(words['breaker'])}|{counted}"),
        skips=re.compile(_any(words["filler"] + words["item"] + words["joiner"])),
        joins=re.compile(_any(words["joiner"])),
        subject=re.compile(_any(words["subject"])),
        nominal=re.compile(_any(words["nominal"])),
        verb=re.compile(_any(words["verb"])),
        announces=re.compile(rf"(?:[4-9๔-๙]|[1-9๑-๙][0-9๐-๙])\s*(?:{_any(words['announce'])})"),
    )


def _any(words: Sequence[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def frame_spans(text: str, *, folder: Path | None = None) -> tuple[Span, ...]:
    """The enumerations of `text` that name four or more different issues, in order.

    Four issues spoken of in sentences of their own are no frame.

    >>> text = "ทำงาน 4 ประเด็น คือ บุหรี่ เหล้า อาหาร และกิจกรรมทางกาย"
    >>> [span.slice(text) for span in frame_spans(text)]
    ['บุหรี่ เหล้า อาหาร และกิจกรรมทางกาย']
    """
    return frames_of(text, term_votes(text, taxonomy.ISSUE, folder=folder), folder=folder)


def frames_of(text: str, votes: Sequence[Vote], *, folder: Path | None = None) -> tuple[Span, ...]:
    """The enumerations among the issue votes of `text`; see frame_spans."""
    wanted = numbers(folder).frame_issues
    found: list[Span] = []
    for run in _runs(text, _items(votes), folder):
        if _different(labels for _, labels in run) >= wanted:
            found.append(join_spans(span for span, _ in run))
    return tuple(found)


Item = tuple[Span, frozenset[str]]


def _items(votes: Sequence[Vote]) -> list[Item]:
    """The named issues in order: overlapping votes are one item."""
    items: list[Item] = []
    for vote in votes:
        if vote.span is None:
            continue
        if items and vote.span.start < items[-1][0].end:
            items[-1] = (join_spans([items[-1][0], vote.span]), items[-1][1] | {vote.label})
        else:
            items.append((vote.span, frozenset([vote.label])))
    return items


def _runs(text: str, items: list[Item], folder: Path | None) -> list[list[Item]]:
    """The items grouped into enumerations."""
    runs: list[list[Item]] = []
    announced = False
    for item in items:
        before = text[runs[-1][-1][0].end if runs else 0 : item[0].start]
        if runs and _same_list(before, announced, folder):
            runs[-1].append(item)
        else:
            runs.append([item])
            announced = _announced(before, folder)
    return runs


def _announced(before: str, folder: Path | None) -> bool:
    """Whether the words before an item announce a list of four or more (`8 ประเด็น ได้แก่`)."""
    ends = [match.end() for match in _gap_patterns(folder).announces.finditer(before)]
    return bool(ends) and len(before) - ends[-1] <= numbers(folder).frame_item


def _same_list(gap: str, announced: bool, folder: Path | None) -> bool:
    """Whether two items with `gap` between them stand in one enumeration.

    The gap must hold a separator or a joining word and no word of a sentence; what is left of the words around the
    items must be short. A part between two separators may be an item of its own that is none of the issues.
    """
    patterns, limits = _gap_patterns(folder), numbers(folder)
    if patterns.breaks.search(gap):
        return False
    parts = _SEPARATOR.split(gap)
    if not _SEPARATOR.search(gap) and not patterns.joins.search(gap):
        return not _residue(gap, patterns)
    if any(_is_clause(_after_joiner(part, patterns), patterns) for part in parts):
        return False
    allowed = limits.frame_item if announced else limits.frame_residue
    own = [part for part in parts[1:-1] if _is_item(part, patterns, limits.frame_item)]
    return sum(_residue(part, patterns) for part in parts if part not in own) <= allowed


def _residue(part: str, patterns: _Gaps) -> int:
    """How many characters are left of `part` without fillers, joining words, known items and numbers."""
    return len(_NUMBER.sub("", patterns.skips.sub("", part)))


def _after_joiner(part: str, patterns: _Gaps) -> str:
    """`part` without a joining word in front: และเด็กสวม… begins with a subject as เด็กสวม… does."""
    joiner = patterns.joins.match(part)
    return part[joiner.end() :] if joiner else part


def _is_clause(part: str, patterns: _Gaps) -> bool:
    """Whether a part begins with a subject that acts, or has a verb behind a subject of its own (`ตลาดมี…`)."""
    if patterns.subject.match(part):
        return True
    verb = patterns.verb.search(part, 1)
    return verb is not None and not patterns.skips.fullmatch(part[: verb.start()])


def _is_item(part: str, patterns: _Gaps, longest: float) -> bool:
    """Whether a part between two separators is an item of its own, though none of the issues."""
    return bool(patterns.nominal.match(part)) and len(part) <= longest


def _different(label_sets: Iterable[frozenset[str]]) -> int:
    """How many different issues are named; an item of two issues counts for one."""
    named: set[str] = set()
    doubled: list[frozenset[str]] = []
    for labels in label_sets:
        if len(labels) == 1:
            named |= labels
        else:
            doubled.append(labels)
    return len(named) + sum(1 for labels in doubled if not labels & named)
