"""Codes of projects, funds, contracts and agreements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.extract.boundaries import Cover, line_around
from pipeline.records import Fact
from pipeline.resources import load_table
from pipeline.spans import Span

# Where a code may begin, found once for all patterns: a digit, a Latin letter, or the year's word, not inside a longer run
# (a row of the table that begins otherwise fails its example).
_START = re.compile(r"[\dA-Za-zป](?<![\dA-Za-z/-].)")
LABEL_REACH = 30  # characters before a code in which its label may stand


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A row of `data/project_codes.tsv`."""

    id: str
    kind: str  # project, fund_project, fund, agreement, contract
    pattern: str
    labels: tuple[str, ...]  # empty: no label needed
    example: str
    counter_example: str
    source: str


@lru_cache(maxsize=32)  # facts and project record of one report ask for the same codes
def find_codes(text: str) -> tuple[Fact, ...]:
    """The codes of `text` in order, value with Arabic digits, unit the kind of code.

    >>> [(f.value, f.unit) for f in find_codes("รหัสโครงการ ๖๒-ก-๐๑๕ กองทุน L9975 หมายเลขบันทึก: 999999")]
    [('62-ก-015', 'project'), ('L9975', 'fund')]
    """
    found: list[Fact] = []
    taken = Cover(len(text))
    starts = [at for match in _START.finditer(text) if _any_code().match(text, at := match.start())]
    for row, pattern in _patterns():
        end = 0
        for at in starts:
            match = pattern.match(text, at) if at >= end else None
            if match is None:
                continue
            span, end = Span(*match.span()), match.end()
            if taken.touches(span) or not _labelled(text, span.start, row.labels):
                continue
            taken.add(span)
            found.append(Fact("code", arabic(match.group()), row.kind, span))
    return tuple(sorted(found, key=lambda f: f.span))


def arabic(text: str) -> str:
    """`text` with Arabic in place of Thai digits; the length stays.

    >>> arabic("๖๒-ก-๐๑๕")
    '62-ก-015'
    """
    return text.translate({ord("๐") + digit: str(digit) for digit in range(10)})


@cache
def _patterns() -> tuple[tuple[CodeRow, re.Pattern[str]], ...]:
    """Rows with their patterns; those that need a label first, as they say more of what the code is."""
    rows = sorted(load_table("project_codes.tsv", CodeRow), key=lambda row: not row.labels)
    return tuple((row, re.compile(rf"(?<![\dA-Za-z/-]){row.pattern}(?![\dA-Za-z/]|-\d)")) for row in rows)


@cache
def _any_code() -> re.Pattern[str]:
    """Any of the patterns: at most starts none of them matches, which one look tells."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in _patterns()))


def _labelled(text: str, start: int, labels: tuple[str, ...]) -> bool:
    """Whether one of the labels stands before the code with nothing but marks and blanks between."""
    if not labels:
        return True
    line, _ = line_around(text, start)
    before = text[max(line, start - LABEL_REACH) : start].rstrip(" \u00a0:|.\t(")
    return before.endswith(labels)
