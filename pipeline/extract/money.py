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
# A sum without the word baht: satang behind thousands, or thousands behind a word for money and before the end of a clause.
_SATANG = re.compile(r"[\d๐-๙]{1,3}(?:,[\d๐-๙]{3})+\.[\d๐-๙]{2}")
_THOUSANDS = re.compile(r"[\d๐-๙]{1,3}(?:,[\d๐-๙]{3})+")
_MONEY_WORD = re.compile(
    r"(?:^|[\s(,·|]|มี)(?:เงิน|งบ|ค่า|ทุน|รายได้|รายรับ|รายจ่าย|กำไร|รับบริจาค|บริจาค|ขาย)[ก-๙]{0,16}[ \u00a0]?$"
)
_CLAUSE_END = re.compile(r"[ \u00a0]*(?:$|[\n,;)|·]|[ \u00a0]{2}|(?:ค่า|เงิน|เป็นค่า|ใช้|เหลือ|รวม))")
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
        if (after is None and sign is None and not _is_sum(text, start, end)) or number.share:
            continue
        last = after.end() if after else end
        each = _EACH_BEFORE.search(before) or _EACH_AFTER.match(text, last)
        first = start - (len(sign.group()) if sign else 0)
        role = "target" if _TARGET.search(before) else ""
        found.append(Fact("money", number.plain, "baht_each" if each else "baht", Span(first, last), role))
    return tuple(found)


def _is_sum(text: str, start: int, end: int) -> bool:
    """Whether a number is a sum of money though no word for baht stands beside it."""
    written = text[start:end]
    if "," not in written:
        return False
    clause = _CLAUSE_END.match(text, end)
    if _SATANG.fullmatch(written):
        return clause is not None
    before = text[max(0, start - 30) : start].rsplit("\n", 1)[-1]
    return bool(_THOUSANDS.fullmatch(written) and _MONEY_WORD.search(before) and clause)
