"""The same lesson in other words: groups of lessons that a curator would write as one line.

Two lessons can be one only when their category agrees, their issues share a code (or one of them has none) and they do not say opposite
things. Groups are made by average linkage, so that no chain of neighbours joins what is far apart: the mean closeness over all pairs of two
groups must reach the tier's `same`. Lessons that have no pair above it cannot meet, so only connected components are linked (exactly the
same result, and 20,000 lessons need no 20,000 × 20,000 table).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from pipeline.classify.embeddings_weights import Floats
from pipeline.lessons.dataset import LessonRow
from pipeline.lessons.duplicates import letters_of
from pipeline.lessons.meaning import Meaning, Placed
from pipeline.lessons.polarity import sides_of

# Fewer letters are a label or a broken piece ("ยังไม่ได้ทำ", "ด้านคน"): their vectors say little, so they are one only when equal.
LEAST_LETTERS = 20
_AT_ONCE = 1024  # lessons compared with all others at a time: 28 MB for 7,000
_NEVER = 1e6  # distance of two lessons that may not be one: no mean that holds it is small


@dataclass(frozen=True, slots=True)
class Point:
    """What is grouped: a lesson's id, words, category and issues."""

    id: str
    text: str
    category: str
    issues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Lessons that say the same: their ids in order, and the one that is closest to all others."""

    representative: str
    members: tuple[str, ...]


def point_of(lesson: LessonRow) -> Point:
    """A lesson of a dataset as it is grouped."""
    return Point(lesson.lesson_id, lesson.text, lesson.category, lesson.issues)


def find_clusters(points: Sequence[Point], meaning: Meaning) -> tuple[Cluster, ...]:
    """The clusters of all points, those of one member too, in order of their representatives' place in `points`.

    The order of `points` and lessons of the same letters change nothing but the order of the answer: equal lessons count as one.
    """
    alike: dict[Point, list[Point]] = defaultdict(list)
    for point in points:
        alike[Point("", letters_of(point.text), point.category, tuple(sorted(point.issues)))].append(point)
    # The shortest id stands for its equals, so that the order of the points decides nothing.
    firsts = sorted((min(equals, key=lambda p: p.id) for equals in alike.values()), key=lambda p: (p.text, p.id))
    equals_of = {min(e, key=lambda p: p.id).id: e for e in alike.values()}
    place = {point.id: at for at, point in enumerate(points)}
    found = []
    for group, medoid in _groups(firsts, meaning):
        members = sorted((p.id for point in group for p in equals_of[point.id]), key=place.__getitem__)
        first = min((p.id for p in equals_of[medoid.id]), key=place.__getitem__)
        found.append(Cluster(first, tuple(members)))
    return tuple(sorted(found, key=lambda cluster: place[cluster.representative]))


def _groups(points: Sequence[Point], meaning: Meaning) -> Iterator[tuple[list[Point], Point]]:
    """The groups of different points, each with its medoid; category by category."""
    by_category: dict[str, list[Point]] = defaultdict(list)
    for point in points:
        by_category[point.category].append(point)
    for category in sorted(by_category):
        own = by_category[category]
        placed = meaning.place([point.text for point in own])
        bars = Bars(own)
        for component in _components(placed, bars, meaning.scale.same):
            near = np.where(bars.open(component, component), placed.closeness(component, component), -_NEVER)
            for group in _linked(near, meaning.scale.same):
                best = _medoid(near[np.ix_(group, group)], [own[component[at]] for at in group])
                yield [own[component[at]] for at in group], own[component[group[best]]]


class Bars:
    """What keeps points apart, however close they are: issues of which they share none, opposite statements, and too few letters."""

    def __init__(self, points: Sequence[Point]) -> None:
        """Takes points of one category."""
        codes = sorted({code for point in points for code in point.issues})
        self._issues = np.array([[code in point.issues for code in codes] for point in points], dtype=np.float32)
        self._issues = self._issues.reshape(len(points), len(codes))
        self._bare = np.asarray(self._issues.sum(axis=1) == 0, dtype=np.bool_)
        self._long = np.array([len(letters_of(point.text)) >= LEAST_LETTERS for point in points], dtype=bool)
        self._sides = np.array([sides_of(point.text) for point in points], dtype=np.float32).reshape(len(points), -1)

    def open(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each of `rows` and each of `columns` may be one lesson, with shape (rows, columns)."""
        mine, theirs = self._issues[rows], self._issues[columns]
        shared = (mine @ theirs.T > 0) | self._bare[rows][:, None] | self._bare[columns][None, :]
        one, other = self._sides[rows], self._sides[columns]
        # A pair of opposites that both speak to adds 1 when they agree and -1 when not; both sums differ when any does not.
        agree, speak = one @ other.T, np.abs(one) @ np.abs(other).T
        long = self._long[rows][:, None] & self._long[columns][None, :]
        return np.asarray(shared & (agree == speak) & long | (rows[:, None] == columns[None, :]), dtype=np.bool_)


def _components(placed: Placed, bars: Bars, same: float) -> Iterator[NDArray[np.intp]]:
    """The points that a path of close pairs joins, in order."""
    count = placed.vectors.shape[0]
    everyone = np.arange(count)
    firsts, seconds = [everyone[:0]], [everyone[:0]]
    for start in range(0, count, _AT_ONCE):
        rows = everyone[start : start + _AT_ONCE]
        close = (placed.closeness(rows, everyone) >= same) & bars.open(rows, everyone)
        one, other = np.nonzero(close)
        firsts.append(one + start)
        seconds.append(other)
    one, other = np.concatenate(firsts), np.concatenate(seconds)
    graph = coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if count else ()


def _linked(near: Floats, same: float) -> list[list[int]]:
    """The groups that average linkage makes of one component, as rows of its table of closeness."""
    if len(near) == 1:
        return [[0]]
    distance = np.maximum(1 - near.astype(np.float64), 0)  # rounding takes the cosine of two equals above 1
    np.fill_diagonal(distance, 0)
    labels = fcluster(linkage(squareform((distance + distance.T) / 2, checks=False), "average"), 1 - same, "distance")
    found: dict[int, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        found[int(label)].append(at)
    return list(found.values())


def _medoid(near: Floats, points: Sequence[Point]) -> int:
    """The point that is closest to all others; of several the shortest, then the first by its words."""
    means = np.round(near.astype(np.float64).mean(axis=1), 6)
    return min(range(len(points)), key=lambda at: (-means[at], len(points[at].text), points[at].text, points[at].id))


def members_of(clusters: Iterable[Cluster]) -> Mapping[str, Cluster]:
    """The cluster of each lesson, by lesson_id."""
    return {member: cluster for cluster in clusters for member in cluster.members}
