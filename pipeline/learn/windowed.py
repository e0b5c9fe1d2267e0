"""Labelled reports and passages as the context model is taught them: windows with the answers of atoms and spans, and passages alone."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.classify.embeddings_weights import Floats, Pieces
from pipeline.classify.features import Passage, tag_numbers, unit_views
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.classify.windows import Atom, Cut, Window, atoms_of, between, leading, passage_window, windows_of
from pipeline.evaluate.codes import negative_kinds
from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.matching import COVERED, covering
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.extract.facts import find_facts
from pipeline.extract.findings import extract
from pipeline.learn.composed import ComposedPassage
from pipeline.learn.examples import bare_view
from pipeline.records import State
from pipeline.segment.tokens import tokens
from pipeline.spans import Span

# What a stretch is when it is no finding: learnt beside the categories, so that plans are told from results.
KINDS = (State.PLANNED.value, State.BACKGROUND.value, State.NEGATED.value, "activity")
_ARGUABLE = 0.3
# Where nobody labelled anything, it is hardly ever a plan worth marking, but it may be.
_UNLABELLED = 0.1
# Breaking of atoms: how often at a word (each atom has one of these), and the least characters on either side.
_BREAKS, _BROKEN = (0.0, 0.15, 0.45), 6
# A hard negative of more atoms is a page of form text and teaches nothing as one span.
_MOST_ATOMS = 60


@dataclass(frozen=True, slots=True)
class Answers:
    """What is right of a stretch, and what each answer counts (0: nobody knows), by what is decided."""

    category: Floats  # shape (2, categories + KINDS): answers, weights
    issue: Floats
    sdh: Floats


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A labelled stretch of a window: its pieces (half-open), its answers, and the numbers of the rules."""

    first: int
    last: int
    answers: Answers
    unit_numbers: Floats
    tag_numbers: Floats
    number: int = 0  # which labelled place of its report, among those with words


@dataclass(frozen=True, slots=True)
class WindowExample:
    """A window with the answers of its atoms; for a passage alone it has no atoms to be decided, and one span."""

    report: str
    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]  # pieces of each atom
    atoms: Floats  # shape (atoms, 2, categories + KINDS)
    numbers: Floats  # of the rules, shape (atoms, numbers)
    goes_on: Floats  # shape (atoms - 1, 2): whether an atom goes on with the finding before it, and what that counts
    gaps: Floats  # shape (atoms - 1, 4)
    spans: tuple[SpanExample, ...]

    def window(self) -> Window:
        """The window, its first span as its one atom."""
        span = self.spans[0]
        return Window(self.ids, (Atom(Span(0, 0), 0, span.first, span.last),))


@dataclass(frozen=True, slots=True)
class Material:
    """All that is learnt from."""

    windows: tuple[tuple[WindowExample, WindowExample], ...]  # as they stand, and with broken atoms
    alone: tuple[tuple[WindowExample, WindowExample], ...]
    always: frozenset[str]  # names of composed passages: they stand in no section and are learnt from alone
    reports: frozenset[str]  # names of the training reports themselves, and of whole composed reports
    labelled: frozenset[str]  # of the training reports alone


@dataclass(frozen=True, slots=True)
class Taught:
    """What the encoder and its heads have learnt, as plain arrays."""

    adapters: Mapping[str, Floats]
    numbers: Mapping[
        str, Floats
    ]  # weights (codes, features) and bias of each head; mean and spread of the rules' numbers


def answers_of(gold: GoldSpan, more: Sequence[str] = ()) -> Answers:
    """The answers of a label; `more` are further categories that are right too."""
    names = (*codes(CATEGORY), *KINDS)
    weight = _ARGUABLE if gold.arguable else 1.0
    kind = _kind(gold)
    whole = gold.is_finding or gold.negative is None or negative_kinds()[gold.negative].family == "whole"
    right = {gold.category or "", *more} if gold.is_finding else {kind}
    unknown = set(gold.alt) - {gold.category} - set(more)
    category = _column(names, right, {name: weight if whole and name not in unknown else 0.0 for name in names})
    return Answers(
        category,
        _tags(codes(ISSUE), gold.issues, gold.alt_issues, gold.tempts),
        _tags(codes(SDH), gold.sdh, gold.alt_sdh, gold.tempts),
    )


def _kind(gold: GoldSpan) -> str:
    """What a label that is no finding says of its stretch; "" for form text and the like."""
    if gold.negative == "activity_only":
        return "activity"
    status = negative_kinds()[gold.negative].status if gold.negative else (gold.status or "")
    return status if status in KINDS else ""


def _tags(names: Sequence[str], right: Sequence[str] | None, maybe: Sequence[str], tempts: Sequence[str]) -> Floats:
    """Answers and weights of one scheme; where nobody tagged, only what the words wrongly tempt to is known."""
    if right is None:
        return _column(names, (), {name: float(name in tempts) for name in names})
    return _column(names, right, {name: float(name not in maybe or name in right) for name in names})


def _column(names: Sequence[str], right: Sequence[str] | set[str], weights: dict[str, float]) -> Floats:
    """Answers and weights with shape (2, names)."""
    return np.array([[name in right for name in names], [weights[name] for name in names]], dtype=np.float32)


def broken_atoms(text: str, span: Span) -> list[Span]:
    """The atoms of a place as a hasty writer would set blanks: some of them broken at words, the same ones each time.

    Composed reports have blanks where points end; people also set them within a point. Without such examples the model cut the real
    reports at almost every blank.

    >>> len(broken_atoms("เด็กในศูนย์พัฒนาเด็กเล็กกินผักมากขึ้นกว่าเดิม", Span(0, 43))) > 1
    True
    """
    found: list[Span] = []
    for atom in atoms_of(text, span):
        chance = random.Random(zlib.crc32(atom.slice(text).encode("utf-8")))
        often = chance.choice(_BREAKS)
        start = atom.start
        for word in tokens(atom.slice(text)):
            at = atom.start + word.start
            wide = at - start >= _BROKEN and atom.end - at >= _BROKEN
            if wide and chance.random() < often:
                found.append(Span(start, at))
                start = at
        found.append(Span(start, atom.end))
    return found


def window_pairs(reading: Reading, pieces: Pieces, title: str = "") -> list[tuple[WindowExample, WindowExample]]:
    """The windows of a labelled report as they stand and with broken atoms, and one that begins at some unit of it, the same each time.

    `title`: the name of its project where the report itself states none. The plain window comes twice where breaking shifts a unit to another one. In
    whole reports what stands first is a name or a background; a news item or a post begins with what came of it.
    """
    judged = _Judged(reading, title)
    plain, broken = (list(judged.windows(pieces, cut)) for cut in (atoms_of, broken_atoms))
    pairs = list(zip(plain, broken if len(broken) == len(plain) else plain, strict=True))
    first = zlib.crc32(reading.name.encode("utf-8")) % max(1, len(reading.segmented.units))
    if first:
        begun = (judged.windows(pieces, cut, first) for cut in (atoms_of, broken_atoms))
        pairs += itertools.islice(zip(*begun, strict=False), 1)
    return pairs


class _Judged:
    """A labelled report with what the rules say of it."""

    def __init__(self, reading: Reading, title: str) -> None:
        self.reading = reading
        extraction = extract(reading.normal, reading.segmented)
        project = find_facts(reading.normal).project
        self.title = project.project_name or project.title or title
        self.rules = [view.rules for view in unit_views(reading.normal, reading.segmented, extraction)]
        self.negatives = [
            label for label in reading.negatives if negative_kinds()[label.gold.negative or ""].family == "whole"
        ]

    def windows(self, pieces: Pieces, cut: Cut = atoms_of, first: int = 0) -> Iterator[WindowExample]:
        """The windows from unit `first` on."""
        for window in windows_of(self.reading.normal, self.reading.segmented, pieces, self.title, cut, first):
            yield _window_example(self.reading, window, self.rules, self.negatives, self.title)


def _window_example(
    reading: Reading, window: Window, rules: Sequence[Floats], negatives: Sequence[Labelled], title: str
) -> WindowExample:
    """A window with its answers."""
    names = (*codes(CATEGORY), *KINDS)
    findings = [label.place for label in reading.findings]
    refused = [label.place for label in negatives]
    places = [reading.letters.place(atom.span) for atom in window.atoms]
    held = [covering(place, findings) for place in places]
    answers = []
    for atom, place, finding in zip(window.atoms, places, held, strict=True):
        weight = np.float32(min(1.0, 0.3 + len(atom.span) / 30))
        if finding is not None:
            column = answers_of(reading.findings[finding].gold).category
        elif (at := covering(place, refused)) is not None:
            column = answers_of(negatives[at].gold).category
        else:
            column = np.zeros((2, len(names)), np.float32)
            column[1] = [1.0 if name not in KINDS else _UNLABELLED for name in names]
        answers.append(column * np.array([[1.0], [weight]], np.float32))
    units = reading.segmented.units
    goes_on, gaps = [], []
    for at, (left, right) in enumerate(zip(window.atoms, window.atoms[1:], strict=False)):
        before, here = held[at], held[at + 1]
        counts = (
            0.0 if before is None and here is None else 1.0 if units[left.unit].item == units[right.unit].item else 0.3
        )
        goes_on.append([float(before is not None and before == here), counts])
        gaps.append(between(left, right, reading.segmented.gap))
    return WindowExample(
        reading.name,
        window.ids,
        tuple((atom.first, atom.last) for atom in window.atoms),
        np.stack(answers),
        np.stack([rules[atom.unit] for atom in window.atoms]),
        np.array(goes_on, np.float32).reshape(-1, 2),
        np.array(gaps, np.float32).reshape(-1, 4),
        tuple(_span_examples(reading, window, rules, title)),
    )


def _span_examples(reading: Reading, window: Window, rules: Sequence[Floats], title: str) -> Iterator[SpanExample]:
    """The labelled stretches of which at least half stands in the window."""
    for number, label in enumerate(_with_words(reading)):
        inside = [at for at, atom in enumerate(window.atoms) if atom.span.overlaps(label.span)]
        letters = sum(len(window.atoms[at].span) for at in inside)
        if not inside or letters < COVERED * len(label.place) or (label.gold.negative and len(inside) > _MOST_ATOMS):
            continue
        section = reading.section_at(label.span)
        passage = Passage(reading.text(label.span), section.title if section else "", title)
        unit = max(
            (window.atoms[at].unit for at in inside), key=lambda unit: (len(reading.segmented.units[unit].span), -unit)
        )
        yield SpanExample(
            window.atoms[inside[0]].first,
            window.atoms[inside[-1]].last,
            answers_of(label.gold),
            rules[unit],
            np.array(tag_numbers(passage, None), np.float32),
            number,
        )


def _with_words(reading: Reading) -> list[Labelled]:
    """The labelled places of a report that hold any words."""
    return [label for label in reading.labels if reading.text(label.span).strip()]


def passage_examples(
    reading: Reading, pieces: Pieces, title: str = ""
) -> Iterator[tuple[WindowExample, WindowExample]]:
    """Each labelled stretch of a report as a passage alone, and after its title and heading."""
    project = find_facts(reading.normal).project
    name = project.project_name or project.title or title
    for number, label in enumerate(_with_words(reading)):
        section = reading.section_at(label.span)
        passage = Passage(reading.text(label.span), section.title if section else "", name)
        yield from _alone(reading.name, passage, answers_of(label.gold), pieces, number)


def composed_examples(passage: ComposedPassage, pieces: Pieces) -> Iterator[tuple[WindowExample, WindowExample]]:
    """A composed passage, alone and after its heading."""
    answers = answers_of(passage.gold, passage.categories[1:])
    yield from _alone(passage.name, Passage(passage.text, passage.heading, ""), answers, pieces)


def _alone(
    name: str, passage: Passage, answers: Answers, pieces: Pieces, number: int = 0
) -> Iterator[tuple[WindowExample, WindowExample]]:
    """A passage alone, and the same after its title and heading."""
    rules = bare_view(passage.text).rules
    made = []
    for told in (Passage(passage.text, "", ""), passage):
        window = passage_window(" ".join(told.text.split()), pieces, leading(told.title, told.context, pieces))
        if not window.atoms:
            return
        numbers = np.array(tag_numbers(told, None), np.float32)
        span = SpanExample(window.atoms[0].first, window.atoms[-1].last, answers, rules, numbers, number)
        none = [np.zeros(shape, np.float32) for shape in ((0, 2, 0), (0, 0), (0, 2), (0, 4))]
        made.append(WindowExample(name, window.ids, (), none[0], none[1], none[2], none[3], (span,)))
    yield made[0], made[1]
