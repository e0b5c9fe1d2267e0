"""INCEpTION: a folder of WebAnno TSV 3.3 files, one a report, with one span layer.

Offsets are UTF-16 code units, as in Java. Lines of the report are the sentences, and stretches between blanks and span borders the tokens: spans
begin and end on tokens then, which Thai words would not allow. Every annotation has a number (`output[3]`), so that those
of several tokens or on one place are told apart. The layer must exist in the project: `webanno.custom.Lesson` with the features below, all text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange.documents import (
    FLAGS,
    SEVERAL,
    SINGLE,
    Document,
    ExchangeError,
    from_words,
    in_text,
    to_words,
    utf16_offsets,
)
from pipeline.spans import Span, strip_span

FORMAT = "#FORMAT=WebAnno TSV 3.3"
LAYER = "webanno.custom.Lesson"
FEATURES = (*SINGLE, *SEVERAL, *FLAGS)
NOTHING, UNSET = "_", "*"  # no annotation on the token; an annotation without this feature
COMMA = ","
SUFFIX = ".tsv"
_BLANK = re.compile(r"\s+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Of text: what would end a line or a cell. Of values: also what the format itself uses.
_CONTROLS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f", "\b": "\\b"}
_BACK = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
_RESERVED = frozenset("[]|_;*")
_CELL = re.compile(r"((?:[^\\\[\]|]|\\.)*)\[(\d+)\]", re.DOTALL)


def write(documents: list[Document], path: Path) -> None:
    """Writes the files into the folder `path`; a `/` in a report's name becomes a folder."""
    for document in documents:
        target = path / f"{document.report}{SUFFIX}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_file(document), encoding="utf-8", newline="\n")


def _file(document: Document) -> str:
    """The file of one document."""
    numbered = list(enumerate(in_text(document.spans), 1))
    offsets = utf16_offsets(document.text)
    lines = [FORMAT, f"#T_SP={LAYER}|{'|'.join(FEATURES)}", "", ""]
    for number, sentence in enumerate(_sentences(document.text), 1):
        lines.append(f"#Text={_escape_text(sentence.slice(document.text))}")
        near = [(n, span) for n, span in numbered if span.start < sentence.end and sentence.start < span.end]
        for at, token in enumerate(_tokens(document.text, sentence, near), 1):
            cells = [f"{number}-{at}", f"{offsets[token.start]}-{offsets[token.end]}"]
            cells += [_escape_text(token.slice(document.text)), *_cells(token, near)]
            lines.append("\t".join(cells) + "\t")
        lines.append("")
    return "\n".join(lines) + "\n"


def _sentences(text: str) -> Iterator[Span]:
    """The lines of a text that hold something, without blanks around them."""
    for match in re.finditer(r"[^\n]+", text):
        bare = strip_span(text, Span(*match.span()))
        if len(bare):
            yield bare


def _tokens(text: str, sentence: Span, spans: Sequence[tuple[int, GoldSpan]]) -> Iterator[Span]:
    """The stretches of a sentence between blanks and borders of its numbered spans."""
    borders = {border for _, span in spans for border in (span.start, span.end)}
    cuts = {sentence.start, sentence.end, *(b for b in borders if sentence.start < b < sentence.end)}
    for match in _BLANK.finditer(text, sentence.start, sentence.end):
        cuts |= set(match.span())
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        if not text[start:end].isspace():
            yield Span(start, end)


def _cells(token: Span, spans: Sequence[tuple[int, GoldSpan]]) -> list[str]:
    """The feature cells of one token: the values of all numbered spans that hold it, each with the span's number."""
    holding = [(number, span) for number, span in spans if span.start < token.end and token.start < span.end]
    if not holding:
        return [NOTHING] * len(FEATURES)
    return ["|".join(f"{_value(span, feature)}[{number}]" for number, span in holding) for feature in FEATURES]


def _value(span: GoldSpan, feature: str) -> str:
    """The value of one feature of a span."""
    values = [word.partition("=")[2] for word in to_words(span) if word.partition("=")[0] == feature]
    return _escape_value(COMMA.join(values)) if values else UNSET


def _escape_text(text: str) -> str:
    """A text on one line.

    >>> _escape_text("ก\\tข")
    'ก\\\\tข'
    """
    return "".join(_CONTROLS.get(char, char) for char in text)


def _escape_value(text: str) -> str:
    """A value with everything escaped that the format reserves."""
    escaped = "".join(_CONTROLS.get(char) or (f"\\{char}" if char in _RESERVED else char) for char in text)
    return escaped.replace("->", "\\->")


def _unescape(text: str) -> str:
    """The text that an escaped one stands for."""
    return _ESCAPED.sub(lambda match: _BACK.get(match[1], match[1]), text)


@dataclass(slots=True)
class _Annotation:
    """A span while its tokens are read."""

    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> list[Document]:
    """The documents of all files below a folder, or of one file. Raises ExchangeError for a file that is none of ours."""
    if not path.exists():
        raise ExchangeError(f"{path} is not there.", "Name a folder of WebAnno TSV files.")
    files = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return [_document(file, file.relative_to(path).as_posix() if path.is_dir() else file.name) for file in files]


def _document(path: Path, name: str) -> Document:
    """The document of one file; the text is put together from the sentences, with blanks between them."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        sentences, annotations = _parse(lines, _features(lines))
        text = _joined(sentences)
        places = _code_points(annotations, text)
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read ({error.strerror}).", "Name a WebAnno TSV file.") from error
    except (ValueError, LookupError) as error:
        raise ExchangeError(f"{path} is no WebAnno TSV 3 file ({error}).", "Export as WebAnno TSV v3.3.") from error
    report = name.removesuffix(SUFFIX)
    spans = [
        from_words(_words(annotation.values), report=report, span=place, text=place.slice(text))
        for annotation, place in zip(annotations, places, strict=True)
    ]
    return Document(report, text, tuple(spans))


def _code_points(annotations: Sequence[_Annotation], text: str) -> list[Span]:
    """The places of annotations in code points. Raises KeyError for an offset inside a character or beyond the text."""
    at = {offset: number for number, offset in enumerate(utf16_offsets(text))}
    return [Span(at[annotation.start], at[annotation.end]) for annotation in annotations]


def _features(lines: Sequence[str]) -> dict[int, str]:
    """Column to feature of our layer. Raises ValueError when the file does not have it."""
    if not lines or not lines[0].startswith("#FORMAT=WebAnno TSV 3"):
        raise ValueError("the first line names no format")
    column, found = 3, {}
    for line in lines:
        if not line.startswith("#T_"):
            continue
        layer, *features = line.partition("=")[2].split("|")
        if layer == LAYER:
            found = {column + at: feature for at, feature in enumerate(features)}
        column += len(features)
    if not found:
        raise ValueError(f"it has no layer {LAYER}")
    return found


def _parse(lines: Sequence[str], features: dict[int, str]) -> tuple[list[tuple[int, str]], list[_Annotation]]:
    """Sentences as (offset in UTF-16, text), and the annotations, both in order."""
    sentences: list[tuple[int, str]] = []
    annotations: dict[str, _Annotation] = {}
    waiting: list[str] = []
    for line in lines:
        if line.startswith("#Text="):
            waiting.append(_unescape(line.removeprefix("#Text=")))
        elif line and not line.startswith("#"):
            cells = line.split("\t")
            start, end = (int(offset) for offset in cells[1].split("-"))
            if waiting:
                sentence = "\n".join(waiting)
                # The first token stands behind the blanks with which a sentence may begin.
                sentences.append((start - len(sentence) + len(sentence.lstrip()), sentence))
                waiting = []
            _collect(annotations, cells, features, start, end)
    return sentences, list(annotations.values())


def _collect(
    annotations: dict[str, _Annotation], cells: Sequence[str], features: dict[int, str], start: int, end: int
) -> None:
    """Adds a token's cells to the annotations that they belong to; one without a number stands on this token alone."""
    for column, feature in features.items():
        cell = cells[column]
        if cell == NOTHING:
            continue
        for value, number in _CELL.findall(cell) or [(cell, f"{start}-{end}")]:
            annotation = annotations.setdefault(number, _Annotation(start, end))
            annotation.end = max(annotation.end, end)
            if value != UNSET:
                annotation.values[feature] = _unescape(value)


def _words(values: dict[str, str]) -> list[str]:
    """The labels of an annotation."""
    words = []
    for feature, value in values.items():
        parts = value.split(COMMA) if feature in SEVERAL else [value]
        words += [f"{feature}={part.strip()}" for part in parts]
    return words


def _joined(sentences: Sequence[tuple[int, str]]) -> str:
    """The text with each sentence at its offset, line breaks between. Raises ValueError when sentences overlap."""
    text, size = [], 0
    for start, sentence in sentences:
        if start < size:
            raise ValueError(f"the sentence at {start} begins before the one above ends")
        text.append("\n" * (start - size) + sentence)
        size = start + utf16_offsets(sentence)[-1]
    return "".join(text)
