"""Numbers of a text: Thai and Arabic digits, ranges, scale words, spelt numbers, shares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from pipeline.extract.boundaries import is_cut
from pipeline.resources import load_table
from pipeline.spans import Span

DASH = "-–—‐‑−"
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
# A digit is not a number of its own inside codes, dates, times, decimals, or Latin words (PM2.5, CB3).
LEFT = r"(?<![\dA-Za-z_/.:])(?<![\d][-–,])"
_DIGITS_AND_REST = re.compile(rf"({DIGITS})([^\d]*)")
RIGHT = r"(?![\d_:]|[/.]\d|,\d|[A-Za-z])"


@dataclass(frozen=True, slots=True)
class ScaleWord:
    """A row of `data/scale_words.tsv`."""

    id: str
    word: str
    kind: str  # scale, digit, share, about
    value: float
    not_before: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; `high` is the upper end of a range, None for a single number."""

    span: Span
    value: Decimal
    high: Decimal | None = None
    about: bool = False  # the text says กว่า, ราว, ประมาณ, เกือบ
    spelt: bool = False  # written in words: a number only where a classifier follows
    share: bool = False  # a part of one (ครึ่งหนึ่ง, หนึ่งในสี่)

    @property
    def plain(self) -> str:
        """The number as plain decimal text; a range as `low-high`.

        >>> Number(Span(0, 1), Decimal("4.30E+6")).plain
        '4300000'
        """
        return plain(self.value) if self.high is None else f"{plain(self.value)}-{plain(self.high)}"


def plain(value: Decimal) -> str:
    """Plain decimal text without exponent or trailing zeros.

    >>> plain(Decimal("1000000.00")), plain(Decimal("2.50"))
    ('1000000', '2.5')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_number(text: str) -> Decimal | None:
    """The number that `text` consists of, else None; Thai digits, commas, scale words and spelt numbers are read.

    >>> parse_number("๑,๐๐๐"), parse_number("4.3 ล้าน"), parse_number("สามสิบสอง"), parse_number("คน")
    (Decimal('1000'), Decimal('4300000.0'), Decimal('32'), None)
    """
    stripped = text.strip()
    found = find_numbers(stripped)
    if len(found) == 1 and found[0].span == Span(0, len(stripped)) and found[0].high is None:
        return found[0].value
    return None


@lru_cache(maxsize=32)  # money, counts and percentages of one report ask for the same numbers
def find_numbers(text: str) -> tuple[Number, ...]:
    """The numbers of `text` in order, without overlap.

    >>> [n.plain for n in find_numbers("๕๐-๖๐ % ของ 1,200 คน วงเงิน 4.3 ล้านบาท")]
    ['50-60', '1200', '4300000']
    >>> [n.plain for n in find_numbers("หนึ่งในสี่ของสามสิบคน")]
    ['0.25', '30']
    """
    found: list[Number] = []
    at = 0
    for match in _written(text):
        if match.start() < at:
            continue
        number = _read(match, text)
        if number is not None:
            found.append(number)
            at = number.span.end
    return tuple(found)


def _written(text: str) -> Iterator[re.Match[str]]:
    """The matches of the pattern in order, without overlap, tried only where one may begin: a search tries everywhere."""
    pattern, end = _pattern(), 0
    for start in _start().finditer(text):
        if start.start() >= end and (match := pattern.match(text, start.start())) is not None:
            yield match
            end = match.end()


@cache
def _start() -> re.Pattern[str]:
    """Where a number may begin: a digit behind none, or the first two letters of a number word."""
    seconds: dict[str, set[str]] = defaultdict(set)
    for row in scale_words():
        seconds[row.word[0]].add(re.escape(row.word[1]))
    words = "|".join(f"(?<={first})[{''.join(sorted(seconds[first]))}]" for first in sorted(seconds))
    return re.compile(rf"[\d{''.join(sorted(seconds))}](?=(?<=\d)(?<![\dA-Za-z_/.:].)|{words})")


@cache
def scale_words() -> tuple[ScaleWord, ...]:
    """The rows of `data/scale_words.tsv`."""
    return load_table("scale_words.tsv", ScaleWord)


@cache
def _values(kind: str) -> dict[str, Decimal]:
    return {r.word: Decimal(f"{r.value:f}".rstrip("0").rstrip(".")) for r in scale_words() if r.kind == kind}


@cache
def _words(kind: str) -> str:
    """A regex for one word of the kind, longest first, that ends where no other word goes on."""
    rows = sorted((r for r in scale_words() if r.kind == kind), key=lambda r: -len(r.word))
    return "|".join(re.escape(r.word) + "".join(f"(?!{re.escape(n)})" for n in r.not_before) for r in rows)


@cache
def _pattern() -> re.Pattern[str]:
    scale, digit = f"(?:{_words('scale')})", f"(?:{_words('digit')})"
    # A scale word alone (ร้อยคน) is a number only at the start of a run: เชื่อมร้อยเครือข่าย holds none.
    spelt = f"(?:{digit}{scale}*|(?<![ก-๛]){scale})(?:{digit}{scale}+)*{digit}?"
    part = rf"{DIGITS}(?:\s?{scale})*"
    compound = rf"{part}(?:(?<=\D)\s?{DIGITS}\s?{scale})*"
    return re.compile(
        rf"(?P<about>(?:{_words('about')})\s*)?(?:"
        rf"{LEFT}(?P<low>{compound})(?:\s?[{DASH}]\s?(?P<high>{compound}))?{RIGHT}"
        rf"|(?P<one>{digit})ใน(?P<of>{digit})"
        rf"|(?P<share>{_words('share')})"
        rf"|(?P<spelt>{spelt}))"
    )


def _read(match: re.Match[str], text: str) -> Number | None:
    """The number of one match, None where its words run on into another word."""
    if not is_cut(text, match.end()) or not is_cut(text, match.start()):
        return None
    about = match["about"] is not None
    if match["low"]:
        low = digits_value(match["low"])
        high = digits_value(match["high"]) if match["high"] else None
        span = Span(match.start("low"), match.end())
        if high is not None and high <= low:  # "2-1": a code or a count-down, no range
            return Number(Span(match.start("low"), match.end("low")), low, about=about)
        if high is not None and high >= 1000 > low and _has_scale(match["high"]):  # "2-3 ล้าน"
            low *= high / digits_value(re.match(DIGITS, match["high"])[0])  # type: ignore[index]  # high starts so
        return Number(span, low, high, about)
    if match["one"]:
        values = _values("digit")
        return Number(Span(match.start("one"), match.end()), values[match["one"]] / values[match["of"]], share=True)
    if match["share"]:
        return Number(Span(match.start("share"), match.end()), _values("share")[match["share"]], share=True)
    return Number(Span(match.start("spelt"), match.end()), spelt_value(match["spelt"]), about=about, spelt=True)


def _has_scale(text: str) -> bool:
    return any(word in text for word in _values("scale"))


@lru_cache(maxsize=1024)  # the same few numbers stand in all reports
def digits_value(text: str) -> Decimal:
    """The value of digits with scale words behind them.

    >>> digits_value("2 แสน 5 หมื่น"), digits_value("3 พันล้าน")
    (Decimal('250000'), Decimal('3000000000'))
    """
    total = Decimal(0)
    for match in _DIGITS_AND_REST.finditer(text):
        value = Decimal(match[1].replace(",", ""))
        if match[2]:
            for scale in re.findall(_words("scale"), match[2]):
                value *= _values("scale")[scale]
        total += value
    return total


def spelt_value(text: str) -> Decimal:
    """The value of a number written in words.

    >>> spelt_value("สองร้อยห้าสิบ"), spelt_value("ยี่สิบเอ็ด"), spelt_value("ห้าแสน")
    (Decimal('250'), Decimal('21'), Decimal('500000'))
    """
    digits, scales = _values("digit"), _values("scale")
    total, current = Decimal(0), None
    for word in re.findall(f"{_words('digit')}|{_words('scale')}", text):
        if word in digits:
            current = digits[word]
        elif scales[word] == 1_000_000:
            total = (total + (current or Decimal(0)) or Decimal(1)) * scales[word]
            current = None
        else:
            total += (Decimal(1) if current is None else current) * scales[word]
            current = None
    return total + (current or Decimal(0))
