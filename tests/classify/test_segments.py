"""Atoms become findings: each stretch has one category, boundaries stand where the signs are, nothing overlaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify.segments import best_stretches


def logs(rows):
    return np.log(np.array(rows, dtype=float))


def test_a_boundary_parts_two_findings_of_one_category():
    sure = logs([[0.9], [0.9], [0.9], [0.9]])
    nothing = logs([0.1] * 4)
    assert best_stretches(sure, nothing, np.array([0, 0.9, 0.05, 0.9])) == [(0, 2, 0), (2, 4, 0)]
    assert best_stretches(sure, nothing, np.array([0, 0.9, 0.9, 0.9])) == [(0, 4, 0)]


def test_a_weak_atom_inside_a_finding_stays_with_it_and_one_of_another_category_does_not():
    categories = logs([[0.9, 0.02], [0.3, 0.02], [0.9, 0.02], [0.02, 0.97]])
    nothing = logs([0.1, 0.6, 0.1, 0.03])
    assert best_stretches(categories, nothing, np.array([0, 0.9, 0.9, 0.3])) == [(0, 3, 0), (3, 4, 1)]


def test_nothing_is_found_in_nothing():
    assert best_stretches(logs([[0.05]] * 3), logs([0.95] * 3), np.array([0, 0.2, 0.2])) == []
    assert best_stretches(np.zeros((0, 2)), np.zeros(0), np.zeros(0)) == []


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 10_000))
def test_stretches_lie_in_order_without_overlap(count, codes, seed):
    random = np.random.default_rng(seed)
    scores = random.uniform(0.01, 0.99, (count, codes))
    found = best_stretches(np.log(scores), np.log(1 - scores.max(axis=1)), random.uniform(0, 1, count))
    ends = [0]
    for first, behind, category in found:
        assert ends[-1] <= first < behind <= count and 0 <= category < codes
        ends.append(behind)


@given(st.integers(2, 6), st.integers(0, 10_000))
def test_no_other_cut_says_more(count, seed):
    """The best of all ways to label and cut, tried one by one."""
    random = np.random.default_rng(seed)
    scores = random.uniform(0.05, 0.95, (count, 1))
    categories, nothing, on = np.log(scores), np.log(1 - scores[:, 0]), random.uniform(0.05, 0.95, count)

    def value(stretches):
        inside = {at for first, behind, _ in stretches for at in range(first, behind)}
        opens = {first for first, _, _ in stretches}
        total = sum(categories[at, 0] if at in inside else nothing[at] for at in range(count))
        for at in range(1, count):
            if at in inside and at not in opens:
                total += np.log(on[at])
            elif at in inside or at - 1 in inside:
                total += np.log(1 - on[at])
        return total

    def ways(at):
        if at == count:
            yield []
            return
        yield from ways(at + 1)
        for behind in range(at + 1, count + 1):
            for rest in ways(behind):
                yield [(at, behind, 0), *rest]

    found = best_stretches(categories, nothing, on)
    assert value(found) >= max(value(way) for way in ways(0)) - 1e-9
