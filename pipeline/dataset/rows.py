"""One report's result as rows of the dataset's tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.dataset.schema import Cell, Row, table
from pipeline.records import Fact, Lesson, Place, Problem, ReportResult, Tag
from pipeline.spans import Span


def rows_of(result: ReportResult) -> dict[str, list[Row]]:
    """The rows of each table that `result` yields, cells in the order of the table's columns.

    An empty text becomes None where the column is not required, so that "no data" looks the same in every table.
    """
    lessons = result.lessons
    return {
        "lessons": [_row("lessons", _lesson(result, lesson)) for lesson in lessons],
        "tags": [_row("tags", cells) for lesson in lessons for cells in _tags(lesson)],
        "reports": [_row("reports", _report(result))],
        "facts": [_row("facts", _fact(result.report_id, fact, raw)) for fact, raw in result.facts],
        "places": [_row("places", cells) for cells in _places(result)],
        "problems": [_row("problems", _problem(problem)) for problem in result.problems],
    }


def problem_row(problem: Problem) -> Row:
    """The row of `problem` in the table of problems."""
    return _row("problems", _problem(problem))


def accepted(tags: tuple[Tag, ...], scheme: str) -> tuple[str, ...]:
    """The accepted codes of `scheme` among `tags`, in their order."""
    return tuple(tag.code for tag in tags if tag.scheme == scheme and tag.accepted)


def _row(name: str, cells: dict[str, Cell]) -> Row:
    """`cells` in the order of the columns of table `name`. Raises ValueError for a missing required cell."""
    row: list[Cell] = []
    for column in table(name).columns:
        cell = cells[column.name]
        if cell == "" and not column.required:
            cell = None
        if cell is None and column.required:
            raise ValueError(f"{column.id} lacks a value")
        row.append(cell)
    return tuple(row)


def _ends(span: Span | None) -> tuple[int | None, int | None]:
    """Start and end of `span`; two None for none."""
    return (span.start, span.end) if span else (None, None)


def _lesson(result: ReportResult, lesson: Lesson) -> dict[str, Cell]:
    """The cells of one row of `lessons`."""
    finding = lesson.finding
    raw_start, raw_end = _ends(lesson.raw_span)
    return {
        "lesson_id": lesson.lesson_id,
        "report_id": result.report_id,
        "source": result.source,
        "category": finding.category,
        "status": finding.status.value,
        "text": lesson.text,
        "raw_text": lesson.raw_text,
        "raw_start": raw_start,
        "raw_end": raw_end,
        "locator": lesson.locator,
        "section": finding.section,
        "confidence": _rounded(finding.confidence),
        "decided_by": finding.decided_by,
        "because": finding.because,
        "issues": accepted(lesson.tags, ISSUE),
        "sdh": accepted(lesson.tags, SDH),
        "project_code": lesson.project_code,
        "year_ce": lesson.year_ce,
        "province": lesson.province,
        "district": lesson.district,
        "subdistrict": lesson.subdistrict,
        "text_start": finding.span.start,
        "text_end": finding.span.end,
    }


def _tags(lesson: Lesson) -> Iterator[dict[str, Cell]]:
    """The cells of the rows of `tags` of one lesson: its category first, then issues and themes as they came."""
    finding = lesson.finding
    own = Tag(CATEGORY, finding.category, finding.confidence, True, finding.decided_by, finding.because)
    for tag in chain([own], lesson.tags):
        yield {
            "lesson_id": lesson.lesson_id,
            "scheme": tag.scheme,
            "code": tag.code,
            "score": _rounded(tag.score),
            "accepted": tag.accepted,
            "decided_by": tag.decided_by,
            "because": tag.because,
        }


def _report(result: ReportResult) -> dict[str, Cell]:
    """The cells of the row of `reports`."""
    project = result.facts_of_project
    return {
        "report_id": result.report_id,
        "source": result.source,
        "sha256": result.sha256,
        "media_type": result.media_type,
        "encoding": result.encoding,
        "genre": result.genre,
        "title": project.title,
        "project_name": project.project_name,
        "project_code": project.project_code,
        "organisation": project.organisation,
        "reporter": project.reporter,
        "responsible_person": project.responsible_person,
        "budget_baht": project.budget_baht,
        "period_start": project.period_start,
        "period_end": project.period_end,
        "report_date": project.report_date,
        "year_be": project.year_be,
        "health_zone": project.health_zone,
        "issues": result.issues,
        "damage": _rounded(result.damage),
        "status": result.status.value,
        "units": result.units,
        "findings": len(result.lessons),
        "silences": tuple(f"{field}={kind}" for field, kind in project.silences),
    }


def _fact(report_id: str, fact: Fact, raw: Span | None) -> dict[str, Cell]:
    """The cells of one row of `facts`."""
    raw_start, raw_end = _ends(raw)
    return {
        "report_id": report_id,
        "kind": fact.kind,
        "value": fact.value,
        "unit": fact.unit,
        "text": fact.text or fact.value,
        "raw_start": raw_start,
        "raw_end": raw_end,
        "role": fact.role,
        "check": fact.check,
        "text_start": fact.span.start,
        "text_end": fact.span.end,
    }


def _places(result: ReportResult) -> Iterator[dict[str, Cell]]:
    """The cells of the rows of `places`: those of the report, then those of its lessons."""
    named: list[tuple[str | None, Place, Span | None]] = [(None, place, raw) for place, raw in result.places]
    raw_of = dict(result.places)
    named += [(lesson.lesson_id, place, raw_of.get(place)) for lesson in result.lessons for place in lesson.places]
    for lesson_id, place, raw in named:
        yield _place(result.report_id, lesson_id, place, raw)


def _place(report_id: str, lesson_id: str | None, place: Place, raw: Span | None) -> dict[str, Cell]:
    """The cells of one row of `places`."""
    raw_start, raw_end = _ends(raw)
    return {
        "report_id": report_id,
        "lesson_id": lesson_id,
        "level": place.level,
        "name_th": place.name_th,
        "code": place.code,
        "raw_start": raw_start,
        "raw_end": raw_end,
        "conflict": place.conflict,
    }


def _problem(problem: Problem) -> dict[str, Cell]:
    """The cells of one row of `problems`."""
    return {
        "source": problem.source,
        "stage": problem.stage,
        "reason": problem.reason,
        "remedy": problem.remedy,
    }


def _rounded(score: float) -> float:
    """`score` to six places: the same digits on every machine, in every export."""
    return round(float(score), 6)
