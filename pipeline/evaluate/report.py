"""Scores as Markdown tables: counts beside every ratio, "–" where there is no data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.evaluate.agreement import Agreement, Kappa
from pipeline.evaluate.calibration import COVERAGES, coverage_at, expected_error, precision_at, reliability
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.counts import Counts, Rated, Tally, micro, rated_f1, rated_share, total
from pipeline.evaluate.likeness import Likeness
from pipeline.evaluate.score import ALONE, DAMAGED, NONE, PASSAGE, STRICT, THRESHOLDS, UNIT, Mistake, ReportScore

NO_DATA = "–"
HIGH_PRECISION = 0.95


def show(value: float | None, digits: int = 3) -> str:
    """A figure, or the sign for no data."""
    return NO_DATA if value is None else f"{value:.{digits}f}"


def show_rated(rated: Rated) -> str:
    """A figure with its interval."""
    if rated.value is None or rated.low is None or rated.high is None:
        return show(rated.value)
    return f"{rated.value:.3f} [{rated.low:.3f}, {rated.high:.3f}]"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def schemes() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(scheme, what its codes are called, codes) for all three."""
    codes = load_codes()
    return (CATEGORY, "categories", codes.categories), (ISSUE, "issues", codes.issues), (SDH, "themes", codes.themes)


def full_report(scores: Sequence[ReportScore], *, title: str) -> str:
    """Everything that was counted, as one Markdown text."""
    parts = [f"## {title}\n", f"{len(scores)} reports. 95 % intervals by resampling the reports.\n"]
    parts += [f"### {heading}\n\n{body}" for heading, body in _parts(scores)]
    return "\n".join(parts)


def _parts(scores: Sequence[ReportScore]) -> Iterator[tuple[str, str]]:
    """(heading, body) of each part of the full report."""
    tallies = [score.tally for score in scores]
    yield "Summary", summary(tallies)
    for scheme, name, codes in schemes():
        levels = (ALONE, UNIT, *THRESHOLDS) if scheme == CATEGORY else (PASSAGE, ALONE, UNIT, *THRESHOLDS)
        for level in levels:
            if level in {"IoU 0.25", "IoU 0.9"} and scheme != CATEGORY:
                continue
            yield f"{name.capitalize()}, {level}", by_code(tallies, level, scheme, codes)
    yield "Units: gold (rows) against guess (columns)", confusion(scores)
    yield "Errors of text, boundary and type", errors(scores)
    yield "Hard negatives", negatives(scores)
    yield "Damaged text", by_code(tallies, DAMAGED, CATEGORY, load_codes().categories)
    yield "Calibration", calibration(scores)


def summary(tallies: Sequence[Tally]) -> str:
    """F1, micro and macro, of each scheme at each level."""
    rows = []
    for scheme, name, codes in schemes():
        for level in (PASSAGE, ALONE, UNIT, *THRESHOLDS):
            counts = micro(tallies, level, scheme, codes)
            if level == PASSAGE and scheme == CATEGORY:
                continue
            rows.append(
                (
                    name,
                    level,
                    show(counts.precision),
                    show(counts.recall),
                    show_rated(rated_f1(tallies, level, scheme, codes)),
                    show_rated(rated_f1(tallies, level, scheme, codes, macro=True)),
                    counts.gold,
                    counts.guessed,
                )
            )
    return table(("labels", "level", "P", "R", "micro F1", "macro F1", "gold", "guesses"), rows)


def by_code(tallies: Sequence[Tally], level: str, scheme: str, codes: Sequence[str]) -> str:
    """P, R and F1 of each code at one level."""
    rows = []
    for code in codes:
        counts = total(tallies, level, scheme, code)
        rows.append(_row(code, counts, show_rated(rated_f1(tallies, level, scheme, [code]))))
    rows.append(_row("all", micro(tallies, level, scheme, codes), show_rated(rated_f1(tallies, level, scheme, codes))))
    return table(("code", "P", "R", "F1", "right", "wrong", "missed"), rows)


def _row(name: str, counts: Counts, f1: str) -> tuple[object, ...]:
    """A row of counts with their ratios."""
    return name, show(counts.precision), show(counts.recall), f1, counts.right, counts.wrong, counts.missed


def confusion(scores: Sequence[ReportScore]) -> str:
    """Units by gold category and guessed category."""
    cells = sum((score.confusion for score in scores), Counter[tuple[str, str]]())
    names = (*load_codes().categories, NONE)
    return table(("gold \\ guess", *names), [(gold, *(cells[gold, guess] for guess in names)) for gold in names])


def errors(scores: Sequence[ReportScore]) -> str:
    """Guesses and missed findings by kind of error."""
    kinds = sum((score.errors for score in scores), Counter[str]())
    says = {
        "right": "category fits, IoU ≥ 0.5",
        "arguable": "on an arguable finding that it fits: not counted",
        "boundary": "category fits, place does not (IoU < 0.5, or a second guess)",
        "type": "place fits, category does not",
        "type and boundary": "touches a finding, neither fits",
        "text": "touches no finding",
        "missed": "required finding that no guess touches",
    }
    lost, uncut = (_share([getattr(s, name) for s in scores]) for name in ("unreached", "uncut"))
    note = f"\nRequired findings that no unit touches (shielded or not read): {lost[0]} = {lost[1]}\n"
    note += (
        f"Required findings that a unit touches, but none lies in by half (cut too coarsely): {uncut[0]} = {uncut[1]}\n"
    )
    return table(("kind", "what", "count"), [(kind, text, kinds[kind]) for kind, text in says.items()]) + note


def negatives(scores: Sequence[ReportScore]) -> str:
    """Hard negatives taken by kind, plans taken as achieved, tempting codes accepted."""
    rows = []
    kinds = load_codes().negatives
    for kind in kinds:
        pairs = [(score.negatives[kind, "taken"], score.negatives[kind, "all"]) for score in scores]
        if kinds[kind].family == "whole":
            rows.append((kind, "taken as a finding", *_share(pairs)))
    rows.append(("plan, target", "taken as achieved, of the planned passages", *_share([s.planned for s in scores])))
    rows.append(("plan, target", "planned, of all guesses", *_share([s.claims_on_plans for s in scores])))
    for kind in kinds:
        pairs = [(score.tempted[kind, "taken"], score.tempted[kind, "all"]) for score in scores]
        if any(whole for _, whole in pairs):
            rows.append((kind, "a code that it only tempts to accepted", *_share(pairs)))
    return table(("kind", "what", "count", "share"), rows)


def _share(pairs: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """ "part/whole" and the share with its interval."""
    return f"{sum(p for p, _ in pairs)}/{sum(w for _, w in pairs)}", show_rated(rated_share(pairs))


def calibration(scores: Sequence[ReportScore]) -> str:
    """Calibration error, reliability and precision by coverage, of findings and of tags."""
    claims = [claim for score in scores for claim in score.claims]
    parts = [
        f"Findings (right: category fits, any overlap), ECE {show(expected_error(claims))}, {len(claims)} guesses\n"
    ]
    rows = [(f"{b.low:.1f}–{b.high:.1f}", b.guesses, show(b.mean_score), show(b.right)) for b in reliability(claims)]
    parts.append(table(("confidence", "guesses", "mean", "right"), rows))
    kept = [(coverage, precision_at(claims, coverage)) for coverage in COVERAGES]
    cover = [(f"{c:.1f}", show(k[0]), show(k[1]), k[2]) for c, k in kept if k is not None]
    parts.append(table(("coverage", "confidence ≥", "precision", "guesses"), cover))
    parts.append(f"Coverage at precision {HIGH_PRECISION}: {show(coverage_at(claims, HIGH_PRECISION))}\n")
    for scheme, name, _ in schemes()[1:]:
        tags = [item for score in scores for item in score.scores.get(scheme, [])]
        given = [item for item in tags if item[0] > 0]
        parts.append(
            f"{name.capitalize()} of passages: ECE {show(expected_error(tags))} over {len(tags)} scores, "
            f"{show(expected_error(given))} over the {len(given)} above 0\n"
        )
        rows = [(f"{b.low:.1f}–{b.high:.1f}", b.guesses, show(b.mean_score), show(b.right)) for b in reliability(given)]
        parts.append(table(("score", "codes", "mean", "right"), rows))
    return "\n".join(parts)


def mistakes(scores: Sequence[ReportScore], limit: int) -> str:
    """Up to `limit` mistakes of each kind, spread over the reports: the first of each report before its second."""
    kinds: dict[str, list[tuple[int, Mistake]]] = {}
    for score in scores:
        seen: Counter[str] = Counter()
        for mistake in score.mistakes:
            seen[mistake.kind] += 1
            kinds.setdefault(mistake.kind, []).append((seen[mistake.kind], mistake))
    lines = []
    for kind, items in sorted(kinds.items()):
        lines.append(f"\n### {kind}: {len(items)}\n")
        for _, m in sorted(items, key=lambda item: item[0])[:limit]:
            lines.append(
                f"- {m.report}: gold {m.gold or NONE}, guess {m.guess or NONE}\n  {m.text}\n  {m.because}".rstrip()
            )
    return "\n".join(lines) + "\n"


def compare_systems(results: Iterable[tuple[str, Sequence[ReportScore]]]) -> Iterator[str]:
    """The lines of a Markdown table with one row for each system: the figures that a reader asks for first.

    Each line comes as soon as its scores do.
    """
    codes = {scheme: known for scheme, _, known in schemes()}
    yield from table(_COMPARED, []).splitlines()
    for name, scores in results:
        tallies = [score.tally for score in scores]
        row = (
            name,
            show_rated(rated_f1(tallies, ALONE, CATEGORY, codes[CATEGORY], macro=True)),
            show_rated(rated_f1(tallies, UNIT, CATEGORY, codes[CATEGORY], macro=True)),
            show_rated(rated_f1(tallies, "overlap", CATEGORY, codes[CATEGORY])),
            show_rated(rated_f1(tallies, STRICT, CATEGORY, codes[CATEGORY])),
            show_rated(rated_f1(tallies, PASSAGE, ISSUE, codes[ISSUE], macro=True)),
            show_rated(rated_f1(tallies, PASSAGE, SDH, codes[SDH], macro=True)),
            " = ".join(_share([score.planned for score in scores])),
            str(micro(tallies, "overlap", CATEGORY, codes[CATEGORY]).guessed),
        )
        yield "| " + " | ".join(row) + " |"


_COMPARED = (
    "system",
    "categories, passages alone, macro F1",
    "categories, units, macro F1",
    "spans, any overlap, F1",
    "spans, IoU 0.5, F1",
    "issues, passages, macro F1",
    "themes, passages, macro F1",
    "plans taken as achieved",
    "guesses",
)


def show_agreement(found: Agreement) -> str:
    """The agreement of two readers."""
    spans = [
        (what, show(c.precision), show(c.recall), show(c.f1), c.right, c.wrong, c.missed) for what, c in found.spans
    ]
    parts = [
        f"{len(found.reports)} reports: {', '.join(found.reports)}\n",
        table(("places", "P", "R", "F1", "both", "second only", "first only"), spans),
        "Labels of findings that both marked (any overlap)\n",
        _kappas(found.on_spans),
        "Categories of units\n",
        _kappas(found.on_units),
    ]
    return "\n".join(parts)


def _kappas(rows: Sequence[Kappa]) -> str:
    """A table of kappas."""
    return table(
        ("scheme", "code", "kappa", "same answer", "items", "first", "second"),
        [(k.scheme, k.code, show(k.value), show(k.observed), k.items, k.one, k.other) for k in rows],
    )


def show_likeness(found: Likeness, limit: int) -> str:
    """The share of passages alike, and the pairs."""
    lines = [
        f"{found.alike} of {len(found.passages)} passages = {show(found.share, 4)} are alike to one of another report",
        f"{len(found.pairs)} pairs; not read: {', '.join(found.unread) or 'none'}",
    ]
    lines += [f"family: {', '.join(family)}" for family in found.families()]
    for p in found.pairs[:limit]:
        lines.append(f"{p.jaccard:.2f} {p.one.report} | {p.other.report}\n  {p.one.text}\n  {p.other.text}")
    return "\n".join(lines)
