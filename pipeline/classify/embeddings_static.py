"""The fast embedding: a table of words and phrases with vectors distilled from the accurate tier, run by NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings_weights import Floats
from pipeline.segment.tokens import tokens


class StaticWords:
    """A text is the weighted mean of the vectors of its words and of pairs of neighbouring words.

    The table is learnt so that this mean comes close to the vector of the accurate tier (`pipeline.learn.distil`).
    """

    name = "static-words-1"
    file = "words.npz"

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Takes the table: `words` (joined by line breaks, as bytes), `vectors` (words, dimensions), `weights` (words,)."""
        words = bytes(np.asarray(arrays["words"], dtype=np.uint8)).decode("utf-8").split("\n")
        self._vectors = arrays["vectors"].astype(np.float32) * arrays["scale"].astype(np.float32)
        self._weights = arrays["weights"].astype(np.float32)
        if not len(words) == len(self._vectors) == len(self._weights):
            raise ValueError("the table of words is not whole")
        self._at = {word: at for at, word in enumerate(words)}
        self.dimensions = self._vectors.shape[1]
        self._one = lru_cache(maxsize=4096)(self._embed)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors with shape (texts, dimensions) and length 1; zeros for a text without a known word."""
        return np.stack([self._one(text) for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)

    def _embed(self, text: str) -> Floats:
        known = [self._at[word] for word in words_of(text) if word in self._at]
        if not known:
            return np.zeros(self.dimensions, dtype=np.float32)
        total: Floats = self._weights[known] @ self._vectors[known]
        return total / max(float(np.linalg.norm(total)), 1e-6)


def words_of(text: str) -> Iterator[str]:
    """The words of a text, and each two neighbours joined by a blank; numbers are all alike.

    >>> list(words_of("ขาดคน 12"))
    ['ขาด', 'คน', 'ขาด คน', '0', 'คน 0']
    """
    before = ""
    for span in tokens(text):
        word = span.slice(text).strip().lower()
        if not word:
            continue
        if any(character.isdecimal() for character in word):
            word = "0"
        yield word
        if before:
            yield f"{before} {word}"
        before = word
