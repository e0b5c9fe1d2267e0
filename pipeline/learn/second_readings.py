"""Second readings of the themes of training passages (corpus/passages/second_readings.tsv): where there is one, the mean of both is learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.classify.taxonomy import SDH, codes
from pipeline.learn.arguments import COMPOSED
from pipeline.learn.windowed import SpanExample, WindowExample
from pipeline.resources import parse_table

FILE = "second_readings.tsv"
_MAYBE = 0.5


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A row of the file: a report or passage, which of its labelled places, counted from 0, and the themes that the second reader gave, surely or maybe."""

    passage: str
    number: int
    sdh: tuple[str, ...]
    maybe: tuple[str, ...]


def load_second_readings(folder: Path = COMPOSED) -> dict[tuple[str, int], SecondReading]:
    """The second readings of a folder by passage and number; none where it has no such file. Raises ResourceError for a faulty line."""
    path = folder / FILE
    if not path.is_file():
        return {}
    rows = parse_table(path.read_text(encoding="utf-8"), SecondReading, where=str(path))
    return {(row.passage, row.number): row for row in rows}


def with_second(
    pairs: Iterable[tuple[WindowExample, WindowExample]], second: dict[tuple[str, int], SecondReading]
) -> Iterator[tuple[WindowExample, WindowExample]]:
    """The examples; the theme answers of places that were read twice are the mean of both readings, 0 to 1, a maybe counting half."""
    for plain, other in pairs:
        yield _with(plain, second), _with(other, second)


def _with(example: WindowExample, second: dict[tuple[str, int], SecondReading]) -> WindowExample:
    """An example with the mean of both readings of each of its places that has two."""
    rows = [second.get((example.report, span.number)) for span in example.spans]
    if not any(rows):
        return example
    spans = (_mean(span, row) if row else span for span, row in zip(example.spans, rows, strict=True))
    return replace(example, spans=tuple(spans))


def _mean(span: SpanExample, row: SecondReading) -> SpanExample:
    """A place with the mean of both readings."""
    given = np.array([1.0 if code in row.sdh else _MAYBE * (code in row.maybe) for code in codes(SDH)], np.float32)
    first, known = span.answers.sdh
    return replace(span, answers=replace(span.answers, sdh=np.stack([(first + given) / np.float32(2), known])))
