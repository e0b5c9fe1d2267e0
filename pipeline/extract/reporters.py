"""Who wrote a report, where no labelled field says it: names beside the phrases that name writers."""

from __future__ import annotations

import re

from pipeline.extract.names import clean_name, prose
from pipeline.extract.organisations import find_organisations
from pipeline.extract.persons import find_persons

HEAD = 1_500
_END = re.compile(
    r"\s{2,}|\s*[·|/(),;\n]|\s+(?:กับ|และ|โทร|วันที่|ลงวันที่|ตำแหน่ง|เมื่อ|หมู่|พิมพ์|นักวิชาการ|นักพัฒนา|พยาบาล|เจ้าหน้าที่|ผู้ใหญ่บ้าน|ผู้อำนวยการ|อ\.|ต\.|จ\.|อำเภอ|ตำบล)|\s+(?:ม\.\s?|ป\.\s?)?[\d๐-๙]|\*"
)
_FAMILIAR = ("ครู", "พี่", "น้อง", "ลุง", "ป้า", "หมอ", "คุณ", "ยาย")


def reporter_in_text(text: str) -> str:
    """The writer's name behind or before a phrase that names writers, `""` for none.

    >>> reporter_in_text("เล่าเรื่องป่า\\nจดโดย น้องแก้ว กศน.บ้านเหนือ")
    'น้องแก้ว'
    """
    for pattern in prose("reporter_text"):
        for match in pattern.finditer(text):
            if name := trim_reporter(match["name"]):
                return name
    for pattern in prose("reporter_head"):
        for match in pattern.finditer(text[:HEAD]):
            if name := trim_reporter(match["name"]):
                return name
    return ""


def trim_reporter(text: str) -> str:
    """The name without what follows it: a place, a post, a telephone, and behind a familiar name the office.

    >>> trim_reporter("ครูแก้ว โรงเรียนวัดบ้านเหนือ"), trim_reporter("แก้ว ใจดี · หมวด: เรื่องเล่า")
    ('ครูแก้ว', 'แก้ว ใจดี')
    """
    stripped = text.strip(' \t"“”:.…')
    persons = find_persons(stripped)
    if (
        persons and persons[0].span.start == 0 and not stripped.startswith(_FAMILIAR)
    ):  # blanks stand inside the names of signatures
        initial = re.match(r"\s+[ก-ฮ](?=\.|\s|$)\.?", stripped[persons[0].span.end :])
        return re.sub(r"\s+", " ", persons[0].span.slice(stripped)) + (
            f" {initial.group().strip(' .')}." if initial else ""
        )
    end = _END.search(stripped, 1)
    name = clean_name(stripped[: end.start()] if end else stripped)
    first, _, rest = name.partition(" ")
    office = find_organisations(rest) if rest else ()
    if first.startswith(_FAMILIAR) and (
        (office and office[0].span.start == 0) or re.match(r"[ก-ฮ]{2,4}\.|ศูนย์|โรงเรียน", rest)
    ):
        name = first
    return name if 2 < len(name) <= 60 else ""
