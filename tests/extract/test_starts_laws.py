"""Dates and numbers are found wherever a plain search finds them, though they are looked for only where one may begin."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import codes, dates, fields, numbers, persons

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


CODES = st.text(st.sampled_from("2568๖๒LC-/.ก AZปี\n"), max_size=24)


@settings(deadline=None, max_examples=500)
@given(CODES, st.sampled_from(["", "62-ก-015", "2568-L5293-02-11", "L9975", "ปี 2566-01"]))
def test_codes_begin_nowhere_else(text: str, code: str) -> None:
    text += code
    starts = {at for at in range(len(text)) if codes._START.match(text, at) and codes._any_code().match(text, at)}
    for _, pattern in codes._patterns():
        assert {match.start() for match in pattern.finditer(text)} <= starts


IDS = st.lists(
    st.sampled_from(["LINE", "line", "ID", " ", ":", "ไลน์", "ไอดี", "@", "a.b", "kaew9", "ก", "\n"]), max_size=9
)


@given(IDS.map("".join))
def test_line_ids_have_one_of_the_signs(text: str) -> None:
    assert persons._LINE.search(text) is None or persons._LINE_SIGN.search(text) is not None


LABELS = st.lists(
    st.sampled_from(["1. ", "ชื่อ", "โครงการ", "ชื่อ โครงการ", " ", "\u00a0", ":", "..", "ก", "งบประมาณ"]), max_size=6
)


@given(LABELS.map("".join))
def test_labels_begin_with_the_letters_that_are_looked_at_first(text: str) -> None:
    bare = fields._TRAIL.sub("", fields._NUMBER.sub("", text.strip()))
    assert fields.label_row(text) == fields.labels().get(fields._squeeze(bare))
