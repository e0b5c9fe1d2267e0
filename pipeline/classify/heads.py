"""A trained head: features in, one calibrated probability for each code out. Plain arrays, NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings_weights import Floats

# Zones of a score, from its thresholds: taken; worth a person's look; left.
ACCEPTED, REVIEW, REJECTED = "accepted", "review", "rejected"


@dataclass(frozen=True, slots=True)
class Head:
    """One logistic regression for each code, its scores set right by Platt's logistic, and its thresholds."""

    codes: tuple[str, ...]
    weights: Floats  # (features, codes)
    bias: Floats
    slope: Floats  # Platt scaling: probability = logistic(slope · value + offset)
    offset: Floats
    accept: Floats  # from this probability on a code is accepted
    review: Floats  # from this one on it is worth a look

    def values(self, features: Floats) -> Floats:
        """What the regressions say, before calibration, with shape (rows, codes)."""
        return features @ self.weights + self.bias

    def scores(self, features: Floats) -> NDArray[np.float64]:
        """Probabilities, 0 to 1, with shape (rows, codes), rounded to four digits so that processors do not differ."""
        return np.round(logistic(self.values(features).astype(np.float64) * self.slope + self.offset), 4)

    def zone(self, at: int, score: float) -> str:
        """Whether a score of code number `at` is accepted, for review, or rejected."""
        if score >= self.accept[at]:
            return ACCEPTED
        return REVIEW if score >= self.review[at] else REJECTED

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Its numbers by name, to be stored; weights in half precision are enough and half the size."""
        return {name: np.asarray(getattr(self, name), dtype=np.float32) for name in ARRAYS}


ARRAYS = ("weights", "bias", "slope", "offset", "accept", "review")


def head_of(codes: tuple[str, ...], arrays: Mapping[str, NDArray[np.float32]]) -> Head:
    """The head of stored numbers. Raises ValueError when their shapes do not fit the codes."""
    head = Head(codes, **{name: np.asarray(arrays[name], dtype=np.float32) for name in ARRAYS})
    if head.weights.ndim != 2 or any(len(getattr(head, name)) != len(codes) for name in ARRAYS[1:]):
        raise ValueError("the numbers of a head do not fit its codes")
    if head.weights.shape[1] != len(codes):
        raise ValueError("the weights of a head do not fit its codes")
    return head


def logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + e^-value), for values of any size.

    >>> logistic(np.array([0.0, 800.0, -800.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    return 0.5 * (1 + np.tanh(0.5 * values))
