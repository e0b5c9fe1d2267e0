"""The card of a model: what it was trained on, how well each code did on reports that its folds had not seen, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.classify.heads import Head
from pipeline.learn.train import Fitted

if TYPE_CHECKING:
    from pipeline.classify.context import ContextModel

_HEADS = {
    "unit": "Category of a clause in its report",
    "passage": "Category of a passage alone (`lessons tag`)",
    "join": "Whether a clause goes on with the one before it",
    "issue": "Strategic issues of a passage",
    "sdh": "SDH themes of a passage",
}
_LIMITS = """## Limits

- Most reports that it learnt from are composed ones, written for this project. Therefore the rules, which grew on real reports, keep a
  voice of their own in what is a finding; look at `because` and at the review zone before you count on a rare code.
- Vectors hardly see negation ("enough" and "not enough" lie close together): what is planned, denied or background is left to the rules.
- Codes with few positives have wide intervals; their thresholds lean on the common one.
- Scores out of fold choose the thresholds too, so they are a little too good. `make evaluate` scores reports that were never learnt from, with
  intervals by report.

## Train it again

`make train` from corpus/gold; `lessons train --gold DIR --reports DIR --out DIR` from your own labels (corpus/labels/README.md says how to
write them), then `lessons extract … --model DIR/fast`. `lessons queue DATASET` chooses passages that teach most; its answers go into a gold folder
of your own (`lessons gold import`) and count as a second `--gold DIR`. With `--promote` a new model takes the place of the old one only when labelled reports
that neither has seen show that it is better.
"""


_TAUGHT_LIMITS = """## Limits

- All that it learnt from is composed, written for this project by language models. In real reports a blank is often no boundary and headings help less; there
  the rules keep a voice of their own (cutting: rules, together, listed, asked, apart).
- In real posts, news and notes, where results are told in passing and without headings, it misses far more than on the composed reports scored here, and often takes
  only the clause with the number. Look at the review zone, and label some of your own texts (`lessons queue`) before you count on silence.
- The development reports and those of corpus/calibration set thresholds, confidence and cutting, so the scores above are a little too good. `make evaluate`
  scores reports that were never looked at, with intervals by report.
- Issues and themes are told from a passage, its heading and the name of its project; a rare theme has few examples and a wide interval.

## Teach it again

`make adapt` (PyTorch is needed, any CPU build; about six hours on two cores). On your own labels, `lessons train --gold DIR --out DIR` trains heads over
the untaught encoder and the fast vectors in minutes; `lessons train --promote` compares before anything is replaced.
"""


def card(name: str, embedder: str, trained: Mapping[str, object], fitted: Mapping[str, Fitted]) -> str:
    """The text of a model card, as Markdown."""
    lines = [
        f"# Model “{name}”",
        "",
        "One logistic regression for each code over the votes of the rules and text vectors, calibrated out of fold by report (Platt), "
        "thresholds shrunk to a common one.",
        "",
        "| | |",
        "| --- | --- |",
        f"| vectors | {embedder} |",
        *(f"| {key} | {value} |" for key, value in trained.items()),
        "",
    ]
    for head, title in _HEADS.items():
        if head in fitted:
            lines += [f"## {title}", "", *_table(fitted[head].head, fitted[head]), ""]
    return "\n".join(lines) + "\n" + _LIMITS


def taught_card(model: ContextModel, trained: Mapping[str, object], scores: str) -> str:
    """The card of the model whose encoder was taught too; `scores`: the report on reports that it was not taught on."""
    lines = [
        f"# Model “{model.name}”",
        "",
        "multilingual-e5-small (MIT; 4-bit weights, not changed) with three sets of low-rank changes, two of all its layers and one of the upper eight, and linear heads "
        "for atoms, boundaries, whole findings, passages, issues and themes over their vectors and the votes of the rules; the third set reads words alone, beside the others. It reads a report in windows of about 220 word "
        "pieces, with the headings between them and the end of the window before, and again in windows that end at other places; each finding also alone, for "
        "whether it is one and for its issues and themes. adapters.npz holds the sets. Probabilities and thresholds are set on the development reports and those of corpus/calibration (Platt; slopes, offsets and thresholds shrunk to common ones).",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {key} | {value} |" for key, value in trained.items()),
        *(f"| cutting: {key} | {value} |" for key, value in asdict(model.cutting).items()),
        "",
        "| decision | code | accepted from | review from |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {code} | {head.accept[at]:.2f} | {head.review[at]:.2f} |"
            for name, head in model.heads.items()
            if name in {"passage", "issue", "sdh"}
            for at, code in enumerate(head.codes)
        ),
        "",
    ]
    return "\n".join(lines) + "\n" + scores.rstrip() + "\n\n" + _TAUGHT_LIMITS


def _table(head: Head, fitted: Fitted) -> list[str]:
    """Per code: positives, precision, recall and F1 out of fold at the accepted threshold, recall at the review threshold."""
    rows = ["| code | positives | accepted from | P | R | F1 | review from | R at review |", "| --- " * 8 + "|"]
    answers, weights = fitted.rows.arrays()
    scores = fitted.outside
    f1s = []
    for at, code in enumerate(head.codes):
        known = weights[:, at] > 0
        right, mine = answers[known, at], scores[known, at]
        taken = mine >= head.accept[at]
        f1 = _share(2 * int((taken & right).sum()), int(taken.sum() + right.sum()))
        f1s.append(f1)
        cells = (
            str(int(right.sum())),
            f"{head.accept[at]:.2f}",
            _shown(_share(int((taken & right).sum()), int(taken.sum()))),
            _shown(_share(int((taken & right).sum()), int(right.sum()))),
            _shown(f1),
            f"{head.review[at]:.2f}",
            _shown(_share(int(((mine >= head.review[at]) & right).sum()), int(right.sum()))),
        )
        rows.append(f"| {code} | " + " | ".join(cells) + " |")
    rows.append(f"| macro | | | | | {_shown(_mean(f1s))} | | |")
    return rows


def _share(part: int, whole: int) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def _mean(values: list[float | None]) -> float | None:
    """The mean of the values that there are."""
    held: NDArray[np.float64] = np.array([value for value in values if value is not None])
    return float(held.mean()) if held.size else None


def _shown(value: float | None) -> str:
    """A share with two digits, a dash for none."""
    return "–" if value is None else f"{value:.2f}"
