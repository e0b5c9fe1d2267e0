"""What a model finds beside what people marked, as tables and texts to read through: error analysis and calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from pathlib import Path

import pandas as pd

from pipeline.classify.taxonomy import CATEGORY, codes
from pipeline.errors import UsageError
from pipeline.evaluate.calibration import expected_error, reliability
from pipeline.evaluate.counts import total
from pipeline.evaluate.gold import load_gold
from pipeline.evaluate.readings import Reading, read_gold
from pipeline.evaluate.score import NONE, STRICT, ReportScore, Scorer
from pipeline.evaluate.systems import Guess, Pipeline, is_claimed
from pipeline.lessons.report_text import Highlight, ReportText
from pipeline.spans import Span

_Z = 1.959964  # 95 % of a normal distribution lie within so many deviations


@dataclass(frozen=True)
class Comparison:
    """A model against the labels of some reports. The tables are made on first use."""

    model: str
    readings: tuple[Reading, ...]
    guesses: tuple[tuple[Guess, ...], ...]  # of each reading
    scores: tuple[ReportScore, ...]

    @cached_property
    def by_category(self) -> pd.DataFrame:
        """Precision, recall and F1 (0 to 1) of each category with their counts: a guess is right where the category fits and IoU ≥ 0.5."""
        rows = []
        for code in codes(CATEGORY):
            counts = total([score.tally for score in self.scores], STRICT, CATEGORY, code)
            rows.append((code, counts.precision, counts.recall, counts.f1, counts.right, counts.wrong, counts.missed))
        columns = ["category", "precision", "recall", "f1", "right", "wrong", "missed"]
        return pd.DataFrame(rows, columns=columns).set_index("category").astype(dict.fromkeys(columns[1:4], "float64"))

    @cached_property
    def confusion(self) -> pd.DataFrame:
        """Units by what people marked (rows) and what the model says (columns)."""
        cells = sum((score.confusion for score in self.scores), Counter[tuple[str, str]]())
        names = [*codes(CATEGORY), NONE]
        table = [[cells[gold, guess] for guess in names] for gold in names]
        return pd.DataFrame(table, index=pd.Index(names, name="gold"), columns=pd.Index(names, name="guess"))

    @cached_property
    def errors(self) -> pd.Series:
        """How often each kind of error comes: text, boundary, type, missed …, and what is right."""
        kinds = sum((score.errors for score in self.scores), Counter[str]())
        return pd.Series(dict(kinds.most_common()), name="count", dtype="int64")

    @cached_property
    def mistakes(self) -> pd.DataFrame:
        """One row for each wrong guess and each missed finding, with its words and the reason given."""
        rows = [(m.report, m.kind, m.gold, m.guess, m.text, m.because) for s in self.scores for m in s.mistakes]
        return pd.DataFrame(rows, columns=["report", "kind", "gold", "guess", "text", "because"])

    @cached_property
    def claims(self) -> pd.DataFrame:
        """One row for each guess that counts: its confidence, and whether its category fits where it stands."""
        rows = [(s.report, confidence, right) for s in self.scores for confidence, right in s.claims]
        return pd.DataFrame(rows, columns=["report", "confidence", "right"]).astype({"right": "bool"})

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """The guesses in ten bins of confidence: how many, mean confidence, share right with its 95 % interval (Wilson 1927)."""
        rows = []
        for each in reliability(self._scored()):
            least, most = wilson(each.right, each.guesses)
            rows.append((each.low, each.high, each.guesses, each.mean_score, each.right, least, most))
        return pd.DataFrame(rows, columns=["low", "high", "guesses", "mean_score", "right", "least", "most"])

    @property
    def calibration_error(self) -> float | None:
        """Expected calibration error, 0 to 1; None without guesses."""
        return expected_error(self._scored())

    def texts(self, report: str) -> tuple[ReportText, ReportText]:
        """The text of a report with what people marked, and with what the model found, to be shown side by side.

        Raises UsageError for a report that is not compared.
        """
        for reading, guesses in zip(self.readings, self.guesses, strict=True):
            if reading.name == report:
                return _labels(reading), _found(reading, guesses)
        raise UsageError(f"{report} is not among the compared reports.", "Name one of `scores`.")

    def changed(self, after: Comparison) -> pd.DataFrame:
        """One row for each passage of which this model and another say different things, with what people say ("" for no finding).

        Only reports that both are compared on count; passages are told apart by their place.
        """
        rows = []
        others = {reading.name: guesses for reading, guesses in zip(after.readings, after.guesses, strict=True)}
        for reading, guesses in zip(self.readings, self.guesses, strict=True):
            if reading.name not in others:
                continue
            one, other = ({g.span: g.category for g in gs if is_claimed(g)} for gs in (guesses, others[reading.name]))
            for span in sorted(one.keys() | other.keys()):
                if one.get(span) != other.get(span):
                    said = (one.get(span, ""), other.get(span, ""), _gold_at(reading, span))
                    rows.append((reading.name, reading.text(span), *said))
        return pd.DataFrame(rows, columns=["report", "text", "before", "after", "gold"])

    def _scored(self) -> list[tuple[float, bool]]:
        """Confidence of each guess and whether it is right."""
        return [claim for score in self.scores for claim in score.claims]


def compare_reports(corpus: Path, reports: Sequence[str], model: str) -> Comparison:
    """What `model` finds in the named reports of the corpus, against their labels. Raises UsageError for a report without labels."""
    gold = load_gold(corpus / "gold")
    unknown = sorted(set(reports) - {row.report for row in gold.reports})
    if unknown or not reports:
        raise UsageError(f"No labels for {', '.join(unknown) or 'nothing'}.", "Name reports that are labelled.")
    readings = read_gold(gold, corpus / "reports", only=reports)
    system = Pipeline(model)
    guesses = tuple(system.find(reading) for reading in readings)
    scores = tuple(Scorer(r, g).score(system) for r, g in zip(readings, guesses, strict=True))
    return Comparison(model, readings, guesses, scores)


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of `n` cases, 0 to 1 (Wilson 1927: it holds for few cases and near 0 and 1 too).

    >>> [round(end, 2) for end in wilson(1.0, 10)]
    [0.72, 1.0]
    """
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _gold_at(reading: Reading, span: Span) -> str:
    """The category of the label that covers most of a place, "" for none."""
    shared = [
        (min(label.span.end, span.end) - max(label.span.start, span.start), str(label.gold.category))
        for label in reading.findings
        if label.span.overlaps(span)
    ]
    return max(shared)[1] if shared else ""


def _labels(reading: Reading) -> ReportText:
    """A report with what people marked as findings."""
    marked = sorted(reading.findings, key=lambda label: label.span)
    found = [
        Highlight(
            label.span,
            str(label.gold.category),
            issues=tuple(label.gold.issues or ()),
            sdh=tuple(label.gold.sdh or ()),
            because="ก้ำกึ่ง" if label.gold.arguable else "",
        )
        for label in marked
    ]
    return ReportText(reading.name, reading.normal.text, tuple(found))


def _found(reading: Reading, guesses: Sequence[Guess]) -> ReportText:
    """A report with what the model found to have happened."""
    claimed = [guess for guess in guesses if is_claimed(guess)]
    found = [
        Highlight(g.span, g.category, issues=g.issues, sdh=g.sdh, confidence=g.confidence, because=g.because)
        for g in claimed
    ]
    return ReportText(reading.name, reading.normal.text, tuple(found))
