"""What to label next: doubtful, rare and disputed passages and likely label errors by turns, and always a random tenth.

The random tenth is what a score may be taken from, and what guards against a queue that only knows what the model knows: choosing by doubt
alone did not beat choosing at random (CLASSIFICATION). No two passages of a queue are nearly equal, and no report fills it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest

from pipeline.classify.model import RULES
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.evaluate.anchors import squeeze
from pipeline.evaluate.gold import Gold
from pipeline.evaluate.likeness import grams
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.learn.candidates import (
    DISAGREEMENT,
    DOUBT,
    LABEL_ERROR,
    NOTHING,
    RANDOM,
    RARE,
    Candidate,
    Reason,
    Roots,
    Score,
    SourceText,
    source_text,
)
from pipeline.learn.label_errors import Suspect
from pipeline.records import content_id
from pipeline.resources import load_table

REASONS = "queue_reasons.tsv"
# One row in so many is drawn at random.
RANDOM_ONE_IN = 10
# Passages whose character 5-grams agree by more than this (Jaccard) are one passage for a person who labels.
ALIKE = 0.5
# At most this share of the queue comes from one report, or twice its even share where there are few reports.
ONE_REPORT = 0.1
# Of the codes, this share with the fewest examples is rare.
RAREST = 1 / 3
# A code that the pipeline does not accept is a candidate for a rare one from this share of its threshold on.
_NEARLY = 0.6
# Who decided a candidate that a person has labelled.
LABELLED = "gold"
# Characters of the report that are shown before and after a passage.
_AROUND = 180


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A row of `data/queue_reasons.tsv`; `why_th` is a template that the facts of a reason fill."""

    id: str
    name_th: str
    name_en: str
    why_th: str
    source: str


@cache
def reason_rows() -> Mapping[str, ReasonRow]:
    """The reasons by id."""
    return {row.id: row for row in load_table(REASONS, ReasonRow)}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One passage to label, with what helps to label it. `start` and `end` are offsets as the gold counts them."""

    id: str
    reason: str  # id of a row of data/queue_reasons.tsv
    why: str
    before: str
    text: str
    after: str
    section: str
    source: str
    locator: str
    category: str  # suggested; "none" for no finding
    issues: tuple[str, ...]
    sdh: tuple[str, ...]
    confidence: float
    start: int
    end: int


def with_doubts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each with its greatest doubt: how near a score is to the lowest one at which the dataset accepts the code.

    Strength, 0 to 1: 1 at the threshold, 0 at scores of 0 and 1.
    """
    least = _thresholds(candidates)
    return [_doubted(candidate, least) for candidate in candidates]


def _thresholds(candidates: Sequence[Candidate]) -> dict[tuple[str, str], float]:
    """The lowest score at which each (decider, code) is accepted."""
    least: dict[tuple[str, str], float] = {}
    for candidate in candidates:
        for key, score, taken in _all_scores(candidate):
            if taken:
                least[key] = min(score, least.get(key, 1.0))
    return least


def _all_scores(candidate: Candidate) -> Iterator[tuple[tuple[str, str], float, bool]]:
    """((decider, code), score, accepted) of the category and of every code: rules and models score on scales of their own."""
    decider = RULES if candidate.decided_by == RULES else "model"
    if candidate.category != NOTHING:
        yield (decider, candidate.category), candidate.confidence, True
    for score in candidate.scores:
        yield (decider, score.code), score.score, score.accepted


def _doubted(candidate: Candidate, least: Mapping[tuple[str, str], float]) -> Candidate:
    """The candidate with its greatest doubt; as it is where nothing was accepted to compare with."""
    doubts = [
        (1 - abs(score - limit) / max(limit if score < limit else 1 - limit, 0.01), key[1], score, limit)
        for key, score, _ in _all_scores(candidate)
        if (limit := least.get(key)) is not None
    ]
    if not doubts:
        return candidate
    strength, code, score, limit = max(doubts)
    facts = {"score": f"{score:.2f}", "threshold": f"{limit:.2f}", "code": code}
    return candidate.with_reason(Reason(DOUBT, strength, code, facts))


def counts_of(gold: Gold | None, candidates: Sequence[Candidate]) -> Counter[str]:
    """How many examples each code has: in the gold, else among the accepted codes of the candidates."""
    counts: Counter[str] = Counter()
    if gold is not None:
        for span in gold.spans:
            if span.is_finding and span.category:
                counts.update((span.category, *(span.issues or ()), *(span.sdh or ())))
        return counts
    for candidate in candidates:
        counts.update((candidate.category, *candidate.codes(ISSUE), *candidate.codes(SDH)))
    return counts


def with_rare_codes(candidates: Sequence[Candidate], counts: Mapping[str, int]) -> list[Candidate]:
    """The candidates, those with a rare code, or nearly with one, with the rarest of theirs as a reason."""
    known = sorted({code for candidate in candidates for (_, code), _, _ in _all_scores(candidate)})
    rare = sorted(known, key=lambda code: (counts.get(code, 0), code))[: max(1, round(RAREST * len(known)))]
    least = _thresholds(candidates)
    found = []
    for candidate in candidates:
        mine = [
            (-counts.get(key[1], 0), score, key[1])
            for key, score, taken in _all_scores(candidate)
            if key[1] in rare and (taken or score >= _NEARLY * least.get(key, 1.0))
        ]
        if mine:
            negative, score, code = max(mine)
            facts = {"code": code, "count": -negative}
            candidate = candidate.with_reason(Reason(RARE, score, code, facts))
        found.append(candidate)
    return found


def labels_as_candidates(readings: Iterable[Reading], suspects: Iterable[Suspect]) -> list[Candidate]:
    """The labelled passages as candidates; likely errors with that reason, and the category that is expected as suggestion."""
    wrong = {(s.reading.name, s.label.span): (at, s) for at, s in enumerate(suspects)}
    found = []
    for reading in readings:
        for label in reading.labels:
            candidate = _of_label(reading, label)
            if (reading.name, label.span) in wrong:
                at, suspect = wrong[reading.name, label.span]
                facts = {"given": suspect.given, "expected": suspect.expected, "score": f"{suspect.score:.2f}"}
                # cleanlab's order is kept: 1 for the worst, then downwards.
                reason = Reason(LABEL_ERROR, 1 / (1 + at), suspect.given, facts)
                candidate = replace(candidate, category=suspect.expected, confidence=suspect.score, reasons=(reason,))
            found.append(candidate)
    return found


def _of_label(reading: Reading, label: Labelled) -> Candidate:
    """A labelled passage as a candidate."""
    gold, section = label.gold, reading.section_at(label.span)
    block = next((b for b in reading.normal.blocks if b.span.overlaps(label.span)), None)
    tags = [(ISSUE, code) for code in gold.issues or ()] + [(SDH, code) for code in gold.sdh or ()]
    return Candidate(
        content_id("g", reading.name, gold.start, gold.end),
        reading.name,
        label.span,
        reading.text(label.span),
        gold.category if gold.is_finding and gold.category else NOTHING,
        1.0,
        LABELLED,
        tuple(Score(scheme, code, 1.0, True) for scheme, code in tags),
        block.locator if block else "",
        section.title if section else "",
    )


def choose(candidates: Sequence[Candidate], size: int) -> list[tuple[Candidate, Reason]]:
    """At most `size` candidates in the order to label them, each with the reason that brought it in.

    Every tenth is random; the others come by turns from the reasons, and within a reason by turns from its groups, the strongest first. The
    same candidates give the same queue.
    """
    turns = by_turns([_by_reason(candidates, reason) for reason in (DISAGREEMENT, DOUBT, RARE, LABEL_ERROR)])
    # Labelled passages are drawn only where there are no others.
    pool = [candidate for candidate in candidates if candidate.decided_by != LABELLED] or candidates
    drawn = ((candidate, Reason(RANDOM, 0.0, "")) for candidate in sorted(pool, key=_drawn_by))
    chosen = _Chosen(size, len({candidate.source for candidate in candidates}))
    sources = [iter(turns), iter(drawn)]
    while len(chosen.rows) < size:
        # The first row of each ten, so that a queue of one to nine rows has a random one too.
        at = 1 if len(chosen.rows) % RANDOM_ONE_IN == 0 else 0
        taken = chosen.take_first(sources[at]) or (at == 0 and chosen.take_first(sources[1]))
        if not taken:
            break
    return chosen.rows


def _drawn_by(candidate: Candidate) -> str:
    """The place of a candidate in a draw that no name or score decides: a hash of its content."""
    return hashlib.sha256(f"{candidate.source}\x1f{candidate.text}\x1f{candidate.id}".encode()).hexdigest()


def _by_reason(candidates: Sequence[Candidate], wanted: str) -> list[tuple[Candidate, Reason]]:
    """The candidates with one reason: by turns from its groups, the strongest of each first."""
    groups: dict[str, list[tuple[Candidate, Reason]]] = {}
    for candidate in candidates:
        for reason in candidate.reasons:
            if reason.id == wanted:
                groups.setdefault(reason.group, []).append((candidate, reason))
    for group in groups.values():
        group.sort(key=lambda pair: (-pair[1].strength, _drawn_by(pair[0])))
    return by_turns([groups[name] for name in sorted(groups)])


def by_turns(lists: Sequence[Sequence[tuple[Candidate, Reason]]]) -> list[tuple[Candidate, Reason]]:
    """The first of each list, then the second of each, and so on."""
    return [item for row in zip_longest(*lists) for item in row if item is not None]


class _Chosen:
    """What stands in the queue already, and what may still come in."""

    def __init__(self, size: int, reports: int) -> None:
        self.rows: list[tuple[Candidate, Reason]] = []
        self._most = max(2, round(max(ONE_REPORT, 2 / max(reports, 1)) * size))
        self._of_report: Counter[str] = Counter()
        self._grams: list[frozenset[str]] = []

    def take_first(self, items: Iterator[tuple[Candidate, Reason]]) -> bool:
        """Takes the first item that may come in; whether there was one."""
        for candidate, reason in items:
            own = grams(squeeze(candidate.text))
            if self._of_report[candidate.source] >= self._most or any(_jaccard(own, g) > ALIKE for g in self._grams):
                continue
            self.rows.append((candidate, reason))
            self._of_report[candidate.source] += 1
            self._grams.append(own)
            return True
        return False


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all grams that both have."""
    return len(one & other) / max(1, len(one | other))


def rows_of(chosen: Sequence[tuple[Candidate, Reason]], roots: Roots) -> list[QueueRow]:
    """The rows of the queue; each report is read again for the text around. Raises UsageError, ReadError where one is gone."""
    texts: dict[str, SourceText] = {}
    rows = []
    for candidate, reason in chosen:
        if candidate.source not in texts:
            texts[candidate.source] = source_text(candidate.source, roots)
        rows.append(_row(candidate, reason, texts[candidate.source]))
    return rows


def _row(candidate: Candidate, reason: Reason, around: SourceText) -> QueueRow:
    """One row, its text as it stands in the source."""
    text, span = around.normal.text, candidate.span
    place = around.label_span(span)
    return QueueRow(
        candidate.id,
        reason.id,
        reason_rows()[reason.id].why_th.format(**{key: _named(value) for key, value in reason.facts.items()}),
        _plain(text[max(0, span.start - _AROUND) : span.start]),
        _plain(around.text_at(place)),
        _plain(text[span.end : span.end + _AROUND]),
        candidate.section,
        candidate.source,
        candidate.locator,
        candidate.category,
        candidate.codes(ISSUE),
        candidate.codes(SDH),
        round(candidate.confidence, 3),
        place.start,
        place.end,
    )


def _named(value: object) -> object:
    """A code with its Thai name, as people read it; anything else as it is.

    >>> _named("obstacle"), _named("fast")
    ('ปัญหาอุปสรรค (obstacle)', 'fast')
    """
    return _names().get(str(value), value)


@cache
def _names() -> Mapping[str, str]:
    """What codes and deciders are called in Thai."""
    concepts = [concept for scheme in (CATEGORY, ISSUE, SDH) for concept in load(scheme).concepts]
    return {**{c.id: f"{c.name_th} ({c.id})" for c in concepts}, RULES: "กฎ", NOTHING: "ไม่ใช่บทเรียน"}


def _plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
