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
        around = self._stretches.around(span)
        return around == span or {span.start, span.end} <= self._boundaries(around)

    def ends(self, span: Span) -> bool:
        """Whether `span` ends on a word boundary."""
        around = self._stretches.around(span)
        return around.end == span.end or span.end in self._boundaries(around)

    def _boundaries(self, around: Span) -> frozenset[int]:
        """The word boundaries of a stretch; its ends are some."""
        if around not in self._known:
            self._known[around] = self._stretches.boundaries(around)
        return self._known[around]
