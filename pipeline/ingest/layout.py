"""Lines on a page to paragraphs: for formats that know only where characters stand (PDF, OCR)."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline.records import BlockKind
from pipeline.resources import load_table

# A gap between paragraphs is wider than the distance of lines that run on. Measured on LibreOffice and Word prints: lines of a
# paragraph differ by less than 4 %, "space after" of 6 pt in 16 pt text adds 22 %.
PARAGRAPH_GAP = 1.18
# Type that is this much larger than the body opens a heading.
HEADING_SIZE = 1.12
HEADING_LENGTH = 160
# Lines of one heading stand closer than this, in units of type size.
HEADING_PITCH = 2.0
# A line is full when the next word would not have fitted. Thai shows no word ends; most words have up to 8 letters.
# A short word (a number, คน) is taken for longer: office programs often carry what belongs to it along.
WORD_LETTERS = 8
LEAST_LETTERS = 5

_THAI = re.compile("[\u0e00-\u0e7f]")
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page. Lengths in points (OCR: pixels), `y` of the base line, counted from the top of the page."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    page: int = 1
    confidence: float = 1.0
    apart: bool = False  # it does not go on from what was written before it, as a new cell does
    frame: int = 0  # number of the text column on the page: heights in two columns say nothing of each other


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    text: str
    kind: BlockKind
    lines: tuple[Line, ...]
    level: int = 0

    @property
    def confidence(self) -> float:
        """Mean confidence of its lines, weighted by length."""
        weight = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / weight if weight else 0.0


@dataclass(frozen=True, slots=True)
class Body:
    """How the running text of a document is set: what headings stand out from."""

    size: float
    bold: bool
    heading_sizes: tuple[float, ...] = field(default=())  # larger sizes, largest first

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Body:
        """The size in which most characters are set, and whether most are bold."""
        sizes: Counter[float] = Counter()
        weights: Counter[bool] = Counter()
        for line in lines:
            sizes[_half(line.size)] += len(line.text)
            weights[line.bold] += len(line.text)
        if not sizes:
            return cls(12.0, bold=False)
        size = max(sizes, key=lambda s: (sizes[s], s))
        larger = tuple(sorted((s for s in sizes if s >= size * HEADING_SIZE), reverse=True))
        return cls(size, weights[True] > weights[False], larger)

    def stands_out(self, line: Line) -> bool:
        """Whether the line is larger than the body, or bold in a body that is not."""
        return line.size >= self.size * HEADING_SIZE or (line.bold and not self.bold)

    def level(self, line: Line) -> int:
        """The level of a heading set as `line` is: by size, 1 the largest; bold at body size stands below all."""
        size = _half(line.size)
        return self.heading_sizes.index(size) + 1 if size in self.heading_sizes else len(self.heading_sizes) + 1


def _half(size: float) -> float:
    return round(size * 2) / 2


@dataclass(frozen=True, slots=True)
class MarkerRule:
    """A row of data/formats_markers.tsv."""

    id: str
    pattern: str
    sure: bool
    example: str
    counter_example: str
    source: str


@cache
def _markers(*, sure: bool) -> re.Pattern[str]:
    rows = load_table("formats_markers.tsv", MarkerRule)
    return re.compile("|".join(f"(?:{row.pattern})" for row in rows if row.sure or not sure))


def starts_item(text: str, *, sure: bool = False) -> bool:
    """Whether `text` starts with the mark of a list item; with `sure` only marks that cannot be part of running text.

    >>> starts_item("• ลดเหล้า"), starts_item("1) ลดเหล้า"), starts_item("ลดเหล้า 1) และ")
    (True, True, False)
    """
    return _markers(sure=sure).match(text) is not None


def is_marker(text: str) -> bool:
    """Whether `text` is nothing but the mark of a list item, as where a tab stands behind it.

    >>> is_marker("2."), is_marker("ก.")
    (True, True)
    """
    found = _markers(sure=False).match(f"{text.strip()} ก")
    return found is not None and found.end() >= len(text.strip())


def letters(text: str) -> int:
    """The number of characters that take room on the line: all but Thai marks above and below."""
    return len(_MARKS.sub("", text))


def is_full(line: Line, after: Line, right: float) -> bool:
    """Whether `line` ends at the right edge: the first word of the line `after` would not have fitted.

    `right` is the edge of the text, same unit as the lines.
    """
    first = after.text.split(" ", 1)[0] or after.text
    width = (after.x1 - after.x0) / max(1, letters(after.text))
    word = min(max(letters(first), LEAST_LETTERS), WORD_LETTERS) * width
    return right - line.x1 < word + 0.3 * after.size


def typical_pitch(lines: Sequence[Line], right: float) -> float:
    """The distance of lines that run on, in units of type size; 0 when no line does.

    The lower quartile of all that look full: in a page of one-line items the median is the distance of paragraphs.
    """
    pitches = sorted(
        (after.y - line.y) / max(line.size, 1.0)
        for line, after in itertools.pairwise(lines)
        if (line.page, line.frame) == (after.page, after.frame) and after.y > line.y and is_full(line, after, right)
    )
    return pitches[len(pitches) // 4] if pitches else 0.0


def runs_on(first: Line, line: Line, after: Line, *, right: float, pitch: float, body: Body) -> bool:
    """Whether the line `after` continues the paragraph that starts with `first` and has come to `line`."""
    if starts_item(after.text, sure=True) or abs(line.size - after.size) > 0.08 * line.size:
        return False
    large = body.stands_out(line), body.stands_out(after)
    if large[0] != large[1] or (large[0] and (line.page, line.frame) != (after.page, after.frame)):
        return False
    if large[0] and _is_centred(line, after, right) and 0 < after.y - line.y < HEADING_PITCH * line.size:
        return True
    if not is_full(line, after, right):
        return False
    if (line.page, line.frame) == (after.page, after.frame):
        step = (after.y - line.y) / max(line.size, 1.0)
        if step <= 0 or (pitch and not large[0] and step > pitch * PARAGRAPH_GAP):
            return False
    hanging = line is first and starts_item(first.text)
    return after.x0 - line.x0 < 0.9 * after.size or hanging


def _is_centred(line: Line, after: Line, right: float) -> bool:
    """Whether two lines stand on one axis, not flush left: a title in several lines."""
    shift = abs(line.x0 - after.x0)
    return shift > 0.8 * line.size and abs((line.x0 + line.x1) - (after.x0 + after.x1)) < line.size and after.x1 < right


def join_lines(lines: Sequence[Line]) -> str:
    """The text of lines that belong together: nothing between two Thai characters, a hyphen at a Latin line end removed, else a space."""
    text = ""
    for line in lines:
        piece = line.text
        if (
            not text
            or text.endswith(" ")
            or piece.startswith(" ")
            or (_THAI.match(text[-1]) and _THAI.match(piece[:1]))
        ):
            text += piece
        elif text.endswith("-") and len(text) > 1 and text[-2].isascii() and text[-2].isalpha() and piece[:1].islower():
            text = text[:-1] + piece
        else:
            text += f" {piece}"
    return text.strip()


def find_paragraphs(
    lines: Sequence[Line], *, right: float, body: Body, pitch: float = 0.0, slack: float = 1.0
) -> list[Paragraph]:
    """The paragraphs of lines in reading order that share the right edge `right`.

    `pitch` is the usual distance of lines in units of type size, for where these lines do not show it; `slack` widens it where
    the places of lines are not exact (OCR).
    """
    pitch = slack * (typical_pitch(lines, right) or pitch)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and runs_on(groups[-1][0], groups[-1][-1], line, right=right, pitch=pitch, body=body):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [make_paragraph(group, body) for group in groups]


def make_paragraph(lines: Sequence[Line], body: Body) -> Paragraph:
    """The paragraph of `lines`: a heading where all stand out and are short, a list item where it starts with a mark."""
    text = join_lines(lines)
    if len(text) <= HEADING_LENGTH and len(lines) <= 3 and all(body.stands_out(line) for line in lines):
        return Paragraph(text, BlockKind.HEADING, tuple(lines), body.level(lines[0]))
    kind = BlockKind.LIST_ITEM if starts_item(text) else BlockKind.PARAGRAPH
    return Paragraph(text, kind, tuple(lines))


def merge_segments(segments: Sequence[Line]) -> Line:
    """One line of segments that stand side by side on one base line.

    Between two segments comes a space, unless one of them brings it or the gap is too narrow for one.
    """
    ordered = sorted(segments, key=lambda s: s.x0)
    text = ordered[0].text
    for left, segment in itertools.pairwise(ordered):
        gap = segment.x0 - left.x1
        if gap > 0.2 * segment.size and not text.endswith(" ") and not segment.text.startswith(" "):
            text += " "
        text += segment.text
    long = max(ordered, key=lambda s: len(s.text))
    weight = sum(len(s.text) for s in ordered)
    return replace(
        long,
        text=text,
        x0=ordered[0].x0,
        x1=max(s.x1 for s in ordered),
        bold=2 * sum(len(s.text) for s in ordered if s.bold) > 1.8 * weight,
        confidence=sum(s.confidence * len(s.text) for s in ordered) / weight,
    )


def group_rows(segments: Iterable[Line]) -> list[list[Line]]:
    """The segments of a page by base line, from the top, each row from the left.

    Base lines that differ by less than 0.4 of the type size are one row: marks and small type stand slightly off.
    """
    rows: list[list[Line]] = []
    for segment in sorted(segments, key=lambda s: (s.y, s.x0)):
        if rows and segment.y - rows[-1][len(rows[-1]) // 2].y < 0.4 * max(segment.size, rows[-1][0].size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda s: s.x0) for row in rows]
