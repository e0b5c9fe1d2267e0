"""From normalised text to sections and units of one lesson point."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records import NormalText, Section, State, Unit
from pipeline.segment.genre import detect_genre
from pipeline.segment.sections import outline
from pipeline.segment.shield import find_shield
from pipeline.segment.units import cut_units


@dataclass(frozen=True, slots=True)
class Segmented:
    """A report cut for extraction: its genre, its sections, and the units under them in order."""

    genre: str  # code of `data/genres.tsv`, "" when the marks do not settle it
    genre_state: (
        State | None
    )  # what the text of this genre is unless a heading says otherwise; None where the report tells of results
    sections: tuple[Section, ...]
    units: tuple[Unit, ...]


def segment(normal: NormalText) -> Segmented:
    """The sections and units of a normalised report, without its boilerplate."""
    genre = detect_genre(normal.text)
    lines = outline(normal, find_shield(normal))
    # A report that repeats its proposal has the marks of one, and results that no proposal has.
    results = any(each.state is State.ACHIEVED and len(each.span) >= LEAST_RESULT for each in lines.sections)
    return Segmented(genre.code, None if results else genre.state, lines.sections, cut_units(normal.text, lines))


# Less text under a heading of results is "ไม่มี" or an empty form.
LEAST_RESULT = 20
