"""The arguments of training, apart from what does it, so that the command line starts without scikit-learn."""

from __future__ import annotations

import argparse
from pathlib import Path

TIERS = ("fast", "accurate")


def add_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of training, for this command line and for `lessons train`."""
    sub.add_argument(
        "--gold", type=Path, default=Path("corpus/gold"), metavar="DIR", help="labels (spans.jsonl, reports.jsonl)"
    )
    sub.add_argument("--reports", type=Path, default=Path("corpus/reports"), metavar="DIR", help="the labelled reports")
    sub.add_argument(
        "--split", type=Path, default=Path("corpus/split.tsv"), metavar="FILE", help="which reports may be learnt from"
    )
    sub.add_argument("--out", type=Path, default=Path("models"), metavar="DIR", help="folder for the models")
    sub.add_argument("--tier", choices=(*TIERS, "all"), default="all", help="which model to train")
