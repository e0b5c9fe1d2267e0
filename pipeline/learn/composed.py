"""Labelled passages and sections that were composed for training alone (corpus/passages): they are learnt from and never scored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.evaluate.codes import CodeError, Codes, load_codes
from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.matching import Letters
from pipeline.evaluate.readings import Labelled, Reading, normal_span
from pipeline.ingest.normalise import normalise
from pipeline.ingest.text import read
from pipeline.learn.arguments import COMPOSED
from pipeline.records import Settings, State
from pipeline.segment import segment
from pipeline.spans import Span

SECTIONS = "sections*.jsonl"
WHOLE = "reports*.jsonl"  # whole reports, one line for each section
PASSAGES = "hand*.jsonl"
ARGUABLE = "?"  # before a category that another careful reader would not give
# How a part of a section that is no finding is marked, and the kind of hard negative it is.
_NEGATIVES = {"!planned": "plan", "!background": "background", "!negated": "negated", "!activity": "activity_only"}
_NOT_SAID = {State.ACHIEVED.value: "activity_only", "planned": "plan", "background": "background", "negated": "negated"}


class ComposedError(PipelineError):
    """A faulty line of a file of composed passages: file, line, what is wrong."""


@dataclass(frozen=True, slots=True)
class ComposedPassage:
    """A passage that stands alone, with its labels; one of several categories has them all in `categories`."""

    name: str
    text: str
    heading: str
    categories: tuple[str, ...]
    gold: GoldSpan


def load_passages(folder: Path = COMPOSED) -> tuple[ComposedPassage, ...]:
    """The passages of a folder, in the order of their files; none when there is no folder. Raises ComposedError for a faulty line."""
    return tuple(_passage(row, where) for row, where in _rows(folder, PASSAGES))


def load_sections(folder: Path = COMPOSED) -> tuple[tuple[Reading, str], ...]:
    """The sections of a folder as the pipeline reads them, each with the name of its project. Raises ComposedError for a faulty line."""
    return tuple(
        (_reading(row.get("id", where), [(row, where)]), str(row.get("title", "")))
        for row, where in _rows(folder, SECTIONS)
    )


def load_reports(folder: Path = COMPOSED, files: Path | None = None) -> tuple[tuple[Reading, str], ...]:
    """The whole reports of a folder as the pipeline reads them, each with the name of its project. Raises ComposedError for a faulty line.

    The lines of a report follow each other and bear its number and their own ("s16-001-1", "s16-001-2"). Into the folder `files` each report is
    written as a text file, so that it can be extracted from as any other.
    """
    reports = groupby(_rows(folder, WHOLE), key=lambda line: str(line[0].get("id", line[1])).rpartition("-")[0])
    return tuple(
        (_reading(name, held, files), str(held[0][0].get("title", "")))
        for name, lines in reports
        if (held := list(lines))
    )


def count_composed(folder: Path = COMPOSED) -> int:
    """How many passages and sections a folder holds."""
    return sum(1 for files in (PASSAGES, SECTIONS, WHOLE) for _ in _rows(folder, files))


def _rows(folder: Path, pattern: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The lines of the files, each with its place."""
    for path in sorted(folder.glob(pattern)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}, line {number}"
            try:
                yield json.loads(line), where
            except ValueError as error:
                raise ComposedError(f"{where}: this is not JSON.", "Mend the line.") from error


def _passage(row: Mapping[str, Any], where: str) -> ComposedPassage:
    """A passage with its labels."""
    codes = load_codes()
    try:
        categories = codes.in_order(codes.categories, row["categories"])
        issues, sdh = codes.in_order(codes.issues, row["issues"]), codes.in_order(codes.themes, row["sdh"])
        text = row["text"]
        kind = None if categories else _NOT_SAID[row["status"]]
    except (CodeError, KeyError, TypeError) as error:
        raise ComposedError(f"{where}: {error}.", "Mend the line: corpus/passages/README.md.") from error
    category = categories[0] if categories else None
    status = State.ACHIEVED.value if categories else row["status"]
    gold = GoldSpan(row["id"], 0, len(text), text, category, status, issues, sdh, alt=categories[1:], negative=kind)
    return ComposedPassage(row["id"], text, row.get("heading") or "", categories, gold)


def _reading(name: str, rows: Sequence[tuple[Mapping[str, Any], str]], files: Path | None = None) -> Reading:
    """Sections read as one text file, which is written into the folder `files`: each with its heading, and below it its parts."""
    codes = load_codes()
    text = ""
    golds = []
    for row, where in rows:
        text += "\n" if text and not text.endswith("\n") else ""
        heading = row.get("heading") or ""
        text += f"{heading}\n" if heading else ""
        try:
            for label, part in row["parts"]:
                if label:
                    golds.append(_span(name, label, part, len(text), codes))
                text += part
        except (CodeError, KeyError, TypeError, ValueError) as error:
            raise ComposedError(f"{where}: {error}.", "Mend the line: corpus/passages/README.md.") from error
    path = Path("section.txt")
    if files is not None:
        path = files / f"{name}.txt"
        path.write_text(text, encoding="utf-8", newline="")
    report = read(path, text.encode("utf-8"), source=name, settings=Settings())
    normal = normalise(report)
    letters = Letters(normal.text)
    labels = []
    for gold in golds:
        span = normal_span(report, normal, gold.span, raw=True)
        labels.append(Labelled(gold, span, letters.place(span)))
    return Reading(name, path, files or Path(), normal, segment(normal), tuple(labels))


def _span(name: str, label: str, part: str, at: int, codes: Codes) -> GoldSpan:
    """A labelled part, without the blanks at its edges."""
    first, issues, themes = (*label.split("|"), "", "")[:3]
    arguable = first.startswith(ARGUABLE)
    given = codes.in_order(codes.issues, [code for code in issues.split("+") if code])
    sdh = codes.in_order(codes.themes, [code for code in themes.split("+") if code])
    inner = part.strip()
    start = at + len(part) - len(part.lstrip())
    place = Span(start, start + len(inner))
    if first in _NEGATIVES:
        kind = _NEGATIVES[first]
        status = codes.negatives[kind].status
        return GoldSpan(name, place.start, place.end, inner, None, status, given, sdh, negative=kind)
    category, *alt = (codes.full(codes.categories, code) for code in first.removeprefix(ARGUABLE).split("+"))
    achieved = State.ACHIEVED.value
    return GoldSpan(
        name, place.start, place.end, inner, category, achieved, given, sdh, alt=tuple(alt), arguable=arguable
    )
