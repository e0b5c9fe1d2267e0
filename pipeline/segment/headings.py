"""Headings and field labels recognised by table: variants, misspellings, glued help text, numbers glued to labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from pipeline.headings_table import HeadingRow, heading_rows
from pipeline.phrases import Phrase, PhraseMatch, PhraseMatcher
from pipeline.records import BlockKind, State
from pipeline.resources import load_table
from pipeline.segment.markers import opening_marker
from pipeline.segment.silence import silence_of
from pipeline.segment.tokens import tokens
from pipeline.spans import Span, strip_span

# Longest line that is read as a heading with a free tail ("ปัจจัยความสำเร็จของศูนย์เรียนรู้บ้านเรา").
LONGEST_HEADING = 90
# A misspelt label is accepted from this similarity on (rapidfuzz ratio, 0 to 100), and from this many characters:
# below 86, "ผลที่ได้" takes "ผลไม้ที่ได้"; of fewer characters, one letter changes the word.
FUZZY_CUTOFF = 86
FUZZY_SHORTEST = 7
_BLANK = re.compile(r"[ \t\u00a0]*")
_PARENTHESIS = re.compile(r"\s*\([^()\n]{0,60}\)|\*\*(?!\*)")  # or the end of bold print
_COUNTED_TAIL = re.compile(r"\s*(?:มี|จำนวน|รวม)?\s*[0-9๐-๙]{1,2}\s*(?:ข้อ|ประการ|ด้าน|เรื่อง|ประเด็น|อย่าง)(?=\s|$|[:：])")
_NUMBERED_TAIL = re.compile(r"\s*ที่\s*[0-9๐-๙]{1,2}(?![0-9๐-๙])[.):]?")
_PERIOD_TAIL = re.compile(
    r"\s*(?:(?:ใน)?(?:ประจำ)?ปี\s*(?:พ\.ศ\.)?\s*[0-9๐-๙]{4}|(?:ใน)?(?:รอบ)?\s*[0-9๐-๙]{1,2}\s*ปี)(?=\s|$)"
)
_JOINER = re.compile(r"\s*(?:/|และ|หรือ|,|-|–|&|\+)\s*")
_COLON = re.compile(r"\s*(?:[:：;=|\]】]+|\t|[ \u00a0]{3,}(?=\S))\s*(?:\*\*)?\s*[-–]?\s*")
_FUZZY_COLON = re.compile(r"\s*[:：]\s*")
_INTRODUCES = re.compile(r"\s*(?:คือ|ได้แก่|มีดังนี้|ดังนี้|มีดังต่อไปนี้|ดังต่อไปนี้|เป็นดังนี้|ประกอบด้วย)\s*[:：]?\s*")
_END = re.compile(r"[\s*#_.…:：\-–=ฯๆ\"”\]】]*\Z")
# A label answered by a dash ("แผน: -", "ปัญหา   -"); ":-" belongs to the label.
_SILENT = re.compile(r"(?:\s*[:：]\s+|\t|[ \u00a0]{2,})[-–—]{1,3}\s*\Z")
_PRINT = "-–—="  # on both sides of a heading they are print
# Less text than this behind a label is its number or mark ("ปัญหาที่พบครั้งที่ 2"), not what it labels; "ไม่มี" has 5.
SHORTEST_CONTENT = 4
LONGEST_TITLE_LINE = 120
# A label of fewer characters with a tail glued to it is a common noun ("ผลผลิตทางการเกษตรตกต่ำ").
LABEL_OF_ITS_OWN = 8
_GLUED_TAIL = re.compile(r"[^\s:：]{2,60}")
# Words with which a question ends; ไหม and หรือเปล่า ask wherever they end a line.
_ASKING = re.compile(
    r"(?:ไหม|หรือเปล่า|อะไร|อะไรบ้าง|ใครบ้าง|ใคร\S{1,20}บ้าง|ยังไง|อย่างไร|ตรงไหน|ที่ไหน|เท่าไร|เท่าไหร่|หรือไม่|เพราะอะไร|ทำไม|ว่าไง)(?:คะ|ครับ|บ้าง)?\s*[?？\"”]?\s*\Z"
    r"|\A\W*(?:แล้ว)?(?:อะไรทำให้|ทำไม)\S{2,40}\Z|ล่ะ(?:คะ|ครับ)?\s*[?？]?\Z"
)
# What stands before the words of a question that is told, or of a denial: "ตัดสินใจเองได้ว่าจะใช้เงินทำอะไร", "ไม่ต้องซื้ออะไร". Behind the verbs of
# an opinion the reader is asked ("ท่านคิดว่าสำเร็จเพราะอะไร").
_TOLD = re.compile(r"[ก-๙](?<!คิด)(?<!เห็น)(?<!หวัง)(?<!รู้สึก)(?<!มอง)ว่า(?!ด้วย)\S*\Z")
_DENIED = re.compile(r"ไม่(?!สำเร็จ|เป็นไป|ราบรื่น|ได้ตาม)")
_WHY = ("เพราะอะไร", "ทำไม")
_NOT = "ไม่"
# A denial stands at most so many characters before them.
_REACH = 24
_STATEMENT = re.compile("ทำให้|ได้รับ|เพราะ|เนื่องจาก|ไม่|จึง|ต้อง|ควร|ส่งผล|เกิดขึ้นเมื่อ|ลดลง|เพิ่มขึ้น|ถูก|กลายเป็น")
_CONTENT_FOLLOWS = re.compile(r"\s|[(0-9๐-๙•●▪■\-–\"“]")


@dataclass(frozen=True, slots=True)
class TailRow:
    """Words that may follow a label on its line and say nothing (`data/heading_tails.tsv`).

    kind `tail`: rest of a label; `help`: help text of the form, glued to the label; `question`: words that make a line
    a question of the form, whatever labels it names.
    """

    id: str
    phrase: str
    kind: str
    example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {"tail", "help", "question"}:
            raise ValueError(f"kind {self.kind!r} is none of tail, help, question")


@dataclass(frozen=True, slots=True)
class TailWordRow:
    """A word behind a label by which its line is no heading (`data/tail_words.tsv`)."""

    id: str
    word: str
    kind: str  # statement | done
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {"statement", "done"}:
            raise ValueError(f"kind {self.kind!r} is neither statement nor done")


@cache
def tail_words() -> dict[str, frozenset[str]]:
    """The words of `data/tail_words.tsv` by their kind."""
    rows = load_table("tail_words.tsv", TailWordRow)
    return {kind: frozenset(row.word for row in rows if row.kind == kind) for kind in ("statement", "done")}


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A label that is a plain noun too, or rules its own line alone (`data/heading_topics.tsv`)."""

    id: str
    phrase: str
    kind: str  # topic: of all that tells; cause: of obstacles, factors, advice and lessons; line
    example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {"topic", "cause", "line"}:
            raise ValueError(f"kind {self.kind!r} is none of topic, cause, line")


@cache
def _topics() -> dict[str, str]:
    return {row.phrase: row.kind for row in load_table("heading_topics.tsv", TopicRow)}


@dataclass(frozen=True, slots=True)
class HeadingMatch:
    """A heading found at the start of a stretch."""

    span: Span  # label with its marker, help text and colon
    title: str  # the label as written
    roles: tuple[str, ...]
    state: State | None
    rule: str
    content: Span  # what follows on the same line, empty for none
    free_tail: bool = False  # the label goes on in words that no table knows
    passing: bool = False  # a label in running text: it rules its own line and no more
    silent: bool = False  # the label is answered: there is nothing ("ปัญหา: ไม่มี")
    topic: str = ""  # a noun that is a label, or the topic of what a section tells: its kind (TopicRow)


@cache
def _rows_by_id() -> dict[str, HeadingRow]:
    return {row.id: row for row in heading_rows()}


@cache
def heading_state(role: str) -> State | None:
    """The state that headings of a role give to their text; None when they give none or differ."""
    states = {row.state for row in heading_rows() if row.role == role}
    return State(state) if len(states) == 1 and (state := states.pop()) else None


@cache
def _labels() -> PhraseMatcher:
    return PhraseMatcher(Phrase(row.phrase, row.id) for row in heading_rows())


@cache
def _tails() -> dict[str, PhraseMatcher]:
    rows = load_table("heading_tails.tsv", TailRow)
    return {
        kind: PhraseMatcher(Phrase(row.phrase, row.id, boundary=False) for row in rows if row.kind == kind)
        for kind in ("tail", "help", "question")
    }


@dataclass(frozen=True, slots=True)
class _Choices:
    """The labels that words of one length can be a misspelling of: others differ too much in length alone."""

    rows: tuple[str, ...]
    labels: tuple[str, ...]  # squeezed
    letters: NDArray[np.uint64]  # which letters each label has, see _letters
    apart: NDArray[np.uint8]  # how many letters at most the words may have and the label not, or the other way round

    def near(self, words: str) -> dict[str, str]:
        """The labels by row that have nearly the same letters as the words: a few of hundreds, to be compared in full."""
        apart = np.bitwise_count(self.letters ^ np.uint64(_letters(words)))
        return {self.rows[at]: self.labels[at] for at in np.flatnonzero(apart <= self.apart)}


@cache
def _fuzzy_choices(length: int) -> _Choices:
    """The labels to which words of so many characters may come up to the cutoff."""
    squeezed = {row.id: _squeeze(row.phrase) for row in heading_rows() if len(row.phrase) >= FUZZY_SHORTEST}
    chosen = {
        row: label
        for row, label in squeezed.items()
        if 200 * min(length, len(label)) >= FUZZY_CUTOFF * (length + len(label))
    }
    # The ratio counts letters to put in and to take out: each of these adds or takes away one kind of letter at most.
    apart = [(100 - FUZZY_CUTOFF) * (length + len(label)) // 100 + 1 for label in chosen.values()]
    letters = np.array([_letters(label) for label in chosen.values()], dtype=np.uint64)
    return _Choices(tuple(chosen), tuple(chosen.values()), letters, np.array(apart, dtype=np.uint8))


def _letters(words: str) -> int:
    """The kinds of letters in some words as 64 bits; letters that share a bit count as one kind."""
    bits = 0
    for letter in words:
        bits |= 1 << (ord(letter) % 64)
    return bits


# So many letters behind a label are a word.
_LEAST_WORD = 2
_LOOSE = re.compile(r"[\s.:*#_\-–]+")


def _squeeze(text: str) -> str:
    return _LOOSE.sub("", text).lower()


def read_heading(
    text: str, span: Span, kind: BlockKind = BlockKind.PARAGRAPH, *, free_tail: bool = True, blank: bool = False
) -> HeadingMatch | None:
    """The heading or label with which the stretch opens; None when it opens with plain text.

    `free_tail`: whether a label may go on in words that no table knows; not for an item inside a line, which then is text. `blank`: whether one
    blank parts any label from its text; else a common noun ("ปัญหา") needs a colon.

    >>> line = "๓. ปัญหา/อุปสรรค : ฝนตกหนัก"
    >>> match = read_heading(line, Span(0, len(line)))
    >>> match.roles, match.content.slice(line)
    (('obstacle',), 'ฝนตกหนัก')
    """
    return _read(text, span, kind, free_tail, blank)


@lru_cache(maxsize=4096)  # a line is asked for by its place first, and again when its section opens
def _read(text: str, span: Span, kind: BlockKind, free_tail: bool, blank: bool) -> HeadingMatch | None:
    """See read_heading."""
    marker = opening_marker(text, span)
    line = Span(marker.end, span.end)
    # No label with its tail is longer than a few hundred characters: long paragraphs are not searched to their end.
    window = Span(line.start, min(line.end, line.start + 400))
    parts = _labels_at_start(text, window)
    if not parts:
        return _fuzzy(text, span, line)
    rows = [_rows_by_id()[rule] for _, rule in parts]
    end = parts[-1][0].end
    end = _skip(text, end, span.end)
    found = _decide(text, span, line, rows, Span(line.start, end), blank=blank)
    if found is None and free_tail and any(row.strength == "open" for row in rows):
        found = _free_tail(text, span, line, rows, Span(line.start, end), kind)
    return found or _fuzzy(text, span, line)


def _labels_at_start(text: str, window: Span) -> list[tuple[Span, str]]:
    """The labels that follow each other from the start: glued, or joined by a slash or และ."""
    piece = window.slice(text)
    if not _may_begin(piece):
        return []
    starting: dict[int, tuple[Span, str]] = {}
    for match in _labels().find_all(piece):
        if not _is_torn(piece, match):
            starting.setdefault(match.span.start, (match.span, match.key))  # the longest comes first
    parts: list[tuple[Span, str]] = []
    at = 0
    # A label that only counts alone on its line ("คณะทำงาน") joins no other.
    while at in starting and not (parts and _rows_by_id()[starting[at][1]].strength == "whole"):
        place, rule = starting[at]
        parts.append((place.shift(window.start), rule))
        at = place.end
        if parenthesis := _PARENTHESIS.match(piece, at):
            at = parenthesis.end()
        tail = _skip(piece, at, len(piece))
        for joined in (_JOINER.match(piece, at), _BLANK.match(piece, at), _JOINER.match(piece, tail)):
            if at not in starting and joined and joined.end() in starting:
                at = joined.end()
    return parts


def _is_torn(piece: str, match: PhraseMatch) -> bool:
    """Whether the last letter or two of a label stand behind a blank that it does not have: "ปัญหาอุปสรรค ค|วามร่วมมือ" is no "ปัญหาอุปสรรคค"."""
    _, blank, last = match.span.slice(piece).rpartition(" ")
    return bool(blank) and len(last) < _LEAST_BEHIND_BLANK and not match.phrase.endswith(f" {last}")


# Fewer letters of a label behind a blank are the first ones of another word.
_LEAST_BEHIND_BLANK = 3


def _may_begin(piece: str, at: int = 0) -> bool:
    """Whether a label may begin at a place in a text, by the first characters there: most lines have none."""
    head, known = piece[at : at + _HEAD].lower(), _label_heads()
    if head.split() != [head] or "\u200b" in head:
        return True  # labels are found over blanks
    return head in known or head[:3] in known or head[:2] in known or head[:1] in known


_HEAD = 4


@cache
def _label_heads() -> frozenset[str]:
    """The first characters of the labels, shorter labels whole."""
    return frozenset("".join(row.phrase.split())[:_HEAD].lower() for row in heading_rows())


def _skip(text: str, at: int, end: int) -> int:
    """The place after help text, tails and a parenthesis that stand at `at`."""
    while True:
        before = at
        for pattern in (_PARENTHESIS, _COUNTED_TAIL, _NUMBERED_TAIL, _PERIOD_TAIL):
            if match := pattern.match(text, at, end):
                at = match.end()
        piece_start = _blank_end(text, at, end)
        piece = text[piece_start : min(end, piece_start + 160)]
        for kind in ("help", "tail"):
            hits = [m for m in _tails()[kind].find_all(piece) if m.span.start == 0]
            if hits:
                at = piece_start + hits[0].span.end
                break
        if at == before:
            return at


def _blank_end(text: str, at: int, end: int) -> int:
    match = _BLANK.match(text, at, end)
    return match.end() if match else at


def _decide(
    text: str, span: Span, line: Span, rows: list[HeadingRow], label: Span, *, blank: bool = False
) -> HeadingMatch | None:
    """Whether labels at the start of a line make it a heading, by what follows them."""
    strength = "open" if any(row.strength == "open" for row in rows) else "whole"
    rest = text[label.end : span.end]
    said = rest.strip(" :：=\t\u00a0*_]】")
    answered = _SILENT.match(rest) and text[span.start] not in _PRINT
    if answered or (said.strip("-–—") and rest != said and silence_of(said)):
        content = strip_span(text, Span(label.end, span.end), also=":：=")
        return replace(_found(text, span, rows, label, content), silent=True)
    if _END.match(rest):
        return _found(text, span, rows, label, Span(span.end, span.end))
    if is_question(line.slice(text)):
        return _found(text, span, rows, label, Span(span.end, span.end))
    if colon := (_COLON.match(text, label.end, span.end) or _INTRODUCES.match(text, label.end, span.end)):
        return _found(text, span, rows, label, Span(colon.end(), span.end))
    if strength == "whole" and not (blank and rest.startswith(" ")):
        return None
    if _CONTENT_FOLLOWS.match(rest):
        # "• ปัจจัยความสำเร็จ ของกลุ่ม" is a heading with a tail, "ผลลัพธ์เชิงปริมาณ ผู้เข้าร่วม 100 คน" a label with its text:
        # a label alone on a short line ending without a statement is told by its tail, which _skip has taken.
        return _found(text, span, rows, label, Span(_blank_end(text, label.end, span.end), span.end))
    return None


def _free_tail(
    text: str, span: Span, line: Span, rows: list[HeadingRow], label: Span, kind: BlockKind
) -> HeadingMatch | None:
    """A heading whose label goes on in words that no table knows ("ข้อคิดการทำธรรมนูญตำบล มีกลไกชัดเจน")."""
    rest = text[label.end : span.end]
    tail = _GLUED_TAIL.match(rest)
    if tail is None or _STATEMENT.search(tail.group()):
        return None
    words = {word.slice(rest) for word in tokens(rest)}
    stated = kind is not BlockKind.HEADING and not rest.startswith(_RELATIVE) and words & tail_words()["statement"]
    outdated = {row.role for row in rows} <= _OUTDATED and any(word in rest for word in tail_words()["done"])
    if stated or outdated:
        return None
    whole_line = tail.end() == len(rest.rstrip())
    headlike = kind is BlockKind.HEADING or marker_opens(text, span) or rest.rstrip().endswith((":", "："))
    if whole_line and len(line) <= LONGEST_HEADING and (headlike or len(label) >= LABEL_OF_ITS_OWN):
        found = _found(text, span, rows, Span(label.start, span.end), Span(span.end, span.end))
        return replace(found, free_tail=True)
    end = label.end + tail.end()
    # A short line of this shape is a title that begins with the word ("สรุปบทเรียนรอบหกเดือน กับครูและแม่ครัว").
    told = len(line) > LONGEST_TITLE_LINE or _INTRODUCES.match(text, end, span.end)
    if not whole_line and told and len(label) >= LABEL_OF_ITS_OWN and len(tail.group()) <= LONGEST_HEADING // 2:
        content = Span(_blank_end(text, end, span.end), span.end)
        return replace(_found(text, span, rows, Span(label.start, end), content), passing=True)
    return None


# A noun goes on so: what follows tells which one is meant, it states nothing.
_RELATIVE = "ที่"
# What such labels name is over when it is said to be done.
_OUTDATED = frozenset({"plan", "background"})


# What may stand behind a label inside a line when text follows; words with which its noun goes on, or a list of nouns, are none.
_BEHIND_INNER = re.compile(
    r"\s*[:：]\s*\S|\s*(?:คือ|ได้แก่)\s|\s+(?!และ|หรือ|กับ|ของ|ที่|ใน|จาก|ต่อ|ตาม|รวม|ตลอดจน|เพื่อ|ด้าน|,|/|–|-)\S"
)
_INNER_BLANK = re.compile(r"\s+(?=\S)")
_COLON_INNER = re.compile(r"\s*[:：]\s*\S")
# So many letters at least stand between two labels of a line that each have their text.
_LEAST_INNER = 4


def inner_labels(text: str, span: Span, roles: frozenset[str]) -> list[int]:
    """Where labels of these roles stand inside a line, each with its text behind it: "ผลที่ได้ คนมา 8 คน ปัญหา/อุปสรรค หมาไล่".

    A label with a colon counts alone; others only where the line holds two and more of them, and not one right behind the other as in a list.

    >>> line = "ปัญหาอุปสรรค ทางมืด ข้อเสนอแนะ ติดไฟเพิ่ม"
    >>> [line[at:] for at in inner_labels(line, Span(0, len(line)), frozenset({"obstacle", "recommendation"}))]
    ['ข้อเสนอแนะ ติดไฟเพิ่ม']
    """
    piece = span.slice(text)
    found: dict[Span, tuple[bool, str]] = {}
    inside = any(_may_begin(piece, blank.end()) for blank in _INNER_BLANK.finditer(piece))
    for match in _labels().find(piece) if inside else ():
        start, end = match.span.start, match.span.end
        row = _rows_by_id()[match.key]
        behind = _BEHIND_INNER.match(piece, end)
        if row.role not in roles or behind is None or (start and not piece[start - 1].isspace()):
            continue
        colon = _COLON_INNER.match(piece, end) is not None
        if colon or row.strength == "open":
            found.setdefault(match.span, (colon, row.role))
    edges = [*(place.start for place in found), len(piece)][1:]
    texts = [piece[place.end : edge].strip(" :：\t") for place, edge in zip(found, edges, strict=True)]
    if any(len(each) < _LEAST_INNER for each in texts):
        return []
    told = [(place.start, colon) for place, (colon, _) in found.items()]
    leads = len(told) > 2 or told[:1] == [(0, False)]
    several = len(told) > 1 and leads and len({role for _, role in found.values()}) == len(told)
    return [span.start + start for start, colon in told if start and (colon or several)]


def marker_opens(text: str, span: Span) -> bool:
    """Whether the stretch opens with a list marker or `#`."""
    return len(opening_marker(text, span).slice(text).strip()) > 0


def _found(text: str, span: Span, rows: list[HeadingRow], label: Span, content: Span) -> HeadingMatch:
    roles = tuple(dict.fromkeys(row.role for row in rows))
    states = {State(row.state) for row in rows if row.state}
    # Planned and achieved named in one label ("ตามแผน/ปฏิบัติจริง") say nothing of the text.
    state = states.pop() if len(states) == 1 else None
    if len(content) < SHORTEST_CONTENT:
        content = Span(span.end, span.end)
    end = content.start if len(content) else span.end
    return HeadingMatch(
        Span(span.start, end),
        " ".join(label.slice(text).replace("*", " ").split()),
        roles,
        state,
        "+".join(row.id for row in rows),
        content,
        topic=_topics().get(rows[0].phrase, "") if len(rows) == 1 else "",
    )


@lru_cache(maxsize=1024)  # asked of a line by each that reads it as a heading, a question or text
def is_question(line: str) -> bool:
    """Whether a line is a question or help text of a form rather than an answer.

    >>> is_question("บทเรียนว่าอะไรควรทำ อะไรไม่ควรทำ")
    True
    """
    if _tails()["question"].find(line[:600]):
        return True
    asking = _ASKING.search(line, max(0, len(line) - 40))
    if asking is None:
        return False
    if _TOLD.search(line, 0, asking.start()):
        return False
    before = line[max(0, asking.start() - _REACH) : asking.start()]
    return asking.group().startswith(_WHY) or _DENIED.search(before) is None


def states_something(line: str) -> bool:
    """Whether a short line holds words of a statement, which no heading does."""
    return _STATEMENT.search(line) is not None


def predicates(line: str) -> bool:
    """Whether a line says something of what it names ("โอนช้ากว่ากำหนด"), by more words than `states_something` knows."""
    return states_something(line) or bool({word.slice(line) for word in tokens(line)} & tail_words()["statement"])


def _fuzzy(text: str, span: Span, line: Span) -> HeadingMatch | None:
    """A short line, or the words before its colon, that is a misspelt label."""
    piece = line.slice(text)
    colon = _FUZZY_COLON.search(piece, 0, LONGEST_HEADING // 2)
    head = piece[: colon.start()] if colon else piece
    if len(head) > LONGEST_HEADING // 2:
        return None
    bare = _squeeze(_PARENTHESIS.sub("", head))
    if len(bare) < FUZZY_SHORTEST:
        return None
    near = _fuzzy_choices(len(bare)).near(bare)
    best = process.extractOne(bare, near, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF)
    if best is None:
        return None
    row = _rows_by_id()[best[2]]
    if bare.count(_NOT) != row.phrase.count(_NOT):
        return None  # "ทำไมสำเร็จ" is no misspelt "ทำไมไม่สำเร็จ"
    if len(bare) - len(best[0]) >= _LEAST_WORD and bare.startswith(best[0]):
        return None  # "กลุ่มเป้าหมายครบ" says something of its label
    content = Span(line.start + colon.end(), span.end) if colon else Span(span.end, span.end)
    return _found(text, span, [row], Span(line.start, line.start + len(head)), content)
