"""Where a Thai word cannot begin or end: marks that hang on a letter, vowels that lead one."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.segment.tokens import word_ends
from pipeline.spans import Span

# Characters that belong to the letter before them: vowels above, below and behind, tone marks, thanthakhat.
HANGING = frozenset("ะัาำิีึืฺุู็่้๊๋์ํ๎ๅ")
# Vowels written before the letter that they belong to.
LEADING = frozenset("เแโใไ")


def is_cut(text: str, at: int) -> bool:
    """Whether a word may end before `text[at]` and another begin there: no letter is torn from its vowel or tone.

    >>> is_cut("คนละ", 2), is_cut("ตำบลเพื่อ", 6)
    (True, False)
    """
    if not 0 < at < len(text):
        return True
    return text[at] not in HANGING and text[at - 1] not in LEADING


def is_thai(character: str) -> bool:
    """Whether the character is a Thai letter, vowel or mark (not a digit, ฿ or ฯ).

    >>> is_thai("ก"), is_thai("๑"), is_thai("ๆ")
    (True, False, False)
    """
    return "ก" <= character <= "ฮ" or "ะ" <= character <= "ฺ" or "เ" <= character <= "ๅ" or "็" <= character <= "๎"


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no Thai letter or mark touches `text[start:end]`.

    >>> stands_alone("ต.บก อ.โนนคูณ", 2, 4)
    True
    """
    return not (start > 0 and is_thai(text[start - 1])) and not (end < len(text) and is_thai(text[end]))


def line_around(text: str, at: int, *, reach: int = 2_000) -> tuple[int, int]:
    """The half-open place of the line that holds position `at`, no further than `reach` characters to either side.

    >>> line_around("ก\\nขค\\nง", 3)
    (2, 4)
    """
    first, last = max(0, at - reach), min(len(text), at + reach)
    start = text.rfind("\n", first, at) + 1
    end = text.find("\n", at, last)
    return start or first, last if end < 0 else end


class Cover:
    """Which characters of a text are taken, answered in the time that the place asked for is long.

    >>> cover = Cover(10, [Span(2, 4)])
    >>> cover.touches(Span(3, 6)), cover.touches(Span(4, 6))
    (True, False)
    """

    def __init__(self, length: int, spans: Iterable[Span] = ()) -> None:
        """A text of `length` characters with `spans` taken."""
        self._taken = bytearray(length)
        for span in spans:
            self.add(span)

    def add(self, span: Span) -> None:
        """Takes the characters of a place."""
        self._taken[span.start : span.end] = b"\x01" * len(span)

    def touches(self, span: Span) -> bool:
        """Whether a character of the place is taken."""
        return self._taken.find(1, span.start, span.end) >= 0


def begins_word(text: str, start: int) -> bool:
    """Whether a word of the tokeniser begins at `start` (ทรัพยากรมนุษย์ holds no กรม)."""
    if start == 0 or not is_thai(text[start - 1]):
        return True
    if not is_cut(text, start):
        return False
    line, end = line_around(text, start)
    first = max(line, start - 60)
    return start - first in word_ends(text[first : min(end, start + 30)])[:-1]
