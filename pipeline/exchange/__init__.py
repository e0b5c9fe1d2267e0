"""The gold corpus in the files of annotation tools and back, so that people can label where they are at home.

    export_gold(gold, path, format, reports=…)      a Label Studio task list, doccano lines, an INCEpTION folder, a REFI-QDA project
    import_gold(path, format, reports=…)            the labelled spans in it, at their places in the reports

Spans are exported in the text that the report's reader gives (not in the tags of a saved page), and brought back to the offsets of the gold.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from pipeline.errors import UsageError
from pipeline.evaluate.gold import REPORTS, Gold
from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange import doccano, inception, label_studio, refi_qda
from pipeline.exchange.documents import Document, documents_of, spans_of

Writer = Callable[[list[Document], Path], None]
Reader = Callable[[Path], list[Document]]

# Each tool's name, how its file is written and how it is read.
FORMATS: MappingProxyType[str, tuple[Writer, Reader]] = MappingProxyType(
    {
        "label-studio": (label_studio.write, label_studio.read),
        "doccano": (doccano.write, doccano.read),
        "inception": (inception.write, inception.read),
        "refi-qda": (refi_qda.write, refi_qda.read),
    }
)


def export_gold(gold: Gold, path: Path, format: str, *, reports: Path = REPORTS) -> int:
    """The number of spans written to `path`, which becomes a file, or a folder for INCEpTION.

    Every report of the gold is written, also one without spans. Raises UsageError for an unknown format, ReadError when a report cannot be
    read.
    """
    documents = documents_of(gold, reports)
    _format(format)[0](documents, path)
    return sum(len(document.spans) for document in documents)


def import_gold(path: Path, format: str, *, reports: Path = REPORTS, reader: str = "") -> tuple[GoldSpan, ...]:
    """The labelled spans in `path`, ordered by report and place, with the offsets that the gold uses.

    `reader` signs spans that name no reader. White space may differ from the report's; other characters may not. Raises UsageError for an
    unknown format, ExchangeError for a file that is not of the format, a report that is not there, a text that is not the report's, or a code that
    no table knows.
    """
    return spans_of(_format(format)[1](path), reports, reader=reader)


def _format(name: str) -> tuple[Writer, Reader]:
    """Writer and reader of a format. Raises UsageError for an unknown one."""
    if name not in FORMATS:
        raise UsageError(f"Unknown format {name!r}.", f"Known: {', '.join(FORMATS)}.")
    return FORMATS[name]
