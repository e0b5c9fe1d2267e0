"""How well search finds: the queries of corpus/queries over the labelled findings, beside substring search and SQLite full text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.classify.embeddings import accurate, has_accurate
from pipeline.errors import PipelineError
from pipeline.evaluate.gold import Gold
from pipeline.lessons.dataset import LessonRow
from pipeline.lessons.search import Searcher, fast_embedder
from pipeline.lessons.search_filters import Filters
from pipeline.lessons.search_index import build_index, with_meaning
from pipeline.records import content_id
from pipeline.resources import parse_table
from pipeline.segment.tokens import tokens

QUERIES = Path("corpus/queries")
DEPTH, FOUND = 10, 20  # ranks that nDCG and recall look at
QUOTED = 80  # characters of a finding that name it
RESAMPLES, SEED = 2_000, 6
_FILTERS = {"category": "categories", "issue": "issues", "theme": "sdh"}
Ranking = Callable[["JudgedQuery"], Sequence[int]]


class RelevanceError(PipelineError):
    """Queries or judgements that do not fit the gold corpus."""


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A row of corpus/queries/queries.tsv."""

    id: str
    kind: str
    query: str
    filters: tuple[str, ...]  # name=value
    half: str  # dev or test


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A row of corpus/queries/judgements.tsv: a grade, 0 to 2, for a labelled finding."""

    query: str
    grade: int
    report: str
    category: str
    quote: str


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query with the grades of the lessons of the collection, by their position."""

    row: QueryRow
    filters: Filters
    grades: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """What a system reached on one query, both 0 to 1. `judged`: share of its first DEPTH answers that somebody has read."""

    query: str
    ndcg: float
    recall: float
    judged: float


def gold_lessons(gold: Gold, reports: Iterable[str]) -> tuple[LessonRow, ...]:
    """The labelled findings of the reports named, as lessons: a collection that does not change with the rules.

    Labels of issues and themes serve the filters only; search reads the text and the category.
    """
    wanted = set(reports)
    return tuple(
        LessonRow(
            lesson_id=content_id("q", span.report, span.start, span.text),
            report_id=content_id("r", span.report),
            source=span.report,
            category=span.category or "",
            status="achieved",
            text=" ".join(span.text.split()),
            raw_text=span.text,
            raw_start=span.start,
            raw_end=span.end,
            locator=None,
            section=None,
            confidence=1.0,
            decided_by="labels",
            because="",
            issues=span.issues or (),
            sdh=span.sdh or (),
            project_code=None,
            year_ce=None,
            province=None,
            district=None,
            subdistrict=None,
            text_start=0,
            text_end=0,
        )
        for span in gold.spans
        if span.is_finding and span.report in wanted
    )


def load_queries(folder: Path, lessons: Sequence[LessonRow]) -> tuple[JudgedQuery, ...]:
    """The queries with their judgements. Raises RelevanceError for a judgement of a query or a finding that is not there."""
    rows = parse_table(_text(folder / "queries.tsv"), QueryRow, where=str(folder / "queries.tsv"))
    judgements = parse_table(_text(folder / "judgements.tsv"), JudgementRow, where=str(folder / "judgements.tsv"))
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, lesson in enumerate(lessons):
        places.setdefault((lesson.source, lesson.category, lesson.text[:QUOTED].strip()), []).append(at)
    grades: dict[str, dict[int, int]] = {row.id: {} for row in rows}
    for judged in judgements:
        here = places.get((judged.report, judged.category, judged.quote))
        if here is None or judged.query not in grades:
            raise RelevanceError(
                f"{folder}: {judged.query}: {judged.report} has no finding {judged.quote[:40]!r}.",
                "Judge it again, or remove the line.",
            )
        grades[judged.query].update(dict.fromkeys(here, judged.grade))
    return tuple(JudgedQuery(row, _filters(row), grades[row.id]) for row in rows)


def _text(path: Path) -> str:
    """The text of a table."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RelevanceError(f"{path} cannot be read ({error.strerror}).", "Restore corpus/queries.") from error


def _filters(row: QueryRow) -> Filters:
    """The filters of a query. Raises RelevanceError for an unknown name."""
    given: dict[str, tuple[str, ...]] = {}
    for part in row.filters:
        name, _, value = part.partition("=")
        if name not in _FILTERS:
            raise RelevanceError(f"query {row.id}: unknown filter {name!r}.", f"Known: {', '.join(_FILTERS)}.")
        given[_FILTERS[name]] = (value,)
    return Filters(**given)  # type: ignore[arg-type]  # the names are those of _FILTERS


def by_substring(lessons: Sequence[LessonRow]) -> Ranking:
    """Plain search: how many of the words between blanks a lesson holds as they are typed; ties by place."""

    def rank(query: JudgedQuery) -> list[int]:
        words = query.row.query.lower().split()
        held = [
            (sum(word in lesson.text.lower() for word in words), at)
            for at, lesson in enumerate(lessons)
            if query.filters.admits(lesson)
        ]
        return [at for count, at in sorted(held, key=lambda pair: (-pair[0], pair[1])) if count][:FOUND]

    return rank


def by_full_text(lessons: Sequence[LessonRow], cut: Callable[[str], list[str]] = str.split) -> Ranking:
    """SQLite FTS5 with its trigram tokeniser, the one that reads Thai, ranked by its BM25; any of the words that `cut` gives.

    A trigram index finds no word of fewer than three characters.
    """
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE found USING fts5(text, tokenize='trigram')")
    base.executemany("INSERT INTO found(rowid, text) VALUES (?, ?)", enumerate(row.text for row in lessons))

    def rank(query: JudgedQuery) -> list[int]:
        words = [word.replace('"', '""') for word in cut(query.row.query) if len(word) >= 3]
        if not words:
            return []
        wanted = " OR ".join(f'"{word}"' for word in words)
        with closing(base.execute("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank", (wanted,))) as rows:
            return [at for (at,) in rows if query.filters.admits(lessons[at])][:FOUND]

    return rank


def thai_words(text: str) -> list[str]:
    """The words of a text as the project's tokeniser cuts them.

    >>> thai_words("ลดขยะ ในคลอง")
    ['ลด', 'ขยะ', 'ใน', 'คลอง']
    """
    return [word for span in tokens(text) if (word := span.slice(text).strip())]


def compare_searches(
    lessons: Sequence[LessonRow], queries: Sequence[JudgedQuery]
) -> list[tuple[str, tuple[Score, ...]]]:
    """(name, scores) of the baselines and of the search without meaning, with word vectors and, where installed, with the model."""
    bare = build_index(lessons, None)
    rankings = [
        ("substring, words between blanks", by_substring(lessons)),
        ("SQLite FTS5 trigram, words between blanks", by_full_text(lessons)),
        ("SQLite FTS5 trigram, Thai words", by_full_text(lessons, thai_words)),
        ("search without meaning", by_search(Searcher(lessons, bare, None))),
    ]
    for name, embedder in (("search", fast_embedder), ("search --meaning accurate", accurate)):
        if embedder is fast_embedder or has_accurate():
            rankings.append((name, by_search(Searcher(lessons, with_meaning(bare, lessons, embedder()), embedder()))))
    return [(name, score(queries, rank)) for name, rank in rankings]


def by_search(searcher: Searcher) -> Ranking:
    """The search of this project."""
    at = {lesson.lesson_id: number for number, lesson in enumerate(searcher.lessons)}

    def rank(query: JudgedQuery) -> list[int]:
        return [at[hit.lesson.lesson_id] for hit in searcher.search(query.row.query, query.filters, FOUND)]

    return rank


def score(queries: Iterable[JudgedQuery], rank: Ranking) -> tuple[Score, ...]:
    """The scores of a system, one for each query that has a relevant answer."""
    return tuple(_score(query, list(rank(query))) for query in queries if any(query.grades.values()))


def _score(query: JudgedQuery, ranked: Sequence[int]) -> Score:
    """The scores of one ranking."""
    gained = [2 ** query.grades.get(at, 0) - 1 for at in ranked[:DEPTH]]
    best = sorted((2**grade - 1 for grade in query.grades.values()), reverse=True)[:DEPTH]
    relevant = [at for at, grade in query.grades.items() if grade]
    found = sum(query.grades.get(at, 0) > 0 for at in ranked[:FOUND])
    judged = [at in query.grades for at in ranked[:DEPTH]]
    return Score(
        query.row.id,
        discounted(gained) / discounted(best),
        found / min(len(relevant), FOUND),
        sum(judged) / len(judged) if judged else 1.0,
    )


def discounted(gains: Sequence[int]) -> float:
    """The gains, each divided by the logarithm of its rank (Järvelin & Kekäläinen 2002).

    >>> discounted([3, 0, 1])
    3.5
    """
    return float(sum(gain / np.log2(rank + 2) for rank, gain in enumerate(gains)))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the bounds that hold 95 % of the means of as many queries drawn with replacement; nan without values."""
    if not values:
        return (float("nan"),) * 3
    drawn = np.random.default_rng(SEED).choice(np.array(values), size=(RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(np.mean(values)), float(low), float(high)


def show_scores(results: Sequence[tuple[str, Sequence[Score]]], queries: Sequence[JudgedQuery]) -> str:
    """A table of the systems, then nDCG by kind of query."""
    lines = [
        f"| system | queries | nDCG@{DEPTH} | recall@{FOUND} | of the first {DEPTH}, read |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, scores in results:
        cells = [
            "{:.3f} [{:.3f}, {:.3f}]".format(*interval([getattr(s, m) for s in scores])) for m in ("ndcg", "recall")
        ]
        read = interval([s.judged for s in scores])[0]
        lines.append(f"| {name} | {len(scores)} | {cells[0]} | {cells[1]} | {read:.2f} |")
    kind = {query.row.id: query.row.kind for query in queries}
    kinds = list(dict.fromkeys(kind.values()))
    lines += [
        "",
        f"nDCG@{DEPTH} by kind of query",
        "",
        f"| system | {' | '.join(kinds)} |",
        "| --- " * (len(kinds) + 1) + "|",
    ]
    for name, scores in results:
        means = [interval([s.ndcg for s in scores if kind[s.query] == wanted])[0] for wanted in kinds]
        lines.append(f"| {name} | {' | '.join(f'{mean:.3f}' for mean in means)} |")
    return "\n".join(lines) + "\n"
