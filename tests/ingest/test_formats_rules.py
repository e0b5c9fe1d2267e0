"""The tables of rules of the format readers: each example matches its own row, no counter-example any row of its kind."""

from __future__ import annotations

import re

import pytest

from pipeline.ingest.formats import Format
from pipeline.ingest.furniture import FurnitureRule, is_page_number
from pipeline.ingest.layout import MarkerRule, starts_item
from pipeline.ingest.tables import HeaderWord, is_header_word
from pipeline.resources import load_table


@pytest.mark.parametrize("row", load_table("formats_headers.tsv", HeaderWord), ids=lambda row: row.id)
def test_header_words(row: HeaderWord) -> None:
    assert re.fullmatch(row.pattern, re.sub(r"\s", "", row.example), re.IGNORECASE)
    assert is_header_word(row.example)
    assert not is_header_word(row.counter_example)


@pytest.mark.parametrize("row", load_table("formats_markers.tsv", MarkerRule), ids=lambda row: row.id)
def test_markers(row: MarkerRule) -> None:
    assert re.match(row.pattern, row.example)
    assert starts_item(row.example, sure=row.sure)
    assert not starts_item(row.counter_example)


@pytest.mark.parametrize("row", load_table("furniture.tsv", FurnitureRule), ids=lambda row: row.id)
def test_page_numbers(row: FurnitureRule) -> None:
    assert re.fullmatch(row.pattern, row.example, re.IGNORECASE)
    assert is_page_number(row.example)
    assert not is_page_number(row.counter_example)


def test_formats_become_formats() -> None:
    rows = {row.id: row for row in load_table("formats.tsv", Format)}
    assert all(row.becomes in rows for row in rows.values() if row.becomes)
