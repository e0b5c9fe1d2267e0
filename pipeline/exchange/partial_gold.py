"""Labels of single passages, as a labelling queue brings them, added to a gold folder of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.gold import Gold, GoldReport, code_faults, load_gold, merged, write_gold
from pipeline.evaluate.labels import GoldSpan, Source
from pipeline.exchange.documents import ExchangeError


def add_to_gold(spans: Sequence[GoldSpan], folder: Path, reports: Path) -> Gold:
    """The gold in `folder` with the spans added, as it was written there; the folder is made when missing.

    Reports that are new to it are marked as labelled in part. A span takes the place of older ones that it overlaps. Raises ExchangeError for
    a code that no table knows, ReadError for a report that cannot be read.
    """
    rows = []
    for name in sorted({span.report for span in spans}):
        source = Source(reports / name, name)
        readers = sorted({span.labelled_by for span in spans if span.report == name})
        addressed = "raw" if source.report.addressable else "text"
        rows.append(GoldReport(name, source.report.sha256, addressed, "+".join(readers), partial=True))
    for span in spans:
        for fault in code_faults(span, load_codes()):
            raise ExchangeError(f"{span.report}: {span.text[:40]!r}: {fault}", "Correct the label.")
    new = Gold(tuple(rows), tuple(spans), ())
    held = [load_gold(folder)] if (folder / "reports.jsonl").is_file() else []
    gold = merged([*held, new])
    write_gold(gold, folder)
    return gold
