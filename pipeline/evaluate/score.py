"""How well a system finds and tags: everything that is counted for one report, to be added up over reports.

A guess counts when it says that its passage happened. A gold finding marked arguable is never required, and a guess of its own or an
alternative category on it is neither right nor wrong. Where a label has alternatives, either counts as right, under the label guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tqdm import tqdm

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.counts import Tally
from pipeline.evaluate.matching import COVERED, cover, covering, iou, pair, shared
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.evaluate.systems import Guess, System, accepted, is_claimed
from pipeline.records import State, Tag
from pipeline.spans import Span

# Levels at which spans are compared, by their least IoU; at the first any shared letter will do.
THRESHOLDS = {"overlap": 0.0, "IoU 0.25": 0.25, "IoU 0.5": 0.5, "IoU 0.9": 0.9}
STRICT = "IoU 0.5"
UNIT = "unit"  # each unit of the segmenter against the label that covers half of it
PASSAGE = "passage"  # issues and themes of the gold's own passages, told where they stand
ALONE = "passage alone"  # all three schemes of the gold's own passages, told nothing but their words
DAMAGED = "damaged"  # as "overlap", but only what stands on damaged text
NONE = "none"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A guess that is wrong or a finding that is missed, for reading through."""

    report: str
    kind: str
    gold: str  # its category, "" for none
    guess: str
    text: str
    because: str


@dataclass(slots=True)
class ReportScore:
    """All that is counted of one report."""

    report: str
    tally: Tally = field(default_factory=Tally)
    errors: Counter[str] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)  # units, (gold, guess)
    negatives: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, "all" | "taken")
    tempted: Counter[tuple[str, str]] = field(default_factory=Counter)  # (way, "all" | "taken")
    planned: tuple[int, int] = (0, 0)  # plans and targets taken as achieved, of all
    claims_on_plans: tuple[int, int] = (0, 0)  # guesses that lie on a plan or target, of all guesses
    unreached: tuple[int, int] = (0, 0)  # required findings of which no unit shares a letter, of all
    uncut: tuple[int, int] = (
        0,
        0,
    )  # required findings in which no unit lies by half, although one touches them, of all
    claims: list[tuple[float, bool]] = field(default_factory=list)  # (confidence, right) of each guess that counts
    scores: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)  # by scheme, of each passage and code
    mistakes: list[Mistake] = field(default_factory=list)


def score_system(system: System, readings: Sequence[Reading]) -> tuple[ReportScore, ...]:
    """The counts of a system, report by report. The system is fitted already."""
    bar = tqdm(readings, unit=" reports", desc=system.name, leave=False, disable=None)
    return tuple(score_report(system, reading) for reading in bar)


def score_report(system: System, reading: Reading) -> ReportScore:
    """The counts of a system on one report."""
    guesses = system.find(reading)
    return Scorer(reading, guesses).score(system)


class Scorer:
    """The guesses of one report against its labels."""

    def __init__(self, reading: Reading, guesses: Sequence[Guess]) -> None:
        """Keeps the guesses that say that something happened."""
        self.reading = reading
        self.claims = [guess for guess in guesses if is_claimed(guess)]
        self.places = [reading.letters.place(guess.span) for guess in self.claims]
        self.findings = reading.findings
        self.gold_places = [label.place for label in self.findings]
        self.required = [i for i, label in enumerate(self.findings) if label.gold.is_required]
        self.result = ReportScore(reading.name)

    def score(self, system: System) -> ReportScore:
        """Everything that is counted."""
        for level, threshold in THRESHOLDS.items():
            self._count_categories(level, threshold)
            self._count_tags(level, threshold)
        self._count_damaged()
        self._count_units()
        self._count_errors()
        self._count_negatives()
        self._count_passages(system)
        return self.result

    def fits(self, guess: int, gold: int) -> bool:
        """Whether the category of a guess is the gold's or one of its alternatives."""
        label = self.findings[gold].gold
        return self.claims[guess].category in {label.category, *label.alt}

    def matched(self, threshold: float, fits: Callable[[int, int], bool]) -> dict[int, int]:
        """Guess to required finding, one to one."""
        places = [self.gold_places[j] for j in self.required]
        pairs = pair(self.places, places, threshold, fits=lambda i, j: fits(i, self.required[j]))
        return {i: self.required[j] for i, j in pairs.items()}

    def arguable_under(self, guess: int, threshold: float, *, same: bool) -> Labelled | None:
        """The arguable finding that excuses a guess: it fits at the threshold, or holds more than half of the guess.

        `same`: its category must fit too.
        """
        for j, label in enumerate(self.findings):
            if not label.gold.arguable or (same and not self.fits(guess, j)):
                continue
            close = iou(self.places[guess], label.place)
            if (close > 0 and close >= threshold) or cover(self.places[guess], label.place) > COVERED:
                return label
        return None

    def _count_categories(self, level: str, threshold: float) -> None:
        """Categories of spans at one IoU."""
        pairs = self.matched(threshold, self.fits)
        for i, guess in enumerate(self.claims):
            if i in pairs:
                self.result.tally.add(level, CATEGORY, guess.category, right=1)
            elif self.arguable_under(i, threshold, same=True) is None:
                self.result.tally.add(level, CATEGORY, guess.category, wrong=1)
            else:
                continue
            if not threshold:
                self.result.claims.append((guess.confidence, i in pairs))
        for j in set(self.required) - set(pairs.values()):
            self.result.tally.add(level, CATEGORY, self.findings[j].gold.category or "", missed=1)

    def _count_tags(self, level: str, threshold: float) -> None:
        """Issues and themes of spans at one IoU, whatever their category."""
        pairs = self.matched(threshold, lambda guess, gold: True)
        for i, guess in enumerate(self.claims):
            label = self.findings[pairs[i]] if i in pairs else self.arguable_under(i, threshold, same=False)
            for scheme, codes in ((ISSUE, guess.issues), (SDH, guess.sdh)):
                needed, free = wanted(label, scheme, required=i in pairs)
                self._count_codes(level, scheme, codes, needed, free)
        for j in set(self.required) - set(pairs.values()):
            for scheme in (ISSUE, SDH):
                needed, _ = wanted(self.findings[j], scheme)
                self._count_codes(level, scheme, (), needed, frozenset())

    def _count_codes(
        self, level: str, scheme: str, given: Iterable[str], needed: frozenset[str], free: frozenset[str]
    ) -> None:
        """One set of codes against what is needed and what is free to give."""
        codes = frozenset(given)
        for code in codes & needed:
            self.result.tally.add(level, scheme, code, right=1)
        for code in codes - needed - free:
            self.result.tally.add(level, scheme, code, wrong=1)
        for code in needed - codes:
            self.result.tally.add(level, scheme, code, missed=1)

    def _count_damaged(self) -> None:
        """Categories on damaged text, at any overlap."""
        pairs = self.matched(0.0, self.fits)
        for i, guess in enumerate(self.claims):
            if not self.reading.is_damaged(guess.span):
                continue
            if i in pairs:
                self.result.tally.add(DAMAGED, CATEGORY, guess.category, right=1)
            elif self.arguable_under(i, 0.0, same=True) is None:
                self.result.tally.add(DAMAGED, CATEGORY, guess.category, wrong=1)
        for j in set(self.required) - set(pairs.values()):
            label = self.findings[j]
            if self.reading.is_damaged(label.span):
                self.result.tally.add(DAMAGED, CATEGORY, label.gold.category or "", missed=1)

    def _count_units(self) -> None:
        """Categories, issues and themes of the segmenter's units: the label that covers at least half of each."""
        for unit in self.reading.units:
            g, p = covering(unit, self.gold_places), covering(unit, self.places)
            label = None if g is None else self.findings[g]
            guess = None if p is None else self.claims[p]
            self._count_unit(label, guess)
            for scheme in (ISSUE, SDH):
                codes = () if guess is None else guess.issues if scheme == ISSUE else guess.sdh
                needed, free = wanted(label, scheme, required=label is not None and label.gold.is_required)
                self._count_codes(UNIT, scheme, codes, needed, free)
        self._count_reach()

    def _count_reach(self) -> None:
        """Required findings that the units cannot give: shielded or not cut out."""
        places = [self.gold_places[j] for j in self.required]
        touched = [any(shared(unit, place) for unit in self.reading.units) for place in places]
        reached = [any(cover(unit, place) >= COVERED for unit in self.reading.units) for place in places]
        self.result.unreached = (touched.count(False), len(places))
        self.result.uncut = (reached.count(False) - touched.count(False), len(places))

    def _count_unit(self, label: Labelled | None, guess: Guess | None) -> None:
        """The category of one unit."""
        given = NONE if guess is None else guess.category
        gold = NONE if label is None else label.gold.category or NONE
        if label is not None and given in {gold, *label.gold.alt}:
            gold = given
        if label is not None and label.gold.arguable:
            if given not in {NONE, gold}:
                self.result.tally.add(UNIT, CATEGORY, given, wrong=1)
            return
        self.result.confusion[gold, given] += 1
        if gold == given != NONE:
            self.result.tally.add(UNIT, CATEGORY, gold, right=1)
            return
        if given != NONE:
            self.result.tally.add(UNIT, CATEGORY, given, wrong=1)
        if gold != NONE:
            self.result.tally.add(UNIT, CATEGORY, gold, missed=1)

    def _count_errors(self) -> None:
        """Each guess as right, or wrong in text, boundary or type; each required finding that nothing touches as missed."""
        pairs = self.matched(THRESHOLDS[STRICT], self.fits)
        for i, guess in enumerate(self.claims):
            touched = [j for j, place in enumerate(self.gold_places) if shared(self.places[i], place)]
            kind = self._error(i, pairs, touched)
            self.result.errors[kind] += 1
            if kind not in {"right", "arguable", "boundary"}:
                gold = max(touched, key=lambda j: shared(self.places[i], self.gold_places[j]), default=None)
                category = "" if gold is None else self.findings[gold].gold.category or ""
                self._note(kind, category, guess.category, guess.span, f"{guess.confidence:.2f} {guess.because}")
        for j in self.required:
            if not any(shared(place, self.gold_places[j]) for place in self.places):
                label = self.findings[j]
                self.result.errors["missed"] += 1
                self._note("missed", label.gold.category or "", "", label.span, "")

    def _error(self, guess: int, pairs: dict[int, int], touched: Sequence[int]) -> str:
        """The kind of error of one guess; "right" and "arguable" for none."""
        threshold = THRESHOLDS[STRICT]
        if guess in pairs:
            return "right"
        if self.arguable_under(guess, threshold, same=True) is not None:
            return "arguable"
        if not touched:
            return "text"
        if any(self.fits(guess, j) for j in touched):
            return "boundary"
        close = any(iou(self.places[guess], self.gold_places[j]) >= threshold for j in touched)
        return "type" if close else "type and boundary"

    def _note(self, kind: str, gold: str, guess: str, span: Span, because: str) -> None:
        """Keeps a mistake for reading through."""
        text = self.reading.text(span)
        self.result.mistakes.append(Mistake(self.reading.name, kind, gold, guess, text, because))

    def _count_negatives(self) -> None:
        """Hard negatives taken, by kind; plans taken as achieved; tempting codes accepted."""
        kinds = load_codes().negatives
        plans = []
        for label in self.reading.negatives:
            kind = kinds[label.gold.negative or ""]
            on_it = [i for i, place in enumerate(self.places) if takes(place, label.place)]
            if kind.family == "whole":
                self.result.negatives[kind.id, "all"] += 1
                self.result.negatives[kind.id, "taken"] += bool(on_it)
                if kind.status == State.PLANNED:
                    plans.append((label, on_it))
            if label.gold.tempts:
                self._count_tempts(label, on_it)
        self.result.planned = (sum(bool(on_it) for _, on_it in plans), len(plans))
        on_plans = {i for _, on_it in plans for i in on_it}
        self.result.claims_on_plans = (len(on_plans), len(self.claims))
        for i in sorted(on_plans):
            guess = self.claims[i]
            self._note("plan taken", "", guess.category, guess.span, f"{guess.confidence:.2f} {guess.because}")

    def _count_tempts(self, label: Labelled, on_it: Sequence[int]) -> None:
        """Whether a guess on the passage carries a code that the passage only tempts to, and no finding there has."""
        around = [f.gold for f in self.findings if shared(f.place, label.place)]
        true = {
            c
            for g in around
            for c in (g.category, *g.alt, *(g.issues or ()), *g.alt_issues, *(g.sdh or ()), *g.alt_sdh)
        }
        tempting = set(label.gold.tempts) - true
        given = {c for i in on_it for c in (self.claims[i].category, *self.claims[i].issues, *self.claims[i].sdh)}
        self.result.tempted[label.gold.negative or "", "all"] += bool(tempting)
        self.result.tempted[label.gold.negative or "", "taken"] += bool(tempting & given)
        for code in sorted(tempting & given):
            self._note("tempted", "", code, label.span, "")

    def _count_passages(self, system: System) -> None:
        """Issues and themes of the gold's passages, told where they stand; and all schemes, told nothing but the words."""
        kinds = load_codes().negatives
        for label in (label for label in self.reading.labels if len(label.place)):
            kind = kinds.get(label.gold.negative or "")
            if kind is not None and kind.family == "label" and label.gold.category is None:
                continue
            alone = system.tag_alone(label.span.slice(self.reading.normal.text))
            self._count_category_alone(label, accepted(alone, CATEGORY))
            if label.gold.category is not None:
                self._count_tags_of(label, PASSAGE, system.tag(self.reading, label.span))
                self._count_tags_of(label, ALONE, alone)

    def _count_category_alone(self, label: Labelled, given: Sequence[str]) -> None:
        """The categories given to one passage, of which a finding needs one and a whole negative none."""
        needed = {label.gold.category, *label.gold.alt} if label.gold.is_finding else set()
        right = [code for code in given if code in needed]
        if label.gold.arguable:
            right, missed = [], False
        else:
            missed = bool(needed) and not right
        # Two right answers are one passage: the gold's own label counts before an alternative.
        for code in sorted(right, key=lambda code: code != label.gold.category)[:1]:
            self.result.tally.add(ALONE, CATEGORY, code, right=1)
        for code in given:
            if code not in needed:
                self.result.tally.add(ALONE, CATEGORY, code, wrong=1)
        if missed:
            self.result.tally.add(ALONE, CATEGORY, label.gold.category or "", missed=1)

    def _count_tags_of(self, label: Labelled, level: str, tags: Sequence[Tag]) -> None:
        """The issues and themes given to one passage; their scores are kept where the place is told."""
        codes = load_codes()
        for scheme, known, given in (
            (ISSUE, codes.issues, label.gold.issues),
            (SDH, codes.themes, label.gold.sdh),
        ):
            if given is None:
                continue
            needed, free = wanted(label, scheme)
            self._count_codes(level, scheme, accepted(tags, scheme), needed, free)
            if level == PASSAGE:
                mine = {tag.code: tag.score for tag in tags if tag.scheme == scheme}
                scores = self.result.scores.setdefault(scheme, [])
                scores += [(mine.get(code, 0.0), code in needed) for code in known if code not in free]


def wanted(label: Labelled | None, scheme: str, *, required: bool = True) -> tuple[frozenset[str], frozenset[str]]:
    """The codes of a scheme that a label needs, and those that are free to give; none without a label.

    With `required` False, as for an arguable finding, its own codes are free too.
    """
    if label is None:
        return frozenset(), frozenset()
    gold = label.gold
    own, alternatives = (gold.issues, gold.alt_issues) if scheme == ISSUE else (gold.sdh, gold.alt_sdh)
    needed, free = frozenset(own or ()), frozenset(alternatives)
    return (needed, free) if required else (frozenset(), needed | free)


def takes(guess: Span, negative: Span) -> bool:
    """Whether a guess takes a hard negative: half of either lies in the other."""
    return max(cover(guess, negative), cover(negative, guess)) >= COVERED and shared(guess, negative) > 0
