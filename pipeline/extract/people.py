"""How many: people, households, percentages and other counts, with role and recomputation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from pipeline.extract.boundaries import Cover, is_cut, line_around
from pipeline.extract.numbers import Number, find_numbers, plain
from pipeline.records import Fact
from pipeline.resources import load_table
from pipeline.spans import Span

WINDOW = 45  # characters before a number in which a role word may stand
# Sums and shares are rounded by their writers: one percentage point is let pass.
TOLERANCE = Decimal(1)
_PERCENT_BEFORE = re.compile(r"(?:ร้อยละ|เปอร์เซ็นต์)\s*(?:ประมาณ\s*|ที่\s*)?$")
_PERCENT_AFTER = re.compile(r"\s?(?:%|％|เปอร์เซ็นต์|เปอร์เซนต์|เปอร์เซ็น)")
_ORDINAL = re.compile(r"(?:ที่|ข้อ|หน้า|มาตรา|ฉบับที่|ครั้งที่|รุ่นที่|หมู่ที่|หมู่|ม\.|เลขที่|ระยะที่|ป\.|ม\.|ชั้น)\s?$")
_MARKER = re.compile(r"[\s•\-–*#]*\d{1,2}(?:\.\d{1,2})+$")  # number of a heading or list item: 2.1
_EACH_AFTER = re.compile(r"\s?ๆ\s?ละ\s?(?:ประมาณ|ไม่เกิน|อย่างน้อย)?\s?$")
_EACH_BEFORE = re.compile(r"(?<=[ก-๛])ละ\s?(?:ประมาณ|ไม่เกิน|อย่างน้อย)?\s?$")
_FROM = re.compile(r"(?:จาก|จากเดิม|จากเดิมที่|เดิมจาก)\s*(?:มี|จำนวน|ร้อยละ|เดิม)*\s*$")
_BECAME = re.compile(r"^[^\d\n]{0,25}?(?:เป็น|เหลือ|เหลือเพียง)\s*(?:จำนวน|ร้อยละ)?\s*$")
_OUT_OF = re.compile(r"^\s*(?:จาก|ใน)(?:ทั้งหมด|จำนวน|เป้าหมาย|กลุ่มเป้าหมาย|ผู้เข้าร่วม|\s)*\s*$")
_MAKES = re.compile(r"^[^\d\n]{0,20}?(?:คิดเป็น|เป็น|หรือ|เท่ากับ|\()\s*(?:ร้อยละ)?\s*$")


@dataclass(frozen=True, slots=True)
class ClassifierRow:
    """A row of `data/classifiers.tsv`."""

    id: str
    classifier: str
    kind: str  # people, household, count
    not_before: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A row of `data/classifiers_roles.tsv`."""

    id: str
    text: str
    role: str  # target, actual, baseline, sample
    where: str  # before, header, after
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts; `span` holds both."""

    number: Number
    span: Span
    kind: str
    unit: str
    role: str = ""
    check: str = "unchecked"
    each: bool = False  # per one of something else

    def fact(self) -> Fact:
        """The quantity as a fact; a share of one as a percentage."""
        value = plain(self.number.value * 100) if self.number.share else self.number.plain
        return Fact(self.kind, value, self.unit, self.span, self.role, self.check)


def find_counts(text: str, *, taken: Sequence[Span] = (), header: str = "") -> tuple[Fact, ...]:
    """The counts and percentages of `text` in order: kinds people, household, percent, count.

    Numbers inside `taken` (dates, codes, money) are left out; `header` is the text of the column above.

    >>> [(f.kind, f.value, f.role) for f in find_counts("เป้าหมาย 120 คน ทำได้ 150 คน")]
    [('people', '120', 'target'), ('people', '150', 'actual')]
    >>> [(f.kind, f.value, f.unit, f.check) for f in find_counts("30 คน จาก 40 คน คิดเป็นร้อยละ 75")][-1]
    ('percent', '75', 'percent', 'ok')
    >>> [(f.kind, f.value, f.unit) for f in find_counts("5 ตำบล ๆ ละ 20 คน")]
    [('count', '5', 'ตำบล'), ('people', '100', 'people'), ('count', '20', 'คนต่อตำบล')]
    """
    cover = Cover(len(text), taken)
    numbers = [n for n in find_numbers(text) if not cover.touches(n.span)]
    quantities = [q for number in numbers if (q := _quantity(text, number)) is not None]
    quantities = _changes(text, numbers, _roles(text, quantities, header))
    facts = [q.fact() for q in _checked(text, quantities)]
    return tuple(sorted([*facts, *_products(text, quantities)], key=lambda f: (f.span.start, len(f.span))))


@cache
def _classifiers() -> tuple[re.Pattern[str], dict[str, ClassifierRow]]:
    rows = {row.classifier: row for row in load_table("classifiers.tsv", ClassifierRow)}
    words = sorted(rows, key=lambda w: (-len(w), w))
    parts = [re.escape(w) + "".join(f"(?!{re.escape(n)})" for n in rows[w].not_before) for w in words]
    return re.compile(rf"[ \u00a0]{{0,2}}(?P<word>{'|'.join(parts)})"), rows


def _quantity(text: str, number: Number) -> Quantity | None:
    """What the number counts; None for a bare or ordinal number."""
    start, end = number.span.start, number.span.end
    before = text[max(0, start - 20) : start]
    if match := _PERCENT_BEFORE.search(before):
        return Quantity(number, Span(start - len(match.group()), end), "percent", "percent")
    if match := _PERCENT_AFTER.match(text, end):
        return Quantity(number, Span(start, match.end()), "percent", "percent")
    if number.share:
        return Quantity(number, number.span, "percent", "percent")
    if not number.spelt and (_ORDINAL.search(before) or _MARKER.match(text, line_around(text, start)[0], end)):
        return None
    match, rows = _classifiers()[0].match(text, end), _classifiers()[1]
    if match is None or not is_cut(text, match.end()):
        return None
    row = rows[match["word"]]
    unit = {"people": "people", "household": "household"}.get(row.kind, row.classifier)
    found = Quantity(number, Span(start, match.end()), row.kind, unit)
    return _per_each(text, found, row.classifier)


def _per_each(text: str, found: Quantity, classifier: str) -> Quantity:
    """A count per one of something (`จังหวัดละ 2 คน`) is no count of people."""
    before = text[max(0, found.span.start - 30) : found.span.start]
    match = _EACH_AFTER.search(before) or _EACH_BEFORE.search(before)
    if match is None or re.search(r"ร้อยละ\s?$", before):
        return found
    owner = before[: match.start()].rstrip()
    words = [w for w in _classifiers()[1] if owner.endswith(w)]
    unit = f"{classifier}ต่อ{max(words, key=len)}" if words else f"{classifier}ต่อหน่วย"
    return replace(found, kind="count", unit=unit, each=True)


@cache
def _role_rows(where: str) -> tuple[RoleRow, ...]:
    return tuple(row for row in load_table("classifiers_roles.tsv", RoleRow) if row.where == where)


def role_of_header(header: str) -> str:
    """The role that a column's header gives to the numbers below it, `""` for none.

    >>> role_of_header("จำนวนที่วางไว้(คน)"), role_of_header("จำนวนที่เข้าร่วม(คน)")
    ('target', 'actual')
    """
    found = [(header.rfind(row.text), row.role) for row in _role_rows("header") if row.text in header]
    return max(found)[1] if found else ""


def _roles(text: str, quantities: Sequence[Quantity], header: str) -> list[Quantity]:
    """The quantities with the role of the nearest cue between the quantity before and them."""
    result: list[Quantity] = []
    end = 0
    for quantity in quantities:
        start = quantity.span.start
        line, _ = line_around(text, start)
        window = text[max(line, end, start - WINDOW) : start]
        rows = [row for row in _role_rows("before") if row.text in window]
        found = [(window.rfind(row.text) + len(row.text), len(row.text), row.role) for row in rows]
        after = text[quantity.span.end : quantity.span.end + 20].lstrip()
        role = max(found)[2] if found else ""
        if any(after.startswith(row.text) for row in _role_rows("after")):
            role = "actual"
        role = "" if role == "none" else role or role_of_header(header)
        if role == "sample":
            quantity, role = replace(quantity, kind="count", unit="sample"), ""
        result.append(replace(quantity, role=role) if role != quantity.role else quantity)
        end = quantity.span.end
    return result


def _changes(text: str, numbers: Sequence[Number], quantities: Sequence[Quantity]) -> list[Quantity]:
    """จาก X เป็น Y: X is the baseline, Y the actual value; a bare X takes the unit of Y."""
    by_number = {q.number.span: q for q in quantities}
    for low, high in itertools.pairwise(numbers):
        if high.span not in by_number:
            continue
        reached = by_number[high.span]
        start = by_number[low.span].span.start if low.span in by_number else low.span.start
        end = by_number[low.span].span.end if low.span in by_number else low.span.end
        between = text[end : reached.span.start]
        if _FROM.search(text[max(0, start - 25) : start]) and _BECAME.search(between) is None:
            between = text[end : high.span.start]
        if not (_FROM.search(text[max(0, start - 25) : start]) and _BECAME.search(between)):
            continue
        base = by_number.get(low.span, Quantity(low, low.span, reached.kind, reached.unit))
        if base.unit != reached.unit:
            continue
        by_number[low.span] = replace(base, role="baseline")
        by_number[high.span] = replace(reached, role="target" if reached.role == "target" else "actual")
    return sorted(by_number.values(), key=lambda q: q.span)


def _checked(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """`N คน จาก M คน คิดเป็นร้อยละ P`: P and N are ok or wrong, as the division says."""
    result = list(quantities)
    for index in range(len(result) - 2):
        part, whole, share = result[index : index + 3]
        if part.kind == "percent" or part.unit != whole.unit or share.kind != "percent" or share.number.share:
            continue
        if not _OUT_OF.match(text[part.span.end : whole.span.start]):
            continue
        if not _MAKES.match(text[whole.span.end : share.span.start]):
            continue
        if whole.number.value <= 0 or whole.number.high or part.number.high or share.number.high:
            continue
        right = abs(part.number.value * 100 / whole.number.value - share.number.value) <= TOLERANCE
        result[index] = replace(part, role=part.role or "actual")
        result[index + 2] = replace(share, role=share.role or "actual", check="ok" if right else "wrong")
    return result


_TOTAL = re.compile(r"^[^\d\n]{0,12}?รวม(?:เป็น|ทั้งสิ้น|ทั้งหมด|จำนวน|\s)*$")


def _products(text: str, quantities: Sequence[Quantity]) -> list[Fact]:
    """`5 ตำบล ๆ ละ 20 คน` = 100 people, unless the text states the total itself."""
    found: list[Fact] = []
    for index, (groups, each) in enumerate(itertools.pairwise(quantities)):
        between = text[groups.span.end : each.span.start]
        if not each.each or not (_EACH_AFTER.fullmatch(between) or _repeats(between, groups.unit)):
            continue
        if groups.number.high or each.number.high or not each.unit.startswith(("คน", "ครัวเรือน")):
            continue
        total = quantities[index + 2] if index + 2 < len(quantities) else None
        if total is not None and _TOTAL.match(text[each.span.end : total.span.start]):
            continue  # the text says it: see total_check
        kind = "people" if each.unit.startswith("คน") else "household"
        value = plain(groups.number.value * each.number.value)
        found.append(Fact(kind, value, kind, Span(groups.span.start, each.span.end), each.role, "ok"))
    return found


def _repeats(between: str, unit: str) -> bool:
    return re.fullmatch(rf"\s*{re.escape(unit)}ละ\s*", between) is not None
