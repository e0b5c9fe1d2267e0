"""How well lessons that say the same are brought together: B-cubed on the labelled sample of corpus/clusters, beside baselines.

B-cubed (Bagga & Baldwin 1998) asks of each lesson how many of those beside it belong there (precision) and how many that belong there are
beside it (recall), and takes the mean. Leaving every lesson alone is right for all that have no partner, so a sample of many such lessons is
kind to it: the same figures over the lessons that do have a partner, and the F1 over pairs, are printed too.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.classify.model import trained_models
from pipeline.errors import PipelineError
from pipeline.lessons.clusters import Point, find_clusters, members_of
from pipeline.lessons.duplicates import letters_of
from pipeline.lessons.meaning import meaning_of

SAMPLE = Path("corpus/clusters/sample.tsv")
DEV, TEST = "dev", "test"
COLUMNS = ("id", "part", "cluster", "category", "issues", "origin", "text")
_STEPS = np.arange(0.05, 0.96, 0.01)

Labels = Mapping[str, Hashable]
Grouping = Callable[[Sequence[Point]], dict[str, Hashable]]


class SampleError(PipelineError):
    """A labelled sample that cannot be read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The points of one half, and the cluster of each by id."""

    points: tuple[Point, ...]
    gold: Mapping[str, str]

    @property
    def partnered(self) -> frozenset[str]:
        """The ids of the points that share their cluster with another one."""
        sizes = Counter(self.gold.values())
        return frozenset(id for id, cluster in self.gold.items() if sizes[cluster] > 1)


@dataclass(frozen=True, slots=True)
class Bcubed:
    """Precision and recall, 0 to 1, means over `points` lessons."""

    precision: float
    recall: float
    points: int

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def bcubed(gold: Labels, found: Labels, over: Iterable[str] | None = None) -> Bcubed:
    """The B-cubed scores of `found` against `gold`, both by id, as means over the ids of `over` (all when None).

    Raises ValueError when the ids differ or there are none.

    >>> score = bcubed({"a": 1, "b": 1, "c": 2}, {"a": 7, "b": 7, "c": 7})
    >>> round(score.precision, 3), score.recall
    (0.556, 1.0)
    """
    ids = sorted(gold if over is None else over)
    if set(gold) != set(found) or not ids:
        raise ValueError("gold and found must name the same lessons, at least one")
    both, own, theirs = Counter[Hashable](), Counter[Hashable](), Counter[Hashable]()
    for id in gold:
        both[gold[id], found[id]] += 1
        own[gold[id]] += 1
        theirs[found[id]] += 1
    precision = sum(both[gold[id], found[id]] / theirs[found[id]] for id in ids) / len(ids)
    recall = sum(both[gold[id], found[id]] / own[gold[id]] for id in ids) / len(ids)
    return Bcubed(precision, recall, len(ids))


def pair_f1(gold: Labels, found: Labels) -> float | None:
    """The F1 over pairs of lessons that stand together; None when neither side has any.

    >>> pair_f1({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 1, "c": 2})
    0.5
    """
    pairs = [(gold[one] == gold[other], found[one] == found[other]) for one, other in combinations(sorted(gold), 2)]
    right = sum(truly and told for truly, told in pairs)
    wrong = sum(truly != told for truly, told in pairs)
    return 2 * right / (2 * right + wrong) if right + wrong else None


def load_sample(part: str, path: Path = SAMPLE) -> Sample:
    """One half of the labelled sample. Raises SampleError when the file is missing or a line is faulty."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    except OSError as error:
        raise SampleError(f"{path} cannot be read ({error.strerror}).", "Restore it from the repository.") from error
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if any(set(row) != set(COLUMNS) or None in row.values() or not row["cluster"] for row in rows):
        raise SampleError(f"{path} is no table of {', '.join(COLUMNS)}.", "Restore it from the repository.")
    own = [row for row in rows if row["part"] == part]
    points = [
        Point(row["id"], row["text"], row["category"], tuple(filter(None, row["issues"].split(";")))) for row in own
    ]
    return Sample(tuple(points), {row["id"]: row["cluster"] for row in own})


def by_meaning(model: str) -> Grouping:
    """The grouping of the pipeline with the embeddings of `model`."""

    def group(points: Sequence[Point]) -> dict[str, Hashable]:
        held = members_of(find_clusters(points, meaning_of(model)))
        return {point.id: held[point.id].representative for point in points}

    return group


def alone(points: Sequence[Point]) -> dict[str, Hashable]:
    """A baseline: every lesson by itself."""
    return {point.id: point.id for point in points}


def by_letters(points: Sequence[Point]) -> dict[str, Hashable]:
    """A baseline: lessons of the same letters."""
    return {point.id: letters_of(point.text) for point in points}


def by_ngrams(threshold: float) -> Grouping:
    """A baseline: TF-IDF of character 2- to 4-grams, average linkage within a category, cut at a mean cosine of `threshold`."""

    def group(points: Sequence[Point]) -> dict[str, Hashable]:
        found: dict[str, Hashable] = {}
        of_category: dict[str, list[Point]] = defaultdict(list)
        for point in points:
            of_category[point.category].append(point)
        for category, own in of_category.items():
            if len(own) == 1:
                found[own[0].id] = (category, 0)
                continue
            matrix = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True).fit_transform(
                [letters_of(point.text) for point in own]
            )
            distance = np.clip(1 - (matrix @ matrix.T).toarray(), 0, None)
            np.fill_diagonal(distance, 0)
            labels = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - threshold, "distance")
            found |= {point.id: (category, int(label)) for point, label in zip(own, labels, strict=True)}
        return found

    return group


def best_threshold(sample: Sample) -> float:
    """The threshold of the n-gram baseline with the best B-cubed F1 on a sample; the lowest of equals."""
    return float(max(_STEPS, key=lambda step: round(bcubed(sample.gold, by_ngrams(float(step))(sample.points)).f1, 9)))


def clusters_table(path: Path = SAMPLE) -> str:
    """The scores of the baselines and of each tier on both halves, as a Markdown table."""
    halves = {part: load_sample(part, path) for part in (DEV, TEST)}
    threshold = best_threshold(halves[DEV])
    systems: list[tuple[str, Grouping]] = [
        ("every lesson alone", alone),
        ("same letters", by_letters),
        (f"character n-grams, TF-IDF, {threshold:.2f}", by_ngrams(threshold)),
        *((f"pipeline, {name}", by_meaning(name)) for name in trained_models()),
    ]
    lines = []
    for part, sample in halves.items():
        sizes = Counter(sample.gold.values())
        lines += [
            f"## Lessons that say the same, {part} half: {len(sample.points)} lessons, "
            f"{sum(size > 1 for size in sizes.values())} clusters of two or more with {len(sample.partnered)} lessons\n",
            "| system | B³ precision | B³ recall | B³ F1 | B³ F1, lessons with a partner | pairs F1 |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        for name, group in systems:
            found = group(sample.points)
            score, hard = bcubed(sample.gold, found), bcubed(sample.gold, found, sample.partnered)
            pairs = pair_f1(sample.gold, found)
            lines.append(
                f"| {name} | {score.precision:.3f} | {score.recall:.3f} | **{score.f1:.3f}** | {hard.f1:.3f} | "
                f"{'no pairs' if pairs is None else f'{pairs:.3f}'} |"
            )
        lines.append("")
    return "\n".join(lines)
