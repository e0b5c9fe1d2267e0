"""Categories that are likely wrong: confident learning over probabilities that no passage's own report had a part in.

Categories alone are asked about: issues and themes often come from the project around a passage, which its words do not show (tried: a
quarter of all of them became suspects).

Method: Northcutt, Jiang and Chuang 2021, Confident Learning (arXiv 1911.00068), by cleanlab. With one label in ten flipped it found 80 %
of them at a precision of .44 (CLASSIFICATION): a list to look at, no verdict.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from pipeline.classify.embeddings import Embedder
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.learn.candidates import NOTHING

FOLDS = 5
# A category with fewer passages is not asked about: its probabilities would say nothing.
LEAST = 20
# How much the heading counts beside the words: of results alone a heading often tells output from outcome.
_HEADING = 0.7
_STRENGTH = 10.0  # C of the regression


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is likely wrong: its category, and the one of passages like it with its probability out of fold."""

    reading: Reading
    label: Labelled
    given: str  # "none" for a passage that is labelled as no finding
    expected: str
    score: float


def label_errors(readings: Sequence[Reading], embedder: Embedder) -> list[Suspect]:
    """The suspects among the labels, the worst first; none where the labels are too few to say.

    Arguable labels are not asked about, and a label is no suspect for what it names as an alternative.
    """
    kinds = load_codes().negatives
    labels = [
        (reading, label)
        for reading in readings
        for label in reading.labels
        if not label.gold.arguable and (label.gold.negative is None or kinds[label.gold.negative].family == "whole")
    ]
    groups = [reading.name for reading, _ in labels]
    if len(set(groups)) < FOLDS:
        return []
    return _suspects(labels, _features(labels, embedder), groups)


def _features(labels: Sequence[tuple[Reading, Labelled]], embedder: Embedder) -> NDArray[np.float32]:
    """The vectors of the passages and of their headings, shape (labels, 2 x dimensions)."""
    texts = [reading.text(label.span) for reading, label in labels]
    sections = [reading.section_at(label.span) for reading, label in labels]
    titles = [section.title if section else "" for section in sections]
    return np.hstack([embedder.embed(texts), _HEADING * embedder.embed(titles)])


def _suspects(
    labels: Sequence[tuple[Reading, Labelled]], features: NDArray[np.float32], groups: Sequence[str]
) -> list[Suspect]:
    """The labels that confident learning doubts, "none" being a category like others."""
    names = (*load_codes().categories, NOTHING)
    given = [label.gold.category if label.gold.is_finding and label.gold.category else NOTHING for _, label in labels]
    present = [name for name in names if given.count(name) >= LEAST]
    rows = [at for at, name in enumerate(given) if name in present]
    if len(present) < 2:
        return []
    answers = np.array([present.index(given[at]) for at in rows])
    scores = _outside(features[rows], answers, [groups[at] for at in rows])
    found = []
    for row in find_label_issues(answers, scores, return_indices_ranked_by="normalized_margin", n_jobs=1):
        reading, label = labels[rows[row]]
        mine, expected = present[answers[row]], present[int(scores[row].argmax())]
        if expected != mine and expected not in label.gold.alt:
            found.append(Suspect(reading, label, mine, expected, float(scores[row].max())))
    return found


def _outside(features: NDArray[np.float32], answers: NDArray[np.int_], groups: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities of each row by a regression that has not seen its report, shape (rows, categories)."""
    with warnings.catch_warnings():
        # Stopping early only regularises more; a category that one fold lacks gets probability 0 there.
        warnings.simplefilter("ignore")
        scores: NDArray[np.float64] = cross_val_predict(
            LogisticRegression(C=_STRENGTH, max_iter=200, tol=1e-3),
            features,
            answers,
            groups=np.array(groups),
            cv=GroupKFold(min(FOLDS, len(set(groups)))),
            method="predict_proba",
        )
    return scores
