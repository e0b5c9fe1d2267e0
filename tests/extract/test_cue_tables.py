"""Every row of the cue tables: its example matches, its counter-example does not."""

import pytest

from pipeline.extract.cues import CueRow, NegatorRow, StateRow, priors
from pipeline.extract.leanings import LeaningRow, leaning_of
from pipeline.headings_table import heading_rows
from pipeline.resources import load_table
from pipeline.segment.patterns import PatternMatcher
from pipeline.spans import Span

CUES = load_table("cues.tsv", CueRow)
STATES = load_table("states.tsv", StateRow)
LEANINGS = load_table("leanings.tsv", LeaningRow)
CATEGORIES = {"output", "outcome", "obstacle", "success_factor", "lesson", "recommendation"}


@pytest.mark.parametrize("row", [*CUES, *STATES], ids=lambda row: row.id)
def test_pattern_matches_its_example_and_not_its_counter_example(row):
    matcher = PatternMatcher([(row.id, row.pattern)])
    assert matcher.find_all(row.example)
    assert not matcher.find_all(row.counter_example)


def test_every_category_is_known():
    assert {row.category for row in CUES if row.category} == CATEGORIES
    assert {category for row in STATES for category in row.categories} <= CATEGORIES


def test_every_role_of_a_category_has_a_prior_for_it():
    for role in {row.role for row in heading_rows()} & CATEGORIES:
        weights = priors(role)
        assert max(weights, key=lambda category: weights[category]) == role


@pytest.mark.parametrize("row", LEANINGS, ids=lambda row: row.id)
def test_leaning_example_leans(row):
    assert leaning_of(row.example, Span(0, len(row.example))) or row.phrase in {"(", "“"} or row.kind == "predicate"


def test_negators_have_examples_that_hold_them():
    for row in load_table("negators.tsv", NegatorRow):
        assert row.phrase in row.example
