"""The coding manual and the tables say the same, and every code has its cases."""

import re
from pathlib import Path

import pytest

from pipeline.evaluate.codes import fact_fields, load_codes, negative_kinds

MANUAL = (Path(__file__).parents[2] / "corpus/MANUAL.md").read_text(encoding="utf-8")
SECTIONS = {m[1]: m[2] for m in re.finditer(r"^### \d\.\d+ `([a-z_.]+)`(.*?)(?=^#|\Z)", MANUAL, re.S | re.M)}
CASE = re.compile(r"^\| \d+ \| (.+?) \| (.+?) \| (.+?) \|$", re.M)


def all_codes():
    codes = load_codes()
    return (*codes.categories, *codes.issues, *codes.themes)


def test_every_code_has_a_section_and_no_section_an_unknown_code():
    assert sorted(SECTIONS) == sorted(all_codes())


@pytest.mark.parametrize("code", all_codes())
def test_every_code_has_ten_borderline_cases_with_decision_and_reason(code):
    cases = CASE.findall(SECTIONS[code])
    assert len(cases) >= 10
    assert len({passage for passage, _, _ in cases}) == len(cases)
    assert "**Is not**" in SECTIONS[code]


@pytest.mark.parametrize("code", all_codes())
def test_the_cases_of_a_code_fall_on_both_sides(code):
    decisions = [decision for _, decision, _ in CASE.findall(SECTIONS[code])]
    inside = [d for d in decisions if d.startswith(("yes", f"`{code}`"))]
    assert inside
    assert len(inside) < len(decisions)


def test_codes_in_the_cases_exist():
    known = {*all_codes(), *negative_kinds(), "alt_sdh", "alt_issues"}
    used = {code for _, decision, _ in CASE.findall(MANUAL) for code in re.findall(r"`([^`]+)`", decision)}
    assert used <= known


def test_the_kinds_of_negatives_are_those_of_the_table():
    rows = re.findall(r"^\| `([a-z_]+)` \| (whole|label) \|", MANUAL, re.M)
    assert dict(rows) == {kind.id: kind.family for kind in negative_kinds().values()}


def test_the_fields_of_facts_are_those_of_the_table():
    line = re.search(r"^Fields: (.*)$", MANUAL, re.M)
    assert re.findall(r"`([a-z_]+)`", line[1]) == list(fact_fields())


def test_the_kinds_of_negatives_are_told_apart_by_their_examples():
    kinds = list(negative_kinds().values())
    assert len({kind.example for kind in kinds}) == len(kinds)
    assert all(kind.example != kind.counter_example for kind in kinds)
