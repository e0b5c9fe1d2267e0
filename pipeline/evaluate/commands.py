"""How well the pipeline does on the gold corpus, and how far the gold itself can be trusted.

    python -m pipeline.evaluate score [--part train|dev|test|open|all] [--errors N]
    python -m pipeline.evaluate split       append new reports to corpus/split.tsv
    python -m pipeline.evaluate likeness    passages that two reports share
    python -m pipeline.evaluate agreement   two readers against each other
    python -m pipeline.evaluate table       rules and baselines on the test part (make evaluate)
    python -m pipeline.evaluate gate        the test part against corpus/floors.json

`open` is train and dev: all that may be looked at. Exit code 0 when all is well, 1 when something is at fault or below a floor, 2 for a
wrong argument.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.gold import GOLD, LABELS, REPORTS, load_gold
from pipeline.evaluate.readings import read_gold
from pipeline.evaluate.report import full_report, mistakes, summary
from pipeline.evaluate.score import score_system
from pipeline.evaluate.systems import Pipeline


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = parser().parse_args(arguments)
    try:
        result: int = options.run(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1
    return result


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m pipeline.evaluate", description="Scores against the gold corpus.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (("score", _score, "score the pipeline"),):
        command = commands.add_parser(name, help=says)
        command.set_defaults(run=run)
        command.add_argument("--reports", type=Path, default=REPORTS)
        command.add_argument("--labels", type=Path, default=LABELS)
        command.add_argument("--gold", type=Path, default=GOLD)
        if name == "score":
            command.add_argument("--part", default="all")
            command.add_argument("--model", default="rules")
            command.add_argument("--errors", type=int, default=0, metavar="N", help="print up to N mistakes of each kind")
            command.add_argument("--short", action="store_true", help="the summary only")
    return whole


def _score(options: argparse.Namespace) -> int:
    """The exit code of `score`."""
    gold = load_gold(options.gold)
    readings = read_gold(gold, options.reports)
    scores = score_system(Pipeline(options.model), readings)
    if options.short:
        print(summary([score.tally for score in scores]))
    else:
        print(full_report(scores, title=f"{options.model} on {options.part}, gold {gold.fingerprint}"))
    if options.errors:
        print(mistakes(scores, options.errors))
    return 0
