"""Label files, as readers write them: quoted words and codes, turned into places in the reports (corpus/labels/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.evaluate.anchors import AnchorError, Quote, SpacelessText, starts_with_marker
from pipeline.evaluate.codes import CodeError, Codes, NegativeKind, fact_fields
from pipeline.ingest import read
from pipeline.records import Report, Settings, State
from pipeline.spans import Span

ADJUDICATED = "adjudicated"  # folder of the files that settle what readers differ on
# A lesson point is a few sentences; form text and navigation can fill a page.
MAX_FINDING = 1_500
MAX_NEGATIVE = 8_000
MAX_THEMES = 3
EVERYWHERE = "all"  # as occurrence, for form text that is printed many times

PLACE_KEYS = frozenset({"quote", "quote_start", "quote_end", "occurrence", "end_occurrence", "adjudicated", "note"})
LABEL_KEYS = frozenset({"category", "status", "issues", "sdh", "arguable", "alt", "alt_issues", "alt_sdh"})
SPAN_KEYS = PLACE_KEYS | LABEL_KEYS | {"negative", "tempts"}
FACT_KEYS = PLACE_KEYS | {"fact", "value"}
DONE_KEYS = frozenset({"done", "note"})


class LabelError(PipelineError):
    """A fault in a label file: file, line, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A labelled stretch of a report: a finding, or a hard negative.

    `start`, `end`: half-open, in code points of the raw source where the report's format has such, else of the text
    that the reader took out of it (`GoldReport.addressed`). `text` is what stands there. `issues` and `sdh` are None
    on a negative whose issues or themes nobody looked at. `labelled_by`: letters of the readers, joined by "+".
    """

    report: str
    start: int
    end: int
    text: str
    category: str | None = None
    status: str | None = None
    issues: tuple[str, ...] | None = ()
    sdh: tuple[str, ...] | None = ()
    arguable: bool = False
    alt: tuple[str, ...] = ()
    alt_issues: tuple[str, ...] = ()
    alt_sdh: tuple[str, ...] = ()
    negative: str | None = None
    tempts: tuple[str, ...] = ()
    labelled_by: str = ""
    adjudicated: bool = False
    note: str = ""

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.start, self.end)

    @property
    def is_finding(self) -> bool:
        """Whether the pipeline may take it: it has a category and says that it happened."""
        return self.category is not None and self.status == State.ACHIEVED

    @property
    def is_required(self) -> bool:
        """Whether the pipeline must take it."""
        return self.is_finding and not self.arguable


@dataclass(frozen=True, slots=True)
class GoldFact:
    """A value that a report states of itself; `value` None: it states none. The place is None where nothing is quoted."""

    report: str
    field: str
    value: str | None
    start: int | None = None
    end: int | None = None
    text: str = ""
    labelled_by: str = ""
    adjudicated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class LabelFile:
    """What one reader wrote of one report, located; `faults` say what could not be taken, one line each."""

    report: str
    reader: str
    spans: tuple[GoldSpan, ...]
    facts: tuple[GoldFact, ...]
    done: bool
    faults: tuple[str, ...]


class Source:
    """A report that labels point into."""

    def __init__(self, path: Path, name: str) -> None:
        """Reads the report at `path`, called `name`. Raises ReadError when it cannot be read."""
        self.name = name
        self.report: Report = read(path, source=name, settings=Settings())
        self.search = SpacelessText(self.report.text.text)

    def locate(self, quote: Quote) -> tuple[Span, str]:
        """The place that the quote names, in the raw source where it has offsets, and the text that stands there.

        Raises AnchorError when the words name no place or several.
        """
        return self._addressed(self.search.locate(quote))

    def locate_all(self, quote: Quote) -> list[tuple[Span, str]]:
        """The same for every place that the quote names. Raises AnchorError when there is none."""
        return [self._addressed(span) for span in self.search.locate_all(quote)]

    def _addressed(self, span: Span) -> tuple[Span, str]:
        """A place of the text in the source's own offsets, and what stands there."""
        text = span.slice(self.report.text.text)
        return (self.report.text.source_span(span) if self.report.addressable else span), text

    def text_at(self, span: Span) -> str:
        """The text that stands at a place given as `locate` gives it; "" when the place lies beyond the report."""
        if not self.report.addressable:
            return span.slice(self.report.text.text)
        return self.report.text.text_span(span).slice(self.report.text.text)


def label_files(folder: Path) -> list[tuple[str, str, Path]]:
    """All label files below `folder` as (reader, report, path), ordered by report and reader."""
    found = []
    for path in folder.rglob("*.jsonl"):
        reader, _, name = path.relative_to(folder).as_posix().partition("/")
        if name:
            found.append((reader, name.removesuffix(".jsonl"), path))
    return sorted(found, key=lambda item: (item[1], item[0]))


def read_label_file(path: Path, *, reader: str, source: Source, codes: Codes) -> LabelFile:
    """The labels in `path`, each located in `source`; faults are collected, not raised."""
    spans: list[GoldSpan] = []
    facts: list[GoldFact] = []
    faults: list[str] = []
    done = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            label = parse_line(line)
            if "done" in label:
                check_keys(label, DONE_KEYS)
                done = label["done"] is True
            elif "fact" in label:
                facts.append(read_fact(label, source=source, reader=reader))
            else:
                spans += read_spans(label, source=source, reader=reader, codes=codes)
        except (LabelError, AnchorError, CodeError) as error:
            faults.append(f"{path}:{number}: {error}")
    spans.sort(key=lambda span: (span.start, span.end, span.category or "", span.negative or ""))
    facts.sort(key=lambda fact: (fact.field, fact.value or "", fact.start or 0))
    faults += [f"{path}: {fault}" for fault in overlaps(spans, codes)]
    return LabelFile(source.name, reader, tuple(spans), tuple(facts), done, tuple(faults))


def parse_line(line: str) -> dict[str, object]:
    """The JSON object on a line. Raises LabelError when it is none, or a key stands twice."""
    try:
        label = json.loads(line, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise LabelError(f"Not JSON ({error.msg}, column {error.colno}).", "Mend quotes and commas.") from error
    if not isinstance(label, dict):
        raise LabelError("Not a JSON object.", "Write {…} on one line.")
    return label


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """The pairs as a dict. Raises LabelError when a key stands twice: JSON itself would keep the last without a word."""
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise LabelError(f"{key!r} stands twice.", "Remove one.")
    return dict(pairs)


def check_keys(label: Mapping[str, object], known: frozenset[str]) -> None:
    """Raises LabelError for a key that is not known."""
    for key in label:
        if key not in known:
            raise LabelError(f"Unknown key {key!r}.", f"Known: {', '.join(sorted(known))}.")


def read_fact(label: Mapping[str, object], *, source: Source, reader: str) -> GoldFact:
    """The fact that a line states. Raises LabelError or AnchorError."""
    check_keys(label, FACT_KEYS)
    field, value = label["fact"], label.get("value")
    if field not in fact_fields():
        raise LabelError(f"Unknown fact {field!r}.", f"Known: {', '.join(sorted(fact_fields()))}.")
    if "value" not in label or not (value is None or isinstance(value, str | int | float)) or isinstance(value, bool):
        raise LabelError("A fact needs a value: text, a number, or null.", "Write it.")
    fact = GoldFact(
        source.name,
        str(field),
        None if value is None else str(value),
        labelled_by=reader,
        adjudicated=flag(label, "adjudicated"),
        note=words(label, "note"),
    )
    if not {"quote", "quote_start"} & label.keys():
        if value is not None:
            raise LabelError("A fact with a value needs a quote.", "Quote where the report states it.")
        return fact
    # A report states its province ten times: any place proves it, the first one is kept.
    span, text = source.locate(read_quote({"occurrence": 1, **label}))
    return replace(fact, start=span.start, end=span.end, text=text)


def read_spans(label: Mapping[str, object], *, source: Source, reader: str, codes: Codes) -> list[GoldSpan]:
    """The labelled span on a line; several where a hard negative stands for all its places.

    Raises LabelError, AnchorError or CodeError.
    """
    if label.get("occurrence") != EVERYWHERE:
        return [read_span(label, source.locate(read_quote(label)), source=source, reader=reader, codes=codes)]
    if not label.get("negative") or label.get("category"):
        raise LabelError(f"A finding cannot stand for {EVERYWHERE} places.", "Write one line for each.")
    quote = read_quote({key: value for key, value in label.items() if key != "occurrence"})
    return [read_span(label, place, source=source, reader=reader, codes=codes) for place in source.locate_all(quote)]


def read_span(
    label: Mapping[str, object], place: tuple[Span, str], *, source: Source, reader: str, codes: Codes
) -> GoldSpan:
    """The labelled span on a line at `place`, its codes in full. Raises LabelError or CodeError."""
    check_keys(label, SPAN_KEYS)
    kind = _kind(label, codes)
    category = words(label, "category") or None
    if category is not None and category not in codes.categories:
        raise LabelError(f"Unknown category {category!r}.", f"Known: {', '.join(sorted(codes.categories))}.")
    if category is None and kind is None:
        raise LabelError("Neither category nor negative.", "A finding has a category, a trap a negative.")
    whole = kind is not None and kind.family == "whole"
    default = kind.status if whole and kind is not None else str(State.ACHIEVED) if category else ""
    unseen = category is None or whole
    span, text = place
    gold = GoldSpan(
        report=source.name,
        start=span.start,
        end=span.end,
        text=text,
        category=category,
        status=words(label, "status") or default or None,
        issues=None if unseen and "issues" not in label else codes.in_order(codes.issues, names(label, "issues")),
        sdh=None if unseen and "sdh" not in label else codes.in_order(codes.themes, names(label, "sdh")),
        arguable=flag(label, "arguable"),
        alt=codes.in_order(codes.categories, names(label, "alt")),
        alt_issues=codes.in_order(codes.issues, names(label, "alt_issues")),
        alt_sdh=codes.in_order(codes.themes, names(label, "alt_sdh")),
        negative=kind.id if kind else None,
        tempts=codes.of_any(names(label, "tempts")),
        labelled_by=reader,
        adjudicated=flag(label, "adjudicated"),
        note=words(label, "note"),
    )
    for fault in span_faults(gold, kind):
        raise LabelError(fault)
    return gold


def _kind(label: Mapping[str, object], codes: Codes) -> NegativeKind | None:
    """The kind of hard negative that a line names, None for a finding. Raises LabelError when it is unknown."""
    name = words(label, "negative")
    if not name:
        return None
    if name not in codes.negatives:
        raise LabelError(f"Unknown negative {name!r}.", f"Known: {', '.join(sorted(codes.negatives))}.")
    return codes.negatives[name]


def span_faults(gold: GoldSpan, kind: NegativeKind | None) -> Iterator[str]:
    """What is wrong with a span by itself, one sentence each; nothing for a good one."""
    whole = kind is not None and kind.family == "whole"
    if gold.status is not None and gold.status not in set(State):
        yield f"Unknown status {gold.status!r}. Known: {', '.join(State)}."
    if gold.category is not None and kind is None and gold.status != State.ACHIEVED:
        yield f"A passage that is {gold.status} is no finding. Add its kind of negative."
    if whole and kind is not None and (gold.status or "") != kind.status:
        yield f"A {gold.negative} cannot be {gold.status}. Remove status or negative."
    if whole and kind is not None and kind.status in {"", State.ACHIEVED} and gold.category is not None:
        yield f"A passage that is {gold.negative} has no category. Remove one."
    if kind is not None and kind.family == "label" and not gold.tempts:
        yield f"A {gold.negative} needs tempts: the codes that its words wrongly suggest."
    if kind is not None and not kind.tagged and whole and (gold.issues or gold.sdh):
        yield f"A {gold.negative} has neither issues nor themes. Remove them."
    given = {gold.category, *gold.alt, *(gold.issues or ()), *gold.alt_issues, *(gold.sdh or ()), *gold.alt_sdh}
    for code in gold.tempts:
        if code in given and not whole:
            yield f"{code!r} stands among the labels and in tempts. Remove one."
    if gold.category is not None and gold.category in gold.alt:
        yield "alt repeats the category. Remove it."
    if set(gold.issues or ()) & set(gold.alt_issues) or set(gold.sdh or ()) & set(gold.alt_sdh):
        yield "A code stands among the labels and among their alternatives. Remove one."
    if gold.sdh and len(gold.sdh) > MAX_THEMES:
        yield f"{len(gold.sdh)} themes; at most {MAX_THEMES}. Move the weaker ones to alt_sdh."
    if gold.is_finding and starts_with_marker(gold.text):
        yield f"The span starts with a bullet or number: {gold.text[:12]!r}. Quote from the word after it."
    limit = MAX_NEGATIVE if whole else MAX_FINDING
    if gold.end - gold.start > limit:
        yield f"The span has {gold.end - gold.start} characters, more than {limit}. Check quote_end."


def overlaps(spans: Sequence[GoldSpan], codes: Codes) -> Iterator[str]:
    """What is wrong between spans of one report, ordered by start: overlaps where neither may be doubted.

    A negative that is about one label may stand inside another span, and an arguable span across others.
    """
    solid = [s for s in spans if not s.arguable and not _label_only(s, codes)]
    for at, one in enumerate(solid):
        for other in solid[at + 1 :]:
            if other.start >= one.end:
                break
            yield f"Two spans overlap: {one.text[:40]!r} and {other.text[:40]!r}. Cut one, or mark one arguable."


def _label_only(span: GoldSpan, codes: Codes) -> bool:
    """Whether a span says only which label is wrong."""
    return span.category is None and span.negative is not None and codes.negatives[span.negative].family == "label"


def read_quote(label: Mapping[str, object]) -> Quote:
    """The words that a line quotes. Raises LabelError when they are incomplete."""
    whole, start, end = words(label, "quote"), words(label, "quote_start"), words(label, "quote_end")
    if bool(whole) == bool(start) or bool(start) != bool(end):
        raise LabelError("The place is not quoted.", "Write quote, or quote_start with quote_end.")
    return Quote(whole or start, whole or end, ordinal(label, "occurrence"), ordinal(label, "end_occurrence"))


def words(label: Mapping[str, object], key: str) -> str:
    """The text of a key, "" when it is left out or null. Raises LabelError when it is no text."""
    value = label.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LabelError(f"{key} is no text.", 'Write it in "…".')
    return value


def names(label: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The list of texts of a key, () when it is left out. Raises LabelError when it is no such list."""
    value = label.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise LabelError(f"{key} is no list of codes.", 'Write ["…"].')
    if len(set(value)) != len(value):
        raise LabelError(f"{key} names a code twice.", "Remove one.")
    return tuple(value)


def flag(label: Mapping[str, object], key: str) -> bool:
    """The yes or no of a key, no when it is left out. Raises LabelError when it is neither."""
    value = label.get(key, False)
    if not isinstance(value, bool):
        raise LabelError(f"{key} is neither true nor false.", "Write true.")
    return value


def ordinal(label: Mapping[str, object], key: str) -> int | None:
    """The count from 1 of a key, None when it is left out. Raises LabelError when it is none."""
    value = label.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise LabelError(f"{key} is no count from 1.", "Write 1, 2, 3 …")
    return value
