"""A plan that stands in the midst of results is no part of them, whichever model reads them."""

import pytest

from pipeline.extract.plan_clauses import TABLE, ClauseRow, plan_clauses
from pipeline.resources import load_table


def clauses(text):
    return [span.slice(text) for span in plan_clauses(text)]


@pytest.mark.parametrize("row", load_table(TABLE, ClauseRow), ids=lambda row: row.id)
def test_each_row_does_what_its_examples_say(row):
    assert clauses(row.example) == [row.clause]
    assert not clauses(row.counter_example)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("คัดกรอง 2Q ให้ได้ร้อยละ 90 อสม. ไปถามมาครบ 812 คน", ["คัดกรอง 2Q ให้ได้ร้อยละ 90"]),
        ("มีชมรม 3 ชมรม และตั้งเป้าเพิ่มอีก 2 ชมรม", ["และตั้งเป้าเพิ่มอีก 2 ชมรม"]),
        ("ฉีดวัคซีนให้ได้อย่างน้อยร้อยละ 80\nฉีดแล้วร้อยละ 91", ["ฉีดวัคซีนให้ได้อย่างน้อยร้อยละ 80"]),
        ("ซ้อมแผนแล้วสองครั้ง และเตรียมความพร้อมของรถครบทุกคัน", []),
        ("ทำได้ร้อยละ 90 และจัดเวรทุกคืน", []),
    ],
)
def test_a_clause_ends_where_the_result_begins(text, found):
    assert clauses(text) == found
