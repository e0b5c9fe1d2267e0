"""Whether a newly trained model takes the place of the one that stands: both on the same reports, which neither has learnt from."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.model import MANIFEST, ModelError, load_model, read_manifest
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.counts import macro_f1, micro, rated_share, resampled, resampled_f1
from pipeline.evaluate.readings import Reading
from pipeline.evaluate.report import table
from pipeline.evaluate.score import ALONE, PASSAGE, STRICT, UNIT, ReportScore, score_system
from pipeline.evaluate.systems import Pipeline

CANDIDATE, PREVIOUS = "candidate", "previous"
LEARNT = "learnt_from"  # in a manifest: the reports that a model has seen
# Of labels without a split, one report in so many is held back to compare models on.
HELD_ONE_IN = 5
PLANS, MEAN = "plans not taken as achieved", "mean of these"


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """What a new model must show, by a paired bootstrap over reports (Efron and Tibshirani 1993, chapter 16).

    The mean of the headline figures must be better, the lower end of its interval not below -margin, and no figure may be clearly worse
    (its interval wholly below 0). Tried on the 30 development reports with fast models of all training reports, of nine tenths (two ways)
    and of half: asked of each figure by itself, "not worse than -0.02" kept the model of half the labels in place of that of all, because
    one such interval is 0.04 to 0.1 wide. With this rule all replaced half (+0.042) and nine tenths (+0.007), half replaced nothing, and
    of the two models of nine tenths neither replaced the other. Fewer reports than `fewest` decide nothing.
    """

    resamples: int = 2_000
    interval: float = 90.0  # percent; its lower end is a one-sided test at 5 %
    margin: float = 0.01
    fewest: int = 5


RULE = PromotionRule()


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that decides: the F1 of a scheme at a level, mean over its codes (`macro`) or of all together."""

    name: str
    level: str
    scheme: str
    macro: bool


HEADLINES = (
    Headline("categories, units, macro F1", UNIT, CATEGORY, True),
    Headline("categories, passages alone, macro F1", ALONE, CATEGORY, True),
    Headline("spans, IoU 0.5, F1", STRICT, CATEGORY, False),
    Headline("issues, passages, macro F1", PASSAGE, ISSUE, True),
    Headline("themes, passages, macro F1", PASSAGE, SDH, True),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both models, 0 to 1, and the interval of new - standing."""

    name: str
    standing: float
    new: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the new model takes the place, and why, in one sentence; the figures, none where they were not needed."""

    promoted: bool
    reason: str
    differences: tuple[Difference, ...] = ()
    reports: int = 0

    def shown(self, name: str) -> str:
        """The table, and the line that says what happened to the model called `name`."""
        line = f"{name}: {'promoted' if self.promoted else 'kept the standing model'}: {self.reason}"
        if not self.differences:
            return line
        rows = [
            (d.name, f"{d.standing:.3f}", f"{d.new:.3f}", f"{d.new - d.standing:+.3f} [{d.low:+.3f}, {d.high:+.3f}]")
            for d in self.differences
        ]
        title = f"{self.reports} reports held back, {RULE.interval:.0f} % interval of the difference by resampling them"
        return f"{title}\n\n{table(('figure', 'standing', 'new', 'new - standing'), rows)}\n{line}"


def held_back(reports: Iterable[str]) -> frozenset[str]:
    """One in five of the reports, chosen by the hash of their names: the same ones each time, whatever else is added."""
    return frozenset(name for name in reports if int(hashlib.sha256(name.encode()).hexdigest(), 16) % HELD_ONE_IN == 0)


def promote(new: Path, standing: Path, held: Sequence[Reading]) -> Verdict:
    """Whether the model in `new` shall stand where that in `standing` stands, by the reports that both must not have seen.

    Where none stands, or one that this version cannot load, the new one does. Raises ModelError when the new one cannot be loaded.
    """
    load_model(new)
    if not (standing / MANIFEST).is_file():
        return Verdict(True, "no model stood there before.")
    try:
        load_model(standing)
    except ModelError as error:
        return Verdict(True, f"the standing model cannot be loaded ({error.reason})")
    seen = {name for folder in (new, standing) for name in learnt_from(folder)}
    fair = [reading for reading in held if reading.name not in seen]
    if len(fair) < RULE.fewest:
        return Verdict(False, _too_few(len(fair), len(held)))
    scores = [score_system(Pipeline(str(folder)), fair) for folder in (standing, new)]
    differences = compare(*scores)
    promoted, reason = decide(differences)
    return Verdict(promoted, reason, differences, len(fair))


def learnt_from(folder: Path) -> tuple[str, ...]:
    """The reports that a model has learnt from, as its manifest names them; none where it names none."""
    return tuple(read_manifest(folder)["trained"].get(LEARNT, ()))


def _too_few(fair: int, held: int) -> str:
    """Why so few reports decide nothing."""
    if fair < held:
        return (
            f"of {held} reports held back only {fair} are unknown to the standing model; train it again with --promote."
        )
    return f"{fair} labelled reports are held back, {RULE.fewest} are the least to compare on; label more."


def compare(standing: Sequence[ReportScore], new: Sequence[ReportScore]) -> tuple[Difference, ...]:
    """The headline figures of two systems on the same reports in the same order, and last their mean; figures without data are left out."""
    rows: list[Difference] = []
    drawn = []
    for line in HEADLINES:
        values = [_value(scores, line) for scores in (standing, new)]
        if values[0] is not None and values[1] is not None:
            drawn.append(_resampled(new, line) - _resampled(standing, line))
            rows.append(Difference(line.name, values[0], values[1], *_interval(drawn[-1])))
    plans = [rated_share([score.planned for score in scores]).value for scores in (standing, new)]
    if plans[0] is not None and plans[1] is not None:
        drawn.append(_shares(standing) - _shares(new))
        rows.append(Difference(PLANS, 1 - plans[0], 1 - plans[1], *_interval(drawn[-1])))
    if not rows:
        return ()
    means = [float(np.mean([getattr(row, side) for row in rows])) for side in ("standing", "new")]
    return (*rows, Difference(MEAN, means[0], means[1], *_interval(np.mean(drawn, axis=0))))


def _value(scores: Sequence[ReportScore], line: Headline) -> float | None:
    """A headline figure; None without data."""
    tallies = [score.tally for score in scores]
    if line.macro:
        return macro_f1(tallies, line.level, line.scheme, _codes(line.scheme))
    return micro(tallies, line.level, line.scheme, _codes(line.scheme)).f1


def _resampled(scores: Sequence[ReportScore], line: Headline) -> NDArray[np.float64]:
    """The same in each resample."""
    tallies = [score.tally for score in scores]
    return resampled_f1(tallies, line.level, line.scheme, _codes(line.scheme), macro=line.macro, samples=RULE.resamples)


def _codes(scheme: str) -> tuple[str, ...]:
    """The codes of a scheme."""
    known = load_codes()
    return {CATEGORY: known.categories, ISSUE: known.issues, SDH: known.themes}[scheme]


def _shares(scores: Sequence[ReportScore]) -> NDArray[np.float64]:
    """The share of plans taken as achieved in each resample; nan where it holds no plan."""
    sums = resampled(len(scores), samples=RULE.resamples) @ np.array([score.planned for score in scores], float)
    return np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] > 0)


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The interval of resampled differences; resamples without data are left out."""
    tail = (100 - RULE.interval) / 2
    low, high = np.nanpercentile(values, (tail, 100 - tail))
    return float(low), float(high)


def decide(differences: Sequence[Difference]) -> tuple[bool, str]:
    """Whether the rule is met, and why, in one sentence; the last difference is the mean.

    >>> decide([Difference("F1", 0.50, 0.56, 0.01, 0.11), Difference("mean", 0.50, 0.56, 0.01, 0.11)])
    (True, 'better in the mean by 0.060 (lower end +0.010), no figure is clearly worse.')
    >>> decide([Difference("F1", 0.50, 0.45, -0.07, -0.02), Difference("mean", 0.50, 0.51, 0.00, 0.02)])
    (False, 'clearly worse: F1 (-0.050).')
    """
    if not differences:
        return False, "there is nothing to compare on."
    *figures, mean = differences
    worse = [row for row in figures if row.high < 0]
    if worse:
        return False, f"clearly worse: {', '.join(f'{row.name} ({row.new - row.standing:+.3f})' for row in worse)}."
    gain = mean.new - mean.standing
    if gain <= 0:
        return False, f"not better in the mean ({gain:+.3f})."
    if mean.low < -RULE.margin:
        return False, f"better in the mean by {gain:.3f}, but it may be worse by {-mean.low:.3f}."
    return True, f"better in the mean by {gain:.3f} (lower end {mean.low:+.3f}), no figure is clearly worse."


def take_place(new: Path, standing: Path) -> None:
    """Moves the model in `new` to `standing`; what stood there goes to the folder `previous` beside it."""
    if standing.exists():
        previous = standing.parent / PREVIOUS / standing.name
        shutil.rmtree(previous, ignore_errors=True)
        previous.parent.mkdir(parents=True, exist_ok=True)
        standing.rename(previous)
    new.rename(standing)
    if new.parent.name == CANDIDATE and not any(new.parent.iterdir()):
        new.parent.rmdir()
    load_model.cache_clear()  # it keeps models by their folder, where another one stands now
