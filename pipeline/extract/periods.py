"""The period of a project where no labelled field states it: ranges of days or months at the top of a report."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from pipeline.extract.boundaries import line_around
from pipeline.extract.dates import DateMention
from pipeline.extract.names import prose

CUED_HEAD = 1_500  # characters in which a range behind a cue is the project's
BARE_HEAD = 600  # the same for a range without one
SHORTEST = 27  # days; shorter ranges are meetings and courses
_PRINTED = re.compile(r"ตีพิมพ์|วารสาร|ฉบับที่|ปีที่\s?[\d๐-๙]")


def first_day(iso: str) -> str:
    """The first day of a month (`2015-10`), or the value itself.

    >>> first_day("2015-10")
    '2015-10-01'
    """
    return f"{iso}-01" if re.fullmatch(r"\d{4}-\d{2}", iso) else iso


def last_day(iso: str) -> str:
    """The last day of a month (`2016-02`), or the value itself.

    >>> last_day("2016-02")
    '2016-02-29'
    """
    if not re.fullmatch(r"\d{4}-\d{2}", iso):
        return iso
    year, month = int(iso[:4]), int(iso[5:])
    return f"{iso}-{calendar.monthrange(year, month)[1]:02d}"


def period_in_text(text: str, dates: Sequence[DateMention]) -> tuple[str, str]:
    """First and last day of the first long range behind a cue, else of the first bare one at the top; `""` for none."""
    ranges = [d for d in dates if _is_long(d)]
    cued = [d for d in ranges if _cued(text, d)]
    often = Counter(d.value for d in cued)
    for mention in cued:
        if mention.span.start < CUED_HEAD or often[mention.value] > 1:
            return first_day(mention.start), last_day(mention.end)
    for mention in ranges:
        line = text[slice(*line_around(text, mention.span.start))]
        if mention.span.start < BARE_HEAD and not _PRINTED.search(line):
            return first_day(mention.start), last_day(mention.end)
    for mention in dates:
        monthly = text[max(0, mention.span.start - 15) : mention.span.start].rstrip().endswith("ประจำเดือน")
        if monthly and mention.precision == "month" and mention.span.start < BARE_HEAD:
            return first_day(mention.start), last_day(mention.end)
    return "", ""


def _is_long(mention: DateMention) -> bool:
    """Whether the mention is a range of days or months long enough for a project."""
    if "/" not in mention.value or mention.precision not in {"day", "month"}:
        return False
    start, end = date.fromisoformat(first_day(mention.start)), date.fromisoformat(last_day(mention.end))
    return (end - start).days >= SHORTEST


def _cued(text: str, mention: DateMention) -> bool:
    before = text[max(0, mention.span.start - 40) : mention.span.start]
    return any(pattern.search(before) for pattern in prose("period"))
