"""Which reports may be learnt from, tuned on, and only scored: fixed in `corpus/split.tsv`, by report and duplicate family.

New reports are appended, lines that stand are never changed. Copies, and years of one project, share a part. A new family goes to the part
that most lacks its writer, genre and issues; families are taken in the order of their hash, so that no name or date decides.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.likeness import joined

SPLIT = Path("corpus/split.tsv")
TRAIN, DEV, TEST = "train", "dev", "test"
SHARES = {TRAIN: 0.60, DEV: 0.15, TEST: 0.25}
# What a person may ask for; `open` is what may be looked at and learnt from.
PARTS = {TRAIN: {TRAIN}, DEV: {DEV}, TEST: {TEST}, "open": {TRAIN, DEV}, "all": {TRAIN, DEV, TEST}}
HEADER = ("report", "family", "part")
_WRITER = re.compile("[a-z]+")
# Facts in the index of a writer that two reports of one project share.
_OF_PROJECT = ("project_code", "contract_code", "project_name")


class SplitError(PipelineError):
    """A split that is missing, faulty, or would cut a family in two."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """A line of `corpus/split.tsv`; `family` is the name of its first report."""

    report: str
    family: str
    part: str


@dataclass(frozen=True, slots=True)
class Traits:
    """What a report should be spread by, and the marks that make it part of a family."""

    strata: tuple[str, ...] = ()
    project: tuple[str, ...] = ()


def load_split(path: Path = SPLIT) -> tuple[SplitRow, ...]:
    """The lines of a split, none when the file is not there. Raises SplitError for a faulty one."""
    if not path.exists():
        return ()
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    if not rows or tuple(rows[0]) != HEADER or any(len(row) != len(HEADER) or row[2] not in SHARES for row in rows[1:]):
        raise SplitError(f"{path} is no table of {', '.join(HEADER)}.", "Restore it from the repository.")
    split = tuple(SplitRow(*row) for row in rows[1:])
    parts: dict[str, set[str]] = {}
    for row in split:
        parts.setdefault(row.family, set()).add(row.part)
    torn = sorted(family for family, in_parts in parts.items() if len(in_parts) > 1)
    if torn:
        raise SplitError(f"{path}: family {torn[0]} stands in several parts.", "Give it one part.")
    return split


def write_split(rows: Iterable[SplitRow], path: Path = SPLIT) -> None:
    """Writes the lines, ordered by report."""
    lines = [
        "\t".join(HEADER),
        *("\t".join((r.report, r.family, r.part)) for r in sorted(rows, key=lambda r: r.report)),
    ]
    path.write_text(
        "# Fixed: lines are only appended (python -m pipeline.evaluate split).\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
        newline="\n",
    )


def reports_in(part: str, rows: Sequence[SplitRow]) -> frozenset[str]:
    """The reports of a part. Raises SplitError for an unknown part, or without a split."""
    if part not in PARTS:
        raise SplitError(f"Unknown part {part!r}.", f"Known: {', '.join(PARTS)}.")
    if not rows:
        raise SplitError("There is no split yet.", "Run: python -m pipeline.evaluate split")
    return frozenset(row.report for row in rows if row.part in PARTS[part])


def extend_split(
    rows: Sequence[SplitRow],
    reports: Iterable[str],
    *,
    families: Sequence[Sequence[str]] = (),
    traits: Mapping[str, Traits] | None = None,
) -> tuple[SplitRow, ...]:
    """The split with a line for each new report; `families` are groups of reports found alike.

    Raises SplitError when a new family joins reports that stand in different parts already.
    """
    traits = traits or {}
    known = {row.report: row for row in rows}
    new = [name for name in reports if name not in known]
    held = Counter[tuple[str, str]]()
    for row in rows:
        _hold(held, traits.get(row.report, Traits()), row.part)
    added: list[SplitRow] = []
    for members in sorted(_families(new, known, families, traits), key=_digest):
        settled = {known[name].part for name in members if name in known}
        if len(settled) > 1:
            raise SplitError(f"{', '.join(members)} are alike but stand in different parts.", "Change a report.")
        fresh = [name for name in members if name not in known]
        part = settled.pop() if settled else _part([traits.get(name, Traits()) for name in fresh], held)
        family = min((known[name].family for name in members if name in known), default=min(members))
        for name in fresh:
            added.append(SplitRow(name, family, part))
            _hold(held, traits.get(name, Traits()), part)
    return (*rows, *added)


def _families(
    new: Sequence[str],
    known: Mapping[str, SplitRow],
    families: Sequence[Sequence[str]],
    traits: Mapping[str, Traits],
) -> list[tuple[str, ...]]:
    """The groups that hold a new report, each with the known reports that it is alike to."""
    links = [(group[0], name) for group in families for name in group[1:]]
    links += [(row.family, row.report) for row in known.values()]
    first: dict[str, str] = {}
    for name in (*known, *new):
        links += [(first.setdefault(mark, name), name) for mark in traits.get(name, Traits()).project]
    groups = joined([*links, *((name, name) for name in new)])
    present = {*known, *new}
    kept = [tuple(name for name in group if name in present) for group in groups]
    return [group for group in kept if set(group) & set(new)]


def _digest(members: Sequence[str]) -> str:
    """A hash of the names, for an order that nobody chose."""
    return hashlib.sha256("\n".join(members).encode()).hexdigest()


def _hold(held: Counter[tuple[str, str]], traits: Traits, part: str) -> None:
    """Counts a report in its part."""
    for stratum in ("", *traits.strata):
        held[stratum, part] += 1


def _part(members: Sequence[Traits], held: Mapping[tuple[str, str], int]) -> str:
    """The part that lacks most of what a family is: the sum over its strata of the reports due and not there."""
    strata = [stratum for traits in members for stratum in ("", *traits.strata)]

    def lack(part: str) -> float:
        return sum(
            SHARES[part] * (1 + sum(held[stratum, other] for other in SHARES)) - held[stratum, part]
            for stratum in strata
        )

    return max(SHARES, key=lack)


def read_traits(corpus: Path) -> dict[str, Traits]:
    """What the writers' indexes (`reports_index_*.tsv`) say of each report: writer, genre, issues, project."""
    issues = load_codes().issues
    found = {}
    for path in sorted(corpus.glob("reports_index_*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for line in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                name = line["file"]
                writer = _WRITER.match(name)
                strata = [f"writer {writer[0] if writer else ''}", f"genre {line.get('genre') or ''}"]
                strata += [f"issue {code}" for code in issues if code in (line.get("issues") or "")]
                facts = dict(fact.partition("=")[::2] for fact in (line.get("facts") or "").split(";"))
                project = tuple(f"{key}={facts[key].strip()}" for key in _OF_PROJECT if facts.get(key, "").strip())
                found[name] = Traits(tuple(strata), project)
    return found
