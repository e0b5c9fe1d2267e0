"""What a model's scores are good for on passages told nothing but their words: what review would miss, how right the surest claims are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.classify.model import folder_of, load_model
from pipeline.classify.taxonomy import CATEGORY, codes
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.readings import Labelled, Reading
from pipeline.passages import tag_passage
from pipeline.records import Settings

# Share of the findings that the surest claims are to reach.
COVERAGE = 0.5


@dataclass(frozen=True, slots=True)
class PassageScores:
    """A labelled passage with the score of each category; `right`: those that count as right, () for a passage that is no finding."""

    report: str
    category: str  # of the gold, "" for none
    right: frozenset[str]
    scores: dict[str, float]
    accepted: str  # the category that the model takes, "" for none


def passage_scores(model: str, readings: Sequence[Reading]) -> tuple[PassageScores, ...]:
    """Each required finding and each whole hard negative as a passage alone, with what the model says of it."""
    settings = Settings(model=model)
    return tuple(
        _scored(reading, label, settings)
        for reading in readings
        for label in reading.labels
        if len(label.place) and _counts(label)
    )


def _counts(label: Labelled) -> bool:
    """Whether a label says of its whole passage what it is."""
    kind = load_codes().negatives.get(label.gold.negative or "")
    return label.gold.is_required or (kind is not None and kind.family == "whole")


def _scored(reading: Reading, label: Labelled, settings: Settings) -> PassageScores:
    tags = [tag for tag in tag_passage(label.span.slice(reading.normal.text), settings) if tag.scheme == CATEGORY]
    taken = [tag.code for tag in tags if tag.accepted]
    right = frozenset({label.gold.category or "", *label.gold.alt}) if label.gold.is_finding else frozenset()
    category = (label.gold.category or "") if label.gold.is_finding else ""
    return PassageScores(
        reading.name, category, right, {tag.code: tag.score for tag in tags}, taken[0] if taken else ""
    )


def review_recall(passages: Sequence[PassageScores], review: dict[str, float]) -> dict[str, tuple[int, int]]:
    """For each category the findings whose own score reaches its review threshold, and all of them."""
    found = {}
    for code in review:
        own = [passage for passage in passages if passage.category == code]
        found[code] = (sum(passage.scores.get(code, 0.0) >= review[code] for passage in own), len(own))
    return found


def review_share(passages: Sequence[PassageScores], code: str, least: float) -> float:
    """The share of all passages whose score for a category reaches its review threshold, 0 to 1: what that recall costs the one who reviews."""
    return sum(passage.scores.get(code, 0.0) >= least for passage in passages) / max(len(passages), 1)


def surest(passages: Sequence[PassageScores], coverage: float = COVERAGE) -> tuple[int, int]:
    """Of the claims with the highest scores, as many as `coverage` of the findings: how many are right, and how many they are."""
    claims = sorted(
        (
            (passage.scores[passage.accepted], passage.accepted in passage.right)
            for passage in passages
            if passage.accepted
        ),
        key=lambda claim: -claim[0],
    )
    wanted = round(coverage * sum(bool(passage.category) for passage in passages))
    best = claims[:wanted]
    return sum(right for _, right in best), len(best)


def zones_table(model: str, readings: Sequence[Reading]) -> str:
    """The table for a trained model. Raises ModelError when there is none of that name."""
    head = load_model(Path(folder_of(model))).heads["passage"]
    review = dict(zip(head.codes, (float(each) for each in head.review), strict=True))
    passages = passage_scores(model, readings)
    lines = [f"{model}: passages alone, {len(passages)} of {len({p.report for p in passages})} reports"]
    for code, (held, count) in review_recall(passages, {code: review[code] for code in codes(CATEGORY)}).items():
        share = f"{held / count:.2f}" if count else "no data"
        lines.append(
            f"  recall at the review threshold ({review[code]:.3f})  {code:<16}{share:>8}  {held}/{count}, "
            f"{review_share(passages, code, review[code]):.2f} of all passages reach it"
        )
    right, count = surest(passages)
    wanted = sum(bool(passage.category) for passage in passages)
    share = f"{right / count:.2f}" if count else "no data"
    lines.append(
        f"  precision of the surest claims{share:>8}  {right}/{count}, {count / max(wanted, 1):.2f} of the findings"
    )
    return "\n".join(lines)
