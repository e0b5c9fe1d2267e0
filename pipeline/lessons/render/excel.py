"""Excel: a workbook with a sheet to read (summary), one to filter (evidence), the claims and the sources. No cell is ever a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.dataset.workbook import cell_lines, excel_text
from pipeline.lessons.lesson_set import LessonSet
from pipeline.lessons.render.content import Content, Evidence, content

_FIXED_DAY = datetime(1980, 1, 1)  # the first day that a zip file knows: a workbook without a clock
_LOOK = {"font_name": "TH Sarabun New", "font_size": 14, "text_wrap": True, "valign": "top"}
_DARK, _PALE, _LINE_COLOUR = "#1F4E5F", "#EAF2F4", "#C9D6DA"
# Points a line takes with the Thai font of Windows, and the most that a row may take: Excel allows 409.
_LINE, _HIGHEST = 23.0, 400.0
# Characters of this font that a column holds for each unit of its width; words that do not fit leave room unused.
_FILLED = 0.78
# Text that Excel takes for a formula when someone edits the cell or saves it as CSV; such cells carry the mark that keeps them text.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")

Formats = dict[tuple[str, bool], Any]
Row = tuple[str | float | int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: the id of its heading in the words, and its width in characters."""

    word: str
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to filter: its name in the words, columns and rows."""

    word: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    printed: int = 0  # columns that are printed; 0 for all


def write_xlsx(lesson_set: LessonSet, path: Path) -> None:
    """Writes the workbook."""
    of = content(lesson_set)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": excel_text(of.title)[:255], "created": _FIXED_DAY})
        formats = _formats(book)
        _summary(book.add_worksheet(of.words("sheet_summary")), of, formats)
        for sheet in (_evidence(of), _claims(of), _sources(of)):
            _table(book.add_worksheet(of.words(sheet.word)), sheet, of, formats)


def _formats(book: Any) -> Formats:
    """How cells look: each look plain, and once more with the mark that keeps its text from becoming a formula."""
    line = {"bottom": 1, "bottom_color": _LINE_COLOUR}
    looks = {
        "title": {"font_size": 22, "bold": True, "font_color": _DARK},
        "head": {"bold": True, "bg_color": _DARK, "font_color": "#FFFFFF", "valign": "vcenter"},
        "label": {**line, "bold": True, "bg_color": _PALE},
        "body": {**line, "indent": 1},
        "count": {**line, "align": "left"},
        "share": {**line, "num_format": "0.00"},
        "chapter": {"bold": True, "font_color": _DARK, "font_size": 16, "text_wrap": False},
    }
    return {
        (name, held): book.add_format({**_LOOK, **look, "quote_prefix": held})
        for name, look in looks.items()
        for held in (False, True)
    }


def _put(sheet: Any, row: int, column: int, cell: str | float, formats: Formats, look: str = "body") -> None:
    """Writes one cell by its type; text is text, whatever it begins with."""
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell, formats["share" if isinstance(cell, float) else look, False])
        return
    text = excel_text(cell)
    if text:
        sheet.write_string(row, column, text, formats[look, text.startswith(_RISKY)])
    else:
        sheet.write_blank(row, column, None, formats[look, False])


def _summary(sheet: Any, of: Content, formats: Formats) -> None:
    """The sheet that people read first: title, what the set is about, and how many quotes stand in which category and issue."""
    widths = (26, 90)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.merge_range(0, 0, 0, 1, "", formats["title", False])
    _put(sheet, 0, 0, of.title, formats, "title")
    sheet.set_row(0, 36.0 * cell_lines(excel_text(of.title)[:1000], 70))
    at = 2
    for label, value in of.about:
        _put(sheet, at, 0, label, formats, "label")
        _put(sheet, at, 1, value, formats)
        sheet.set_row(at, _height((value,), widths[1:]))
        at += 1
    for word, names in (
        ("category", [one.category.name for one in of.evidence]),
        ("issues", [issue.name for one in of.evidence for issue in one.issues]),
        ("province", [one.province for one in of.evidence if one.province]),
    ):
        at += 1
        _put(sheet, at, 0, f"{of.words('times_cited')}: {of.words(word)}", formats, "chapter")
        sheet.set_row(at, 30)
        for name, count in _counted(names):
            at += 1
            _put(sheet, at, 0, name, formats, "label")
            _put(sheet, at, 1, count, formats, "count")
            sheet.set_row(at, _height((name,), widths[:1]))
        at += 1
    _page(sheet, landscape=False)


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    """The names with how often each stands, most frequent first."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _height(cells: Sequence[object], widths: Sequence[int]) -> float:
    """The height of a row in points so that its longest text is in view, up to what Excel can show."""
    lines = [
        cell_lines(cell, int(width * _FILLED))
        for cell, width in zip(cells, widths, strict=True)
        if isinstance(cell, str)
    ]
    return min(_HIGHEST, 4 + _LINE * max(lines, default=1))


def _table(sheet: Any, table: Sheet, of: Content, formats: Formats) -> None:
    """Fills a sheet: header and key frozen, filters, rows as high as their text, one page wide in print."""
    widths = [column.width for column in table.columns]
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
        _put(sheet, 0, number, of.words(column.word), formats, "head")
    sheet.set_row(0, 30)
    for at, row in enumerate(table.rows, 1):
        sheet.set_row(at, _height(row, widths))
        for number, cell in enumerate(row):
            _put(sheet, at, number, cell, formats)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, len(table.rows), (table.printed or len(table.columns)) - 1)
    _page(sheet, landscape=True)


def _page(sheet: Any, *, landscape: bool) -> None:
    """How a sheet prints: A4, one page wide, numbered."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")


def _evidence(of: Content) -> Sheet:
    """A row for each quote: what is read first stands first, codes for programs last."""
    columns = (
        ("key", 7), ("quote", 60), ("category", 16), ("issues", 20), ("themes", 26), ("file", 30), ("place", 22),
        ("search_words", 26), ("section", 26), ("project", 32), ("project_code", 14), ("organisation", 24),
        ("subdistrict", 15), ("district", 15), ("province", 15), ("year", 9), ("confidence", 12), ("raw_quote", 40),
        ("characters", 22), ("code_category", 16), ("code_issues", 20), ("code_themes", 26), ("lesson_id", 22),
        ("report_id", 22),
    )  # fmt: skip
    rows = tuple(_evidence_row(one) for one in of.evidence)
    return Sheet("sheet_evidence", tuple(Column(*column) for column in columns), rows, printed=7)


def _evidence_row(one: Evidence) -> Row:
    """The cells of one quote."""
    year: str | int = int(one.year) if one.year else ""
    return (
        one.key, one.quote, one.category.name, _names(one.issues), _names(one.themes), one.file, one.place,
        one.find, one.section, one.project, one.project_code, one.organisation,
        one.subdistrict, one.district, one.province, year, round(one.confidence, 2), one.raw_quote,
        one.characters, one.category.code, _codes(one.issues), _codes(one.themes), one.lesson_id,
        one.report_id,
    )  # fmt: skip


def _names(named: Iterable[Any]) -> str:
    """The names, each on a line of its own."""
    return "\n".join(one.name for one in named)


def _codes(named: Iterable[Any]) -> str:
    """The codes as the dataset writes lists."""
    return ";".join(one.code for one in named)


def _claims(of: Content) -> Sheet:
    """A row for each claim and each note."""
    rows: list[Row] = []
    for chapter in of.chapters:
        for statement in chapter.statements:
            keys = [piece.text for piece in statement.keys]
            rows.append((chapter.title, of.words("claim"), statement.marked, ", ".join(keys), len(keys)))
        if chapter.note:
            rows.append((chapter.title, of.words("note"), chapter.note, "", 0))
    columns = (("part", 30), ("claim_kind", 26), ("claim", 90), ("cites", 24), ("times_cited", 16))
    return Sheet("sheet_claims", tuple(Column(*column) for column in columns), tuple(rows))


def _sources(of: Content) -> Sheet:
    """A row for each report that is cited."""
    columns = (
        ("file", 36), ("project", 44), ("organisation", 30), ("area", 34), ("year", 9), ("cited_as", 24),
        ("times_cited", 16), ("report_id", 24), ("fingerprint", 44),
    )  # fmt: skip
    rows = tuple(
        (
            one.file, one.project, one.organisation, one.area, int(one.year) if one.year else "", ", ".join(one.keys),
            len(one.keys), one.report_id, one.sha256,
        )
        for one in of.sources
    )  # fmt: skip
    return Sheet("sheet_sources", tuple(Column(*column) for column in columns), rows)
