"""Words at which no sentence begins or ends: each row shows itself at a gap, and sound sentences go nowhere."""

import pytest

from pipeline.line_bounds import BoundRow, goes_on
from pipeline.resources import load_table


@pytest.mark.parametrize("row", load_table("line_bounds.tsv", BoundRow), ids=lambda row: row.id)
def test_rows_by_their_examples(row):
    before, after = ("ชาวบ้านพร้อม", row.example) if row.side == "start" else (row.example, "ชุมชนน่าอยู่")
    text = f"{before}  {after}"
    assert goes_on(text, len(before), len(before) + 2)
    without = text.replace(row.word, "วัด")
    assert not goes_on(without, without.index("  "), without.index("  ") + 2)


@pytest.mark.parametrize(
    ("side", "longer"),
    [(row.side, longer) for row in load_table("line_bounds.tsv", BoundRow) for longer in row.unless],
)
def test_longer_words_end_and_begin_sentences(side, longer):
    before, after = ("ชาวบ้านพร้อม", f"{longer} วัดน่าอยู่") if side == "start" else (f"ชาวบ้าน{longer}", "ชุมชนน่าอยู่")
    assert not goes_on(f"{before}  {after}", len(before), len(before) + 2)


def test_a_text_alone_goes_nowhere():
    assert not goes_on("", 0, 0)
    assert not goes_on("และ", 0, 3)


def test_a_side_that_is_none_is_refused():
    with pytest.raises(ValueError, match="neither start nor end"):
        BoundRow("lb999", "และ", "middle", (), "และชุมชน", "own")
    with pytest.raises(ValueError, match="does not end"):
        BoundRow("lb999", "ที่", "end", ("ที่นา",), "ชาวบ้านที่", "own")
