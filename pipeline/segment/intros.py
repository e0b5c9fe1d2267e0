"""Words in running text that announce a list, and the role that they give to its items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table
from pipeline.segment.patterns import NUMBER

_COUNTED = r"(?:มี|จำนวน|รวม|ทั้ง|ทั้งหมด|หลัก|สำคัญ|ที่สำคัญ|ที่พบ)?\s*{number}\s*(?:ข้อ|ประการ|ด้าน|เรื่อง|ประเด็น|อย่าง|ขั้น|ขั้นตอน|ระดับ|กลุ่ม|รูปแบบ|ส่วน)"
_LEADS = r"\s*(?:ได้แก่|คือ|ดังนี้|มีดังนี้|ประกอบด้วย)?\s*[:：]?\s*\Z"


@dataclass(frozen=True, slots=True)
class IntroRow:
    """A noun of `data/list_intros.tsv` and the role of the items of the list that it announces."""

    id: str
    noun: str
    role: str
    example: str
    source: str


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, IntroRow]]:
    rows = {row.noun: row for row in load_table("list_intros.tsv", IntroRow)}
    nouns = "|".join(re.escape(noun) for noun in sorted(rows, key=len, reverse=True))
    counted = _COUNTED.format(number=NUMBER)
    return re.compile(rf"({nouns})[^\s]{{0,24}}?\s*{counted}{_LEADS}"), rows


def announced(text: str) -> IntroRow | None:
    """The row of the noun whose counted list the text announces at its end; None when it announces none.

    >>> announced("สรุปได้ว่ามีปัญหาหลัก 3 ประการ คือ").role
    'obstacle'
    """
    pattern, rows = _pattern()
    match = pattern.search(text[-160:])
    return rows[match[1]] if match else None
