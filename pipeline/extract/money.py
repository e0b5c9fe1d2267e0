"""Sums of money in baht, apart from what a project's budget is (see project.py)."""

from __future__ import annotations

import re

from pipeline.extract.numbers import find_numbers
from pipeline.records import Fact
from pipeline.spans import Span

_BAHT_AFTER = re.compile(r"[ \u00a0]{0,2}(?:บาท(?:ถ้วน)?|฿)")
_BAHT_BEFORE = re.compile(r"(?:฿|THB)\s?$", re.IGNORECASE)
_EACH_BEFORE = re.compile(r"(?:(?<!ร้อย)ละ|คนละ|@)\s?(?:ประมาณ|ไม่เกิน)?\s?$")
_EACH_AFTER = re.compile(r"\s?(?:/|ต่อ)\s?(?:คน|มื้อ|วัน|ครั้ง|ชุด|เดือน|ปี|ครัวเรือน|ชั่วโมง|เล่ม|แผ่น|กิโลกรัม)")
_TARGET = re.compile(r"(?:ไม่เกิน|อย่างน้อย|ไม่น้อยกว่า|เป้าหมาย|ตั้งไว้)\s*(?:จำนวน)?\s*$")


def find_money(text: str) -> tuple[Fact, ...]:
    """The sums of money of `text` in order; unit `baht`, or `baht_each` for unit costs and rates.

    >>> [(f.value, f.unit) for f in find_money("วงเงิน 4.3 ล้านบาท ค่าอาหารมื้อละ 25 บาท")]
    [('4300000', 'baht'), ('25', 'baht_each')]
    """
    found = []
    for number in find_numbers(text):
        start, end = number.span.start, number.span.end
        before = text[max(0, start - 20) : start]
        after = _BAHT_AFTER.match(text, end)
        sign = _BAHT_BEFORE.search(before)
        if (after is None and sign is None) or number.share:
            continue
        last = after.end() if after else end
        each = _EACH_BEFORE.search(before) or _EACH_AFTER.match(text, last)
        first = start - (len(sign.group()) if sign else 0)
        role = "target" if _TARGET.search(before) else ""
        found.append(Fact("money", number.plain, "baht_each" if each else "baht", Span(first, last), role))
    return tuple(found)
