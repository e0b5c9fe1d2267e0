"""Citations: where a lesson stands, in words that lead a person there within a minute."""

from __future__ import annotations

import re

from pipeline.lessons.dataset import LessonRow, ReportRow
from pipeline.lessons.lesson_set import Citation
from pipeline.lessons.render.places import area_words, place_words, year_words
from pipeline.lessons.render.words import Words
from pipeline.lessons.template import sentence
from pipeline.segment.tokens import tokens

# Characters to type into a search window: enough to be alone in a report, few enough to stand in one line.
_FIND = 30
_SPACE = re.compile(r"\s+")
_MARKUP = re.compile("<|&#?[A-Za-z0-9]+;")


def cite(row: LessonRow, report: ReportRow, key: str, *, project: str = "", same_as: str = "") -> Citation:
    """The citation of a lesson, with what its report says of the project.

    `project` is the same for all reports of one project; `same_as` is the lesson that stands for all that say the same.
    """
    return Citation(
        key=key,
        lesson_id=row.lesson_id,
        report_id=row.report_id,
        source=row.source,
        source_sha256=report.sha256 or "",
        locator=row.locator or "",
        raw_start=row.raw_start,
        raw_end=row.raw_end,
        quote=row.text,
        raw_quote=row.raw_text,
        category=row.category,
        issues=row.issues,
        sdh=row.sdh,
        section=row.section or "",
        project_name=report.project_name or "",
        project_code=row.project_code or "",
        organisation=report.organisation or "",
        year_ce=row.year_ce,
        province=row.province or "",
        district=row.district or "",
        subdistrict=row.subdistrict or "",
        confidence=row.confidence,
        report_title=report.title or "",
        responsible_person=report.responsible_person or "",
        decided_by=row.decided_by,
        same_as=same_as,
        project=project,
    )


def said_place(locator: str, language: str = "th") -> str:
    """A locator in words: `หน้า 3 ย่อหน้าที่ 14`."""
    return place_words(locator, Words(language))


def where(citation: Citation, language: str = "th") -> str:
    """Where the quote stands, for a person with the source open: page, slide, cell or line, and the heading above."""
    section = _SPACE.sub(" ", citation.section).strip()
    under = sentence("where.section", language, section=clipped(section, 60)) if section else ""
    return " ".join(part for part in (said_place(citation.locator, language), under) if part)


def where_th(citation: Citation) -> str:
    """Where the quote stands, in Thai: `หน้า 3 ใต้หัวข้อ “ผลลัพธ์”`."""
    return where(citation, "th")


def find_words(citation: Citation) -> str:
    """Words of the quote to be typed into the search window of any program: in one line, 30 characters at most, as the source spells them."""
    # Saved web pages hold tags and &nbsp; between the letters; there, and in binary formats, people search what they see.
    spelt = citation.raw_start is not None and not _MARKUP.search(citation.raw_quote)
    text = citation.raw_quote if spelt else citation.quote
    # Double, hard and zero-width spaces cannot be typed, or are shown as one.
    pieces = [piece.strip() for piece in re.split("[\n\t\u00a0\u200b\ufeff]|[ ]{2,}", text) if piece.strip()]
    best = next((piece for piece in pieces if len(piece) >= _FIND // 2), max(pieces, key=len, default=""))
    return clipped(best, _FIND, mark="")


def directions(citation: Citation, language: str = "th") -> str:
    """File, place and words to search for: all that a person needs to see the quote in its source."""
    return sentence(
        "directions", language, source=citation.source, where=where(citation, language), words=find_words(citation)
    )


def project_label(citation: Citation) -> str:
    """What to call the project: its name, else the title of the report, else the file."""
    return _SPACE.sub(" ", citation.project_name or citation.report_title or citation.source).strip()


def area_label(citation: Citation, language: str = "th") -> str:
    """The area and the year of a citation in words, "" where the report names none: `ต.รามัน อ.รามัน จ.ยะลา พ.ศ. 2564`."""
    words = Words(language)
    parts = [area_words(citation, words)]
    if citation.year_ce is not None:
        parts.append(sentence("year", language, year=year_words(citation.year_ce, words)))
    return " ".join(part for part in parts if part)


def clipped(text: str, most: int, mark: str = "…") -> str:
    """At most so many characters of `text`, cut at a space, else behind a word, else in front of a letter, never of a vowel or tone mark.

    >>> clipped("ครัวเรือนปลูกผัก กินเองทุกวัน", 20)
    'ครัวเรือนปลูกผัก…'
    >>> clipped("แม่ค้าปลาทูเลิกสูบ", 14)
    'แม่ค้าปลาทู…'
    """
    if len(text) <= most:
        return text
    cut = text.rfind(" ", most // 2, most + 1)
    if cut < 0:
        ends = [word.end for word in tokens(text[: 2 * most]) if most // 2 <= word.end <= most]
        cut = ends[-1] if ends else most
        # A vowel that is written in front (เ แ โ ใ ไ) belongs to the letter behind it.
        while cut > 1 and (re.match("[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]", text[cut]) or text[cut - 1] in "เแโใไ"):
            cut -= 1
    return text[:cut].rstrip(" …") + mark
