"""The one record of a report's project: from labelled fields, the head of activity reports, and a few fixed phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.extract.boundaries import line_around
from pipeline.extract.codes import arabic, find_codes
from pipeline.extract.dates import DateMention, find_dates
from pipeline.extract.fields import Field, filled_columns, find_fields, form_words, label_row, left_empty
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
from pipeline.extract.years import (
    be_of,
    first_own_year,
    result_year,
    session_year,
    stated_year,
    year_of_code,
    year_of_period,
)
from pipeline.records import NormalText, ProjectFacts
from pipeline.segment.silence import MISSING
from pipeline.spans import Span

LONGEST_LIST = 2_500  # characters of a list of costs before its total
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
_BY = re.compile(r"โดย\s*[.:…]*\s*(?P<name>[^\d|]{3,80})$")
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
    told = _told_period(fields)
    days = _days(text)
    period = told if any(told) else period_in_text(text, days)
    title = head.title or _title_field(fields) or title_of_page(title, lines) or _first_line(text, name)
    code = _code(text, fields)
    report_date = _first_day(_value(fields, "report_date")) or head.date or _activity_day(fields) or _prose_date(text)
    record = ProjectFacts(
        title=title,
        project_name=name,
        project_code=code,
        organisation=_organisation(fields) or head.organisation,
        reporter=_reporter(text, fields),
        responsible_person=_responsible(text, fields),
        budget_baht=_budget(text, fields),
        period_start=period[0],
        period_end=period[1],
        report_date=report_date,
        year_be=(
            _told_year(fields, (title, name))
            or (be_of(told[0] or told[1]) if any(told) else None)
            or year_of_period(text, days, *period)
            or year_of_code(code)
            or _year_in_text(text, days, report_date)
        ),
        health_zone=_zone(text, name, fields),
        silences=(),
    )
    return _with_silences(record, fields, filled_columns(normal))


def _name(fields: Sequence[Field], head: _Head, lines: Sequence[str]) -> str:
    """The project's name: of its field, the head, the word โครงการ in a line at the top, or where names stand."""
    labelled = trim_project(_value(fields, "project_name"))
    beside = zip(lines, ["", *lines], [*lines[1:], ""], strict=False)
    written = [line for line, above, below in beside if not left_empty(line) and not _one_of_many(line, above, below)]
    told = labelled or trim_project(head.project_name)
    told = told or named_by_kind(written) or said_project(written) or named_by_place(written)
    return told or next((trim_project(n) for n in written[:TOP_LINES] if _PLAN.match(n) and len(n) <= LONGEST_LINE), "")


def _title_field(fields: Sequence[Field]) -> str:
    """The title of a labelled field at the top; credits (`เรื่อง : กองบรรณาธิการ`) and numbers are none."""
    for field in _best(fields, "title"):
        label = field.label.start
        if label < HEAD and (field.sure or len(field.text) <= LONGEST_NAME) and re.search(r"[ก-ฮ]{3}", field.text):
            return trim_title(field.text) if not re.match(r"กอง(?:บรรณาธิการ|บก)|ทีมงาน", field.text) else ""
    return ""


def _with_silences(record: ProjectFacts, fields: Sequence[Field], columns: frozenset[str]) -> ProjectFacts:
    """The record with each field that is silent, in order of name.

    What a report asks of each activity is not silent where a column of a table (`columns`) answers it; the fields of the record
    are asked of the whole project.
    """
    spoken = {f.name for f in fields if not f.silence} | (columns - {name for _, name in RECORD})
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
        if _PROJECT.match(line) and len(line) <= LONGEST_LINE and "|" not in line and not left_empty(line):
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
    told = [f for name in ("organisation", "parent_organisation") for f in _best(fields, name)]
    names = (clean_name(_organisation_part(f.text)) for f in told if f.sure or len(f.text) <= LONGEST_NAME)
    value = next((name for name in names if name), "")
    found = find_organisations(value)
    if found and found[0].span.start == 0 and found[0].span.end >= len(value) - 1:
        return found[0].value
    return canonical(value)


_WIDE_GAP = re.compile(r"[ \u00a0]{3,}|\t")


@cache
def _next_label() -> re.Pattern[str]:
    """A word of a form behind a blank, before a blank, a mark or the end."""
    return re.compile(rf"[ \u00a0](?:{'|'.join(map(re.escape, form_words('organisation')))})(?=[\s:：.\u00a0]|$)")


def _organisation_part(text: str) -> str:
    """The value of a field for an organisation up to a wide gap, the next label of the line, or a person."""
    part = _WIDE_GAP.split(text.strip())[0]
    part = part[: match.start()] if (match := _next_label().search(part)) else part
    persons = find_persons(part)
    return part[: persons[0].span.start] if persons and part[: persons[0].span.start].endswith((" ", "\n")) else part


def _person(value: str) -> str:
    """The first person in the value, else the value itself when it is short and no word of a form."""
    persons = find_persons(value)
    if persons:
        return re.sub(r"\s+", " ", persons[0].span.slice(value))
    short = re.split(r"\s*(?:,|โทร|\(|ตำแหน่ง|เบอร์|\d)", value)[0].strip()
    sentence = short.startswith(("จะ", "ต้อง", "ควร", "คือ", *form_words("person")))
    return short if 2 < len(short) <= 60 and not sentence and label_row(short) is None else ""


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
        match = _BY.match(line)
        if match is not None:
            return clean_name(match["name"])
    return reporter_in_text(text)


def _budget(text: str, fields: Sequence[Field]) -> float | None:
    """The budget in baht: of a labelled field, else behind a phrase that names the project's budget.

    Instalments, unit costs and money mobilised stand behind neither. A zero counts only where nothing else does. Where the field
    lists costs, their total is the budget.
    """
    values = [v for f in _best(fields, "budget") if (v := _of_field(text, f)) is not None]
    alone = [f for f in fields if f.name == "budget" and not f.text and not f.sure]
    values = values or [v for f in alone if (v := _below_label(text, f)) is not None]
    if not any(values):
        head = [(pattern, text[:HEAD]) for pattern in prose("budget_head")]
        for pattern, part in [*((p, text) for p in prose("budget")), *head]:
            for match in pattern.finditer(part):
                amount = next((m for m in find_money(text[match.end() : match.end() + 40]) if m.unit == "baht"), None)
                told = amount is not None and amount.span.start == 0 and "-" not in amount.value
                if amount is not None and told and not _in_list_of_projects(text, match.start()):
                    values.append(float(amount.value))
    return next((v for v in values if v), values[0] if values else None)


_ITEM = re.compile(r"^[\s\d๐-๙.()•*\-–]*(?:ค่า(?!ใช้จ่าย)|ชุด|วัสดุ|เงินอุดหนุน)")  # one of the costs
_SUM_FIRST = re.compile(r"[\d๐-๙][\d๐-๙,.]*\s?(?:บาท|$)(?!\s?[x×X*+])")  # a sum, and what follows only explains it
_COSTS = re.compile(r"(?:[^\n]*\n){0,6}[\s\d๐-๙.()|•*\-–]*ค่า(?!ใช้จ่าย)")  # a cost in one of the first lines
_TIMES_BEFORE = re.compile(r"[x×X*@]\s?$")
_TIMES_AFTER = re.compile(r"\s?[x×X*]")
_SUM_ALONE = re.compile(
    r"(?P<sum>[\d๐-๙]{1,3}(?:,[\d๐-๙]{3})+(?:\.[\d๐-๙]{1,2})?)(?:\s*\(|\s*$|\s*[|/])"
)  # without บาท
_LISTED = re.compile(r"\s*(?:[\d๐-๙]+(?:\.[\d๐-๙]+)*[.)]?|[-•*])\s*(?:ชื่อ)?โครงการ")


def _of_field(text: str, field: Field) -> float | None:
    """The amount of a budget field: its total, else the total below its list of costs, else its own amount."""
    if not _SUM_FIRST.match(field.text) and (total := _total(field.text)) is not None:
        return total
    if _ITEM.match(field.text):
        return _total(text[field.value.start : field.value.start + LONGEST_LIST])
    return _amount(field.text)


def _below_label(text: str, field: Field) -> float | None:
    """The total of the list or table of costs below a label that stands alone; None where no costs stand there."""
    below = text[field.label.end : field.label.end + LONGEST_LIST]
    return _total(below) if _COSTS.match(below) else None


def _total(text: str) -> float | None:
    """The sum behind a word for a total (`รวมทั้งสิ้น`), the surest words first; None without one."""
    for pattern in prose("budget_total"):
        for match in pattern.finditer(text):
            line = text[match.end() : match.end() + 40].partition("\n")[0].strip(" |*")
            if (alone := _SUM_ALONE.match(line)) is not None:
                return float(find_numbers(alone["sum"])[0].value)
            if (amount := _amount(line)) is not None and re.match(r"[\d๐-๙(]", line):
                return amount
    return None


def _in_list_of_projects(text: str, at: int) -> bool:
    """Whether the line is an item of a list of projects, each with a sum of its own (an agenda, a plan)."""
    start, end = line_around(text, at)
    above = text[slice(*line_around(text, start - 2))] if start > 1 else ""
    return _one_of_many(text[start:end], above, text[slice(*line_around(text, end + 1))])


def _one_of_many(line: str, above: str, below: str) -> bool:
    """Whether a line is an item of a list of projects: beside another item that names one."""
    return bool(_LISTED.match(line) and (_LISTED.match(above) or _LISTED.match(below)))


def _amount(text: str) -> float | None:
    """The amount that a budget field holds, rates (`6 ชั่วโมง x 600 บาท`) left out; a bare number counts when it is alone."""
    sums = [m for m in find_money(text) if m.unit == "baht" and "-" not in m.value and not _is_rate(text, m.span)]
    if sums:
        return float(sums[0].value)
    numbers = find_numbers(text)
    if len(numbers) == 1 and len(numbers[0].span) >= len(text.strip()) - 2:
        return float(numbers[0].value)
    return None


def _is_rate(text: str, span: Span) -> bool:
    """Whether a sum is multiplied by something."""
    return bool(_TIMES_BEFORE.search(text[: span.start]) or _TIMES_AFTER.match(text, span.end))


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


def _told_period(fields: Sequence[Field]) -> tuple[str, str]:
    """First and last day of the project by its fields, `""` where they are silent; months are whole."""
    for field in _best(fields, "period"):
        dates = _days(field.text)
        if dates:
            ends = len(dates) > 1 or "/" in dates[0].value
            return first_day(dates[0].start), last_day(dates[-1].end) if ends else ""
    return _first_day(_value(fields, "period_start")), _first_day(_value(fields, "period_end"))


def _told_year(fields: Sequence[Field], names: Sequence[str]) -> int | None:
    """The Buddhist year of the project by its field, else by its title or name; None where they state none."""
    for field in _best(fields, "year"):
        years = _days("ปี " + field.text)
        if years:
            return be_of(years[0].end)
    return next((year for name in names if (year := stated_year(name, _days(name))) is not None), None)


def _year_in_text(text: str, days: Sequence[DateMention], reported: str) -> int | None:
    """The Buddhist year at the top of the text, else of the day of the report, else of its results; see years.py."""
    year = session_year(text) or first_own_year(text, days, HEAD)
    return year or (be_of(reported) if reported else result_year(text, days))


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
