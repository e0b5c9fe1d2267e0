"""A labelled report as the pipeline sees it: its normalised text and units, with the gold brought to the same places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tqdm import tqdm

from pipeline.evaluate.gold import REPORTS, Gold, GoldError
from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.matching import Letters
from pipeline.ingest import read
from pipeline.ingest.normalise import normalise
from pipeline.records import NormalText, Report, Section, Settings
from pipeline.segment import Segmented, segment
from pipeline.spans import Span


@dataclass(frozen=True)
class Labelled:
    """A gold span with its place in the normalised text (`span`) and among its letters (`place`)."""

    gold: GoldSpan
    span: Span
    place: Span


@dataclass(frozen=True)
class Reading:
    """A labelled report, read, normalised and cut as the pipeline does it."""

    name: str  # path below the reports
    path: Path
    root: Path
    normal: NormalText
    segmented: Segmented
    labels: tuple[Labelled, ...]  # findings and hard negatives, in order
    partial: bool = False  # only the labels were looked at; of the rest nobody knows

    @cached_property
    def letters(self) -> Letters:
        """The letters of the normalised text."""
        return Letters(self.normal.text)

    @cached_property
    def units(self) -> tuple[Span, ...]:
        """The places of the units among the letters."""
        return tuple(self.letters.place(unit.span) for unit in self.segmented.units)

    @cached_property
    def findings(self) -> tuple[Labelled, ...]:
        """The labels that are findings; required ones first, so that they are preferred to arguable ones."""
        found = [label for label in self.labels if label.gold.is_finding]
        return tuple(sorted(found, key=lambda label: (label.gold.arguable, label.span)))

    @cached_property
    def negatives(self) -> tuple[Labelled, ...]:
        """The labels that are hard negatives."""
        return tuple(label for label in self.labels if label.gold.negative is not None)

    def text(self, span: Span) -> str:
        """The normalised text at a place, on one line."""
        return " ".join(span.slice(self.normal.text).split())

    def section_at(self, span: Span) -> Section | None:
        """The section in which a place starts; None when it stands before all."""
        inside = [s for s in self.segmented.sections if s.span.start <= span.start < max(s.span.end, s.span.start + 1)]
        return inside[-1] if inside else None

    def is_damaged(self, span: Span) -> bool:
        """Whether a place starts on a damaged page, or on letters that are read from a picture with doubt."""
        inside = [b for b in self.normal.blocks if b.span.start <= span.start < b.span.end]
        return any(block.damage > 0 or block.confidence < 1 for block in inside)


def read_gold(gold: Gold, reports: Path = REPORTS, *, only: Iterable[str] | None = None) -> tuple[Reading, ...]:
    """The labelled reports, in the order of the gold; those named in `only`, or all.

    Raises ReadError when a report cannot be read.
    """
    wanted = None if only is None else set(only)
    chosen = [row for row in gold.reports if wanted is None or row.report in wanted]
    spans: dict[str, list[GoldSpan]] = {row.report: [] for row in chosen}
    for span in gold.spans:
        if span.report in spans:
            spans[span.report].append(span)
    bar = tqdm(chosen, unit=" reports", desc="reading", leave=False, disable=None)
    return tuple(
        read_labelled(reports, row.report, spans[row.report], raw=row.addressed == "raw", partial=row.partial)
        for row in bar
    )


def read_gold_below(gold: Gold, roots: Sequence[Path], *, only: Iterable[str]) -> tuple[Reading, ...]:
    """The named reports, each from the first of several folders that has it, in the order of the folders and then of the gold.

    Raises GoldError for a report that stands in none of them, ReadError when one cannot be read.
    """
    left = set(only)
    found: list[Reading] = []
    for root in roots:
        there = {name for name in left if (root / name).is_file()}
        found += read_gold(gold, root, only=there)
        left -= there
    if left:
        raise GoldError(f"{min(left)} is labelled, but in no folder of reports.", "Name its folder with --reports.")
    return tuple(found)


def read_labelled(root: Path, name: str, spans: Sequence[GoldSpan], *, raw: bool, partial: bool = False) -> Reading:
    """One report with its labels; `raw`: their offsets count in the decoded source, not in the text of the reader.

    `partial`: only the labels were looked at.
    """
    path = root / name
    report = read(path, source=name, settings=Settings())
    normal = normalise(report)
    letters = Letters(normal.text)
    labels = []
    for gold in spans:
        span = normal_span(report, normal, gold.span, raw=raw)
        labels.append(Labelled(gold, span, letters.place(span)))
    return Reading(name, path, root, normal, segment(normal), tuple(labels), partial)


def normal_span(report: Report, normal: NormalText, span: Span, *, raw: bool) -> Span:
    """The place in the normalised text of a place in the decoded source (`raw`) or in the text of the reader."""
    return normal.mapped.text_span(span if raw else report.text.source_span(span))
