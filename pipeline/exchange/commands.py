"""`lessons gold export` and `lessons gold import`: labels out to an annotation tool and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.evaluate.gold import GOLD, LABELS, REPORTS, load_gold
from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange import FORMATS, export_gold, import_gold
from pipeline.exchange.label_files import write_label_files
from pipeline.exchange.partial_gold import add_to_gold

QUEUE = "queue"  # the files of `lessons queue`, labelled


def add_gold_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons gold`."""
    sub.add_argument("action", choices=("export", "import"), help="labels out to a tool's file, or back from one")
    sub.add_argument("path", metavar="PATH", type=Path, help="the tool's file (for INCEpTION: a folder)")
    sub.add_argument(
        "--format",
        required=True,
        choices=(*FORMATS, QUEUE),
        help=f"the tool; {QUEUE}: the labelled file of lessons queue",
    )
    sub.add_argument(
        "--gold",
        metavar="DIR",
        type=Path,
        help=f"gold to export (default: {GOLD}); import: your gold, to add passages to",
    )
    sub.add_argument(
        "--partial",
        action="store_true",
        help="import: only the labelled passages were looked at, not whole reports; adds them to --gold",
    )
    sub.add_argument("--reports", metavar="DIR", type=Path, default=REPORTS, help=f"the reports (default: {REPORTS})")
    sub.add_argument("--labels", metavar="DIR", type=Path, default=LABELS, help=f"label files (default: {LABELS})")
    sub.add_argument("--reader", metavar="LETTER", default="", help="import: the reader whose label files are written")


def run_gold(options: argparse.Namespace) -> int:
    """Runs `lessons gold`; 0 when it is done. Raises PipelineError subclasses as the exchange does."""
    if options.action == "export":
        return _export(options)
    if not options.reader:
        raise UsageError("Whose labels are these?", "Name the reader's folder, e.g. --reader C.")
    if not options.path.exists():
        raise UsageError(f"{options.path} does not exist.", "Name the file that the tool exported.")
    if options.format == QUEUE or options.partial:
        return _add_passages(options)
    spans = import_gold(options.path, options.format, reports=options.reports, reader=options.reader)
    written = write_label_files(spans, options.labels / options.reader, options.reports)
    print(f"{len(spans)} spans of {len(written)} reports written to {options.labels / options.reader}.")
    print("Next: python -m pipeline.evaluate.gold build")
    return 0


def _export(options: argparse.Namespace) -> int:
    """Runs `lessons gold export`."""
    if options.format == QUEUE:
        raise UsageError("A queue is made from a dataset.", "Run: lessons queue DATASET --out queue.xlsx")
    count = export_gold(load_gold(options.gold or GOLD), options.path, options.format, reports=options.reports)
    print(f"{count} spans written to {options.path} for {options.format}.")
    return 0


def _add_passages(options: argparse.Namespace) -> int:
    """Adds labelled passages to the user's own gold."""
    if options.gold is None:
        raise UsageError(
            "To which gold shall the passages be added?", "Name a folder of your own, e.g. --gold my-gold."
        )
    spans = _labelled_passages(options)
    if not spans:
        raise UsageError(f"{options.path} holds no answer.", "Fill in the column label_category.")
    gold = add_to_gold(spans, options.gold, options.reports)
    print(f"{len(spans)} passages added to {options.gold}: {len(gold.spans)} passages of {len(gold.reports)} reports.")
    print(f"Next: lessons train --gold {GOLD} --gold {options.gold} --reports {REPORTS} --reports {options.reports}")
    return 0


def _labelled_passages(options: argparse.Namespace) -> tuple[GoldSpan, ...]:
    """The labelled passages of a queue, or of a tool's file."""
    if options.format != QUEUE:
        return import_gold(options.path, options.format, reports=options.reports, reader=options.reader)
    # Brings scikit-learn, which the other formats do not need.
    from pipeline.learn.queue_files import read_labelled_queue

    return read_labelled_queue(options.path, options.reports, reader=options.reader)
