"""The stretches of a text that the tokeniser cuts each for itself, so that a few words can be cut without their whole line."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache

import ahocorasick

from pipeline.segment.tokens import LONGEST_PIECE, dictionary, word_ends
from pipeline.spans import Span

_GAP = re.compile(r"[ \t]+|\n")
_OPEN_END = "ย"


class Stretches:
    """The stretches of a text between blanks and line ends; their words have the boundaries that `tokens` gives them in the text.

    newmm begins anew behind a blank unless a word of its dictionary reaches over it (เสมอ ๆ); and how it cuts a last word that
    ends in ย (เมีย) depends on whether a blank or nothing follows: of all clusters of letters, only these look at what is behind them.
    """

    def __init__(self, text: str) -> None:
        """Finds the stretches of `text`; none is cut yet."""
        self._text = text
        inside = _blanks_inside_words(text)
        gaps = [match.span() for match in _GAP.finditer(text) if match.start() not in inside]
        self._starts = [0, *(end for _, end in gaps)]
        self._ends = [*(start for start, _ in gaps), len(text)]

    def around(self, span: Span) -> Span:
        """The shortest run of stretches that holds `span`; in a line too long for the tokeniser the whole line."""
        text = self._text
        end = text.find("\n", span.end)
        line = Span(text.rfind("\n", 0, span.start) + 1, end if end >= 0 else len(text))
        if len(line) > LONGEST_PIECE:
            return line
        start = self._starts[bisect_right(self._starts, span.start) - 1]
        return Span(start, self._ends[bisect_left(self._ends, span.end)])

    def boundaries(self, around: Span) -> frozenset[int]:
        """Where words begin and end in a place that `around` gave.

        >>> text = "ลดเหล้า เลิกบุหรี่"
        >>> stretches = Stretches(text)
        >>> sorted(stretches.boundaries(stretches.around(Span(9, 12))))
        [8, 12, 18]
        """
        words = around.slice(self._text)
        behind = self._text[around.end : around.end + 1]
        if words.endswith(_OPEN_END) and behind in " \t":  # a line end is an end to the tokeniser too
            words += behind
        start, end = around.start, around.end
        return frozenset({start, *(place for at in word_ends(words) if (place := start + at) <= end)})


def _blanks_inside_words(text: str) -> set[int]:
    """The places of blanks over which a word of the dictionary reaches."""
    return {
        last + 1 - len(word) + at
        for last, word in _words_with_blanks().iter(text)
        for at, char in enumerate(word)
        if char == " "
    }


@cache
def _words_with_blanks() -> ahocorasick.Automaton:
    """Finds the words of the dictionary that hold a blank (some six hundred)."""
    found = ahocorasick.Automaton()
    for word in dictionary():
        if " " in word:
            found.add_word(word, word)
    found.make_automaton()
    return found
