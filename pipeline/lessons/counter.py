"""Counter-evidence: what is a success factor in one project and an obstacle in another, side by side.

Two lessons are set against each other when they name one factor (`data/lesson_factors.tsv`: leaders, money, rules …), share an issue or a
theme, and are close in meaning. Closeness alone was tried: of the first 45 pairs of corpus/reports it set 20 side by side that had but one
word in common (a nurse, a child).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.lessons.clusters import LEAST_LETTERS, Cluster, find_clusters, point_of
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.duplicates import letters_of
from pipeline.lessons.meaning import Meaning
from pipeline.lessons.recurrence import Projects, Recurrence
from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.resources import load_table

FACTORS = "lesson_factors.tsv"
LONGEST = 200  # letters; longer quotes tell a story, in which one factor is a word among many
HELPS, HINDERS = "success_factor", "obstacle"


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A row of `data/lesson_factors.tsv`: a factor with its names and the words that name it."""

    id: str
    name_th: str
    name_en: str
    words: tuple[str, ...]
    exceptions: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Side:
    """A cluster of one side of a pair: its lessons, the representative first, and where they are found."""

    lessons: tuple[LessonRow, ...]
    found: Recurrence


@dataclass(frozen=True, slots=True)
class CounterPair:
    """A factor that helps in some projects and hinders in others."""

    helps: Side
    hinders: Side
    factors: tuple[str, ...]  # ids of the factors that both representatives name
    issues: tuple[str, ...]  # that both sides carry
    themes: tuple[str, ...]
    closeness: float  # in meaning, -1 to 1


def find_counter_pairs(
    dataset: Dataset,
    meaning: Meaning,
    projects: Projects | None = None,
    *,
    helps: str = HELPS,
    hinders: str = HINDERS,
) -> tuple[CounterPair, ...]:
    """Pairs of clusters, one that helps and one that hinders, on one topic: the closest first, then those of more projects.

    A pair names a factor together, shares an issue or a theme, its closeness in meaning reaches the tier's `about`, and each side stands in a project where the other
    does not: a project that names both says when it helps and when it hinders, which is no contradiction. `helps` and `hinders` are categories.
    """
    projects = projects or Projects(dataset)
    lessons = [row for row in dataset.lessons if row.report_id not in projects.copied]
    sides = {}
    for category in (helps, hinders):
        own = [
            point_of(row)
            for row in lessons
            if row.category == category and LEAST_LETTERS <= len(letters_of(row.text)) <= LONGEST
        ]
        sides[category] = [_side(cluster, dataset, projects) for cluster in find_clusters(own, meaning)]
    return tuple(_pairs(sides[helps], sides[hinders], meaning, projects))


def factors_of(text: str) -> tuple[str, ...]:
    """The ids of the factors that a text names, in the order of the table.

    >>> factors_of("อบต. ตั้งงบให้ อสม.")
    ('volunteer', 'local_government', 'money')
    """
    named = {match.key for match in _matcher().find(text)}
    return tuple(row.id for row in load_table(FACTORS, FactorRow) if row.id in named)


def factor_names() -> dict[str, str]:
    """The Thai name of each factor, by id."""
    return {row.id: row.name_th for row in load_table(FACTORS, FactorRow)}


@cache
def _matcher() -> PhraseMatcher:
    """Finds the words of all factors; exceptions have the key ""."""
    rows = load_table(FACTORS, FactorRow)
    words = {word: row.id for row in rows for word in row.words}
    exceptions = {word for row in rows for word in row.exceptions} - set(words)
    return PhraseMatcher(
        [*(Phrase(word, key) for word, key in words.items()), *(Phrase(word, "") for word in sorted(exceptions))]
    )


def _side(cluster: Cluster, dataset: Dataset, projects: Projects) -> Side:
    """The lessons of a cluster, the representative first."""
    order = sorted(cluster.members, key=lambda member: member != cluster.representative)
    rows = tuple(dataset.by_id[member] for member in order)
    return Side(rows, projects.count(rows))


def _pairs(helps: Sequence[Side], hinders: Sequence[Side], meaning: Meaning, projects: Projects) -> list[CounterPair]:
    """The pairs that hold, in order."""
    if not helps or not hinders:
        return []
    texts = [side.lessons[0].text for side in (*helps, *hinders)]
    placed, named = meaning.place(texts), [factors_of(text) for text in texts]
    near = placed.closeness(np.arange(len(helps)), np.arange(len(helps), len(helps) + len(hinders)))
    found = []
    for one, other in np.argwhere(near >= meaning.scale.about):
        mine, theirs = helps[one], hinders[other]
        issues, themes = _shared(mine, theirs, "issues"), _shared(mine, theirs, "sdh")
        factors = tuple(name for name in named[one] if name in named[len(helps) + other])
        if factors and (issues or themes) and _apart(mine, theirs, projects):
            found.append(CounterPair(mine, theirs, factors, issues, themes, round(float(near[one, other]), 4)))
    return sorted(found, key=_rank)


def _rank(pair: CounterPair) -> tuple[float, int, str, str]:
    """Closest first; of equals those of more projects, then by id."""
    of_projects = pair.helps.found.projects + pair.hinders.found.projects
    return -pair.closeness, -of_projects, pair.helps.lessons[0].lesson_id, pair.hinders.lessons[0].lesson_id


def _shared(one: Side, other: Side, field: str) -> tuple[str, ...]:
    """The codes that lessons of both sides carry."""
    return tuple(sorted(_codes(one.lessons, field) & _codes(other.lessons, field)))


def _codes(lessons: Iterable[LessonRow], field: str) -> set[str]:
    """The codes that the lessons carry in `field`."""
    return {code for lesson in lessons for code in getattr(lesson, field)}


def _apart(one: Side, other: Side, projects: Projects) -> bool:
    """Whether each side stands in a project where the other does not."""
    mine = {projects.project_of[lesson.report_id] for lesson in one.lessons}
    theirs = {projects.project_of[lesson.report_id] for lesson in other.lessons}
    return bool(mine - theirs) and bool(theirs - mine)
