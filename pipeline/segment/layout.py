"""Headings that no table knows, told by how they stand: in one series with known headings, as a chapter, or alone on a line.

People name the parts of a report in words of their own ("3. ทำไมมันถึงเวิร์ก" between "2. ไม่ได้อะไร" and "4. ข้อเสนอแนะ"). Taken for text they
would leave all that stands under them to the heading before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise

from pipeline.headings_table import is_bare_label
from pipeline.records import Block, BlockKind
from pipeline.resources import load_table
from pipeline.segment.headings import LONGEST_TITLE_LINE, is_question, read_heading, states_something
from pipeline.segment.markers import opening_marker
from pipeline.segment.tokens import tokens
from pipeline.spans import Span

# A chapter by its word. What stands under another heading may be parted by the words of the second group.
_CHAPTER = re.compile(
    r"(?i)\W*(?:(?:บทที่|ภาคที่|(?:ระเบียบ)?วาระที่|สไลด์(?:ที่)?|slide)|(?P<part>ส่วนที่|ตอนที่|หมวดที่))\s*[0-9๐-๙]{1,2}(?![0-9๐-๙])"
)
_DIGITS = re.compile(r"[0-9๐-๙]+")
_LETTERS = re.compile(r"[ก-ฉ]|[IVX]+|[A-H]")
_ORDER = "กขคงจฉ____ABCDEFGH"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_NO_TITLE = re.compile(r"[0-9๐-๙\"“”,()/:：;?\s|*]")
# A number with a stop, a bracket or a word before it counts items; a bare one may be an amount ("5 วัดติดป้าย").
_COUNTS = re.compile(r"[.)(ก-๙]")
# Longest line that is a heading among headings; with nothing but its place to tell it; with its words; and alone on its line.
_LONGEST, _LONGEST_STEP, _LONGEST_SPOKEN, _LONGEST_BARE = 100, 70, 45, 40
# One of several that a report tells one after the other.
_CASE = re.compile(
    r"\W*(?P<what>โครงการ|กรณี|กรณีศึกษา|พื้นที่|ฐาน|ฐานเรียนรู้|กลุ่ม|ทีม|เรื่อง|ชุมชน|หมู่)ที่\s*(?P<number>[0-9๐-๙]{1,2})(?![0-9๐-๙])[.):：]?\s*"
)
# With these words a noun phrase begins.
_NAMED = re.compile(r"(?:สิ่งที่|เรื่องที่|จุดที่|ที่|อะไร|ทำไม|เหตุที่)")
# So many known headings alone on their lines show that the writer sets them so.
_FEWEST_BARE = 3
# What stands under a heading is longer than the heading, and of some length where nothing but its place shows a heading.
_LONGER, _LEAST_BELOW = 1.5, 30
# Among its first blocks a report has its title, its place and its day.
_FIRST_LINES = 4
# A label and its text on one line, without a colon, are no longer.
_LONGEST_VALUED = 200
# A slide is short lines; a line alone says nothing there.
_SLIDE = "slide="
_BOLD = "**"
# Signs behind a heading.
_BEHIND = " :：…."
# In place of the first block of a series: the heading stands under none, or under the last one that has a level.
TOP, LEVEL = -1, -2


class Stand(StrEnum):
    """What the place of a line makes it."""

    HEADING = "heading"  # a heading and no more
    PART = "part"  # what stands below it belongs together, and it may state something itself
    ITEM = "item"  # one of a series of headings, none itself: it stands under none of its siblings that only their place tells


@dataclass(frozen=True, slots=True)
class Line:
    """A line told by its place."""

    stand: Stand
    first: int  # block of the first member of its series, or TOP or LEVEL


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
    plain: bool  # set as plain text
    speaks: bool  # short, and its words say what stands below it
    states: bool  # it holds a number or words of a statement


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
    candidates = {at: made for at in order if (made := _candidate(text, blocks[at], at)) is not None}
    around = _Around(dict(pairwise(order)), {right: left for left, right in pairwise(order)}, candidates)
    found: dict[int, Line] = {}
    for series in _series(list(candidates.values()), around):
        found.update(_told_by_series(series, around))
    for at, one in candidates.items():
        if not one.labelled and (line := _chapter(text, blocks[at], one, around) or _bold(one, around)):
            found.setdefault(at, line)
    for at, line in _cases(text, blocks, candidates, around):
        found.setdefault(at, line)
    known = [at for at, one in candidates.items() if one.known and one.plain and not one.style]
    used = len(known) >= _FEWEST_BARE
    apart = 2 * sum(_is_apart(text, blocks, at, around) for at in known) > len(known)
    # Without empty lines a short line below a heading may be its topic: only where all headings stand over text it is a heading.
    used = used and (apart or all(_over_text(blocks, at, around) for at in known))
    for at in order[_FIRST_LINES:]:
        one_here = candidates.get(at)
        if one_here is None or not _is_bare(text, blocks, one_here, around):
            continue
        if one_here.speaks:
            found.setdefault(at, Line(Stand.HEADING, TOP))
        elif used and (not apart or _is_apart(text, blocks, at, around)) and _over_text(blocks, at, around):
            found.setdefault(at, Line(Stand.PART, TOP))
    return found


def _over_text(blocks: Sequence[Block], at: int, around: _Around) -> bool:
    """Whether a line of some length stands below a block."""
    return at in around.behind and len(blocks[around.behind[at]].span) >= _LEAST_BELOW


def _is_apart(text: str, blocks: Sequence[Block], at: int, around: _Around) -> bool:
    """Whether an empty line stands above a block; where the writer sets headings so, lines without one are text."""
    above = around.before.get(at)
    return above is None or text.count("\n", blocks[above].span.end, blocks[at].span.start) > 1


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands beside each block."""

    behind: dict[int, int]
    before: dict[int, int]
    candidates: dict[int, _Candidate]

    def under_known(self, at: int) -> bool:
        """Whether a block stands right below a known heading."""
        above = self.candidates.get(self.before.get(at, -1))
        return above is not None and above.known

    def over_label(self, at: int) -> bool:
        """Whether a block stands right above a heading or label of the table."""
        below = self.candidates.get(self.behind.get(at, -1))
        return below is not None and below.labelled


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of a heading of the writer's own and the role that it gives (`data/heading_words.tsv`)."""

    id: str
    word: (
        str  # whole words of the tokeniser; behind ^ where the heading must begin with it, behind ~ where it is a verb
    )
    role: str  # behind - a role that the word takes away
    example: str
    source: str


# "ได้ผลเพราะอะไร" asks for the reason, not for the result.
_YIELDING = frozenset({"result", "activity"})
_GENERAL = _YIELDING | {"plan", "background"}
_START, _VERB, _AWAY = "^", "~", "-"


@cache
def _words() -> tuple[dict[str, list[WordRow]], int]:
    """The rows by their words, and the length of the longest."""
    rows: dict[str, list[WordRow]] = defaultdict(list)
    for row in load_table("heading_words.tsv", WordRow):
        rows[row.word.lstrip(_START + _VERB)].append(row)
    return dict(rows), max(map(len, rows))


@cache
def _any_word() -> re.Pattern[str]:
    """Any of the words, wherever it stands."""
    return re.compile("|".join(map(re.escape, _words()[0])))


def words_of(title: str) -> tuple[WordRow, ...]:
    """What the words of a heading say of the text below it, one row for each role, in order.

    >>> [row.role for row in words_of("จุดที่ทำได้ดี / ปัจจัยที่ช่วย")]
    ['success_factor']
    >>> [row.role for row in words_of("ผลไม้หน้าฝน")]
    []
    """
    found: dict[str, WordRow] = {}
    for row in _rows_in(title):
        found.setdefault(row.role, row)
    away = {role.removeprefix(_AWAY) for role in found if role.startswith(_AWAY)}
    roles = {role: row for role, row in found.items() if not role.startswith(_AWAY) and role not in away}
    special = any(role not in _GENERAL for role in roles)
    return tuple(row for role, row in roles.items() if not special or role not in _YIELDING)


def _rows_in(title: str) -> Iterator[WordRow]:
    """The rows whose words stand in a heading, by place."""
    if _any_word().search(title) is None:
        return  # most lines: no need to cut them into words
    rows, longest = _words()
    spans = [span for span in tokens(title) if span.slice(title).strip()]
    for at, first in enumerate(spans):
        for last in reversed(spans[at:]):
            words = title[first.start : last.end]
            found = rows.get(words, ()) if len(words) <= longest else ()
            if found:
                before = title[: first.start].rstrip()
                yield from (row for row in found if _counts(row, before))
                break


# What may stand before a verb in a heading; behind another noun it is said of that one ("เด็กเสนอกติกา"), and no heading.
_SAID_OF = re.compile(r"(?:เจอ|มี|ก็|ว่า|พบ|เป็น)\Z")
_LEADS = re.compile(r"(?:ที่|ข้อ|การ|ความ|เรื่อง|อะไร|อยาก|ขอ|เรา|ได้|จะ|ยัง|ไหน)\Z|\W\Z")


def _counts(row: WordRow, before: str) -> bool:
    """Whether a word of a heading counts where it stands, behind the words `before` it."""
    if row.word.startswith(_START):
        return not before
    if _SAID_OF.search(before) and not _NAMED.match(before):
        return False
    return not row.word.startswith(_VERB) or not before or _LEADS.search(before) is not None


def _candidate(text: str, block: Block, at: int) -> _Candidate | None:
    """The block as it may be a heading; None for one that is too long."""
    if len(block.span) > LONGEST_TITLE_LINE:
        return None
    marker = opening_marker(text, block.span).slice(text)
    numbers = _numbers(marker)
    style = _style(marker)
    match = read_heading(text, block.span, block.kind)
    known = match is not None and not len(match.content) and not match.silent
    line = block.span.slice(text).strip()
    title = bare_title(text, block.span).rstrip(_BEHIND)
    states = tells(title)
    speaks = not states and bool(spoken(title))
    typed = line.startswith(_BOLD) and line.endswith(_BOLD) and len(line) > 2 * len(_BOLD)
    bold = typed or (block.kind is BlockKind.HEADING and not block.level)
    plain = block.kind is not BlockKind.HEADING and not bold
    return _Candidate(at, style, numbers, len(block.span), known, match is not None, bold, plain, speaks, states)


def _style(marker: str) -> str:
    """A marker with # in the place of what counts."""
    sign = "".join(marker.split())
    if not sign:
        return ""
    return _DIGITS.sub("#", sign) if _DIGITS.search(sign) else _LETTERS.sub("#", sign)


def _numbers(marker: str) -> tuple[int, ...]:
    """What a marker counts to, by its digits or its letter (ข. is 2)."""
    if digits := _DIGITS.findall(marker):
        return tuple(map(int, digits))
    letter = _LETTERS.search(marker)
    if letter is None:
        return ()
    return (_ROMAN.index(letter.group()) + 1,) if letter.group() in _ROMAN else (_ORDER.index(letter.group()) % 10 + 1,)


def counts_on(text: str, heading: int, span: Span) -> bool:
    """Whether the number of a stretch counts on from that of the line in which a heading starts: of the same style, and higher.

    >>> text = "๓. สภาพปัญหา : ขยะล้น\\n๖. ปริมาณขยะลดลง"
    >>> counts_on(text, 3, Span(22, 38)), counts_on(text, 25, Span(0, 21))
    (True, False)
    """
    end = text.find("\n", heading)
    line = Span(text.rfind("\n", 0, heading) + 1, len(text) if end < 0 else end)
    above, own = (opening_marker(text, place).slice(text) for place in (line, span))
    if not above.strip() or _style(above) != _style(own):
        return False
    first, second = _numbers(above), _numbers(own)
    return bool(first) and first[:-1] == second[:-1] and first[-1:] < second[-1:]


def tells(title: str) -> bool:
    """Whether a line holds a number or words of a statement, and neither asks nor names a thing ("สิ่งที่ทำให้งานเดินได้")."""
    if _DIGITS.search(title) is not None:
        return True
    return states_something(title) and not (_NAMED.match(title) or is_question(title))


@lru_cache(maxsize=1024)  # a line is asked for by its place first, and again when its section opens
def spoken(title: str) -> tuple[WordRow, ...]:
    """What the words of a short heading say of the text below it; () for a statement."""
    words = words_of(title) if len(title) <= _LONGEST_SPOKEN else ()
    return () if words and tells(title) else words


def bare_title(text: str, span: Span) -> str:
    """The words of a heading, without its number and the signs of its print.

    >>> bare_title("**3.4 สิ่งที่ขวางทาง**", Span(0, 22))
    'สิ่งที่ขวางทาง'
    """
    return Span(opening_marker(text, span).end, span.end).slice(text).strip(" \t\u00a0*_#")


def _series(candidates: Sequence[_Candidate], around: _Around) -> Iterator[list[_Candidate]]:
    """Candidates that are numbered on in one style; a list that goes on right below another heading is another one."""
    groups: dict[tuple[str, tuple[int, ...]], list[_Candidate]] = defaultdict(list)
    for one in candidates:
        if one.numbers:
            groups[one.style, one.numbers[:-1]].append(one)
    for group in groups.values():
        run: list[_Candidate] = []
        for one in group:
            above = around.before.get(one.block, TOP)
            anew = around.under_known(one.block) and above not in {other.block for other in run}
            if run and (anew or one.numbers[-1] != run[-1].numbers[-1] + 1):
                yield run
                run = []
            run.append(one)
        yield run


def _told_by_series(series: Sequence[_Candidate], around: _Around) -> Iterator[tuple[int, Line]]:
    """The members of a series that are headings by their place.

    A series with a known heading in it, or with one right below most of its members, is one of headings. Another one is a list of what the
    heading above it says; where none stands right above it, its members may part what follows.
    """
    first, style = series[0].block, series[0].style
    following = [*(one.block for one in series[1:]), -1]
    below = [
        around.behind.get(one.block, next_one) != next_one for one, next_one in zip(series, following, strict=True)
    ]
    known = any(one.known for one in series)
    over_labels = len(series) > 1 and 2 * sum(around.over_label(one.block) for one in series) > len(series)
    counts = _COUNTS.search(style.replace("#", "", 1) if style.startswith("#") else style.lstrip("-–•*#")) is not None
    headings = known or (counts and over_labels)
    if not headings and (len(series) < 2 or not counts):
        return
    listed = not headings and around.under_known(first)
    for one, has_text in zip(series, below, strict=True):
        if one.labelled or (listed and one.bold):
            continue
        line = Line(Stand.ITEM, first)
        if has_text and headings and one.length <= _LONGEST:
            item = around.under_known(first) and not one.speaks  # of what the heading above the series asks for
            told = (item and (one.states or around.over_label(one.block))) or (one.states and not over_labels)
            line = Line(Stand.PART if told else Stand.HEADING, first)
        elif listed:
            line = Line(Stand.PART, first)
        elif has_text and not headings and one.speaks and not around.over_label(one.block):
            line = Line(Stand.HEADING, first)
        elif all(below) and not headings and one.length <= _LONGEST_STEP:
            line = Line(Stand.PART, first)
        yield one.block, line


def listed_on(text: str, blocks: Sequence[Block]) -> frozenset[int]:
    """The blocks with a list mark right below which the list goes on, in the same style: what such an item says stands in itself.

    >>> text = "- งบมาช้า\\n- คนมาน้อย"
    >>> listed_on(text, [Block(Span(0, 9), BlockKind.LIST_ITEM, ""), Block(Span(10, 20), BlockKind.LIST_ITEM, "")])
    frozenset({0})
    """
    order = [(at, opening_marker(text, block.span).slice(text)) for at, block in enumerate(blocks) if len(block.span)]
    styles = [(at, _style(marker)) for at, marker in order]
    return frozenset(at for (at, style), (_, after) in pairwise(styles) if style and style == after)


def blank_labels(text: str, blocks: Sequence[Block]) -> frozenset[int]:
    """The blocks that begin with a common noun that is a label, one blank and text, where the same noun opens several lines so.

    >>> text = "ปัญหา เรือมีลำเดียว\\nปัญหา น้ำแห้ง"
    >>> sorted(blank_labels(text, [Block(Span(0, 19), BlockKind.PARAGRAPH, ""), Block(Span(20, 33), BlockKind.PARAGRAPH, "")]))
    [0, 1]
    """
    found: dict[str, list[int]] = defaultdict(list)
    for at, block in enumerate(blocks):
        if block.kind is BlockKind.TABLE_CELL or len(block.span) > _LONGEST_VALUED:
            continue
        place = Span(opening_marker(text, block.span).end, block.span.end)
        first, parted, _ = place.slice(text).partition(" ")
        if parted and is_bare_label(first) and read_heading(text, block.span, block.kind) is None:
            found[first].append(at)
    return frozenset(at for places in found.values() if len(places) > 1 for at in places)


def _chapter(text: str, block: Block, one: _Candidate, around: _Around) -> Line | None:
    """The line of a chapter: it ends what stood before, unless it parts what stands right below a known heading."""
    match = _CHAPTER.match(block.span.slice(text))
    if match is None or one.length > _LONGEST or one.states:
        return None
    return Line(Stand.PART, one.block) if match["part"] and around.under_known(one.block) else Line(Stand.HEADING, TOP)


def _cases(
    text: str, blocks: Sequence[Block], candidates: Mapping[int, _Candidate], around: _Around
) -> Iterator[tuple[int, Line]]:
    """Lines that count projects, cases or places on (โครงการที่ 1 …, โครงการที่ 2 …): each ends what stood before, unless a known heading rules them all."""
    runs: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for at, one in candidates.items():
        match = _CASE.match(blocks[at].span.slice(text))
        if match is None or one.labelled:
            continue
        run, number = runs[match["what"]], int(match["number"])
        if number == (run[-1][1] + 1 if run else 1):
            run.append((at, number, match.string[match.end() :]))
    for run in (run for run in runs.values() if len(run) > 1):
        inside = around.under_known(run[0][0])
        if any(around.behind.get(left[0]) == right[0] for left, right in pairwise(run)):
            continue  # a list: nothing stands below its items
        for at, _, title in run:
            if not states_something(title):
                yield at, Line(Stand.PART, run[0][0]) if inside else Line(Stand.HEADING, TOP)


def _bold(one: _Candidate, around: _Around) -> Line | None:
    """The line of a heading by its print; one whose words are no heading's may state something."""
    below = around.candidates.get(around.behind.get(one.block, -1))
    if not one.bold or one.states or one.block not in around.behind or (below and below.bold):
        return None
    return Line(Stand.HEADING if one.speaks else Stand.PART, LEVEL)


def _is_bare(text: str, blocks: Sequence[Block], one: _Candidate, around: _Around) -> bool:
    """Whether a line stands like a heading: short words without a number or a statement, longer text below, no heading beside it."""
    following = around.behind.get(one.block)
    if following is None or one.style or one.labelled or not one.plain or one.length > _LONGEST_BARE:
        return False
    line = blocks[one.block].span.slice(text).strip().rstrip(_BEHIND)
    if _NO_TITLE.search(line) or one.states or blocks[one.block].locator.startswith(_SLIDE):
        return False
    below = around.candidates.get(following)
    beside = around.under_known(one.block) or (below is not None and below.known)
    return not beside and len(blocks[following].span) >= _LONGER * one.length
