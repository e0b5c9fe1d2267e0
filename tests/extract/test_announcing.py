"""Stretches that only announce what follows are no findings, whichever model reads them."""

import pytest

from pipeline.extract.announcing import TABLE, EndRow, announces
from pipeline.resources import load_table


@pytest.mark.parametrize("row", load_table(TABLE, EndRow), ids=lambda row: row.id)
def test_each_row_does_what_its_examples_say(row):
    assert announces(row.example)
    assert not announces(row.counter_example)


@pytest.mark.parametrize(
    "text",
    [
        "ทำแบบนี้ได้ผลดีกว่า",
        "ประหยัดเดือนละสามพันกว่า",
        "ชาวบ้านเลิกเผาเพราะราคาอ้อยสดดีกว่า  ",
        "เวลา 10:30",
    ],
)
def test_a_statement_that_ends_alike_is_one(text):
    assert not announces(text)
