"""The tags of a text: votes combined into one score for each issue and theme, with the words that justify it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.classify import taxonomy
from pipeline.classify.frames import frames_of
from pipeline.classify.rules import term_votes
from pipeline.classify.terms import Numbers, numbers, plan_matcher
from pipeline.records import Tag, Vote
from pipeline.spans import Span

DECIDED_BY = "rules"


def tag_text(text: str, *, context: str = "", context_title: str = "", folder: Path | None = None) -> tuple[Tag, ...]:
    """The issues and themes of `text` with a score of at least 0.05, issues first, each scheme by score.

    Score, 0 to 1: 1 - product of (1 - weight) over the different notions that speak for the code (noisy-or); weights and
    thresholds stand in `tagging.tsv`. `context` is the section heading, `context_title` the project or plan name: they
    add to the issues, at less than half weight, so that they decide only together with words of the text itself. An
    issue that is only named in an enumeration of four or more keeps a low score (`because` starts with "frame").
    `folder` may hold the user's own taxonomy. Raises ResourceError for a faulty table.

    >>> [(t.code, t.accepted, t.because) for t in tag_text("ครัวเรือนคัดแยกขยะ") if t.scheme == "issue"]
    [('pollution', True, 'คำ: คัดแยกขยะ')]
    """
    limits = numbers(folder)
    votes = term_votes(text, taxonomy.ISSUE, folder=folder)
    frames = frames_of(text, votes, folder=folder)
    framed = [vote for vote in votes if _inside(vote, frames)]
    own = [vote for vote in votes if not _inside(vote, frames)]
    around = context_votes((context_title, context), folder=folder)
    issues = _combine(taxonomy.ISSUE, text, own, limits, around=around, framed=framed, folder=folder)
    said = [vote for vote in term_votes(text, taxonomy.SDH, folder=folder) if not _inside(vote, frames)]
    themes = _combine(taxonomy.SDH, text, said, limits, folder=folder)
    return issues + themes


def context_votes(contexts: Iterable[str], *, folder: Path | None = None) -> tuple[tuple[Vote, str], ...]:
    """The issue votes of headings and project names, each with the words that cast it; weights already reduced.

    Names that only list the issues, and the same notion in a second name, give none.
    """
    found: dict[str, tuple[Vote, str]] = {}
    for context in contexts:
        for vote, words in _votes_of_name(context, folder):
            found.setdefault(vote.rule, (vote, words))
    return tuple(found.values())


@lru_cache(maxsize=512)  # every finding of a report asks for the same project name and few headings
def _votes_of_name(name: str, folder: Path | None) -> tuple[tuple[Vote, str], ...]:
    """The reduced votes of one heading or project name, with their words."""
    weights = numbers(folder)
    plans, rows = plan_matcher(folder)
    votes = list(term_votes(name, taxonomy.ISSUE, folder=folder))
    frames = frames_of(name, votes, folder=folder)
    votes += [Vote(rows[match.key].code, weights.strong, match.key, match.span) for match in plans.find(name)]
    return tuple(
        (Vote(vote.label, vote.weight * weights.context_share, vote.rule), vote.span.slice(name))
        for vote in votes
        if vote.span is not None and not _inside(vote, frames)
    )


def _inside(vote: Vote, frames: Sequence[Span]) -> bool:
    """Whether the vote's words stand in one of the enumerations."""
    return vote.span is not None and any(frame.contains(vote.span) for frame in frames)


def _combine(
    scheme: str,
    text: str,
    own: Sequence[Vote],
    limits: Numbers,
    *,
    around: Sequence[tuple[Vote, str]] = (),
    framed: Sequence[Vote] = (),
    folder: Path | None = None,
) -> tuple[Tag, ...]:
    """The tags of one scheme, best score first, then in the order of the taxonomy."""
    threshold = limits.threshold_issue if scheme == taxonomy.ISSUE else limits.threshold_sdh
    spoken = {vote.label for vote in (*own, *framed, *(vote for vote, _ in around))}
    tags = []
    for code in taxonomy.codes(scheme, folder):
        if code not in spoken and limits.floor > 0:
            continue
        mine = _once([vote for vote in own if vote.label == code])
        seen = {vote.rule for vote in mine}
        beside = [(vote, words) for vote, words in around if vote.label == code and vote.rule not in seen]
        score = min(_noisy_or([*(v.weight for v in mine), *_strongest(v.weight for v, _ in beside)]), limits.ceiling)
        reasons = _reasons(text, mine, [words for _, words in beside])
        accepted = score >= threshold and bool(mine)
        if not accepted and any(vote.label == code for vote in framed):
            score, reasons = min(max(score, limits.frame_score), threshold / 2), _framed(text, framed, code)
        if score >= limits.floor:
            tags.append(Tag(scheme, code, round(score, 4), accepted, DECIDED_BY, reasons))
    return tuple(sorted(tags, key=lambda tag: -tag.score))


def _once(votes: Iterable[Vote]) -> list[Vote]:
    """The first vote of each rule: a notion said twice is still one."""
    first: dict[str, Vote] = {}
    for vote in votes:
        first.setdefault(vote.rule, vote)
    return list(first.values())


def _strongest(weights: Iterable[float]) -> list[float]:
    """The largest weight alone: headings and names repeat each other, so they speak once."""
    strongest = max(weights, default=None)
    return [] if strongest is None else [strongest]


def _noisy_or(weights: Iterable[float]) -> float:
    """The score of independent reasons: 1 - product of (1 - weight); 0 for none."""
    left = 1.0
    for weight in weights:
        left *= 1 - weight
    return 1 - left


def _reasons(text: str, votes: Sequence[Vote], context: Sequence[str]) -> str:
    """The words that made a score, readable: `คำ: บุหรี่ไฟฟ้า, เลิกสูบ; บริบท: …`."""
    parts = []
    words = dict.fromkeys(vote.span.slice(text) for vote in votes if vote.span is not None)
    if words:
        parts.append("คำ: " + ", ".join(words))
    if context:
        parts.append("บริบท: " + ", ".join(dict.fromkeys(context)))
    return "; ".join(parts)


def _framed(text: str, framed: Sequence[Vote], code: str) -> str:
    """Why an issue that stands in an enumeration only is not accepted."""
    words = dict.fromkeys(vote.span.slice(text) for vote in framed if vote.label == code and vote.span is not None)
    return "frame: " + ", ".join(words)
