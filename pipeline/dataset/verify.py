"""The proof of a dataset: quotes against their sources, codes against their taxonomies, exports against the store."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.dataset.export import (
    RUN,
    WORKBOOK,
    csv_cell,
    export_files,
    is_unfinished,
    sha256_of,
)
from pipeline.dataset.masking import MASK
from pipeline.dataset.schema import Cell, Row, Table, tables
from pipeline.dataset.store import Store
from pipeline.dataset.workbook import LIST_JOIN, excel_text, workbook_tables
from pipeline.errors import PipelineError
from pipeline.ingest import archive, read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.records import NormalText, Report, ReportStatus, Settings
from pipeline.spans import Span

_MOST_OF_A_KIND = 20  # faults shown for one file or source: a wholly wrong file would bury the others


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a dataset that is not so: the file, the row and what is wrong."""

    file: str
    row: str  # id or number of the row; "" for the file as a whole
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {f'{self.row}: ' if self.row else ''}{self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and all that is wrong; no faults when the dataset holds."""

    reports: int
    quotes: int
    faults: tuple[Fault, ...]


def verify(folder: Path, inputs: Sequence[Path] = ()) -> Verified:
    """Everything that is wrong with the dataset in `folder`.

    `inputs` are the folders that the reports were read from, in the order of the run; those named in run.json when none is
    given. Raises StoreError when `folder` holds no dataset.
    """
    with Store.read(folder) as store:
        run, faults = run_of(folder)
        if is_unfinished(folder):
            faults.append(Fault(folder.name, "", "a run was stopped while it exported; run `lessons extract` again"))
        data = {of.name: [dict(zip(of.names, row, strict=True)) for row in store.rows(of.name)] for of in tables()}
        faults += _counts(data, run)
        own = run.get("settings", {}).get("taxonomy")
        faults += _codes(data, folder / own if own else None)
        masked = bool(run.get("settings", {}).get("public"))
        faults += _quotes(data, roots_of(folder, run, inputs), masked=masked)
        for of in tables():
            faults += _exports_of(of, list(store.rows(of.name)), folder)
        faults += _hashes(folder, run)
    return Verified(len(data["reports"]), len(data["lessons"]), tuple(faults))


# --- the run and its counts -------------------------------------------------------------------------------------------


def run_of(folder: Path) -> tuple[dict[str, Any], list[Fault]]:
    """What run.json says, and a fault when it cannot be read."""
    try:
        run: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return {}, [Fault(RUN, "", f"cannot be read ({error})")]
    return run, []


def _counts(data: Mapping[str, list[dict[str, Cell]]], run: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of numbers that do not agree with the rows they count, and of rows that belong to none."""
    for name, count in run.get("counts", {}).items():
        if count != len(data.get(name, ())):
            yield Fault(RUN, name, f"counts {count} rows, the store holds {len(data.get(name, ()))}")
    of_report = Counter(row["report_id"] for row in data["lessons"])
    for report in data["reports"]:
        if report["findings"] != of_report[report["report_id"]]:
            counted = of_report[report["report_id"]]
            yield Fault("reports", str(report["report_id"]), f"findings is {report['findings']}, lessons has {counted}")
    reports = {row["report_id"] for row in data["reports"]}
    lessons = {row["lesson_id"] for row in data["lessons"]}
    for name in ("lessons", "facts", "places"):
        for row in data[name]:
            if row["report_id"] not in reports:
                yield Fault(name, str(row.get("lesson_id") or ""), f"no report {row['report_id']}")
    for name in ("tags", "places"):
        for row in data[name]:
            if row["lesson_id"] is not None and row["lesson_id"] not in lessons:
                yield Fault(name, str(row["lesson_id"]), "no such lesson")
    yield from _tags_of_lessons(data)


def _tags_of_lessons(data: Mapping[str, list[dict[str, Cell]]]) -> Iterator[Fault]:
    """Faults of lessons whose lists of codes are not their accepted tags."""
    accepted: dict[tuple[Cell, Cell], list[str]] = defaultdict(list)
    for tag in data["tags"]:
        if tag["accepted"]:
            accepted[tag["lesson_id"], tag["scheme"]].append(str(tag["code"]))
    for lesson in data["lessons"]:
        for column, scheme in (("issues", ISSUE), ("sdh", SDH)):
            of_tags = accepted[lesson["lesson_id"], scheme]
            if tuple(of_tags) != lesson[column]:
                yield Fault("lessons", str(lesson["lesson_id"]), f"{column} is {lesson[column]}, tags accept {of_tags}")
        if [lesson["category"]] != accepted[lesson["lesson_id"], CATEGORY]:
            yield Fault("lessons", str(lesson["lesson_id"]), f"category {lesson['category']} is not the one of its tag")


def _codes(data: Mapping[str, list[dict[str, Cell]]], taxonomy: Path | None) -> Iterator[Fault]:
    """Faults of codes that no taxonomy knows; `taxonomy` is the folder of the user's own."""
    known = {scheme: frozenset(codes(scheme, taxonomy)) for scheme in (ISSUE, SDH, CATEGORY)}
    for tag in data["tags"]:
        if tag["code"] not in known.get(str(tag["scheme"]), ()):
            yield Fault("tags", str(tag["lesson_id"]), f"unknown code {tag['scheme']} {tag['code']}")
    for report in data["reports"]:
        for code in _list(report["issues"]):
            if code not in known[ISSUE]:
                yield Fault("reports", str(report["report_id"]), f"unknown code issue {code}")


def _list(cell: Cell) -> tuple[str, ...]:
    """The codes of a list cell."""
    return cell if isinstance(cell, tuple) else ()


# --- quotes against their sources -------------------------------------------------------------------------------------


def roots_of(folder: Path, run: Mapping[str, Any], inputs: Sequence[Path]) -> list[tuple[str, Path]]:
    """The input folders with the prefix that their files have in the dataset."""
    recorded = run.get("inputs", [])
    roots = [(str(entry["prefix"]), (folder / entry["folder"]).resolve()) for entry in recorded]
    if inputs:
        prefixes = [prefix for prefix, _ in roots] if len(inputs) == len(roots) else [""] * len(inputs)
        roots = list(zip(prefixes, inputs, strict=True))
    return roots


def content_of(source: str, roots: Iterable[tuple[str, Path]]) -> tuple[Path, bytes] | None:
    """Name and bytes of a source, which may stand in a zip; None when it is in none of the input folders."""
    for prefix, root in roots:
        name = source.removeprefix(f"{prefix}/") if prefix else source
        if prefix and name == source:
            continue
        path = root / name
        if path.is_file():
            return path, path.read_bytes()
        bundle = next((p for p in path.parents if p.suffix.lower() in archive.SUFFIXES and p.is_file()), None)
        if bundle:
            for member in archive.expand(bundle.read_bytes(), source=bundle.relative_to(root).as_posix()):
                if member.source == name and isinstance(member.content, bytes):
                    return Path(member.name), member.content
    return None


def _quotes(
    data: Mapping[str, list[dict[str, Cell]]], roots: list[tuple[str, Path]], *, masked: bool
) -> Iterator[Fault]:
    """Faults of quotes that do not stand where the dataset says; in a `masked` dataset a masked character is any other."""
    lessons, facts = defaultdict(list), defaultdict(list)
    for row in data["lessons"]:
        lessons[row["report_id"]].append(row)
    for row in data["facts"]:
        facts[row["report_id"]].append(row)
    for report in data["reports"]:
        if report["status"] == ReportStatus.UNREADABLE:
            continue
        source, faults = str(report["source"]), []
        found = content_of(source, roots)
        if found is None:
            faults = [Fault(source, "", "the source is not in the input folder; name it with --input FOLDER")]
        elif hashlib.sha256(found[1]).hexdigest() != report["sha256"]:
            faults = [Fault(source, "", "the source has changed since it was read; run `lessons extract` again")]
        else:
            rows = [("lessons", str(r["lesson_id"]), r) for r in lessons[report["report_id"]]]
            rows += [("facts", f"{source} {r['text_start']}", r) for r in facts[report["report_id"]]]
            faults = list(_quotes_of(source, *found, rows, masked=masked))
        yield from shortened(faults, source)


def _quotes_of(
    source: str, path: Path, data: bytes, rows: Iterable[tuple[str, str, dict[str, Cell]]], *, masked: bool
) -> Iterator[Fault]:
    """Faults of the quotes of one source, which is read and normalised again."""
    try:
        report = read_bytes(path, data, source=source, settings=Settings())
        normal = normalise(report)
    except PipelineError as error:
        yield Fault(source, "", f"cannot be read again: {error}")
        return
    for name, row_id, row in rows:
        for what in _wrong_with_quote(row, report, normal, _same_but_masks if masked else str.__eq__):
            yield Fault(name, row_id, f"{source}: {what}")


def _same_but_masks(there: str, quoted: str) -> bool:
    """Whether `quoted` is what stands there, with some characters masked.

    >>> _same_but_masks("โทร 081", "โทร ███"), _same_but_masks("โทร 081", "โทร ██"), _same_but_masks("โทร", "โท█ 1")
    (True, False, False)
    """
    return len(there) == len(quoted) and all(b in (a, MASK) for a, b in zip(there, quoted, strict=True))


def _wrong_with_quote(
    row: Mapping[str, Cell], report: Report, normal: NormalText, same: Callable[[str, str], bool]
) -> Iterator[str]:
    """What is wrong with the quote and the place of one row of lessons or facts; `same` compares the source with a cell."""
    start, end = row["text_start"], row["text_end"]
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(normal.text):
        yield f"the place [{start}, {end}) is not in the text"
        return
    span = Span(start, end)
    if not same(span.slice(normal.text), str(row["text"])):
        yield f"text {_shown(row['text'])} is not what stands there: {_shown(span.slice(normal.text))}"
    raw = normal.mapped.source_span(span)
    if report.addressable and (row["raw_start"], row["raw_end"]) != (raw.start, raw.end):
        yield f"raw place [{row['raw_start']}, {row['raw_end']}) should be [{raw.start}, {raw.end})"
    if not report.addressable and row["raw_start"] is not None:
        yield "has a raw place, which this format has not"
    if "raw_text" in row and not same(raw.slice(report.raw), str(row["raw_text"])):
        yield f"raw_text {_shown(row['raw_text'])} is not what stands there: {_shown(raw.slice(report.raw))}"
    if row.get("locator"):
        places = {block.locator for block in normal.blocks if block.span.overlaps(span)}
        if not any(same(place, str(row["locator"])) for place in places):
            yield f"locator {row['locator']} does not hold the quote, {', '.join(sorted(places)) or 'no block'} does"


def _shown(text: object) -> str:
    """`text` short enough for one line."""
    shown = " ".join(str(text).split())
    return f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"


# --- exports against the store ----------------------------------------------------------------------------------------


def _exports_of(of: Table, rows: list[Row], folder: Path) -> Iterator[Fault]:
    """Faults of the Parquet, the CSV and the sheet of one table."""
    readers: list[tuple[str, Callable[[Path], list[list[Any]]], Callable[[Cell], Any]]] = [
        (f"{of.name}.parquet", lambda path: read_parquet(path, of), lambda c: list(c) if isinstance(c, tuple) else c),
        (f"{of.name}.csv", lambda path: read_csv(path, of), csv_cell),
    ]
    if of in workbook_tables():
        readers.append((WORKBOOK, lambda path: read_sheet(path, of), _excel_cell))
    for file, reader, shape in readers:
        label = f"{file} ({of.name})" if file == WORKBOOK else file
        try:
            found = reader(folder / file)
        except (OSError, ValueError, KeyError, pa.ArrowException, csv.Error, zipfile.BadZipFile) as error:
            yield Fault(label, "", f"cannot be read ({error})")
            continue
        yield from shortened(list(_compared(of, [[shape(c) for c in row] for row in rows], found, label)), label)


def read_parquet(path: Path, of: Table) -> list[list[Any]]:
    """The rows of a Parquet file. Raises ValueError when its columns are not those of the table."""
    table = pq.read_table(path)
    if tuple(table.column_names) != of.names:
        raise ValueError(f"columns are {', '.join(table.column_names)}")
    return [list(row) for row in zip(*(table.column(name).to_pylist() for name in of.names), strict=True)]


def read_csv(path: Path, of: Table) -> list[list[Any]]:
    """The rows of a CSV file. Raises ValueError when its columns are not those of the table."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        csv.field_size_limit(2**31 - 1)
        header, *rows = csv.reader(stream)
    if tuple(header) != of.names:
        raise ValueError(f"columns are {', '.join(header)}")
    return rows


def read_sheet(path: Path, of: Table) -> list[list[Any]]:
    """The rows of a sheet of the workbook. Raises KeyError when the sheet is missing, ValueError for other columns."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        header, *rows = book[of.name].iter_rows(values_only=True)
    finally:
        book.close()
    if tuple(header) != of.names:
        raise ValueError(f"columns are {', '.join(map(str, header))}")
    return [[*row, *[None] * (len(of.names) - len(row))] for row in rows]


def _excel_cell(cell: Cell) -> Any:
    """`cell` as the workbook gives it back."""
    if isinstance(cell, tuple):
        cell = LIST_JOIN.join(cell)
    return excel_text(cell) or None if isinstance(cell, str) else cell


def _compared(of: Table, wanted: list[list[Any]], found: list[list[Any]], file: str) -> Iterator[Fault]:
    """Faults of rows of an export that differ from the store's, named by id and column."""
    if len(wanted) != len(found):
        yield Fault(file, "", f"{len(found)} rows, the store holds {len(wanted)}")
        if of.key == of.names[: len(of.key)]:
            has = {tuple(map(str, row[: len(of.key)])) for row in found}
            ids = [tuple(map(str, row[: len(of.key)])) for row in wanted]
            yield from (Fault(file, " ".join(row_id), "is missing") for row_id in ids if row_id not in has)
        return
    for number, (want, got) in enumerate(zip(wanted, found, strict=True), 1):
        for column, a, b in zip(of.names, want, got, strict=False):
            if not _same(a, b):
                name = str(want[0]) if of.key else f"row {number}"
                yield Fault(file, name, f"{column} is {_shown(b)}, the store holds {_shown(a)}")
        if len(want) != len(got):
            yield Fault(file, f"row {number}", f"{len(got)} cells for {len(want)} columns")


def _same(a: Any, b: Any) -> bool:
    """Whether two cells are equal; numbers to the 15 digits that Excel keeps."""
    if isinstance(a, float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-14, abs_tol=1e-14)
    return bool(a == b)


def _hashes(folder: Path, run: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of files that are not, byte for byte, what the run has written."""
    written = run.get("files", {})
    for name in export_files():
        path = folder / name
        if not path.is_file():
            yield Fault(name, "", "is missing")
        elif sha256_of(path) != written.get(name):
            yield Fault(name, "", "has been changed since the run wrote it")


def shortened(faults: list[Fault], label: str) -> Iterator[Fault]:
    """The first faults, and how many more there are."""
    yield from faults[:_MOST_OF_A_KIND]
    if len(faults) > _MOST_OF_A_KIND:
        yield Fault(label, "", f"and {len(faults) - _MOST_OF_A_KIND} more")
