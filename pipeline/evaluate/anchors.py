"""From quoted words to their one place in a text: found without regard to white space, refused where it is not certain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.errors import PipelineError
from pipeline.spans import Span

# Characters without width that web pages and word processors leave between letters; a copy often loses them.
ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
# Vowels written before their consonant: a span that starts right after one cuts a syllable.
LEADING_VOWELS = frozenset("เแโใไ")
SARA_AM = "ำ"
# A second place for the end words within this many characters of the first makes the end doubtful.
DOUBTFUL_WITHIN = 300


class AnchorError(PipelineError):
    """Quoted words that lead to no place, or to more than one."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that name a span: its first and its last ones, equal when the whole span is quoted.

    `occurrence` counts places of `start` from the top of the text, `end_occurrence` places of `end` from the start of
    the span, both from 1; None means that there must be only one.
    """

    start: str
    end: str
    occurrence: int | None = None
    end_occurrence: int | None = None


class SpacelessText:
    """A text without its white space and zero-width characters, which knows where each character stood.

    >>> SpacelessText("ลด ขยะ").locate(Quote("ลดขยะ", "ลดขยะ"))
    Span(start=0, end=6)
    """

    def __init__(self, text: str) -> None:
        """Prepares `text` for any number of searches."""
        self.text = text
        self.places = [at for at, char in enumerate(text) if not is_blank(char)]
        self.letters = "".join(text[at] for at in self.places)

    def locate(self, quote: Quote) -> Span:
        """The one place in the text that the quoted words name.

        Raises AnchorError when words are missing, stand more than once without an occurrence, or cut a letter cluster.
        """
        start, end = squeeze(quote.start), squeeze(quote.end)
        if not start or not end:
            raise AnchorError("The quote is empty.", "Copy the first and the last words of the span.")
        first = self._start(start, quote)
        last = first + len(start) if quote.end == quote.start else self._end(end, first, len(start), quote)
        span = Span(self.places[first], self.places[last - 1] + 1)
        self._check_clusters(span)
        return span

    def locate_all(self, quote: Quote) -> list[Span]:
        """Every place that the quoted words name, in order, each from a start to the nearest end.

        Raises AnchorError when the words do not stand in the text, or cut a letter cluster.

        >>> SpacelessText("ข้อเสนอแนะ : - ปัญหา : -").locate_all(Quote("-", "-"))
        [Span(start=13, end=14), Span(start=23, end=24)]
        """
        count = max(1, sum(1 for _ in find_all(self.letters, squeeze(quote.start) or " ")))
        ends = quote.end_occurrence or 1
        return [self.locate(replace(quote, occurrence=at, end_occurrence=ends)) for at in range(1, count + 1)]

    def _start(self, words: str, quote: Quote) -> int:
        """Index in `letters` at which the span starts."""
        found = list(find_all(self.letters, words))
        if not found:
            raise AnchorError(f"{quote.start!r} does not stand in the text.", "Copy the words from the text again.")
        wanted = quote.occurrence
        if wanted is None and len(found) > 1:
            lines = ", ".join(str(self.text.count("\n", 0, self.places[at]) + 1) for at in found[:6])
            raise AnchorError(
                f"{quote.start!r} stands {len(found)} times (lines {lines}).", "Quote more words, or add occurrence."
            )
        if wanted is not None and wanted > len(found):
            raise AnchorError(f"{quote.start!r} stands only {len(found)} times.", "Correct occurrence.")
        return found[(wanted or 1) - 1]

    def _end(self, words: str, first: int, start_length: int, quote: Quote) -> int:
        """Index in `letters` at which the span that starts at `first` ends."""
        earliest = max(first, first + start_length - len(words))
        found = list(find_all(self.letters, words, earliest))
        if not found:
            raise AnchorError(
                f"{quote.end!r} does not stand after {quote.start!r}.", "Copy the last words from the text again."
            )
        wanted = quote.end_occurrence
        if wanted is None and len(found) > 1 and found[1] - found[0] <= DOUBTFUL_WITHIN:
            raise AnchorError(
                f"{quote.end!r} stands again {found[1] - found[0]} letters later.",
                "Quote more of the last words, or add end_occurrence.",
            )
        if wanted is not None and wanted > len(found):
            raise AnchorError(
                f"{quote.end!r} stands only {len(found)} times after the start.", "Correct end_occurrence."
            )
        return found[(wanted or 1) - 1] + len(words)

    def _check_clusters(self, span: Span) -> None:
        """Raises AnchorError when the span cuts a consonant from its vowel or tone mark."""
        before = self.text[span.start - 1 : span.start]
        after = self.text[span.end : span.end + 1]
        if joins_left(self.text[span.start]) or before in LEADING_VOWELS:
            raise AnchorError(
                f"The span starts inside a syllable: {self._around(span.start)}.", "Quote from its first letter."
            )
        if after and joins_left(after):
            raise AnchorError(
                f"The span ends inside a syllable: {self._around(span.end)}.", "Quote up to its last mark."
            )

    def _around(self, at: int) -> str:
        """The text around a place, for messages."""
        return repr(self.text[max(0, at - 8) : at] + "⟦⟧" + self.text[at : at + 8])


def is_blank(char: str) -> bool:
    """Whether a character does not count when words are compared."""
    return char.isspace() or char in ZERO_WIDTH


def joins_left(char: str) -> bool:
    """Whether a character is written on the one before it: a vowel or tone mark above or below, or ำ.

    >>> joins_left("่"), joins_left("ก")
    (True, False)
    """
    return char == SARA_AM or unicodedata.category(char) == "Mn"


def squeeze(text: str) -> str:
    """`text` without white space and zero-width characters.

    >>> squeeze(" ลด ขยะ ")
    'ลดขยะ'
    """
    return "".join(char for char in text if not is_blank(char))


def find_all(text: str, words: str, start: int = 0) -> Iterator[int]:
    """Every index from `start` on at which `words` stands in `text`, overlapping ones too."""
    at = text.find(words, start)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


# As the segmenter tells them apart: a bullet, or a number with its bracket or full stop; 2.5 is no list number.
LIST_MARKER = re.compile(r"\(?\d{1,2}(?:\)|\.(?!\d))|[•●○▪■◦*‣⁃–—-](?!\d)")


def starts_with_marker(text: str) -> bool:
    """Whether a quoted text begins with a bullet or list number, which stands outside every span.

    >>> starts_with_marker("2) ลดขยะ"), starts_with_marker("2.5 กก. ต่อวัน")
    (True, False)
    """
    return LIST_MARKER.match(text) is not None
