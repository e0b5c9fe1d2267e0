"""Locators and areas in words that lead a person to the place."""

from __future__ import annotations

import re

from pipeline.lessons.lesson_set import Citation
from pipeline.lessons.render.clean import one_line
from pipeline.lessons.render.words import ENGLISH, Words

_BE_MINUS_CE = 543
_BANGKOK = "กรุงเทพมหานคร"
_GRID = re.compile(r"R([0-9]+)C([0-9]+)")
# The order in which parts are said: a line number leads there at once, paragraphs must be counted.
_ORDER = (
    "sheet",
    "slide",
    "page",
    "header",
    "footer",
    "footnote",
    "endnote",
    "part",
    "table",
    "line",
    "paragraph",
    "cell",
)


def place_words(locator: str, words: Words) -> str:
    """Where a locator leads, in words; a part that no row of the words knows stands as it is, last. "" for no locator.

    Beside a line the paragraph is not said: editors count lines, nobody counts paragraphs.

    >>> place_words("page=3;paragraph=14", Words("th")), place_words("paragraph=14;line=22", Words("th"))
    ('หน้า 3 ย่อหน้าที่ 14', 'บรรทัดที่ 22')
    >>> place_words("sheet=ผลลัพธ์!B7", Words("th")), place_words("table=2;cell=R3C5", Words("en"))
    ('ชีต “ผลลัพธ์” ช่อง B7', 'table 2, row 3, column 5')
    """
    parts = sorted((part for part in one_line(locator).split(";") if part), key=_rank)
    if any(part.startswith("line=") for part in parts):
        parts = [part for part in parts if not part.startswith("paragraph=")]
    return _join(words).join(_part(part, words) for part in parts)


def _join(words: Words) -> str:
    """What stands between parts of a place."""
    return ", " if words.language == ENGLISH else " "


def _rank(part: str) -> int:
    """The place of a part among the others."""
    kind = part.partition("=")[0]
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _part(part: str, words: Words) -> str:
    """One part of a locator in words."""
    kind, _, value = part.partition("=")
    if kind == "sheet" and "!" in value:
        sheet, _, cell = value.rpartition("!")
        return words("place_sheet_cell", sheet, cell)
    if kind == "cell" and (grid := _GRID.fullmatch(value)):
        return words("place_row_column", grid[1], grid[2])
    if kind == "part":
        return words("place_notes") if value == "notes" else part
    return words(f"place_{kind}", value) if kind in _ORDER and value else part


def area_words(citation: Citation, words: Words) -> str:
    """The subdistrict, district and province of a lesson in words; "" when it has none."""
    return area_names(citation.province, words, citation.district, citation.subdistrict)


def area_names(province: str, words: Words, district: str = "", subdistrict: str = "") -> str:
    """An area in words, the smallest part first; "" for none. Bangkok is no province in Thai usage and has parts of its own.

    >>> area_names("ยะลา", Words("th"), "รามัน"), area_names("กรุงเทพมหานคร", Words("th"), "หนองจอก")
    ('อ.รามัน จ.ยะลา', 'เขตหนองจอก กรุงเทพมหานคร')
    """
    bangkok = "_bangkok" if province == _BANGKOK else ""
    levels = ("subdistrict", subdistrict), ("district", district), ("province", province)
    return _join(words).join(words(f"area_{level}{bangkok}", one_line(name)) for level, name in levels if name)


def year_words(year_ce: int | None, words: Words) -> str:
    """The year as readers of the language count it: Buddhist era in Thai, common era in English; "" when unknown.

    >>> year_words(2022, Words("th")), year_words(2022, Words("en"))
    ('2565', '2022')
    """
    if year_ce is None:
        return ""
    return str(year_ce if words.language == ENGLISH else year_ce + _BE_MINUS_CE)
