"""Heads fitted by scikit-learn: one-vs-rest logistic regression, calibrated out of fold by report."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from pipeline.classify.calibrate import Answers, Numbers, calibrate
from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.heads import Head

FOLDS = 5
_MOST_STEPS = 200


def fit_head(
    codes: tuple[str, ...],
    features: Floats,
    answers: Answers,
    weights: Numbers,
    groups: Sequence[int],
    *,
    strength: float,
    scale: Floats,
    shift: float = 0.0,
) -> tuple[Head, Numbers]:
    """A head, and the probabilities that it gave to rows which its folds had not seen, with shape (rows, codes).

    `features` is (rows, features), `answers` and `weights` (rows, codes; 0: nobody knows the answer), `groups` (rows,): rows of one group stay in
    one fold. `strength`
    is C of the regression, `scale` what each feature is multiplied by before: the larger, the freer its weight.
    """
    centre = features.mean(axis=0)
    scaled = (features - centre) * scale
    values = np.zeros(answers.shape)
    count = len(set(groups))
    if count < 2:  # all rows are of one report: nothing is out of fold, and the thresholds stay near the common one
        inner, bias = _fit(scaled, answers, weights, strength)
        values = scaled @ inner + bias
    else:
        for train, held in GroupKFold(min(FOLDS, count)).split(scaled, groups=np.asarray(groups)):
            inner, bias = _fit(scaled[train], answers[train], weights[train], strength)
            values[held] = scaled[held] @ inner + bias
    found = calibrate(values, answers, weights, shift=shift)
    inner, bias = _fit(scaled, answers, weights, strength)
    plain = inner * scale[:, None]
    head = Head(
        codes,
        plain.astype(np.float32),
        (bias - centre @ plain).astype(np.float32),
        *(np.asarray(each, dtype=np.float32) for each in (found.slope, found.offset, found.accept, found.review)),
    )
    outside = 1 / (1 + np.exp(-(values * found.slope + found.offset)))
    return head, outside


def _fit(features: Floats, answers: Answers, weights: Numbers, strength: float) -> tuple[NDArray[np.float32], Floats]:
    """Weights (features, codes) and biases; a code that is always or never there gets a constant."""
    inner = np.zeros((features.shape[1], answers.shape[1]), dtype=np.float32)
    bias = np.zeros(answers.shape[1], dtype=np.float32)
    for at in range(answers.shape[1]):
        known = weights[:, at] > 0
        column = answers[known, at]
        if column.all() or not column.any():
            bias[at] = 5.0 if column.all() else -5.0
            continue
        model = LogisticRegression(C=strength, max_iter=_MOST_STEPS, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early only regularises more
            model.fit(features[known], column, sample_weight=weights[known, at])
        inner[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    return inner, bias
