"""From values out of fold to probabilities and thresholds: Platt scaling, prior shift, thresholds shrunk to a global one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.classify.heads import logistic

Numbers = NDArray[np.float64]
Answers = NDArray[np.bool_]
# A code's own threshold, or slope, counts half at so many positives (CLASSIFICATION: of their own from about 100 on).
SHRINK = 50.0
# Heads that were taught together have offsets that say the same, and positives of one report say much the same too: with each tenth of the
# development reports left out in turn, the issues' F1 was 0.86 at 50 with offsets of their own, 0.88 at 100 with shrunk ones, their log loss 181 and 152.
TOGETHER = 100.0
# Of the positives, this share lies above the review threshold, with a confidence of 95 %: the fewer positives a code has, the lower its threshold.
REVIEW_RECALL, _DOUBT = 0.98, 0.05
_STEPS = np.round(np.arange(0.04, 0.97, 0.02), 2)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns the values of a head into decisions, a number for each code."""

    slope: Numbers
    offset: Numbers
    accept: Numbers
    review: Numbers


def calibrate(
    values: Numbers, answers: Answers, weights: Numbers, *, shift: float = 0.0, together: bool = False
) -> Calibration:
    """The calibration from values that no training saw, with shape (rows, codes).

    `weights` has the same shape: 0 where nobody knows the answer. `shift` is added to the log odds where the field has more or fewer positives than the labels.
    `together`: the heads of all codes were taught together, so that their offsets can be held against each other.
    """
    shrink = TOGETHER if together else SHRINK
    slope, offset = _platt(values, answers, weights, shrink, together=together)
    scores = logistic(values * slope + offset)
    accept = thresholds(scores, answers, weights, shrink)
    review = np.minimum(
        [_recall_threshold(scores[:, at], answers[:, at] & (weights[:, at] > 0)) for at in range(scores.shape[1])],
        accept,
    )
    if shift:
        offset = offset + shift
        accept, review = (logistic(np.log(each / (1 - each)) + shift) for each in (accept, review))
    return Calibration(slope, offset, accept, review)


def _platt(
    values: Numbers, answers: Answers, weights: Numbers, shrink: float, *, together: bool
) -> tuple[Numbers, Numbers]:
    """Slope and offset of each code (Platt 1999); the slope shrunk to that of all codes together, and with `together` the offset too."""
    count = values.shape[1]
    slope_of_all, offset_of_all = _fit_line(values.ravel(), answers.ravel(), weights.ravel())
    slope, offset = np.full(count, slope_of_all), np.full(count, offset_of_all)
    for at in range(count):
        held = float(answers[:, at].sum())
        if held:
            own, _ = _fit_line(values[:, at], answers[:, at], weights[:, at])
            slope[at] = (held * own + shrink * slope_of_all) / (held + shrink)
        if held or not together:
            own = _offset(values[:, at] * slope[at], answers[:, at], weights[:, at])
            offset[at] = (held * own + shrink * offset_of_all) / (held + shrink) if together else own
    return slope, offset


def _fit_line(values: Numbers, answers: Answers, weights: Numbers) -> tuple[float, float]:
    """Slope and offset of the logistic that fits best; slope 1 where all answers are alike."""
    if answers.all() or not answers.any():
        return 1.0, 0.0
    line = LogisticRegression(C=100.0).fit(values[:, None], answers, sample_weight=weights)
    return max(float(line.coef_[0, 0]), 0.05), float(line.intercept_[0])


def _offset(values: Numbers, answers: Answers, weights: Numbers) -> float:
    """The offset at which the mean probability is the share of positives (with half a positive added, so that none is not never)."""
    share = (float(weights[answers].sum()) + 0.5) / (float(weights.sum()) + 1.0)
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(np.average(logistic(values + middle), weights=weights)) > share:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def thresholds(scores: Numbers, answers: Answers, weights: Numbers, shrink: float = SHRINK) -> Numbers:
    """The threshold of each code with the best F1, shrunk towards the one that is best for all together."""
    held = (answers & (weights > 0)).any(axis=0)
    scored = np.array(
        [
            [_f1(scores[:, at] >= step, answers[:, at], weights[:, at]) for step in _STEPS]
            for at in range(scores.shape[1])
        ]
    )
    common = _STEPS[int(scored[held].mean(axis=0).argmax())] if held.any() else 0.5
    counts = answers.sum(axis=0)
    own = np.where(held, _STEPS[scored.argmax(axis=1)], common)
    shrunk: Numbers = (counts * own + shrink * common) / (counts + shrink)
    return shrunk


def _f1(taken: Answers, answers: Answers, weights: Numbers) -> float:
    """The F1 of one code; 0 when there is nothing to find."""
    right = float(weights[taken & answers].sum())
    return 2 * right / max(float(weights[taken].sum() + weights[answers].sum()), 1e-9)


def _recall_threshold(scores: Numbers, answers: Answers) -> float:
    """The score above which REVIEW_RECALL of the positives lie, by the tolerance limit of Wilks (1941); 1 when there are none."""
    from scipy.stats import binom  # for training alone: it loads slowly

    positives = np.sort(scores[answers])
    below = int(binom.ppf(_DOUBT, len(positives), 1 - REVIEW_RECALL)) - 1
    return float(positives[max(below, 0)]) if len(positives) else 1.0
