"""Every rule of the tables of facts against its own examples."""

import re

import pytest

from pipeline.extract.codes import CodeRow, find_codes
from pipeline.extract.dates import MonthRow, find_dates
from pipeline.extract.fields import FieldRow, find_fields
from pipeline.extract.names import ProseRow
from pipeline.extract.numbers import find_numbers, scale_words
from pipeline.extract.organisations import HeadRow, OrganisationRow, find_organisations
from pipeline.extract.people import ClassifierRow, RoleRow, find_counts, role_of_header
from pipeline.extract.persons import TitleRow, find_persons
from pipeline.extract.places import AliasRow, PrefixRow, TrapRow, ZoneCueRow, ZoneRow, find_health_zones, find_places
from pipeline.records import NormalText
from pipeline.resources import load_table
from pipeline.segment.silence import SilenceRow, silence_of
from pipeline.spans import MappedText


def rows(name, row):
    return [pytest.param(r, id=r.id) for r in load_table(name, row)]


@pytest.mark.parametrize("row", [pytest.param(r, id=r.id) for r in scale_words()])
def test_scale_words(row):
    def reads(text):
        return any(row.word in n.span.slice(text) or n.about for n in find_numbers(text))

    assert reads(row.example)
    assert not row.counter_example or not any(
        row.word in n.span.slice(row.counter_example) for n in find_numbers(row.counter_example)
    )


@pytest.mark.parametrize("row", rows("months.tsv", MonthRow))
def test_months(row):
    assert [int(d.value[5:7]) for d in find_dates(row.example)] == [row.month]
    assert not find_dates(row.counter_example)


@pytest.mark.parametrize("row", rows("classifiers.tsv", ClassifierRow))
def test_classifiers(row):
    assert [f.kind for f in find_counts(row.example)] == [row.kind]
    wrong = {f.span.slice(row.counter_example) for f in find_counts(row.counter_example)}
    assert row.example not in wrong


@pytest.mark.parametrize("row", rows("classifiers_roles.tsv", RoleRow))
def test_roles(row):
    if row.where == "header":
        assert role_of_header(row.example) == row.role
        assert role_of_header(row.counter_example) == ""
    elif row.role == "sample":
        assert find_counts(row.example)[0].unit == "sample"
    else:
        assert find_counts(row.example)[0].role == ("" if row.role == "none" else row.role)
    if row.where != "header" and row.role not in {"none", "sample"}:
        assert find_counts(row.counter_example)[0].role == ""


@pytest.mark.parametrize("row", rows("project_codes.tsv", CodeRow))
def test_codes(row):
    assert row.kind in {f.unit for f in find_codes(row.example)}
    assert row.kind not in {f.unit for f in find_codes(row.counter_example)}


@pytest.mark.parametrize("row", rows("places_prefixes.tsv", PrefixRow))
def test_prefixes(row):
    assert any(p.span is not None and row.prefix in p.span.slice(row.example) for p in find_places(row.example))
    assert not any(
        p.span is not None and row.prefix in p.span.slice(row.counter_example) for p in find_places(row.counter_example)
    )


@pytest.mark.parametrize("row", rows("places_aliases.tsv", AliasRow))
def test_aliases(row):
    example = f"จ.{row.form}" if row.with_prefix else row.example
    assert row.province_code in {p.code for p in find_places(example)}
    assert row.province_code not in {p.code for p in find_places(row.counter_example)}


@pytest.mark.parametrize("row", rows("places_traps.tsv", TrapRow))
def test_place_traps(row):
    named = {p.name_th for p in find_places(row.example) if p.span is not None}
    assert not row.example or row.text in named
    assert not [p for p in find_places(row.counter_example) if p.span is not None and p.level != "district"]


@pytest.mark.parametrize("row", rows("places_zone_cues.tsv", ZoneCueRow))
def test_zone_cues(row):
    assert bool(find_health_zones(row.example)) == (row.sign == "+")
    assert not find_health_zones(row.counter_example)


def test_every_province_has_one_zone_today():
    today = [r for r in load_table("health_zones.tsv", ZoneRow) if r.until_ce is None]
    assert len(today) == len({r.province_code for r in today}) == 77
    assert {r.zone for r in today} == set(range(1, 14))


@pytest.mark.parametrize("row", rows("organisations.tsv", OrganisationRow))
def test_organisations(row):
    assert row.name in {f.value.partition(" (")[0] for f in find_organisations(row.example)}
    assert not find_organisations(row.counter_example)


@pytest.mark.parametrize("row", rows("organisations_heads.tsv", HeadRow))
def test_organisation_heads(row):
    assert [f.span.slice(row.example) for f in find_organisations(row.example)] == [row.example]
    assert not [f for f in find_organisations(row.counter_example) if f.value.startswith(row.head)]


@pytest.mark.parametrize("row", rows("persons_titles.tsv", TitleRow))
def test_titles(row):
    assert [p.span.slice(row.example) for p in find_persons(row.example)] == [row.example]
    assert not find_persons(row.counter_example)


@pytest.mark.parametrize("row", rows("fields.tsv", FieldRow))
def test_fields(row):
    def names(text):
        return [f.name for f in find_fields(NormalText(MappedText.identity(text), ())) if f.sure]

    assert names(row.example) == [row.field]
    assert row.field not in names(row.counter_example)


@pytest.mark.parametrize("row", rows("fields_prose.tsv", ProseRow))
def test_prose(row):
    assert re.search(row.pattern, row.example)
    assert not re.search(row.pattern, row.counter_example)


@pytest.mark.parametrize("row", rows("silence.tsv", SilenceRow))
def test_silence(row):
    assert silence_of(row.example) == row.kind
    assert silence_of(row.counter_example) == ""
