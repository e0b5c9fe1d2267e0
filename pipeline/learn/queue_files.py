"""The labelling queue as files that people open: Excel, CSV, JSON lines, or an annotation tool; and the labelled rows read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.dataset.workbook import LIST_JOIN, excel_text
from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.gold import Gold, GoldReport
from pipeline.evaluate.labels import GoldSpan, Source
from pipeline.exchange import export_gold
from pipeline.learn.candidates import NOTHING, Roots
from pipeline.learn.queue import QueueRow, reason_rows
from pipeline.records import State
from pipeline.resources import load_table
from pipeline.spans import Span

COLUMNS = "queue_columns.tsv"
JSONL, CSV, XLSX = ".jsonl", ".csv", ".xlsx"
SUFFIXES = (JSONL, CSV, XLSX)
# What a person fills in; all others come from the queue.
CATEGORY_GIVEN, ISSUES_GIVEN, SDH_GIVEN, NOTE = "label_category", "label_issues", "label_sdh", "label_note"
# In a label column: the suggestion is right · there is none.
AGREED = frozenset({"ok", "ใช่", "="})
NONE_GIVEN = frozenset({NOTHING, "ไม่มี", "ไม่ใช่", "-"})
_FIXED_DAY = datetime(1980, 1, 1)  # a workbook without a clock


class QueueError(PipelineError):
    """A labelled queue that cannot be taken: file, row and what is wrong."""


@dataclass(frozen=True, slots=True)
class QueueColumn:
    """A row of `data/queue_columns.tsv`: a column of the queue with its Thai heading and its width in characters."""

    id: str
    th: str
    en: str
    width: int
    source: str


@cache
def queue_columns() -> tuple[QueueColumn, ...]:
    """The columns of the queue in their order."""
    return load_table(COLUMNS, QueueColumn)


def write_queue(rows: Sequence[QueueRow], path: Path) -> None:
    """Writes the queue by the suffix of `path`: .xlsx, .csv or .jsonl. Raises UsageError for another suffix."""
    suffix = path.suffix.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == JSONL:
        lines = [json.dumps(_record(row), ensure_ascii=False) + "\n" for row in rows]
        path.write_text("".join(lines), encoding="utf-8", newline="\n")
    elif suffix == CSV:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_heading(column) for column in queue_columns())
            writer.writerows([_csv_cell(cell) for cell in _cells(row)] for row in rows)
    elif suffix == XLSX:
        _write_workbook(rows, path)
    else:
        raise UsageError(f"{path.name}: no form of a queue.", f"Name a file that ends in {', '.join(SUFFIXES)}.")


def _record(row: QueueRow) -> dict[str, Any]:
    """A row with its empty label columns, as JSON holds it."""
    values = {**asdict(row), CATEGORY_GIVEN: "", ISSUES_GIVEN: "", SDH_GIVEN: "", NOTE: ""}
    return {column.id: values[column.id] for column in queue_columns()}


def _cells(row: QueueRow) -> list[str]:
    """A row as text, lists joined."""
    found = []
    for name, value in _record(row).items():
        if name == "reason":
            value = reason_rows()[row.reason].name_th
        found.append(LIST_JOIN.join(value) if isinstance(value, list | tuple) else str(value))
    return found


def _csv_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _heading(column: QueueColumn) -> str:
    """What stands above a column: for people, and in brackets for the way back."""
    return f"{column.th} ({column.id})"


def _write_workbook(rows: Sequence[QueueRow], path: Path) -> None:
    """The queue as a workbook: label columns coloured, categories to choose from, codes explained on a second sheet."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "lessons queue", "created": _FIXED_DAY})
        look = {"text_wrap": True, "valign": "top", "font_name": "TH Sarabun New", "font_size": 14}
        body, head = book.add_format(look), book.add_format({**look, "bold": True, "bg_color": "#DDEBF7"})
        given = book.add_format({**look, "bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF"})
        sheet = book.add_worksheet("คิว")
        codes = list(_explained())
        for at, column in enumerate(queue_columns()):
            sheet.set_column(at, at, column.width, body)
            sheet.write_string(0, at, _heading(column), head)
            for number, row in enumerate(rows, 1):
                sheet.write_string(number, at, excel_text(_cells(row)[at]), given if _is_given(column) else body)
            if column.id == CATEGORY_GIVEN and rows:
                choices = ["ok", NOTHING, *(code for scheme, code, _, _ in codes if scheme == CATEGORY)]
                sheet.data_validation(1, at, len(rows), at, {"validate": "list", "source": choices})
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(queue_columns()) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        guide = book.add_worksheet("รหัส")
        for at, (title, width) in enumerate((("ชุด", 10), ("รหัส", 32), ("ชื่อ", 36), ("คำอธิบาย", 90))):
            guide.set_column(at, at, width, body)
            guide.write_string(0, at, title, head)
        for number, line in enumerate(codes, 1):
            for at, cell in enumerate(line):
                guide.write_string(number, at, excel_text(cell), body)
        guide.freeze_panes(1, 0)


def _is_given(column: QueueColumn) -> bool:
    """Whether people fill the column in."""
    return column.id in {CATEGORY_GIVEN, ISSUES_GIVEN, SDH_GIVEN, NOTE}


def _explained() -> Iterator[tuple[str, str, str, str]]:
    """(scheme, code, Thai name, Thai definition) of every code, then of the kinds of passages that are no finding."""
    for scheme in (CATEGORY, ISSUE, SDH):
        for concept in load(scheme).concepts:
            if concept.selectable:
                yield scheme, concept.id, concept.name_th, concept.definition_th
    for kind in load_codes().negatives.values():
        if kind.family == "whole":
            yield NOTHING, kind.id, "", kind.definition


# --- tools ------------------------------------------------------------------------------------------------------------


def export_queue(rows: Sequence[QueueRow], path: Path, format: str, roots: Roots) -> int:
    """The number of passages written as suggestions into the file of an annotation tool; one task is one report.

    Raises UsageError for an unknown format, and where the reports lie below several folders.
    """
    folders = {root for _, root in roots}
    if len(folders) != 1:
        raise UsageError("The reports lie in several folders.", "Name their common folder with --reports.")
    (reports,) = folders
    names = sorted({row.source for row in rows})
    listed = []
    for name in names:
        source = Source(reports / name, name)
        listed.append(
            GoldReport(name, source.report.sha256, "raw" if source.report.addressable else "text", "", partial=True)
        )
    spans = sorted((_suggested(row) for row in rows), key=lambda span: (span.report, span.start, span.end))
    return export_gold(Gold(tuple(listed), tuple(spans), ()), path, format, reports=reports)


def _suggested(row: QueueRow) -> GoldSpan:
    """A row as a labelled span, its reason as the note; what is suggested to be nothing goes in as text that states no finding."""
    nothing = row.category == NOTHING
    return GoldSpan(
        row.source,
        row.start,
        row.end,
        row.text,
        None if nothing else row.category,
        None if nothing else str(State.ACHIEVED),
        None if nothing else row.issues,
        None if nothing else row.sdh,
        negative=_plain_negative() if nothing else None,
        note=f"{reason_rows()[row.reason].name_th}: {row.why}",
    )


def _plain_negative() -> str:
    """The kind of passage that stands for "no finding" in tools, which need a label: the first that is not planned, told or negated."""
    return next(k.id for k in load_codes().negatives.values() if k.family == "whole" and k.status == State.ACHIEVED)


# --- back -------------------------------------------------------------------------------------------------------------


def read_labelled_queue(path: Path, reports: Path, *, reader: str) -> tuple[GoldSpan, ...]:
    """The labelled rows of a queue as spans of the gold; rows without an answer are left out.

    `label_category`: a code or its Thai name, a kind of passage that is no finding (plan, background …), `none`, or `ok` for the suggestion.
    `label_issues`, `label_sdh`: codes with ";" between them, `none`, `ok`; left empty they are not looked at. Raises QueueError for a row
    that cannot be taken, UsageError for another kind of file.
    """
    sources: dict[str, Source] = {}
    spans = []
    for number, row in _read_rows(path):
        if not row.get(CATEGORY_GIVEN, "").strip():
            continue
        try:
            spans.append(_answered(row, reports, sources, reader))
        except (KeyError, ValueError, PipelineError) as error:
            raise QueueError(f"{path.name}, row {number}: {error}.", "Correct the row.") from error
    return tuple(sorted(spans, key=lambda span: (span.report, span.start, span.end)))


def _read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(number, row) of a queue file, all cells as text."""
    suffix = path.suffix.lower()
    try:
        if suffix == JSONL:
            for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
                if line.strip():
                    yield number, {key: _as_text(value) for key, value in json.loads(line).items()}
        elif suffix == CSV:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                yield from _under_headings(list(csv.reader(stream)))
        elif suffix == XLSX:
            book = openpyxl.load_workbook(path, read_only=True)
            yield from _under_headings([[_as_text(cell) for cell in row] for row in book.worksheets[0].values])
        else:
            raise UsageError(f"{path.name}: no form of a queue.", f"Name a file that ends in {', '.join(SUFFIXES)}.")
    except (OSError, ValueError, KeyError) as error:
        raise QueueError(f"{path.name} cannot be read ({error}).", "Name the queue that was labelled.") from error


def _as_text(value: object) -> str:
    """A cell as text."""
    if value is None:
        return ""
    return LIST_JOIN.join(map(str, value)) if isinstance(value, list) else str(value)


def _under_headings(lines: Sequence[Sequence[str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """(number, row) of lines under a line of headings. Raises ValueError where a heading is missing."""
    if not lines:
        return
    names = [heading.rpartition("(")[2].rstrip(")") for heading in lines[0]]
    missing = {"source", "start", "end", "text", CATEGORY_GIVEN} - set(names)
    if missing:
        raise ValueError(f"no column {', '.join(sorted(missing))}")
    for number, line in enumerate(lines[1:], 2):
        if any(line):
            yield number, dict(zip(names, line, strict=False))


def _answered(row: Mapping[str, str], reports: Path, sources: dict[str, Source], reader: str) -> GoldSpan:
    """The span of a row. Raises KeyError, ValueError or PipelineError for what is wrong with it."""
    name, place = row["source"], Span(int(row["start"]), int(row["end"]))
    path = reports / name
    if not path.resolve().is_relative_to(reports.resolve()) or not path.is_file():
        raise UsageError(f"there is no report {name!r}", f"Put it below {reports}.")
    if name not in sources:
        sources[name] = Source(path, name)
    text = sources[name].text_at(place)
    quoted = row["text"].removeprefix("'")
    if " ".join(excel_text(text).split()) != quoted:
        raise ValueError(f"{quoted[:40]!r} does not stand at its place in {name}")
    category, negative = _category(row[CATEGORY_GIVEN], row)
    status = str(State.ACHIEVED) if category else None
    if negative:
        status = load_codes().negatives[negative].status or None
    codes = load_codes()
    return GoldSpan(
        name,
        place.start,
        place.end,
        text,
        category,
        status,
        _codes(row.get(ISSUES_GIVEN, ""), row["issues"], codes.issues) if category else None,
        _codes(row.get(SDH_GIVEN, ""), row["sdh"], codes.themes) if category else None,
        negative=negative,
        labelled_by=reader,
        note=row.get(NOTE, ""),
    )


def _category(given: str, row: Mapping[str, str]) -> tuple[str | None, str | None]:
    """(category, kind of negative) of an answer. Raises ValueError for one that is neither."""
    word = given.strip()
    if word.lower() in AGREED:
        word = row["category"]
    if word.lower() in NONE_GIVEN:
        return None, None
    codes = load_codes()
    named = {concept.name_th: concept.id for concept in load(CATEGORY).concepts}
    word = named.get(word, word)
    if word in codes.categories:
        return word, None
    if word in codes.negatives and codes.negatives[word].family == "whole":
        return None, word
    raise ValueError(f"{given!r} is no category; known: {', '.join(codes.categories)}, {NOTHING}, ok")


def _codes(given: str, suggested: str, known: Sequence[str]) -> tuple[str, ...] | None:
    """The codes of an answer; None where nothing was answered. Raises CodeError for an unknown one."""
    word = given.strip()
    if not word:
        return None
    if word.lower() in NONE_GIVEN:
        return ()
    listed: Iterable[str] = (suggested if word.lower() in AGREED else word).split(LIST_JOIN)
    return load_codes().in_order(known, [code.strip() for code in listed if code.strip()])
