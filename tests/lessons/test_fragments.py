"""Passages that cannot stand alone are told from whole ones, by a table of rules."""

from __future__ import annotations

import pytest

from pipeline.lessons.fragments import TABLE, FragmentRow, is_fragment
from pipeline.resources import load_table


@pytest.mark.parametrize("row", load_table(TABLE, FragmentRow), ids=lambda row: row.id)
def test_a_rule_finds_its_example_and_leaves_its_counter_example(row):
    assert is_fragment(row.example) and not is_fragment(row.counter_example)


@pytest.mark.parametrize("row", load_table(TABLE, FragmentRow), ids=lambda row: row.id)
def test_every_opening_and_ending_works(row):
    """A word that the tokeniser cuts differently would be a rule that never holds."""
    if row.kind == "label":
        return
    for word in row.words.split("|"):
        text = f"{word} ทีมเดินเยี่ยมทุกบ้าน" if row.kind == "opening" else f"ทีมเดินเยี่ยมทุกบ้าน {word}"
        assert is_fragment(text), word


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("ผู้สูงอายุมาครบ (ยกเว้นหมู่ 3", True),
        ("ผู้สูงอายุมาครบ (ยกเว้นหมู่ 3)", False),
        ("ป้าบอกว่า “มาทุกวัน", True),
        ("  \n ", True),
        ("1) ตรวจครบทุกบ้าน", False),
    ],
)
def test_what_is_opened_and_not_closed_is_broken_off(text, broken):
    assert is_fragment(text) == broken
