"""Labelled reports in, a model out: the heads of one tier, fitted and calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.classify.calibrate import Numbers
from pipeline.classify.embeddings import Embedder
from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.features import matrix, passage_matrix
from pipeline.classify.fitting import fit_head
from pipeline.classify.heads import Head
from pipeline.classify.model import JOIN, PASSAGE, UNIT, Model
from pipeline.classify.taxonomy import ISSUE, SDH
from pipeline.classify.verdicts import Examples
from pipeline.errors import PipelineError
from pipeline.learn.examples import ExampleSet, Rows

# Most labelled passages that a model carries to point to.
_MOST_NAMED = 3_000


@dataclass(frozen=True, slots=True)
class Strengths:
    """How freely the features may weigh, chosen out of fold: C of the regressions, and what vectors count beside rules."""

    regression: float = 0.1
    tags: float = 0.3
    rules: float = 0.3
    own: float = 6.0
    around: float = 2.4
    title: float = 2.4


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head with what it learnt from, and the probabilities that it gave out of fold, with shape (rows, codes)."""

    head: Head
    rows: Rows
    outside: Numbers


class TrainingError(PipelineError):
    """Labels that are too few to learn from."""


def train_model(
    name: str, examples: ExampleSet, embedder: Embedder, strengths: Strengths | None = None
) -> tuple[Model, Mapping[str, Fitted]]:
    """A model of the examples, and how each of its heads was fitted.

    Raises TrainingError when fewer than two reports are labelled.
    """
    strengths = strengths or Strengths()
    rows = (examples.unit_rows, examples.bare_rows, examples.issue_rows)
    groups = {report: at for at, report in enumerate(dict.fromkeys(name for each in rows for name in each.groups))}
    if len(groups) < 2:
        raise TrainingError("Two labelled reports are the least to learn from.", "Label more: corpus/labels/README.md")
    units = matrix(examples.units, embedder)
    features = {
        UNIT: (units, examples.unit_rows),
        JOIN: (units[examples.join_at], examples.join_rows),
        PASSAGE: (matrix(examples.bare, embedder), examples.bare_rows),
    }
    tags = passage_matrix(examples.passages, embedder)
    features |= {ISSUE: (tags, examples.issue_rows), SDH: (tags, examples.sdh_rows)}
    fitted = {
        head: Fitted(*_fit(head, numbers, rows, groups, embedder.dimensions, strengths))
        for head, (numbers, rows) in features.items()
    }
    heads = {head: each.head for head, each in fitted.items()}
    named = examples.named[:: max(1, -(-len(examples.named) // _MOST_NAMED))]
    vectors = embedder.embed([text for _, text in named])
    return Model(name, embedder, heads, Examples(vectors, tuple(key for key, _ in named))), fitted


def _fit(
    head: str, features: Floats, rows: Rows, groups: Mapping[str, int], dimensions: int, strengths: Strengths
) -> tuple[Head, Rows, Numbers]:
    """One head, its rows, and its probabilities out of fold."""
    answers, weights = rows.arrays()
    if head in {ISSUE, SDH}:
        vectors: tuple[float, ...] = (strengths.own, strengths.title)
        strength = strengths.tags
    else:
        vectors = (strengths.own, strengths.around, strengths.title)
        strength = strengths.regression
    scale = scales(features, dimensions, strengths.rules, vectors)
    numbered = [groups[report] for report in rows.groups]
    head_made, outside = fit_head(rows.codes, features, answers, weights, numbered, strength=strength, scale=scale)
    return head_made, rows, outside


def scales(features: Floats, dimensions: int, rules: float, vectors: tuple[float, ...]) -> Floats:
    """What each feature is multiplied by: the rules' numbers to one spread, each block of vectors by its own factor."""
    own = features.shape[1] - dimensions * len(vectors)
    spread = np.maximum(features[:, :own].std(axis=0), np.float32(0.05))
    blocks = [np.full(dimensions, factor, dtype=np.float32) for factor in vectors]
    return np.concatenate([np.float32(rules) / spread, *blocks]).astype(np.float32)
