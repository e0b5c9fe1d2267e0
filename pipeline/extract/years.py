"""The year of a report: which of the years in its text is its own, and not one of its background or of the whole country."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.extract.boundaries import line_around
from pipeline.extract.codes import arabic
from pipeline.extract.dates import BUDDHIST_OFFSET, DateMention
from pipeline.extract.names import prose

TOP = 400  # characters in which the number of a meeting or term stands (`ครั้งที่ 4/2567`)
BEFORE = 60  # characters before a year in which a word says whose year it is
BESIDE = 12  # characters between years that are compared: columns of a table, before and after
_SESSION = re.compile(
    r"(?:ครั้งที่|ภาคเรียนที่|ภาคการศึกษาที่|เทอม|งวดที่|ไตรมาสที่)\s*[\d๐-๙]{1,2}\s*/\s*(?P<year>[2๒][5๕][\d๐-๙]{2})(?![\d๐-๙])"
)
_CODE = re.compile(r"(25\d{2})-")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|\**\s*[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*[.)]?\s+\D|(?:ส่วน|ตอน|บท|หมวด)ที่)")
LONGEST_HEADING = 60
SECTION = 3_000  # characters above a year in which the heading of its section is looked for


def be_of(iso: str) -> int:
    """The Buddhist year of an ISO day, month or year.

    >>> be_of("2023-05")
    2566
    """
    return int(iso[:4]) + BUDDHIST_OFFSET


def year_of_mention(mention: DateMention) -> int:
    """The Buddhist year of a mention: the one in which a fiscal year ends, else the one in which it begins."""
    return be_of(mention.end if mention.precision == "fiscal_year" else mention.start)


def stated_year(text: str, days: Sequence[DateMention]) -> int | None:
    """The year that a name or title states (`ประจำปี 2566`), None without one."""
    own = [d for d in days if d.precision in {"year", "fiscal_year"} and is_own(text, d)]
    return year_of_mention(own[0]) if own else None


def session_year(text: str) -> int | None:
    """The year behind the number of a meeting, term or instalment at the top, None without one.

    >>> session_year("รายงานการประชุม ครั้งที่ 4/2567")
    2567
    """
    match = _SESSION.search(text[:TOP])
    return int(arabic(match["year"])) if match else None


def year_of_code(code: str) -> int | None:
    """The Buddhist year with which the code of a project begins, None without one.

    >>> year_of_code("2568-L5293-02-11"), year_of_code("66-00-9999")
    (2568, None)
    """
    match = _CODE.match(code)
    return int(match[1]) if match else None


def year_of_period(text: str, days: Sequence[DateMention], start: str, end: str) -> int | None:
    """The year of a period that the text states: its last one where it is that of the report, else its first one."""
    for mention in days:
        if mention.start[:7] == start[:7] and _says(text, mention, "year_reporting"):
            return be_of(end or start)
    return be_of(start or end) if start or end else None


def first_own_year(text: str, days: Sequence[DateMention], end: int) -> int | None:
    """The year of the first mention before `end` that is the report's own; of years side by side the latest."""
    own = [d for d in days if d.span.start < end and is_own(text, d)]
    for index, mention in enumerate(own):
        years = [year_of_mention(mention)]
        for last, following in zip(own[index:], own[index + 1 :], strict=False):
            if mention.precision != "year" or following.span.start - last.span.end > BESIDE:
                break
            years.append(year_of_mention(following))
        return max(years)
    return None


def result_year(text: str, days: Sequence[DateMention]) -> int | None:
    """The latest year of those that stand with a result (`เหลือ 26 นาทีในปี 2566`), None without one."""
    with_results = [year_of_mention(d) for d in days if _says(text, d, "year_result") and is_own(text, d)]
    return max(with_results, default=None)


def is_own(text: str, mention: DateMention) -> bool:
    """Whether no word before a date, and no heading above it, gives it to the past, a plan, the country or a statistic."""
    if any(_says(text, mention, field) for field in ("year_past", "year_plan", "year_country")):
        return False
    byline = (
        mention.precision == "day" and not text[line_around(text, mention.span.start)[0] : mention.span.start].strip()
    )
    return byline or not _in_background(text, mention.span.start)


def _says(text: str, mention: DateMention, field: str) -> bool:
    """Whether the words before a date, on its line, match a pattern of `data/fields_prose.tsv`."""
    line, _ = line_around(text, mention.span.start)
    before = text[max(line, mention.span.start - BEFORE) : mention.span.start]
    return any(pattern.search(before) for pattern in prose(field))


def _in_background(text: str, at: int) -> bool:
    """Whether the nearest heading above tells how things were before."""
    for line in reversed(text[max(0, at - SECTION) : at].split("\n")[:-1]):
        if any(pattern.match(line) for pattern in prose("year_background")) and len(line) <= LONGEST_HEADING:
            return True
        if _HEADING.match(line) and len(line) <= LONGEST_HEADING:
            return False
    return False
