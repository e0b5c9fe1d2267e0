"""Word boundaries of a text, found when first asked for."""

from __future__ import annotations

from pipeline.segment.stretches import Stretches
from pipeline.spans import Span


class Words:
    """The word boundaries of a text, found stretch by stretch when first asked for: few cues are short enough to need them."""

    def __init__(self, text: str) -> None:
        self._stretches = Stretches(text)
        self._known: dict[Span, frozenset[int]] = {}

    def holds(self, span: Span) -> bool:
        """Whether `span` starts and ends on word boundaries."""
        return {span.start, span.end} <= self._boundaries(span)

    def ends(self, span: Span) -> bool:
        """Whether `span` ends on a word boundary."""
        return span.end in self._boundaries(span)

    def _boundaries(self, span: Span) -> frozenset[int]:
        """The word boundaries of the stretch of `span`."""
        around = self._stretches.around(span)
        if around not in self._known:
            self._known[around] = self._stretches.boundaries(around)
        return self._known[around]
