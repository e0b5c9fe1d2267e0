"""What the reports say of an issue, a theme, a place, a year, and in which way they say nothing.

A *matched* report is every source of the dataset that the scope takes in: the rows of `reports`, the files that were named in `problems` alone,
and files that lie in the input folder now and were never read. Each matched report stands in exactly one place and one year ("" where
unknown), and in a cell of the table it is exactly one of:

  reported          it was read, and at least one of its lessons belongs to the cell                       used
  none_reported     it was read, its sections for the scope were there, nothing in them belongs to the cell   unused by rule
  section_missing   it was read, but it has no section for the scope and no lesson of it                      unused by rule
  copy              it is a copy of another report, which is counted                                          unused by rule
  unreadable        its file was opened and no text came out of it                                            unreadable
  not_processed     it lies in the input folder, but was not read: another format, new since the run           unreadable

So in every cell used + unused by rule + unreadable = matched. A report that was read in part is counted by what was read of it; `partial`
says how many of a cell's reports these are, `said_none` how many of the silent ones write that there is none.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.dataset.schema import table
from pipeline.dataset.store import Store
from pipeline.errors import UsageError
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.recurrence import Projects, year_of
from pipeline.records import ReportStatus

REPORTED, NONE_REPORTED, SECTION_MISSING = "reported", "none_reported", "section_missing"
COPY, UNREADABLE, NOT_PROCESSED = "copy", "unreadable", "not_processed"
USED, UNUSED_BY_RULE, LOST = (REPORTED,), (NONE_REPORTED, SECTION_MISSING, COPY), (UNREADABLE, NOT_PROCESSED)
STATES = (*USED, *UNUSED_BY_RULE, *LOST)
# What a table can be laid out by: codes that a lesson carries, and what a whole report has one of.
OF_LESSONS, OF_REPORTS = ("issue", "theme", "category"), ("province", "year")
DIMENSIONS = (*OF_LESSONS, *OF_REPORTS)
UNTAGGED = ""  # the value of a lesson without a code, and of a report without a known place or year
_RUN = "run.json"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: how many matched reports are in each state, and what the used ones hold."""

    key: tuple[str, ...]  # a value for each dimension, "" for unknown or untagged
    states: Mapping[str, int]  # every state of STATES, 0 or more
    said_none: int  # of the silent reports, those that write in a section of the scope that there is none (ไม่มี)
    partial: int  # of the reports that were read, those read in part
    lessons: int
    projects: int

    @property
    def matched(self) -> int:
        """All reports of the cell's place and year."""
        return sum(self.states.values())

    @property
    def used(self) -> int:
        """Reports of which a lesson belongs to the cell."""
        return self._of(USED)

    @property
    def unused_by_rule(self) -> int:
        """Reports that were read and give nothing to the cell, or are copies."""
        return self._of(UNUSED_BY_RULE)

    @property
    def unreadable(self) -> int:
        """Reports of which nothing is known: unreadable or not processed."""
        return self._of(LOST)

    def _of(self, states: Iterable[str]) -> int:
        return sum(self.states[state] for state in states)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A table of cells in the order of their dimensions' values, with the number of matched reports in all."""

    by: tuple[str, ...]
    categories: tuple[str, ...]  # the scope; () for all
    cells: tuple[Cell, ...]
    matched: int
    not_processed: tuple[str, ...]  # sources
    input_seen: bool  # whether the input folder was there to look for files that were not read


@dataclass(frozen=True, slots=True)
class _Source:
    """A matched report: its source, its place and year, and its row and lessons where it was read."""

    source: str
    place: tuple[str, ...]  # its value for each dimension of reports
    state: str  # "" when its lessons decide
    report_id: str = ""
    partial: bool = False
    has_section: bool = False
    said_none: bool = False
    lessons: tuple[LessonRow, ...] = field(default=())


def cover(
    dataset: Dataset,
    *,
    by: Sequence[str] = ("issue", "province"),
    categories: Sequence[str] = (),
    projects: Projects | None = None,
) -> Coverage:
    """The coverage table of a dataset: every code of the taxonomies in `by`, with each place and year that a matched report has.

    `categories` narrow the scope to lessons and sections of these. Raises UsageError for an unknown dimension or category.
    """
    _check(by, DIMENSIONS, "a table by")
    _check(categories, codes(CATEGORY), "the category")
    projects = projects or Projects(dataset)
    unread, input_seen = _not_processed(dataset)
    across = tuple(dimension for dimension in by if dimension in OF_REPORTS)
    sources = [*_read_sources(dataset, projects, across, categories)]
    sources += [_Source(name, ("",) * len(across), NOT_PROCESSED) for name in unread]
    cells = _cells(sources, tuple(by), across, projects)
    return Coverage(tuple(by), tuple(categories), tuple(cells), len(sources), unread, input_seen)


def _check(given: Iterable[str], known: Sequence[str], what: str) -> None:
    """Raises UsageError for a name that is not known."""
    for name in given:
        if name not in known:
            raise UsageError(f"There is no {what} {name!r}.", f"Known: {', '.join(known)}.")


def _read_sources(
    dataset: Dataset, projects: Projects, across: Sequence[str], categories: Sequence[str]
) -> Iterator[_Source]:
    """The reports of the dataset, with the lessons that the scope takes in."""
    scope = categories or codes(CATEGORY)
    own: dict[str, list[LessonRow]] = defaultdict(list)
    for lesson in dataset.lessons:
        own[lesson.report_id].append(lesson)
    for report in dataset.reports.values():
        values = {"province": projects.areas[report.report_id].province, "year": str(year_of(report) or "")}
        in_scope = tuple(row for row in own[report.report_id] if not categories or row.category in categories)
        missing = {silence.partition("=")[0] for silence in report.silences if silence.endswith("=missing")}
        state = UNREADABLE if report.status == ReportStatus.UNREADABLE else ""
        yield _Source(
            report.source,
            tuple(values[dimension] for dimension in across),
            COPY if not state and report.report_id in projects.copied else state,
            report.report_id,
            report.status == ReportStatus.PARTIAL,
            bool(in_scope) or not set(scope) <= missing,
            any(f"{category}={NONE_REPORTED}" in report.silences for category in scope),
            in_scope,
        )


def _cells(
    sources: Sequence[_Source], by: tuple[str, ...], across: Sequence[str], projects: Projects
) -> Iterator[Cell]:
    """Every cell, in order: codes as the taxonomies have them, places and years sorted, the unknown last."""
    of_codes = [_values_of(dimension) for dimension in by if dimension in OF_LESSONS]
    by_place: dict[tuple[str, ...], list[_Source]] = defaultdict(list)
    for source in sources:
        by_place[source.place].append(source)
    at = {dimension: number for number, dimension in enumerate([d for d in by if d in OF_LESSONS] + list(across))}
    rows = []
    for place in sorted(by_place, key=lambda values: [(not value, value) for value in values]):
        held = _held(by_place[place], tuple(dimension for dimension in by if dimension in OF_LESSONS))
        for inner in _product(of_codes):
            key = (*inner, *place)
            rows.append(_cell(tuple(key[at[d]] for d in by), by_place[place], held.get(inner, {}), projects))
    order = {
        dimension: {value: n for n, value in enumerate(_values_of(dimension))}
        for dimension in by
        if dimension in OF_LESSONS
    }
    return iter(sorted(rows, key=lambda cell: [_place_of(v, order.get(d)) for v, d in zip(cell.key, by, strict=True)]))


def _place_of(value: str, order: Mapping[str, int] | None) -> tuple[int, str]:
    """Where a value stands among those of its dimension."""
    return (order[value], "") if order else (int(not value), value)


def _values_of(dimension: str) -> tuple[str, ...]:
    """The values of a dimension of lessons, the one for lessons without a code last."""
    if dimension == "category":
        return codes(CATEGORY)
    return (*codes(ISSUE if dimension == "issue" else SDH), UNTAGGED)


def _product(values: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every combination of one value of each."""
    if not values:
        yield ()
        return
    for first in values[0]:
        for rest in _product(values[1:]):
            yield (first, *rest)


def _held(sources: Iterable[_Source], dimensions: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, int]]:
    """For each combination of codes the lessons of each source that carry it, by source."""
    held: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for source in sources:
        if source.state:
            continue
        for lesson in source.lessons:
            own = {
                "issue": lesson.issues or (UNTAGGED,),
                "theme": lesson.sdh or (UNTAGGED,),
                "category": (lesson.category,),
            }
            for key in _product([own[dimension] for dimension in dimensions]):
                held[key][source.source] += 1
    return held


def _cell(key: tuple[str, ...], sources: Sequence[_Source], held: Mapping[str, int], projects: Projects) -> Cell:
    """A cell of the sources of one place and year, of which `held` have lessons that belong to it."""
    states = Counter(source.state or _silence(source, held) for source in sources)
    used = [source for source in sources if not source.state and source.source in held]
    return Cell(
        key,
        {state: states[state] for state in STATES},
        sum(source.said_none and not source.state and source.source not in held for source in sources),
        sum(source.partial for source in sources),
        sum(held.values()),
        len({projects.project_of[source.report_id] for source in used}),
    )


def _silence(source: _Source, held: Mapping[str, int]) -> str:
    """The state of a report that was read."""
    if source.source in held:
        return REPORTED
    return NONE_REPORTED if source.has_section else SECTION_MISSING


def _not_processed(dataset: Dataset) -> tuple[tuple[str, ...], bool]:
    """Sources that are named in `problems` or lie in the input folder and have no row in `reports`, and whether that folder is there."""
    known = {report.source for report in dataset.reports.values()}
    with Store.read(dataset.folder) as store:
        at = table("problems").names.index("source")
        named = {str(row[at]) for row in store.rows("problems")}
    lying, seen = _lying(dataset.folder)
    # A zip is a folder to the dataset: its reports are named below it.
    opened = {name.split("/")[0] for name in known if "/" in name} | {
        parent for name in known for parent in _parents(name)
    }
    return tuple(sorted((named | lying) - known - opened)), seen


def _parents(name: str) -> Iterator[str]:
    """The names of the folders, or the zip, that a source stands in."""
    parts = name.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def _lying(folder: Path) -> tuple[set[str], bool]:
    """The names of the files below the input folders that run.json names, as the dataset would name them; False when one is not there."""
    try:
        inputs = json.loads((folder / _RUN).read_text(encoding="utf-8"))["inputs"]
        places = [(folder / each["folder"], f"{each['prefix']}/" if each["prefix"] else "") for each in inputs]
    except (OSError, ValueError, KeyError, TypeError):
        return set(), False
    found = set()
    for base, prefix in places:
        if not base.is_dir():
            return set(), False
        for here, folders, files in os.walk(base):
            folders[:] = sorted(
                f for f in folders if not f.startswith(".") and not (Path(here) / f / "lessons.sqlite").exists()
            )
            kept = (name for name in files if not name.startswith((".", "~$")))
            found |= {prefix + (Path(here) / name).relative_to(base).as_posix() for name in kept}
    return found, True


def as_csv(coverage: Coverage) -> str:
    """The table as CSV text with a header: the dimensions, the counts, each state."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(
        [
            *coverage.by,
            "matched",
            "used",
            "unused_by_rule",
            "unreadable_all",
            *STATES,
            "said_none",
            "partial",
            "lessons",
            "projects",
        ]
    )
    for cell in coverage.cells:
        counts = (cell.matched, cell.used, cell.unused_by_rule, cell.unreadable)
        writer.writerow(
            [
                *map(_guarded, cell.key),
                *counts,
                *(cell.states[s] for s in STATES),
                cell.said_none,
                cell.partial,
                cell.lessons,
                cell.projects,
            ]
        )
    return stream.getvalue()


def _guarded(value: str) -> str:
    """The value as text that no spreadsheet takes for a formula: names of places come out of the reports."""
    return f"'{value}" if value.startswith(tuple("=+-@\t\r\n＝＋－＠'")) else value
