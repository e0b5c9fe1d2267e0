"""Right, wrong and missed: counted by report, added up, with intervals from resampling the reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
SEED = 20_240_501  # any number; fixed, so that a score has one interval
INTERVAL = (2.5, 97.5)  # percentiles

Key = tuple[str, str, str]  # level, scheme, code


@dataclass(frozen=True, slots=True)
class Counts:
    """How many guesses were right, how many wrong, how many gold labels were missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def gold(self) -> int:
        """The number of gold labels."""
        return self.right + self.missed

    @property
    def guessed(self) -> int:
        """The number of guesses that count."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """Right among the guesses; None without guesses."""
        return self.right / self.guessed if self.guessed else None

    @property
    def recall(self) -> float | None:
        """Right among the gold labels; None without gold labels."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; 0 when nothing is right, None when there is nothing to find or to guess.

        >>> Counts(right=3, wrong=1, missed=2).f1
        0.6666666666666666
        """
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


class Tally:
    """Counts by level, scheme and code of one report."""

    def __init__(self) -> None:
        """Starts with nothing."""
        self.counts: dict[Key, Counts] = {}

    def add(self, level: str, scheme: str, code: str, *, right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        """Adds to the counts of a code."""
        key = (level, scheme, code)
        self.counts[key] = self.counts.get(key, Counts()) + Counts(right, wrong, missed)


@dataclass(frozen=True, slots=True)
class Rated:
    """A figure with its 95 % interval by report; None where there is no data."""

    value: float | None
    low: float | None = None
    high: float | None = None


def total(tallies: Iterable[Tally], level: str, scheme: str, code: str) -> Counts:
    """The counts of one code over all reports."""
    return sum((t.counts.get((level, scheme, code), Counts()) for t in tallies), Counts())


def micro(tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str]) -> Counts:
    """The counts of all codes of a scheme together."""
    return sum((total(tallies, level, scheme, code) for code in codes), Counts())


def macro_f1(tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str]) -> float | None:
    """Mean F1 of the codes that the gold holds; None when it holds none."""
    scores = [c.f1 or 0.0 for code in codes if (c := total(tallies, level, scheme, code)).gold]
    return sum(scores) / len(scores) if scores else None


def rated_f1(tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str], *, macro: bool = False) -> Rated:
    """F1 of one code, of several together, or their mean (`macro`), with its interval by report."""
    value = macro_f1(tallies, level, scheme, codes) if macro else micro(tallies, level, scheme, codes).f1
    if value is None or not tallies:
        return Rated(value)
    return Rated(value, *_interval(resampled_f1(tallies, level, scheme, codes, macro=macro)))


def resampled_f1(
    tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str], *, macro: bool, samples: int = RESAMPLES
) -> NDArray[np.float64]:
    """The F1 of each resample of the reports, shape (samples,); nan where one holds nothing to find.

    The resamples of as many reports are always the same ones: the values of two systems on the same reports are pairs.
    """
    cube = counts_by_report(tallies, level, scheme, codes)
    drawn = np.einsum("sr,rck->sck", resampled(len(tallies), samples=samples), cube)
    return _macro(drawn) if macro else _f1(drawn.sum(axis=1))


def rated_share(pairs: Sequence[tuple[int, int]]) -> Rated:
    """The share of (part, whole) summed over reports, with its interval by report; no data for a whole of 0.

    >>> rated_share([(1, 2), (1, 2)])
    Rated(value=0.5, low=0.5, high=0.5)
    """
    table: NDArray[np.float64] = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    part, whole = table.sum(axis=0)
    if not whole:
        return Rated(None)
    sums = resampled(len(pairs)) @ table
    shares = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] > 0)
    return Rated(float(part / whole), *_interval(shares))


def counts_by_report(tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str]) -> NDArray[np.float64]:
    """Counts with shape (reports, codes, 3): right, wrong, missed."""
    none = Counts()
    rows = [[tally.counts.get((level, scheme, code), none) for code in codes] for tally in tallies]
    return np.array([[(c.right, c.wrong, c.missed) for c in row] for row in rows], dtype=np.float64)


def resampled(reports: int, *, samples: int = RESAMPLES) -> NDArray[np.float64]:
    """How often each report stands in each resample, shape (samples, reports): drawn with replacement, always the same."""
    random = np.random.default_rng(SEED)
    return random.multinomial(reports, np.full(reports, 1 / reports), size=samples).astype(np.float64)


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 along the last axis (right, wrong, missed); nan where there is nothing to find or to guess."""
    right = 2 * counts[..., 0]
    whole = right + counts[..., 1] + counts[..., 2]
    return np.divide(right, whole, out=np.full_like(right, np.nan), where=whole > 0)


def _macro(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean F1 of each sample (samples, codes, 3) over the codes that its gold holds; nan where it holds none."""
    held = (samples[..., 0] + samples[..., 2]) > 0
    total = np.where(held, np.nan_to_num(_f1(samples)), 0.0).sum(axis=1)
    codes = held.sum(axis=1)
    return np.divide(total, codes, out=np.full_like(total, np.nan), where=codes > 0)


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of resampled figures; resamples without data are left out."""
    low, high = np.nanpercentile(values, INTERVAL)
    return float(low), float(high)
