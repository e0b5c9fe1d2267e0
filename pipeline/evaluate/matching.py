"""Places of gold and guess against each other: counted in letters, without white space, one to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from pipeline.evaluate.anchors import is_blank
from pipeline.spans import Span

# From this share on a passage counts as covered: half, as in the definition of a span taken or missed.
COVERED = 0.5


class Letters:
    """A text whose places can be measured without white space and zero-width characters.

    >>> Letters("ลด ขยะ").place(Span(0, 6))
    Span(start=0, end=5)
    """

    def __init__(self, text: str) -> None:
        """Counts the letters of `text` once."""
        self.before = [0, *accumulate(not is_blank(char) for char in text)]

    def place(self, span: Span) -> Span:
        """The place of `span` among the letters of the text. Raises ValueError when it reaches beyond the text."""
        if span.end >= len(self.before):
            raise ValueError(f"{span} reaches beyond the text of {len(self.before) - 1} characters")
        return Span(self.before[span.start], self.before[span.end])


def shared(one: Span, other: Span) -> int:
    """The number of letters that two places share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def iou(one: Span, other: Span) -> float:
    """Intersection over union of two places, 0 to 1; 0 when both are empty.

    >>> iou(Span(0, 4), Span(2, 6))
    0.3333333333333333
    """
    both = shared(one, other)
    return both / (len(one) + len(other) - both) if both else 0.0


def cover(inner: Span, outer: Span) -> float:
    """The share of `inner` that lies in `outer`, 0 to 1; 0 when `inner` is empty."""
    return shared(inner, outer) / len(inner) if len(inner) else 0.0


def pair(
    guesses: Sequence[Span],
    golds: Sequence[Span],
    threshold: float,
    *,
    fits: Callable[[int, int], bool] = lambda guess, gold: True,
) -> dict[int, int]:
    """Index of the gold place for each guess that has one: one to one, best IoU first, at least `threshold` and above 0.

    Only pairs for which `fits(guess, gold)` holds. Gold places of which none is to be preferred to another come in the order of the text.

    >>> pair([Span(0, 4), Span(2, 6)], [Span(1, 6)], 0.0)
    {1: 0}
    """
    close = [
        (-score, i, j)
        for i, guess in enumerate(guesses)
        for j, gold in enumerate(golds)
        if (score := iou(guess, gold)) > 0 and score >= threshold and fits(i, j)
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(close):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def covering(place: Span, candidates: Sequence[Span]) -> int | None:
    """Index of the candidate that covers most of `place`, at least half of it; the first of equals, None for none."""
    best = max(range(len(candidates)), key=lambda i: shared(place, candidates[i]), default=None)
    return best if best is not None and cover(place, candidates[best]) >= COVERED else None
