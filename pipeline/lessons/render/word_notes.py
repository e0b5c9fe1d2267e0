"""Footnotes of a Word file: python-docx knows none, so their part is written here.

Word's rules (ECMA-376, 17.11): the part holds two separators with the ids that the settings name, then the notes; each note begins with
its own mark, and the text refers to it by id.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from lxml import etree

TEXT_STYLE, REFERENCE_STYLE = "FootnoteText", "FootnoteReference"
_TIGHT = '<w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
_SEPARATORS = (
    f'<w:footnote w:type="separator" w:id="-1"><w:p>{_TIGHT}<w:r><w:separator/></w:r></w:p></w:footnote>'
    f'<w:footnote w:type="continuationSeparator" w:id="0"><w:p>{_TIGHT}<w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


class Footnotes:
    """The footnotes of a document: `refer` puts a mark into a paragraph, `save` adds the part once all are there."""

    def __init__(self) -> None:
        self._notes: list[Any] = []
        self._keys: set[str] = set()

    def refer(self, paragraph: Paragraph, key: str, text: str, anchor: str) -> None:
        """Adds the mark of the note `key` to a paragraph, where the key is cited first.

        Later marks would need a field that says the number of the first (NOTEREF): LibreOffice 7.4 sets lines with it on top of each other,
        and a number without a field is wrong as soon as someone adds a note. The key is in the text and in front of the note.
        """
        if key not in self._keys:
            self._keys.add(key)
            number = len(self._keys)
            self._notes.append(_note(number, key, text, anchor))
            paragraph._p.append(_marked_run("w:footnoteReference", id=str(number)))

    def save(self, document: Document) -> None:
        """Adds the part to the document's package."""
        root = parse_xml(f"<w:footnotes {nsdecls('w', 'r')}>{_SEPARATORS}</w:footnotes>")
        root.extend(self._notes)
        blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        name = PackURI("/word/footnotes.xml")
        part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, blob, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def run_element(text: str, style: str = "") -> Any:
    """A run of text, white space kept."""
    run = OxmlElement("w:r")
    if style:
        properties = OxmlElement("w:rPr")
        _child(properties, "w:rStyle", val=style)
        run.append(properties)
    holder = OxmlElement("w:t")
    holder.text = text
    holder.set(qn("xml:space"), "preserve")
    run.append(holder)
    return run


def _child(above: Any, tag: str, **attributes: str) -> Any:
    """A new element below `above`."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    above.append(element)
    return element


def _marked_run(tag: str, **attributes: str) -> Any:
    """A run in the style of note marks that holds one element."""
    run = OxmlElement("w:r")
    _child(_child(run, "w:rPr"), "w:rStyle", val=REFERENCE_STYLE)
    _child(run, tag, **attributes)
    return run


def _note(number: int, key: str, text: str, anchor: str) -> Any:
    """A note: its mark, its key as a link to the list of evidence, its text."""
    note = OxmlElement("w:footnote")
    note.set(qn("w:id"), str(number))
    paragraph = _child(note, "w:p")
    _child(_child(paragraph, "w:pPr"), "w:pStyle", val=TEXT_STYLE)
    paragraph.append(_marked_run("w:footnoteRef"))
    paragraph.append(run_element(" "))
    paragraph.append(link(key, anchor))
    paragraph.append(run_element(f" {text}"))
    return note


def link(text: str, anchor: str, style: str = "Hyperlink") -> Any:
    """A link to a bookmark of the same document."""
    element = OxmlElement("w:hyperlink")
    element.set(qn("w:anchor"), anchor)
    element.set(qn("w:history"), "1")
    element.append(run_element(text, style))
    return element
