"""Stretches under one heading each, with the role and state that the heading gives to them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.records import Block, BlockKind, NormalText, Section, State
from pipeline.segment.headings import (
    HeadingMatch,
    heading_state,
    inner_labels,
    is_question,
    predicates,
    read_heading,
)
from pipeline.segment.intros import announced
from pipeline.segment.layout import (
    LEVEL,
    Line,
    Stand,
    WordRow,
    bare_title,
    blank_labels,
    counts_on,
    listed_on,
    spoken,
    tells,
    told_by_place,
    words_of,
)
from pipeline.segment.markers import inner_markers, opening_marker
from pipeline.segment.shield import Shield
from pipeline.segment.silence import NONE_REPORTED, silence_of
from pipeline.spans import Span, strip_span

JOIN = "+"  # between the roles of a mixed heading
FACTS, PLAN = "facts", "plan"
# The sections that tell of something, by a part of their role.
TELLING = frozenset({"result", "output", "outcome", "obstacle", "success_factor", "lesson", "recommendation"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one block that carries text to extract from: the block without its labels and shielded parts."""

    span: Span
    block: int
    section: int
    marker: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a report, and the stretches of text under them, in order."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]


@dataclass(slots=True)
class _Builder:
    """The outline while the blocks are walked; `open_section` is the index of the section that now counts."""

    text: str
    sections: list[Section]
    levels: list[int]  # of the headings of the sections, by layout; 0 for none
    passages: list[Passage]
    open_section: int = 0
    outer: dict[int, int] = field(default_factory=dict)  # of a section opened by a heading: the one it stands in
    numbered: dict[int, bool] = field(default_factory=dict)  # sections that hold a numbered list
    told: dict[int, Line] = field(default_factory=dict)  # blocks that their place makes headings
    before: dict[int, int] = field(default_factory=dict)  # of the first block of a series: the section then open
    placed: dict[int, int] = field(default_factory=dict)  # of a section opened by such a heading: the one it stands in
    topics: dict[int, int] = field(default_factory=dict)  # of a section opened by a topic: the one it is a topic of
    blank: frozenset[int] = frozenset()  # blocks in which one blank parts a label from its text
    listed: frozenset[int] = frozenset()  # blocks right below which their list goes on
    below: dict[int, str] = field(default_factory=dict)  # the text of the next block

    def add_section(self, match: HeadingMatch, content: Span, level: int = 0) -> int:
        """A new section for the heading; returns its index."""
        self.sections.append(Section(content, match.span, match.title, JOIN.join(match.roles), match.state, match.rule))
        self.levels.append(level)
        return len(self.sections) - 1

    def add_passage(self, span: Span, block: int, section: int) -> None:
        """The stretch without its marker and blanks, when anything is left of it."""
        marker = opening_marker(self.text, span)
        bare = strip_span(self.text, Span(min(marker.end, span.end), span.end), also="|")
        if len(bare):
            self.passages.append(Passage(bare, block, section, marker.slice(self.text).strip()))


def outline(normal: NormalText, shield: Shield) -> Outline:
    """The sections and passages of a report.

    A label that is followed by its text on the same line rules that text, and what comes after it until the next
    heading; a label of facts (`รหัสโครงการ : …`) rules its own line only. A table cell takes the role of its column header,
    else of its row header, else of the section around the table.
    """
    start = Section(Span(0, 0), Span(0, 0), "", "", None, "")
    told = told_by_place(normal.text, normal.blocks)
    below = {
        at: after.span.slice(normal.text)
        for at, after in enumerate(normal.blocks[1:])
        if after.kind is not BlockKind.TABLE_CELL
    }
    build = _Builder(
        normal.text,
        [start],
        [0],
        [],
        told=told,
        listed=listed_on(normal.text, normal.blocks),
        below=below,
        blank=blank_labels(normal.text, normal.blocks),
    )
    firsts = {line.first for line in told.values()}
    cells: dict[tuple[int, str, str], int] = {}
    headers = {(b.table, b.column_header.strip()) for b in normal.blocks if b.kind is BlockKind.TABLE_CELL}
    for index, block in enumerate(normal.blocks):
        if (
            block.kind in {BlockKind.FURNITURE, BlockKind.CAPTION}
            or not len(block.span)
            or block.span.start >= shield.end
        ):
            continue
        if index in firsts:
            build.before[index] = build.open_section
        if any(block.span.start <= record < block.span.end for record in shield.records):
            _new_record(build, index)
        elif block.kind is BlockKind.TABLE_CELL:
            if (block.table, block.span.slice(normal.text).strip()) not in headers:
                _cell(build, block, index, cells)
        else:
            _block(build, block, index)
    return Outline(_close(build.sections, build.passages), tuple(_unshielded(build, shield)))


# A record of an activity opens with its title, the day, and the line with month, year and reporter.
TITLE_BLOCKS = 2


def _new_record(build: _Builder, index: int) -> None:
    """Ends the open section: another record of the form begins, and the lines just read are its title and day."""
    build.passages = [passage for passage in build.passages if passage.block < index - TITLE_BLOCKS]
    build.open_section = 0


def _block(build: _Builder, block: Block, index: int) -> None:
    """Walks one block: its heading, the items inside it and the labels at their starts."""
    _close_list(build, block)
    line = build.told.get(index)
    if line is not None and _by_place(build, block, line):
        return
    inner = {marker.start for marker in inner_markers(build.text, block.span)}
    labels = inner_labels(build.text, block.span, TELLING)
    inner.update(labels)
    cuts = [block.span.start, *sorted(at for at in inner if at > block.span.start), block.span.end]
    outer = build.open_section
    announced_list = False
    for start, end in itertools.pairwise(cuts):
        piece = strip_span(build.text, Span(start, end))
        if len(opening_marker(build.text, piece)) == len(piece):
            continue  # a marker alone
        before = build.open_section
        _piece(build, piece, block, index)
        intro = announced(piece.slice(build.text)) if end != block.span.end else None
        if intro is not None and build.open_section == before:
            # "ปัญหา 3 ประการ ได้แก่ 1) … 2) …": the noun rules the items of this block, and no more.
            outer, announced_list = build.open_section, True
            place = Span(piece.end, piece.end)
            build.sections.append(Section(place, place, intro.noun, intro.role, heading_state(intro.role), intro.id))
            build.levels.append(0)
            build.open_section = len(build.sections) - 1
    passing = labels and read_heading(build.text, block.span, block.kind) is None  # text stands before the first label
    if (announced_list or passing) and build.sections[build.open_section].heading.start >= block.span.start:
        build.open_section = outer


def _close_list(build: _Builder, block: Block) -> None:
    """Ends a section of a plan at the bullet after its numbered list, when it stands inside another section.

    In an activity field the aims are a numbered list, and the bullets after it tell what was done.
    """
    current = build.sections[build.open_section]
    outer = build.outer.get(build.open_section)
    if outer is None or PLAN not in current.role:
        return
    marker = opening_marker(build.text, block.span).slice(build.text).strip()
    if marker[:1] in BULLETS and build.numbered.get(build.open_section):
        build.open_section = outer
    elif marker and marker[0] not in BULLETS:
        build.numbered[build.open_section] = True


def _piece(build: _Builder, piece: Span, block: Block, index: int) -> None:
    """One item of a block: a heading, a label with its text, or plain text."""
    once = _said_twice(piece.slice(build.text)) if piece == strip_span(build.text, block.span) else 0
    read = Span(piece.start, piece.start + once) if once else piece
    at_start = piece.start == block.span.start
    match = read_heading(build.text, read, block.kind, free_tail=at_start, blank=at_start and index in build.blank)
    if match is None:
        if (block.kind is BlockKind.HEADING and block.level and piece == block.span) or once:
            _plain_heading(build, block, index)
        elif _is_asked(piece.slice(build.text)) and piece == strip_span(build.text, block.span):
            if index in build.listed:
                build.add_passage(
                    piece, index, build.open_section
                )  # no answer stands below it: a question that is told
            else:
                _question(build, block, index)
        elif not is_question(piece.slice(build.text)) or len(piece) > LONGEST_QUESTION:
            empty = all(passage.section != build.open_section for passage in build.passages[-1:])
            build.add_passage(piece, index, build.open_section)
            if empty and silence_of(piece.slice(build.text)) == NONE_REPORTED and build.open_section:
                _answered(build, build.outer.get(build.open_section, 0))
        return
    if match.free_tail and index < FIRST_LINES:
        return  # the title of the report ("สรุปผลการอบรมหมอพื้นบ้าน รุ่นที่ 1")
    if match.free_tail and _is_item(build, match, piece, index):
        build.add_passage(piece, index, build.open_section)
        return
    if match.topic in _TOPICS and _tells_of(build, match, index):
        if len(match.content):
            build.add_passage(piece, index, build.open_section)
        else:
            outer = build.topics.get(build.open_section, build.open_section)
            _open_by_words(build, block, match.title, build.sections[outer], ())
            build.topics[build.open_section] = outer
        return
    if match.silent:
        build.add_passage(match.content, index, build.add_section(match, match.content))
        _answered(build, build.open_section)
        return
    if _is_glued_fact(build, match, index) or match.passing:
        own = build.add_section(match, match.content)
        build.add_passage(match.content, index, own)
        return
    before = build.open_section
    build.open_section = build.add_section(match, match.content, block.level)
    if build.sections[before].rule:
        build.outer[build.open_section] = before
    if len(match.content):
        build.add_passage(match.content, index, build.open_section)


# A report begins with its title, which often begins like a label.
FIRST_LINES = 1
# A question of a form is one or two lines; a longer text that holds such words is prose.
LONGEST_QUESTION = 400
# The text of slides often holds a title twice, once of its shadow; fewer letters are an exclamation ("เก่ง เก่ง").
SHORTEST_TWICE, LONGEST_TWICE = 5, 60
BULLETS = "•●▪■◆❑❖✓✔☑➢➤►▶"


# A question by the one who asks it, as interviews are written down.
_ASKED = re.compile(r"\W*(?:ถาม|คำถาม|คนถาม|ผู้ถาม|ผู้สัมภาษณ์|พิธีกร|Q[0-9]{0,2})(?:\s*[:：)\].]|\s)")
# Its answer on the same line.
_ANSWER = re.compile(r"\s(?:ตอบ|คำตอบ|A[0-9]{0,2})\s*(?:[:：.)]\s*|\s)")
# A longer one tells more than it asks.
LONGEST_ASKED = 120


def _is_asked(line: str) -> bool:
    """Whether a line is a question in a conversation or of a form.

    >>> _is_asked("ถาม  แล้วทำอย่างไรต่อ"), _is_asked("ถามว่าทำไมเด็กเปลี่ยนได้ ครูตอบว่าเพราะแม่")
    (True, False)
    """
    return len(line) <= LONGEST_ASKED and (_ASKED.match(line) is not None or is_question(line))


def _question(build: _Builder, block: Block, index: int) -> None:
    """Opens the section of a question, whose words tell what the answer is; help text right below a heading leaves it open."""
    latest = len(build.sections) - 1
    answered = any(passage.section == latest for passage in build.passages[-1:])
    if build.open_section == latest and latest > 0 and not answered and block.kind is not BlockKind.HEADING:
        return
    title = bare_title(build.text, block.span)
    answer = _ANSWER.search(title)
    asked = title[: answer.start()].strip() if answer else title
    _open_by_words(build, block, asked, build.sections[0], words_of(asked))
    if answer:
        end = build.text.rindex(title, block.span.start, block.span.end) + answer.end()
        build.add_passage(Span(end, block.span.end), index, build.open_section)


def _said_twice(line: str) -> int:
    """Where the words of a short line end that says them twice, the title of a slide; 0 for any other line.

    >>> _said_twice("เรื่องเงิน เรื่องเงิน"), _said_twice("ช้า ช้า"), _said_twice("ปีก่อน 3 ปีนี้ 3")
    (10, 0, 0)
    """
    words = line.split() if len(line) <= 2 * LONGEST_TWICE else []
    half = len(words) // 2
    if len(words) % 2 or words[:half] != words[half:] or len("".join(words[:half])) < SHORTEST_TWICE:
        return 0
    return line.index(words[0]) + len(line.strip()) // 2


# Labels that with a value rule their own line, and those that do so beside other lines of a label and its value.
_BESIDE, _ASIDE = frozenset({FACTS}), frozenset({"plan", "activity", "background"})
_VALUED = re.compile(r"[^:：\n]{2,30}[:：]\s*\S")
# Kinds of nouns that are labels too, and the sections of which the second kind is a topic.
_TOPICS = ("topic", "cause")
_CAUSES = frozenset({"obstacle", "success_factor", "recommendation", "lesson"})
_NAME = re.compile(r"\W*(?:นาย|นาง|น\.ส\.|ดร\.|คุณ|ด\.[ชญ]\.|พระ|[0-9๐-๙])")


def _answered(build: _Builder, before: int) -> None:
    """Leaves a label that was answered by nothing: below it counts what tells before it, but no plan and no background."""
    tells_still = TELLING & set(build.sections[before].role.split(JOIN))
    build.open_section = before if tells_still else 0


# What such labels name is hardly ever a heading inside a list of findings.
_ASIDES = frozenset({FACTS, PLAN, "background", "boilerplate"})


def _is_item(build: _Builder, match: HeadingMatch, piece: Span, index: int) -> bool:
    """Whether a label that goes on in other words is an item of a list: the list goes on right below it, or the label would lead away from what tells."""
    if index in build.listed:
        return True
    marked = len(opening_marker(build.text, piece).slice(build.text).strip()) > 0
    telling = TELLING & set(build.sections[build.open_section].role.split(JOIN))
    return marked and bool(telling) and set(match.roles) <= _ASIDES


def _tells_of(build: _Builder, match: HeadingMatch, index: int) -> bool:
    """Whether a noun that is also a label of facts is what a section tells of: "งบประมาณ" below "ปัญหา", with a statement behind or below it."""
    roles = set(build.sections[build.open_section].role.split(JOIN))
    if not roles & (TELLING if match.topic == "topic" else _CAUSES):
        return False
    if match.topic == "cause" and len(opening_marker(build.text, match.span)):
        return True  # one of several that are counted
    if len(match.content):
        return predicates(match.content.slice(build.text))
    told = build.below.get(index, "")
    return _NAME.match(told) is None and predicates(told)


def _is_glued_fact(build: _Builder, match: HeadingMatch, index: int) -> bool:
    """Whether the label, with its value beside it, says nothing of the lines that follow: one of facts, or one of several such
    lines of which the others have labels that no table knows ("น้ำ: …", "แผน: …", "เงิน: …")."""
    if not len(match.content):
        return False
    if set(match.roles) <= _BESIDE or match.topic == "line":
        return True
    below = build.below.get(index, "")
    return (
        set(match.roles) <= _ASIDE and bool(_VALUED.match(below)) and read_heading(below, Span(0, len(below))) is None
    )


def _plain_heading(build: _Builder, block: Block, index: int) -> None:
    """A heading by layout whose words no table knows: the chapter before it ends unless this one is below it."""
    title = bare_title(build.text, block.span)
    words = spoken(title)
    inner = build.sections[build.open_section].rule and 0 < build.levels[build.open_section] < block.level
    if inner and not words:
        if tells(title):
            build.add_passage(block.span, index, build.open_section)
        return  # a sub-heading inherits what its chapter says
    _open_by_words(build, block, title, build.sections[0], words)
    build.levels[-1] = block.level


# What stands under them ends at the next heading of any kind.
_BESIDES = frozenset({FACTS, "boilerplate"})
# Words with which a heading without a number parts what the heading above it says ("ระดับอำเภอ" under "ข้อเสนอแนะ").
_PARTS = ("ระดับ", "ด้าน", "กลุ่ม", "ต่อ", "สำหรับ", "ในระดับ", "ช่วง", "ระยะ", "ฝ่าย", "พื้นที่", "หมู่")


def _by_place(build: _Builder, block: Block, line: Line) -> bool:
    """Opens the section of a heading that its place tells; returns whether the line is a heading and no more."""
    title = bare_title(build.text, block.span)
    if _is_asked(title):
        return False
    outer = _outer(build, block, line)
    if line.stand is Stand.ITEM or (
        line.stand is Stand.PART and (build.open_section == outer or title.startswith(_PARTS))
    ):
        build.open_section = outer if line.first >= 0 else build.open_section
        return False
    words = spoken(title) if line.stand is Stand.HEADING else ()
    _open_by_words(build, block, title, build.sections[outer], words)
    build.levels[-1] = build.levels[outer]
    build.placed[build.open_section] = outer
    return line.stand is Stand.HEADING


def _outer(build: _Builder, block: Block, line: Line) -> int:
    """The section in which a heading told by its place stands: that of its series; of bold print the last one with a level; never a preface or the like.

    A section whose own number the line counts on ("๓. สภาพปัญหา : …", then "๖. ปริมาณขยะ …") stands beside it.
    """
    if line.first >= 0:
        before = build.before[line.first]
        while before and counts_on(build.text, build.sections[before].heading.start, block.span):
            before = build.outer.get(before, 0)
        return 0 if build.sections[before].role in _BESIDES else before
    outer = build.open_section
    while outer in build.placed:
        outer = build.placed[outer]
    return outer if line.first == LEVEL and build.levels[outer] else 0


def _open_by_words(build: _Builder, block: Block, title: str, above: Section, words: Sequence[WordRow]) -> None:
    """Opens a section by a heading of the writer's own: its words give the role, else that of the section above."""
    place = Span(block.span.end, block.span.end)
    if words:
        role, rule = (JOIN.join(getattr(row, part) for row in words) for part in ("role", "id"))
        section = Section(place, block.span, title, role, _state_of(title, words), rule)
    else:
        named = " ".join(filter(None, (above.title if above.rule else "", title)))
        section = Section(place, block.span, named, above.role, above.state, above.rule)
    build.sections.append(section)
    build.levels.append(0)
    build.open_section = len(build.sections) - 1


# Words that say that a plan was carried out, or is held against what came of it.
_DONE = re.compile("แล้ว|สำเร็จ|เสร็จ|จริง|เทียบ")


def _state_of(title: str, words: Sequence[WordRow]) -> State | None:
    """Planned under a heading that begins with the word of a plan; single words say no more of the state."""
    begins = len(words) == 1 and words[0].role == PLAN and title.startswith(words[0].word.lstrip("^~"))
    return State.PLANNED if begins and not _DONE.search(title) else None


def _cell(build: _Builder, block: Block, index: int, cells: dict[tuple[int, str, str], int]) -> None:
    """A table cell: its role comes from the headers above and beside it."""
    own = read_heading(build.text, block.span, BlockKind.TABLE_CELL)
    key = (block.table, block.column_header, block.row_header)
    match = _header(block.column_header) or _header(block.row_header)
    telling = match is not None and bool(TELLING & set(match.roles))
    if own is not None and telling and (own.free_tail or (own.topic and predicates(own.content.slice(build.text)))):
        own = None  # "งบประมาณ ไม่พอ" in the column of obstacles
    if own is not None and not len(own.content):
        return  # a header cell
    if match is not None and key not in cells:
        cells[key] = build.add_section(match, block.span)
    section = cells.get(key, build.open_section)
    if own is not None:
        section = build.add_section(own, own.content)
        build.add_passage(own.content, index, section)
        return
    build.add_passage(block.span, index, section)


@lru_cache(maxsize=64)  # all cells of a column ask for the same header
def _header(text: str) -> HeadingMatch | None:
    """The label that the text of a header cell opens with, or what its words say."""
    if not text.strip():
        return None
    whole = Span(0, len(text))
    match = read_heading(text, whole, BlockKind.HEADING)
    words = () if match else spoken(text)
    if words:
        roles, rule = tuple(row.role for row in words), JOIN.join(row.id for row in words)
        return HeadingMatch(whole, text.strip(), roles, _state_of(text, words), rule, Span(whole.end, whole.end))
    return match


def _close(sections: list[Section], passages: list[Passage]) -> tuple[Section, ...]:
    """The sections with the span of their passages; a section without any keeps an empty span."""
    spans: dict[int, Span] = {}
    for passage in passages:
        known = spans.get(passage.section, passage.span)
        spans[passage.section] = Span(min(known.start, passage.span.start), max(known.end, passage.span.end))
    return tuple(
        Section(spans.get(i, Span(s.heading.end, s.heading.end)), s.heading, s.title, s.role, s.state, s.rule)
        for i, s in enumerate(sections)
    )


def _unshielded(build: _Builder, shield: Shield) -> list[Passage]:
    """The passages without their shielded parts."""
    kept: list[Passage] = []
    for passage in build.passages:
        for part in shield.outside(passage.span):
            bare = strip_span(build.text, part, also="|")
            if len(bare):
                kept.append(Passage(bare, passage.block, passage.section, passage.marker))
    return kept
