"""What all models share in deciding: what may state anything at all, the reasons they give, the examples they point to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.embeddings_weights import Floats
from pipeline.classify.frames import frames_of
from pipeline.classify.heads import ACCEPTED, Head
from pipeline.classify.rules import term_votes
from pipeline.classify.taxonomy import ISSUE
from pipeline.extract.announcing import announces
from pipeline.extract.findings import SHORTEST_FINDING, VETO, Evidence
from pipeline.ingest.damage import unreadable
from pipeline.records import NormalText, State, Tag, Vote
from pipeline.segment import Segmented
from pipeline.spans import Span, strip_span

FRAME = "frame"  # how the rules begin the reason of a tag in a list that only names issues
# Codes below this score are not reported.
FLOOR = 0.05
_NEAREST = 2
_THAI = re.compile("[ก-๙]")
# Signs that end what stands before a finding, and that begin what stands behind it.
_BEFORE, _BEHIND = ",;:)]|/*", ",;|/([*"


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled passages that a decision can point to: their vectors, and what they are called."""

    vectors: Floats
    names: tuple[str, ...]  # report and place

    def nearest(self, vector: Floats) -> str:
        """The names of the nearest ones with their cosine; "" without any."""
        if not self.names:
            return ""
        close = self.vectors.astype(np.float32) @ vector
        best = np.argsort(-close, kind="stable")[:_NEAREST]
        return "ใกล้: " + ", ".join(f"{self.names[at]} ({close[at]:.2f})" for at in best)


def may_state(normal: NormalText, segmented: Segmented, own: Evidence, *, under_promises: bool = False) -> bool:
    """Whether a unit can state anything: readable, no question, more than a list of issues; what rules found can, outside related news and comments.

    With `under_promises` also where only its heading says that nothing has happened yet: on slides and pages a heading may not end where its text does.
    """
    if _is_aside(segmented, own):
        return False
    if own.finding is not None and own.finding.status is State.ACHIEVED:
        return True
    if _is_plan(segmented, own) and not (under_promises and promises(segmented, own)):
        return False
    if own.finding is not None:
        return True
    text = own.unit.span.slice(normal.text)
    if normal.blocks[own.unit.block].damage >= unreadable() or max(own.states.values(), default=0.0) >= VETO:
        return False
    return has_words(text) and not announces(text) and not is_frame(text)


# The text of a menu, of comments or of related news is no longer; a report's whole text may stand under such a heading by its layout.
_LONGEST_ASIDE = 1_200


def _is_aside(segmented: Segmented, own: Evidence) -> bool:
    """Whether a unit stands under a heading of what surrounds a report: sponsors, comments, related news."""
    section = segmented.sections[own.unit.section]
    return section.role == "boilerplate" and len(section.span) <= _LONGEST_ASIDE


def _is_plan(segmented: Segmented, own: Evidence) -> bool:
    """Whether heading or genre say that what stands here has not happened, or not yet."""
    state = segmented.sections[own.unit.section].state or segmented.genre_state
    return state is not None and state is not State.ACHIEVED


def promises(segmented: Segmented, own: Evidence) -> bool:
    """Whether a unit's heading says that what stands below it has not happened, or not yet, and no rule holds it for achieved."""
    state = segmented.sections[own.unit.section].state
    achieved = own.finding is not None and own.finding.status is State.ACHIEVED
    return state is not None and state is not State.ACHIEVED and not achieved


def has_words(text: str) -> bool:
    """Whether a text has enough Thai letters to state something."""
    return len(_THAI.findall(text)) >= SHORTEST_FINDING


def without_signs(text: str, span: Span) -> Span:
    """A place without the commas, colons and strokes at its ends, and without a closing bracket that nothing in it opened.

    >>> without_signs(", เทศบาล : ศูนย์สุขภาพ )", Span(0, 24)).slice(", เทศบาล : ศูนย์สุขภาพ )")
    'เทศบาล : ศูนย์สุขภาพ'
    """
    start = strip_span(text, span, also=_BEFORE).start
    bare = Span(start, strip_span(text, Span(start, span.end), also=_BEHIND).end)
    inner = bare.slice(text)
    if inner.endswith(")") and inner.count(")") > inner.count("("):
        return strip_span(text, Span(bare.start, bare.end - 1))
    return bare


def is_frame(text: str) -> bool:
    """Whether most of a text only lists issues."""
    frames = frames_of(text, list(term_votes(text, ISSUE)))
    return 2 * sum(len(frame) for frame in frames) >= len(text.strip())


def log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities as log odds; 0 and 1 are taken as 0.0001 and 0.9999."""
    safe = np.clip(scores, 1e-4, 1 - 1e-4)
    odds: NDArray[np.float64] = np.log(safe / (1 - safe))
    return odds


def rule_reasons(text: str, code: str, votes: Sequence[Vote]) -> list[str]:
    """The words of the strongest cues for a category, with their rules."""
    mine = sorted((vote for vote in votes if vote.label == code and vote.span), key=lambda vote: -vote.weight)[:3]
    return [f"“{vote.span.slice(text)[:60]}” [{vote.rule}]" for vote in mine if vote.span]


def scored_tags(
    name: str, scores: Mapping[str, tuple[Head, NDArray[np.float64]]], rules: Sequence[Tag], near: str
) -> Iterator[Tag]:
    """The tags of one passage by its scores (codes,) in each scheme, best first; `name` is the model's, `rules` are what the rules say of it.

    `near` are the labelled passages to point to.
    """
    ruled = {(tag.scheme, tag.code): tag for tag in rules}
    for scheme, (head, row) in scores.items():
        for at in np.argsort(-row, kind="stable"):
            code, score = head.codes[at], float(row[at])
            if score < FLOOR:
                break
            rule = ruled.get((scheme, code))
            because = rule.because if rule else ""
            zone = head.zone(int(at), score)
            # A list that only names issues tags none (frame), whatever its words look like.
            taken = zone == ACCEPTED and not because.startswith(FRAME)
            reasons = [f"แบบจำลอง {name}: {zone}", because, near if taken else ""]
            by = "rules+model" if rule and rule.accepted else "model"
            yield Tag(scheme, code, score, taken, by, "; ".join(filter(None, reasons)))
