"""Label Studio: a JSON list of tasks, one a report, with regions that carry choices.

Offsets are code points, as Label Studio stores them since its editor counts emoji as one (pull request 308 of label-studio-frontend); files of
older versions count UTF-16 units: a region whose quoted text stands at those offsets instead is read so. `LABELLING` is the labelling set-up.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange.documents import (
    FLAGS,
    SEEN_BY_NOBODY,
    SEVERAL,
    UNSEEN,
    Document,
    ExchangeError,
    from_words,
    in_text,
    to_words,
    utf16_offsets,
)
from pipeline.records import State, content_id
from pipeline.spans import Span

# Regions are labelled with a category, a kind of negative, or both.
LABELS = ("category", "negative")
NOTES = ("note", "labelled_by")


def write(documents: list[Document], path: Path) -> None:
    """Writes the task list; import it into a project set up with `labelling_config()`."""
    tasks = [
        {
            "id": number,
            "data": {"text": document.text, "report": document.report},
            "annotations": [
                {"id": number, "result": [r for s in in_text(document.spans) for r in _regions(s, document)]}
            ],
        }
        for number, document in enumerate(documents, 1)
    ]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _regions(span: GoldSpan, document: Document) -> list[dict[str, Any]]:
    """The results of one span: its labels, then a result for each further field, all with one id."""
    values: dict[str, list[str]] = {}
    for word in to_words(span):
        key, _, value = word.partition("=")
        values.setdefault("flags" if key in FLAGS else key, []).append(key if key in FLAGS else value)
    place = {"start": span.start, "end": span.end, "text": document.text[span.start : span.end]}
    name = content_id("s", document.report, *to_words(span), span.start, span.end)
    labels = [label for key in LABELS for label in values.pop(key, [])]
    regions: list[dict[str, Any]] = [
        {"id": name, "from_name": "label", "to_name": "text", "type": "labels", "value": {**place, "labels": labels}}
    ]
    for key, given in values.items():
        kind, field = ("textarea", "text") if key in NOTES else ("choices", "choices")
        held = {"start": span.start, "end": span.end, field: given}
        regions.append({"id": name, "from_name": key, "to_name": "text", "type": kind, "value": held})
    return regions


def read(path: Path) -> list[Document]:
    """The documents of a task list as Label Studio exports it (JSON, not JSON-MIN); the first annotation of a task counts.

    Raises ExchangeError for anything else.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
        return [_document(task) for task in tasks]
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read ({error.strerror}).", "Name a Label Studio export.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ExchangeError(
            f"{path} is no Label Studio export ({error!r}).", "Export as JSON, not as JSON-MIN."
        ) from error


def _document(task: dict[str, Any]) -> Document:
    """The document of one task."""
    text, report = task["data"]["text"], task["data"]["report"]
    done = [annotation for annotation in task.get("annotations", []) if not annotation.get("was_cancelled")]
    regions: dict[str, list[dict[str, Any]]] = {}
    for result in done[0]["result"] if done else []:
        if "value" in result:
            regions.setdefault(result["id"], []).append(result)
    spans = [_span(results, text, report) for results in regions.values()]
    return Document(report, text, tuple(spans))


def _span(results: list[dict[str, Any]], text: str, report: str) -> GoldSpan:
    """The span that the results of one region describe."""
    words: list[str] = []
    place, quote = Span(0, 0), ""
    for result in results:
        value = result["value"]
        if result["type"] == "labels":
            place, quote = Span(int(value["start"]), int(value["end"])), value.get("text", "")
            words += value["labels"]
        elif result["from_name"] == "flags":
            words += [f"{flag}=yes" for flag in value["choices"]]
        else:
            words += [f"{result['from_name']}={given}" for given in value.get("choices") or value.get("text") or []]
    place = _by_quote(place, text, quote)
    return from_words(words, report=report, span=place, text=place.slice(text))


def _by_quote(place: Span, text: str, quote: str) -> Span:
    """The place in code points; read as UTF-16 units where only these lead to the quoted text."""
    if not quote or place.slice(text) == quote:
        return place
    at = {offset: number for number, offset in enumerate(utf16_offsets(text))}
    if place.start in at and place.end in at:
        moved = Span(at[place.start], at[place.end])
        if moved.slice(text) == quote:
            return moved
    return place


def labelling_config() -> str:
    """The labelling set-up of a Label Studio project for these files, as XML."""
    codes = load_codes()
    choices = {
        "status": tuple(state.value for state in State),
        "issues": (*codes.issues, UNSEEN),
        "sdh": (*codes.themes, UNSEEN),
        "alt": codes.categories,
        "alt_issues": codes.issues,
        "alt_sdh": codes.themes,
        "tempts": (*codes.categories, *codes.issues, *codes.themes),
        "flags": FLAGS,
    }
    lines = ["<View>", ' <Labels name="label" toName="text" choice="multiple">']
    lines += [f'  <Label value="{escape(code)}"/>' for code in (*codes.categories, *codes.negatives)]
    lines += [" </Labels>", ' <Text name="text" value="$text"/>']
    for name, values in choices.items():
        several = "multiple" if name in {*SEVERAL, "flags", *SEEN_BY_NOBODY} else "single"
        lines.append(f' <Choices name="{name}" toName="text" perRegion="true" choice="{several}">')
        lines += [f'  <Choice value="{escape(value)}"/>' for value in values]
        lines.append(" </Choices>")
    lines += [f' <TextArea name="{name}" toName="text" perRegion="true"/>' for name in NOTES]
    return "\n".join([*lines, "</View>", ""])
