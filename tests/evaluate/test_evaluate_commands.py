"""The commands on a small corpus: what they print, and how they end."""

import json
import re

import pytest

from pipeline.evaluate import gold as gold_module
from pipeline.evaluate.baselines import (
    HeadingBaseline,
    KeywordBaseline,
    LearntBaseline,
    Nothing,
    _hits,
    best_threshold,
    keyword_rows,
)
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.commands import main
from pipeline.evaluate.gold import load_gold
from pipeline.evaluate.readings import read_gold
from pipeline.evaluate.split import SplitRow, write_split

PLACES = ["ท่าข้าม", "นาโหนด", "บ้านกลาง", "ป่าซาง", "โคกม่วง", "ห้วยไร่", "หนองบัว", "คลองหลา", "เกาะคา", "ดอนยอ"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Ten labelled reports: six to train on, two dev, two test."""
    root = tmp_path_factory.mktemp("corpus")
    for folder in ("reports", "labels/A"):
        (root / folder).mkdir(parents=True)
    for at, place in enumerate(PLACES):
        lines = {
            f"จัดอบรมแกนนำบ้าน{place} รวม {20 + at} คน": {"category": "output"},
            f"ชาวบ้าน{place}เลิกเผาขยะแล้ว {3 + at} ครัวเรือน": {"category": "outcome", "issues": ["pollution"]},
            f"ขาดรถเก็บขยะของตำบล{place}": {"category": "obstacle", "issues": ["pollution"]},
            f"คาดว่าปีหน้าชาว{place}จะเลิกเผาทุกหลัง": {"category": "outcome", "negative": "plan"},
        }
        (root / f"reports/r{at}.txt").write_text("ผลการดำเนินงาน\n" + "\n".join(lines) + "\n", encoding="utf-8")
        labels = [{"quote": text, **label} for text, label in lines.items()] + [{"done": True}]
        text = "\n".join(json.dumps(label, ensure_ascii=False) for label in labels)
        (root / f"labels/A/r{at}.txt.jsonl").write_text(text, encoding="utf-8")
    parts = ["train"] * 6 + ["dev"] * 2 + ["test"] * 2
    write_split([SplitRow(f"r{at}.txt", f"r{at}.txt", part) for at, part in enumerate(parts)], root / "split.tsv")
    assert gold_module.main(["build", *where(root)[:6]]) == 0
    return root


def where(root):
    return [
        *("--reports", str(root / "reports")),
        *("--labels", str(root / "labels")),
        *("--gold", str(root / "gold")),
        *("--split", str(root / "split.tsv")),
    ]


def readings(root, names=None):
    return read_gold(load_gold(root / "gold"), root / "reports", only=names)


def test_score_prints_every_part_and_the_mistakes_on_request(corpus, capsys):
    assert main(["score", *where(corpus), "--part", "dev", "--errors", "2"]) == 0
    out = capsys.readouterr().out
    for heading in ("Summary", "Categories, unit", "Issues, passage", "Hard negatives", "Damaged text", "Calibration"):
        assert f"### {heading}" in out
    assert "2 reports" in out
    assert main(["score", *where(corpus), "--part", "train", "--short"]) == 0
    assert "### Summary" not in capsys.readouterr().out


def test_a_folder_of_composed_reports_is_scored_like_a_part(tmp_path, capsys):
    parts = [["", "ปัญหาอุปสรรค\n- "], ["obstacle||", "งบประมาณโอนล่าช้าไปสองเดือน"], ["", "\n"]]
    line = {"id": "x1-001-1", "title": "", "heading": "", "parts": parts}
    (tmp_path / "reports1.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    assert main(["score", "--composed", str(tmp_path), "--short"]) == 0
    assert re.search(r"categories \| IoU 0.5 \| 1.000 \| 1.000", capsys.readouterr().out)
    assert main(["score", "--composed", str(tmp_path / "reports1.jsonl")]) == 2


@pytest.mark.parametrize("part", ["test", "all"])
def test_mistakes_on_the_test_part_are_never_shown(corpus, capsys, part):
    assert main(["score", *where(corpus), "--part", part, "--errors", "5"]) == 2
    assert "never looked at" in capsys.readouterr().err


def test_the_table_holds_the_baselines_beside_the_rules(corpus, capsys):
    assert main(["table", *where(corpus), "--short"]) == 0
    out = capsys.readouterr().out
    for row in ("nothing", "headings", "keywords", "TF-IDF + LR", "rules", "rules, train", "rules, dev", "rules, test"):
        assert re.search(rf"^\| {re.escape(row)} \|", out, re.M), row
    assert main(["table", *where(corpus), "--short"]) == 0
    assert capsys.readouterr().out == out


def test_the_gate_asks_for_floors_then_passes_then_fails(corpus, tmp_path, capsys):
    gate = ["gate", *where(corpus), "--floors", str(tmp_path / "floors.json")]
    assert main(gate) == 1
    assert "no floors" in capsys.readouterr().err
    assert main([*gate, "--raise"]) == 0
    assert main(gate) == 0
    floors = json.loads((tmp_path / "floors.json").read_text())
    for held in next(iter(floors.values())).values():
        held.update(dict.fromkeys(held, 1.01))
    (tmp_path / "floors.json").write_text(json.dumps(floors))
    assert main(gate) == 1
    assert "BELOW its floor" in capsys.readouterr().err


def test_a_labelled_report_without_a_part_is_refused(corpus, tmp_path, capsys):
    write_split([SplitRow("r0.txt", "r0.txt", "train")], tmp_path / "split.tsv")
    assert main(["score", *where(corpus)[:6], "--split", str(tmp_path / "split.tsv")]) == 1
    assert "stands in no part" in capsys.readouterr().err


def test_split_appends_and_likeness_and_agreement_speak(corpus, tmp_path, capsys):
    target = tmp_path / "split.tsv"
    assert main(["split", *where(corpus)[:6], "--split", str(target)]) == 0
    first = target.read_bytes()
    assert main(["split", *where(corpus)[:6], "--split", str(target)]) == 0
    assert target.read_bytes() == first
    assert "0 reports added" in capsys.readouterr().out
    assert main(["likeness", *where(corpus), "--pairs", "1"]) == 0  # its lines are too short to be compared
    assert "passages" in capsys.readouterr().out
    assert main(["agreement", *where(corpus)]) == 1
    assert "labelled to its end by both" in capsys.readouterr().err


def test_the_learnt_baseline_finds_what_it_was_shown_and_twice_the_same(corpus):
    system = LearntBaseline()
    system.fit(readings(corpus, [f"r{at}.txt" for at in range(6)]))
    test = readings(corpus, ["r8.txt"])[0]
    found = system.find(test)
    assert {guess.category for guess in found} >= {"output", "obstacle"}
    again = LearntBaseline()
    again.fit(readings(corpus, [f"r{at}.txt" for at in range(6)]))
    assert again.find(test) == found


def test_simple_baselines_do_what_their_names_say(corpus):
    report = readings(corpus, ["r0.txt"])[0]
    assert Nothing().find(report) == () == Nothing().tag(report, report.labels[0].span)
    by_words = {g.category for g in KeywordBaseline().find(report)}
    assert {"output", "obstacle"} <= by_words
    assert len({g.category for g in HeadingBaseline().find(report)}) == 1


@pytest.mark.parametrize("row", keyword_rows(), ids=lambda row: row.id)
def test_keyword_rows_fit_their_examples(row):
    codes = load_codes()
    assert row.code in (*codes.categories, *codes.issues, *codes.themes)
    assert row.code in _hits(row.example, row.scheme)
    assert row.code not in _hits(row.counter_example, row.scheme)


def test_every_code_has_keywords():
    codes = load_codes()
    assert {row.code for row in keyword_rows()} == {*codes.categories, *codes.issues, *codes.themes}


def test_the_threshold_is_the_one_with_the_best_f1():
    import numpy as np

    scores = np.array([[0.9], [0.7], [0.4], [0.1]])
    truth = np.array([[True], [True], [False], [False]])
    assert best_threshold(scores, truth) == pytest.approx(0.42)
