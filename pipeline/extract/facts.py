"""All facts of a report: its project record, the values that it states, the places that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.boundaries import Cover
from pipeline.extract.codes import find_codes
from pipeline.extract.dates import DateMention, find_dates
from pipeline.extract.money import find_money
from pipeline.extract.numbers import parse_number, plain
from pipeline.extract.organisations import find_organisations
from pipeline.extract.people import find_counts, role_of_header
from pipeline.extract.persons import find_contacts, find_persons
from pipeline.extract.places import find_places
from pipeline.extract.project import find_project, reporter_span
from pipeline.records import Block, BlockKind, Fact, NormalText, Place, ProjectFacts
from pipeline.spans import Span

# Units that a column's header states in brackets: `จำนวนที่เข้าร่วม(คน)`.
_HEADER_UNIT = re.compile(r"[(（]\s*(คน|ราย|ครัวเรือน|หลังคาเรือน|บาท|ร้อยละ|%)\s*[)）]")
_HEADER_KIND = {
    "คน": ("people", "people"),
    "ราย": ("people", "people"),
    "ครัวเรือน": ("household", "household"),
    "หลังคาเรือน": ("household", "household"),
    "บาท": ("money", "baht"),
    "ร้อยละ": ("percent", "percent"),
    "%": ("percent", "percent"),
}


@dataclass(frozen=True, slots=True)
class FactSheet:
    """What a report says of its project: the record, each fact where it stands, each place."""

    project: ProjectFacts
    facts: tuple[Fact, ...]
    places: tuple[Place, ...]


def find_facts(normal: NormalText, *, title: str = "") -> FactSheet:
    """The facts of a report, in order of place; spans count in `normal.text`.

    Kinds: people, household, money, percent, count, date, code, person, phone, email, line_id, national_id, organisation.
    The unit of a date is `precision_era` (`day_be`, `year_be_short`); its value is ISO 8601, or the words of the text
    where era or century cannot be settled. `title` is what the file's format states.
    """
    text = normal.text
    dates = tuple(date_fact(d) for d in _once(find_dates(text)))
    codes = find_codes(text)
    contacts = find_contacts(text)
    money = find_money(text)
    taken = [f.span for f in (*dates, *codes, *contacts, *money)]
    reach = Cover(len(text), (f.span for f in contacts))
    numbers = [f for f in (*codes, *money) if not reach.touches(f.span)]
    facts = [*dates, *numbers, *contacts, *_counts(normal, taken), *_cells(normal), *_persons(text)]
    facts.extend(find_organisations(text))
    unique = dict.fromkeys(sorted(facts, key=lambda f: (f.span, f.kind, f.value)))
    return FactSheet(find_project(normal, title=title), tuple(unique), find_places(text))


def date_fact(mention: DateMention) -> Fact:
    """The fact of one date mention."""
    return Fact("date", mention.value, f"{mention.precision}_{mention.era}", mention.span, check=mention.check)


def _once(mentions: Sequence[DateMention]) -> Iterator[DateMention]:
    """The mentions without those that only repeat the one right before (`14 พฤษภาคม 2023` over `14 / พฤษภาคม 2023`)."""
    last: DateMention | None = None
    for mention in mentions:
        if last is None or mention.value != last.value or mention.span.start - last.span.end > 3:
            yield mention
        last = mention


def _persons(text: str) -> Iterator[Fact]:
    reporter = reporter_span(text)
    if reporter is not None and len(reporter):
        yield Fact("person", reporter.slice(text), "", reporter)
    for person in find_persons(text):
        if reporter is None or not person.span.overlaps(reporter):
            yield Fact("person", re.sub(r"\s+", " ", person.span.slice(text)), "", person.span)


def _counts(normal: NormalText, taken: Sequence[Span]) -> list[Fact]:
    """The counts of the text, each with the role that its column's header gives where its own words give none."""
    facts = find_counts(normal.text, taken=taken)
    headed = [b for b in normal.blocks if b.column_header and role_of_header(b.column_header)]
    if not headed:
        return list(facts)
    return [fact if fact.role else replace(fact, role=_header_role(fact, headed)) for fact in facts]


def _header_role(fact: Fact, headed: Sequence[Block]) -> str:
    for block in headed:
        if block.span.contains(fact.span):
            return role_of_header(block.column_header)
    return ""


def _cells(normal: NormalText) -> Iterator[Fact]:
    """Cells that hold a bare number below a header that states the unit."""
    for block in normal.blocks:
        unit = _HEADER_UNIT.search(block.column_header)
        if block.kind is not BlockKind.TABLE_CELL or unit is None:
            continue
        value = parse_number(block.span.slice(normal.text))
        if value is not None:
            kind, name = _HEADER_KIND[unit[1]]
            yield Fact(kind, plain(value), name, block.span, role_of_header(block.column_header))
