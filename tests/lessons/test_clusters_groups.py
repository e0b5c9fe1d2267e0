"""Lessons that say the same stand together; what differs in category, issue or direction never does."""

import random

import pytest

from pipeline.lessons.clusters import LEAST_LETTERS, Point, find_clusters, members_of
from pipeline.lessons.counter import FACTORS, FactorRow, factors_of
from pipeline.lessons.duplicates import letters_of
from pipeline.lessons.meaning import meaning_of
from pipeline.lessons.polarity import OppositeRow, opposed, sides_of
from pipeline.resources import load_table

FAST = meaning_of("fast")
TEXTS = [
    ("outcome", "food", "ครัวเรือนปลูกผักกินเองลดค่าใช้จ่ายเดือนละ 300 บาท"),
    ("outcome", "food", "ค่าใช้จ่ายของครัวเรือนลดลงเดือนละ 250 บาท เพราะปลูกผักกินเอง"),
    ("outcome", "food", "ครัวเรือนปลูกผักกินเองแต่ค่าใช้จ่ายเพิ่มขึ้นเดือนละ 300 บาท"),
    ("outcome", "tobacco", "ครัวเรือนปลูกผักกินเองลดค่าใช้จ่ายเดือนละ 300 บาท"),
    ("obstacle", "food", "ครัวเรือนปลูกผักกินเองลดค่าใช้จ่ายเดือนละ 300 บาท"),
    ("obstacle", "road_safety", "วัยรุ่นไม่ยอมสวมหมวกกันน็อกเพราะร้อนและเสียทรงผม"),
]
POINTS = [Point(f"l{n}", text, category, (issue,)) for n, (category, issue, text) in enumerate(TEXTS)]


def grouped(points) -> set[frozenset[str]]:
    return {frozenset(cluster.members) for cluster in find_clusters(points, FAST)}


def test_rewordings_stand_together_and_traps_apart():
    assert grouped(POINTS) == {frozenset({"l0", "l1"}), *(frozenset({f"l{n}"}) for n in range(2, 6))}


def test_the_order_of_the_lessons_changes_nothing():
    many = POINTS + [
        Point(f"m{n}", f"{text} ในหมู่ที่ {n}", category, (issue,)) for n, (category, issue, text) in enumerate(TEXTS)
    ]
    expected = grouped(many)
    for seed in range(5):
        assert grouped(random.Random(seed).sample(many, len(many))) == expected


def test_the_same_words_again_change_no_group():
    before = find_clusters(POINTS, FAST)
    again = POINTS + [
        Point(f"copy {n} of {p.id}", f" {p.text}\n", p.category, p.issues) for p in POINTS for n in range(10)
    ]
    after = find_clusters(again, FAST)
    ids = {p.id for p in POINTS}
    assert [tuple(m for m in c.members if m in ids) for c in after] == [c.members for c in before]
    assert all(len(c.members) == 11 * sum(m in ids for m in c.members) for c in after)


def test_every_lesson_is_in_one_cluster_whose_representative_is_a_member():
    clusters = find_clusters(POINTS, FAST)
    assert sorted(member for cluster in clusters for member in cluster.members) == sorted(p.id for p in POINTS)
    assert all(cluster.representative in cluster.members for cluster in clusters)
    assert members_of(clusters)["l1"].members == ("l0", "l1")


def test_a_lesson_without_an_issue_joins_one_with_it():
    bare = Point("bare", TEXTS[1][2], "outcome", ())
    assert {"l0", "bare"} in grouped([POINTS[0], bare])


def test_fragments_are_one_only_when_their_letters_are():
    short = ["ยังไม่ได้ทำ", "ยังไม่ ได้ทำ", "ยังไม่ได้จัด"]
    assert all(len(letters_of(text)) < LEAST_LETTERS for text in short)
    points = [Point(str(n), text, "obstacle", ()) for n, text in enumerate(short)]
    assert grouped(points) == {frozenset({"0", "1"}), frozenset({"2"})}


def test_no_lessons_make_no_clusters():
    assert find_clusters([], FAST) == ()


@pytest.mark.parametrize("row", load_table("lesson_opposites.tsv", OppositeRow), ids=lambda row: row.id)
def test_opposites_are_told_apart(row):
    one, other = map(sides_of, row.example.split("/"))
    assert opposed(one, other) and opposed(other, one)
    assert not opposed(*map(sides_of, row.counter_example.split("/")))


@pytest.mark.parametrize("row", load_table(FACTORS, FactorRow), ids=lambda row: row.id)
def test_factors_are_named_by_their_words(row):
    assert row.id in factors_of(row.example)
    assert row.id not in factors_of(row.counter_example)
