"""Text that the form, the web site or politeness put there: it can never become a finding."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.records import Block, BlockKind, NormalText
from pipeline.resources import load_table
from pipeline.segment.form_items import printed_items
from pipeline.segment.markers import opening_marker
from pipeline.segment.patterns import PatternMatcher
from pipeline.spans import Span, gaps, strip_span


@dataclass(frozen=True, slots=True)
class BoilerplateRow:
    """One pattern of `data/boilerplate.tsv` and how far it shields.

    scope `block`: the whole block; `line`: the line; `sentence`: the line, or of a long one, which holds more than politeness, the sentence;
    `match`: the matched words alone; `end`: everything from there on, or the line where hardly anything stands before it; `record`: the line,
    with which a new record of the same form begins below its title.
    """

    id: str
    pattern: str
    scope: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.scope not in {"block", "line", "sentence", "match", "end", "record"}:
            raise ValueError(f"scope {self.scope!r} is none of block, line, sentence, match, end, record")


@dataclass(frozen=True, slots=True)
class Shield:
    """The shielded places of a report, in order, and the place from which everything is shielded."""

    spans: tuple[Span, ...]
    end: int
    records: tuple[int, ...] = ()  # places of lines with which a new record begins

    def outside(self, span: Span) -> list[Span]:
        """The parts of `span` that may hold findings."""
        if span.start >= self.end:
            return []
        return list(gaps(Span(span.start, min(span.end, self.end)), self.spans))


_Placed = tuple[str, Span]  # a line or cell, and its place

# A line of more characters is a paragraph; a polite sentence in it is shielded to the first blank after so many, or to its end where no more is left.
LONGEST_POLITE, _POLITE, _POLITE_REST = 240, 30, 160
# So few characters before what ends a page, and three times as many after it, are a header: there the line counts comments, and the page follows.
_HEADER, _PAGE = 200, 3

# A repeated photo caption is a short line; a longer text that comes twice is a copy of content.
LONGEST_CAPTION = 120


@cache
def _rules() -> tuple[PatternMatcher, dict[str, str]]:
    rows = load_table("boilerplate.tsv", BoilerplateRow)
    return PatternMatcher((row.id, row.pattern) for row in rows), {row.id: row.scope for row in rows}


def find_shield(normal: NormalText) -> Shield:
    """The places of a report that are boilerplate: acknowledgements, form text, automatic abstracts, captions, footers."""
    matcher, scopes = _rules()
    text = normal.text
    spans: list[Span] = []
    end = len(text)
    records: list[int] = []
    for match in matcher.find_all(text):
        scope = scopes[match.rule]
        if scope == "record":
            records.append(match.span.start)
        if scope == "end" and not _is_header(text, match.span):
            end = min(end, match.span.start)
        else:
            spans.append(_reach(text, normal.blocks, match.span, scope))
    lines = [(match.group(), Span(*match.span())) for match in _LINE.finditer(text)]
    spans.extend(_captions(text, normal.blocks))
    spans.extend(printed_items(text))
    spans.extend(_repeated_titles(lines))
    spans.extend(_signatures(lines))
    spans.extend(span for line, span in lines if len(line) <= LONGEST_CAPTION and _CAPTION.match(line))
    return Shield(tuple(_merge(spans)), end, tuple(records))


def _reach(text: str, blocks: tuple[Block, ...], span: Span, scope: str) -> Span:
    """How far a match shields."""
    if scope == "match":
        return span
    if scope == "block":
        holding = [block.span for block in blocks if block.span.contains(span)]
        if holding:
            return min(holding, key=len)
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    line = Span(start, len(text) if end < 0 else end)
    return _sentence(text, line, span) if scope == "sentence" and len(line) > LONGEST_POLITE else line


def _is_header(text: str, span: Span) -> bool:
    """Whether a place stands in the header of a page."""
    return span.start < _HEADER and len(text) - span.end > _PAGE * max(span.start, 1)


def _sentence(text: str, line: Span, span: Span) -> Span:
    """The sentence around a match in a long line, as far as blanks tell."""
    start = max(line.start, text.rfind(" ", line.start, span.start) + 1)
    end = text.find(" ", min(span.end + _POLITE, line.end), line.end)
    return Span(start, line.end if end < 0 or line.end - end <= _POLITE_REST else end)


def _captions(text: str, blocks: tuple[Block, ...]) -> list[Span]:
    """Short list items that stand two or more times in a row: photo captions of a gallery. Of a headline printed twice at the top only the second."""
    found: list[Span] = []
    top = next((block for block in blocks if strip_span(text, block.span)), None)
    headline = top if top and not opening_marker(text, top.span) else None
    for before, after in itertools.pairwise(blocks):
        if BlockKind.TABLE_CELL in {before.kind, after.kind}:
            continue  # equal cells of a table are values
        first, second = strip_span(text, before.span), strip_span(text, after.span)
        if 0 < len(first) <= LONGEST_CAPTION and first.slice(text) == second.slice(text):
            found += [after.span] if before is headline else [before.span, after.span]
    return found


# Lines at the top of a report among which its title stands, and the fewest letters of a title.
TOP_LINES = 6
SHORTEST_TITLE = 15


def _repeated_titles(lines: Sequence[_Placed]) -> list[Span]:
    """Later lines that are the title of the report or the name of its project once more, and nothing else."""
    titles = {bare for line, _ in lines[:TOP_LINES] if len(bare := _bare_title(line)) >= SHORTEST_TITLE}
    if not titles:
        return []
    return [span for line, span in lines[TOP_LINES:] if len(line) <= LONGEST_CAPTION and _bare_title(line) in titles]


# The close of a letter or a report, and the lines that may follow it: names, posts, days.
_CLOSE = re.compile(r"\W*(?:\(?ลงชื่อ|ขอแสดงความนับถือ|จึง(?:เรียน|เสนอ)มาเพื่อ(?:ทราบ|โปรด|พิจารณา|ขอ))")
_SIGNED = re.compile(
    r"\(.{2,60}\)|ตำแหน่ง|วันที่|วัน.{0,4}เดือน|นาย|นาง|น\.ส\.|ดร\.|พ\.?ต\.|ร\.?ต\.|ผู้(?:รายงาน|จัดทำ|เสนอ|ตรวจ|บันทึก|จด|รับรอง|อนุมัติ|รับผิดชอบ)"
    r"|ประธาน|เลขานุการ|เหรัญญิก|หัวหน้า|ผู้อำนวยการ|นายก|ปลัด|พยาบาล|นักวิชาการ|เจ้าพนักงาน|โทร|[.…_\s]{4,}"
)
_MOST_SIGNED, _LONGEST_SIGNED = 6, 60
# Who signs says nothing more.
_TELLS = re.compile("ควร|จะ|ว่า|ขอ|ให้|รับปาก|ต้อง|ไม่|แล้ว|ได้")
# What a picture or a table shows.
_CAPTION = re.compile(
    r"\W*(?:ภาพ|รูป|รูปภาพ|ตาราง|แผนภูมิ|แผนภาพ|กราฟ)(?:ประกอบ)?"
    r"(?:ที่\s*[0-9๐-๙]{1,3}(?:[.\-][0-9๐-๙]{1,2})?[\s:.]|\s*[0-9๐-๙]{1,3}\s*(?:[.:：]|[-–]\s|\s{2}))"
)


def _signatures(lines: Iterable[_Placed]) -> Iterator[Span]:
    """The lines below the close of a letter that sign it."""
    left = 0
    for line, span in lines:
        if _CLOSE.match(line):
            left = _MOST_SIGNED
            yield span
        elif left and _is_signature(line):
            left -= 1
            yield span
        else:
            left = 0


def _is_signature(line: str) -> bool:
    """Whether a line is a name, a post or a day and no more."""
    bracketed = line.startswith("(") and line.rstrip().endswith(")")
    return len(line) <= _LONGEST_SIGNED and _SIGNED.match(line) is not None and (bracketed or not _TELLS.search(line))


_LINE = re.compile(r"[^\s|][^\n|]*")
_TITLE_LEAD = re.compile(r"\A[\s#*\-–•|]*(?:(?:ชื่อ)?(?:ชุด)?โครงการ\s*[:：]?)?\s*")

_TITLE_MARKS = re.compile(r"[\s\"“”'*#|:：]+")


def _bare_title(line: str) -> str:
    """A line without marks, blanks and the word for project in front."""
    return _TITLE_MARKS.sub("", _TITLE_LEAD.sub("", line, count=1))


def _merge(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
