"""What a lesson must be to be found: category, issue, theme, place, year, confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.errors import UsageError
from pipeline.lessons.dataset import LessonRow

_SHOWN = 12  # values that an error names
# The filters that take values, with what they are called and the taxonomy that knows their values.
_NAMES = {
    "categories": ("category", CATEGORY),
    "issues": ("issue", ISSUE),
    "sdh": ("theme", SDH),
    "provinces": ("province", ""),
    "districts": ("district", ""),
    "years_ce": ("year (C.E.)", ""),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a lesson must be; an empty list does not filter, several values of one list are alternatives.

    Places are names without จังหวัด or อำเภอ, years Christian, confidence from 0 to 1.
    """

    categories: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    sdh: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    years_ce: tuple[int, ...] = ()
    least_confidence: float = 0.0

    def admits(self, lesson: LessonRow) -> bool:
        """Whether a lesson passes."""
        wanted = ((values, _values(lesson, name)) for name in _NAMES if (values := getattr(self, name)))
        return lesson.confidence >= self.least_confidence and all(not set(v).isdisjoint(held) for v, held in wanted)

    @property
    def is_open(self) -> bool:
        """Whether every lesson passes."""
        return self == Filters()


def _values(lesson: LessonRow, name: str) -> tuple[str | int | None, ...]:
    """What a lesson has of the kind that a filter asks for."""
    return {
        "categories": (lesson.category,),
        "issues": lesson.issues,
        "sdh": lesson.sdh,
        "provinces": (lesson.province,),
        "districts": (lesson.district,),
        "years_ce": (lesson.year_ce,),
    }[name]


class Facets:
    """The values of a collection and the lessons that have them, so that a filter costs no pass over all lessons."""

    def __init__(self, lessons: Sequence[LessonRow]) -> None:
        """Takes the lessons; they are looked at when the first filter is asked for."""
        self._lessons = lessons

    @cached_property
    def _holders(self) -> dict[str, dict[str | int, list[int]]]:
        """The positions of the lessons by filter and value."""
        held: dict[str, dict[str | int, list[int]]] = {name: {} for name in _NAMES}
        for at, lesson in enumerate(self._lessons):
            for name, places in held.items():
                for value in _values(lesson, name):
                    if value is not None and value != "":
                        places.setdefault(value, []).append(at)
        return held

    @cached_property
    def _confidence(self) -> NDArray[np.float64]:
        """The confidence of each lesson."""
        return np.array([lesson.confidence for lesson in self._lessons], dtype=np.float64)

    def check(self, filters: Filters) -> None:
        """Raises UsageError, in one line, for a code that neither a taxonomy nor a lesson has, a place or year that no lesson has, and a
        confidence outside 0 to 1.
        """
        if filters.is_open:
            return
        for name, (called, scheme) in _NAMES.items():
            known = codes(scheme) if scheme else ()
            there = self._holders[name]
            for value in getattr(filters, name):
                if value in there or value in known:
                    continue
                have: tuple[str | int, ...] = known or tuple(sorted(there, key=str))
                more = f" … ({len(have)})" if len(have) > _SHOWN else ""
                listed = ", ".join(str(one) for one in have[:_SHOWN]) or "none"
                raise UsageError(f"There is no {called} {value!r}.", f"Known: {listed}{more}.")
        if not 0.0 <= filters.least_confidence <= 1.0:
            raise UsageError(f"A confidence lies between 0 and 1, not at {filters.least_confidence}.", "Try 0.7.")

    def mask(self, filters: Filters) -> NDArray[np.bool_]:
        """Which lessons pass, with shape (lessons,)."""
        passing = self._confidence >= filters.least_confidence
        for field in fields(filters):
            if field.name in _NAMES and (values := getattr(filters, field.name)):
                here = np.zeros(len(self._lessons), dtype=bool)
                for value in values:
                    here[self._holders[field.name].get(value, [])] = True
                passing &= here
        return passing
