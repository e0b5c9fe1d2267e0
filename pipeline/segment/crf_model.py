"""The weights of a linear-chain CRF that CRFsuite has learned, read from its file.

CRFsuite's own tagger takes the features of each word as strings and copies, hashes and looks up every one; a caller that knows
its features adds up their weights in a fifth of that time. Layout of the file: crf1d_model.c and cqdb.c of CRFsuite 0.12
(Okazaki 2007, https://www.chokkan.org/software/crfsuite/).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import ResourceError

_HEADER = struct.Struct("<4sI4s9I")
_FEATURE = np.dtype([("kind", "<u4"), ("source", "<u4"), ("label", "<u4"), ("weight", "<f8")])
_STATE, _TRANSITION = 0, 1
_VERSION = 100


@dataclass(frozen=True, slots=True)
class CrfModel:
    """Weights by label, in the order of `labels`."""

    labels: tuple[str, ...]
    features: dict[str, tuple[float, ...]]  # for each label, what a feature of a word says for it
    transitions: tuple[tuple[float, ...], ...]  # from each label, to each label


def read_crf(path: Path) -> CrfModel:
    """The model of a file. Raises ResourceError when it is no CRFsuite model of the known version."""
    data = path.read_bytes()
    magic, _, kind, version, *numbers = _HEADER.unpack_from(data)
    if (magic, kind, version) != (b"lCRF", b"FOMC", _VERSION):
        raise ResourceError(f"{path.name} is no CRFsuite model of version {_VERSION}.", "Install the pinned PyThaiNLP.")
    _, _, _, at_features, at_labels, at_names, *_ = numbers
    labels, names = _strings(data, at_labels), _strings(data, at_names)
    (count,) = struct.unpack_from("<I", data, at_features + 8)
    found = np.frombuffer(data, _FEATURE, count, at_features + 12)
    states, moves = np.zeros((len(names), len(labels))), np.zeros((len(labels), len(labels)))
    for weights, kind_of in ((states, _STATE), (moves, _TRANSITION)):
        own = found[found["kind"] == kind_of]
        weights[own["source"], own["label"]] = own["weight"]
    features = dict(zip(names, map(tuple, states.tolist()), strict=True))
    return CrfModel(tuple(labels), features, tuple(map(tuple, moves.tolist())))


def _strings(data: bytes, start: int) -> list[str]:
    """The strings of a constant database inside the file, by number."""
    count, at_places = struct.unpack_from("<2I", data, start + 16)
    found = []
    for place in struct.unpack_from(f"<{count}I", data, start + at_places):
        (size,) = struct.unpack_from("<I", data, start + place + 4)
        found.append(data[start + place + 8 : start + place + 7 + size].decode())  # a zero byte ends it
    return found
