"""From normalised text to sections and units of one lesson point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import NormalText, Section, State, Unit
from pipeline.segment.gaps import clause_gap
from pipeline.segment.genre import detect_genre
from pipeline.segment.sections import JOIN, TELLING, outline
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
    gap: int = 2  # so many blanks part clauses, see gaps.py


def segment(normal: NormalText) -> Segmented:
    """The sections and units of a normalised report, without its boilerplate."""
    genre = detect_genre(normal.text)
    lines = outline(normal, find_shield(normal))
    # A report that repeats its proposal has the marks of one, and results that no proposal has.
    state = None if _tells_results(lines.sections) else genre.state
    gap = clause_gap(normal.text)
    return Segmented(genre.code, state, lines.sections, cut_units(normal.text, lines, gap=gap), gap)


def _tells_results(sections: Sequence[Section]) -> bool:
    """Whether text stands under a heading of results, or in the columns of a table below one."""
    below: int | None = None  # letters below the last heading of results
    for each in sections:
        roles = set(each.role.split(JOIN))
        if each.state is State.ACHIEVED:
            below = 0
        elif each.state is not None or not roles & {*TELLING, "activity"}:
            below = None
        if below is not None and roles & TELLING:
            below += len(each.span)
            if below >= LEAST_RESULT:
                return True
    return False


# Less text under a heading of results is "ไม่มี" or an empty form.
LEAST_RESULT = 20
