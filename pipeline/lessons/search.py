"""Search over a dataset: Thai words and their other written forms, misspellings, meaning; ranked, with the words that matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings import ACCURATE, FAST, Embedder, accurate
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.model import folder_of, read_manifest, read_numbers
from pipeline.classify.taxonomy import CATEGORY
from pipeline.dataset.store import STORE_NAME
from pipeline.errors import UsageError
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.queries import CORRECTION, Query, Wanted, read_query
from pipeline.lessons.search_filters import Facets, Filters
from pipeline.lessons.search_index import Index, gram_keys, open_index
from pipeline.lessons.search_terms import (
    CATEGORY_OF,
    NOTION,
    PAIR,
    PART,
    SHORT,
    SIGNS,
    THEME,
    TOPIC,
    WORD,
    YEAR,
    find_terms,
    folded,
)
from pipeline.spans import Span

MEANING = "meaning"
MOST_HITS = 10_000
_LOOKALIKE = 4  # letters: shorter words stand inside too many others (งาน in คณะทำงาน)
_NEIGHBOURS = 3  # lessons of a report that lend to its others
# Reasons of one place, the closest first.
_CLOSENESS = (WORD, YEAR, SHORT, CORRECTION, NOTION, THEME, PART, TOPIC)


@dataclass(frozen=True, slots=True)
class Match:
    """Why a lesson was found: the words of the query, what of the lesson they match, and how.

    `how`: word, part (of a compound), pair (neighbours), short (another written form), notion (another spelling of the term tables),
    topic (another word of the same issue), year, correction (the query seems misspelt), meaning.
    """

    said: str
    found: str
    how: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A lesson that was found. `highlights`: half-open places in `lesson.text`, in code points, in order, without overlaps."""

    lesson: LessonRow
    score: float  # 0 to 1; of one query only: scores of two queries do not compare
    why: tuple[Match, ...]
    highlights: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the three scores are put together. Chosen on the development queries: python -m pipeline.evaluate search --half dev."""

    words: float = 1.0
    letters: float = 0.2
    meaning: float = 1.0
    least_letters: float = 0.25  # cosine, 0 to 1: below it, letters alone find nothing
    least_meaning: float = 0.35  # centred cosine, -1 to 1: below it, meaning alone finds nothing
    most_by_meaning: int = 50  # lessons that meaning alone may find
    report: float = (
        0.25  # what the best lessons of a report lend to its others: a short lesson is read with its neighbours
    )


FUSION = Fusion()
EVERYTHING = Filters()


@cache
def fast_embedder() -> Embedder:
    """The fast tier: word vectors that NumPy alone runs. Raises ModelError when models/fast is not there."""
    folder = folder_of(FAST)
    return StaticWords(read_numbers(folder, StaticWords.file, read_manifest(folder)))


class Searcher:
    """A collection of lessons open for search. Dear to make (the index), cheap to ask."""

    def __init__(
        self, lessons: Sequence[LessonRow], index: Index, embedder: Embedder | None, fusion: Fusion = FUSION
    ) -> None:
        self.lessons = tuple(lessons)
        self.index = index
        self.embedder = embedder
        self.fusion = fusion
        self.facets = Facets(self.lessons)

    @classmethod
    def open(cls, lessons: Sequence[LessonRow], embedder: Embedder | None) -> Searcher:
        """A searcher whose index is kept in the cache folder."""
        return cls(lessons, open_index(lessons, embedder), embedder)

    def search(self, query: str, filters: Filters = EVERYTHING, limit: int = 20) -> tuple[Hit, ...]:
        """The best lessons, best first, at most `limit`; those of one score by their place in the collection.

        Raises UsageError for a query without a word, a filter that nothing can pass, a limit below 1.
        """
        if not 1 <= limit <= MOST_HITS:
            raise UsageError(f"A limit lies between 1 and {MOST_HITS}, not at {limit}.", "Try 20.")
        self.facets.check(filters)
        asked = read_query(query, self.index)
        passing = None if filters.is_open else self.facets.mask(filters)
        scores = self.scores(asked, passing)
        return tuple(self._hit(int(at), float(scores[at]), asked) for at in _best(scores, limit))

    def scores(self, asked: Query, passing: NDArray[np.bool_] | None = None) -> Floats:
        """The score of every lesson, 0 to 1, with shape (lessons,); 0 for one that is not found or does not pass the filters."""
        core = self.index.words.scores(asked.core)
        lifted = core + self.index.words.scores(asked.beside)
        letters = self._letters(asked.text)
        meaning = self._meaning(asked)
        if passing is not None:
            meaning[~passing] = 0.0
        by_letters = letters >= self.fusion.least_letters
        by_meaning = self._vouched(meaning, core, by_letters, asked)
        total: NDArray[np.floating[Any]] = (
            self.fusion.words * lifted / max(float(lifted.max(initial=0.0)), 1e-6)
            + self.fusion.letters * letters
            + self.fusion.meaning * np.maximum(meaning, 0.0)
        ) / (self.fusion.words + self.fusion.letters + self.fusion.meaning)
        total = (total + self.fusion.report * self._lent(total)) / (1 + self.fusion.report)
        found = (core > 0) | by_letters | by_meaning
        total[~found if passing is None else ~(found & passing)] = 0.0
        return np.asarray(total, dtype=np.float32)

    @cached_property
    def _report_of(self) -> NDArray[np.int64]:
        """The number of each lesson's report."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(lesson.source, len(numbers)) for lesson in self.lessons], dtype=np.int64)

    def _lent(self, total: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """For each lesson the mean score of the best lessons of its report, as many as _NEIGHBOURS."""
        if not len(total):
            return total
        left, lent = total.copy(), np.zeros(int(self._report_of.max()) + 1, dtype=np.float32)
        for _ in range(_NEIGHBOURS):
            best = np.zeros_like(lent)
            np.maximum.at(best, self._report_of, left)
            lent += best / _NEIGHBOURS
            left[left == best[self._report_of]] = 0.0
        return np.asarray(lent[self._report_of], dtype=np.float32)

    def _letters(self, text: str) -> Floats:
        """How many pieces of letters a lesson shares with the query, as a cosine."""
        counts: dict[str, float] = {}
        for key in gram_keys(text):
            counts[key] = counts.get(key, 0.0) + 1.0
        grams = self.index.grams
        weights = {key: count * grams.idf(key) for key, count in counts.items()}
        norm = float(np.sqrt(sum(weight**2 for weight in weights.values())))
        return grams.scores({key: weight / norm for key, weight in weights.items()}) if norm else grams.scores({})

    def _meaning(self, asked: Query) -> Floats:
        """How near each lesson is to the query in meaning, -1 to 1; 0 where nobody can say."""
        nothing = np.zeros(len(self.lessons), dtype=np.float32)
        if self.embedder is None or not asked.known or not self.index.vectors.shape[1]:
            return nothing
        vectors, mean = self.index.centred
        vector = self.embedder.embed([asked.text])[0]
        if not vector.any():
            return nothing
        vector = vector - mean
        near: Floats = vectors @ (vector / max(float(np.linalg.norm(vector)), 1e-6))
        return near

    def _vouched(self, meaning: Floats, core: Floats, by_letters: NDArray[np.bool_], asked: Query) -> NDArray[np.bool_]:
        """Which lessons meaning alone finds: the nearest ones that lack the words and do not merely hold their letters.

        A lesson that has the query's letters inside another word (สุรา in สุราษฎร์ธานี) is a lookalike: no meaning vouches for it.
        """
        found = np.zeros(len(self.lessons), dtype=bool)
        others = np.where((core > 0) | by_letters, -1.0, meaning)
        said = [one.said for one in asked.wanted if one.key in asked.core and one.kind == WORD]
        words = [folded(word) for word in said if len(word) >= _LOOKALIKE]
        for at in _best(np.maximum(others - self.fusion.least_meaning, 0.0), self.fusion.most_by_meaning):
            text = folded(self.lessons[at].text)
            found[at] = not any(word in text for word in words)
        return found

    def _hit(self, at: int, score: float, asked: Query) -> Hit:
        """A lesson with what of it the query matches."""
        lesson = self.lessons[at]
        places = _matched(lesson.text, asked)
        why = [Match(wanted.said, span.slice(lesson.text), wanted.kind) for span, wanted in places]
        for wanted in asked.wanted:
            if wanted.key == SIGNS[CATEGORY_OF] + lesson.category:
                why.append(Match(wanted.said, lesson.category, CATEGORY))
        return Hit(
            lesson,
            round(score, 4),
            tuple(dict.fromkeys(why)) or (Match(asked.text, "", MEANING),),
            _merged(span for span, _ in places),
        )


def _matched(text: str, asked: Query) -> list[tuple[Span, Wanted]]:
    """The places of a text that the query matches, in order, each with the closest of its reasons.

    Words of the same issue count where nothing closer does; a part of a compound where the whole does not match.
    """
    wanted = {one.key: one for one in asked.wanted if one.key in asked.core and one.kind != PAIR}
    found = [(term.span, wanted[term.key]) for term in find_terms(text) if term.key in wanted]
    if any(one.kind != TOPIC for _, one in found):
        found = [pair for pair in found if pair[1].kind != TOPIC]
    best: dict[Span, Wanted] = {}
    for span, one in sorted(found, key=lambda pair: (pair[0], _CLOSENESS.index(pair[1].kind))):
        best.setdefault(span, one)
    wholes = [span for span, one in best.items() if one.kind != PART]
    return [(s, w) for s, w in best.items() if w.kind != PART or not any(whole.contains(s) for whole in wholes)]


def search(
    source: Dataset | Path | str,
    query: str,
    *,
    categories: Sequence[str] = (),
    issues: Sequence[str] = (),
    sdh: Sequence[str] = (),
    provinces: Sequence[str] = (),
    districts: Sequence[str] = (),
    years_ce: Sequence[int] = (),
    least_confidence: float = 0.0,
    limit: int = 20,
    meaning: str = FAST,
) -> tuple[Hit, ...]:
    """The lessons of a dataset that answer a query, best first, at most `limit`; each with its score, the words that matched, and where.

    `source` is a dataset folder or the Dataset of one. The filters are alternatives within a list and all hold together; years are
    Christian. `meaning`: "fast" (word vectors) or "accurate" (language model, where installed; minutes for thousands of
    lessons at the first search). The index is made at the first search and kept in the cache folder. Raises UsageError, in one
    line, for a query without a word and for a filter that no lesson can pass; StoreError for a folder without a dataset.
    """
    filters = Filters(
        tuple(categories),
        tuple(issues),
        tuple(sdh),
        tuple(provinces),
        tuple(districts),
        tuple(years_ce),
        least_confidence,
    )
    return open_searcher(source, meaning).search(query, filters, limit)


def open_searcher(source: Dataset | Path | str, meaning: str = FAST) -> Searcher:
    """The searcher of a dataset, kept open in this process until the dataset changes. See search for the arguments and errors."""
    if meaning not in (FAST, ACCURATE):
        raise UsageError(f"{meaning!r} is no kind of meaning.", f"Use {FAST} or {ACCURATE}.")
    folder = Path(source.folder if isinstance(source, Dataset) else source).resolve()
    store = folder / STORE_NAME
    stamp = store.stat() if store.is_file() else None
    return _opened(folder, meaning, (stamp.st_mtime_ns, stamp.st_size) if stamp else (0, 0))


@lru_cache(maxsize=2)  # a dataset of 100,000 lessons takes half a gigabyte
def _opened(folder: Path, meaning: str, _stamp: tuple[int, int]) -> Searcher:
    """The searcher of a folder whose store has this time and size."""
    embedder = accurate() if meaning == ACCURATE else fast_embedder()
    return Searcher.open(Dataset(folder).lessons, embedder)


def _best(scores: Floats, limit: int) -> NDArray[np.int64]:
    """The positions of the greatest scores above 0, best first, ties by position."""
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        least = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= least]
    return found[np.argsort(-scores[found], kind="stable")][:limit].astype(np.int64)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The places in order, those that overlap or touch as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
