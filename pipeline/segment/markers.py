"""List markers: bullets, and numbers in Thai or Arabic digits, also glued to the words on either side."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from pipeline.resources import load_table
from pipeline.spans import Span


@dataclass(frozen=True, slots=True)
class CountedRow:
    """What a bare number at the start of a line counts (`data/marker_counted.tsv`)."""

    id: str
    word: str
    not_before: tuple[str, ...]
    alone: bool
    parts: bool
    example: str
    counter_example: str
    source: str


# Words that may lean on what is counted: "7 จุดไม่มีเต็นท์".
_JOINS = "แต่|ต่อ|จาก|ไม่มี"


def _counted(*, in_parts: bool) -> str:
    """The pattern of what a number counts; `in_parts`: a number with parts of one."""
    return "|".join(
        re.escape(row.word)
        + (f"(?!{'|'.join(map(re.escape, row.not_before))})" if row.not_before else "")
        + (f"(?:(?![ก-๙])|(?={_JOINS}))" if row.alone else "")
        for row in load_table("marker_counted.tsv", CountedRow)
        if row.parts or not in_parts
    )


# Signs of print, and pictures in the place of one (✅ 📌 👉).
_BULLET = r"(?:[•●▪■◦○◆❑❖✓✔☑➢➤►▶➥*#»>~=·‣⁃\-–—\u2600-\u27bf\u2b50\U0001f300-\U0001faff]\ufe0f?|\+(?=\s+[ก-ฮเแโใไ]))"
# A number is a marker with its stop or bracket (`1.` `1)` `(1)` `๒.๑` `๒.)` `1.2.3`), or one to two digits before a blank.
# An open bracket belongs to it only with its counterpart: "(12 คน" is no marker.
_WHOLE, _PARTS = r"[0-9๐-๙]{1,2}", r"(?:\.[0-9๐-๙]{1,2})"
_DIGITS = rf"{_WHOLE}{_PARTS}{{0,3}}"
# A bare one may be an amount ("19 คนเลิกเหล้า", "5 พฤศจิกายน", "3.5 ไร่"): what it counts then stands behind it. Only one of several parts leans on its words.
_BARE = (
    rf"{_WHOLE}(?=\s)(?!\s*(?:{_counted(in_parts=False)}))"
    rf"|{_WHOLE}{_PARTS}{{1,3}}(?=\s|[ก-ฮเ-ไ])(?!\s*(?:{_counted(in_parts=True)}))"
)
_NUMBER = rf"(?:\(?{_DIGITS}\.?\)|{_DIGITS}\.(?![0-9๐-๙])|{_BARE})"
# A label in a box: "[ปัญหา] รถมาสาย".
_BOX = r"[\[【](?=[^\[\]【】\n]{2,40}[\]】])"
# Items counted by letters (ก. ข. ค. ง., A. B., I. II.); further Thai letters with a stop are short for words (จ. จังหวัด, ต. ตำบล).
_LETTER = r"(?:\([ก-ฉA-H]\)|[ก-ฉA-H]\)|(?:[กขคง]|[A-H]|[IVX]{1,4})\.(?=\s+[ก-ฮเ-ไ]))"
_LABELLED = r"(?:บทที่|(?:ระเบียบ)?วาระที่|หมวดที่|ภาคที่|กิจกรรมที่|ข้อ(?:ที่)?|ประการที่|ประเด็นที่|ส่วนที่|ตอนที่|เรื่องที่)\s*[0-9๐-๙]{1,2}(?:\.[0-9๐-๙]{1,2})?\s*[.):]?"
OPENING = re.compile(
    rf"\s*(?:(?:{_BULLET}|o(?=\s))\s*)*(?:(?:{_LABELLED}|{_NUMBER}|{_LETTER})\s*)?(?:{_BULLET}\s*)?(?:{_BOX}\s*)?"
)
# Inside a block: a bullet that stands free, `o` between blanks, a number with bracket or stop even when glued to Thai on
# its left ("ผลลัพธ์1)"), but neither a decimal (4.3), a range (2559-2560), a date nor an ordinal inside words.
_INSIDE = re.compile(
    rf"(?P<bullet>[•●▪■◆❑❖✓✔☑➢➤►▶])\s*(?P<after>{_NUMBER}\s*)?"
    r"|(?<=\s)(?P<letter>o)(?=\s+[ก-๙])"
    r"|(?P<dash>(?<=\s)[-–](?=\s?[ก-๙]{2}))"
    r"|(?P<bracket>\(?(?<![0-9๐-๙.,/\-])(?P<n1>[0-9๐-๙]{1,2})\))\s*(?=\S)"
    r"|(?:(?<=\s)|(?<=[ก-๙)”\"]))(?<![0-9๐-๙.,/\-])(?P<stop>(?P<n2>[0-9๐-๙]{1,2})\.)(?![0-9๐-๙])\s*(?=[ก-๙A-Za-z“\"(])"
)
# Any of these holds one of the signs, or a bracket or stop behind a digit: one look, where each of them takes several.
_MAY_STAND = re.compile(r"[•●▪■◆❑❖✓✔☑➢➤►▶o\-–).](?<![^0-9๐-๙][).])")


@lru_cache(maxsize=4096)  # asked for a line by each that looks at it: its place, its heading, its list, its text
def opening_marker(text: str, span: Span) -> Span:
    """The marker with which the stretch `span` opens, blanks included; empty when it opens with words.

    >>> text = "• ๒.๑ จัดอบรม"
    >>> opening_marker(text, Span(0, len(text))).slice(text)
    '• ๒.๑ '
    """
    match = OPENING.match(text, span.start, span.end)
    end = match.end() if match else span.start
    return Span(span.start, end)


def inner_markers(text: str, span: Span) -> list[Span]:
    """The markers inside `span`, where a new list item starts on the same line; numbers only as a rising series.

    >>> text = "ได้แก่ 1)ปลูกผัก 2) เลี้ยงปลา ตัวเลข 3.5 ไร่"
    >>> [m.slice(text) for m in inner_markers(text, Span(0, len(text)))]
    ['1)', '2) ']
    >>> inner_markers("จุดคัดกรองทางเข้า -ออกหมู่บ้าน", Span(0, 30))
    []
    """
    if _MAY_STAND.search(text, span.start, span.end) is None:
        return []
    found: list[tuple[Span, int | None]] = []
    matches = list(_INSIDE.finditer(text, span.start, span.end))
    if not matches:
        return []
    inside = enclosed(text, span)
    dashes = sum(match["dash"] is not None for match in matches) + bool(
        _DASH.search(opening_marker(text, span).slice(text))
    )
    for match in matches:
        number = match["n1"] or match["n2"]
        if number is None:
            # One dash alone that leans on its word joins it to the word before ("ทางเข้า -ออก").
            joins = match["dash"] and dashes == 1 and not text[match.end()].isspace()
            if not (joins or (match["dash"] and inside.holds(match.start()))):
                found.append((Span(match.start(), match.end()), None))
        elif not (inside.holds(match.start()) and match["n2"]):
            found.append((Span(match.start(), match.end()), int(number)))
    return _rising(text, found, _opening_number(text, span))


_DASH = re.compile("[-–]")
# Longest text in brackets that was meant as one, in characters.
LONGEST_BRACKET = 300
_BRACKET = re.compile(r"[()\[\]“”‘’]")


def _opening_number(text: str, span: Span) -> int:
    """The number of the marker with which the stretch opens; 0 for none."""
    digits = re.findall(r"[0-9๐-๙]{1,2}", opening_marker(text, span).slice(text))
    return int(digits[-1]) if digits else 0


def _rising(text: str, found: list[tuple[Span, int | None]], opening: int) -> list[Span]:
    """All bullets, and the numbers that go on with a series: n follows n - 1; 1 opens one when 2 comes, or by its bracket."""
    kept: list[Span] = []
    following = {1}
    if opening:
        following.add(opening + 1)
    numbers = {number for _, number in found}
    for place, number in found:
        if number is None:
            kept.append(place)
        elif number in following and (
            number > 1 or 2 in numbers or text[place.start : place.end].rstrip().endswith(")")
        ):
            kept.append(place)
            following = {1, number + 1}
    return kept


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The places of a text inside brackets, to be asked often."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def holds(self, at: int) -> bool:
        """Whether `at` stands inside brackets: behind the opening one and not behind the closing one."""
        index = bisect_left(self.starts, at) - 1
        return index >= 0 and at < self.ends[index]


def enclosed(text: str, span: Span) -> Enclosed:
    """The places of `span` inside round brackets and quotation marks, nested ones as one."""
    starts: list[int] = []
    ends: list[int] = []
    for place in sorted(bracketed(text, span)):
        if ends and place.start < ends[-1]:
            ends[-1] = max(ends[-1], place.end)
        else:
            starts.append(place.start)
            ends.append(place.end)
    return Enclosed(tuple(starts), tuple(ends))


def bracketed(text: str, span: Span) -> list[Span]:
    """The places inside round brackets and paired quotation marks, brackets included; unclosed ones are none.

    >>> bracketed("อบรม (ครั้งที่ 1) แล้ว", Span(0, 22))
    [Span(start=5, end=17)]
    """
    closing = {"(": ")", "“": "”", "[": "]", "‘": "’"}
    found: list[Span] = []
    waiting: deque[tuple[str, int]] = deque()
    for match in _BRACKET.finditer(text, span.start, span.end):
        at, char = match.start(), match.group()
        # One that opened long ago was not meant by this one, which closes "1)".
        while waiting and at - waiting[0][1] > LONGEST_BRACKET:
            waiting.popleft()
        if char in closing:
            waiting.append((closing[char], at))
        elif any(char == wanted for wanted, _ in waiting):
            while (pair := waiting.pop())[0] != char:
                pass  # opened inside, never closed
            found.append(Span(pair[1], at + 1))
    return found
