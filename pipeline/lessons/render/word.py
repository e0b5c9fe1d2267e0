"""Word: a lesson set as a report with contents, claims with footnotes, the evidence in a table and its sources. Nothing in it runs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from pipeline.lessons.citations import clipped
from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.archive import write_archive
from pipeline.lessons.render.clean import one_line
from pipeline.lessons.render.content import Chapter, Content, Evidence, Statement, content, joined
from pipeline.lessons.render.places import area_names
from pipeline.lessons.render.word_notes import Footnotes, link, run_element
from pipeline.lessons.render.word_styles import DARK, LINE, PALE, WIDTH, set_up

# Parts of the template that nobody needs: a picture of an empty page, styles of Word 2010 once more, an empty XML store.
_UNUSED = ("thumbnail", "stylesWithEffects", "customXml")
_NOTE_QUOTE = 50  # characters of the quote in a footnote; the whole stands in the table
_MANY = 5  # keys; a claim with more of them is a count
_WHOLE_ROW = 1500  # a row up to so many characters is kept on one page


def write_docx(lesson_set: LessonSet, path: Path) -> None:
    """Writes the set as a Word file."""
    of = content(lesson_set)
    document = docx.Document()
    set_up(document, of.language)
    _without_unused(document)
    _properties(document, of)
    _Writer(document, of).write()
    packed = io.BytesIO()
    document.save(packed)
    # Once more, because python-docx stamps the time into the zip.
    with zipfile.ZipFile(packed) as archive:
        write_archive(path, [(name, archive.read(name)) for name in archive.namelist()])


def _without_unused(document: Document) -> None:
    """Takes parts of the template out of the package."""
    for relations in (document.part.rels, document.part.package.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.rsplit("/", 1)[-1] in _UNUSED:
                del relations[key]


def _properties(document: Document, of: Content) -> None:
    """The properties of the file: title and subject, no person and no clock."""
    core = document.core_properties
    core.title, core.subject, core.author = of.title[:255], of.question[:255], ""
    core.comments, core.keywords, core.language = "", "", of.language
    element = core._element
    for child in list(element):
        if child.tag.rsplit("}", 1)[-1] in {"created", "modified", "lastModifiedBy", "revision"}:
            element.remove(child)


class _Writer:
    """Fills a document, from the title to the sources."""

    def __init__(self, document: Document, of: Content) -> None:
        self.document, self.of, self.words = document, of, of.words
        self.notes = Footnotes()
        self.bookmarks = 0
        self.headings = 0
        # Keys that some claim cites among few: their footnote stands there. A claim that only counts would else fill the page with notes.
        statements = [statement for chapter in of.chapters for statement in chapter.statements]
        self.noted_alone = {key.text for one in statements if len(one.keys) <= _MANY for key in one.read}

    def write(self) -> None:
        """All of it, in order."""
        self._margins()
        self._title()
        self._contents()
        for number, chapter in enumerate(self.of.chapters):
            self._chapter(chapter, new_page=number == 0)
        self._appendix()
        self.notes.save(self.document)

    # -- front

    def _margins(self) -> None:
        """Header with the title, footer with the page number."""
        section = self.document.sections[0]
        header = section.header.paragraphs[0]
        header._p.append(run_element(clipped(self.of.title, 90)))
        footer = section.footer.paragraphs[0]
        footer.alignment = 2
        before, between, after = self.words("page_number", "\x00", "\x00").split("\x00")
        footer._p.append(run_element(before))
        _field(footer, " PAGE ", "1")
        footer._p.append(run_element(between))
        _field(footer, " NUMPAGES ", "1")
        footer._p.append(run_element(after))

    def _title(self) -> None:
        """The title, and what the set is about."""
        self._paragraph("Title", self.of.title)
        table = self._table((1750, WIDTH - 1750), bordered=False)
        for label, value in self.of.about:
            cells = table.add_row().cells
            _fill(cells[0], "Body Text", label, "Strong")
            _fill(cells[1], "Body Text", value)

    def _contents(self) -> None:
        """A table of contents with its entries in place; Word adds page numbers when it is updated."""
        self._paragraph("TOC Heading", self.words("contents"))
        entries = [
            ("TOC1", title) for title in (*(chapter.title for chapter in self.of.chapters), self.words("appendix"))
        ]
        entries += [("TOC2", self.words(name)) for name in ("evidence_list", "source_list")]
        last = len(entries) - 1
        for number, (style, title) in enumerate(entries):
            paragraph = self.document.add_paragraph(style="toc 1" if style == "TOC1" else "toc 2")
            if number == 0:
                _field_start(paragraph, ' TOC \\o "1-2" \\h \\z \\u ')
            paragraph._p.append(link(title, _heading_name(number + 1), ""))
            if number == last:
                paragraph._p.append(_field_char("end"))

    # -- parts

    def _chapter(self, chapter: Chapter, *, new_page: bool) -> None:
        """A part: heading, what it holds, claims, note."""
        self._heading(1, chapter.title, new_page=new_page)
        if chapter.about:
            self._paragraph("Subtitle", chapter.about)
        for statement in chapter.statements:
            self._statement(statement)
        if chapter.note:
            paragraph = self._paragraph("Intense Quote", f"{self.words('note')}: ", "Strong")
            _add_text(paragraph, chapter.note)
        if not chapter.statements and not chapter.note:
            self._paragraph("Subtitle", self.words("nothing"))

    def _statement(self, statement: Statement) -> None:
        """A claim; each key is a link to the evidence and has a footnote that says where the quote stands."""
        paragraph = self.document.add_paragraph(style="List Bullet")
        many = len(statement.keys) > _MANY
        before = " "
        for piece in statement.read:
            gap = "" if before.endswith((" ", "\n")) else " "
            before = piece.text if not piece.is_key else "]"
            if not piece.is_key:
                _add_text(paragraph, piece.text)
            elif piece.evidence is None:
                text = f"{gap}[{piece.text}: {self.words('missing_key')}]"
                paragraph._p.append(run_element(text, "SubtleReference"))
            else:
                paragraph._p.append(run_element(f"{gap}["))
                paragraph._p.append(link(piece.text, piece.evidence.anchor))
                paragraph._p.append(run_element("]"))
                if piece.text == piece.evidence.key and not (many and piece.text in self.noted_alone):
                    self.notes.refer(paragraph, piece.text, self._note_text(piece.evidence), piece.evidence.anchor)

    def _note_text(self, one: Evidence) -> str:
        """What a footnote says: file, place, first words of the quote, province and year; the rest stands in the appendix."""
        area = " ".join(text for text in (area_names(one.province, self.words), one.year) if text)
        quote = clipped(one_line(one.quote), _NOTE_QUOTE)
        return " · ".join(text for text in (one.file, one.place, f"“{quote}”", area) if text)

    # -- evidence

    def _appendix(self) -> None:
        """The evidence by key, then the reports that it stands in."""
        self._heading(1, self.words("appendix"), new_page=True)
        self._heading(2, self.words("evidence_list"))
        self._paragraph("Subtitle", self.words("how_to_find"))
        self._caption(1, self.words("evidence_caption"))
        widths = (760, 4450, WIDTH - 760 - 4450)
        table = self._table(widths, ("key", "quote", "found_at"))
        for one in self.of.evidence:
            self._evidence_row(table, one)
        self._paragraph("Body Text", "")
        self._heading(2, self.words("source_list"))
        self._caption(2, self.words("source_caption"))
        table = self._table((3400, 3954, WIDTH - 3400 - 3954), ("file", "project", "cited_as"))
        for source in self.of.sources:
            cells = _row(table, source.file + source.project).cells
            _fill(cells[0], "Body Text", source.file)
            _fill(cells[1], "Body Text", source.project)
            for text in (source.organisation, " ".join(text for text in (source.area, source.year) if text)):
                if text:
                    _fill(cells[1], "Body Text", text, "SubtleReference", more=True)
            _fill(cells[2], "Body Text", ", ".join(source.keys))

    def _evidence_row(self, table: Table, one: Evidence) -> None:
        """One quote: key, quote, where it stands, how it is tagged."""
        cells = _row(table, one.quote + one.raw_quote).cells
        self._bookmark(_fill(cells[0], "Body Text", one.key, "Strong"), one.anchor)
        _fill(cells[1], "Quote", f"“{one.quote}”")
        if one.raw_quote:
            _fill(cells[1], "Body Text", f"{self.words('raw_quote')}: {one.raw_quote}", "SubtleReference", more=True)
        codes = joined((*one.issues, *one.themes))
        tags = _fill(cells[1], "Body Text", one.category.name, "Strong", more=True)
        confidence = f"{self.words('confidence')} {one.confidence:.2f}"
        _add_text(tags, "".join(f" · {text}" for text in (codes, confidence) if text), "SubtleReference")
        _fill(cells[2], "Body Text", one.file, "Strong")
        section = f"{self.words('under')}: {clipped(one.section, 60)}" if one.section else ""
        _fill(cells[2], "Body Text", " · ".join(text for text in (one.place, section) if text), more=True)
        project = " · ".join(text for text in (clipped(one.project, 90), one.area, one.year) if text)
        _fill(cells[2], "Body Text", project, "SubtleReference", more=True)

    # -- pieces

    def _paragraph(self, style: str, text: str, run_style: str = "") -> Paragraph:
        """A paragraph with its text."""
        paragraph = self.document.add_paragraph(style=style)
        _add_text(paragraph, text, run_style)
        return paragraph

    def _heading(self, level: int, text: str, *, new_page: bool = False) -> None:
        """A heading that the table of contents leads to."""
        self.headings += 1
        paragraph = self._paragraph(f"Heading {level}", text)
        paragraph.paragraph_format.page_break_before = new_page or None
        self._bookmark(paragraph, _heading_name(self.headings))

    def _caption(self, number: int, text: str) -> None:
        """The caption of a table, numbered by a field."""
        before, after = self.words("table", "\x00").split("\x00")
        paragraph = self._paragraph("Caption", before)
        _field(paragraph, " SEQ Table \\* ARABIC ", str(number))
        paragraph._p.append(run_element(f"{after} {text}"))

    def _bookmark(self, paragraph: Paragraph, name: str) -> None:
        """Makes a paragraph a place that links lead to."""
        self.bookmarks += 1
        for tag, at in (("w:bookmarkStart", 1), ("w:bookmarkEnd", len(paragraph._p) + 1)):
            element = OxmlElement(tag)
            element.set(qn("w:id"), str(self.bookmarks))
            if tag == "w:bookmarkStart":
                element.set(qn("w:name"), name)
            paragraph._p.insert(at, element)

    def _table(self, widths: Sequence[int], head: Sequence[str] = (), *, bordered: bool = True) -> Table:
        """A table of fixed widths; its head is repeated on each page."""
        table = self.document.add_table(rows=0, cols=len(widths))
        properties = table._tbl.tblPr
        for old in properties.findall(qn("w:tblW")) + properties.findall(qn("w:tblLook")):
            properties.remove(old)
        properties.append(parse_xml(f'<w:tblW {nsdecls("w")} w:w="{sum(widths)}" w:type="dxa"/>'))
        properties.append(_borders(bordered))
        properties.append(parse_xml(f'<w:tblLayout {nsdecls("w")} w:type="fixed"/>'))
        properties.append(_cell_margins())
        for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
            column.set(qn("w:w"), str(width))
        if head:
            row = table.add_row()
            for tag in ("w:cantSplit", "w:tblHeader"):
                row._tr.get_or_add_trPr().append(OxmlElement(tag))
            for cell, word in zip(row.cells, head, strict=True):
                _fill(cell, "Body Text", self.words(word), "Strong")
                cell._tc.get_or_add_tcPr().append(
                    parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{PALE}"/>')
                )
        return table


def _heading_name(number: int) -> str:
    """The bookmark of a heading, named as Word names them."""
    return f"_Toc{number:06d}"


def _row(table: Table, text: str) -> Any:
    """A new row, kept on one page unless it is very long."""
    row = table.add_row()
    if len(text) <= _WHOLE_ROW:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return row


def _fill(cell: _Cell, style: str, text: str, run_style: str = "", *, more: bool = False) -> Paragraph:
    """Text in a cell: in its first paragraph, or in one more."""
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    paragraph.style = style
    _add_text(paragraph, text, run_style)
    return paragraph


def _add_text(paragraph: Paragraph, text: str, run_style: str = "") -> None:
    """Text at the end of a paragraph; line ends become line breaks."""
    for number, line in enumerate(text.split("\n")):
        if number:
            run = OxmlElement("w:r")
            run.append(OxmlElement("w:br"))
            paragraph._p.append(run)
        if line:
            paragraph._p.append(run_element(line.replace("\t", " "), run_style))


def _borders(bordered: bool) -> Any:
    """Lines between rows, none between columns."""
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>' for side in ("top", "bottom"))
    inside = f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>'
    top = lines if not bordered else lines.replace('w:sz="4"', 'w:sz="8"').replace(LINE, DARK)
    return parse_xml(f"<w:tblBorders {nsdecls('w')}>{top}{inside}</w:tblBorders>")


def _cell_margins() -> Any:
    """Room inside cells."""
    sides = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 40), ("left", 100), ("bottom", 40), ("right", 100))
    )
    return parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")


def _field_char(kind: str) -> Any:
    """A mark of a field."""
    return parse_xml(f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="{kind}"/></w:r>')


def _field_start(paragraph: Paragraph, code: str) -> None:
    """The beginning of a field: what it computes."""
    paragraph._p.append(_field_char("begin"))
    run = OxmlElement("w:r")
    holder = OxmlElement("w:instrText")
    holder.text = code
    holder.set(qn("xml:space"), "preserve")
    run.append(holder)
    paragraph._p.append(run)
    paragraph._p.append(_field_char("separate"))


def _field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field with what it shows until it is computed."""
    _field_start(paragraph, code)
    paragraph._p.append(run_element(shown))
    paragraph._p.append(_field_char("end"))
