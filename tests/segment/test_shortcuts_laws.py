"""The short ways of segmentation give what the long ways give."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythainlp.tokenize import crfcut
from rapidfuzz import fuzz

from pipeline.errors import ResourceError
from pipeline.headings_table import heading_rows
from pipeline.segment import form_items, headings, markers
from pipeline.segment.crf_model import read_crf
from pipeline.segment.sentences import sentences
from pipeline.segment.stretches import Stretches
from pipeline.segment.tokens import LONGEST_PIECE, tokens, word_ends
from pipeline.spans import Span

# Words of the dictionary, also such that hold a blank, ends of words that read differently before a blank, marks and pieces of words.
PARTS = st.sampled_from(
    [
        "ชุมชน",
        "เสมอ ๆ",
        "ดี ๆ ชั่ว ๆ",
        "ค่อย ๆ",
        "เมีย",
        "เสีย",
        "เกรีย",
        "ตากลม",
        "มาตาก",
        "อบต.",
        "12",
        "PM2.5",
        "(",
        "/",
        "ๆ",
        "ก",
        "่า",
        "เ",
    ]
)
GAPS = st.sampled_from(["", "", " ", "  ", "\t", " \n", "\n"])
TEXTS = st.lists(st.tuples(PARTS, GAPS), min_size=1, max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs))


@settings(deadline=None)  # the dictionary is loaded once
@given(TEXTS, st.data())
def test_words_of_a_stretch_are_cut_as_in_their_line(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    stretches = Stretches(text)
    around = stretches.around(Span(start, end))
    whole = {0, *(token.end for token in tokens(text))}
    assert around.contains(Span(start, end))
    assert stretches.boundaries(around) == {at for at in whole if around.start <= at <= around.end}


def test_a_line_too_long_for_the_tokeniser_is_one_stretch() -> None:
    text = "กลุ่ม " * LONGEST_PIECE
    assert Stretches(text).around(Span(6, 8)) == Span(0, len(text))


def test_a_blank_inside_a_word_of_the_dictionary_parts_nothing() -> None:
    text = "ทำเสมอ ๆ จนชิน"
    assert Stretches(text).around(Span(2, 3)).slice(text) == "ทำเสมอ ๆ"


@settings(deadline=None)
@given(TEXTS)
def test_word_ends_are_the_ends_of_the_tokens(text: str) -> None:
    assert word_ends(text) == tuple(token.end for token in tokens(text))


MARKED = st.text(st.sampled_from('กา1๒9 .)(-–o•➢\t,/“"'), max_size=14)


@given(MARKED)
def test_where_no_marker_may_stand_none_is_found(text: str) -> None:
    found = markers._INSIDE.search(text)
    assert found is None or markers._MAY_STAND.search(text) is not None


CELLS = st.lists(
    st.sampled_from([*itertools.islice(form_items._kinds(), 0, None, 9), "1.3 ", "(", ")", "ก", " / ", "-", ":", "x"]),
    max_size=5,
).map("".join)


@given(CELLS)
def test_cells_left_out_beforehand_hold_no_printed_words(cell: str) -> None:
    begins = form_items._KEPT.match(cell) is not None and cell[:2] not in form_items._heads()
    assert not (begins and form_items._squeeze(cell) in form_items._kinds())


BESIDE = st.lists(
    st.sampled_from(["ปัญหา", "อุปสรรค", "ข้อเสนอแนะ", "ผล", "ที่", "ได้", ":", "ก", " ", "  ", "\t", "\u200b", "คนมาน้อย"]),
    max_size=9,
).map("".join)


@given(BESIDE)
def test_no_label_stands_where_its_first_letters_tell_that_none_begins(line: str) -> None:
    for match in headings._labels().find_all(line):
        assert headings._may_begin(line, match.span.start)


SAID = st.sampled_from(
    [
        "ชาวบ้าน",
        "มา",
        "แล้ว",
        "ครับ",
        "ได้",
        "และ",
        "แต่",
        "ซึ่ง",
        "เรา",
        "ลดลง",
        "นี้",
        "100",
        "ดี!",
        "จบ.",
        "?",
        "เพราะ",
        "ๆ",
        "ขยะ",
        "ใน",
    ]
)


@settings(deadline=None)  # the dictionary is loaded once
@given(st.lists(st.tuples(SAID, st.sampled_from(["", "", " ", "  "])), min_size=1, max_size=40))
def test_sentences_end_where_crfcut_ends_them(pairs: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in pairs).strip()
    assert sentences(text) == crfcut.segment(text)


LABELS = {row.id: headings._squeeze(row.phrase) for row in heading_rows()}
LONG = {row.id: LABELS[row.id] for row in heading_rows() if len(row.phrase) >= headings.FUZZY_SHORTEST}


@settings(deadline=None)
@given(
    st.sampled_from(sorted(LONG.values())),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("กปหาี่x")), max_size=5),
)
def test_labels_left_out_beforehand_are_none_that_could_win(label: str, edits: list[tuple[int, str]]) -> None:
    words = label
    for at, letter in edits:
        words = words[:at] + letter + words[at + at % 2 :]  # put in, or put in place of another
    near = headings._fuzzy_choices(len(words)).near(words)
    likely = [row for row, other in LONG.items() if fuzz.ratio(words, other) >= headings.FUZZY_CUTOFF]
    assert [row for row in LONG if row in near and row in likely] == likely


def test_every_label_may_begin_a_line() -> None:
    phrases = [row.phrase for row in heading_rows()]
    assert [phrase for phrase in phrases if not headings._may_begin(phrase + " : ...")] == []
    assert [phrase for phrase in phrases if not headings._may_begin(" ".join(phrase))] == []
    assert not headings._may_begin("ฝนตกหนัก")


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other.model"
    other.write_bytes(b"\x00" * 64)
    with pytest.raises(ResourceError, match=r"other\.model"):
        read_crf(other)
