"""Two readers of one report, compared."""

import json

import pytest
from make_reading import BURNING, LORRY, TRAINING, gold, reading

from pipeline.evaluate.agreement import AgreementError, cohen_kappa, compare, compare_readers
from pipeline.evaluate.counts import Counts


def kappa(found, scheme, code, rows="on_spans"):
    return next(k for k in getattr(found, rows) if (k.scheme, k.code) == (scheme, code))


def test_a_reader_agrees_with_himself(tmp_path):
    same = reading(tmp_path, gold(TRAINING, category="output", issues=("food",)), gold(LORRY, category="obstacle"))
    found = compare([(same, same)])
    assert all(counts == Counts(2, 0, 0) for _, counts in found.spans)
    assert kappa(found, "category", "all").value == 1.0
    assert kappa(found, "issue", "food").value == 1.0
    assert kappa(found, "issue", "tobacco").value is None
    assert kappa(found, "category", "all and none", "on_units").value == 1.0


def test_differences_of_place_category_and_theme_are_told_apart(tmp_path):
    one = reading(
        tmp_path,
        gold(TRAINING, category="output", sdh=("people.education_capacity",)),
        gold(BURNING, category="outcome"),
        gold(LORRY, category="obstacle"),
    )
    other = reading(
        tmp_path,
        gold(TRAINING, category="outcome", alt=("output",)),
        gold("หลังอบรมชาวบ้าน", category="outcome"),
    )
    spans = dict(compare([(one, other)]).spans)
    assert spans["overlap, any category"] == Counts(2, 0, 1)
    assert spans["IoU 0.5, any category"] == Counts(1, 1, 2)
    assert spans["overlap, same category"] == Counts(2, 0, 1)
    found = compare([(one, other)])
    assert kappa(found, "category", "all").observed == 0.5
    assert kappa(found, "category", "all, or alternative").observed == 1.0
    assert kappa(found, "sdh", "people.education_capacity").one == 1
    assert kappa(found, "sdh", "people.education_capacity").other == 0


def test_label_files_of_two_readers_are_found_and_others_left(tmp_path):
    (tmp_path / "reports").mkdir()
    text = f"ผลการดำเนินงาน\n{TRAINING}\n{LORRY}\n"
    for name in ("both.txt", "half.txt"):
        (tmp_path / "reports" / name).write_text(text, encoding="utf-8")
    lines = [{"quote": TRAINING, "category": "output"}, {"done": True}]
    for reader, name, said in (
        ("A", "both.txt", lines),
        ("B", "both.txt", lines),
        ("A", "half.txt", lines),
        ("B", "half.txt", lines[:1]),
    ):
        path = tmp_path / "labels" / reader / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in said), encoding="utf-8")
    assert compare_readers(tmp_path / "labels", tmp_path / "reports").reports == ("both.txt",)
    with pytest.raises(AgreementError, match="No report"):
        compare_readers(tmp_path / "labels", tmp_path / "reports", "A", "C")


def test_kappa_of_chance_is_nought():
    assert cohen_kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0.0
    assert cohen_kappa([]) is None
