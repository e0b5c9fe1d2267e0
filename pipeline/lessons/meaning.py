"""How close two texts are in meaning, on one scale for a tier of embeddings: the cosine around the centre of the language, and shared letters."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.classify.embeddings import ACCURATE, FAST, Embedder, accurate
from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.model import Model, ModelError, chosen, folder_of, load_model
from pipeline.lessons.duplicates import letters_of
from pipeline.resources import load_table

AUTO = "auto"
_GRAMS = (2, 3, 4)
_COLUMNS = 1 << 20  # grams are numbered by a hash; two of them meet once in a million


@dataclass(frozen=True, slots=True)
class Scale:
    """What a tier of embeddings needs: the share of letters in the closeness, and where the same lesson and the same topic begin.

    `same` and `letters` were chosen on the development half of corpus/clusters by the B-cubed F0.5, since a wrong merger tells of a pattern
    that is not there, while a missed one only counts too few (accurate, mean closeness 0.41, 0.47, 0.53: F0.5 0.94, 0.96, 0.95); `about`
    by reading the pairs that it lets through on corpus/reports. Numbers left out or made alike before the texts are embedded: no better.
    """

    letters: float  # weight of shared letters, 0 to 1; the rest is the cosine
    same: float  # mean closeness within a cluster
    about: float  # closeness of two lessons on one topic


SCALES = {ACCURATE: Scale(letters=0.0, same=0.47, about=0.28), FAST: Scale(letters=0.3, same=0.40, about=0.25)}


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A row of `data/lesson_centre.tsv`: the mean vector of the findings of corpus/gold, for one embedder."""

    id: str  # name of the embedder
    vector: tuple[str, ...]  # decimal numbers, one a dimension


@dataclass(frozen=True, slots=True)
class Placed:
    """Texts made comparable: unit vectors with shape (texts, dimensions), and their grams with shape (texts, grams), rows of length 1."""

    vectors: Floats
    grams: csr_matrix
    letters: float

    def closeness(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
        """The closeness of each of `rows` to each of `columns`, -1 to 1, with shape (rows, columns)."""
        near: Floats = self.vectors[rows] @ self.vectors[columns].T
        if not self.letters:
            return near
        shared = (self.grams[rows] @ self.grams[columns].T).toarray()
        return np.asarray((1 - self.letters) * near + self.letters * shared, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A tier of embeddings with its scale and the centre of the language: the mean vector of many lessons.

    Sentence embeddings of one field lie close together (two unrelated lessons have a cosine of 0.8); around their centre they spread.
    """

    name: str
    embedder: Embedder
    centre: Floats
    scale: Scale

    def place(self, texts: Sequence[str]) -> Placed:
        """The texts, comparable. What a text becomes does not depend on the others."""
        vectors = self.embedder.embed([" ".join(text.split()) for text in texts]) - self.centre
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
        return Placed((vectors / lengths).astype(np.float32), _grams(texts), self.scale.letters)


@cache
def meaning_of(model: str = AUTO) -> Meaning:
    """The tier called `model`: accurate, fast, or auto for the best that is installed.

    Raises ModelError where its files are missing or damaged.
    """
    if chosen(model) == ACCURATE:
        embedder = accurate()
        return Meaning(ACCURATE, embedder, _kept_centre(embedder.name), SCALES[ACCURATE])
    trained = load_model(folder_of(FAST))
    if not isinstance(trained, Model):
        raise ModelError("The fast model holds no word vectors.", "Train it again: make train")
    return Meaning(FAST, trained.embedder, trained.examples.vectors.astype(np.float32).mean(axis=0), SCALES[FAST])


def _kept_centre(embedder: str) -> Floats:
    """The centre that `data/lesson_centre.tsv` keeps for an embedder. Raises ModelError where it keeps none."""
    for row in load_table("lesson_centre.tsv", CentreRow):
        if row.id == embedder:
            return np.array(row.vector, dtype=np.float32)
    raise ModelError(f"No centre is kept for {embedder}.", "Use --model fast.")


def _grams(texts: Sequence[str]) -> csr_matrix:
    """The sets of character 2-, 3- and 4-grams of the texts, as rows of length 1."""
    columns: list[int] = []
    ends = [0]
    values: list[float] = []
    for text in texts:
        letters = letters_of(text)
        grams = {letters[at : at + n] for n in _GRAMS for at in range(len(letters) - n + 1)}
        own = sorted({zlib.crc32(gram.encode("utf-8", "surrogatepass")) % _COLUMNS for gram in grams})
        columns += own
        values += [1 / np.sqrt(len(own))] * len(own)
        ends.append(len(columns))
    return csr_matrix((np.array(values, np.float32), columns, ends), shape=(len(texts), _COLUMNS))
