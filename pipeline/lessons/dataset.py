"""A dataset folder read back: its lessons and reports as typed rows, for everything that people do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pipeline.dataset.schema import table
from pipeline.dataset.store import Store

R = TypeVar("R", bound="LessonRow | ReportRow | TagRow | PlaceRow")


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A row of the table `lessons`: one finding with its place. The columns are described in data/dataset_columns.tsv."""

    lesson_id: str
    report_id: str
    source: str
    category: str
    status: str
    text: str
    raw_text: str
    raw_start: int | None
    raw_end: int | None
    locator: str | None
    section: str | None
    confidence: float
    decided_by: str
    because: str
    issues: tuple[str, ...]
    sdh: tuple[str, ...]
    project_code: str | None
    year_ce: int | None
    province: str | None
    district: str | None
    subdistrict: str | None
    text_start: int
    text_end: int


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of the table `reports`, as far as lessons are read with it."""

    report_id: str
    source: str
    sha256: str | None
    genre: str | None
    title: str | None
    project_name: str | None
    project_code: str | None
    organisation: str | None
    responsible_person: str | None
    period_start: str | None
    period_end: str | None
    year_be: int | None
    health_zone: int | None
    status: str
    units: int
    findings: int
    silences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagRow:
    """A row of the table `tags`: a code on a lesson, accepted or not; score from 0 to 1."""

    lesson_id: str
    scheme: str
    code: str
    score: float
    accepted: bool
    decided_by: str
    because: str | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row of the table `places`: an administrative area that a report names."""

    report_id: str
    lesson_id: str | None
    level: str
    name_th: str
    code: str | None
    conflict: str | None


@dataclass(frozen=True)
class Dataset:
    """The tables of a dataset folder, read once from its store."""

    folder: Path

    @cached_property
    def lessons(self) -> tuple[LessonRow, ...]:
        """All lessons, by source and by place in it. Raises StoreError when the folder holds no dataset."""
        return self._read("lessons", LessonRow)

    @cached_property
    def reports(self) -> Mapping[str, ReportRow]:
        """The reports by report_id."""
        return {row.report_id: row for row in self._read("reports", ReportRow)}

    @cached_property
    def tags(self) -> tuple[TagRow, ...]:
        """Every code on every lesson, accepted or not."""
        return self._read("tags", TagRow)

    @cached_property
    def places(self) -> tuple[PlaceRow, ...]:
        """The administrative areas that the reports name."""
        return self._read("places", PlaceRow)

    @cached_property
    def sketches(self) -> Mapping[str, bytes]:
        """The sketch of each report's text, by report_id (pipeline.lessons.duplicates); none in datasets made before there were any."""
        with Store.read(self.folder) as store:
            return store.sketches()

    @cached_property
    def by_id(self) -> Mapping[str, LessonRow]:
        """The lessons by lesson_id."""
        return {row.lesson_id: row for row in self.lessons}

    def _read(self, name: str, kind: type[R]) -> tuple[R, ...]:
        """The rows of one table as records of `kind`, which names the columns that it wants."""
        wanted = [field.name for field in fields(kind)]
        at = [table(name).names.index(column) for column in wanted]
        lists = {column.name for column in table(name).columns if column.type == "list"}
        with Store.read(self.folder) as store:
            return tuple(
                kind(**{column: _cell(row[place], column in lists) for column, place in zip(wanted, at, strict=True)})
                for row in store.rows(name)
            )


def _cell(cell: Any, is_list: bool) -> Any:
    """A cell as the records hold it: an empty list is ()."""
    return () if is_list and cell is None else cell
