"""Search over 100,000 lessons: python tests/lessons/bench_search.py [LESSONS]; run by `make bench`.

The collection is made of the labelled findings of corpus/gold: each is joined with the first half of another, with numbers and
places changed, so that the vocabulary and the lengths are those of lessons. Random, but the same on every machine.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.evaluate.gold import load_gold
from pipeline.evaluate.relevance import gold_lessons
from pipeline.evaluate.relevance import load_queries as read_queries
from pipeline.evaluate.split import load_split, reports_in
from pipeline.lessons.dataset import LessonRow
from pipeline.lessons.search import Searcher, fast_embedder
from pipeline.lessons.search_filters import Filters
from pipeline.lessons.search_index import _load, _save, build_index

ROOT = Path(__file__).parents[2]
LESSONS, AIM = 100_000, 0.3
PER_REPORT = 15
PROVINCES = ("พัทลุง", "สงขลา", "ตรัง", "สุราษฎร์ธานี", "เชียงใหม่", "น่าน", "ขอนแก่น", "อุบลราชธานี", "ชุมพร", "พิจิตร")
FILTERS = (Filters(), Filters(categories=("obstacle",)), Filters(provinces=("พัทลุง",), years_ce=(2020, 2021)))


def collection(lessons: tuple[LessonRow, ...], size: int) -> list[LessonRow]:
    """So many lessons made from those given."""
    draw = random.Random(6)
    made = []
    for number in range(size):
        one, other = draw.choice(lessons), draw.choice(lessons)
        words = other.text.split()
        text = f"{one.text} {' '.join(words[: max(1, len(words) // 2)])}"
        text = re.sub(r"[0-9]+", lambda match: str(draw.randrange(10 ** len(match.group()))), text[:400])
        made.append(
            replace(
                one,
                lesson_id=f"l-{number}",
                source=f"report-{number // PER_REPORT}.txt",
                text=text,
                province=draw.choice(PROVINCES),
                year_ce=draw.randrange(2012, 2025),
            )
        )
    return made


def main(size: int = LESSONS) -> int:
    """Prints the figures; 1 when half of the queries take longer than the aim."""
    gold = gold_lessons(load_gold(ROOT / "corpus/gold"), reports_in("open", load_split(ROOT / "corpus/split.tsv")))
    texts = [query.row.query for query in read_queries(ROOT / "corpus/queries", gold)]
    lessons = collection(gold, size)
    start = time.perf_counter()
    index = build_index(lessons, fast_embedder())
    print(f"{size:,} lessons of {np.mean([len(row.text) for row in lessons]):.0f} characters")
    print(f"index built    {time.perf_counter() - start:.1f} s, once")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.npz"
        _save(index, path)
        print(f"index on disk  {path.stat().st_size / 1e6:.0f} MB")
        start = time.perf_counter()
        index = _load(path) or index
        searcher = Searcher(lessons, index, fast_embedder())
        searcher.search(texts[0], FILTERS[1])  # what is made at the first query
        print(f"index loaded   {time.perf_counter() - start:.1f} s, first query included")
    seconds = []
    for text in texts:
        for filters in FILTERS:
            start = time.perf_counter()
            searcher.search(text, filters)
            seconds.append(time.perf_counter() - start)
    half, most, worst = (float(np.percentile(seconds, share)) for share in (50, 95, 100))
    print(
        f"query          p50 {half * 1000:.0f} ms, p95 {most * 1000:.0f} ms, longest {worst * 1000:.0f} ms ({len(seconds)} queries)"
    )
    print(f"aim            p95 at most {AIM * 1000:.0f} ms: {'reached' if most <= AIM else 'MISSED'}")
    print(f"peak memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    return 0 if most <= AIM else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
