"""Word vectors distilled from the accurate tier: a small table that lets NumPy alone come close to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from pipeline.classify.embeddings import Embedder
from pipeline.classify.embeddings_static import words_of
from pipeline.classify.embeddings_weights import Floats

DIMENSIONS = 128
# Pairs of neighbouring words need so many texts, single words one: pairs carry ไม่ พอ and ขาด คน.
_LEAST_PAIRS = 3
_MOST_WORDS = 32_000  # at 132 bytes a word, 4.2 MB
_MOST_TEXTS = 6_000  # the solution takes memory by the square of the texts
# What keeps words near the vector that they have alone. Tried 0.2, 1 and 5: out of fold, passages .55, .54, .51; issues .63, .61, .59.
_STIFFNESS = 0.2
_RARITY = 1e-3  # a of the smooth inverse frequency, Arora et al. 2017


def distil(texts: Sequence[str], more_words: Sequence[str], embedder: Embedder) -> dict[str, NDArray[np.generic]]:
    """The table of `StaticWords`: words and pairs of the texts, and `more_words`, with the vectors that fit the embedder best.

    A text should get, as the weighted mean of its words, what the embedder says of it in its 128 main directions (the mean of all taken
    away). Each word starts from the vector that it has alone; ridge regression on the texts moves it from there.
    """
    texts = sorted(set(texts))
    texts = texts[:: max(1, -(-len(texts) // _MOST_TEXTS))]
    counts = Counter(word for text in texts for word in words_of(text))
    single = sorted({*more_words, *(word for word in counts if " " not in word)})
    pairs = sorted(word for word in counts if " " in word and counts[word] >= _LEAST_PAIRS)
    words = [*single, *sorted(pairs, key=lambda word: (-counts[word], word))][:_MOST_WORDS]
    target = embedder.embed(texts)
    centre = target.mean(axis=0)
    directions = np.linalg.svd(target - centre, full_matrices=False)[2][:DIMENSIONS].T
    goal = (target - centre) @ directions
    goal /= np.maximum(np.linalg.norm(goal, axis=1, keepdims=True), 1e-6)
    start = _alone(words, embedder, directions)
    weights = _rarity(words, counts)
    vectors = start + _moved(texts, words, weights, start, goal)
    return _table(words, vectors, weights)


def _alone(words: Sequence[str], embedder: Embedder, directions: Floats) -> Floats:
    """The vectors of words by themselves; zeros for pairs."""
    single = [word for word in words if " " not in word]
    own = embedder.embed(single)
    own = (own - own.mean(axis=0)) @ directions
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-6)
    vectors = np.zeros((len(words), directions.shape[1]), dtype=np.float32)
    at = {word: i for i, word in enumerate(single)}
    for row, word in enumerate(words):
        if word in at:
            vectors[row] = own[at[word]]
    return vectors


def _rarity(words: Sequence[str], counts: Counter[str]) -> Floats:
    """The weight of each word: less for frequent ones."""
    total = sum(count for word, count in counts.items() if " " not in word)
    return np.array([_RARITY / (_RARITY + counts[word] / total) for word in words], dtype=np.float32)


def _moved(texts: Sequence[str], words: Sequence[str], weights: Floats, start: Floats, goal: Floats) -> Floats:
    """How far each word moves from its start, by ridge regression in its dual form (fewer texts than words)."""
    at = {word: i for i, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        known = [at[word] for word in words_of(text) if word in at]
        rows += [row] * len(known)
        columns += known
        values += [float(weights[column]) for column in known]
    bag = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(words)), dtype=np.float32)
    length = np.maximum(np.linalg.norm(bag @ start, axis=1), 1e-3)
    bag = sparse.diags(1 / length).dot(bag).tocsr().astype(np.float32)
    left = goal - bag @ start
    inner = (bag @ bag.T).toarray().astype(np.float64)
    inner[np.diag_indices_from(inner)] += _STIFFNESS
    moved: Floats = (bag.T @ cho_solve(cho_factor(inner), left)).astype(np.float32)
    return moved


def _table(words: Sequence[str], vectors: Floats, weights: Floats) -> dict[str, NDArray[np.generic]]:
    """The arrays to be stored: a byte for each number, with a scale for each word."""
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-6) / 127
    return {
        "words": np.frombuffer("\n".join(words).encode("utf-8"), np.uint8),
        "vectors": np.round(vectors / scale).astype(np.int8),
        "scale": scale.astype(np.float16),
        "weights": weights.astype(np.float16),
    }
