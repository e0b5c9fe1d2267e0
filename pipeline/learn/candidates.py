"""Passages that a person might label next: the lessons of a dataset, what a second opinion finds beside them, doubtful labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tqdm import tqdm

from pipeline.classify.model import RULES
from pipeline.classify.taxonomy import CATEGORY
from pipeline.dataset.verify import content_of
from pipeline.errors import PipelineError, UsageError
from pipeline.ingest import read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.lessons.dataset import Dataset, LessonRow, TagRow
from pipeline.process import process
from pipeline.records import Lesson, NormalText, Problem, Report, Settings, State, content_id
from pipeline.spans import Span

# Order of the reasons in the queue; what they are called stands in data/queue_reasons.tsv.
DOUBT, RARE, DISAGREEMENT, LABEL_ERROR, RANDOM = "doubt", "rare", "disagreement", "label_error", "random"
NOTHING = "none"  # what stands for a category where there is none

Roots = Sequence[tuple[str, Path]]  # input folders, each with the prefix of its files in the dataset


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one code on a candidate, 0 to 1."""

    scheme: str
    code: str
    score: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate should be labelled: a row of data/queue_reasons.tsv, how much it speaks for it, and what its text is filled with."""

    id: str
    strength: float
    group: str  # reasons of one kind take turns by their groups: the rare code, the way of disagreeing
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage at its place in the normalised text, with the codes suggested for it and the reasons to label it."""

    id: str
    source: str
    span: Span
    text: str
    category: str  # "none" where no finding is suggested
    confidence: float
    decided_by: str
    scores: tuple[Score, ...] = ()
    locator: str = ""
    section: str = ""
    reasons: tuple[Reason, ...] = ()

    def codes(self, scheme: str) -> tuple[str, ...]:
        """The suggested codes of a scheme."""
        return tuple(score.code for score in self.scores if score.scheme == scheme and score.accepted)

    def with_reason(self, reason: Reason) -> Candidate:
        """The candidate with one reason more."""
        return replace(self, reasons=(*self.reasons, reason))


def lessons_of(dataset: Dataset) -> list[Candidate]:
    """The achieved lessons of a dataset, by source and place."""
    tags: dict[str, list[TagRow]] = {}
    for tag in dataset.tags:
        tags.setdefault(tag.lesson_id, []).append(tag)
    rows = [row for row in dataset.lessons if row.status == State.ACHIEVED]
    return sorted((_of_row(row, tags.get(row.lesson_id, ())) for row in rows), key=_place)


def _place(candidate: Candidate) -> tuple[str, Span, str]:
    """Order of candidates in reading."""
    return candidate.source, candidate.span, candidate.category


def _of_row(row: LessonRow, tags: Iterable[TagRow]) -> Candidate:
    """The candidate of a lesson."""
    scores = tuple(
        Score(tag.scheme, tag.code, tag.score, tag.accepted)
        for tag in sorted(tags, key=lambda tag: (tag.scheme, -tag.score, tag.code))
        if tag.scheme != CATEGORY
    )
    return Candidate(
        row.lesson_id,
        row.source,
        Span(row.text_start, row.text_end),
        row.text,
        row.category,
        row.confidence,
        row.decided_by,
        scores,
        row.locator or "",
        row.section or "",
    )


def second_opinion(
    candidates: Sequence[Candidate], sources: Iterable[str], roots: Roots, model: str
) -> tuple[list[Candidate], list[Problem]]:
    """The candidates with the disagreements that another decider has, and what that one finds beside them; what it could not read.

    `model` decides ("rules", "fast", a folder …) over the `sources`, which lie below `roots`; members of a zip are left out.
    """
    by_source: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_source.setdefault(candidate.source, []).append(candidate)
    found: list[Candidate] = []
    problems: list[Problem] = []
    for source in tqdm(sorted(sources), unit=" reports", desc=model, leave=False, disable=None):
        mine = by_source.get(source, [])
        try:
            lessons = _lessons_by(source, roots, model)
        except PipelineError as error:
            problems.append(Problem(source, "queue", error.reason, error.remedy))
            found += mine
            continue
        found += _compared(source, mine, lessons, model)
    return sorted(found, key=_place), problems


def _lessons_by(source: str, roots: Roots, model: str) -> tuple[Lesson, ...]:
    """What `model` finds in a report. Raises UsageError when it is no file below the roots, StageError when it cannot be read."""
    for prefix, root in roots:
        path = root / (source.removeprefix(f"{prefix}/") if prefix else source)
        if path.is_file():
            return process(path, root=root, settings=Settings(model=model)).lessons
    raise UsageError(f"{source} is no file in the input folder.", "Name the folder of the reports with --reports.")


def _compared(source: str, mine: Sequence[Candidate], lessons: Sequence[Lesson], model: str) -> list[Candidate]:
    """The candidates of one report beside the lessons of the other decider."""
    result = []
    for candidate in mine:
        there = [lesson for lesson in lessons if lesson.finding.span.overlaps(candidate.span)]
        if any(lesson.finding.category == candidate.category for lesson in there):
            result.append(candidate)
            continue
        best = max(there, key=lambda lesson: lesson.finding.confidence, default=None)
        theirs = best.finding.category if best else NOTHING
        strength = min(candidate.confidence, best.finding.confidence) if best else candidate.confidence
        facts = {"one": candidate.decided_by, "mine": candidate.category, "other": Path(model).name, "theirs": theirs}
        result.append(candidate.with_reason(Reason(DISAGREEMENT, strength, "other" if best else "missing", facts)))
    ours = mine[0].decided_by if mine else RULES
    for lesson in lessons:
        if not any(lesson.finding.span.overlaps(candidate.span) for candidate in mine):
            result.append(_found_by_other(source, lesson, model, ours))
    return result


def _found_by_other(source: str, lesson: Lesson, model: str, ours: str) -> Candidate:
    """A candidate that only the second opinion has."""
    finding = lesson.finding
    facts = {"one": ours, "mine": NOTHING, "other": Path(model).name, "theirs": finding.category}
    tags = [tag for tag in lesson.tags if tag.scheme != CATEGORY]
    return Candidate(
        lesson.lesson_id,
        source,
        finding.span,
        lesson.text,
        finding.category,
        finding.confidence,
        finding.decided_by,
        tuple(Score(tag.scheme, tag.code, tag.score, tag.accepted) for tag in tags),
        lesson.locator,
        finding.section,
        (Reason(DISAGREEMENT, finding.confidence, "beside", facts),),
    )


@dataclass(frozen=True, slots=True)
class SourceText:
    """A report read again, to show what stands around a passage and to give its place as labels need it."""

    report: Report
    normal: NormalText

    def label_span(self, span: Span) -> Span:
        """The place of a span of the normalised text in the offsets of the gold: raw where the format has such, else the reader's."""
        raw = self.normal.mapped.source_span(span)
        return raw if self.report.addressable else self.report.text.text_span(raw)

    def text_at(self, span: Span) -> str:
        """What the reader gives at a place of the gold's offsets."""
        place = self.report.text.text_span(span) if self.report.addressable else span
        return place.slice(self.report.text.text)


def source_text(source: str, roots: Roots) -> SourceText:
    """A report read again. Raises UsageError when it is not below the roots, ReadError when it cannot be read."""
    found = content_of(source, roots)
    if found is None:
        raise UsageError(f"{source} is not in the input folder.", "Name the folder of the reports with --reports.")
    report = read_bytes(*found, source=source, settings=Settings())
    return SourceText(report, normalise(report))


def gold_id(report: str, span: Span) -> str:
    """The id of a labelled passage, which has none of its own."""
    return content_id("g", report, span.start, span.end)
