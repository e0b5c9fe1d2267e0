"""Labelled reports as examples to learn from: features' views with their answers, by what is to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.classify.calibrate import Answers, Numbers
from pipeline.classify.features import Passage, View, passage_view, unit_views
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.evaluate.codes import negative_kinds
from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.matching import covering
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.extract.facts import find_facts
from pipeline.extract.findings import extract
from pipeline.ingest.normalise import normalise
from pipeline.ingest.text import read
from pipeline.learn.composed import ComposedPassage
from pipeline.records import Settings
from pipeline.segment import segment

# What an arguable label counts beside a plain one.
_ARGUABLE = 0.3
# Units without a finding that stand in as passages without one: one for so many labelled passages.
_PLAIN_EVERY = 2
# A shorter piece of a report says nothing as a passage alone.
_SHORTEST_PASSAGE = 25


@dataclass(slots=True)
class Rows:
    """Answers and weights (0: nobody knows) for the codes of one decision, with the report of each row."""

    codes: tuple[str, ...]
    answers: list[list[bool]] = field(default_factory=list)
    weights: list[list[float]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, report: str, yes: Iterable[str], weight: float, unknown: Iterable[str] = ()) -> None:
        """Adds a row: the codes that are right, and those that may be."""
        right, doubtful = set(yes), set(unknown)
        self.answers.append([code in right for code in self.codes])
        self.weights.append([0.0 if code in doubtful - right else weight for code in self.codes])
        self.groups.append(report)

    def arrays(self) -> tuple[Answers, Numbers]:
        """Answers and weights with shape (rows, codes)."""
        return np.array(self.answers, dtype=bool), np.array(self.weights, dtype=np.float64)


@dataclass(slots=True)
class ExampleSet:
    """All that labelled reports give to learn from."""

    units: list[View] = field(default_factory=list)
    unit_rows: Rows = field(default_factory=lambda: Rows(codes(CATEGORY)))
    join_at: list[int] = field(default_factory=list)  # index of the units that follow one of the same category
    join_rows: Rows = field(default_factory=lambda: Rows(("join",)))
    bare: list[View] = field(default_factory=list)  # passages without surroundings
    bare_rows: Rows = field(default_factory=lambda: Rows(codes(CATEGORY)))
    passages: list[Passage] = field(default_factory=list)
    issue_rows: Rows = field(default_factory=lambda: Rows(codes(ISSUE)))
    sdh_rows: Rows = field(default_factory=lambda: Rows(codes(SDH)))
    named: list[tuple[str, str]] = field(default_factory=list)  # (name, text) of labelled findings, to point to


def collect(readings: Sequence[Reading]) -> ExampleSet:
    """The examples of labelled reports, in their order."""
    found = ExampleSet()
    for reading in readings:
        _add_units(found, reading)
        _add_passages(found, reading)
    return found


def add_composed(
    found: ExampleSet, sections: Iterable[tuple[Reading, str]], passages: Iterable[ComposedPassage]
) -> None:
    """Adds what was composed for training alone; nothing of it is named as an example to point to."""
    named = list(found.named)
    for reading, _ in sections:
        _add_units(found, reading)
        _add_passages(found, reading)
    found.named[:] = named
    for passage in passages:
        found.bare.append(bare_view(passage.text))
        found.bare_rows.add(passage.name, passage.categories, 1.0)
        for told in (Passage(passage.text, passage.heading), Passage(passage.text)):
            found.passages.append(told)
            found.issue_rows.add(passage.name, passage.gold.issues or (), 0.5)
            found.sdh_rows.add(passage.name, passage.gold.sdh or (), 0.5)


def _add_units(found: ExampleSet, reading: Reading) -> None:
    """Each unit with the category of the finding that covers at least half of it."""
    views = unit_views(reading.normal, reading.segmented, extract(reading.normal, reading.segmented))
    places = [label.place for label in reading.findings]
    before: int | None = None
    for at, (unit, view) in enumerate(zip(reading.units, views, strict=True)):
        if reading.partial and not any(unit.overlaps(label.place) for label in reading.labels):
            before = None  # nobody has looked at it
            continue
        held = covering(unit, places)
        label = reading.findings[held].gold if held is not None else None
        if label is None:
            found.unit_rows.add(reading.name, (), 1.0)
        else:
            weight = _ARGUABLE if label.arguable else 1.0
            found.unit_rows.add(reading.name, [label.category or ""], weight, label.alt)
            earlier = reading.findings[before].gold if before is not None else None
            units = reading.segmented.units
            if earlier and earlier.category == label.category and units[at].item == units[at - 1].item:
                found.join_at.append(len(found.units))
                found.join_rows.add(reading.name, ["join"] if before == held else [], 1.0)
        found.units.append(view)
        before = held


def _add_passages(found: ExampleSet, reading: Reading) -> None:
    """Each labelled passage: alone for its category, alone and in its place for issues and themes."""
    project = find_facts(reading.normal).project
    title = project.project_name or project.title
    kinds = {kind.id: kind for kind in negative_kinds().values()}
    for label in reading.labels:
        gold = label.gold
        whole = gold.negative is None or kinds[gold.negative].family == "whole"
        if whole:
            right = [gold.category] if gold.is_finding and gold.category else []
            found.bare.append(bare_view(reading.text(label.span)))
            found.bare_rows.add(reading.name, right, _ARGUABLE if gold.arguable else 1.0, gold.alt)
        if gold.is_finding:
            found.named.append((f"{reading.name}:{label.span.start}", reading.text(label.span)))
        _add_tags(found, reading, label, title)
    for view in _plain_units(reading):
        found.bare.append(view)
        found.bare_rows.add(reading.name, (), 1.0)


def _plain_units(reading: Reading) -> list[View]:
    """Some of the units of a report that no label touches, as passages: every so many, from the first; none of one labelled in part."""
    if reading.partial:
        return []
    places = [label.place for label in reading.labels]
    free = [
        reading.text(unit.span)
        for unit, place in zip(reading.segmented.units, reading.units, strict=True)
        if not any(place.overlaps(other) for other in places)
    ]
    long = [text for text in free if len(text) >= _SHORTEST_PASSAGE]
    wanted = max(1, len(reading.findings) // _PLAIN_EVERY)
    step = max(1, len(long) // wanted)
    return [bare_view(text) for text in long[::step][:wanted]]


def _add_tags(found: ExampleSet, reading: Reading, label: Labelled, title: str) -> None:
    """The issues and themes of a passage; of a negative that nobody tagged, only what its words wrongly tempt to."""
    gold = label.gold
    text = reading.text(label.span)
    section = reading.section_at(label.span)
    for passage in (Passage(text, section.title if section else "", title), Passage(text)):
        found.passages.append(passage)
        for rows, right, maybe in (
            (found.issue_rows, gold.issues, gold.alt_issues),
            (found.sdh_rows, gold.sdh, gold.alt_sdh),
        ):
            if right is None:
                rows.add(reading.name, (), 0.5, _untempted(rows, gold))
            else:
                rows.add(reading.name, right, 0.5, maybe)


def _untempted(rows: Rows, gold: GoldSpan) -> set[str]:
    """The codes of which nobody said that they are wrong here."""
    return set(rows.codes) - set(gold.tempts)


@cache
def bare_view(text: str) -> View:
    """The view of a text as `lessons tag` gets it: without a report around it."""
    normal = normalise(read(Path("passage.txt"), text.encode("utf-8"), source="passage", settings=Settings()))
    segmented = segment(normal)
    return passage_view(normal, segmented, extract(normal, segmented))
