"""The one record of a report's project: from labelled fields, the head of activity reports, and a few fixed phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.extract.boundaries import line_around
from pipeline.extract.codes import arabic, find_codes
from pipeline.extract.dates import BUDDHIST_OFFSET, DateMention, find_dates
from pipeline.extract.fields import Field, find_fields
from pipeline.extract.money import find_money
from pipeline.extract.names import (
    LONGEST_LINE,
    LONGEST_NAME,
    TOP_LINES,
    clean_name,
    named_by_kind,
    named_by_place,
    prose,
    said_project,
    title_of_minutes,
    title_of_page,
    trim_project,
    trim_title,
)
from pipeline.extract.numbers import find_numbers
from pipeline.extract.organisations import canonical, find_organisations
from pipeline.extract.periods import first_day, last_day, period_in_text
from pipeline.extract.persons import find_persons
from pipeline.extract.places import find_health_zones
from pipeline.extract.reporters import reporter_in_text, trim_reporter
from pipeline.records import NormalText, ProjectFacts
from pipeline.segment.silence import MISSING
from pipeline.spans import Span

HEAD = 1_500  # characters at the top in which a report states its project
# Columns of `reports` whose absence is worth knowing, and the field that would fill them.
RECORD = (
    ("project_name", "project_name"),
    ("project_code", "project_code"),
    ("organisation", "organisation"),
    ("responsible_person", "responsible_person"),
    ("budget_baht", "budget"),
    ("period", "period"),
)
_REPORTED_BY = re.compile(r"รายงานจาก(?:พื้นที่|พี่เลี้ยง)\s*โดย\s*")


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of an activity report says."""

    project_name: str = ""
    title: str = ""
    date: str = ""
    organisation: str = ""


def find_project(normal: NormalText, *, title: str = "") -> ProjectFacts:
    """The project record; `""` and None where the report is silent, with the kind of silence.

    `title` is what the file's format states; it is used where the text itself has none.
    """
    text = normal.text
    fields = find_fields(normal)
    head = read_head(text)
    lines = _head_lines(text, HEAD)
    name = _name(fields, head, lines)
    period = _period(text, fields)
    report_date = _first_day(_value(fields, "report_date")) or head.date or _activity_day(fields) or _prose_date(text)
    record = ProjectFacts(
        title=head.title or _title_field(fields) or title_of_page(title, lines) or _first_line(text, name),
        project_name=name,
        project_code=_code(text, fields),
        organisation=_organisation(fields) or head.organisation,
        reporter=_reporter(text, fields),
        responsible_person=_responsible(text, fields),
        budget_baht=_budget(text, fields),
        period_start=period[0],
        period_end=period[1],
        report_date=report_date,
        year_be=_year(text, fields, period[0], report_date),
        health_zone=_zone(text, name, fields),
        silences=(),
    )
    return _with_silences(record, fields)


def _name(fields: Sequence[Field], head: _Head, lines: Sequence[str]) -> str:
    """The project's name: of its field, the head, the word โครงการ in a line at the top, or where names stand."""
    labelled = trim_project(_value(fields, "project_name"))
    told = labelled or trim_project(head.project_name)
    told = told or named_by_kind(lines) or said_project(lines) or named_by_place(lines)
    return told or next((trim_project(n) for n in lines[:TOP_LINES] if _PLAN.match(n) and len(n) <= LONGEST_LINE), "")


def _title_field(fields: Sequence[Field]) -> str:
    """The title of a labelled field at the top; credits (`เรื่อง : กองบรรณาธิการ`) and numbers are none."""
    for field in _best(fields, "title"):
        label = field.label.start
        if label < HEAD and (field.sure or len(field.text) <= LONGEST_NAME) and re.search(r"[ก-ฮ]{3}", field.text):
            return trim_title(field.text) if not re.match(r"กอง(?:บรรณาธิการ|บก)|ทีมงาน", field.text) else ""
    return ""


def _with_silences(record: ProjectFacts, fields: Sequence[Field]) -> ProjectFacts:
    """The record with each field that is silent, in order of name."""
    spoken = {f.name for f in fields if not f.silence}
    silent = {(f.name, f.silence) for f in fields if f.silence and f.name not in spoken and f.sure}
    labelled = {f.name for f in fields}
    for column, name in RECORD:
        value = record.period_start if column == "period" else getattr(record, column)
        if not value and name not in labelled:
            silent.add((column, MISSING))
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return ProjectFacts(**{**values, "silences": tuple(sorted(silent))})


def _best(fields: Sequence[Field], name: str) -> list[Field]:
    """The fields of a name that say something, best first: parted by a border or colon, lowest rank, first in text."""
    told = [f for f in fields if f.name == name and not f.silence]
    return sorted(told, key=lambda f: (not f.sure, f.rank, f.label))


def _value(fields: Sequence[Field], name: str) -> str:
    """The text of the best field of that name, `""` for none; unsure ones must be short."""
    for field in _best(fields, name):
        if field.sure or len(field.text) <= LONGEST_NAME:
            return re.sub(r"\s+", " ", field.text).strip()
    return ""


def read_head(text: str) -> _Head:
    """Project, title, day and organisation from the lines above `รายงานจากพื้นที่ โดย …`, else from the top of the text.

    >>> read_head("โครงการชุมชนน่าอยู่\\n1.2 เวทีเรียนรู้14 พฤษภาคม 2023\\n14\\nพฤษภาคม 2023รายงานจากพื้นที่ โดย Kaew").title
    '1.2 เวทีเรียนรู้'
    """
    mark = _REPORTED_BY.search(text[: HEAD * 2])
    lines = _head_lines(text, mark.start() if mark else HEAD)
    if mark is None:
        return _Head(project_name=_project_line(lines), organisation=_organisation_line(lines))
    title, date, above = "", "", lines
    for index in range(len(lines) - 1, -1, -1):
        dates = [d for d in find_dates(lines[index]) if d.precision == "day" and "/" not in d.value and d.era != "none"]
        if dates and dates[-1].span.end == len(lines[index]) and dates[-1].span.start > 3:
            title, date = lines[index][: dates[-1].span.start].strip(" -–"), dates[-1].value
            above = lines[:index]
            break
    if not date:
        date = _first_day(text[max(0, mark.start() - 60) : mark.start()])
    return _Head(_project_line(above) or _last(above), trim_title(title), date, _organisation_line(above))


def _head_lines(text: str, end: int) -> list[str]:
    return [line.strip() for line in text[:end].split("\n") if line.strip()]


def _last(lines: Sequence[str]) -> str:
    return clean_name(lines[-1]) if lines and len(lines[-1]) <= LONGEST_NAME else ""


_OFFICE = re.compile(r"(?:หลักประกันสุขภาพแห่งชาติ|สปสช\.?)\s*$")  # the office itself is named by its zone
_PLAN = re.compile(r"^(?:ชุดโครงการ|แผนงาน)[^\n|]{4,}")
_PROJECT = re.compile(r"^(?:ชื่อ)?(?:โครงการ(?!นี้|ฯ|ได้|เข้าสู่|ควร))[^\n|]{4,}")


def _project_line(lines: Sequence[str]) -> str:
    """The first line at the top that is the name of a project."""
    for line in lines[:TOP_LINES]:
        if _PROJECT.match(line) and len(line) <= LONGEST_LINE and "|" not in line:
            return clean_name(re.sub(r"\s*(?:ว่าด้วย|:)\s*:?\s*$", "", line))
    return ""


def _organisation_line(lines: Sequence[str]) -> str:
    """The organisation that one of the first three lines consists of."""
    for line in lines[:3]:
        found = find_organisations(line)
        if found and found[0].span.start == 0 and found[0].span.end >= len(line) - 1 and len(line) > 8:
            return found[0].value
    return ""


def _first_line(text: str, name: str) -> str:
    """The first line of the text that can be a title, else the project's name."""
    for line in text[:HEAD].split("\n"):
        if _REPORTED_BY.match(line):
            continue
        if line.strip() and "|" not in line and len(line.strip()) <= 200:
            return title_of_minutes(trim_title(line), _head_lines(text, HEAD))
        if line.strip():
            break
    return name


def _code(text: str, fields: Sequence[Field]) -> str:
    """The project's code: of its field, else the first code in the text that is one of a project."""
    for field in _best(fields, "project_code"):
        code = re.match(r"[\dก-ฮA-Za-z][\dก-ฮA-Za-z./-]*", arabic(field.text))
        if code is not None and re.search(r"\d", code.group()):
            return code.group().rstrip("./-")
    projects = [f for f in find_codes(text) if f.unit in {"project", "fund_project"}]
    values = {f.value for f in projects}
    return projects[0].value if len(values) == 1 else ""


def _organisation(fields: Sequence[Field]) -> str:
    """The organisation that answers for the project, else the one above it."""
    value = clean_name(_value(fields, "organisation") or _value(fields, "parent_organisation"))
    found = find_organisations(value)
    if found and found[0].span.start == 0 and found[0].span.end >= len(value) - 1:
        return found[0].value
    return canonical(value)


def _person(value: str) -> str:
    """The first person in the value, else the value itself when it is short."""
    persons = find_persons(value)
    if persons:
        return re.sub(r"\s+", " ", persons[0].span.slice(value))
    short = re.split(r"\s*(?:,|โทร|\(|ตำแหน่ง|เบอร์|\d)", value)[0].strip()
    return short if 2 < len(short) <= 60 and not short.startswith(("จะ", "ต้อง", "ควร", "คือ")) else ""


def _responsible(text: str, fields: Sequence[Field]) -> str:
    """Who answers for the project: of its field, else the name that signs as such."""
    named = _person(_value(fields, "responsible_person"))
    return named or next((_person(m["name"]) for p in prose("responsible_person") for m in p.finditer(text)), "")


def _reporter(text: str, fields: Sequence[Field]) -> str:
    """Who wrote: behind `รายงานจากพื้นที่ โดย`, else in its field, else in a line at the top that begins with โดย."""
    if (mark := _REPORTED_BY.search(text)) is not None:
        return trim_reporter(text[mark.end() : line_around(text, mark.end())[1]])
    for field in _best(fields, "reporter"):
        if (name := _person(field.text)) and (field.sure or find_persons(field.text)):
            return trim_reporter(name)
    for line in _head_lines(text, HEAD):
        match = re.match(r"โดย\s*[.:…]*\s*(?P<name>[^\d|]{3,80})$", line)
        if match is not None:
            return clean_name(match["name"])
    return reporter_in_text(text)


def _budget(text: str, fields: Sequence[Field]) -> float | None:
    """The budget in baht: of a labelled field, else behind a phrase that names the project's budget.

    Instalments, unit costs and money mobilised stand behind neither. A zero counts only where nothing else does.
    """
    values = [v for f in _best(fields, "budget") if (v := _amount(f.text)) is not None]
    if not any(values):
        head = [(pattern, text[:HEAD]) for pattern in prose("budget_head")]
        for pattern, part in [*((p, text) for p in prose("budget")), *head]:
            for match in pattern.finditer(part):
                amount = next((m for m in find_money(text[match.end() : match.end() + 40]) if m.unit == "baht"), None)
                if amount is not None and amount.span.start == 0 and "-" not in amount.value:
                    values.append(float(amount.value))
    return next((v for v in values if v), values[0] if values else None)


def _amount(text: str) -> float | None:
    """The amount that a budget field holds; a bare number counts when it is alone."""
    sums = [m for m in find_money(text) if m.unit == "baht" and "-" not in m.value]
    if sums:
        return float(sums[0].value)
    numbers = find_numbers(text)
    if len(numbers) == 1 and len(numbers[0].span) >= len(text.strip()) - 2:
        return float(numbers[0].value)
    return None


def _days(text: str) -> list[DateMention]:
    return [d for d in find_dates(text) if d.check != "wrong" and re.match(r"\d{4}", d.value) and d.era != "unknown"]


def _first_day(text: str) -> str:
    """The first full date of `text` as ISO day (its start, for a range), `""` for none."""
    return next((d.start for d in _days(text) if d.precision == "day"), "")


def _activity_day(fields: Sequence[Field]) -> str:
    return next((day for f in _best(fields, "activity_date") if (day := _first_day(f.text))), "")


def _prose_date(text: str) -> str:
    for pattern in prose("report_date"):
        for match in pattern.finditer(text):
            if day := _first_day(text[match.end() : match.end() + 30]):
                return day
    return ""


def _period(text: str, fields: Sequence[Field]) -> tuple[str, str]:
    """First and last day of the project: of its fields, else of a long range in the text; months are whole."""
    for field in _best(fields, "period"):
        dates = _days(field.text)
        if dates:
            ends = len(dates) > 1 or "/" in dates[0].value
            return first_day(dates[0].start), last_day(dates[-1].end) if ends else ""
    start, end = _first_day(_value(fields, "period_start")), _first_day(_value(fields, "period_end"))
    return (start, end) if start or end else period_in_text(text, _days(text))


def _year(text: str, fields: Sequence[Field], start: str, reported: str) -> int | None:
    """The Buddhist year of the project: of its field, its first day, its name and head, else of the report."""
    for field in _best(fields, "year"):
        years = _days("ปี " + field.text)
        if years:
            return _be(years[0].end)
    if start:
        return _be(start)
    for mention in _days(text[:HEAD]):
        return _be(mention.end if mention.precision == "fiscal_year" else mention.start)
    return _be(reported) if reported else None


def _be(iso: str) -> int:
    return int(iso[:4]) + BUDDHIST_OFFSET


def _zone(text: str, name: str, fields: Sequence[Field]) -> int | None:
    """The health zone: of its field, the project's name, the top, or the only one named twice or by its office."""
    for field in _best(fields, "health_zone"):
        if (number := re.match(r"(?:เขต\s*)?(\d{1,2})(?!\d)", field.text)) and 1 <= int(number[1]) <= 13:
            return int(number[1])
    for part in (name, text[:300]):
        if zones := find_health_zones(part):
            return int(zones[0].code)
    zones = find_health_zones(text)
    settled = {z.code for z in zones}
    before = [text[max(0, z.span.start - 40) : z.span.start] for z in zones if z.span is not None]
    office = any(_OFFICE.search(words) for words in before)
    return (
        int(zones[0].code)
        if len(settled) == 1 and (office or len(zones) >= 2) and not any(z.conflict for z in zones)
        else None
    )


def reporter_span(text: str) -> Span | None:
    """The place of the name behind `รายงานจากพื้นที่ โดย`, None without one."""
    mark = _REPORTED_BY.search(text)
    if mark is None:
        return None
    end = line_around(text, mark.end())[1]
    return Span(mark.end(), mark.end() + len(text[mark.end() : end].rstrip()))
