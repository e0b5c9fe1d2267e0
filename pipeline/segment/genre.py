"""What kind of document a report is, by its marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.records import State
from pipeline.resources import load_table
from pipeline.segment.patterns import PatternMatcher

# A genre needs this much evidence: two plain marks, or one that no other genre has.
NEEDED = 2.0


@dataclass(frozen=True, slots=True)
class GenreRow:
    """A genre of `data/genres.tsv`; `state` is what its text is unless a heading says otherwise."""

    id: str
    name_th: str
    name_en: str
    state: str
    source: str

    def __post_init__(self) -> None:
        if self.state:
            State(self.state)


@dataclass(frozen=True, slots=True)
class GenreMarkRow:
    """A mark of `data/genre_marks.tsv` with its weight for a genre."""

    id: str
    genre: str
    pattern: str
    weight: float
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Genre:
    """The genre of a report; `code` is "" when its marks do not settle it."""

    code: str
    state: State | None


@cache
def _marks() -> tuple[PatternMatcher, dict[str, GenreMarkRow], dict[str, GenreRow]]:
    marks = load_table("genre_marks.tsv", GenreMarkRow)
    genres = {row.id: row for row in load_table("genres.tsv", GenreRow)}
    unknown = [row.id for row in marks if row.genre not in genres]
    if unknown:
        raise KeyError(f"genre_marks.tsv: rows {unknown} name a genre that genres.tsv does not have")
    return PatternMatcher((row.id, row.pattern) for row in marks), {row.id: row for row in marks}, genres


def detect_genre(text: str) -> Genre:
    """The genre with the most weight of marks; each mark counts once however often it stands."""
    matcher, marks, genres = _marks()
    weights = dict.fromkeys(genres, 0.0)
    for mark in sorted({match.rule for match in matcher.find_all(text)}):
        weights[marks[mark].genre] += marks[mark].weight
    best = max(weights, key=lambda code: weights[code])
    if weights[best] < NEEDED:
        return Genre("", None)
    return Genre(best, State(genres[best].state) if genres[best].state else None)
