"""The arguments of `lessons clusters`, `lessons counter` and `lessons coverage`: a module of its own, so that no other command loads a model."""

from __future__ import annotations

import argparse
from pathlib import Path

SHOWN = 20
_MODELS = ("auto", "fast", "accurate")


def add_clusters_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons clusters`."""
    _dataset_argument(sub)
    sub.add_argument(
        "--issue", metavar="CODE", action="append", default=[], help="only lessons with this issue (may be given again)"
    )
    sub.add_argument(
        "--theme", metavar="CODE", action="append", default=[], help="only lessons with this theme (may be given again)"
    )
    sub.add_argument(
        "--category", metavar="CODE", action="append", default=[], help="only this category (may be given again)"
    )
    sub.add_argument(
        "--projects",
        metavar="N",
        type=_number,
        default=2,
        help="only clusters found in at least N projects (default: 2)",
    )
    _output_arguments(sub)


def add_counter_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons counter`."""
    _dataset_argument(sub)
    _output_arguments(sub)


def add_coverage_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons coverage`."""
    _dataset_argument(sub)
    sub.add_argument(
        "--by",
        metavar="LIST",
        default="issue,province",
        help="what the table is laid out by, of issue, theme, category, province, year (default: issue,province)",
    )
    sub.add_argument(
        "--category", metavar="CODE", action="append", default=[], help="only lessons and sections of this category"
    )
    sub.add_argument("--csv", metavar="FILE", type=Path, help="write every cell into a file, the empty ones too")
    sub.add_argument("--all", action="store_true", help="print cells without lessons too")


def _dataset_argument(sub: argparse.ArgumentParser) -> None:
    """Adds the dataset folder."""
    sub.add_argument("dataset", metavar="DIR", type=Path, help="folder that `lessons extract` has made")


def _output_arguments(sub: argparse.ArgumentParser) -> None:
    """Adds the options for what is compared and how it is shown."""
    sub.add_argument("--json", action="store_true", help="everything as JSON, with the places of all quotes")
    sub.add_argument("--top", metavar="N", type=_number, default=SHOWN, help=f"print the first N (default: {SHOWN})")
    sub.add_argument(
        "--model",
        choices=_MODELS,
        default=_MODELS[0],
        help="word vectors that compare the lessons: fast, accurate (to be installed), auto (the best that is there)",
    )


def _number(text: str) -> int:
    """A whole number of 1 or more. Raises argparse.ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)
