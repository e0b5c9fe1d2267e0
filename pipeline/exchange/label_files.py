"""Labelled spans as label files, the form in which readers' work is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from pipeline.evaluate.anchors import Quote
from pipeline.evaluate.labels import GoldSpan, Source

# What a label line says of a span beside its place, in the order of the instruction for readers.
_SAID = (
    "category",
    "status",
    "issues",
    "sdh",
    "arguable",
    "alt",
    "alt_issues",
    "alt_sdh",
    "negative",
    "tempts",
    "note",
)


def write_label_files(spans: Iterable[GoldSpan], folder: Path, reports: Path) -> list[Path]:
    """One label file for each report of `spans`, below `folder`, in place of what stood there; returns their paths.

    Each span is quoted whole, with the number of its occurrence where its words stand more than once. Raises ReadError for a report that cannot
    be read, AnchorError for words that its report does not hold.
    """
    written = []
    for report, group in groupby(sorted(spans, key=lambda s: (s.report, s.start, s.end)), key=lambda s: s.report):
        source = Source(reports / report, report)
        lines = [json.dumps(_line(span, source), ensure_ascii=False) for span in group]
        path = folder / f"{report}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, '{"done": true}']) + "\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _line(span: GoldSpan, source: Source) -> dict[str, object]:
    """The label line of a span."""
    line: dict[str, object] = {"quote": span.text}
    places = [place for place, _ in source.locate_all(Quote(span.text, span.text))]
    if len(places) > 1:
        line["occurrence"] = places.index(span.span) + 1
    for key in _SAID:
        value = getattr(span, key)
        if value not in (None, "", (), False):
            line[key] = list(value) if isinstance(value, tuple) else value
    return line
