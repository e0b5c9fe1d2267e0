"""Stretches that announce what follows ("คณะทำงานมีสามส่วน ได้แก่", "ถึงผู้ใหญ่บ้าน:") and state nothing themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import load_table
from pipeline.segment.headings import predicates
from pipeline.segment.tokens import tokens

TABLE = "announcing_ends.tsv"
WORD, SIGN = "word", "sign"
# The last word is looked for among so many characters: no word of the table is half as long.
_LAST = 40
# The time of which something is told, and nothing that is told.
_WHEN = re.compile(r"\W*(?:จาก|สำหรับ|ใน|ตลอด|ช่วง|ระหว่าง)[^\n]{0,60}ที่ผ่านมา\W*")
# Words that join what follows to what went before, and a place by its name: alone they state nothing.
_JOINS = re.compile(r"\W*(?:อย่างไรก็(?:ดี|ตาม)|นอกจากนี้|นอกจากนั้น|ทั้งนี้|กล่าวคือ|ในขณะเดียวกัน|ด้วยเหตุนี้|เพราะฉะนั้น|ดังนั้น|เป็นต้น)\W*")
_PLACE = re.compile(r"\W*(?:ตำบล|อำเภอ|จังหวัด|หมู่บ้าน|เทศบาล(?:ตำบล|เมือง|นคร)?)[ก-๙]{2,14}\W*")


@dataclass(frozen=True, slots=True)
class EndRow:
    """A row of `data/announcing_ends.tsv`."""

    id: str
    kind: str
    ends: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {WORD, SIGN}:
            raise ResourceError(f"{TABLE}, row {self.id}: unknown kind {self.kind}.", f"Take {WORD} or {SIGN}.")


@cache
def _ends() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words, and the signs."""
    rows = load_table(TABLE, EndRow)
    words = frozenset(word for row in rows if row.kind == WORD for word in row.ends.split("|"))
    return words, tuple(sign for row in rows if row.kind == SIGN for sign in row.ends)


def announces(text: str) -> bool:
    """Whether a stretch ends with words or a sign after which something else is to come, or says no more than when or where.

    >>> announces("คณะทำงานมีสามส่วน ได้แก่"), announces("ทำแบบนี้ได้ผลดีกว่า"), announces("ถึงผู้ใหญ่บ้าน:")
    (True, False, True)
    """
    words, signs = _ends()
    bare = text.rstrip()
    if bare.endswith(signs) or any(pattern.fullmatch(bare) for pattern in (_WHEN, _JOINS)):
        return True
    if _PLACE.fullmatch(bare) and not predicates(bare):
        return True
    if not bare.endswith(tuple(words)):
        return False
    last = [span.slice(bare[-_LAST:]) for span in tokens(bare[-_LAST:])]
    return bool(last) and last[-1] in words
