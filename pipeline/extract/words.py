"""Word boundaries of a text, found when first asked for."""

from __future__ import annotations

import re
from bisect import bisect_right

from pipeline.segment.tokens import tokens
from pipeline.spans import Span


class Words:
    """The word boundaries of a text, found line by line when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._known: dict[int, frozenset[int]] = {}

    def holds(self, span: Span) -> bool:
        """Whether `span` starts and ends on word boundaries."""
        return {span.start, span.end} <= self._boundaries(span)

    def ends(self, span: Span) -> bool:
        """Whether `span` ends on a word boundary."""
        return span.end in self._boundaries(span)

    def _boundaries(self, span: Span) -> frozenset[int]:
        """The word boundaries of the line of `span`."""
        start = self._lines[bisect_right(self._lines, span.start) - 1]
        if start not in self._known:
            end = self._text.find("\n", span.end)
            line = self._text[start : end if end >= 0 else len(self._text)]
            self._known[start] = frozenset({start, *(start + token.end for token in tokens(line))})
        return self._known[start]
