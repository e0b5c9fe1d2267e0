"""Floors under the scores on the test part: they only rise, and hold for one gold, known by its fingerprint."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY
from pipeline.errors import PipelineError
from pipeline.evaluate.counts import macro_f1, micro, rated_share
from pipeline.evaluate.gold import Gold, record_line
from pipeline.evaluate.report import schemes
from pipeline.evaluate.score import ALONE, PASSAGE, STRICT, UNIT, ReportScore

FLOORS = Path("corpus/floors.json")
# Floors are kept with three decimals, rounded down: the same score passes on any machine.
DIGITS = 3


class GateError(PipelineError):
    """Floors that cannot be read, or are not those of this gold."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A metric below its floor."""

    metric: str
    floor: float
    value: float


Floors = dict[str, dict[str, dict[str, float]]]  # gold fingerprint -> system -> metric -> floor


def part_fingerprint(gold: Gold, reports: Iterable[str]) -> str:
    """16 hexadecimal digits that change with any label, report or member of a part of the gold."""
    part = frozenset(reports)
    lines = [record_line(row) for row in gold.reports if row.report in part]
    lines += [record_line(span) for span in gold.spans if span.report in part]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def metrics(scores: Sequence[ReportScore]) -> dict[str, float]:
    """The figures that have floors, each from 0 to 1 and better when higher; figures without data are left out."""
    tallies = [score.tally for score in scores]
    found: dict[str, float | None] = {}
    for scheme, name, codes in schemes():
        found[f"{name}, {ALONE}, macro F1"] = macro_f1(tallies, ALONE, scheme, codes)
        found[f"{name}, unit, macro F1"] = macro_f1(tallies, UNIT, scheme, codes)
        if scheme == CATEGORY:
            found[f"{name}, {STRICT}, micro F1"] = micro(tallies, STRICT, scheme, codes).f1
            found[f"{name}, overlap, micro F1"] = micro(tallies, "overlap", scheme, codes).f1
        else:
            found[f"{name}, passage, macro F1"] = macro_f1(tallies, PASSAGE, scheme, codes)
    taken = rated_share([score.planned for score in scores]).value
    found["plans not taken as achieved"] = None if taken is None else 1 - taken
    return {name: value for name, value in found.items() if value is not None}


def load_floors(path: Path = FLOORS) -> Floors:
    """The floors by gold and system; none when the file is not there. Raises GateError for a faulty file."""
    if not path.exists():
        return {}
    try:
        floors: Floors = json.loads(path.read_text(encoding="utf-8"))
        for systems in floors.values():
            for held in systems.values():
                for value in held.values():
                    float(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise GateError(f"{path} holds no floors ({error}).", "Restore it from the repository.") from error
    return floors


def write_floors(floors: Floors, path: Path = FLOORS) -> None:
    """Writes the floors, in a stable order."""
    path.write_text(
        json.dumps(floors, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


def falls(floors: Floors, fingerprint: str, system: str, values: dict[str, float]) -> tuple[Fall, ...]:
    """The metrics below their floors. Raises GateError when this gold has no floors for the system yet."""
    held = floors.get(fingerprint, {}).get(system)
    if held is None:
        raise GateError(
            f"There are no floors for {system} on this gold ({fingerprint}).",
            "Look at the change, then run gate --raise.",
        )
    return tuple(
        Fall(metric, floor, values.get(metric, 0.0))
        for metric, floor in held.items()
        if values.get(metric, 0.0) < floor
    )


def raised(floors: Floors, fingerprint: str, system: str, values: dict[str, float]) -> Floors:
    """The floors lifted to the values where these are higher; no floor is lowered, no other gold's floors are touched."""
    held = floors.get(fingerprint, {}).get(system, {})
    lifted = {metric: max(held.get(metric, 0.0), _down(value)) for metric, value in values.items()}
    return {**floors, fingerprint: {**floors.get(fingerprint, {}), system: {**held, **lifted}}}


def _down(value: float) -> float:
    """The value rounded down to the digits that floors have.

    >>> _down(0.6789)
    0.678
    """
    return math.floor(value * 10**DIGITS) / 10**DIGITS
