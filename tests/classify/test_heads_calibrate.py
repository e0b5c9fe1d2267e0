"""Heads and their calibration: laws that hold for any numbers, and a fit that finds what is there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify.calibrate import calibrate, thresholds
from pipeline.classify.fitting import fit_head
from pipeline.classify.heads import ACCEPTED, ARRAYS, REJECTED, REVIEW, head_of, logistic


def data(rows=300, seed=0):
    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, 5)).astype(np.float32)
    answers = np.stack([features[:, 0] + 0.3 * random.normal(size=rows) > 0.5, features[:, 1] > 1.5], axis=1)
    return features, answers, np.ones(answers.shape), [at % 10 for at in range(rows)]


def fitted():
    features, answers, weights, groups = data()
    scale = np.ones(5, dtype=np.float32)
    return fit_head(("a", "b"), features, answers, weights, groups, strength=1.0, scale=scale), features, answers


def test_a_head_finds_what_is_there_and_is_calibrated_out_of_fold():
    (head, outside), features, answers = fitted()
    assert ((head.scores(features) >= head.accept) == answers).mean() > 0.9
    assert outside.mean(axis=0) == pytest.approx(answers.mean(axis=0), abs=0.02)


def test_the_same_data_give_the_same_head():
    (one, _), _, _ = fitted()
    (other, _), _, _ = fitted()
    assert all((getattr(one, name) == getattr(other, name)).all() for name in ARRAYS)


def test_rows_of_unknown_answer_teach_nothing():
    features, answers, weights, groups = data()
    scale = np.ones(5, dtype=np.float32)
    weights[::2, 1] = 0
    lying = answers.copy()
    lying[::2, 1] = ~lying[::2, 1]
    one, _ = fit_head(("a", "b"), features, answers, weights, groups, strength=1.0, scale=scale)
    other, _ = fit_head(("a", "b"), features, lying, weights, groups, strength=1.0, scale=scale)
    assert one.weights == pytest.approx(other.weights)


def test_a_code_without_examples_is_never_accepted():
    features, answers, weights, groups = data()
    answers[:, 1] = False
    head, _ = fit_head(("a", "b"), features, answers, weights, groups, strength=1.0, scale=np.ones(5, np.float32))
    assert (head.scores(features)[:, 1] < head.accept[1]).all()


def test_zones_follow_the_thresholds():
    (head, _), _, _ = fitted()
    assert (head.review <= head.accept).all()
    assert head.zone(0, float(head.accept[0]) + 0.001) == ACCEPTED
    assert head.zone(0, (float(head.accept[0]) + float(head.review[0])) / 2) == REVIEW
    assert head.zone(0, float(head.review[0]) - 0.001) == REJECTED


def test_more_positives_in_the_field_raise_scores_and_thresholds_alike():
    features, answers, weights, _ = data()
    values = features[:, :2].astype(float)
    plain, shifted = (calibrate(values, answers, weights, shift=shift) for shift in (0.0, 1.0))
    taken = [logistic(values * c.slope + c.offset) >= c.accept for c in (plain, shifted)]
    assert (shifted.offset == plain.offset + 1).all()
    assert (taken[0] == taken[1]).all()


def test_few_positives_take_the_common_threshold():
    scores = np.tile(np.linspace(0.01, 0.99, 99), (2, 1)).T
    answers = np.stack([scores[:, 0] > 0.5, np.zeros(99, dtype=bool)], axis=1)
    answers[98, 1] = True
    many, few = thresholds(scores, answers, np.ones(answers.shape))
    assert abs(few - many) < 0.1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_the_logistic_is_a_probability_and_rises(values):
    result = logistic(np.sort(np.array(values)))
    assert ((result >= 0) & (result <= 1)).all()
    assert (np.diff(result) >= 0).all()


def test_numbers_that_do_not_fit_their_codes_are_refused():
    (head, _), _, _ = fitted()
    with pytest.raises(ValueError, match="do not fit"):
        head_of(("a", "b", "c"), head.arrays())


def test_of_a_rare_code_no_positive_lies_below_the_review_threshold():
    values = np.concatenate([np.linspace(-2, 4, 60), np.linspace(-9, -1, 400)])[:, None]
    answers = np.arange(460)[:, None] < 60
    found = calibrate(values, answers, np.ones((460, 1)))
    scores = 1 / (1 + np.exp(-(values * found.slope + found.offset)))
    assert (scores[answers] >= found.review[0]).all()
