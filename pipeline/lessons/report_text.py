"""The text of a report with what was found in it, each finding at its place: what is shown, and what spaCy is given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.dataset.verify import content_of, roots_of
from pipeline.errors import StoreError, UsageError
from pipeline.ingest import read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.lessons.dataset import Dataset, LessonRow, ReportRow
from pipeline.records import Settings
from pipeline.spans import Span

_BETWEEN_QUOTES = "\n…\n"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A stretch of a report's text with its codes."""

    span: Span  # in ReportText.text
    category: str
    key: str = ""  # lesson_id; "" for a label that a person gave
    issues: tuple[str, ...] = ()
    sdh: tuple[str, ...] = ()
    confidence: float | None = None  # 0 to 1; None where nothing was decided by the pipeline
    because: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class ReportText:
    """A report's normalised text and the highlights in it, in order."""

    source: str
    text: str
    highlights: tuple[Highlight, ...]
    title: str = ""
    report_id: str = ""
    focus: str = ""  # key of the one highlight that is asked for; "" for all

    def part(self, around: int) -> ReportText:
        """The lines that reach up to `around` characters before and behind the highlight in focus; all without a focus."""
        asked = [h.span for h in self.highlights if h.key == self.focus]
        if not self.focus or not asked:
            return self
        start = self.text.rfind("\n", 0, max(asked[0].start - around, 0)) + 1
        end = self.text.find("\n", min(asked[0].end + around, len(self.text)))
        whole = Span(start, len(self.text) if end < 0 else end)
        inside = tuple(
            replace(h, span=h.span.shift(-start))
            for h in self.highlights
            if whole.contains(h.span) or h.span == asked[0]
        )
        return ReportText(self.source, whole.slice(self.text), inside, self.title, self.report_id, self.focus)


def read_report(dataset: Dataset, run: Mapping[str, Any], key: str) -> ReportText:
    """The text of a report of a dataset; `key` is its report_id or source, or the lesson_id of one of its lessons.

    `run` is run.json, which knows where the reports lie. Of a dataset made with --public only the masked quotes are shown, as the source
    itself holds personal data. Raises UsageError for an unknown key, StoreError when the source has moved or changed since.
    """
    row, focus = _named_report(dataset, key)
    lessons = [lesson for lesson in dataset.lessons if lesson.report_id == row.report_id]
    title = row.title or row.project_name or ""
    if run.get("settings", {}).get("public"):
        text, spans = _quotes_only(lessons)
    else:
        text, spans = _source_text(dataset, run, row), [Span(one.text_start, one.text_end) for one in lessons]
    highlights = tuple(_highlight(one, span) for one, span in zip(lessons, spans, strict=True))
    return ReportText(row.source, text, highlights, title, row.report_id, focus)


def _named_report(dataset: Dataset, key: str) -> tuple[ReportRow, str]:
    """The report that `key` names, and the lesson in focus."""
    if key in dataset.by_id:
        return dataset.reports[dataset.by_id[key].report_id], key
    for row in dataset.reports.values():
        if key in (row.report_id, row.source):
            return row, ""
    raise UsageError(f"The dataset knows no report or lesson {key!r}.", "Take an id or a source from its tables.")


def _source_text(dataset: Dataset, run: Mapping[str, Any], row: ReportRow) -> str:
    """The normalised text of a report, from its source."""
    found = content_of(row.source, roots_of(dataset.folder, run, ()))
    if found is None:
        raise StoreError(f"{row.source} is no longer where it was read from.", "Put it back, or extract again.")
    path, data = found
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise StoreError(f"{row.source} has changed since it was read.", "Run `lessons extract` again.")
    return normalise(read_bytes(path, data, source=row.source, settings=Settings())).text


def _quotes_only(lessons: Sequence[LessonRow]) -> tuple[str, list[Span]]:
    """The quotes of lessons one after another, and their places."""
    text, spans = "", []
    for lesson in lessons:
        spans.append(Span(len(text), len(text) + len(lesson.text)))
        text += lesson.text + _BETWEEN_QUOTES
    return text, spans


def _highlight(lesson: LessonRow, span: Span) -> Highlight:
    """A lesson at its place."""
    return Highlight(
        span,
        lesson.category,
        lesson.lesson_id,
        lesson.issues,
        lesson.sdh,
        lesson.confidence,
        lesson.because,
        lesson.locator or "",
    )


def disjoint(highlights: Iterable[Highlight]) -> list[Highlight]:
    """The highlights in reading order without overlaps: what an earlier or longer one covers is cut off the later."""
    found: list[Highlight] = []
    at = 0
    for one in sorted(highlights, key=lambda h: (h.span.start, -h.span.end, h.category)):
        if one.span.end > at:
            found.append(replace(one, span=Span(max(one.span.start, at), one.span.end)))
            at = one.span.end
    return found
