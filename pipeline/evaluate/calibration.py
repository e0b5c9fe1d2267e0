"""Whether a score of 0.8 is right eight times in ten, and how much is left when only sure guesses are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

Scored = tuple[float, bool]  # score from 0 to 1, whether it was right


@dataclass(frozen=True, slots=True)
class Bin:
    """The guesses with a score in [low, high), the last bin with 1.0."""

    low: float
    high: float
    guesses: int
    mean_score: float
    right: float  # share


def reliability(scored: Sequence[Scored], bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of equal width that hold guesses, lowest first."""
    held: dict[int, list[Scored]] = {}
    for score, right in scored:
        held.setdefault(min(int(score * bins), bins - 1), []).append((score, right))
    return tuple(
        Bin(
            at / bins,
            (at + 1) / bins,
            len(items),
            sum(score for score, _ in items) / len(items),
            sum(right for _, right in items) / len(items),
        )
        for at, items in sorted(held.items())
    )


def expected_error(scored: Sequence[Scored], bins: int = BINS) -> float | None:
    """Expected calibration error, 0 to 1: mean distance of score and share right over the bins, weighted by guesses.

    None without guesses. After Guo et al. 2017, with ten bins of equal width.

    >>> round(expected_error([(0.9, True), (0.9, False)]), 3)
    0.4
    """
    if not scored:
        return None
    return sum(b.guesses * abs(b.mean_score - b.right) for b in reliability(scored, bins)) / len(scored)


def precision_at(scored: Sequence[Scored], coverage: float) -> tuple[float, float, int] | None:
    """(least score, precision, guesses) when the surest share `coverage` of the guesses is kept; None without guesses.

    Guesses of equal score are kept together, so that no order decides.
    """
    if not scored:
        return None
    ranked = sorted((score for score, _ in scored), reverse=True)
    least = ranked[max(0, min(len(ranked), round(coverage * len(ranked))) - 1)]
    kept = [right for score, right in scored if score >= least]
    return least, sum(kept) / len(kept), len(kept)


def coverage_at(scored: Sequence[Scored], precision: float) -> float | None:
    """The largest share of guesses, surest first, that is right in at least `precision`; 0 when none is, None without guesses."""
    if not scored:
        return None
    best = 0
    for least in sorted({score for score, _ in scored}):
        kept = [right for score, right in scored if score >= least]
        if sum(kept) / len(kept) >= precision:
            best = max(best, len(kept))
    return best / len(scored)
