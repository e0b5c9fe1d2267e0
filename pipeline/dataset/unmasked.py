"""Personal data left in a dataset that is to be published, found in each of its files and named by the cell."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.dataset.export import RUN, WORKBOOK
from pipeline.dataset.masking import MASK, PERSONAL_KINDS, find_personal, is_public, public_names
from pipeline.dataset.schema import Table, tables
from pipeline.dataset.store import STORE_NAME, Store
from pipeline.dataset.verify import Fault, content_of, read_csv, read_parquet, read_sheet, roots_of, run_of, shortened
from pipeline.dataset.workbook import workbook_tables
from pipeline.errors import PipelineError
from pipeline.ingest import read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.records import Settings

# Hexadecimal digits hold runs that look like telephone numbers; numbers of their own hold no person.
_HASHES = frozenset({"lesson_id", "report_id", "sha256"})
_NAMES = frozenset({"reporter", "responsible_person"})
_FACT_CELLS = frozenset({"value", "text"})


def unmasked(folder: Path, inputs: Sequence[Path] = ()) -> list[Fault]:
    """Each cell of the store and the exports in `folder` that holds personal data; see verify for `inputs`.

    Names beside a public role in their source stay where run.json says so. Raises StoreError when `folder` holds no dataset.
    """
    run, _ = run_of(folder)
    settings = run.get("settings", {})
    keep = bool(settings.get("keep_public_roles", True))
    faults = [] if settings.get("public") else [Fault(RUN, "", "the dataset was not made with --public")]
    with Store.read(folder) as store:
        rows = {of.name: [list(row) for row in store.rows(of.name)] for of in tables()}
    check = _Check(keep, _public_of(rows, roots_of(folder, run, inputs)) if keep else {})
    for of in tables():
        faults += shortened(list(check.table(of, rows[of.name], STORE_NAME)), f"{STORE_NAME} ({of.name})")
        for file, found in _exported(of, folder):
            label = f"{file} ({of.name})" if file == WORKBOOK else file
            faults += shortened(list(check.table(of, found, label)), label)
    faults += [
        Fault(RUN, name, f"holds personal data ({', '.join(kinds)})")
        for name, text in (("inputs", str(entry.get("folder", ""))) for entry in run.get("inputs", []))
        if (kinds := check.kinds(text, frozenset()))
    ]
    return faults


class _Check:
    """Looks at cells; the same text is looked at once."""

    def __init__(self, keep: bool, public: Mapping[str, frozenset[str]]) -> None:
        """`public` holds the names that stay, by report."""
        self._public = public
        self._keep = keep
        self.kinds = cache(self._kinds)

    def _kinds(self, text: str, public: frozenset[str]) -> tuple[str, ...]:
        """The kinds of personal data in a text."""
        found = find_personal(text, keep_public_roles=self._keep, public=public)
        return tuple(dict.fromkeys(place.kind for place in found))

    def table(self, of: Table, rows: Iterable[Sequence[Any]], label: str) -> Iterator[Fault]:
        """A fault for each cell of a table that holds personal data, named by row and column."""
        for number, row in enumerate(rows, 1):
            cells = dict(zip(of.names, row, strict=False))
            public = self._public.get(self._report_of(of, cells), frozenset())
            for column, cell in cells.items():
                if column in _HASHES:
                    continue
                kinds = self.kinds(_text(cell), public)
                if not kinds and _is_personal(of, column, cells) and not _is_hidden(_text(cell), public):
                    kinds = (str(cells.get("kind") or "person"),)
                if kinds:
                    name = str(row[0]) if of.key else f"row {number}"
                    yield Fault(
                        label, name, f"{column} holds personal data ({', '.join(kinds)}); make it with --public"
                    )

    def _report_of(self, of: Table, cells: Mapping[str, Any]) -> str:
        """What the names that stay are filed under: the report's id, for tags the lesson's."""
        return str(cells.get("report_id") or cells.get("lesson_id") or "")


def _text(cell: Any) -> str:
    """The words of a cell; `""` for numbers."""
    if isinstance(cell, list | tuple):
        return ";".join(map(str, cell))
    return cell if isinstance(cell, str) else ""


def _is_personal(of: Table, column: str, cells: Mapping[str, Any]) -> bool:
    """Whether the column, or the kind of the fact, says that the cell holds nothing but personal data."""
    if of.name == "facts":
        return column in _FACT_CELLS and cells.get("kind") in PERSONAL_KINDS
    return of.name == "reports" and column in _NAMES


def _is_hidden(text: str, public: Collection[str]) -> bool:
    return not text or MASK in text or is_public(text, public)


def _exported(of: Table, folder: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    """The rows of each export of a table; what cannot be read is a fault of `verify`."""
    readers = [(f"{of.name}.parquet", read_parquet), (f"{of.name}.csv", read_csv)]
    if of in workbook_tables():
        readers.append((WORKBOOK, read_sheet))
    for file, reader in readers:
        try:
            yield file, reader(folder / file, of)
        except (OSError, ValueError, KeyError, pa.ArrowException, csv.Error, zipfile.BadZipFile):
            continue


def _public_of(rows: Mapping[str, list[list[Any]]], roots: list[tuple[str, Path]]) -> dict[str, frozenset[str]]:
    """The names that stay, by report and by lesson, as the sources tell them; none where a source is gone."""
    named = {of.name: [dict(zip(of.names, row, strict=True)) for row in rows[of.name]] for of in tables()}
    public: dict[str, frozenset[str]] = {}
    for report in named["reports"]:
        found = content_of(str(report["source"]), roots)
        if found is None:
            continue
        try:
            read = read_bytes(*found, source=str(report["source"]), settings=Settings())
            public[str(report["report_id"])] = public_names(normalise(read).text)
        except PipelineError:  # named in `problems` when it was made
            continue
    for lesson in named["lessons"]:
        public[str(lesson["lesson_id"])] = public.get(str(lesson["report_id"]), frozenset())
    return public
