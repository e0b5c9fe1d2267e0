"""A report's result for publication: every text of it with its personal data masked, spans and lengths unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.dataset.masking import (
    MASK,
    PERSONAL_KINDS,
    PersonalSpan,
    find_personal,
    is_public,
    mask,
    mask_spans,
    public_names,
)
from pipeline.records import (
    Fact,
    Lesson,
    NormalText,
    Place,
    Problem,
    ProjectFacts,
    Report,
    ReportResult,
    Tag,
    content_id,
)
from pipeline.spans import MappedText, Span

_SHORTEST = 4  # characters of a value that is sought in texts without a place: shorter ones stand inside other words
STAGE = "publish"


@dataclass(frozen=True)
class Veil:
    """What is hidden in one report: its texts as they may be published, and the values to hide elsewhere."""

    text: MappedText  # the normalised text, masked
    raw: str  # the raw text, masked
    public: frozenset[str]  # names that stay
    keep_public_roles: bool
    values: tuple[str, ...]  # contacts and full names
    _cells: dict[str, str] = field(default_factory=dict)  # the same reasons and sections come again and again

    def cell(self, text: str) -> str:
        """`text`, of which no place in the report is known, masked."""
        if text not in self._cells:
            shown = text
            if self._sought is not None:
                shown = mask_spans(text, [Span(*match.span()) for match in self._sought.finditer(text)])
            self._cells[text] = mask(shown, keep_public_roles=self.keep_public_roles, public=self.public)
        return self._cells[text]

    def quote(self, span: Span) -> str:
        """The quote at a place of the normalised text, masked."""
        return self.cell(span.slice(self.text.text))

    def raw_quote(self, span: Span) -> str:
        """The raw text of a place of the normalised text, masked: also in tags and in what normalising leaves out."""
        return self.cell(self.text.source_span(span).slice(self.raw))

    def name(self, name: str) -> str:
        """The name of a person masked whatever it looks like; a public one as it is."""
        if not name or is_public(name, self.public):
            return name
        hidden = self.cell(name)
        return hidden if MASK in hidden else cover(name)

    @cached_property
    def _sought(self) -> re.Pattern[str] | None:
        parts = (r"\s{1,3}".join(map(re.escape, value.split())) for value in self.values)
        joined = "|".join(sorted(parts, key=lambda part: (-len(part), part)))
        return re.compile(joined) if joined else None


def publish(result: ReportResult, report: Report, normal: NormalText, *, keep_public_roles: bool) -> ReportResult:
    """`result` with every text masked; `report` and `normal` are what it was made from.

    A quote is masked by what its whole report shows to be personal, and once more by itself. A name of the source file cannot
    be masked, since it leads to the file: where it holds personal data, a problem says so.
    """
    veil = draw_veil(result.facts_of_project, report, normal, keep_public_roles=keep_public_roles)
    return replace(
        result,
        facts_of_project=_project(result.facts_of_project, veil),
        lessons=tuple(_lesson(lesson, result, veil) for lesson in result.lessons),
        facts=tuple((_fact(fact, veil), raw) for fact, raw in result.facts),
        places=tuple((_place(place, veil), raw) for place, raw in result.places),
        problems=(*(_problem(problem, veil) for problem in result.problems), *_telling_name(result.source)),
    )


def draw_veil(project: ProjectFacts, report: Report, normal: NormalText, *, keep_public_roles: bool) -> Veil:
    """What is to be hidden in a report whose record is `project`."""
    text = normal.text
    public = public_names(text) if keep_public_roles else frozenset()
    persons = [name for name in (project.reporter, project.responsible_person) if name]
    found = find_personal(text, persons=persons, keep_public_roles=keep_public_roles)
    first = mask_spans(text, [place.span for place in found])
    hidden = mask(first, persons=persons, keep_public_roles=keep_public_roles, public=public)
    raw = mask_spans(report.raw, (normal.mapped.source_span(span) for span in _masked(text, hidden)))
    shown = MappedText(hidden, normal.mapped.starts, normal.mapped.ends)
    return Veil(shown, raw, public, keep_public_roles, tuple(_values(text, found)))


def cover(text: str) -> str:
    """`text` with every character but white space masked.

    >>> cover("แก้ว ก.")
    '████ ██'
    """
    return mask_spans(text, [Span(0, len(text))])


def _masked(text: str, hidden: str) -> Iterator[Span]:
    """The places where `hidden` differs from `text`."""
    for match in re.finditer(f"{MASK}+", hidden):
        if match.group() != text[match.start() : match.end()]:
            yield Span(*match.span())


def _values(text: str, found: Iterable[PersonalSpan]) -> Iterator[str]:
    """Contacts and full names, once each; a first name alone may be an ordinary word."""
    for value in dict.fromkeys(p.span.slice(text) for p in found if p.kind != "house_number"):
        if len(value) >= _SHORTEST and (len(value.split()) > 1 or not re.search("[ก-๎]", value)):
            yield value


def _lesson(lesson: Lesson, result: ReportResult, veil: Veil) -> Lesson:
    """A lesson with its quote, section and reasons masked; its id anew where it was a hash of something now hidden."""
    finding = lesson.finding
    text = veil.quote(finding.span)
    if text != lesson.text:
        place = (result.source, result.sha256, finding.span.start, finding.category, finding.status.value)
        lesson = replace(lesson, lesson_id=content_id("l", *place, text))
    return replace(
        lesson,
        finding=replace(finding, because=veil.cell(finding.because), section=veil.cell(finding.section), votes=()),
        text=text,
        raw_text=veil.raw_quote(finding.span),
        locator=veil.cell(lesson.locator),
        tags=tuple(_tag(tag, veil) for tag in lesson.tags),
        places=tuple(_place(place, veil) for place in lesson.places),
        project_code=veil.cell(lesson.project_code),
    )


def _tag(tag: Tag, veil: Veil) -> Tag:
    return replace(tag, because=veil.cell(tag.because))


def _place(place: Place, veil: Veil) -> Place:
    return replace(place, conflict=veil.cell(place.conflict))


def _problem(problem: Problem, veil: Veil) -> Problem:
    return replace(problem, reason=veil.cell(problem.reason), remedy=veil.cell(problem.remedy))


def _fact(fact: Fact, veil: Veil) -> Fact:
    """A fact with text and value masked, both where one of them is."""
    text = veil.quote(fact.span)
    if fact.kind in PERSONAL_KINDS and not is_public(fact.text, veil.public):
        text = text if MASK in text else cover(fact.text)
    if text == fact.text:
        return replace(fact, text=text, value=veil.cell(fact.value))
    value = re.sub(r"\s+", " ", text) if fact.kind == "person" else cover(fact.value)
    return replace(fact, text=text, value=value)


def _project(project: ProjectFacts, veil: Veil) -> ProjectFacts:
    return replace(
        project,
        title=veil.cell(project.title),
        project_name=veil.cell(project.project_name),
        project_code=veil.cell(project.project_code),
        organisation=veil.cell(project.organisation),
        reporter=veil.name(project.reporter),
        responsible_person=veil.name(project.responsible_person),
    )


def _telling_name(source: str) -> Iterator[Problem]:
    """A problem where the name of the source itself holds personal data."""
    if find_personal(source):
        yield Problem(source, STAGE, "The name of the file holds personal data.", "Rename the file and run again.")
