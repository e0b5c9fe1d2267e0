"""Places in text: half-open, counted in code points, with the way back to the source."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open place `[start, end)` in a text, in code points.

    >>> Span(0, 3).slice("ผลผลิต")
    'ผลผ'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def slice(self, text: str) -> str:
        """The characters of `text` at this place."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two places share a character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies inside this place."""
        return self.start <= other.start and other.end <= self.end

    def mostly_in(self, places: Iterable[Span], share: float = 0.5) -> bool:
        """Whether at least so much of this place lies in one of others.

        >>> Span(0, 4).mostly_in([Span(2, 9)]), Span(0, 4).mostly_in([Span(2, 9)], 0.75)
        (True, False)
        """
        return any(min(self.end, each.end) - max(self.start, each.start) >= share * len(self) for each in places)

    def shift(self, by: int) -> Span:
        """The place moved by `by` characters."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text of which each character knows its half-open place in a source text.

    `starts[i]` and `ends[i]` bound the source characters that `text[i]` stands for; both never decrease. One source
    character may stand for none or several, as normalisation and HTML entities need. A slice of an HTML source
    may hold tags.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.starts) == len(self.ends):
            raise ValueError("a mapped text needs one source place for each character")

    @classmethod
    def identity(cls, text: str) -> MappedText:
        """`text` as its own source.

        >>> MappedText.identity("กข").source_span(Span(1, 2))
        Span(start=1, end=2)
        """
        return cls(text, range(len(text)), range(1, len(text) + 1))

    @classmethod
    def build(cls, pieces: Iterable[tuple[str, int, int]]) -> MappedText:
        """Text from `(characters, source start, source end)`, each character of a piece standing for the whole piece."""
        chars: list[str] = []
        starts, ends = array("q"), array("q")
        for piece, start, end in pieces:
            chars.append(piece)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        return cls("".join(chars), starts, ends)

    def source_span(self, span: Span) -> Span:
        """The smallest source place that holds all characters of `span`; for an empty span an empty place.

        Raises ValueError when `span` reaches beyond the text.
        """
        if span.end > len(self.text):
            raise ValueError(f"{span} reaches beyond the text of {len(self.text)} characters")
        if not len(span):
            at = self.starts[span.start] if span.start < len(self.text) else (self.ends[-1] if self.text else 0)
            return Span(at, at)
        return Span(self.starts[span.start], max(self.ends[span.end - 1], self.starts[span.start]))

    def text_span(self, source: Span) -> Span:
        """The place in this text of the characters that stand for the source place, empty where nothing stands for it."""
        if isinstance(self.starts, range) and source.end <= len(self.text):
            return source  # the text is its own source
        start = bisect_right(self.ends, source.start)
        end = bisect_left(self.starts, source.end)
        return Span(start, max(start, end))

    def compose(self, inner: MappedText) -> MappedText:
        """This text mapped through: `self` stands on `inner.text`, the result on the source of `inner`."""
        if isinstance(inner.starts, range) and isinstance(inner.ends, range):
            return self  # `inner` is its own source
        last = inner.ends[-1] if inner.text else 0
        # Sentinels stand for the place behind the last character, where an empty place may lie.
        inner_starts, inner_ends = array("q", inner.starts), array("q", inner.ends)
        inner_starts.append(last)
        starts = array("q", map(inner_starts.__getitem__, self.starts))
        ends = array(
            "q",
            (
                max(inner_ends[end - 1], at) if end > start else at
                for start, end, at in zip(self.starts, self.ends, starts, strict=True)
            ),
        )
        return MappedText(self.text, starts, ends)


def join_spans(spans: Iterable[Span]) -> Span:
    """The smallest place that holds all of them. Raises ValueError for none."""
    places = list(spans)
    if not places:
        raise ValueError("no spans to join")
    return Span(min(p.start for p in places), max(p.end for p in places))


def strip_span(text: str, span: Span, also: str = "") -> Span:
    """`span` without white space, and without the characters of `also`, at its ends.

    >>> strip_span("  ก ", Span(0, 4))
    Span(start=2, end=3)
    """
    start, end = span.start, span.end
    while start < end and (text[start].isspace() or text[start] in also):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in also):
        end -= 1
    return span if start == span.start and end == span.end else Span(start, end)


def gaps(span: Span, taken: Iterable[Span]) -> Iterator[Span]:
    """The parts of `span` that no place of `taken` covers, in order."""
    at = span.start
    for place in sorted(taken):
        if place.end <= at or place.start >= span.end:
            continue
        if place.start > at:
            yield Span(at, place.start)
        at = max(at, place.end)
    if at < span.end:
        yield Span(at, span.end)
