"""The rule tables keep what each row promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.classify import taxonomy
from pipeline.classify.rules import term_votes
from pipeline.classify.tag import context_votes, tag_text
from pipeline.classify.terms import exception_rows, lexicon, plan_matcher, term_rows
from pipeline.errors import ResourceError

SCHEMES = (taxonomy.ISSUE, taxonomy.SDH)
TERMS = [pytest.param(scheme, row, id=row.id) for scheme in SCHEMES for row in term_rows(scheme)]
EXCEPTIONS = [pytest.param(scheme, row, id=row.id) for scheme in SCHEMES for row in exception_rows(scheme)]
PLANS = [pytest.param(row, id=row.id) for row in plan_matcher()[1].values()]


def accepted(text: str, scheme: str) -> set[str]:
    return {tag.code for tag in tag_text(text) if tag.scheme == scheme and tag.accepted}


@pytest.mark.parametrize(("scheme", "row"), TERMS)
def test_each_term_matches_its_example_and_not_its_counter_example(scheme: str, row) -> None:
    assert row.id in {vote.rule for vote in term_votes(row.example, scheme)}
    assert row.id not in {vote.rule for vote in term_votes(row.counter_example, scheme)}


@pytest.mark.parametrize(("scheme", "row"), EXCEPTIONS)
def test_each_exception_hides_in_its_example_and_not_in_its_counter_example(scheme: str, row) -> None:
    assert row.against not in accepted(row.example, scheme)
    assert row.against in accepted(row.counter_example, scheme)


@pytest.mark.parametrize(("scheme", "row"), EXCEPTIONS)
def test_each_word_of_an_exception_alone_tags_nothing_of_its_code(scheme: str, row) -> None:
    for phrase in row.phrases:
        assert row.against not in accepted(phrase, scheme), phrase


@pytest.mark.parametrize("row", PLANS)
def test_each_plan_name_lends_weight_to_its_issue(row) -> None:
    assert row.id in {vote.rule for vote, _ in context_votes([row.example])}
    assert row.id not in {vote.rule for vote, _ in context_votes([row.counter_example])}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_spelling_of_a_term_is_found_by_itself(scheme: str) -> None:
    lost = []
    for row in term_rows(scheme):
        for phrase in row.terms + row.token_terms:
            if row.code not in {vote.label for vote in term_votes(phrase, scheme)}:
                lost.append((row.id, phrase))
    assert lost == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_code_has_terms_of_each_kind_that_can_tag(scheme: str) -> None:
    for code in taxonomy.codes(scheme):
        mine = [row for row in term_rows(scheme) if row.code == code]
        assert {"strong", "weak"} <= {row.strength for row in mine}, code
        assert sum(len(row.terms + row.token_terms) for row in mine) >= 40, code


def test_a_term_table_with_an_unknown_code_stops_with_its_file(tmp_path: Path) -> None:
    header = "id\tcode\tstrength\tterms\ttoken_terms\texample\tcounter_example\tsource\n"
    (tmp_path / "terms_issues.tsv").write_text(header + "x1\tsmoking\tstrong\tบุหรี่\t\tบุหรี่\t\town\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"terms_issues\.tsv, row x1: unknown code 'smoking'"):
        lexicon(taxonomy.ISSUE, tmp_path)


def test_words_that_stand_twice_under_a_code_are_refused(tmp_path: Path) -> None:
    header = "id\tcode\tstrength\tterms\ttoken_terms\texample\tcounter_example\tsource\n"
    rows = "x1\ttobacco\tstrong\tบุหรี่\t\tบุหรี่\t\town\nx2\ttobacco\tweak\tบุหรี่\t\tบุหรี่\t\town\n"
    (tmp_path / "terms_issues.tsv").write_text(header + rows, encoding="utf-8")
    with pytest.raises(ResourceError, match="x2: 'บุหรี่' stands already in x1"):
        term_rows(taxonomy.ISSUE, tmp_path)


def test_an_unknown_strength_is_refused_with_its_line(tmp_path: Path) -> None:
    header = "id\tcode\tstrength\tterms\ttoken_terms\texample\tcounter_example\tsource\n"
    (tmp_path / "terms_sdh.tsv").write_text(header + "x1\ttobacco\tgreat\tก\t\tก\t\town\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"terms_sdh\.tsv:2: strength 'great'"):
        term_rows(taxonomy.SDH, tmp_path)
