"""REFI-QDA projects written: a .qdpx file (zip with project.qde and the texts) for QualCoder, NVivo, MAXQDA, ATLAS.ti.

After the standard of the Rotterdam Exchange Format Initiative, version 1.5: its order of elements, positions in code points with the end
excluded, LF line ends. Ids come from the content, so the same project gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pipeline.lessons.render.archive import write_archive
from pipeline.lessons.render.clean import xml_text
from pipeline.spans import Span

SPACE = "urn:QDA-XML:project:1.0"
# NVivo names the folder so; QualCoder and MAXQDA take either spelling.
PROJECT, SOURCES = "project.qde", "Sources"
INTERNAL = "internal://"
ORIGIN = "lessons-pipeline"
# QualCoder stops at a selection without a time; the standard leaves it open. A real one would change the bytes from run to run.
_MOMENT = "1980-01-01T00:00:00Z"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, SPACE)


@dataclass(frozen=True, slots=True)
class QdaCode:
    """A code of the codebook: `id` identifies it, `parent` is the id of the code above it ("" for none) and stands before it."""

    id: str
    name: str
    parent: str = ""
    description: str = ""
    codable: bool = True


@dataclass(frozen=True, slots=True)
class QdaSelection:
    """A coded stretch of a text."""

    span: Span
    codes: tuple[str, ...]  # ids
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class QdaText:
    """A text with its selections and the values of the project's variables ("" for none)."""

    id: str
    name: str
    text: str
    selections: tuple[QdaSelection, ...]
    variables: tuple[tuple[str, str], ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class QdaNote:
    """A memo of the project."""

    name: str
    text: str


def guid(*parts: str) -> str:
    """An id that depends on the content alone."""
    return str(uuid.uuid5(_ROOT, "\x1f".join(parts))).upper()


def write_project(
    path: Path, name: str, codes: Sequence[QdaCode], texts: Sequence[QdaText], notes: Sequence[QdaNote] = ()
) -> None:
    """Writes the project. The codes stand in their order, a parent before its children."""
    # No prefix: QualCoder and others read names with the namespace as default.
    root = Element("Project", {"xmlns": SPACE, "name": xml_text(name), "origin": ORIGIN, "creationDateTime": _MOMENT})
    user = guid("user")
    root.set("creatingUserGUID", user)
    SubElement(SubElement(root, "Users"), "User", {"guid": user, "name": ORIGIN})
    _codebook(SubElement(SubElement(root, "CodeBook"), "Codes"), codes)
    variables = dict.fromkeys(label for text in texts for label, _ in text.variables)
    if variables:
        book = SubElement(root, "Variables")
        for label in variables:
            SubElement(book, "Variable", {"guid": guid("variable", label), "name": label, "typeOfVariable": "Text"})
    sources = SubElement(root, "Sources")
    for text in texts:
        _text(sources, text, user)
    if notes:
        _notes(SubElement(root, "Notes"), notes, user)
    members = [(PROJECT, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))]
    members += [(f"{SOURCES}/{guid('source', text.id)}.txt", text.text.encode("utf-8")) for text in texts]
    write_archive(path, members)


def _codebook(book: Element, codes: Iterable[QdaCode]) -> None:
    """Fills the codebook, children inside their parents."""
    elements: dict[str, Element] = {}
    for code in codes:
        above = elements[code.parent] if code.parent else book
        attributes = {
            "guid": guid("code", code.id),
            "name": xml_text(code.name),
            "isCodable": str(code.codable).lower(),
        }
        elements[code.id] = SubElement(above, "Code", attributes)
        if code.description:
            SubElement(elements[code.id], "Description").text = xml_text(code.description)


def _made(user: str) -> dict[str, str]:
    """Who made it, and when."""
    return {"creatingUser": user, "creationDateTime": _MOMENT}


def _text(sources: Element, text: QdaText, user: str) -> None:
    """Adds one text with its selections."""
    own = guid("source", text.id)
    attributes = {"guid": own, "name": xml_text(text.name), "plainTextPath": f"{INTERNAL}{own}.txt", **_made(user)}
    source = SubElement(sources, "TextSource", attributes)
    if text.description:
        SubElement(source, "Description").text = xml_text(text.description)
    for number, selection in enumerate(text.selections):
        _selection(source, text.id, number, selection, user)
    for label, value in text.variables:
        if value:
            holder = SubElement(source, "VariableValue")
            SubElement(holder, "VariableRef", {"targetGUID": guid("variable", label)})
            SubElement(holder, "TextValue").text = xml_text(value)


def _selection(source: Element, text: str, number: int, selection: QdaSelection, user: str) -> None:
    """Adds a coded stretch."""
    attributes = {
        "guid": guid("selection", text, str(number)),
        "name": xml_text(selection.name),
        "startPosition": str(selection.span.start),
        "endPosition": str(selection.span.end),
        **_made(user),
    }
    element = SubElement(source, "PlainTextSelection", attributes)
    if selection.note:
        SubElement(element, "Description").text = xml_text(selection.note)
    for code in selection.codes:
        coding = SubElement(element, "Coding", {"guid": guid("coding", text, str(number), code), **_made(user)})
        SubElement(coding, "CodeRef", {"targetGUID": guid("code", code)})


def _notes(holder: Element, notes: Iterable[QdaNote], user: str) -> None:
    """Adds the memos."""
    for number, note in enumerate(notes):
        attributes = {"guid": guid("note", str(number), note.name), "name": xml_text(note.name), **_made(user)}
        SubElement(SubElement(holder, "Note", attributes), "PlainTextContent").text = xml_text(note.text)
