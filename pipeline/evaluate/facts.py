"""How many of the facts that the readers noted the pipeline finds, field by field."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluate.gold import Gold
from pipeline.evaluate.labels import GoldFact
from pipeline.process import process
from pipeline.records import ReportResult, Settings

# Fields that a report has several values of, and where the pipeline keeps them; any of its values may be the noted one.
_KINDS = {
    "people": "people",
    "household": "household",
    "money": "money",
    "person": "person",
    "phone": "phone",
    "activity_date": "date",
    "report_date": "date",
    "organisation": "organisation",
    "project_code": "code",
}
_LEVELS = frozenset({"province", "district", "subdistrict"})
_DRESS = re.compile(r"[\s“”\"'().]|^โครงการ")
# The readers note persons without their titles.
_TITLE = re.compile(r"^(?:นางสาว|นาย|นาง|น\.ส\.|ด\.ต\.|ร\.ต\.[ก-ฮ]?\.?|พว\.|ดร\.|นพ\.|พญ\.|ครู|ผู้ใหญ่|หมอ)\s*")
_PERSONS = frozenset({"person", "reporter", "responsible_person"})
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One field: facts noted with a value, how many of them were found exactly, and values given where none was noted."""

    field: str
    noted: int
    exact: int
    denied: int  # noted as absent
    given: int  # of those denied, given all the same


def score_facts(gold: Gold, reports: Path, names: Iterable[str]) -> tuple[FieldScore, ...]:
    """The score of each field over the reports `names`, by field; values are compared without white space and quotation marks."""
    wanted = set(names)
    by_report: dict[str, list[GoldFact]] = defaultdict(list)
    for fact in gold.facts:
        if fact.report in wanted:
            by_report[fact.report].append(fact)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for report, facts in sorted(by_report.items()):
        result = process(reports / report, root=reports, settings=Settings())
        for fact in facts:
            found = values_of(result, fact.field)
            count = counts[fact.field]
            if fact.value is None:
                count[2] += 1
                count[3] += bool(found)
            else:
                count[0] += 1
                count[1] += _bare(fact.value, fact.field) in {_bare(value, fact.field) for value in found}
    return tuple(FieldScore(field, *counts[field]) for field in sorted(counts))


def values_of(result: ReportResult, field: str) -> Sequence[str]:
    """What the pipeline says of a field of the gold; empty for silence."""
    if field in _LEVELS:
        return [place.name_th for place, _ in result.places if place.level == field]
    values = [fact.value for fact, _ in result.facts if fact.kind == _KINDS.get(field)]
    own = getattr(result.facts_of_project, field, None)
    if own not in (None, ""):
        values.append(f"{own:.10g}" if isinstance(own, float) else str(own))
    return values


def _bare(value: str, field: str) -> str:
    """A value without what does not tell values apart: blanks, quotation marks, Thai digits, trailing zeros, a person's title, a phone's dashes."""
    plain = value.strip().translate(_DIGITS)
    if field in _PERSONS:
        plain = _TITLE.sub("", plain)
    if field == "phone":
        plain = re.sub(r"[^0-9]", "", plain)
    return re.sub(r"\.0+$", "", _DRESS.sub("", plain))


def facts_table(scores: Sequence[FieldScore]) -> str:
    """The scores as a table in Markdown, with a line of all fields."""
    lines = [
        "| field | noted | found exactly | share | noted as absent | given all the same |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    total = FieldScore(
        "all", *(sum(getattr(s, name) for s in scores) for name in ("noted", "exact", "denied", "given"))
    )
    for score in (*scores, total):
        share = f"{score.exact / score.noted:.2f}" if score.noted else "no data"
        lines.append(f"| {score.field} | {score.noted} | {score.exact} | {share} | {score.denied} | {score.given} |")
    return "\n".join(lines)
