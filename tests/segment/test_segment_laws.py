"""Laws of segmentation: nothing lost, nothing outside, in linear time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Block, BlockKind, NormalText
from pipeline.segment import segment
from pipeline.segment.markers import enclosed, inner_markers
from pipeline.segment.tokens import tokens
from pipeline.spans import MappedText, Span

THAI = st.text(alphabet="กขคงจชดตนบปมยรลวสอเแโใไะาิีึืุูั่้๊๋็์ํำๆฯ๑๒๓0123456789 .()•-\nabc“”", max_size=300)
PHRASES = st.lists(
    st.sampled_from(
        ["ปัญหาอุปสรรค", "ผลลัพธ์1)", "2)", "• ", "แต่ยังขาด", "ชาวบ้าน", "ทำให้", "เช่น", "(", ")", "\n", "  ", " ",
         "คัดแยกขยะ", "เพราะ", "จึง", "12 คน", "ข้อเสนอแนะ:", "ควร", "ลดลง", "๑.", "เกิดกติกา"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def lines_of(text):
    blocks, at = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if bare:
            start = at + line.index(bare)
            blocks.append(Block(Span(start, start + len(bare)), BlockKind.PARAGRAPH, f"paragraph={number}"))
        at += len(line) + 1
    return NormalText(MappedText.identity(text), tuple(blocks))


@settings(deadline=None)
@given(st.one_of(THAI, PHRASES))
def test_tokens_join_to_the_text(text):
    assert "".join(token.slice(text) for token in tokens(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.one_of(THAI, PHRASES))
def test_units_are_in_order_inside_their_block_and_never_overlap(text):
    normal = lines_of(text)
    found = segment(normal)
    last = 0
    for unit in found.units:
        assert unit.span.start >= last
        assert normal.blocks[unit.block].span.contains(unit.span)
        assert unit.span.slice(text).strip() == unit.span.slice(text) != ""
        assert unit.section < len(found.sections)
        last = unit.span.end


@settings(deadline=None)
@given(PHRASES)
def test_no_unit_starts_inside_brackets(text):
    normal = lines_of(text)
    segmented = segment(normal)
    for unit in segmented.units:
        line = normal.blocks[unit.block].span
        if segmented.sections[unit.section].heading.end > line.start:
            continue  # the bracket opened in a heading on the same line, "(ข้อเสนอแนะ: …)"
        if enclosed(text, line).holds(unit.span.start) and not inner_markers(text, line):
            pytest.fail(f"{unit.span.slice(text)!r} starts inside brackets")


@pytest.mark.parametrize("piece", ["ด้านหน้า", "5", "ก", "a ", "ก็", "(", "1) ", "แต่ "], ids=repr)
def test_one_repeated_piece_of_a_megabyte_takes_seconds(piece):
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    segment(lines_of(text))
    assert "".join(token.slice(text) for token in tokens(text)) == text
    assert time.process_time() - started < 30
