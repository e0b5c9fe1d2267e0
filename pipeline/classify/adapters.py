"""Low-rank changes of the encoder (Hu et al. 2021, "LoRA") as a model keeps them: numbers of 8 bits, with a scale for each column.

A matrix of 384 numbers in 64 columns so takes half the room of half precision. What the changes of a matrix amount to, down times up, moves by 0.8 to 1.0 percent
(four matrices of the third encoder of models/accurate), while the matrix itself is kept in 4 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings_weights import Floats

_SCALE = ".scale"
_MOST = 127


def packed(adapters: Mapping[str, Floats]) -> dict[str, NDArray[Any]]:
    """The matrices as they are stored: `l4.q.down` in 8 bits, and `l4.q.down.scale` with shape (1, columns)."""
    held: dict[str, NDArray[Any]] = {}
    for name, array in adapters.items():
        scale = np.abs(array).max(axis=0, keepdims=True).astype(np.float32) / np.float32(_MOST)
        scale[scale == 0] = 1.0
        held[name], held[name + _SCALE] = np.rint(array / scale).astype(np.int8), scale
    return held


def unpacked(held: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """The matrices of what is stored; the reverse of `packed` up to half a step of the scale. Raises KeyError where a scale is missing."""
    names = [name for name in held if not name.endswith(_SCALE)]
    return {name: np.asarray(held[name].astype(np.float32) * held[name + _SCALE], np.float32) for name in names}


def sets_of(adapters: Mapping[str, Floats]) -> list[dict[str, Floats]]:
    """Sets of changes from one: `1/l4.q.down` is `l4.q.down` of the second set."""
    sets: dict[int, dict[str, Floats]] = {}
    for name, array in adapters.items():
        number, _, own = name.partition("/")
        sets.setdefault(int(number), {})[own] = array
    return [sets[number] for number in sorted(sets)]
