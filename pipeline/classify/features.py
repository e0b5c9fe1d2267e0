"""What a model sees of a unit or a passage: its words as vectors, the votes of the rules, its place in the report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.classify.embeddings import Embedder
from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.tag import context_votes, tag_text
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.extract.findings import Evidence, Extraction, unit_evidence
from pipeline.extract.leanings import BACK, FORWARD, LEAN, PREDICATE
from pipeline.records import Block, BlockKind, NormalText, State
from pipeline.segment import Segmented
from pipeline.spans import Span

_STATES = tuple(state.value for state in State)
_KINDS = tuple(kind.value for kind in BlockKind)
_LEANINGS = (BACK, FORWARD, LEAN, PREDICATE)
# Roles of sections that say something beside the categories they lead to.
_ROLES = ("activity", "background", "boilerplate", "facts", "plan", "result")
# Words of state can come in heaps; more than this of a kind says no more.
_MOST_STATE = 3.0


@dataclass(frozen=True, slots=True)
class View:
    """What a model sees of one unit or passage: texts that become vectors, and the numbers of the rules."""

    text: str
    before: str  # the unit before it in its paragraph or list item; "" for none, and for a passage alone
    after: str
    title: str  # of its section
    rules: Floats

    @property
    def window(self) -> str:
        """The text with its neighbours."""
        return " ".join(part for part in (self.before, self.text, self.after) if part)


def unit_views(normal: NormalText, segmented: Segmented, extraction: Extraction) -> tuple[View, ...]:
    """The view of each unit, in order."""
    evidence = unit_evidence(normal, segmented, extraction)
    count = len(evidence)
    views = []
    for at, own in enumerate(evidence):
        before = evidence[at - 1] if at and evidence[at - 1].unit.item == own.unit.item else None
        after = evidence[at + 1] if at + 1 < count and evidence[at + 1].unit.item == own.unit.item else None
        section = segmented.sections[own.unit.section]
        text = _plain(normal.text, own.unit.span)
        numbers = [
            *_of_rules(own),
            *_of_neighbour(before),
            *_of_neighbour(after),
            # A heading that says nothing of state leaves it to the genre.
            *_one_of(_STATES, state.value if (state := section.state or segmented.genre_state) else ""),
            *(float(role in section.role.split("+")) for role in _ROLES),
            *_of_place(own, normal.blocks[own.unit.block], at / count),
            float(before is None),
            float(after is None),
            *_of_text(text),
            0.0,
        ]
        views.append(
            View(
                text,
                _plain(normal.text, before.unit.span) if before else "",
                _plain(normal.text, after.unit.span) if after else "",
                section.title,
                np.array(numbers, dtype=np.float32),
            )
        )
    return tuple(views)


def passage_view(normal: NormalText, segmented: Segmented, extraction: Extraction) -> View:
    """The view of a whole text as one passage without surroundings; the numbers of its units are joined, the strongest of each."""
    evidence = unit_evidence(normal, segmented, extraction)
    text = " ".join(normal.text.split())
    none = [0.0] * len(_of_neighbour(None))
    rules = np.array([_of_rules(own) for own in evidence] or [[0.0] * RULES], dtype=np.float32).max(axis=0)
    places = [0.0] * (len(_STATES) + len(_ROLES) + _PLACES)
    numbers = [*rules, *none, *none, *places, 1.0, 1.0, *_of_text(text), float(len(evidence) > 1)]
    return View(text, "", "", "", np.array(numbers, dtype=np.float32))


def _plain(text: str, span: Span) -> str:
    """The text at a place on one line."""
    return " ".join(span.slice(text).split())


def _categories() -> tuple[str, ...]:
    return codes(CATEGORY)


def _of_rules(own: Evidence) -> list[float]:
    """Votes, section, words of state, and what the rules made of the unit."""
    finding = own.finding
    states = {finding.status.value: 1.0} if finding else {}
    return [
        *_by(own.sums, _categories()),
        *_by(own.priors, _categories()),
        *(min(weight, _MOST_STATE) for weight in _by(own.states, _STATES)),
        *_by({finding.category: finding.confidence} if finding else {}, _categories()),
        *_by(states, _STATES),
        float(finding is None),
        float(own.opens),
        *_one_of(_LEANINGS, own.leaning),
    ]


def _of_neighbour(other: Evidence | None) -> list[float]:
    """What a neighbour's rules say; zeros for none."""
    if other is None:
        return [0.0] * (2 * len(_categories()) + len(_LEANINGS))
    finding = {other.finding.category: other.finding.confidence} if other.finding else {}
    return [*_by(other.sums, _categories()), *_by(finding, _categories()), *_one_of(_LEANINGS, other.leaning)]


def _of_place(own: Evidence, block: Block, share: float) -> list[float]:
    """Where the unit stands; `share` of the report's units come before it."""
    return [*_one_of(_KINDS, block.kind.value), float(bool(own.unit.marker)), float(block.table >= 0), share]


def _of_text(text: str) -> list[float]:
    """The length of a text and the share of digits in it."""
    digits = sum(character.isdecimal() for character in text)
    return [math.log1p(len(text)) / 5, digits / max(len(text), 1), float(digits > 0)]


def _by(weights: Mapping[str, float], names: Iterable[str]) -> list[float]:
    """The weights in the order of `names`, 0 where there is none."""
    return [float(weights.get(name, 0.0)) for name in names]


def _one_of(names: Sequence[str], name: str) -> list[float]:
    """1 at the place of `name`, else 0."""
    return [float(known == name) for known in names]


# How many numbers `_of_rules` and `_of_place` give.
RULES = 3 * len(codes(CATEGORY)) + 2 * len(_STATES) + 2 + len(_LEANINGS)
_PLACES = len(_KINDS) + 3


def matrix(views: Sequence[View], embedder: Embedder) -> Floats:
    """The features of views with shape (views, features): rules, then the vectors of unit, of it with its neighbours, of the heading."""
    rules = np.stack([view.rules for view in views])
    texts = [view.text for view in views], [view.window for view in views], [view.title for view in views]
    return np.hstack([rules, *(_vectors(each, embedder) for each in texts)])


def _vectors(texts: Sequence[str], embedder: Embedder) -> Floats:
    """The vectors of texts; zeros for empty ones."""
    held = sorted({text for text in texts if text})
    found = dict(zip(held, embedder.embed(held), strict=True)) if held else {}
    none = np.zeros(embedder.dimensions, dtype=np.float32)
    return np.stack([found.get(text, none) for text in texts])


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to be tagged with issues and themes: what it says, its heading, and the name of its project."""

    text: str
    context: str = ""
    title: str = ""


def passage_matrix(passages: Sequence[Passage], embedder: Embedder, folder: Path | None = None) -> Floats:
    """The features of passages for issues and themes with shape (passages, features): scores of the rules, vectors of text and title."""
    rules = np.array([tag_numbers(passage, folder) for passage in passages], dtype=np.float32)
    texts = [" ".join(passage.text.split()) for passage in passages], [passage.title for passage in passages]
    return np.hstack([rules, *(_vectors(each, embedder) for each in texts)])


def tag_numbers(passage: Passage, folder: Path | None) -> list[float]:
    """What the rules say of a passage: of its own words, and of its surroundings."""
    tags = tag_text(passage.text, folder=folder)
    scores = {(tag.scheme, tag.code): tag.score for tag in tags}
    taken = {(tag.scheme, tag.code): 1.0 for tag in tags if tag.accepted}
    around: dict[str, float] = {}
    for vote, _ in context_votes((passage.title, passage.context), folder=folder):
        around[vote.label] = max(around.get(vote.label, 0.0), vote.weight)
    known = [(scheme, code) for scheme in (ISSUE, SDH) for code in codes(scheme, folder)]
    issues = codes(ISSUE, folder)
    return [
        *(scores.get(key, 0.0) for key in known),
        *(taken.get(key, 0.0) for key in known),
        *(around.get(code, 0.0) for code in issues),
        float(bool(around)),
    ]
