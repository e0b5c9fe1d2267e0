"""Dates and numbers are found wherever a plain search finds them, though they are looked for only where one may begin."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import dates, numbers

MONTHS = ["มกราคม", "ม.ค.", "ม ค", "ตค.", "กุมภา", "May", "SEP"]
WORDS = ["ปี", "ปลายปี", "ต้นปี", "กลางปี", "ปีงบประมาณ", "ประจำปีงบ", "พ.ศ.", "พ ศ", "คศ", "เดือน", "ช่วง", "ประจำ"]
YEARS = ["12", "3", "๒๕๖๖", "2566", "61", "1/2/2566", "1-2-2566", "2023-05-14"]
GAPS = ["", "", " ", "-", " – ", "ถึง", "จนถึง", ",", ".", "/", "\n", "ก", "A"]
DATES = st.lists(st.sampled_from([*MONTHS, *WORDS, *YEARS, *YEARS, *GAPS, *GAPS]), min_size=1, max_size=25).map("".join)
COUNTS = st.sampled_from(
    ["12", "3", "๕", "1,200", "4.3", "คน", "ใน", *GAPS, *(row.word for row in numbers.scale_words())]
)
NUMBERS = st.lists(COUNTS, min_size=1, max_size=25).map("".join)


@settings(deadline=None, max_examples=500)
@given(DATES)
def test_dates_begin_nowhere_else(text: str) -> None:
    plain = [(match.span(), match.re) for _, pattern, _ in dates._patterns() for match in pattern.finditer(text)]
    assert [(match.span(), match.re) for match, _ in dates._written(text)] == plain


@settings(deadline=None, max_examples=500)
@given(NUMBERS)
def test_numbers_begin_nowhere_else(text: str) -> None:
    plain: list[re.Match[str]] = list(numbers._pattern().finditer(text))
    assert [match.span() for match in numbers._written(text)] == [match.span() for match in plain]
