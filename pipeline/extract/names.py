"""Names of projects and titles of reports: cut out of the lines at the top, without places, document kinds and repeats."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.extract.dates import find_dates
from pipeline.resources import load_table

LONGEST_NAME = 300
LONGEST_LINE = 200
TOP_LINES = 15  # lines at the top in which a project is named
_QUOTES = "“”\"'‘’"
# A place behind a name: short forms from the subdistrict on, or written out down to the province.
_PLACE = re.compile(
    r"(?<!ใน)(?<!ของ)(?<!ที่)\s+\(?(?:(?:ต|อ)\.\s?\S"
    r"|แขวง\S+\s+เขต\S"
    r"|(?:เทศบาล)?(?:ตำบล|เมือง|นคร)\S+\s+(?:อำเภอ|อ\.|จังหวัด|จ\.)"
    r"|อำเภอ\S+\s+(?:จังหวัด|จ\.)).*$"
)
_SHORT_PLACE = re.compile(
    r"(?:(?<!ใน)(?<!ของ)(?<!ที่)\s+\(?(?:ต|อ)\.\s?\S"
    r"|\s{2,}\(?(?:ตำบล|อำเภอ|จังหวัด|จ\.)"
    r").*$"
)
_PAGE = re.compile(r"\s{3,}[\d๐-๙]{1,3}\s*$")
_OWN_PLACE = re.compile(r"[ก-๙]ตำบล[^\s]+\s+อำเภอ")
_ASIDE = re.compile(r"\s*\((?:ชื่อ|รหัส|ต\.|อ\.|ตำบล|อำเภอ|จังหวัด|ข้อเสนอ|ร่าง|ฉบับ)[^)]*\)?\s*$")
_AFTER = re.compile(r"(?:\s+(?:รหัส(?:โครงการ)?|เลขที่(?:สัญญา|ข้อตกลง))|\s*[·|]|\s+/\s).*$")
_REPEAT = re.compile(r"^(?P<once>.{4,}?)\s+(?P=once)(?:\s.*)?$")
_NUMBERED = re.compile(
    r"^(?:กิจกรรม(?:ที่|ครั้งที่)\s*[\d๐-๙]{1,2}\s*[:.]?\s+|(?:บันทึก|ตอน)ที่\s*[\d๐-๙]{1,3}\s*[:.]?\s+|[\d๐-๙]{1,2}\.\s+)"
)
# The word โครงการ inside a line and the name behind it; what may stand behind the word in a sentence is no name.
_SAID = re.compile(
    r"(?:^|[\s(·|/>*:])โครงการ(?!นี้|ฯ|ได้|ที่|เพื่อ|และ|หรือ|ของ|ควร|เข้าสู่|ใน|จะ|มี|เป็น|นั้น)"
    r"(?P<mark>[ \t]*[:：]?[ \t]*[*\"“]*)(?P<name>[^\n*\"”|]{4,120})"
)
_CODE_LINE = re.compile(r"^(?:รหัส(?:โครงการ)?|เลขที่(?:สัญญา|ข้อตกลง)|สัญญาเลขที่)\s*[:：]?\s*[\dก-ฮ]")
_PLACE_LINE = re.compile(r"^\(?(?:ต\.|ตำบล)\s?\S+(?:\s+และ\s+(?:ต\.|ตำบล)\s?\S+)?\s+(?:อ\.|อำเภอ)")
_PLACE_AT_END = re.compile(r"(?:ต\.|ตำบล|อ\.|อำเภอ)\s?\S+(?:\s+(?:อ\.|อำเภอ|จ\.|จังหวัด)\s?\S+)+\s*$")
_STORY = re.compile(r"เรื่องเล่า|บันทึก|เขียน|สัมภาษณ์|สมุด|คณะ")
_FORM = re.compile(r"^(?:แบบ|แผนภาพ|ระเบียบวาระ|รายงาน|บันทึก|ใบ|หน้า|ประเมิน|ตาราง)")
_SITE = re.compile(r"\s+\|\s+|\s*::\s*|\s+[»›]\s+|\s+[-–]\s+(?=\S+$)")


@dataclass(frozen=True, slots=True)
class ProseRow:
    """A row of `data/fields_prose.tsv`."""

    id: str
    field: str
    pattern: str
    example: str
    counter_example: str
    source: str


@cache
def prose(field: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of `data/fields_prose.tsv` for a field, in order of the table."""
    return tuple(re.compile(row.pattern) for row in load_table("fields_prose.tsv", ProseRow) if row.field == field)


def clean_name(text: str) -> str:
    """A name on one line without quotation marks around it.

    >>> clean_name(" “โครงการ  ชุมชนน่าอยู่” ")
    'โครงการ ชุมชนน่าอยู่'
    """
    bare = re.sub(r"^#{1,6}\s+|\*\*", "", re.sub(r"\s+", " ", text).strip())
    return bare.strip(_QUOTES + " |:*").strip()[:LONGEST_NAME]


def trim_project(text: str) -> str:
    """The name of a project without the place, code and remarks behind it; `""` for nothing.

    >>> trim_project("โครงการลานบ้านสดใส ต.บ้านเหนือ อ.เมือง จ.ตรัง"), trim_project("ป่าเหนือร่มเย็น ตำบลป่าเหนือ")
    ('โครงการลานบ้านสดใส', 'ป่าเหนือร่มเย็น ตำบลป่าเหนือ')
    """
    name = _AFTER.sub("", _ASIDE.sub("", _PLACE.sub("", _NUMBERED.sub("", clean_name(text)))))
    return clean_name(re.sub(r"\s*\([^)]*$", "", _once(_ASIDE.sub("", name))))


def trim_title(text: str) -> str:
    """A title without the number before it, the day and short place behind it, and a repeat of itself.

    >>> trim_title("กิจกรรมที่ 3 ปลูกผัก"), trim_title("ครัวกลาง ครัวกลาง"), trim_title("1.2 ปลูกผัก")
    ('ปลูกผัก', 'ครัวกลาง', '1.2 ปลูกผัก')
    """
    bare = _SHORT_PLACE.sub("", _PAGE.sub("", clean_marks(text)))
    if (own := _OWN_PLACE.search(bare)) is not None:  # the address of a subdistrict that is part of the title
        bare = bare[: own.end() - len("อำเภอ")]
    days = [d for d in find_dates(bare) if d.precision == "day" and d.span.start > 10]
    bare = bare[: days[0].span.start] if days and not bare[: days[0].span.start].rstrip().endswith("วันที่") else bare
    bare = _once(_NUMBERED.sub("", bare.strip()))
    return clean_name(bare) if bare.count('"') != 1 and bare[-1:] != '"' else clean_marks(bare)


def clean_marks(text: str) -> str:
    """The text without marks of Markdown around it."""
    return re.sub(r"^#{1,6}\s+|\*\*", "", text.strip()).strip(" |:*")[:LONGEST_NAME]


def _once(text: str) -> str:
    """A text that says itself twice, said once (slides repeat their titles)."""
    match = _REPEAT.match(text)
    return match["once"] if match else text


def said_project(lines: Sequence[str]) -> str:
    """The name behind the word โครงการ inside one of the lines at the top, `""` for none.

    >>> said_project(["วัดริมน้ำ อ.เมือง (โครงการลานวัดร่มรื่น)"])
    'ลานวัดร่มรื่น'
    """
    for line in lines[:TOP_LINES]:
        for match in _SAID.finditer(line):
            quoted = match["mark"].endswith(("“", '"', "*"))
            if len(line) > LONGEST_LINE and not quoted:
                continue
            name = trim_project(re.split(r"\s{2,}|\)\s*$|\s*\(รหัส", match["name"])[0])
            if len(name) > 4 and re.match(r"[A-Za-z\dก-๙]", name):
                return name
    return ""


def named_by_kind(lines: Sequence[str]) -> str:
    """The name behind the kind of the document in one of the first lines, `""` for none.

    >>> named_by_kind(["# รายงานสรุปผลโครงการ ผักสวนครัวรั้วกินได้"])
    'ผักสวนครัวรั้วกินได้'
    """
    for line in lines[:3]:
        for pattern in prose("name_prefix"):
            match = pattern.match(clean_marks(line))
            if match is not None and len(name := trim_project(match["name"])) > 4:
                return name
    return ""


def named_by_place(lines: Sequence[str]) -> str:
    """The line that stands as a name above a code or a place, or that a slide says twice; `""` for none.

    >>> named_by_place(["แผนภาพระบบ", "ผักสวนครัวรั้วกินได้", "ตำบลบ้านเหนือ อำเภอเมือง จังหวัดตรัง"])
    'ผักสวนครัวรั้วกินได้'
    """
    first = clean_marks(lines[0]) if lines else ""
    slide = trim_title(first)
    if len(slide) > 4 and len(first) > 2 * len(slide) and first.endswith(slide) and not re.search(r"\d", slide):
        return slide
    if len(lines) > 1 and _FORM.match(clean_marks(lines[0])) and _can_name(lines[1]) and _PLACE.search(lines[1]):
        return trim_project(lines[1])
    for above, line in itertools.pairwise(lines[: TOP_LINES + 1]):
        if _CODE_LINE.match(line) and _can_name(above):
            return trim_project(above)
        placed = _PLACE_LINE.match(line) or (
            above is lines[0] and _PLACE_AT_END.search(line) and not _STORY.match(line)
        )
        if placed and _can_name(above) and above in lines[:3]:
            return _head_of_colon(trim_project(above)) if above.count("“") == 0 else clean_marks(above)
    return ""


def _can_name(line: str) -> bool:
    bare = clean_marks(line)
    return (
        4 < len(bare) <= 120
        and "|" not in bare
        and not _FORM.match(bare)
        and not bare.startswith("คณะ")
        and not _CODE_LINE.match(bare)
    )


def _head_of_colon(name: str) -> str:
    """What stands before a colon set off by blanks: a subtitle follows it."""
    return re.split(r"\s+:\s+", name)[0]


def title_of_page(title: str, lines: Sequence[str]) -> str:
    """A page's title without the name of its site; the line of the text that begins with it where there is one.

    >>> title_of_page("แบบประเมิน | คลังโครงการ", ["หน้าแรก", "แบบประเมิน (ฉบับย่อ)"])
    'แบบประเมิน (ฉบับย่อ)'
    """
    parts = [p for p in _SITE.split(re.sub(r"^\(\d+\)\s*", "", title)) if p.strip()]
    quoted = re.findall(r"[“\"]([^”\"]{5,})[”\"]", title)
    for part in [*parts, *quoted, *(p.split(" : ")[0] for p in parts)]:
        bare = clean_marks(part)
        for line in lines[:40]:
            if len(bare) > 5 and line.startswith(bare) and len(line) <= LONGEST_LINE:
                return clean_marks(line)
    return clean_marks(parts[0]) if parts else ""


def title_of_minutes(first: str, lines: Sequence[str]) -> str:
    """The title of minutes whose first line says only that they are minutes: with the lines that complete it.

    >>> title_of_minutes("รายงานการประชุม", ["รายงานการประชุม", "คณะทำงานลดขยะ ครั้งที่ 2/2566"])
    'คณะทำงานลดขยะ ครั้งที่ 2/2566'
    """
    if first not in lines or not first.startswith(("รายงานการประชุม", "บันทึกการประชุม")):
        return first
    rest = [line.strip() for line in lines[lines.index(first) + 1 :][:2]]
    whole = first
    if len(first) <= len("บันทึกการประชุม") + 1 and rest:
        whole, rest = rest[0], rest[1:]
    if rest and re.fullmatch(r"ครั้งที่\s*[\d๐-๙]+/[\d๐-๙]+", rest[0]):
        return f"{whole} {rest[0]}"
    return whole
