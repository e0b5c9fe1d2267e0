"""Encoders taught apart decide together: in a report the first two, of words alone all in their shares, of boundaries the first, whatever scale the rules' numbers
came on."""

import numpy as np
import pytest

from pipeline.classify.context import ATOM, FINDING, GOES_ON, KIND, PASSAGE, PASSAGE_KIND, PLACE, SCALES, Scaled
from pipeline.classify.embeddings import has_accurate
from pipeline.classify.embeddings_weights import find_weights
from pipeline.classify.heads import Head
from pipeline.classify.model import MODELS, load_model
from pipeline.classify.taxonomy import ISSUE, SDH
from pipeline.learn.taught import TeachError, _held, _of_two_views, _plain_model, between, run, together
from pipeline.learn.windowed import Taught

WIDE, UNITS, TAGS, GAPS = 384, 5, 7, 4


def member(seed: int) -> Taught:
    numbers = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return numbers.normal(size=shape).astype(np.float32)

    held = {"unit_numbers.mean": some(UNITS), "unit_numbers.spread": np.abs(some(UNITS)) + 0.1}
    held |= {"tag_numbers.mean": some(TAGS), "tag_numbers.spread": np.abs(some(TAGS)) + 0.1}
    for head, width, codes in (
        ("category", WIDE + UNITS, 10),
        ("issue", WIDE + TAGS, 8),
        ("sdh", WIDE + TAGS, 12),
        ("goes_on", 2 * WIDE + GAPS, 1),
    ):
        held |= {f"{head}.weights": some(codes, width), f"{head}.bias": some(codes)}
    return Taught({"l4.q.down": some(WIDE, 2), "l4.q.up": some(2, WIDE)}, held)


def said(taught: Taught, head: str, vectors: list[np.ndarray], others: np.ndarray) -> np.ndarray:
    return np.hstack([*vectors, others]) @ taught.numbers[f"{head}.weights"].T + taught.numbers[f"{head}.bias"]


def scaled(taught: Taught, name: str, rows: np.ndarray) -> np.ndarray:
    return Scaled(taught.numbers[f"{name}.mean"], taught.numbers[f"{name}.spread"]).of(rows)


@pytest.mark.parametrize(
    ("head", "scale", "count", "shares"),
    [
        ("category", SCALES[0], 2, (0.6, 0.4)),
        ("issue", SCALES[1], 2, (0.6, 0.4)),
        ("sdh", SCALES[1], 3, (0.6, 0.4)),
        ("alone.category", SCALES[0], 2, (0.625, 0.375)),
        ("alone.category", SCALES[0], 3, (0.25, 0.15, 0.6)),
        ("alone.issue", SCALES[1], 3, (0.25, 0.15, 0.6)),
        ("alone.sdh", SCALES[1], 3, (0.25, 0.15, 0.6)),
    ],
)
def test_a_head_says_what_those_that_it_hears_say_in_their_shares(head, scale, count, shares):
    heard = len(shares)
    members = [member(seed) for seed in (1, 2, 3)[:count]]
    numbers = np.random.default_rng(3)
    vectors = [numbers.normal(size=(6, WIDE)).astype(np.float32) for _ in members]
    # Near the means, where no scale cuts anything off.
    rows = np.stack([each.numbers[f"{scale}.mean"] for each in members]).mean(axis=0)[None].repeat(6, 0)
    own_head = head.removeprefix("alone.")
    apart = [said(each, own_head, [own], scaled(each, scale, rows)) for each, own in zip(members, vectors, strict=True)]
    if any(np.abs(scaled(each, scale, rows)).max() >= 4 for each in members[:heard]):
        pytest.fail("the rows are cut off: choose others")
    both = together(members)
    given = said(both, head, vectors[:heard], scaled(both, scale, rows))
    assert np.allclose(given, np.average(apart[:heard], axis=0, weights=shares), atol=1e-3)


def test_between_two_goes_lies_their_mean():
    before, after = member(7), member(8)
    half = between(before, after, 0.5)
    assert half.numbers.keys() == after.numbers.keys() and half.adapters.keys() == after.adapters.keys()
    for old, new, mean in zip(
        *([*each.numbers.values(), *each.adapters.values()] for each in (before, after, half)),
        strict=True,
    ):
        assert np.allclose(mean, (old + new) / 2, atol=1e-6)
    assert all(np.array_equal(between(before, after, 0.0).numbers[name], after.numbers[name]) for name in after.numbers)


def test_of_a_boundary_the_first_alone_says():
    members = [member(4), member(5)]
    numbers = np.random.default_rng(6)
    left, right = ([numbers.normal(size=(3, WIDE)).astype(np.float32) for _ in members] for _ in "lr")
    gaps = numbers.normal(size=(3, GAPS)).astype(np.float32)
    apart = [said(each, "goes_on", [left[at], right[at]], gaps) for at, each in enumerate(members)]
    both = together(members)
    assert np.allclose(said(both, "goes_on", [*left, *right], gaps), apart[0], atol=1e-3)
    assert sorted(both.adapters) == ["0/l4.q.down", "0/l4.q.up", "1/l4.q.down", "1/l4.q.up"]


def test_one_alone_is_itself():
    own = member(7)
    both = together([own])
    assert all(np.allclose(both.numbers[name], array) for name, array in own.numbers.items())


def test_a_file_is_wanted_for_each(tmp_path):
    with pytest.raises(TeachError, match="1 files"):
        run(tmp_path / "model", [tmp_path / "one.npz"])


def test_a_head_for_two_readings_counts_each_by_what_it_tells():
    numbers = np.random.default_rng(9)
    one = np.ones(3, np.float32)
    head = Head(("a", "b", "c"), numbers.normal(size=(6, 3)).astype(np.float32), 0 * one, one, 0 * one, one, one)
    telling, noise = (numbers.normal(size=(400, 6)).astype(np.float32) for _ in "ab")
    right = (head.values(telling) + numbers.logistic(size=(400, 3)) > 0).astype(np.float32)
    answers = np.stack([right, np.ones_like(right)], axis=1)
    both = _of_two_views(head, head, np.hstack([noise, telling]), answers)
    shares = [both.weights[part] / head.weights for part in (slice(0, 6), slice(6, 12))]
    assert all(np.allclose(share, share[0, 0], rtol=1e-3) for share in shares)
    assert abs(shares[0][0, 0]) < 0.1 and 0.8 < shares[1][0, 0] < 1.2


@pytest.mark.skipif(not has_accurate(), reason="the accurate model is not installed")
def test_what_was_taught_is_read_back_from_the_model():
    model = load_model(MODELS / "accurate")
    again = _plain_model(_held(MODELS / "accurate"), find_weights())
    for name in (ATOM, FINDING, PASSAGE, KIND, PASSAGE_KIND, GOES_ON, ISSUE, SDH, *PLACE.values()):
        assert np.array_equal(again.heads[name].weights, model.heads[name].weights), name
        assert np.array_equal(again.heads[name].bias, model.heads[name].bias), name
    assert np.array_equal(again.tags_scale.mean, model.tags_scale.mean)
    words = [(2, 7, 11, 3)]
    for old, new in ((model.encoder, again.encoder), (model.specialist, again.specialist)):
        assert np.array_equal(old.hidden(words)[0], new.hidden(words)[0])


def test_a_model_without_a_taught_encoder_is_refused():
    with pytest.raises(TeachError, match="no taught encoder"):
        _held(MODELS / "fast")
