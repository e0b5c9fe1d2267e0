"""The split never changes and never cuts a family; likeness finds copies and leaves form text out."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate.anchors import squeeze
from pipeline.evaluate.likeness import (
    ALIKE,
    FORM_TEXT,
    FormText,
    Passage,
    alike_pairs,
    grams,
    is_form_text,
    jaccard,
    measure_likeness,
)
from pipeline.evaluate.split import (
    SHARES,
    SPLIT,
    SplitError,
    SplitRow,
    Traits,
    extend_split,
    load_split,
    read_traits,
    reports_in,
    write_split,
)
from pipeline.resources import load_table

ROOT = Path(__file__).parents[2]
NAMES = [f"a{n:03}_report.txt" for n in range(200)]


def traits_of(names):
    return {n: Traits((f"genre {at % 7}", f"issue {at % 5}")) for at, n in enumerate(names)}


def test_two_hundred_reports_fall_into_parts_of_the_right_size_in_every_stratum():
    traits = traits_of(NAMES)
    rows = extend_split((), NAMES, traits=traits)
    sizes = Counter(row.part for row in rows)
    assert all(abs(sizes[part] - share * 200) <= 6 for part, share in SHARES.items())
    strata = Counter((stratum, row.part) for row in rows for stratum in traits[row.report].strata)
    for stratum in {s for s, _ in strata}:
        whole = sum(strata[stratum, part] for part in SHARES)
        assert all(abs(strata[stratum, part] - share * whole) <= 4 for part, share in SHARES.items())


@given(st.permutations(NAMES[:40]))
def test_the_order_in_which_reports_are_named_decides_nothing(names):
    assert sorted(extend_split((), names), key=str) == sorted(extend_split((), NAMES[:40]), key=str)


def test_what_stands_is_never_moved():
    before = extend_split((), NAMES[:50], traits=traits_of(NAMES))
    after = extend_split(before, NAMES, traits=traits_of(NAMES))
    assert after[:50] == before
    assert len({row.report for row in after}) == len(after) == 200
    assert extend_split(after, NAMES) == after


def test_copies_and_years_of_one_project_share_a_part():
    project = Traits((), ("project_code=61-001",))
    rows = extend_split((), NAMES[:60], families=[NAMES[:8]], traits={NAMES[20]: project, NAMES[50]: project})
    parts = {row.report: row.part for row in rows}
    assert len({parts[name] for name in NAMES[:8]}) == 1
    assert parts[NAMES[20]] == parts[NAMES[50]]
    assert {row.family for row in rows if row.report in NAMES[:8]} == {NAMES[0]}


def test_a_new_member_follows_its_family_and_one_of_two_families_is_refused():
    rows = (SplitRow("b.txt", "b.txt", "test"), SplitRow("c.txt", "c.txt", "train"))
    assert extend_split(rows, ["a.txt"], families=[("a.txt", "b.txt")])[-1] == SplitRow("a.txt", "b.txt", "test")
    with pytest.raises(SplitError, match="different parts"):
        extend_split(rows, ["a.txt"], families=[("a.txt", "b.txt", "c.txt")])


def test_a_split_is_read_as_it_was_written_and_a_torn_one_refused(tmp_path):
    rows = extend_split((), NAMES[:10])
    write_split(rows, tmp_path / "split.tsv")
    assert load_split(tmp_path / "split.tsv") == tuple(sorted(rows, key=lambda r: r.report))
    assert load_split(tmp_path / "none.tsv") == ()
    (tmp_path / "torn.tsv").write_text("report\tfamily\tpart\na\ta\ttrain\nb\ta\ttest\n")
    with pytest.raises(SplitError, match="several parts"):
        load_split(tmp_path / "torn.tsv")
    with pytest.raises(SplitError, match="no split"):
        reports_in("test", ())


def test_the_corpus_split_keeps_projects_together():
    rows = load_split(ROOT / SPLIT)
    parts = {row.report: row.part for row in rows}
    marks = {}
    for name, traits in read_traits(ROOT / "corpus").items():
        for mark in traits.project if name in parts else ():
            marks.setdefault(mark, set()).add(parts[name])
    assert rows and all(len(found) == 1 for found in marks.values())


WORDS = st.lists(st.text(alphabet="กขคง", min_size=6, max_size=30), min_size=2, max_size=12)


@given(WORDS)
def test_the_index_finds_exactly_the_pairs_that_comparing_all_finds(texts):
    passages = [Passage(str(at), text, grams(text)) for at, text in enumerate(texts)]
    every = {
        (a.report, b.report)
        for at, a in enumerate(passages)
        for b in passages[at + 1 :]
        if jaccard(a.grams, b.grams) > ALIKE
    }
    assert {(pair.one.report, pair.other.report) for pair in alike_pairs(passages)} == every


@given(st.lists(st.integers(0, 40), min_size=2, max_size=10), st.randoms(use_true_random=False))
def test_pairs_just_above_the_limit_are_found(lengths, draw):
    common = "".join(draw.choice("กขคงจฉ") for _ in range(40))
    texts = [common[:n] + "".join(draw.choice("ตถทธนบ") for _ in range(40 - n)) for n in lengths]
    passages = [Passage(str(at), text, grams(text)) for at, text in enumerate(texts)]
    every = sum(jaccard(a.grams, b.grams) > ALIKE for at, a in enumerate(passages) for b in passages[at + 1 :])
    assert len(alike_pairs(passages)) == every


STORY = "ป้าสมหมายเล่าให้ฟังว่าตั้งแต่มีตลาดนัดสีเขียวหน้าวัดทุกวันเสาร์ คนในซอยก็ออกมาคุยกันมากขึ้น\n"
OTHER = "กลุ่มเรือประมงพื้นบ้านตกลงกันเองว่าจะเก็บอวนเก่าขึ้นฝั่งทุกครั้งที่ออกทะเลไม่ปล่อยให้ลอย\n"
FORM = "โปรดระบุสิ่งที่เกิดขึ้นจริงจากการดำเนินงานในพื้นที่ของท่านให้ครบถ้วนทุกข้อ\n"


def test_a_copied_passage_is_found_and_form_text_is_not(tmp_path):
    (tmp_path / "a.txt").write_text(FORM + STORY, encoding="utf-8")
    (tmp_path / "b.txt").write_text(FORM + STORY.replace("ป้าสมหมาย", "ยายบัว") + OTHER, encoding="utf-8")
    (tmp_path / "c.txt").write_text(FORM + OTHER.replace("เรือประมง", "รถไถ").replace("อวนเก่า", "ขวด"), encoding="utf-8")
    found = measure_likeness(tmp_path)
    assert [(p.one.report, p.other.report) for p in found.pairs][:1] == [("a.txt", "b.txt")]
    assert not any("โปรดระบุ" in p.one.text for p in found.pairs)
    assert found.families()[0][:2] == ("a.txt", "b.txt")


def test_a_report_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "bad.docx").write_bytes(b"PK no zip")
    assert measure_likeness(tmp_path).unread == ("bad.docx",)
    assert measure_likeness(tmp_path).share is None


@pytest.mark.parametrize("row", load_table(FORM_TEXT, FormText), ids=lambda row: row.id)
def test_form_text_rows_fit_their_examples(row):
    assert squeeze(row.phrase) in squeeze(row.example) and is_form_text(squeeze(row.example))
    assert not is_form_text(squeeze(row.counter_example))
