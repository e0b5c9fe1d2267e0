"""The exports of a store: Parquet, CSV, Excel and the data package, always together, byte for byte the same."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dataset.schema import REFERENCES, Cell, ColumnRow, Row, Table, tables
from pipeline.dataset.store import Store
from pipeline.dataset.workbook import LIST_JOIN, write_workbook
from pipeline.errors import StoreError

WORKBOOK = "lessons.xlsx"
PACKAGE = "datapackage.json"
RUN = "run.json"

# A spreadsheet takes a cell that starts with one of these for a formula (OWASP, CSV injection); the wide forms count in
# East Asian settings. The apostrophe is guarded too, so that taking one away always gives the text back.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠'")
_STAGING = ".export"
_COMMIT = "COMMIT"

_ARROW: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "list": pa.list_(pa.string()),
}


def export_files() -> tuple[str, ...]:
    """The names of all exports but run.json."""
    return (*(f"{t.name}{suffix}" for t in tables() for suffix in (".parquet", ".csv")), WORKBOOK, PACKAGE)


def export(store: Store, folder: Path, run: Mapping[str, Any]) -> None:
    """Writes every export of `store` into `folder`: all of them or none.

    `run` becomes run.json, with the counts and the hash of each file added. The files are made in a folder of their own;
    a marker then says that they are complete, and only then do they take the place of the old ones. What a killed run
    leaves is finished by `finish_export` at the start of the next. Raises StoreError when a file cannot be written.
    """
    staging = folder / _STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        _write_all(store, staging, run)
        _write_text(staging / _COMMIT, "\n".join([*export_files(), RUN]))
    except OSError as error:
        raise StoreError(f"The exports cannot be written ({error}).", "Free disk space, then run again.") from error
    finish_export(folder)


def finish_export(folder: Path) -> bool:
    """Whether complete exports stood ready in `folder` and were put in place; incomplete ones are removed.

    Raises StoreError when a file cannot be replaced, as when Excel holds it open on Windows.
    """
    staging = folder / _STAGING
    if not staging.is_dir():
        return False
    complete = is_unfinished(folder)
    if complete:
        for path in sorted(p for p in staging.iterdir() if p.name != _COMMIT):
            try:
                path.replace(folder / path.name)
            except OSError as error:
                raise StoreError(
                    f"{folder / path.name} cannot be replaced ({error}).",
                    "Close the program that has it open, then run again.",
                ) from error
    shutil.rmtree(staging)
    return complete


def is_unfinished(folder: Path) -> bool:
    """Whether a run was stopped while it put its exports in place."""
    return (folder / _STAGING / _COMMIT).is_file()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def csv_cell(cell: Cell) -> str:
    """`cell` as it stands in CSV: lists joined by `;`, nothing for None, text that looks like a formula after an apostrophe.

    >>> csv_cell(("food", "tobacco")), csv_cell("=1+1"), csv_cell(-3), csv_cell(True)
    ('food;tobacco', "'=1+1", '-3', 'true')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, tuple):
        return LIST_JOIN.join(cell)
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
    return repr(cell)


def _write_all(store: Store, folder: Path, run: Mapping[str, Any]) -> None:
    """Writes every export into `folder`."""
    counts = {}
    rows_of = {of.name: list(store.rows(of.name)) for of in tables()}
    for of in tables():
        rows = rows_of[of.name]
        counts[of.name] = len(rows)
        write_parquet(of, rows, folder / f"{of.name}.parquet")
        write_csv(of, rows, folder / f"{of.name}.csv")
    write_workbook(rows_of, folder / WORKBOOK)
    _write_text(folder / PACKAGE, _json(data_package(folder)))
    hashes = {name: sha256_of(folder / name) for name in export_files()}
    _write_text(folder / RUN, _json({**run, "counts": counts, "files": hashes}))


def write_parquet(of: Table, rows: Iterable[Row], path: Path) -> None:
    """Writes a table as Parquet, lists as lists, each column with its description."""
    fields = [
        pa.field(c.name, _ARROW[c.type], nullable=not c.required, metadata={"en": c.en, "th": c.th}) for c in of.columns
    ]
    columns: list[tuple[Cell, ...]] = list(zip(*rows, strict=True)) or [()] * len(fields)
    arrays = [pa.array(_listed(cells), field.type) for cells, field in zip(columns, fields, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path, compression="zstd")


def write_csv(of: Table, rows: Iterable[Row], path: Path) -> None:
    """Writes a table as CSV: UTF-8 with the mark that Excel needs to see Thai, RFC 4180."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(of.names)
        writer.writerows([csv_cell(cell) for cell in row] for row in rows)


def data_package(folder: Path) -> dict[str, Any]:
    """The Frictionless description of the tables in `folder`: files, hashes, schema and data dictionary."""
    resources = []
    for of in tables():
        for suffix, more in (
            (".csv", {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}),
            (".parquet", {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}),
        ):
            path = folder / f"{of.name}{suffix}"
            resources.append(
                {
                    "name": of.name if suffix == ".csv" else f"{of.name}-parquet",
                    "type": "table",
                    "path": path.name,
                    "title": f"{of.title_en} · {of.title_th}",
                    **more,
                    "bytes": path.stat().st_size,
                    "hash": f"sha256:{sha256_of(path)}",
                    "schema": _table_schema(of),
                }
            )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "lessons",
        "title": "Lessons of community-health projects · บทเรียนโครงการสุขภาวะชุมชน",
        "resources": resources,
    }


def _table_schema(of: Table) -> dict[str, Any]:
    """The Frictionless table schema of a table."""
    schema: dict[str, Any] = {"fields": [_field(column) for column in of.columns], "missingValues": [""]}
    if of.key:
        schema["primaryKey"] = list(of.key)
    if of.name in REFERENCES:
        schema["foreignKeys"] = [
            {"fields": [field], "reference": {"resource": target, "fields": [field]}}
            for field, target in REFERENCES[of.name]
        ]
    return schema


def _field(column: ColumnRow) -> dict[str, Any]:
    """The Frictionless description of a column."""
    field: dict[str, Any] = {"name": column.name, "type": column.type, "description": f"{column.en} · {column.th}"}
    if column.type == "list":
        field |= {"delimiter": LIST_JOIN, "itemType": "string"}
    if column.required:
        field["constraints"] = {"required": True}
    field["example"] = column.example
    return field


def _listed(cells: Iterable[Cell]) -> Iterator[Any]:
    """Cells as Arrow takes them: tuples as lists."""
    return (list(cell) if isinstance(cell, tuple) else cell for cell in cells)


def _json(value: Any) -> str:
    """`value` as readable JSON, Thai as Thai."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write_text(path: Path, text: str) -> None:
    """Writes a text file and waits until it is on the disk."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
