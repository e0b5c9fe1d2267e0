"""The arguments of training, apart from what does it, so that the command line starts without scikit-learn."""

from __future__ import annotations

import argparse
from pathlib import Path

TIERS = ("fast", "accurate")
GOLD, REPORTS, SPLIT = Path("corpus/gold"), Path("corpus/reports"), Path("corpus/split.tsv")
COMPOSED = Path("corpus/passages")
CALIBRATION = Path("corpus/calibration")
MODEL_HELP = (
    "the second opinion, held against the dataset: rules, fast, accurate, a model folder, none, or auto: fast for a dataset of the rules, the rules for one "
    "of a model (the default)"
)


def add_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of training, for this command line and for `lessons train`."""
    sub.add_argument(
        "--gold",
        type=Path,
        action="append",
        metavar="DIR",
        help=f"labels (spans.jsonl, reports.jsonl); again for more, of which the later counts where both label a passage (default: {GOLD})",
    )
    sub.add_argument(
        "--reports",
        type=Path,
        action="append",
        metavar="DIR",
        help=f"the labelled reports; again for more (default: {REPORTS})",
    )
    sub.add_argument(
        "--composed",
        type=Path,
        metavar="DIR",
        help=f"passages composed for training (default: {COMPOSED} where --gold is left out, else none)",
    )
    sub.add_argument("--split", type=Path, default=SPLIT, metavar="FILE", help="which reports may be learnt from")
    sub.add_argument("--out", type=Path, default=Path("models"), metavar="DIR", help="folder for the models")
    sub.add_argument("--tier", choices=(*TIERS, "all"), default="all", help="which model to train")
    sub.add_argument(
        "--promote",
        action="store_true",
        help="let the new model take the place of the one in --out only where reports held back show that it is better (part dev of the "
        "split; without a split one report in five, which is then not learnt from)",
    )


def add_queue_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons queue`."""
    sub.add_argument("dataset", type=Path, metavar="DIR", help="folder that lessons extract has made")
    sub.add_argument("--size", type=int, default=50, metavar="N", help="passages to label (default: 50)")
    sub.add_argument(
        "--out",
        type=Path,
        default=Path("queue.xlsx"),
        metavar="FILE",
        help="the queue: .xlsx, .csv or .jsonl; with --format the tool's file (default: queue.xlsx)",
    )
    sub.add_argument(
        "--format", metavar="TOOL", help="write for an annotation tool: label-studio, doccano, inception, refi-qda"
    )
    sub.add_argument("--model", default="auto", metavar="NAME", help=MODEL_HELP)
    sub.add_argument(
        "--gold",
        type=Path,
        action="append",
        metavar="DIR",
        help="labels that are there: looked through for errors, not asked again",
    )
    sub.add_argument(
        "--reports",
        type=Path,
        action="append",
        metavar="DIR",
        help="where the reports are now, if moved since the extraction",
    )
    sub.add_argument(
        "--split",
        type=Path,
        default=SPLIT,
        metavar="FILE",
        help="parts dev and test of it are left out: they stay unseen",
    )
