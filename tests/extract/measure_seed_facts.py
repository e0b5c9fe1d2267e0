"""Prints how many facts of the gold file of the sample reports are found exactly, and the project record of one page.

Run from the project's root: `python tests/extract/measure_seed_facts.py [FOLDER]`, FOLDER holding `seeds/` and `gold/`
(default ../shared).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pipeline.extract.facts import FactSheet, find_facts
from pipeline.extract.places import full_name
from pipeline.ingest import read
from pipeline.records import NormalText, Settings

SHARED = Path("../shared")
FACT_KINDS = {
    "people_count": "people",
    "money_mentioned_baht": "money",
    "phone": "phone",
    "person": "person",
    "year_mention": "date",
    "plan_period": "date",
    "organisation": "organisation",
}
COLUMNS = {"title", "project_name", "reporter", "budget_baht", "project_code", "responsible_person", "health_zone"}
NOT_FACTS = {"activity_no", "project_full_name", "attachment", "doc_issues"}


def sheet_of(path: Path) -> FactSheet:
    report = read(path, source=path.name, settings=Settings())
    return find_facts(NormalText(report.text, report.blocks), title=report.title)


def values_of(sheet: FactSheet, field: str) -> set[str]:
    """All values that the sheet has for a field of the gold file."""
    if field in COLUMNS:
        value = getattr(sheet.project, field)
        return set() if value in (None, "") else {str(value)}
    if field == "activity_date":
        return {sheet.project.report_date} - {""}
    if field in {"province", "district", "subdistrict"}:
        codes = {p.code for p in sheet.places if p.level == field and p.code}
        return {full_name(c).removeprefix("จังหวัด") if field == "province" else full_name(c) for c in codes}
    found = {f.value for f in sheet.facts if f.kind == FACT_KINDS[field]}
    return found | {sheet.project.organisation} if field == "organisation" else found


def measure(shared: Path) -> list[tuple[bool, dict[str, object], set[str]]]:
    """Each gold row with whether it is found exactly (or, when absent, not found) and what was found."""
    sheets: dict[str, FactSheet] = {}
    result = []
    for line in (shared / "gold" / "seed_facts.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["field"] in NOT_FACTS:
            continue
        if row["seed"] not in sheets:
            sheets[row["seed"]] = sheet_of(shared / "seeds" / row["seed"])
        found = values_of(sheets[row["seed"]], row["field"])
        right = not found if row["value"] is None else str(row["value"]) in found
        result.append((right, row, found))
    return result


def main() -> None:
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    result = measure(shared)
    for right, row, found in result:
        if not right:
            print("MISSED", row["seed"][:3], row["field"], row["value"], "found:", sorted(found)[:8])
    told = [right for right, row, _ in result if row["value"] is not None]
    absent = [right for right, row, _ in result if row["value"] is None]
    print(
        f"values exact {sum(told)}/{len(told)} = {sum(told) / len(told):.3f}; absent and not found {sum(absent)}/{len(absent)}"
    )
    for path in sorted((shared / "seeds").glob("004*")):
        project = sheet_of(path).project
        for name in project.__dataclass_fields__:
            print(f"{path.name[:3]} {name}: {getattr(project, name)}")


if __name__ == "__main__":
    main()
