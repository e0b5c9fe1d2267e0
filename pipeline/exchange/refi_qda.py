"""REFI-QDA: a .qdpx project (zip with project.qde and the texts) for QualCoder, NVivo, MAXQDA, ATLAS.ti.

Each span is a selection, each of its fields a code (`category=output`); positions are code points, the end excluded. After the standard of the
Rotterdam Exchange Format Initiative, version 1.5. Ids come from the content, so the same gold gives the same bytes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange.documents import Document, ExchangeError, from_words, in_text, to_words
from pipeline.lessons.render.qdpx import (
    INTERNAL,
    PROJECT,
    SOURCES,
    SPACE,
    QdaCode,
    QdaSelection,
    QdaText,
    write_project,
)
from pipeline.spans import Span

NOTE = "note"
LARGEST = 500_000_000  # bytes of one member; a project of texts is far below, a zip bomb is not


def write(documents: list[Document], path: Path) -> None:
    """Writes the project."""
    words = sorted({word for document in documents for span in document.spans for word in _codes(span)})
    texts = [QdaText(of.report, of.report, of.text, tuple(_selections(of))) for of in documents]
    write_project(path, "lessons", [QdaCode(word, word) for word in words], texts)


def _codes(span: GoldSpan) -> list[str]:
    """The codes of a span: all of its words but the note, which is free text."""
    return [word for word in to_words(span) if not word.startswith(f"{NOTE}=")]


def _selections(document: Document) -> list[QdaSelection]:
    """The spans of a text as selections."""
    return [
        QdaSelection(Span(span.start, span.end), tuple(_codes(span)), f"{document.report} {number}", span.note)
        for number, span in enumerate(in_text(document.spans), 1)
    ]


def read(path: Path) -> list[Document]:
    """The text sources of a project with their coded selections. Raises ExchangeError when it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            root = _xml(_member(archive, PROJECT))
            names = {code.get("guid", "").upper(): code.get("name", "") for code in root.iter(_tag("Code"))}
            return [_document(source, names, archive) for source in root.iter(_tag("TextSource"))]
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read ({error.strerror}).", "Name a .qdpx file.") from error
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError) as error:
        raise ExchangeError(f"{path} is no REFI-QDA project ({error!r}).", "Export a project as .qdpx.") from error


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a member; programs spell the folder of the texts Sources or sources.

    Raises ValueError for one beyond bounds, KeyError for one that is not there.
    """
    spelt = {one.lower(): one for one in archive.namelist()}
    info = archive.getinfo(spelt.get(name.lower(), name))
    if info.file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST} bytes")
    return archive.read(info)


def _xml(data: bytes) -> Element:
    """The root of an XML file. Raises ValueError for one with a document type: entities could blow it up."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("a document type is not allowed")
    return ElementTree.fromstring(data)


def _document(source: Element, names: dict[str, str], archive: zipfile.ZipFile) -> Document:
    """The document of one source; a byte order mark is no character of it."""
    content = source.find(_tag("PlainTextContent"))
    if content is not None:
        text = content.text or ""
    else:
        member = source.get("plainTextPath", "").removeprefix(INTERNAL)
        text = _member(archive, f"{SOURCES}/{member}").decode("utf-8-sig")
    report = source.get("name", "")
    spans = [_span(selection, names, report, text) for selection in source.findall(_tag("PlainTextSelection"))]
    return Document(report, text, tuple(span for span in spans if span is not None))


def _span(selection: Element, names: dict[str, str], report: str, text: str) -> GoldSpan | None:
    """The span of one selection; None for one without codes, which is a note only."""
    refs = [ref.get("targetGUID", "").upper() for ref in selection.iter(_tag("CodeRef"))]
    if not refs:
        return None
    words = [names[ref] for ref in refs]
    note = selection.findtext(_tag("Description")) or ""
    place = Span(int(selection.get("startPosition", "")), int(selection.get("endPosition", "")))
    return from_words(
        [*words, *([f"{NOTE}={note}"] if note else [])], report=report, span=place, text=place.slice(text)
    )


def _tag(name: str) -> str:
    """The name of an element with its namespace."""
    return f"{{{SPACE}}}{name}"
