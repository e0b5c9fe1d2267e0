"""Encoders taught apart decide together: each head says the mean of what theirs say, boundaries what the first says, whatever scale the rules' numbers came on."""

import numpy as np
import pytest

from pipeline.classify.context import SCALES, Scaled
from pipeline.learn.taught import TeachError, between, run, together
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


@pytest.mark.parametrize(("head", "scale"), [("category", SCALES[0]), ("issue", SCALES[1]), ("sdh", SCALES[1])])
def test_a_head_says_the_mean(head, scale):
    members = [member(1), member(2)]
    numbers = np.random.default_rng(3)
    vectors = [numbers.normal(size=(6, WIDE)).astype(np.float32) for _ in members]
    # Near the means, where no scale cuts anything off.
    rows = np.stack([each.numbers[f"{scale}.mean"] for each in members]).mean(axis=0)[None].repeat(6, 0)
    apart = [said(each, head, [own], scaled(each, scale, rows)) for each, own in zip(members, vectors, strict=True)]
    if any(np.abs(scaled(each, scale, rows)).max() >= 4 for each in members):
        pytest.fail("the rows are cut off: choose others")
    both = together(members)
    assert np.allclose(said(both, head, vectors, scaled(both, scale, rows)), np.mean(apart, axis=0), atol=1e-3)


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
