"""Quoted words lead to one place, or are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.anchors import AnchorError, Quote, SpacelessText, joins_left, squeeze, starts_with_marker
from pipeline.spans import Span

TEXT = "1) คนในซอย ลดการเผา\u00a0ลงครึ่งหนึ่ง\n2) คนในซอยตั้งกลุ่ม  ดูแลคลอง 12 คน\n"


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (Quote("ลดการเผา", "ลดการเผา"), "ลดการเผา"),
        (Quote("ลดการเผาลง", "ครึ่งหนึ่ง"), "ลดการเผา\u00a0ลงครึ่งหนึ่ง"),
        (Quote("ล ด การเผา", "ครึ่ง\nหนึ่ง"), "ลดการเผา\u00a0ลงครึ่งหนึ่ง"),
        (Quote("คนในซอย", "กลุ่ม", occurrence=2), "คนในซอยตั้งกลุ่ม"),
        (Quote("ครึ่งหนึ่ง", "คน", end_occurrence=2), "ครึ่งหนึ่ง\n2) คนในซอยตั้งกลุ่ม  ดูแลคลอง 12 คน"),
        (Quote("ตั้งกลุ่ม", "กลุ่ม"), "ตั้งกลุ่ม"),
    ],
)
def test_words_are_found_without_regard_to_white_space(quote, found):
    assert SpacelessText(TEXT).locate(quote).slice(TEXT) == found


@pytest.mark.parametrize(
    ("quote", "says"),
    [
        (Quote("คนในหมู่บ้าน", "หมู่บ้าน"), "does not stand in the text"),
        (Quote("คนในซอย", "คลอง"), "stands 2 times (lines 1, 2)"),
        (Quote("คนในซอย", "คลอง", occurrence=3), "stands only 2 times"),
        (Quote("ดูแลคลอง", "ลดการเผา"), "does not stand after"),
        (Quote("คนในซอยตั้ง", "ค"), "stands again"),
        (Quote("คนในซอยตั้ง", "คน", end_occurrence=9), "stands only"),
        (Quote("ครึ่งหน", "ครึ่งหน"), "ends inside a syllable"),
        (Quote("ผาลง", "หนึ่ง"), "starts inside a syllable"),
        (Quote("ึ่งหนึ่ง", "ึ่งหนึ่ง"), "starts inside a syllable"),
        (Quote(" ", "คน"), "empty"),
    ],
)
def test_words_that_leave_the_place_open_are_refused(quote, says):
    with pytest.raises(AnchorError) as caught:
        SpacelessText(TEXT).locate(quote)
    assert says in str(caught.value)
    assert caught.value.remedy


@given(st.text("กขคนเ่ิ \n\u200b1", min_size=1, max_size=40), st.data())
def test_a_found_place_says_what_was_quoted(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    words = text[start:end]
    try:
        span = SpacelessText(text).locate(Quote(words, words, occurrence=1))
    except AnchorError:
        return
    assert squeeze(span.slice(text)) == squeeze(words)
    assert span.slice(text).strip() == span.slice(text)
    assert not joins_left(text[span.start])
    assert squeeze(text[: span.start]).find(squeeze(words)) < 0


@given(st.text("กขค \n", min_size=3, max_size=40), st.data())
def test_every_place_can_be_quoted_by_its_occurrence(text, data):
    letters = [at for at, char in enumerate(text) if not char.isspace()]
    if not letters:
        return
    start, last = sorted((data.draw(st.sampled_from(letters)), data.draw(st.sampled_from(letters))))
    wanted = Span(start, last + 1)
    words = squeeze(wanted.slice(text))
    before = squeeze(text[:start])
    hits = sum(squeeze(text).startswith(words, at) for at in range(len(before) + 1))
    assert SpacelessText(text).locate(Quote(words, words, occurrence=hits)) == wanted


@pytest.mark.parametrize("text", ["1) ลด", "12. ลด", "๓) ลด", "(4) ลด", "• ลด", "- ลด", "* ลด"])
def test_list_markers_are_seen(text):
    assert starts_with_marker(text)


@pytest.mark.parametrize("text", ["2.5 กก.", "12 คนเลิกสูบ", "-5 องศา", "ลด 1) ขยะ", "10,000 ก้าว"])
def test_numbers_that_belong_to_the_words_are_no_markers(text):
    assert not starts_with_marker(text)
