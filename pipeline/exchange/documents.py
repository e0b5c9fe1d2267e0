"""What all formats share: a report's text with its spans, labels as `key=value` words, and the way back to the gold's offsets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.evaluate.anchors import is_blank, squeeze
from pipeline.evaluate.codes import CodeError, load_codes
from pipeline.evaluate.gold import Gold, code_faults
from pipeline.evaluate.labels import GoldSpan, Source
from pipeline.spans import Span

# Fields of a span that hold one word, several, or yes and no.
SINGLE = ("category", "status", "negative", "labelled_by", "note")
SEVERAL = ("issues", "sdh", "alt", "alt_issues", "alt_sdh", "tempts")
FLAGS = ("arguable", "adjudicated")
# Issues and themes of a negative that nobody looked at are not the same as none.
UNSEEN = "unseen"
SEEN_BY_NOBODY = ("issues", "sdh")


class ExchangeError(PipelineError):
    """A file of an annotation tool that cannot be taken."""


@dataclass(frozen=True, slots=True)
class Document:
    """A report as an annotation tool shows it; offsets of the spans are code points of `text`."""

    report: str  # path below the reports
    text: str
    spans: tuple[GoldSpan, ...]


def documents_of(gold: Gold, reports: Path) -> list[Document]:
    """The reports of the gold, each with the text of its reader and its spans placed in it. Raises ReadError."""
    documents = []
    for row in gold.reports:
        source = Source(reports / row.report, row.report)
        spans = [_into_text(span, source) for span in gold.spans if span.report == row.report]
        documents.append(Document(row.report, source.report.text.text, tuple(spans)))
    return documents


def _into_text(span: GoldSpan, source: Source) -> GoldSpan:
    """The span with its offsets in the text of the reader."""
    place = source.report.text.text_span(span.span) if source.report.addressable else span.span
    return replace(span, start=place.start, end=place.end)


def spans_of(documents: Iterable[Document], reports: Path, *, reader: str) -> tuple[GoldSpan, ...]:
    """The spans of documents with the offsets of the gold; see `import_gold`."""
    found: list[GoldSpan] = []
    for document in documents:
        path = reports / document.report
        if not document.report or not path.resolve().is_relative_to(reports.resolve()) or not path.is_file():
            raise ExchangeError(f"There is no report {document.report!r}.", f"Put it below {reports}.")
        source = Source(path, document.report)
        move = Move(document.text, source.report.text.text)
        found += [_back(span, move, source, reader) for span in document.spans]
    return tuple(sorted(found, key=lambda s: (s.report, s.start, s.end, s.category or "", s.negative or "")))


def _back(span: GoldSpan, move: Move, source: Source, reader: str) -> GoldSpan:
    """A span of a document with the offsets of the gold. Raises ExchangeError when its text or codes are not right."""
    place = move.place(span.span)
    if place is None:
        raise ExchangeError(
            f"{source.name}: the text around {span.text[:40]!r} is not the report's.", "Export the report again."
        )
    text = place.slice(source.report.text.text)
    raw = source.report.text.source_span(place) if source.report.addressable else place
    whole = replace(
        span,
        report=source.name,
        start=raw.start,
        end=raw.end,
        text=text,
        labelled_by=span.labelled_by or reader,
    )
    for fault in code_faults(whole, load_codes()):
        raise ExchangeError(f"{source.name}: {text[:40]!r}: {fault}", "Correct the label in the tool.")
    return whole


class Move:
    """The way from a text to one that may differ from it in white space only.

    >>> Move("ลด\\nขย", "ลด  ขย").place(Span(0, 5))
    Span(start=0, end=6)
    """

    def __init__(self, text: str, target: str) -> None:
        """Compares the two texts once."""
        self.size = len(text)
        self.same = text == target
        self.fits = self.same or squeeze(text) == squeeze(target)
        self.before = [] if self.same else [0, *accumulate(not is_blank(char) for char in text)]
        self.places = [] if self.same else [at for at, char in enumerate(target) if not is_blank(char)]

    def place(self, span: Span) -> Span | None:
        """The place of a span in the target; None where the texts differ, or the span holds no letters or leaves the text."""
        if not self.fits or span.end > self.size or not len(span):
            return None
        if self.same:
            return span
        first, last = self.before[span.start], self.before[span.end]
        return Span(self.places[first], self.places[last - 1] + 1) if first < last else None


def to_words(span: GoldSpan) -> list[str]:
    """The labels of a span as `key=value` words, in a fixed order."""
    words = [f"{key}={value}" for key in SINGLE if (value := getattr(span, key))]
    words += [f"{key}={value}" for key in SEVERAL for value in getattr(span, key) or ()]
    words += [f"{key}={UNSEEN}" for key in SEEN_BY_NOBODY if getattr(span, key) is None]
    return words + [f"{key}=yes" for key in FLAGS if getattr(span, key)]


def from_words(words: Iterable[str], *, report: str, span: Span, text: str) -> GoldSpan:
    """The span that `key=value` words describe; a bare word is taken as the one code of that name.

    A finding without a status is achieved; a negative has the status of its kind. Raises ExchangeError for a word that says nothing.
    """
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    flags: dict[str, bool] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            key, value = _key_of(word), word
        if key in SINGLE:
            single[key] = value
        elif key in SEVERAL:
            several.setdefault(key, []).append(value)
        elif key in FLAGS:
            flags[key] = value == "yes"
        else:
            raise ExchangeError(f"{report}: the label {word!r} is unknown.", "Write category=…, issues=…, sdh=….")
    return _span(single, several, flags, report=report, span=span, text=text)


def _key_of(word: str) -> str:
    """The field that a bare code belongs to; "" for none. Tools of others label with the code alone."""
    codes = load_codes()
    known = {
        "category": codes.categories,
        "negative": tuple(codes.negatives),
        "issues": codes.issues,
        "sdh": codes.themes,
    }
    return next((key for key, values in known.items() if word in values), word if word in FLAGS else "")


def _span(
    single: dict[str, str],
    several: dict[str, list[str]],
    flags: dict[str, bool],
    *,
    report: str,
    span: Span,
    text: str,
) -> GoldSpan:
    """The span with all of its fields; lists come in the order of their tables."""
    codes = load_codes()
    lists: dict[str, tuple[str, ...] | None] = {}
    known = {
        "issues": codes.issues,
        "alt_issues": codes.issues,
        "sdh": codes.themes,
        "alt_sdh": codes.themes,
        "alt": codes.categories,
    }
    for key in SEVERAL:
        given = several.get(key, [])
        try:
            lists[key] = (
                None
                if given == [UNSEEN]
                else codes.in_order(known[key], given)
                if key in known
                else codes.of_any(given)
            )
        except CodeError as error:
            raise ExchangeError(f"{report}: {error.reason}", error.remedy) from error
    status = single.get("status") or _status(single)
    return GoldSpan(
        report=report,
        start=span.start,
        end=span.end,
        text=text,
        category=single.get("category"),
        status=status or None,
        issues=lists["issues"],
        sdh=lists["sdh"],
        arguable=flags.get("arguable", False),
        alt=lists["alt"] or (),
        alt_issues=lists["alt_issues"] or (),
        alt_sdh=lists["alt_sdh"] or (),
        negative=single.get("negative"),
        tempts=lists["tempts"] or (),
        labelled_by=single.get("labelled_by", ""),
        adjudicated=flags.get("adjudicated", False),
        note=single.get("note", ""),
    )


def _status(single: dict[str, str]) -> str:
    """The status of a span that states none."""
    kind = load_codes().negatives.get(single.get("negative", ""))
    if kind is not None and kind.family == "whole":
        return kind.status
    return "achieved" if "category" in single else ""


def utf16_offsets(text: str) -> list[int]:
    """The offset in UTF-16 code units of each code point of a text, and of its end.

    >>> utf16_offsets("ก😊ข")
    [0, 1, 3, 4]
    """
    offsets = [0]
    for char in text:
        offsets.append(offsets[-1] + (2 if ord(char) > 0xFFFF else 1))
    return offsets


def in_text(document: Sequence[GoldSpan]) -> list[GoldSpan]:
    """The spans in reading order, longer ones first, as tools list them."""
    return sorted(document, key=lambda s: (s.start, -s.end, s.category or "", s.negative or ""))
