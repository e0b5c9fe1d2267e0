"""The index of a collection of lessons: postings of words and of letters, vectors of meaning; built once, kept in one file."""

from __future__ import annotations

import hashlib
import math
import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings import Embedder, cache_folder
from pipeline.classify.embeddings_weights import Floats
from pipeline.lessons.dataset import LessonRow
from pipeline.lessons.search_spelling import Choices
from pipeline.lessons.search_terms import CATEGORY_OF, PART, SIGNS, YEAR, find_terms, folded, place_names, word_key
from pipeline.resources import fingerprint
from pipeline.segment.tokens import tokens

FORMAT = 1
# BM25 (Robertson & Zaragoza 2009). Lessons are short and their length says little, so it counts less than the usual 0.75 (0.2, 0.4, 0.7 tried).
K1, B = 1.2, 0.2
# How much the fields beside the text count against a word of the text, and a part of a compound against a whole word.
FIELD, PART_COUNTS = 0.6, 0.6
GRAM = 3  # letters of a piece
_SEPARATOR = "\n"
_MOST_KEPT = 8  # index files in the cache folder; older ones go


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the documents that hold it and what it adds to their score. Compressed rows: term t has [starts[t], starts[t+1])."""

    at: Mapping[str, int]  # number of a term
    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int  # documents in all

    def count(self, term: str) -> int:
        """In how many documents the term stands."""
        row = self.at.get(term)
        return 0 if row is None else int(self.starts[row + 1] - self.starts[row])

    def idf(self, term: str) -> float:
        """How rare the term is: the logarithm that BM25 weighs terms with."""
        held = self.count(term)
        return math.log(1 + (self.size - held + 0.5) / (held + 0.5))

    def scores(self, wanted: Mapping[str, float]) -> Floats:
        """The score of each document for weighted terms, with shape (documents,)."""
        total = np.zeros(self.size, dtype=np.float32)
        for term in sorted(wanted):
            row = self.at.get(term)
            if row is not None:
                here = slice(int(self.starts[row]), int(self.starts[row + 1]))
                total[self.documents[here]] += np.float32(wanted[term]) * self.weights[here]
        return total


@dataclass(frozen=True)
class Index:
    """Everything that a query is held against."""

    words: Postings
    grams: Postings
    vectors: NDArray[np.float16]  # (documents, dimensions); no column without an embedder
    embedder: str  # name of the embedder; "" without

    @cached_property
    def centred(self) -> tuple[Floats, Floats]:
        """The vectors less their mean, with length 1, and the mean: what all texts share says nothing of meaning."""
        vectors = self.vectors.astype(np.float32)
        mean: Floats = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
        vectors -= mean
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return vectors, mean

    @cached_property
    def choices(self) -> Choices:
        """The plain words of the collection: what a misspelt one may have meant."""
        signs = tuple(SIGNS.values())
        return Choices.of(w for w in self.words.at if " " not in w and not w.startswith(signs) and not w[0].isdigit())


def build_index(lessons: Sequence[LessonRow], embedder: Embedder | None) -> Index:
    """The index of the lessons, by their position. Takes about a second for 1,500 lessons, and the embedder's time."""
    words, grams = _Counts(), _Counts()
    for lesson in lessons:
        words.add(_word_counts(lesson))
        grams.add(_gram_counts(lesson.text))
    bare = Index(words.bm25(), grams.cosine(), np.zeros((len(lessons), 0), dtype=np.float16), "")
    return with_meaning(bare, lessons, embedder) if embedder is not None else bare


def with_meaning(index: Index, lessons: Sequence[LessonRow], embedder: Embedder) -> Index:
    """The index with the vectors of an embedder in place of what it had."""
    vectors = embedder.embed([lesson.text for lesson in lessons])
    return Index(index.words, index.grams, vectors.astype(np.float16), embedder.name)


def _word_counts(lesson: LessonRow) -> dict[str, float]:
    """How often each term stands in a lesson; words of its fields count less."""
    counts: dict[str, float] = {}
    for term in find_terms(lesson.text):
        counts[term.key] = counts.get(term.key, 0.0) + (PART_COUNTS if term.kind == PART else 1.0)
    fields = [word_key(name) for name in (lesson.province, lesson.district, lesson.subdistrict) if name]
    if lesson.year_ce:
        fields.append(f"{SIGNS[YEAR]}{lesson.year_ce}")
    for key in fields:
        counts[key] = max(counts.get(key, 0.0), FIELD)
    counts[SIGNS[CATEGORY_OF] + lesson.category] = 1.0
    return counts


def gram_keys(text: str) -> list[str]:
    """The pieces of GRAM letters of a text, in order; none reaches across a blank or into the name of a place.

    >>> gram_keys("สุราษฎร์ธานี ลดขยะ")
    ['ลดข', 'ดขย', 'ขยะ']
    """
    keys: list[str] = []
    run = ""
    for piece in (*tokens(text), None):
        word = folded(piece.slice(text)) if piece is not None else ""
        if word.strip() and word not in place_names():
            run += word
            continue
        keys.extend(run[at : at + GRAM] for at in range(len(run) - GRAM + 1))
        run = ""
    return keys


def _gram_counts(text: str) -> dict[str, float]:
    """How often each piece of letters stands in a text."""
    counts: dict[str, float] = {}
    for key in gram_keys(text):
        counts[key] = counts.get(key, 0.0) + 1.0
    return counts


class _Counts:
    """Terms counted document by document, and made into postings."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._terms, self._documents, self._counts = array("l"), array("l"), array("f")
        self._lengths: list[float] = []

    def add(self, counts: Mapping[str, float]) -> None:
        """The next document."""
        document = len(self._lengths)
        for key, count in counts.items():
            self._terms.append(self._at.setdefault(key, len(self._at)))
            self._documents.append(document)
            self._counts.append(count)
        self._lengths.append(sum(counts.values()))

    def bm25(self) -> Postings:
        """Postings of which the weights are what BM25 adds for a term."""
        terms, documents, counts, idf = self._arrays()
        lengths = np.array(self._lengths, dtype=np.float64)
        mean = float(lengths.mean()) if len(lengths) else 1.0
        shrunk = K1 * (1 - B + B * lengths / max(mean, 1e-9))
        return self._postings(terms, documents, idf[terms] * counts * (K1 + 1) / (counts + shrunk[documents]))

    def cosine(self) -> Postings:
        """Postings of which the weights are TF-IDF, with length 1 over each document."""
        terms, documents, counts, idf = self._arrays()
        weights = idf[terms] * (1 + np.log(counts))
        norms = np.sqrt(np.bincount(documents, weights**2, minlength=len(self._lengths)))
        return self._postings(terms, documents, weights / np.maximum(norms[documents], 1e-9))

    def _arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Term, document and count of each entry, and the inverse document frequency of each term."""
        terms, documents = np.array(self._terms, dtype=np.int64), np.array(self._documents, dtype=np.int64)
        held = np.bincount(terms, minlength=len(self._at)).astype(np.float64)
        idf = np.log(1 + (len(self._lengths) - held + 0.5) / (held + 0.5))
        return terms, documents, np.array(self._counts, dtype=np.float64), idf

    def _postings(
        self, terms: NDArray[np.int64], documents: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> Postings:
        """The entries by term."""
        order = np.argsort(terms, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=len(self._at)))]).astype(np.int64)
        return Postings(
            self._at,
            starts,
            documents[order].astype(np.int32),
            weights[order].astype(np.float32),
            len(self._lengths),
        )


def open_index(lessons: Sequence[LessonRow], embedder: Embedder | None) -> Index:
    """The index of the lessons: the one kept in the cache folder, else made now and kept there where that can be written.

    It is kept under a hash of the lessons, of the embedder's name and of the pipeline, so a change of any makes a new one.
    """
    path = cache_folder() / "search" / f"{collection_mark(lessons, embedder.name if embedder else '')}.npz"
    kept = _load(path)
    if kept is not None and kept.words.size == len(lessons):
        return kept
    index = build_index(lessons, embedder)
    _save(index, path)
    return index


def is_kept(lessons: Sequence[LessonRow], embedder: str) -> bool:
    """Whether the index of the lessons stands in the cache folder."""
    return (cache_folder() / "search" / f"{collection_mark(lessons, embedder)}.npz").is_file()


def collection_mark(lessons: Iterable[LessonRow], embedder: str) -> str:
    """32 hexadecimal digits that change with anything that the index is made of."""
    digest = hashlib.sha256(f"{FORMAT}\x1f{embedder}\x1f{fingerprint()}".encode())
    for row in lessons:
        fields = (row.lesson_id, row.text, row.category, row.province, row.district, row.subdistrict, row.year_ce)
        digest.update("\x1f".join(map(str, fields)).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()[:32]


def _save(index: Index, path: Path) -> None:
    """Writes the index in one step; without a folder that can be written it is done without."""
    arrays: dict[str, NDArray[np.generic]] = {"vectors": index.vectors, "embedder": _bytes([index.embedder])}
    for name, part in (("words", index.words), ("grams", index.grams)):
        arrays[f"{name}.at"] = _bytes(part.at)
        arrays[f"{name}.starts"], arrays[f"{name}.documents"] = part.starts, part.documents
        arrays[f"{name}.weights"], arrays[f"{name}.size"] = part.weights, np.array([part.size])
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        partial.replace(path)
        _drop_old(path.parent)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _drop_old(folder: Path) -> None:
    """Removes all but the newest index files."""
    kept = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _load(path: Path) -> Index | None:
    """The index in a file; None when there is none or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as held:
            parts = {name: _postings_of(held, name) for name in ("words", "grams")}
            return Index(parts["words"], parts["grams"], held["vectors"], _text(held["embedder"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _postings_of(held: Mapping[str, NDArray[np.generic]], name: str) -> Postings:
    """The postings `name` of a file."""
    text = _text(held[f"{name}.at"])
    at = {term: row for row, term in enumerate(text.split(_SEPARATOR))} if text else {}
    return Postings(
        at,
        np.asarray(held[f"{name}.starts"], dtype=np.int64),
        np.asarray(held[f"{name}.documents"], dtype=np.int32),
        np.asarray(held[f"{name}.weights"], dtype=np.float32),
        int(np.asarray(held[f"{name}.size"])[0]),
    )


def _bytes(parts: Iterable[str]) -> NDArray[np.uint8]:
    """Texts as an array of bytes."""
    return np.frombuffer(_SEPARATOR.join(parts).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _text(held: NDArray[np.generic]) -> str:
    """The text in an array of bytes."""
    return np.asarray(held, dtype=np.uint8).tobytes().decode("utf-8", "surrogatepass")
