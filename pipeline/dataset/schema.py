"""The tables and columns of the dataset: one description that drives the store, the exports and the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import load_table

Cell = str | int | float | bool | None | tuple[str, ...]
Row = tuple[Cell, ...]

TYPES = frozenset({"string", "integer", "number", "boolean", "list"})
TITLES = {
    "lessons": ("Findings, each with its place in the source", "บทเรียน พร้อมตำแหน่งในต้นฉบับ"),
    "tags": ("Codes of the taxonomies on each lesson", "รหัสที่ติดกับบทเรียนแต่ละข้อ"),
    "reports": ("The reports and the facts of their projects", "รายงานและข้อมูลของโครงการ"),
    "facts": ("Values that the reports state", "ข้อเท็จจริงที่รายงานระบุ"),
    "places": ("Administrative areas that the reports name", "พื้นที่ปกครองที่รายงานระบุ"),
    "problems": ("What was left out, and what to do about it", "สิ่งที่อ่านไม่ได้ และวิธีแก้"),
}
KEYS = {"lessons": ("lesson_id",), "tags": ("lesson_id", "scheme", "code"), "reports": ("report_id",)}
REFERENCES = {
    "lessons": (("report_id", "reports"),),
    "tags": (("lesson_id", "lessons"),),
    "facts": (("report_id", "reports"),),
    "places": (("report_id", "reports"), ("lesson_id", "lessons")),
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One row of data/dataset_columns.tsv."""

    id: str  # table.column
    type: str
    required: bool
    en: str
    th: str
    example: str

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"unknown type {self.type!r}")

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the dataset with its columns in order."""

    name: str
    title_en: str
    title_th: str
    columns: tuple[ColumnRow, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows apart; () where rows have no key."""
        return KEYS.get(self.name, ())


@cache
def tables() -> tuple[Table, ...]:
    """The tables in the order of DESIGN: lessons, tags, reports, facts, places, problems.

    Raises ResourceError when the column file names another table.

    >>> [table.name for table in tables()]
    ['lessons', 'tags', 'reports', 'facts', 'places', 'problems']
    """
    columns = load_table("dataset_columns.tsv", ColumnRow)
    strangers = {column.table for column in columns} ^ set(TITLES)
    if strangers:
        raise ResourceError(f"dataset_columns.tsv: table(s) {', '.join(sorted(strangers))} unknown.", "Mend the ids.")
    return tuple(Table(name, en, th, tuple(c for c in columns if c.table == name)) for name, (en, th) in TITLES.items())


def table(name: str) -> Table:
    """The table called `name`. Raises KeyError for another name."""
    return {t.name: t for t in tables()}[name]
