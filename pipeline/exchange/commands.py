"""`lessons gold export` and `lessons gold import`: labels out to an annotation tool and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.evaluate.gold import GOLD, LABELS, REPORTS, load_gold
from pipeline.exchange import FORMATS, export_gold, import_gold
from pipeline.exchange.label_files import write_label_files


def add_gold_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons gold`."""
    sub.add_argument("action", choices=("export", "import"), help="labels out to a tool's file, or back from one")
    sub.add_argument("path", metavar="PATH", type=Path, help="the tool's file (for INCEpTION: a folder)")
    sub.add_argument("--format", required=True, choices=tuple(FORMATS), help="the tool")
    sub.add_argument("--gold", metavar="DIR", type=Path, default=GOLD, help=f"gold to export (default: {GOLD})")
    sub.add_argument("--reports", metavar="DIR", type=Path, default=REPORTS, help=f"the reports (default: {REPORTS})")
    sub.add_argument("--labels", metavar="DIR", type=Path, default=LABELS, help=f"label files (default: {LABELS})")
    sub.add_argument("--reader", metavar="LETTER", default="", help="import: the reader whose label files are written")


def run_gold(options: argparse.Namespace) -> int:
    """Runs `lessons gold`; 0 when it is done. Raises PipelineError subclasses as the exchange does."""
    if options.action == "export":
        count = export_gold(load_gold(options.gold), options.path, options.format, reports=options.reports)
        print(f"{count} spans written to {options.path} for {options.format}.")
        return 0
    if not options.reader:
        raise UsageError("Whose labels are these?", "Name the reader's folder, e.g. --reader C.")
    if not options.path.exists():
        raise UsageError(f"{options.path} does not exist.", "Name the file that the tool exported.")
    spans = import_gold(options.path, options.format, reports=options.reports, reader=options.reader)
    written = write_label_files(spans, options.labels / options.reader, options.reports)
    print(f"{len(spans)} spans of {len(written)} reports written to {options.labels / options.reader}.")
    print("Next: python -m pipeline.evaluate.gold build")
    return 0
