"""Headings that no table knows, told by how they stand: in one series with known headings, as a chapter, or alone on a line.

People name the parts of a report in words of their own ("3. ทำไมมันถึงเวิร์ก" between "2. ไม่ได้อะไร" and "4. ข้อเสนอแนะ"). Taken for text they
would leave all that stands under them to the heading before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.records import Block, BlockKind
from pipeline.resources import load_table
from pipeline.segment.headings import LONGEST_TITLE_LINE, is_question, read_heading, states_something
from pipeline.segment.markers import opening_marker
from pipeline.spans import Span

# A chapter by its word; of the parts of chapters (กิจกรรมที่, ข้อ) the series tells more.
_CHAPTER = re.compile(r"\W*(?:บทที่|ส่วนที่|ตอนที่|ภาคที่|หมวดที่)\s*[0-9๐-๙]{1,2}(?![0-9๐-๙])")
_DIGITS = re.compile(r"[0-9๐-๙]+")
_NO_TITLE = re.compile(r"[0-9๐-๙\"“”,()/:：;?\s|*]")
# Longest line that is a heading among headings; with nothing but its place to tell it; and longest one alone on its line.
_LONGEST, _LONGEST_STEP, _LONGEST_BARE = 100, 70, 40
# Longest line that is a heading by its place and its words.
_LONGEST_SPOKEN = 45
_BOLD = "**"
# So many known headings alone on their lines show that the writer sets them so.
_FEWEST_BARE = 3
# What stands under a heading is longer than the heading.
_LONGER = 1.5
# Among its first blocks a report has its title, its place and its day.
_FIRST_LINES = 4
# A slide is short lines; a line alone says nothing there.
_SLIDE = "slide="


class Stand(StrEnum):
    """What the place of a line makes it."""

    HEADING = "heading"  # a heading beside known ones, or of a chapter: it ends what was open before its series
    STEP = "step"  # one of a series whose members all have text below: it may be a heading, and it may state something
    BARE = "bare"  # a heading alone on its line
    BOLD = "bold"  # a heading by its print


@dataclass(frozen=True, slots=True)
class Line:
    """A line told by its place."""

    stand: Stand
    first: int  # block of the first member of its series; -1 for none


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A block that is short enough to be a heading."""

    block: int
    style: str  # its marker, digits as #; "" for none
    numbers: tuple[int, ...]
    length: int
    known: bool  # a heading of the table with nothing behind it
    labelled: bool  # a heading of the table, with or without text behind it
    bold: bool  # all of it set in bold
    speaks: bool  # short, and its words say what stands below it


def told_by_place(text: str, blocks: Sequence[Block]) -> dict[int, Line]:
    """The lines that their place makes headings, by number of the block.

    >>> text = "1. ได้อะไร\\nเด็กมา 164 คน\\n2. ทำไมมันถึงเวิร์ก\\nพี่สอนน้อง\\n3. ข้อเสนอแนะ\\nควรทำอีก"
    >>> places, at = [], 0
    >>> for line in text.split("\\n"):
    ...     places.append(Block(Span(at, at + len(line)), BlockKind.PARAGRAPH, ""))
    ...     at += len(line) + 1
    >>> {block: line.stand.value for block, line in told_by_place(text, places).items()}
    {2: 'heading'}
    """
    order = [
        at
        for at, block in enumerate(blocks)
        if len(block.span) and block.kind not in {BlockKind.FURNITURE, BlockKind.TABLE_CELL}
    ]
    behind = dict(pairwise(order))
    candidates = {at: made for at in order if (made := _candidate(text, blocks[at], at)) is not None}
    found: dict[int, Line] = {}
    for series in _series(list(candidates.values())):
        found.update(_told_by_series(series, behind, candidates))
    for at, one in candidates.items():
        if one.labelled:
            continue
        if _CHAPTER.match(blocks[at].span.slice(text)):
            found[at] = Line(Stand.HEADING, -1)
        elif one.bold and at in behind:
            found[at] = Line(Stand.HEADING, found[at].first) if at in found else Line(Stand.BOLD, -1)
    used = sum(one.known and not one.style for one in candidates.values()) >= _FEWEST_BARE
    for at in order[_FIRST_LINES:]:
        following = behind.get(at)
        open_to = at in candidates and (used or candidates[at].speaks)
        if open_to and _is_bare(text, blocks, candidates, at, following):
            found.setdefault(at, Line(Stand.BARE, -1))
    return found


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of a heading of the writer's own and the role that it gives (`data/heading_words.tsv`)."""

    id: str
    word: str
    role: str
    example: str
    source: str


# "ได้ผลเพราะอะไร" asks for the reason, not for the result.
_YIELDING = frozenset({"result", "activity"})
_GENERAL = _YIELDING | {"plan", "background"}


@cache
def _words() -> tuple[PhraseMatcher, dict[str, WordRow]]:
    rows: dict[str, WordRow] = {row.id: row for row in load_table("heading_words.tsv", WordRow)}
    return PhraseMatcher(Phrase(row.word, row.id) for row in rows.values()), rows


def words_of(title: str) -> tuple[WordRow, ...]:
    """What the words of a heading say of the text below it, one row for each role, in order.

    >>> [row.role for row in words_of("จุดที่ทำได้ดี / ปัจจัยที่ช่วย")]
    ['success_factor']
    """
    matcher, rows = _words()
    found = {row.role: row for match in reversed(matcher.find_all(title)) if (row := rows[match.key])}
    special = any(role not in _GENERAL for role in found)
    return tuple(row for role, row in reversed(found.items()) if not special or role not in _YIELDING)


def _candidate(text: str, block: Block, at: int) -> _Candidate | None:
    """The block as it may be a heading; None for one that is too long."""
    if len(block.span) > LONGEST_TITLE_LINE:
        return None
    marker = opening_marker(text, block.span).slice(text)
    numbers = tuple(int(each) for each in _DIGITS.findall(marker))
    style = _DIGITS.sub("#", "".join(marker.split()))
    match = read_heading(text, block.span, block.kind)
    known = match is not None and not len(match.content)
    line = block.span.slice(text).strip()
    title = bare_title(text, block.span)
    short = len(title) <= _LONGEST_SPOKEN and not _DIGITS.search(title)
    speaks = short and bool(words_of(title)) and (is_question(title) or not states_something(title))
    bold = line.startswith(_BOLD) and line.endswith(_BOLD) and len(line) > 2 * len(_BOLD)
    return _Candidate(at, style, numbers, len(block.span), known, match is not None, bold, speaks)


def bare_title(text: str, span: Span) -> str:
    """The words of a heading, without its number and the signs of its print.

    >>> bare_title("**3.4 สิ่งที่ขวางทาง**", Span(0, 22))
    'สิ่งที่ขวางทาง'
    """
    return Span(opening_marker(text, span).end, span.end).slice(text).strip(" \t\u00a0*_#")


def _series(candidates: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Candidates that are numbered on in one style."""
    groups: dict[tuple[str, tuple[int, ...]], list[_Candidate]] = defaultdict(list)
    for one in candidates:
        if one.numbers:
            groups[one.style, one.numbers[:-1]].append(one)
    for group in groups.values():
        run: list[_Candidate] = []
        for one in group:
            if run and one.numbers[-1] != run[-1].numbers[-1] + 1:
                yield run
                run = []
            run.append(one)
        yield run


def _told_by_series(
    series: Sequence[_Candidate], behind: dict[int, int], candidates: dict[int, _Candidate]
) -> Iterator[tuple[int, Line]]:
    """The members of a series that are headings by their place."""
    first = series[0].block
    following = [*(one.block for one in series[1:]), -1]
    below = [behind.get(one.block, next_one) != next_one for one, next_one in zip(series, following, strict=True)]
    known = any(one.known for one in series)
    under = [behind[one.block] for one in series if one.block in behind]
    heads = sum(at in candidates and candidates[at].labelled for at in under)
    for one, has_text in zip(series, below, strict=True):
        if one.labelled or not has_text:
            continue
        if one.length <= _LONGEST and (known or (one.speaks and len(series) > 1) or 2 * heads > len(series)):
            yield one.block, Line(Stand.HEADING, first)
        elif not known and len(series) > 1 and all(below) and one.length <= _LONGEST_STEP:
            yield one.block, Line(Stand.STEP, first)


def _is_bare(
    text: str, blocks: Sequence[Block], candidates: dict[int, _Candidate], at: int, following: int | None
) -> bool:
    """Whether a line stands like a heading: short words without a number or a statement, longer text below, no heading."""
    if following is None:
        return False
    one, line = candidates[at], blocks[at].span.slice(text).strip()
    if one.style or one.labelled or one.length > _LONGEST_BARE or blocks[at].locator.startswith(_SLIDE):
        return False
    if _NO_TITLE.search(line) or states_something(line):
        return False
    below = candidates.get(following)
    return not (below and below.known) and len(blocks[following].span) >= _LONGER * one.length
