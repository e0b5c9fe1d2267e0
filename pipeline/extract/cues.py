"""Cue phrases in a report and the votes that they give to its units."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from pipeline.extract.words import Words
from pipeline.records import State, Unit, Vote
from pipeline.resources import load_table
from pipeline.segment.patterns import PatternMatch, PatternMatcher


@dataclass(frozen=True, slots=True)
class CueRow:
    """A pattern of `data/cues.tsv`; without a category it only swallows shorter cues inside it."""

    id: str
    pattern: str
    category: str
    weight: float
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """A pattern of `data/states.tsv`: what it says of findings of its categories."""

    id: str
    pattern: str
    state: str
    weight: float
    categories: tuple[str, ...]
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        State(self.state)


@dataclass(frozen=True, slots=True)
class PriorRow:
    """What the role of a section says of a category (`data/section_priors.tsv`), in the unit of cue weights."""

    id: str
    role: str
    category: str
    weight: float
    source: str


@dataclass(frozen=True, slots=True)
class NegatorRow:
    """Words that turn the cue after them into its absence (`data/negators.tsv`)."""

    id: str
    phrase: str
    exceptions: tuple[str, ...]
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class StateVote:
    """A word of state where it stands."""

    match: PatternMatch
    row: StateRow


@cache
def _cues() -> tuple[PatternMatcher, dict[str, CueRow]]:
    rows = load_table("cues.tsv", CueRow)
    return PatternMatcher((row.id, row.pattern) for row in rows), {row.id: row for row in rows}


@cache
def _states() -> tuple[PatternMatcher, dict[str, StateRow]]:
    rows = load_table("states.tsv", StateRow)
    return PatternMatcher((row.id, row.pattern) for row in rows), {row.id: row for row in rows}


@cache
def _negators() -> tuple[NegatorRow, ...]:
    return load_table("negators.tsv", NegatorRow)


@cache
def priors(role: str) -> dict[str, float]:
    """The weight that a section of `role` gives to each category; roles joined by `+` share."""
    weights: dict[str, float] = {}
    for part in (parts := [part for part in role.split("+") if part]):
        for row in load_table("section_priors.tsv", PriorRow):
            if row.role == part:
                weights[row.category] = max(weights.get(row.category, -99.0), row.weight)
    # A heading that names two things says less of each than one that names it alone.
    share = 1.0 if len(parts) < 2 else 0.75
    return {category: weight * share for category, weight in weights.items()}


# Up to this length a cue may be half of another word (ท้อ in ท้องถิ่น, ช้า in ช้าง), and must be whole words; longer ones
# may not: 4.8 % of the cues in the reports do not fall on the boundaries of the tokeniser.
SHORT_CUE = 5
# What makes a pattern more than plain words.
_MARK = re.compile(r"[^ก-๛ a-zA-Z]")


def cue_votes(text: str, units: tuple[Unit, ...], words: Words | None = None) -> list[list[Vote]]:
    """For each unit the votes of the cues inside it, by place.

    A cue inside a longer cue does not vote; a cue right behind a negator does not vote either, since `ยังไม่เกิดกติกา` is
    no outcome (the negator is a cue of its own).
    """
    matcher, rows = _cues()
    starts = frozenset(unit.span.start for unit in units)
    words = words or Words(text)
    votes: list[list[Vote]] = [[] for _ in units]
    for match, at in _longest(_inside(matcher.find_all(text, starts), units)):
        row = rows[match.rule]
        if row.category and not _negated(text, match) and (len(match.span) > SHORT_CUE or words.holds(match.span)):
            votes[at].append(Vote(row.category, row.weight, row.id, match.span))
    return votes


def cue_phrases() -> tuple[str, ...]:
    """The phrases of all cues that are plain words, in order, each once."""
    patterns = (row.pattern.lstrip("^") for row in load_table("cues.tsv", CueRow))
    return tuple(dict.fromkeys(pattern for pattern in patterns if not _MARK.search(pattern)))


def state_votes(text: str, units: tuple[Unit, ...], words: Words | None = None) -> list[list[StateVote]]:
    """For each unit the words of state inside it, by place."""
    matcher, rows = _states()
    words = words or Words(text)
    starts = frozenset(unit.span.start for unit in units)
    votes: list[list[StateVote]] = [[] for _ in units]
    for match, at in _longest(_inside(matcher.find_all(text, starts), units)):
        if len(match.span) > SHORT_CUE or words.holds(match.span):
            votes[at].append(StateVote(match, rows[match.rule]))
    return votes


def _longest(matches: list[tuple[PatternMatch, int]]) -> list[tuple[PatternMatch, int]]:
    """The matches that lie inside no longer one."""
    kept: list[tuple[PatternMatch, int]] = []
    reach = -1
    for match, at in matches:  # by start, longest first
        if match.span.end > reach:
            kept.append((match, at))
            reach = match.span.end
    return kept


def _inside(matches: list[PatternMatch], units: tuple[Unit, ...]) -> list[tuple[PatternMatch, int]]:
    """Each match with the index of the unit that holds it whole; matches across units are left out."""
    ends = [unit.span.end for unit in units]
    found = []
    for match in matches:
        at = bisect_left(ends, match.span.end)
        if at < len(units) and units[at].span.contains(match.span):
            found.append((match, at))
    return found


def _negated(text: str, match: PatternMatch) -> bool:
    before = text[max(0, match.span.start - 20) : match.span.start].rstrip()
    if not before.endswith(_negations()):
        return False
    return any(before.endswith(row.phrase) and not before.endswith(row.exceptions) for row in _negators())


@cache
def _negations() -> tuple[str, ...]:
    return tuple(row.phrase for row in _negators())
