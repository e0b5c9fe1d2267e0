"""Our figures against second, independent implementations: scikit-learn for labels and kappa, nervaluate for spans."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator
from sklearn.metrics import cohen_kappa_score, f1_score, precision_recall_fscore_support

from pipeline.evaluate.agreement import cohen_kappa
from pipeline.evaluate.calibration import coverage_at, expected_error, precision_at, reliability
from pipeline.evaluate.counts import Counts, Tally, macro_f1, micro, rated_f1, rated_share, resampled, total
from pipeline.evaluate.matching import Letters, iou, pair
from pipeline.spans import Span

LABELS = ["output", "outcome", "obstacle"]
ANSWERS = st.lists(st.tuples(st.sampled_from([*LABELS, "none"]), st.sampled_from([*LABELS, "none"])), min_size=1)


def tally_of(pairs):
    """The counts of (gold, guess) pairs, one label each."""
    tally = Tally()
    for gold, guessed in pairs:
        if gold == guessed != "none":
            tally.add("unit", "category", gold, right=1)
            continue
        if guessed != "none":
            tally.add("unit", "category", guessed, wrong=1)
        if gold != "none":
            tally.add("unit", "category", gold, missed=1)
    return tally


@given(ANSWERS)
def test_precision_recall_and_f1_are_those_of_scikit_learn(pairs):
    tallies = [tally_of(pairs)]
    gold, guessed = [a for a, _ in pairs], [b for _, b in pairs]
    theirs = precision_recall_fscore_support(gold, guessed, labels=LABELS, zero_division=0)
    for at, code in enumerate(LABELS):
        ours = total(tallies, "unit", "category", code)
        for value, their in zip((ours.precision, ours.recall, ours.f1), theirs[:3], strict=True):
            assert (value or 0.0) == pytest.approx(their[at])
        assert ours.gold == theirs[3][at]
    micro_f1 = f1_score(gold, guessed, labels=LABELS, average="micro", zero_division=0)
    assert (micro(tallies, "unit", "category", LABELS).f1 or 0.0) == pytest.approx(micro_f1)
    held = [code for code in LABELS if code in gold]
    if held:
        theirs_macro = f1_score(gold, guessed, labels=held, average="macro", zero_division=0)
        assert macro_f1(tallies, "unit", "category", LABELS) == pytest.approx(theirs_macro)
    else:
        assert macro_f1(tallies, "unit", "category", LABELS) is None


@given(ANSWERS)
def test_kappa_is_that_of_scikit_learn(pairs):
    ours = cohen_kappa(pairs)
    if ours is None:
        assert len({label for pair_ in pairs for label in pair_}) == 1
    else:
        assert ours == pytest.approx(cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs]))


def draw_spans(draw, size):
    """Gold and guessed spans in cells of ten letters: no two of one side touch, so that no matching is in doubt."""
    gold, guessed = [], []
    for cell in range(size):
        for spans in (gold, guessed):
            if draw.random() < 0.7:
                start = cell * 10 + draw.randrange(0, 5)
                spans.append((Span(start, start + draw.randrange(1, 6)), draw.choice(LABELS)))
    return gold, guessed


@pytest.mark.parametrize("seed", range(20))
def test_spans_are_matched_as_nervaluate_does(seed):
    draw = random.Random(seed)
    gold, guessed = draw_spans(draw, 30)
    as_dicts = [[{"label": c, "start": s.start, "end": s.end - 1} for s, c in side] for side in (gold, guessed)]
    # Their end is inclusive; ent_type asks for any overlap and the same label, strict for the same place too.
    theirs = Evaluator([as_dicts[0]], [as_dicts[1]], tags=LABELS, loader="dict").evaluate()["overall"]
    for scheme, threshold in (("ent_type", 0.0), ("strict", 1.0)):
        pairs = pair(
            [s for s, _ in guessed],
            [s for s, _ in gold],
            threshold,
            fits=lambda i, j: guessed[i][1] == gold[j][1],
        )
        ours = Counts(len(pairs), len(guessed) - len(pairs), len(gold) - len(pairs))
        assert ours.right == theirs[scheme].correct
        assert ours.precision == pytest.approx(theirs[scheme].precision)
        assert ours.recall == pytest.approx(theirs[scheme].recall)
        assert ours.f1 == pytest.approx(theirs[scheme].f1)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)).map(lambda p: Span(p[0], p[0] + p[1])), max_size=12)


@given(SPANS, SPANS, st.sampled_from([0.0, 0.25, 0.5, 0.9]))
def test_pairs_are_one_to_one_and_close_enough(guesses, golds, threshold):
    pairs = pair(guesses, golds, threshold)
    assert len(set(pairs.values())) == len(pairs)
    assert all(iou(guesses[i], golds[j]) >= max(threshold, 1e-9) for i, j in pairs.items())


@given(st.text(alphabet="กข \n​", max_size=40), st.data())
def test_letters_count_what_is_no_white_space(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    place = Letters(text).place(Span(start, end))
    assert len(place) == sum(char in "กข" for char in text[start:end])


def test_no_data_is_not_zero():
    assert Counts().f1 is None and Counts().precision is None and Counts().recall is None
    assert Counts(missed=2).f1 == 0.0 and Counts(missed=2).precision is None
    assert rated_share([(0, 0)]).value is None
    assert expected_error([]) is None and precision_at([], 0.5) is None and coverage_at([], 0.9) is None


def test_intervals_hold_the_score_and_stay_the_same():
    tallies = [tally_of([("output", "output")] * n + [("output", "none")] * 3) for n in range(1, 12)]
    rated = rated_f1(tallies, "unit", "category", LABELS)
    assert rated == rated_f1(tallies, "unit", "category", LABELS)
    assert rated.low < rated.value < rated.high
    assert (resampled(5).sum(axis=1) == 5).all()


def test_a_code_that_few_reports_hold_is_left_out_of_resamples_without_it():
    tallies = [tally_of([("output", "output")]), *(tally_of([("obstacle", "obstacle")]) for _ in range(9))]
    assert rated_f1(tallies, "unit", "category", LABELS, macro=True).low == 1.0


def test_calibration_of_a_perfect_and_of_a_boastful_score():
    assert expected_error([(1.0, True), (0.0, False)]) == 0.0
    boastful = [(0.95, at % 2 == 0) for at in range(100)]
    assert expected_error(boastful) == pytest.approx(0.45)
    assert [(b.guesses, b.right) for b in reliability(boastful)] == [(100, 0.5)]
    # Too modest in one bin does not make up for too bold in another.
    assert expected_error([(0.15, True), (0.85, False)]) == pytest.approx(0.85)


def test_precision_by_coverage_keeps_the_surest_and_equals_together():
    scored = [(0.9, True), (0.8, True), (0.8, False), (0.1, False)]
    assert precision_at(scored, 0.25) == (0.9, 1.0, 1)
    assert precision_at(scored, 0.5) == (0.8, pytest.approx(2 / 3), 3)
    assert precision_at(scored, 1.0) == (0.1, 0.5, 4)
    assert coverage_at(scored, 0.95) == 0.25
    assert coverage_at(scored, 0.5) == 1.0
    assert coverage_at([(0.9, False)], 0.5) == 0.0
