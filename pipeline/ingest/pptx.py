"""PowerPoint presentations: slides in order, shapes as they are read, speaker notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pptx
from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError

from pipeline.ingest.bounds import check_package, reading, without_macros
from pipeline.ingest.draft import Draft
from pipeline.ingest.formats import format_of
from pipeline.ingest.tables import Cell, add_table
from pipeline.records import BlockKind, Report, Settings

SUFFIXES: tuple[str, ...] = (".pptx", ".pptm")

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
_TITLES = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
_FURNITURE = frozenset({PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.SLIDE_NUMBER})
_BULLETED = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY})
# Shapes whose tops differ by less than this (a quarter of an inch, in EMU) stand side by side and are read from the left.
SAME_LINE = 228_600


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a presentation.

    Locators: `slide=2`; `slide=2;table=1;cell=R3C2` for a table; `slide=2;part=notes` for speaker notes. A hidden slide is
    left out and named in the problems. Raises ReadError for a damaged, locked or dangerous file.
    """
    kind = format_of(path.suffix, ".pptx")
    check_package(data, kind.name)
    draft = Draft(source, data, kind.media_type, settings)
    with reading(kind.name, PythonPptxError):
        presentation = pptx.Presentation(io.BytesIO(without_macros(data)))
        for number, slide in enumerate(presentation.slides, 1):
            if slide._element.get("show") in {"0", "false"}:
                draft.problem(
                    f"slide {number} is hidden and was left out", "Show the slide if it belongs to the report."
                )
                continue
            _Slide(draft, slide, f"slide={number}").add()
        return draft.finish(title=presentation.core_properties.title or "")


class _Slide:
    """One slide on its way into the draft."""

    def __init__(self, draft: Draft, slide: Any, locator: str) -> None:
        self.draft = draft
        self.slide = slide
        self.locator = locator
        self.tables = 0

    def add(self) -> None:
        """Adds the slide: its title, its shapes from top to bottom, its notes."""
        shapes = list(_flat(self.slide.shapes))
        titles = [s for s in shapes if _placeholder(s) in _TITLES]
        for shape in titles:
            self.draft.add(_line(shape.text_frame.text), BlockKind.HEADING, self.locator, level=1)
        for shape in shapes:
            if shape not in titles:
                self._shape(shape)
        if self.slide.has_notes_slide:
            self._notes()

    def _shape(self, shape: Any) -> None:
        if getattr(shape, "has_table", False) and shape.has_table:
            self._table(shape.table)
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            if shape.chart.has_title and shape.chart.chart_title.has_text_frame:
                self.draft.add(shape.chart.chart_title.text_frame.text, BlockKind.CAPTION, self.locator)
        elif shape.has_text_frame:
            self._text(shape)
        else:
            self._diagram(shape)

    def _text(self, shape: Any) -> None:
        kind = _placeholder(shape)
        for paragraph in shape.text_frame.paragraphs:
            if kind in _FURNITURE:
                self.draft.add(paragraph.text, BlockKind.FURNITURE, self.locator)
            elif kind == PP_PLACEHOLDER.SUBTITLE:
                self.draft.add(paragraph.text, BlockKind.HEADING, self.locator, level=2)
            elif _is_bulleted(paragraph._p, inherits=kind in _BULLETED):
                self.draft.add(paragraph.text, BlockKind.LIST_ITEM, self.locator, level=paragraph.level + 1)
            else:
                self.draft.add(paragraph.text, BlockKind.PARAGRAPH, self.locator)

    def _table(self, table: Any) -> None:
        self.tables += 1
        cells = []
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row.cells):
                if cell.is_spanned:
                    continue
                rows, columns = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
                paragraphs = tuple(p.text for p in cell.text_frame.paragraphs if p.text.strip())
                place = f"{self.locator};table={self.tables};cell=R{r + 1}C{c + 1}"
                strong = bool(paragraphs) and all(
                    run.font.bold for p in cell.text_frame.paragraphs for run in p.runs if run.text.strip()
                )
                cells.append(Cell(r, c, paragraphs, place, rows, columns, strong=strong))
        add_table(self.draft, cells)

    def _diagram(self, shape: Any) -> None:
        """Adds the texts of a SmartArt diagram, in the order in which they were typed."""
        for element in shape._element.iter():
            reference = element.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm")
            relation = self.slide.part.rels.get(reference) if reference else None
            if relation is None or relation.is_external or relation.reltype != _DIAGRAM:
                continue
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            for paragraph in etree.fromstring(relation.target_part.blob, parser).iter(f"{_A}p"):
                text = "".join(t.text or "" for t in paragraph.iter(f"{_A}t"))
                self.draft.add(text, BlockKind.LIST_ITEM, self.locator)

    def _notes(self) -> None:
        for shape in self.slide.notes_slide.placeholders:
            if shape.placeholder_format.type == PP_PLACEHOLDER.BODY and shape.has_text_frame:
                for paragraph in shape.text_frame.paragraphs:
                    self.draft.add(paragraph.text, BlockKind.NOTE, f"{self.locator};part=notes")


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """Shapes in reading order, groups opened where they stand."""
    placed = [(shape.top or 0, shape.left or 0, n, shape) for n, shape in enumerate(shapes)]
    placed.sort(key=lambda p: p[0])
    line: list[tuple[int, int, int, Any]] = []
    for place in placed:
        if line and place[0] - line[0][0] > SAME_LINE:
            yield from _from_left(line)
            line = []
        line.append(place)
    yield from _from_left(line)


def _from_left(line: list[tuple[int, int, int, Any]]) -> Iterator[Any]:
    for _top, _left, _number, shape in sorted(line, key=lambda p: (p[1], p[2])):
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _is_bulleted(paragraph: Any, *, inherits: bool) -> bool:
    """Whether a bullet or number is drawn before the paragraph; body placeholders inherit one unless it says none."""
    properties = paragraph.find(f"{_A}pPr")
    if properties is not None:
        if properties.find(f"{_A}buNone") is not None:
            return False
        if any(properties.find(f"{_A}{name}") is not None for name in ("buChar", "buAutoNum", "buBlip")):
            return True
    return inherits


def _line(text: str) -> str:
    """A title in one line: line breaks in it are layout."""
    return " ".join(text.split())
