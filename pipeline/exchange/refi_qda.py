"""REFI-QDA: a .qdpx project (zip with project.qde and the texts) for QualCoder, NVivo, MAXQDA, ATLAS.ti.

Each span is a selection, each of its fields a code (`category=output`); positions are code points, the end excluded. After the standard of the
Rotterdam Exchange Format Initiative, version 1.5. Ids come from the content, so the same gold gives the same bytes.
"""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange.documents import Document, ExchangeError, from_words, in_text, to_words
from pipeline.spans import Span

SPACE = "urn:QDA-XML:project:1.0"
PROJECT, SOURCES = "project.qde", "sources"
INTERNAL = "internal://"
# The zip format has no earlier time; a real one would change the bytes from run to run.
EPOCH = (1980, 1, 1, 0, 0, 0)
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, SPACE)
NOTE = "note"
LARGEST = 500_000_000  # bytes of one member; a project of texts is far below, a zip bomb is not


def write(documents: list[Document], path: Path) -> None:
    """Writes the project."""
    root = Element("Project", {"xmlns": SPACE, "name": "lessons", "origin": "lessons-pipeline"})
    user = _guid("user")
    SubElement(SubElement(root, "Users"), "User", {"guid": user, "name": "lessons-pipeline"})
    book = SubElement(SubElement(root, "CodeBook"), "Codes")
    words = sorted({w for document in documents for span in document.spans for w in _codes(span)})
    for word in words:
        SubElement(book, "Code", {"guid": _guid("code", word), "name": word, "isCodable": "true"})
    sources = SubElement(root, "Sources")
    for document in documents:
        _source(sources, document, user)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, PROJECT, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
        for document in documents:
            _put(archive, f"{SOURCES}/{_guid('source', document.report)}.txt", document.text.encode("utf-8"))


def _codes(span: GoldSpan) -> list[str]:
    """The codes of a span: all of its words but the note, which is free text."""
    return [word for word in to_words(span) if not word.startswith(f"{NOTE}=")]


def _source(sources: Element, document: Document, user: str) -> None:
    """Adds one text with its selections."""
    guid = _guid("source", document.report)
    attributes = {"guid": guid, "name": document.report, "plainTextPath": f"{INTERNAL}{guid}.txt", "creatingUser": user}
    source = SubElement(sources, "TextSource", attributes)
    for number, span in enumerate(in_text(document.spans)):
        selection = SubElement(
            source,
            "PlainTextSelection",
            {
                "guid": _guid("selection", document.report, str(number)),
                "name": f"{document.report} {number + 1}",
                "startPosition": str(span.start),
                "endPosition": str(span.end),
                "creatingUser": user,
            },
        )
        if span.note:
            SubElement(selection, "Description").text = span.note
        for word in _codes(span):
            coding = SubElement(
                selection, "Coding", {"guid": _guid("coding", document.report, str(number), word), "creatingUser": user}
            )
            SubElement(coding, "CodeRef", {"targetGUID": _guid("code", word)})


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Adds a member without a clock."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _guid(*parts: str) -> str:
    """An id that depends on the content alone."""
    return str(uuid.uuid5(_ROOT, "\x1f".join(parts))).upper()


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
    """The bytes of a member. Raises ValueError for one beyond bounds, KeyError for one that is not there."""
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST} bytes")
    return archive.read(name)


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
