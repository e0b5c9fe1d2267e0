"""Findings, facts and tags of one report put together into its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.classify.features import Passage
from pipeline.classify.model import tag_findings, tag_passages
from pipeline.classify.taxonomy import CATEGORY, ISSUE, codes
from pipeline.extract.facts import FactSheet
from pipeline.extract.findings import Extraction
from pipeline.extract.places import is_labelled
from pipeline.ingest.damage import unreadable
from pipeline.ingest.damage_notes import damage_problems
from pipeline.lessons.duplicates import sketch_of
from pipeline.records import (
    Finding,
    Lesson,
    NormalText,
    Place,
    ProjectFacts,
    Report,
    ReportResult,
    ReportStatus,
    Settings,
    State,
    Tag,
    content_id,
)
from pipeline.segment import Segmented
from pipeline.segment.sections import JOIN
from pipeline.segment.silence import MISSING
from pipeline.spans import Span

# A bare name of a province is also the name of a hospital, a road or a person; one behind the word จังหวัด is the place.
LABELLED_WEIGHT = 3
# Levels with the number of digits of their official codes, from the widest: a code begins with that of the area around it.
_DIGITS = {"province": 2, "district": 4, "subdistrict": 6}


@dataclass(frozen=True, slots=True)
class Area:
    """The names of the one area that a report or a lesson is about; "" where it names none or several."""

    province: str = ""
    district: str = ""
    subdistrict: str = ""


def assemble(
    report: Report,
    normal: NormalText,
    segmented: Segmented,
    extraction: Extraction,
    sheet: FactSheet,
    settings: Settings,
) -> ReportResult:
    """All that a report yields, each part with its id and its place in the source.

    Lessons are the achieved findings, planned ones too when the settings ask for them, in reading order.
    """
    project = sheet.project
    around = area_of(weighted(normal.text, sheet.places), sheet.places)
    name = project.project_name or project.title
    findings = kept(extraction.findings, settings)
    tags = tag_findings(findings, [Passage(f.span.slice(normal.text), f.section, name) for f in findings], settings)
    lessons = tuple(
        _lesson(report, normal, sheet, finding, around, each) for finding, each in zip(findings, tags, strict=True)
    )
    return ReportResult(
        report_id=content_id("r", report.source, report.sha256),
        source=report.source,
        sha256=report.sha256,
        media_type=report.media_type,
        encoding=report.encoding,
        genre=segmented.genre,
        status=_status(report, normal),
        damage=normal.damage,
        units=len(segmented.units),
        facts_of_project=_with_missing_sections(project, segmented, lessons, settings),
        issues=_issues(name, lessons, settings),
        lessons=lessons,
        facts=tuple(
            (replace(fact, text=fact.span.slice(normal.text)), raw_span(report, normal, fact.span))
            for fact in sheet.facts
        ),
        places=tuple((place, raw_span(report, normal, place.span) if place.span else None) for place in sheet.places),
        problems=(*report.problems, *damage_problems(report.source, normal)),
        sketch=sketch_of(normal.text),
    )


def _with_missing_sections(
    project: ProjectFacts, segmented: Segmented, lessons: Sequence[Lesson], settings: Settings
) -> ProjectFacts:
    """The project record, with `missing` for each category of which the report has no section, no field and no lesson.

    So that silence on obstacles can be told apart: a form that asks for them and got no answer, and a report that never speaks
    of them. What a field says of silence does not hold where the report has a lesson of that category.
    """
    present = {role for section in segmented.sections for role in section.role.split(JOIN)}
    told = {lesson.finding.category for lesson in lessons}
    silent = [(field, kind) for field, kind in project.silences if field not in told]
    present |= told | {field for field, _ in silent}
    missing = [(code, MISSING) for code in codes(CATEGORY, settings.taxonomy) if code not in present]
    return replace(project, silences=tuple(sorted((*silent, *missing))))


def _status(report: Report, normal: NormalText) -> ReportStatus:
    """Unreadable when all text is damaged beyond repair, partial when some is or the reader left something out."""
    damaged = [block.damage >= unreadable() for block in normal.blocks]
    if damaged and all(damaged):
        return ReportStatus.UNREADABLE
    return ReportStatus.PARTIAL if report.problems or any(damaged) else ReportStatus.OK


def raw_span(report: Report, normal: NormalText, span: Span) -> Span | None:
    """The place in the decoded source of a place in the normalised text; None where the format has no offsets."""
    return normal.mapped.source_span(span) if report.addressable else None


def kept(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings for the lessons table: what was achieved, and what was planned when asked for, in reading order."""
    wanted = {State.ACHIEVED, State.PLANNED} if settings.planned else {State.ACHIEVED}
    chosen = [finding for finding in findings if finding.status in wanted]
    return sorted(chosen, key=lambda f: (f.span, f.category, f.status.value))


# Characters at the top, where a report says where it is from.
TOP = 600


def weighted(text: str, places: Iterable[Place]) -> list[Place]:
    """The places that stand in the text, for `area_of`: those behind a word for their level (จังหวัดลำพูน) several times, a bare province that is named
    once, and not at the top, never: people move to Bangkok, and books are printed in Nonthaburi."""
    found = [(place, is_labelled(text, place)) for place in places if place.span]
    often = Counter(place.code for place, _ in found)
    return [
        place
        for place, labelled in found
        if labelled or place.level != "province" or often[place.code] > 1 or (place.span and place.span.start < TOP)
        for _ in range(LABELLED_WEIGHT if labelled else 1)
    ]


def area_of(named: Sequence[Place], known: Iterable[Place]) -> Area:
    """The area that `named` places speak of: the province named most often, and below it what is named alone.

    `known` gives the names of the areas around them. Places without an official code do not count.

    >>> chumphon, lamae = Place("province", "ชุมพร", "86", None), Place("subdistrict", "ละแม", "860501", Span(0, 7))
    >>> area_of([lamae], [lamae, chumphon])
    Area(province='ชุมพร', district='', subdistrict='ละแม')
    """
    names = {place.code: place.name_th for place in known if place.code}
    codes = [place.code for place in named if place.level in _DIGITS and place.code]
    provinces = Counter(code[:2] for code in codes)
    if not provinces:
        return Area()
    province = provinces.most_common(1)[0][0]
    found = {"province": province}
    for level in ("district", "subdistrict"):
        within = {code[: _DIGITS[level]] for code in codes if code.startswith(province) and len(code) >= _DIGITS[level]}
        if len(within) == 1:
            found[level] = within.pop()
    return Area(**{level: names.get(code, "") for level, code in found.items()})


def _lesson(
    report: Report, normal: NormalText, sheet: FactSheet, finding: Finding, around: Area, tags: tuple[Tag, ...]
) -> Lesson:
    """A finding with its quote, its place in the source, its tags and the facts of its project."""
    project = sheet.project
    text = finding.span.slice(normal.text)
    raw = normal.mapped.source_span(finding.span)
    places = tuple(place for place in sheet.places if place.span and finding.span.contains(place.span))
    area = area_of(places, sheet.places) if any(place.code and place.level in _DIGITS for place in places) else around
    return Lesson(
        lesson_id=content_id(
            "l", report.source, report.sha256, finding.span.start, finding.category, finding.status.value, text
        ),
        finding=finding,
        text=text,
        raw_text=raw.slice(report.raw),
        raw_span=raw if report.addressable else None,
        locator=normal.blocks[finding.block].locator,
        tags=tags,
        places=places,
        project_code=project.project_code,
        year_ce=project.year_be - 543 if project.year_be else None,
        province=area.province,
        district=area.district,
        subdistrict=area.subdistrict,
    )


def _issues(title: str, lessons: Sequence[Lesson], settings: Settings) -> tuple[str, ...]:
    """The issues that the name of the project or a lesson is tagged with, in the order of their codes."""
    (own,) = tag_passages([Passage(title)], settings)
    tags = [*own, *(tag for lesson in lessons for tag in lesson.tags)]
    return tuple(sorted({tag.code for tag in tags if tag.scheme == ISSUE and tag.accepted}))
