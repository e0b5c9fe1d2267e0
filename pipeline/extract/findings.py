"""Units with their votes to findings: category, state, confidence and the reason for them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.extract.announcing import announces
from pipeline.extract.cues import StateVote, cue_votes, priors, state_votes
from pipeline.extract.leanings import BACK, FORWARD, LEAN, PREDICATE, leaning_of
from pipeline.extract.plan_clauses import plan_clauses
from pipeline.extract.words import Words
from pipeline.ingest.damage import unreadable
from pipeline.records import Block, Finding, NormalText, Section, State, Unit, Vote
from pipeline.segment import Segmented
from pipeline.segment.sections import JOIN, TELLING
from pipeline.spans import Span

# A unit decides for itself from this sum of cue weights on; below it goes with its neighbours.
OWN_VOICE = 1.2
# A finding needs this sum of cues and section; at 1.0, a lone number ("12 คน") in running text began to pass.
NEEDED = 1.05
# Longest finding in characters without blanks. Gold spans of the development reports have 95 % below 420.
LONGEST = 450
# A word of state of this weight says that nothing is stated at all: a question.
VETO = 9.0
# A cue of this weight says its category alone.
STRONG = 2.0
# Shorter runs are members of a list ("ขาดคน ขาดเงิน ขาดรถ") and stay together.
FULL_POINT = 45
# A title is shorter than this; a list item of this length already makes a statement.
LONGEST_TITLE = 45
# A paragraph's words before its first point, longer than this, are its preamble and no part of the point.
LONGEST_LEAD = 120
# What a longer one costs, in cue weights: it is a list or a speech in which single cues say little.
LONG_COST = 1.0
# Fewer Thai letters than this state nothing.
SHORTEST_FINDING = 6
_ENOUGH_THAI = re.compile(rf"(?:[^ก-๙]*[ก-๙]){{{SHORTEST_FINDING}}}")
_NUMBER = re.compile("[0-9๐-๙]")
# A section that says less than STRONG (results, outputs, outcomes) does not carry words without a cue and a number that are
# shorter than this: they name an activity or a part of the form. Obstacles, factors and advice may be as short as a noun.
SHORTEST_UNSAID = 45
# So much of a finding in a clause that states a plan makes it one; of less, the rest tells a result beside it.
MOSTLY_PLANNED = 0.65
_SCALE = 1.1  # of the logistic that turns a sum of weights into a confidence, set on the development reports


@dataclass(frozen=True, slots=True)
class Extraction:
    """The findings of a report, in order, and how many of its units they use."""

    findings: tuple[Finding, ...]
    units: int
    units_used: int


@dataclass(frozen=True, slots=True)
class _Voiced:
    """A unit with everything that speaks for it."""

    unit: Unit
    votes: list[Vote]
    states: list[StateVote]
    sums: dict[str, float]  # of its own cues, by category
    leaning: str  # back, forward, lean, or ""

    @property
    def own(self) -> str:
        """The category that its own cues decide for; "" for none."""
        best = max(self.sums, key=lambda category: self.sums[category], default="")
        return best if best and self.sums[best] >= OWN_VOICE else ""


def extract(normal: NormalText, segmented: Segmented) -> Extraction:
    """All findings of a report, planned and negated ones too; nothing from damaged blocks.

    The units of one item (bullet, paragraph, cell) are joined to runs that speak for one category; a run is a finding when
    its cues and its section together carry it.
    """
    voiced = _voice(normal.text, segmented.units)
    planned = plan_clauses(normal.text)
    findings: list[Finding] = []
    used = 0
    items = [list(group) for _, group in groupby(voiced, key=lambda v: v.unit.item)]
    with_more = {(b.table, b.row) for b in normal.blocks if b.table >= 0 and b.column > 0 and len(b.span)}
    for item, following in zip(items, [*items[1:], []], strict=False):
        section = segmented.sections[item[0].unit.section]
        if _is_title(item, following) or _is_row_label(item, section, normal.blocks, with_more):
            continue
        if normal.blocks[item[0].unit.block].damage >= unreadable():
            continue
        for run in _runs(item, section):
            finding = _finding(normal, run, section, segmented.genre_state)
            if finding is not None:
                finding = _unless_planned(finding, planned)
                findings.append(finding)
                used += len(run.units)
    return Extraction(tuple(findings), len(segmented.units), used)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the rules say of one unit, for models that learn from it."""

    unit: Unit
    votes: tuple[Vote, ...]
    sums: dict[str, float]  # cue weights by category
    priors: dict[str, float]  # weights of its section by category
    states: dict[str, float]  # weights of the words of state
    leaning: str  # back, forward, lean, predicate, or ""
    finding: Finding | None  # of which it is part
    opens: bool  # it is the first unit of its finding


def unit_evidence(normal: NormalText, segmented: Segmented, extraction: Extraction) -> tuple[Evidence, ...]:
    """What the rules say of each unit, in order; `extraction` is what they made of the same units."""
    findings = iter(sorted(extraction.findings, key=lambda finding: finding.span))
    current = next(findings, None)
    evidence = []
    for voiced in _voice(normal.text, segmented.units):
        span = voiced.unit.span
        while current is not None and current.span.end <= span.start:
            current = next(findings, None)
        held = current if current is not None and current.span.contains(span) else None
        states: dict[str, float] = {}
        for vote in voiced.states:
            states[vote.row.state] = states.get(vote.row.state, 0.0) + vote.row.weight
        base = priors(segmented.sections[voiced.unit.section].role)
        opens = held is not None and held.span.start == span.start
        evidence.append(
            Evidence(voiced.unit, tuple(voiced.votes), voiced.sums, base, states, voiced.leaning, held, opens)
        )
    return tuple(evidence)


def category_scores(normal: NormalText, segmented: Segmented) -> dict[str, float]:
    """How much speaks for each category anywhere in a text, 0 to 1; categories that nothing speaks for are left out.

    The scale is that of `Finding.confidence`: 0.5 is what makes a finding. Weak and refused evidence counts too, so that
    passages can be ranked by it.
    """
    best: dict[str, float] = {}
    for voiced in _voice(normal.text, segmented.units):
        base = priors(segmented.sections[voiced.unit.section].role)
        for category in {*voiced.sums, *base}:
            total = voiced.sums.get(category, 0.0) + base.get(category, 0.0)
            if total > 0:
                best[category] = max(best.get(category, 0.0), _confidence(total))
    return dict(sorted(best.items()))


def _is_title(item: list[_Voiced], following: list[_Voiced]) -> bool:
    """Whether an item is a short title over a paragraph: it speaks for nothing and a much longer plain text follows.

    "2. เวรยามเฝ้าไฟ" over its paragraph names the activity; what came of it stands below.
    """
    if not following or len(item) > 1 or item[0].votes or following[0].unit.section != item[0].unit.section:
        return False
    below = _size(following)
    return (
        following[0].unit.block != item[0].unit.block
        and not following[0].unit.marker
        and (_size(item) <= LONGEST_TITLE and below >= 2 * _size(item))
    )


def _is_row_label(
    item: list[_Voiced], section: Section, blocks: tuple[Block, ...], with_more: set[tuple[int, int]]
) -> bool:
    """Whether an item is the short first cell of a row that goes on, without a cue of its own: forms print it, filled in or not.

    A first column whose header asks for results or the like is filled in.
    """
    block = blocks[item[0].unit.block]
    if block.column_header and TELLING & set(section.role.split(JOIN)):
        return False
    first = block.table >= 0 and block.column == 0 and (block.table, block.row) in with_more
    return first and not any(voiced.votes for voiced in item) and _size(item) <= LONGEST_TITLE


def _voice(text: str, units: tuple[Unit, ...]) -> list[_Voiced]:
    words = Words(text)
    cues = cue_votes(text, units, words)
    states = state_votes(text, units, words)
    voiced = []
    for unit, votes, state in zip(units, cues, states, strict=True):
        own = _outside_purpose(votes, state)
        sums: dict[str, float] = {}
        for vote in own:
            sums[vote.label] = _add(sums.get(vote.label, 0.0), vote.weight)
        voiced.append(_Voiced(unit, own, state, sums, leaning_of(text, unit.span, words)))
    return voiced


def _add(total: float, weight: float) -> float:
    """Cues of one category add up with less and less: three weak words are not one strong cue."""
    high, low = max(total, weight), min(total, weight)
    return high + 0.35 * low


def _outside_purpose(votes: list[Vote], states: list[StateVote]) -> list[Vote]:
    """The votes without those of a purpose clause (`เพื่อ…` at the start of the unit rules the whole unit)."""
    return votes if not any(s.row.pattern.startswith("^เพื่อ") for s in states) else []


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring units that make one finding of one category."""

    units: list[_Voiced]
    category: str

    @property
    def span(self) -> Span:
        return Span(self.units[0].unit.span.start, self.units[-1].unit.span.end)


def _runs(item: list[_Voiced], section: Section) -> list[_Run]:
    """The units of an item joined to runs of one category.

    A unit that speaks for itself opens a run or goes on with one of its category. One that does not goes with its neighbour
    as its first words say (`leanings.tsv`), else it takes the category of its section, else it is left out.
    """
    base = priors(section.role)
    default = _best(base) if base and max(base.values()) >= NEEDED else ""
    runs: list[_Run] = []
    lead: list[_Voiced] = []  # units in front of the run that they belong to
    for at, voiced in enumerate(item):
        leaning = voiced.leaning
        if not voiced.own:
            if runs and not lead and _goes_on(runs[-1], voiced, leaning, default, at + 1 < len(item)):
                runs[-1] = _Run([*runs[-1].units, voiced], runs[-1].category)
            else:
                lead.append(voiced)
            continue
        category = _category(voiced, base)
        lead = _settle_lead(runs, lead, default, leaning, category)
        if (
            runs
            and not lead
            and runs[-1].category == category
            and _fits(runs[-1], voiced)
            and not _own_point(runs[-1], voiced)
        ):
            runs[-1] = _Run([*runs[-1].units, voiced], category)
        else:
            runs.append(_Run([*lead, voiced], category))
        lead = []
    if lead and default:
        runs.append(_Run(lead, default))
    return runs


def _goes_on(run: _Run, voiced: _Voiced, leaning: str, default: str, more: bool) -> bool:
    """Whether a unit without a voice goes on with the run before it."""
    if not _fits(run, voiced) or (leaning == FORWARD and more):
        return False
    if leaning in {BACK, LEAN}:
        # After a cue of another category, words of a result ("ซึ่งที่ผ่านมาได้พัฒนา…") are the section's own matter again.
        return not (default and run.category != default and _is_result(voiced))
    return run.category == default


def _is_result(voiced: _Voiced) -> bool:
    return any(State(vote.row.state) is State.ACHIEVED for vote in voiced.states)


def _settle_lead(runs: list[_Run], lead: list[_Voiced], default: str, leaning: str, category: str) -> list[_Voiced]:
    """The units that the coming run takes along; the others become a run of the section's category, or are left out."""
    if not lead:
        return lead
    if leaning == LEAN:
        taken = lead if _size(lead) <= LONGEST else lead[-1:]
    elif default == category:
        # Text of a marked item that leads to its point is part of it; the long preamble of a paragraph is not.
        taken = lead if lead[0].unit.marker or _size(lead) <= LONGEST_LEAD else []
        return taken
    else:
        subject = leaning == PREDICATE and not lead[-1].leaning and _size(lead[-1:]) <= LONGEST_LEAD
        taken = lead[-1:] if subject or lead[-1].leaning == FORWARD else []
    rest = lead[: len(lead) - len(taken)]
    if rest and default:
        runs.append(_Run(rest, default))
    return taken


def _own_point(run: _Run, voiced: _Voiced) -> bool:
    """Whether a unit of the run's category is a point of its own: a strong cue, no leaning, and behind a full point."""
    strong = any(vote.weight >= STRONG for vote in voiced.votes)
    return strong and voiced.leaning not in {BACK, LEAN} and _size(run.units) >= FULL_POINT


def _size(units: list[_Voiced]) -> int:
    return units[-1].unit.span.end - units[0].unit.span.start


def _category(voiced: _Voiced, base: dict[str, float]) -> str:
    """The category of a unit that speaks for itself: of its own cues and its section together."""
    return _best({c: voiced.sums.get(c, 0.0) + base.get(c, 0.0) for c in {*voiced.sums, *base}})


def _best(weights: dict[str, float]) -> str:
    """The category with the most weight; the first by name of equal ones, so that runs do not differ."""
    return min(weights, key=lambda category: (-weights[category], category))


def _fits(run: _Run, voiced: _Voiced) -> bool:
    """Whether a unit goes on with the run: short enough together."""
    return voiced.unit.span.end - run.span.start <= LONGEST


def _finding(normal: NormalText, run: _Run, section: Section, genre_state: State | None) -> Finding | None:
    """The finding of a run, or None when too little speaks for it."""
    votes = [vote for voiced in run.units for vote in voiced.votes]
    base = priors(section.role).get(run.category, 0.0)
    own = 0.0
    for vote in votes:
        if vote.label == run.category:
            own = _add(own, vote.weight)
    total = own + base - (LONG_COST if len(run.span) > LONGEST else 0.0)
    words = run.span.slice(normal.text)
    if total < NEEDED or not _ENOUGH_THAI.match(words) or announces(words):
        return None
    if not own and base < STRONG and len(words) <= SHORTEST_UNSAID and not _NUMBER.search(words):
        return None
    if any(vote.row.weight >= VETO for voiced in run.units for vote in voiced.states if voiced.states):
        return None
    status, state_reason = _state(run, section, genre_state)
    block: Block = normal.blocks[run.units[0].unit.block]
    confidence = _confidence(total) * block.confidence
    because = _because(normal.text, run.category, votes, section, state_reason)
    return Finding(
        run.span,
        run.category,
        status,
        confidence,
        "rules",
        because,
        section.title,
        run.units[0].unit.block,
        tuple(votes),
    )


def _confidence(total: float) -> float:
    """A sum of weights as a number from 0 to 1: 0.5 at the least that makes a finding."""
    return round(1 / (1 + math.exp(-_SCALE * (total - NEEDED))), 3)


def _state(run: _Run, section: Section, genre_state: State | None) -> tuple[State, str]:
    """The state of a run and what says so: words of the text before the heading, the heading before the genre."""
    weights: dict[State, float] = {}
    words: dict[State, str] = {}
    for voiced in run.units:
        for vote in voiced.states:
            if run.category in vote.row.categories:
                state = State(vote.row.state)
                weights[state] = weights.get(state, 0.0) + vote.row.weight
                words.setdefault(state, vote.row.id)
    if section.state is not None and section.state is not State.ACHIEVED:
        return section.state, section.rule
    if section.state is None and genre_state is not None:
        return genre_state, "genre"
    if not weights:
        return State.ACHIEVED, ""
    best = min(weights, key=lambda state: (-weights[state], state is not State.ACHIEVED, state.value))
    return best, words[best]


def _unless_planned(finding: Finding, planned: Iterable[Span]) -> Finding:
    """The finding, as planned where an achieved one hardly says more than a clause that states a plan."""
    if finding.status is State.ACHIEVED and finding.span.mostly_in(planned, MOSTLY_PLANNED):
        return replace(finding, status=State.PLANNED, because=f"{finding.because}; [plan_clauses]")
    return finding


def _because(text: str, category: str, votes: Iterable[Vote], section: Section, state: str) -> str:
    """The reasons of a finding, readable: heading, the words of its cues with their rules, the rule of its state."""
    reasons = []
    if section.rule:
        reasons.append(f"หัวข้อ “{section.title[:60]}” [{section.rule}]")
    for vote in votes:
        if vote.label == category and vote.span is not None:
            reasons.append(f"“{vote.span.slice(text)[:60]}” [{vote.rule}]")
    if state:
        reasons.append(f"[{state}]")
    return "; ".join(reasons)
