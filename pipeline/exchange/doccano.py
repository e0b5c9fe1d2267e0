"""doccano: one JSON line a report, `label` a list of [start, end, label]; offsets are code points.

doccano knows no attributes, so each field is a label of its own on the same place (`category=output`, `issues=food`). The project must allow
overlapping entities. Spans that share one place carry a number (`#2`). Bare codes (`output`, `food`) are understood too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pipeline.exchange.documents import Document, ExchangeError, from_words, in_text, to_words
from pipeline.spans import Span

_NUMBERED = re.compile(r"(.+)#([0-9]+)", re.DOTALL)


def write(documents: list[Document], path: Path) -> None:
    """Writes the lines; import them as "JSONL" into a sequence labelling project."""
    lines = [json.dumps(_line(document), ensure_ascii=False) + "\n" for document in documents]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _line(document: Document) -> dict[str, Any]:
    """The line of one document."""
    labels: list[list[int | str]] = []
    seen: dict[tuple[int, int], int] = {}
    for span in in_text(document.spans):
        number = seen[span.start, span.end] = seen.get((span.start, span.end), 0) + 1
        labels += [[span.start, span.end, _numbered(word, number)] for word in to_words(span)]
    return {"text": document.text, "label": labels, "report": document.report}


def _numbered(word: str, number: int) -> str:
    """The label with the number of its span on its place: the first has none, unless the label would look as if."""
    return word if number == 1 and not _NUMBERED.fullmatch(word) else f"{word}#{number}"


def read(path: Path) -> list[Document]:
    """The documents of an export, as list labels or as entities with relations. Raises ExchangeError for anything else."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        return [_document(json.loads(line)) for line in lines if line.strip()]
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read ({error.strerror}).", "Name a doccano export.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExchangeError(f"{path} is no doccano export ({error!r}).", "Export as JSONL.") from error


def _document(line: dict[str, Any]) -> Document:
    """The document of one line."""
    entities = [(e["start_offset"], e["end_offset"], e["label"]) for e in line.get("entities", [])]
    groups: dict[tuple[int, int, str], list[str]] = {}
    for start, end, label in line.get("label") or line.get("labels") or entities:
        match = _NUMBERED.fullmatch(label)
        word, number = match.groups() if match else (label, "1")
        groups.setdefault((start, end, number), []).append(word)
    text, report = line["text"], line.get("report") or line.get("meta", {}).get("report", "")
    spans = [
        from_words(words, report=report, span=Span(start, end), text=text[start:end])
        for (start, end, _), words in groups.items()
    ]
    return Document(report, text, tuple(spans))
