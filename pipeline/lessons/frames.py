"""A dataset folder as pandas tables with typed columns and Thai names, and cross tables of its lessons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes, load
from pipeline.dataset.export import RUN
from pipeline.dataset.schema import ColumnRow, table
from pipeline.dataset.store import Store
from pipeline.errors import StoreError, UsageError
from pipeline.extract.fields import labels
from pipeline.lessons.dataset import Dataset
from pipeline.lessons.recurrence import Projects
from pipeline.lessons.report_text import ReportText, read_report
from pipeline.records import ReportStatus

if TYPE_CHECKING:
    from pipeline.lessons.search import Searcher

Labels = Literal["th", "en", "code"]
Values = Literal["lessons", "projects"]

# Columns whose values come from a small closed list; category and scheme keep the order of the taxonomy.
_CATEGORICAL = frozenset(
    {
        *("lessons.category", "lessons.status", "lessons.decided_by"),
        *("tags.scheme", "tags.code", "tags.decided_by"),
        *("reports.media_type", "reports.encoding", "reports.genre", "reports.status"),
        *("facts.kind", "facts.unit", "facts.role", "facts.check"),
        *("places.level", "problems.stage"),
    }
)
_DATES = frozenset({"reports.period_start", "reports.period_end", "reports.report_date"})
# The columns of lessons that hold codes, with their taxonomy.
_SCHEMES = {"category": CATEGORY, "issues": ISSUE, "sdh": SDH}
_SILENCES = {"missing": "ไม่มีหัวข้อนี้", "empty": "เว้นว่าง", "none_reported": "เขียนว่าไม่มี"}
_COVERED = {"issue": ISSUE, "theme": SDH, "category": CATEGORY}
_YEARS = ("year_be", "year_ce")
_BUDDHIST_OFFSET = 543
_MISSING = {"th": "(ไม่ระบุ)", "en": "(not stated)", "code": ""}


@dataclass(frozen=True)
class Frames:
    """The tables of a dataset folder as DataFrames, read on first use.

    Columns are those of the data dictionary (datapackage.json), typed: codes are categorical in the order of their taxonomy, whole
    numbers that may be missing are Int64, dates are datetime64 (NaT also for a date that cannot be, as a 31st of September: `rows` holds
    what is stated), lists are lists. Added to them: `category_th`, `issues_th`, `sdh_th` and
    `year_be` of lessons, `name_th` of tags. What a column holds does not depend on how many rows there are.
    """

    folder: Path
    _kept: TemporaryDirectory[str] | None = field(
        default=None, repr=False, compare=False
    )  # lives as long as the tables

    @cached_property
    def lessons(self) -> pd.DataFrame:
        """One row for each lesson, by source and by place in it."""
        frame = self._frame("lessons")
        frame["category_th"] = frame["category"].cat.rename_categories(self.names(CATEGORY))
        for column in ("issues", "sdh"):
            frame[f"{column}_th"] = _named(frame[column], self.names(_SCHEMES[column]))
        frame["year_be"] = frame["year_ce"] + _BUDDHIST_OFFSET
        return frame

    @cached_property
    def tags(self) -> pd.DataFrame:
        """One row for each code on a lesson, accepted or not."""
        frame = self._frame("tags")
        names = {code: name for scheme in _SCHEMES.values() for code, name in self.names(scheme).items()}
        frame["name_th"] = frame["code"].astype("str").map(names)
        return frame

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row for each report, with the facts of its project."""
        return self._frame("reports")

    @cached_property
    def facts(self) -> pd.DataFrame:
        """One row for each value that a report states."""
        return self._frame("facts")

    @cached_property
    def places(self) -> pd.DataFrame:
        """One row for each administrative area that a report or a lesson names."""
        return self._frame("places")

    @cached_property
    def problems(self) -> pd.DataFrame:
        """One row for each thing that was left out, with what to do about it."""
        return self._frame("problems")

    @cached_property
    def rows(self) -> Dataset:
        """The same dataset as typed records, for search and lesson sets."""
        return Dataset(self.folder)

    @cached_property
    def searcher(self) -> Searcher:
        """The lessons opened for search, with the word vectors of the fast tier for meaning."""
        from pipeline.lessons.search import Searcher, fast_embedder  # the tables are read far more often than searched

        return Searcher.open(self.rows.lessons, fast_embedder())

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """What run.json tells of the run: settings, inputs, versions. Raises StoreError when it cannot be read."""
        try:
            run: dict[str, Any] = json.loads((self.folder / RUN).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self.folder / RUN} cannot be read ({error}).", "Run `lessons extract` again."
            ) from error
        return run

    @cached_property
    def taxonomy(self) -> Path | None:
        """The folder of the taxonomy files that the run was given; None for those shipped."""
        own = self.run.get("settings", {}).get("taxonomy")
        return (self.folder / own).resolve() if own else None

    def names(self, scheme: str, labels: Labels = "th") -> dict[str, str]:
        """The codes of a scheme ("category", "issue", "sdh") in their order, each with its name."""
        concepts = {concept.id: concept for concept in load(scheme, self.taxonomy).concepts}
        by_code = {code: concepts[code] for code in codes(scheme, self.taxonomy)}
        if labels == "code":
            return {code: code for code in by_code}
        return {code: c.name_th if labels == "th" else c.name_en for code, c in by_code.items()}

    def report(self, key: str | pd.Series) -> ReportText:
        """The text of a report with its lessons at their places.

        `key`: a report_id, a source, a lesson_id (its report, with that lesson in focus), or a row of `lessons` or `reports`. Raises
        UsageError for an unknown key, StoreError when the source has moved or changed.
        """
        if isinstance(key, pd.Series):
            key = str(key["lesson_id"] if "lesson_id" in key else key["report_id"])
        return read_report(self.rows, self.run, key)

    def summary(self) -> pd.Series:
        """How much the dataset holds: reports, projects, lessons, provinces, years, and what was left out."""
        years = self.lessons["year_be"].dropna()
        unreadable = int((self.reports["status"] == ReportStatus.UNREADABLE.value).sum())
        found = {
            "รายงาน": len(self.reports),
            "รายงานที่อ่านไม่ได้": unreadable,
            "รายงานที่ไม่พบข้อใด": int((self.reports["findings"] == 0).sum()) - unreadable,
            "โครงการ": len(set(self.projects.values())),
            "ข้อค้นพบ": len(self.lessons),
            "จังหวัด": self.lessons["province"].nunique(),
            "ปี พ.ศ.": f"{years.min()}–{years.max()}" if len(years) else "",
            "สิ่งที่อ่านไม่ครบ": len(self.problems),
        }
        return pd.Series(found, name="จำนวน", dtype=object)

    def silences(self) -> pd.DataFrame:
        """How many reports give no value for a field, and in which way: no such heading, left empty, or "there was none"."""
        said = self.reports["silences"].explode().dropna().str.split("=", n=1)
        # Fields that are no column of reports are called by the first of their labels on forms.
        names = {row.field: row.label for row in reversed(labels().values())}
        names |= {column.name: column.th for column in table("reports").columns} | self.names(CATEGORY)
        fields = said.str[0].map(lambda name: names.get(name, name)).rename("ช่องข้อมูล")
        return pd.crosstab(fields, said.str[1].map(lambda kind: _SILENCES.get(kind, kind)).rename("เพราะ"))

    def matrix(
        self,
        rows: str = "issues",
        columns: str = "sdh",
        values: Values = "lessons",
        *,
        of: pd.DataFrame | None = None,
        labels: Labels = "th",
        missing: bool = False,
    ) -> pd.DataFrame:
        """A cross table of whole numbers: how many lessons, or different projects, fall in each cell.

        `rows` and `columns` are columns of `lessons` or `reports` (issues, sdh, category, province, year_be, genre …). A lesson with two
        issues counts in both rows, so rows do not add up to the number of lessons. Codes stand in the order of their taxonomy, those
        without a lesson too; years from first to last; other values most frequent first. `of`: some rows of `lessons` in place of all.
        `missing`: also a row and a column for lessons that have no value there. Raises UsageError for an unknown column.
        """
        if rows == columns:
            raise UsageError(f"{rows} stands in both rows and columns.", "Name two different columns.")
        kept = self._long(self.lessons if of is None else of, [rows, columns])
        kept = kept if missing else kept.dropna(subset=[rows, columns])
        counted = "lesson_id" if values == "lessons" else "project"
        cells = kept.fillna({rows: "", columns: ""}).groupby([rows, columns])[counted].nunique()
        found = cells.unstack(fill_value=0) if len(cells) else pd.DataFrame()
        index, header = (self._order(column, kept, labels, missing) for column in (rows, columns))
        found = found.reindex(index=list(index), columns=list(header), fill_value=0).astype("int64")
        return found.rename(index=index, columns=header).rename_axis(index=rows, columns=columns)

    def exploded(self, column: str, of: pd.DataFrame | None = None) -> pd.DataFrame:
        """A row for each lesson and each of its values in `column`, with `lesson_id`, `report_id` and `project`; lessons without one left out."""
        return self._long(self.lessons if of is None else of, [column]).dropna(subset=[column])

    @cached_property
    def projects(self) -> Mapping[str, str]:
        """The project of each report_id: reports of one project, and copies of a report, have the same (lessons.recurrence)."""
        return Projects(self.rows).project_of

    def coverage(self, by: Sequence[str] = ("issue", "province"), categories: Sequence[str] = ()) -> pd.DataFrame:
        """One row for each cell: how many reports reported, how many said nothing and in which way, how many could not be read.

        `by`: of issue, theme, category, province, year. In every row reported + none_reported + section_missing + copy + unreadable +
        not_processed = matched (lessons.coverage).
        """
        from pipeline.lessons.coverage import STATES, cover

        found = cover(self.rows, by=by, categories=categories)
        rows = [
            (*cell.key, *(cell.states[state] for state in STATES), cell.matched, cell.lessons, cell.projects)
            for cell in found.cells
        ]
        frame = pd.DataFrame(rows, columns=[*by, *STATES, "matched", "lessons", "projects"])
        for column, scheme in _COVERED.items():
            if column in frame:
                frame[f"{column}_th"] = frame[column].map(self.names(scheme)).fillna(_MISSING["th"])
        return frame

    def counter_evidence(self, model: str = "auto") -> pd.DataFrame:
        """One row for each factor that helps in some projects and hinders in others, the closest pairs first (lessons.counter).

        `model` names what compares meaning: auto, fast, accurate, rules.
        """
        from pipeline.lessons.counter import factor_names, find_counter_pairs
        from pipeline.lessons.meaning import meaning_of

        names = factor_names()
        rows = [
            (
                ", ".join(names[factor] for factor in pair.factors),
                *(pair.helps.lessons[0].text, str(pair.helps.found)),
                *(pair.hinders.lessons[0].text, str(pair.hinders.found)),
                *(pair.closeness, pair.helps.lessons[0].lesson_id, pair.hinders.lessons[0].lesson_id),
            )
            for pair in find_counter_pairs(self.rows, meaning_of(model))
        ]
        columns = ["factors", "helps", "helps_found", "hinders", "hinders_found", "closeness", "helps_id", "hinders_id"]
        return pd.DataFrame(rows, columns=columns)

    def _long(self, lessons: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
        """Ids and projects of some lessons with the wanted columns, those of their reports too; lists unfolded into rows."""
        kept = lessons[["lesson_id", "report_id"]].copy()
        kept["project"] = kept["report_id"].map(self.projects)
        for column in wanted:
            if column in lessons:
                kept[column] = lessons[column].loc[kept.index]
            elif column in self.reports:
                kept[column] = kept["report_id"].map(self.reports.set_index("report_id")[column])
            else:
                known = ", ".join(dict.fromkeys([*lessons.columns, *self.reports.columns]))
                raise UsageError(f"There is no column {column!r}.", f"Known: {known}.")
            kept[column] = kept[column].astype(object)
        for column in wanted:
            if _is_list(kept[column]):
                kept = kept.explode(column, ignore_index=True)
        return kept

    def _order(self, column: str, kept: pd.DataFrame, labels: Labels, missing: bool) -> dict[Any, Any]:
        """The values of a column in the order in which a table shows them, each with its label."""
        present = kept[column].dropna()
        if column in _SCHEMES:
            order: dict[Any, Any] = dict(self.names(_SCHEMES[column], labels))
        elif column in _YEARS:
            years = [int(year) for year in present]
            order = {year: year for year in range(min(years), max(years) + 1)} if years else {}
        else:
            counts = present.value_counts()
            order = {value: value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))}
        return {**order, "": _MISSING[labels]} if missing and kept[column].isna().any() else order

    def _frame(self, name: str) -> pd.DataFrame:
        """One table of the store, its columns typed."""
        of = table(name)
        with Store.read(self.folder) as store:
            cells = list(zip(*store.rows(name), strict=True)) or [()] * len(of.columns)
        return pd.DataFrame(
            {c.name: self._series(c, list(values)) for c, values in zip(of.columns, cells, strict=True)}
        )

    def _series(self, column: ColumnRow, cells: list[Any]) -> pd.Series:
        """The cells of a column with its type."""
        if column.type == "list":
            return pd.Series([list(cell or ()) for cell in cells], dtype=object)
        if column.id in _CATEGORICAL:
            return pd.Series(pd.Categorical(cells, categories=self._categories(column, cells)))
        if column.id in _DATES:
            dates = pd.to_datetime(pd.Series(cells, dtype=object), format="ISO8601", errors="coerce")
            return dates.astype("datetime64[s]")
        kinds = {"integer": "int64" if column.required else "Int64", "number": "float64", "boolean": "bool"}
        return pd.Series(cells, dtype=kinds.get(column.type, "str"))

    def _categories(self, column: ColumnRow, cells: Sequence[Any]) -> list[str]:
        """The values that a column may have, in order: all codes of its taxonomy, else the values present."""
        schemes = {"category": [CATEGORY], "code": [CATEGORY, ISSUE, SDH]}.get(column.name, [])
        if schemes:
            return [code for scheme in schemes for code in codes(scheme, self.taxonomy)]
        return sorted({cell for cell in cells if cell is not None})


def _named(lists: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """Lists of codes as lists of names."""

    return pd.Series([[names.get(code, code) for code in cell] for cell in lists], index=lists.index, dtype=object)


def _is_list(column: pd.Series) -> bool:
    """Whether the cells of a column are lists."""
    return bool(column.map(lambda cell: isinstance(cell, list)).any())
