"""What an encoder was taught is stored in 8 bits and comes back as it was, up to half a step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.classify.adapters import packed, sets_of, unpacked

MATRICES = arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.floats(-100, 100, width=32, allow_subnormal=False),
)


@given(MATRICES)
def test_each_number_comes_back_within_half_a_step_of_its_column(matrix):
    back = unpacked(packed({"0/l4.q.down": matrix}))["0/l4.q.down"]
    step = np.abs(matrix).max(axis=0) / 127
    assert back.dtype == np.float32
    assert np.all(np.abs(back - matrix) <= step * 0.501 + 1e-12)


@given(MATRICES)
def test_what_was_packed_once_is_packed_again_without_loss(matrix):
    once = packed({"0/l4.q.up": matrix})
    again = packed(unpacked(once))
    assert np.array_equal(once["0/l4.q.up"], again["0/l4.q.up"])


def test_numbers_take_one_byte_each_beside_their_scales():
    held = packed({"0/l4.q.down": np.ones((384, 64), np.float32)})
    assert {name: array.nbytes for name, array in held.items()} == {
        "0/l4.q.down": 384 * 64,
        "0/l4.q.down.scale": 64 * 4,
    }


def test_a_matrix_without_its_scale_is_refused():
    held = packed({"0/l4.q.down": np.ones((3, 2), np.float32)})
    del held["0/l4.q.down.scale"]
    with pytest.raises(KeyError):
        unpacked(held)


def test_the_sets_of_several_encoders_come_apart_in_order():
    one, other = np.ones((2, 1), np.float32), np.zeros((2, 1), np.float32)
    sets = sets_of({"1/l4.q.down": other, "0/l4.q.down": one, "0/l4.q.up": other})
    assert [sorted(each) for each in sets] == [["l4.q.down", "l4.q.up"], ["l4.q.down"]]
    assert sets[0]["l4.q.down"] is one
