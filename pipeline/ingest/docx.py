"""Word documents: the body in order, with tables, lists, text boxes and notes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from pipeline.ingest.bounds import check_package, reading, without_macros
from pipeline.ingest.draft import Draft
from pipeline.ingest.formats import format_of
from pipeline.ingest.print_kinds import is_bold_heading, is_caption
from pipeline.ingest.tables import Cell, add_table, is_frame
from pipeline.records import BlockKind, Report, Settings

SUFFIXES: tuple[str, ...] = (".docx", ".docm")

_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Not part of the text as it stands: deleted or moved away, field codes, text boxes (taken apart), comments and marks.
_SKIPPED = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "txbxContent", "rt")
) | {_FALLBACK}
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a Word document.

    Locators: `paragraph=14` is the fourteenth paragraph of the body outside tables, empty ones counted (python-docx:
    `document.paragraphs[13]`); `table=2;cell=R3C2` the third row and second column of the second table; `footnote=1`,
    `endnote=1`, `header=1`, `footer=1`. A text box bears the locator of the paragraph it hangs on.

    Inserted text counts, deleted and hidden text does not; numbers of automatic lists are no text of Word and are left out.
    Raises ReadError for a damaged, locked or dangerous file.
    """
    kind = format_of(path.suffix, ".docx")
    check_package(data, kind.name)
    draft = Draft(source, data, kind.media_type, settings)
    with reading(kind.name):
        document = docx.Document(io.BytesIO(without_macros(data)))
        _Walk(document, draft).body()
        return draft.finish(title=document.core_properties.title or "")


class _Walk:
    """One pass over a document that adds its blocks to a draft."""

    def __init__(self, document: Document, draft: Draft) -> None:
        self.document = document
        self.draft = draft
        self.styles = _styles(document)
        self.default = next(
            (s for s, e in self.styles.items() if e.get(f"{_W}default") == "1" and e.get(f"{_W}type") == "paragraph"),
            "",
        )
        self.notes = {name: _notes(document, name) for name in ("footnote", "endnote")}
        self.paragraphs = 0
        self.tables = 0

    def body(self) -> None:
        """Adds the whole document: its body, then page headers and footers."""
        for element in _content(self.document.element.body):
            if element.tag == f"{_W}tbl":
                self.table(element)
            else:
                self.paragraphs += 1
                self.paragraph(element, f"paragraph={self.paragraphs}")
        self._furniture()

    def paragraph(self, element: Any, locator: str) -> None:
        """Adds a paragraph of the body with its text boxes and notes."""
        text = paragraph_text(element, self.is_hidden)
        kind, level = self._kind(element, text)
        self.draft.add(text, kind, locator, level=level)
        self._attached(element, locator)

    def _attached(self, element: Any, locator: str) -> None:
        """Adds the text boxes of a paragraph and the notes it refers to."""
        for box in _boxes(element):
            for inner in _content(box):
                if inner.tag == f"{_W}tbl":
                    self.table(inner)
                else:
                    self.draft.add(paragraph_text(inner, self.is_hidden), BlockKind.NOTE, locator)
        for name, notes in self.notes.items():
            for mark in element.iter(f"{_W}{name}Reference"):
                for inner in notes.get(mark.get(f"{_W}id"), []):
                    place = f"{name}={mark.get(f'{_W}id')}"
                    self.draft.add(paragraph_text(inner, self.is_hidden), BlockKind.NOTE, place)

    def table(self, element: Any) -> None:
        """Adds a table, the text in a frame as text; tables in its cells follow it, with numbers of their own."""
        self.tables += 1
        number = self.tables
        nested: list[Any] = []
        attached: list[tuple[Any, str]] = []
        cells: list[Cell] = []
        for place in _grid(element):
            locator = f"table={number};cell=R{place.row + 1}C{place.column + 1}"
            texts = []
            bold = True
            for inner in _content(place.element):
                if inner.tag == f"{_W}tbl":
                    nested.append(inner)
                    continue
                text = paragraph_text(inner, self.is_hidden)
                attached.append((inner, locator))
                if text.strip():
                    texts += [line for line in text.split("\n") if line.strip()]
                    bold = bold and self.is_bold(inner)
            cells.append(
                Cell(
                    place.row,
                    place.column,
                    tuple(texts),
                    locator,
                    place.rows,
                    place.columns,
                    strong=bold and bool(texts),
                )
            )
        if is_frame(cells):
            for inner, locator in attached:
                text = paragraph_text(inner, self.is_hidden)
                kind, level = self._kind(inner, text)
                self.draft.add(text, kind, locator, level=level)
        else:
            add_table(self.draft, cells, marked=_marked_headers(element))
        for inner, locator in attached:
            self._attached(inner, locator)
        for inner in nested:
            self.table(inner)

    def _kind(self, element: Any, text: str) -> tuple[BlockKind, int]:
        outline = self._outline(element)
        if outline:
            return BlockKind.HEADING, outline
        style = self._style_name(element)
        if style in {"title", "subtitle"}:
            return BlockKind.HEADING, 1 if style == "title" else 2
        if style == "caption":
            return BlockKind.CAPTION, 0
        if style.startswith("toc ") or style == "table of figures":
            return BlockKind.FURNITURE, 0
        if is_bold_heading(text) and self.is_bold(element):
            return BlockKind.HEADING, 0
        if is_caption(text):
            return BlockKind.CAPTION, 0
        numbering = self._property(element, "numPr")
        if numbering is not None and _value(numbering, "numId") not in {"", "0"}:
            return BlockKind.LIST_ITEM, int(_value(numbering, "ilvl") or 0) + 1
        return BlockKind.PARAGRAPH, 0

    def _outline(self, element: Any) -> int:
        """The outline level of a paragraph, 1 to 9; 0 for text."""
        outline = self._property(element, "outlineLvl")
        value = outline.get(f"{_W}val", "9") if outline is not None else "9"
        if value.isdigit() and int(value) < 9:
            return int(value) + 1
        name = self._style_name(element)
        return int(name[8:]) if name.startswith("heading ") and name[8:].isdigit() else 0

    def _style_chain(self, style: str | None) -> Iterator[Any]:
        seen: set[str] = set()
        while style and style in self.styles and style not in seen:
            seen.add(style)
            yield self.styles[style]
            based = self.styles[style].find(f"{_W}basedOn")
            style = based.get(f"{_W}val") if based is not None else None

    def _style_of(self, element: Any) -> str:
        named = element.find(f"{_W}pPr/{_W}pStyle")
        return str(named.get(f"{_W}val")) if named is not None else self.default

    def _style_name(self, element: Any) -> str:
        style = self.styles.get(self._style_of(element))
        name = style.find(f"{_W}name") if style is not None else None
        return str(name.get(f"{_W}val", "")).lower() if name is not None else ""

    def _property(self, element: Any, name: str) -> Any:
        """The paragraph property `name`, its own or of its styles; None when there is none."""
        own = element.find(f"{_W}pPr/{_W}{name}")
        if own is not None:
            return own
        for style in self._style_chain(self._style_of(element)):
            found = style.find(f"{_W}pPr/{_W}{name}")
            if found is not None:
                return found
        return None

    def is_bold(self, element: Any) -> bool:
        """Whether all visible runs of a paragraph are bold. Thai takes the mark for complex scripts (`bCs`), Word writes both."""
        default = any(
            _switch(s.find(f"{_W}rPr"), name)
            for s in self._style_chain(self._style_of(element))
            for name in ("b", "bCs")
        )
        runs = [run for run in element.iter(f"{_W}r") if any((t.text or "").strip() for t in run.iter(f"{_W}t"))]
        return bool(runs) and all(self._run_is_bold(run, default=default) for run in runs)

    def _run_is_bold(self, run: Any, *, default: bool) -> bool:
        properties = run.find(f"{_W}rPr")
        marks = [_switch(properties, name) for name in ("b", "bCs")]
        if True in marks:
            return True
        return default and False not in marks

    def is_hidden(self, run: Any) -> bool:
        """Whether a run is formatted as hidden text, by itself or by its character style."""
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return False
        own = _switch(properties, "vanish")
        if own is not None:
            return own
        style = properties.find(f"{_W}rStyle")
        chain = self._style_chain(style.get(f"{_W}val")) if style is not None else iter(())
        return any(_switch(s.find(f"{_W}rPr"), "vanish") for s in chain)

    def _furniture(self) -> None:
        """Adds page headers and footers, each text once."""
        seen: set[str] = set()
        for name in ("header", "footer"):
            number = 0
            for section in self.document.sections:
                for kind in ("", "first_page_", "even_page_"):
                    part = getattr(section, f"{kind}{name}")
                    if part.is_linked_to_previous:
                        continue
                    number += 1
                    for element in part._element.iter(f"{_W}p"):
                        text = paragraph_text(element, self.is_hidden)
                        if text not in seen:
                            seen.add(text)
                            self.draft.add(text, BlockKind.FURNITURE, f"{name}={number}")


def paragraph_text(element: Any, is_hidden: Callable[[Any], bool]) -> str:
    """The visible text of a `w:p`: without deletions, field codes, text boxes and runs that `is_hidden` names."""
    pieces: list[str] = []
    stack: list[Any] = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        elif child.tag == f"{_W}t" or child.tag == _MATH:
            pieces.append(child.text or "")
        elif child.tag in _CHARACTERS:
            pieces.append(_CHARACTERS[child.tag])
        elif child.tag == f"{_W}sym":
            code = child.get(f"{_W}char", "")
            pieces.append(chr(int(code, 16)) if code else "")
        elif child.tag != f"{_W}r" or not is_hidden(child):
            stack.append(iter(child))
    return "".join(pieces)


def _content(parent: Any) -> Iterator[Any]:
    """The paragraphs and tables directly in `parent`, those in content controls and tracked insertions included."""
    for child in parent:
        if child.tag in {f"{_W}p", f"{_W}tbl"}:
            yield child
        elif child.tag == f"{_W}sdt":
            for inner in child.findall(f"{_W}sdtContent"):
                yield from _content(inner)
        elif child.tag in {f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"}:
            yield from _content(child)


def _boxes(element: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph; of two renderings of one box only the first."""
    for box in element.iter(f"{_W}txbxContent"):
        above = list(box.iterancestors())
        inside = above[: above.index(element)]
        if not any(a.tag in {_FALLBACK, f"{_W}txbxContent", f"{_W}del"} for a in inside):
            yield box


class _Place:
    """A cell of a table and the part of the grid it covers."""

    __slots__ = ("column", "columns", "element", "row", "rows")

    def __init__(self, element: Any, row: int, column: int, columns: int) -> None:
        self.element, self.row, self.column, self.columns, self.rows = element, row, column, columns, 1


def _grid(table: Any) -> list[_Place]:
    """The cells of a `w:tbl`, merged ones once, at their first row and column."""
    places: list[_Place] = []
    open_cells: dict[int, _Place] = {}  # by column: the cell that a vertical merge would continue
    for number, row in enumerate(_rows(table)):
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        column = _count(before, 0)
        for cell in _row_cells(row):
            columns = max(1, _count(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1))
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and column in open_cells:
                open_cells[column].rows = number - open_cells[column].row + 1
            else:
                place = _Place(cell, number, column, columns)
                places.append(place)
                open_cells[column] = place
            column += columns
    return places


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{_W}tr":
            if child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"}:
            yield from _rows(child)


def _row_cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"}:
            yield from _row_cells(child)


def _marked_headers(table: Any) -> int:
    """How many rows at the top Word repeats on each page."""
    count = 0
    for row in _rows(table):
        if not _switch(row.find(f"{_W}trPr"), "tblHeader"):
            break
        count += 1
    return count


def _switch(properties: Any, name: str) -> bool | None:
    """The on/off property `name`; None when it is not set."""
    element = properties.find(f"{_W}{name}") if properties is not None else None
    if element is None:
        return None
    return element.get(f"{_W}val", "true") not in {"0", "false", "off"}


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return str(found.get(f"{_W}val", "")) if found is not None else ""


def _count(element: Any, default: int) -> int:
    """The whole number in `w:val`; `default` when there is none. A grid has at most 63 columns in Word."""
    value = element.get(f"{_W}val", "") if element is not None else ""
    return min(int(value), 1000) if value.isdecimal() else default


def _styles(document: Document) -> dict[str, Any]:
    return {str(s.get(qn("w:styleId"))): s for s in document.styles.element.iter(f"{_W}style")}


def _notes(document: Document, name: str) -> dict[str, list[Any]]:
    """The paragraphs of each foot note or end note by its id."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{name}s"
    for relation in document.part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(relation.target_part.blob, parser)
            notes = [note for note in root.iter(f"{_W}{name}") if note.get(f"{_W}type") is None]
            return {str(note.get(f"{_W}id")): list(note.iter(f"{_W}p")) for note in notes}
    return {}
