"""Dates of a text as ISO values, with precision and era; what cannot be settled keeps its words."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.extract.boundaries import Cover, is_cut
from pipeline.extract.numbers import DASH
from pipeline.resources import load_table
from pipeline.spans import Span

BUDDHIST_OFFSET = 543
TO = rf"\s*(?:[{DASH}]|ถึง(?:วันที่|เดือน)?|จนถึง)\s*"
_FILE_NAME = re.compile(r"\.(?:pdf|docx?|pptx?|xlsx?|jpe?g|png|zip|csv|odt|txt)(?![A-Za-z])", re.IGNORECASE)
_SIX_DIGITS = re.compile(r"(?<![\d.,/-])(\d{2})(\d{2})(\d{2})(?![\d,.])")


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A row of `data/months.tsv`."""

    id: str
    form: str
    month: int
    alone: bool
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date where it stands in a text.

    `value` is an ISO 8601 day, month or year, or two of them joined by `/`; where the era or century cannot be
    settled it is the words of the text. `precision` is day, month, year or fiscal_year; `era` is be, ce, be_short
    (two digits, 25xx taken), none (no year written) or unknown. `check` is ok (a day that the calendar has),
    wrong (a day that it does not have) or unchecked.
    """

    span: Span
    value: str
    precision: str
    era: str
    check: str = "unchecked"

    @property
    def start(self) -> str:
        """The first ISO value of a range, or the value itself."""
        return self.value.split("/")[0]

    @property
    def end(self) -> str:
        """The last ISO value of a range, or the value itself."""
        return self.value.split("/")[-1]


@dataclass(frozen=True, slots=True)
class Year:
    """A year as read by the era rule; `ce` is None when it cannot be settled."""

    ce: int | None
    era: str


def read_year(digits: str, *, beside_month: bool = True) -> Year:
    """The year that the digits mean (DOMAIN §5).

    Four digits from 2400: Buddhist era, less 543; 1900 to 2100: common era; two digits 40 to 99 beside a Thai month
    or ปี: 25xx; two digits 00 to 39: not settled.

    >>> read_year("๒๕๖๖").ce, read_year("2023").ce, read_year("61").ce, read_year("23").ce
    (2023, 2023, 2018, None)
    """
    number = int(digits)
    if len(digits) == 4 and 2400 <= number <= 2699:
        return Year(number - BUDDHIST_OFFSET, "be")
    if len(digits) == 4 and 1900 <= number <= 2100:
        return Year(number, "ce")
    if len(digits) == 2 and number >= 40 and beside_month:
        return Year(2500 + number - BUDDHIST_OFFSET, "be_short")
    return Year(None, "unknown")


@lru_cache(maxsize=32)  # facts and project record of one report ask for the same dates
def find_dates(text: str) -> tuple[DateMention, ...]:
    """The dates of `text` in order, without overlap; the longest reading wins.

    >>> [(d.value, d.era) for d in find_dates("๒ ประเด็น14 พฤษภาคม 2023")]
    [('2023-05-14', 'ce')]
    >>> [d.value for d in find_dates("วันที่ ๑๖-๑๗ ตค. ๕๑ ปีงบประมาณ 2567 และปี 61")]
    ['2008-10-16/2008-10-17', '2023-10-01/2024-09-30', '2018']
    """
    found: list[DateMention] = []
    taken = Cover(len(text))
    for match, read in _written(text):
        span = Span(*match.span("date"))
        if not is_cut(text, span.start) or not is_cut(text, span.end) or taken.touches(span):
            continue
        mention = read(match)
        if mention is not None:
            found.append(mention)
            taken.add(span)
    for mention in _file_name_dates(text):
        if not taken.touches(mention.span):
            found.append(mention)
    return tuple(sorted(found, key=lambda d: d.span))


def _written(text: str) -> Iterator[tuple[re.Match[str], _Reader]]:
    """What each pattern matches in `text`, without overlap of its own, pattern by pattern in the order of trust.

    Each pattern begins with digits, a month or one of a few words, and these places are found once: searched each for itself,
    the sixteen patterns took a fourth of the time of all facts.
    """
    begins = {kind: [m.start() for m in start.finditer(text)] for kind, start in _starts().items()}
    month = _any_month()
    begins["month"] = [at for at in begins["month"] if month.match(text, at)]
    for kind, pattern, read in _patterns():
        end = 0
        for at in begins[kind]:
            if at >= end and (match := pattern.match(text, at)) is not None:
                yield match, read
                end = match.end()


@cache
def _any_month() -> re.Pattern[str]:
    return re.compile(_month(alone=False), re.IGNORECASE)


@cache
def _starts() -> dict[str, re.Pattern[str]]:
    """Where the patterns of each kind may begin: a letter or number with what must follow it, quick to search for."""
    seconds: dict[str, set[str]] = defaultdict(set)  # second letters of months by the first
    for row in load_table("months.tsv", MonthRow):
        first, *rest = [piece for piece in row.form.split(".") if piece]
        second = re.escape(first[1]) if len(first) > 1 else rf".\s{rest[0][0]}"  # a stop, a blank, or neither
        for letter in (row.form[0].lower(), row.form[0].upper()):
            seconds[letter].add(second)
    month = "|".join(f"{letter}(?=(?i:[{''.join(sorted(seconds[letter]))}]))" for letter in sorted(seconds))
    return {
        # One or two digits before a month, a range or a slash, or four before a range.
        "digit": re.compile(rf"\d(?<!\d\d)(?:\d?(?=\s*(?:[{DASH}/ถจ]|(?i:{month})))|\d{{3}}(?=\s*[{DASH}]))"),
        "month": re.compile(month),
        "word": re.compile(r"ป(?=ี|ระจำ|ลายปี)|พ(?=\.?\s?ศ)|ค(?=\.?\s?ศ)|ต(?=้นปี)|ก(?=ลางปี)|เ(?=ดือน)|ช(?=่วง)"),
    }


@cache
def month_numbers() -> dict[str, int]:
    """Every written form of a month, without stops and blanks in lower case, and its number.

    >>> month_numbers()["ตค"], month_numbers()["มีนาคม"]
    (10, 3)
    """
    return {_bare(row.form): row.month for row in load_table("months.tsv", MonthRow)}


def _bare(form: str) -> str:
    return re.sub(r"[.\s]", "", form).lower()


@cache
def _month(*, alone: bool) -> str:
    """A regex for a written month; stops of short forms may be missing, blanks may stand behind them."""
    rows = [r for r in load_table("months.tsv", MonthRow) if r.alone or not alone]
    forms = sorted((r.form for r in rows), key=lambda f: (-len(f), f))
    parts = []
    for form in forms:
        pieces = [re.escape(piece) for piece in form.split(".") if piece]
        body = r"\.?\s?".join(pieces) + (r"\.?" if "." in form else "")
        parts.append(body + (r"(?![A-Za-z])" if form.isascii() else ""))
    return f"(?:{'|'.join(parts)})"


_Reader = Callable[[re.Match[str]], DateMention | None]


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], _Reader], ...]:
    """What each begins with, pattern and reader, in the order of trust; group `date` is the place of the date."""
    month, full = _month(alone=False), _month(alone=True)
    day = r"(?<![\d/.,:])(?<!\d[-–])\d{1,2}"
    year = (
        r"(?:(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)\s*)?(?:\d{4}(?![\d:]|\.\d)|\d{2}(?![\d:]|\.\d|[ \t]*(?:คน|ครัวเรือน|บาท|น\.)))"
    )
    four = r"\d{4}(?!\d)"
    one = rf"{day}\s*{month}\s*,?\s*{year}"
    sources: list[tuple[str, str, _Reader]] = [
        ("digit", rf"(?P<date>(?P<a>{one}){TO}(?P<b>\d{{1,2}}\s*{month}\s*,?\s*{year}))", _read_pair),
        ("digit", rf"(?P<date>(?P<a>{day}\s*{month}){TO}(?P<b>\d{{1,2}}\s*{month}\s*,?\s*{year}))", _read_pair),
        ("digit", rf"(?P<date>(?P<a>{day}){TO}(?P<b>\d{{1,2}}\s*{month}\s*,?\s*{year}))", _read_pair),
        ("digit", rf"(?P<date>{one})", _read_one),
        ("month", rf"(?P<date>(?P<a>{month}\s*(?:{year})?){TO}(?P<b>{month}\s*,?\s*{year}))", _read_pair),
        ("digit", r"(?P<date>(?<![\d/.-])\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/]))", _read_slashed),
        ("digit", r"(?P<date>(?<![\d/.-])\d{1,2}-\d{1,2}-\d{4}(?![\d-]))", _read_slashed),
        ("digit", r"(?P<date>(?<![\d/.-])\d{4}-\d{2}-\d{2}(?![\d-]))", _read_iso),
        ("month", rf"(?P<date>{month}\s*(?:{year}))", _read_month),
        ("digit", rf"(?P<date>{day}\s*{full})", _read_day_month),
        (
            "word",
            rf"(?P<date>(?:ประจำ)?ปีงบ(?:ประมาณ)?\s*(?:พ\.?ศ\.?)?\s*(?P<y>{four}|\d{{2}}(?![\d.,/]))(?!\s*[{DASH}])(?!,))",
            _read_fiscal,
        ),
        (
            "word",
            rf"(?P<date>(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)\s*(?P<y>{four}|\d{{2}}(?![\d.,/]))\s*[{DASH}]\s*(?:พ\.ศ\.|ปี)?\s*(?P<z>{four}|\d{{2}}(?![\d.,/:])))",
            _read_years,
        ),
        ("word", rf"(?P<date>(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)\s*(?P<y>{four}))", _read_years),
        (
            "word",
            rf"(?P<date>(?:ปลายปี|ต้นปี|กลางปี|ปี)\s*(?:พ\.ศ\.|การศึกษา|ที่)?\s*(?P<y>{four}|\d{{2}}(?![\d.,/:]|\s*(?:คน|ครัวเรือน|แห่ง|โครงการ|บาท|%))))",
            _read_years,
        ),
        ("digit", rf"(?P<date>(?<![\d.,/-])(?P<y>25[4-9]\d)\s*[{DASH}]\s*(?P<z>25[4-9]\d)(?![\d,./-]))", _read_years),
        ("word", rf"(?:เดือน|ช่วง|ประจำ)\s?(?P<date>{full})", _read_month),
    ]
    return tuple((begins, re.compile(source, re.IGNORECASE), read) for begins, source, read in sources)


_PARTS = re.compile(r"^(?P<day>\d{1,2})?\s*(?P<month>[^\d,]*?)\s*,?\s*(?P<year>\d{4}|\d{2})?$")


@dataclass(frozen=True, slots=True)
class _Parts:
    """Day, month and year of one written date; None for what is not written."""

    day: int | None
    month: int | None
    year: Year | None


def _parts(text: str) -> _Parts:
    match = _PARTS.match(text.strip())
    if match is None:
        return _Parts(None, None, None)
    name = re.sub(r"(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)$", "", match["month"].strip())
    name = re.sub(r"(?<=[ก-๛.A-Za-z])\s*(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)$", "", name)
    return _Parts(
        int(match["day"]) if match["day"] else None,
        month_numbers().get(_bare(name)),
        read_year(match["year"]) if match["year"] else None,
    )


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _check(year: int, month: int | None, day: int | None) -> str:
    """`ok` for a day that the calendar has, `wrong` for one that it has not, `unchecked` for months and years."""
    if day is None or month is None:
        return "unchecked"
    return "ok" if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] else "wrong"


def _mention(match: re.Match[str], parts: _Parts) -> DateMention | None:
    """The mention of one written date; its words where the year is not settled."""
    span = Span(*match.span("date"))
    precision = "day" if parts.day is not None else "month"
    if parts.month is None or parts.year is None:
        return None
    if parts.year.ce is None:
        return DateMention(span, match["date"], precision, parts.year.era)
    check = _check(parts.year.ce, parts.month, parts.day)
    value = match["date"] if check == "wrong" else _iso(parts.year.ce, parts.month, parts.day)
    return DateMention(span, value, precision, parts.year.era, check)


def _read_one(match: re.Match[str]) -> DateMention | None:
    return _mention(match, _parts(match["date"]))


def _read_month(match: re.Match[str]) -> DateMention | None:
    parts = _parts(match["date"])
    if parts.month is None:
        return None
    if parts.year is None:
        return DateMention(Span(*match.span("date")), f"--{parts.month:02d}", "month", "none")
    return _mention(match, parts)


def _read_day_month(match: re.Match[str]) -> DateMention | None:
    parts = _parts(match["date"])
    if parts.month is None or parts.day is None or not 1 <= parts.day <= 31:
        return None
    return DateMention(Span(*match.span("date")), f"--{parts.month:02d}-{parts.day:02d}", "day", "none")


def _read_pair(match: re.Match[str]) -> DateMention | None:
    """A range; what its first date leaves out stands in its second."""
    last = _parts(match["b"])
    first = _parts(match["a"])
    if last.month is None or last.year is None:
        return None
    first = _Parts(first.day, first.month or last.month, first.year or last.year)
    span = Span(*match.span("date"))
    if first.year is None or first.year.ce is None or last.year.ce is None:
        return DateMention(span, match["date"], "day" if last.day else "month", last.year.era)
    checks = {_check(d.year.ce, d.month, d.day) for d in (first, last) if d.year and d.year.ce}
    start = _iso(first.year.ce, first.month, first.day)
    end = _iso(last.year.ce, last.month, last.day)
    if "wrong" in checks or start > end:
        return DateMention(span, match["date"], "day", last.year.era, "wrong")
    return DateMention(span, f"{start}/{end}", "day" if last.day else "month", last.year.era, min(checks))


def _read_slashed(match: re.Match[str]) -> DateMention | None:
    """dd/mm/yyyy, as Thai forms write it; two-digit years are settled only from 40 on."""
    day, month, year = re.split(r"[/-]", match["date"])
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return _mention(match, _Parts(int(day), int(month), read_year(year)))


def _read_iso(match: re.Match[str]) -> DateMention | None:
    year, month, day = match["date"].split("-")
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return _mention(match, _Parts(int(day), int(month), read_year(year)))


def _read_fiscal(match: re.Match[str]) -> DateMention | None:
    """A Thai fiscal year: 1 October of the year before to 30 September."""
    year = read_year(match["y"])
    span = Span(*match.span("date"))
    if year.ce is None:
        return DateMention(span, match["date"], "fiscal_year", year.era)
    return DateMention(span, f"{year.ce - 1}-10-01/{year.ce}-09-30", "fiscal_year", year.era)


def _read_years(match: re.Match[str]) -> DateMention | None:
    """One year or a range of years; a short last year takes the era of the first."""
    groups = match.groupdict()
    first = read_year(groups["y"])
    span = Span(*match.span("date"))
    if groups.get("z") is None:
        if first.ce is None and len(groups["y"]) == 4:
            return None
        return DateMention(span, match["date"] if first.ce is None else _iso(first.ce), "year", first.era)
    last = read_year(groups["z"])
    if first.ce is None or last.ce is None or last.ce < first.ce:
        return DateMention(span, match["date"], "year", "unknown")
    return DateMention(span, f"{first.ce}/{last.ce}", "year", first.era)


def _file_name_dates(text: str) -> list[DateMention]:
    """ddmmyy in lines that hold a file name (`310766-สรุป.pdf`)."""
    found = []
    for name in _FILE_NAME.finditer(text):
        start = text.rfind("\n", 0, name.start()) + 1
        for match in _SIX_DIGITS.finditer(text, start, name.start()):
            year = read_year(match[3])
            if year.ce is not None and _check(year.ce, int(match[2]), int(match[1])) == "ok":
                value = _iso(year.ce, int(match[2]), int(match[1]))
                found.append(DateMention(Span(*match.span()), value, "day", year.era, "ok"))
    return list(dict.fromkeys(found))
