"""A new model takes the place of the standing one only where reports that neither has seen show that it is better."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.model import MANIFEST, MODELS, load_model, read_manifest, read_numbers, save_model
from pipeline.evaluate.gold import Gold, GoldReport, load_gold, merged, write_gold
from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.readings import Labelled, read_gold
from pipeline.evaluate.split import TRAIN, SplitRow, load_split, reports_in
from pipeline.exchange.partial_gold import add_to_gold
from pipeline.learn import commands
from pipeline.learn.commands import learnable
from pipeline.learn.examples import collect
from pipeline.learn.label_errors import label_errors
from pipeline.learn.promote import (
    CANDIDATE,
    LEARNT,
    PREVIOUS,
    Difference,
    decide,
    held_back,
    promote,
    take_place,
)
from pipeline.learn.train import train_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def readings():
    """Some training reports of the corpus, read once."""
    names = sorted(reports_in(TRAIN, load_split(ROOT / "corpus/split.tsv")))[::4]
    return read_gold(load_gold(ROOT / "corpus/gold"), ROOT / "corpus/reports", only=names)


@pytest.fixture(scope="module")
def models(readings, tmp_path_factory):
    """Two models with the shipped vectors: one that has seen few reports, one that has seen most; and the reports held back."""
    folder = tmp_path_factory.mktemp("models")
    embedder = load_model(MODELS / "fast").embedder
    held, most = readings[::3], [r for at, r in enumerate(readings) if at % 3]
    for name, part in (("few", most[:3]), ("most", most)):
        model, _ = train_model(name, collect(part), embedder)
        save_model(folder / name, model, trained={LEARNT: [r.name for r in part]}, words=shipped_words())
    return folder, held


def shipped_words():
    return read_numbers(MODELS / "fast", StaticWords.file, read_manifest(MODELS / "fast"))


def test_the_model_that_has_seen_more_takes_the_place_of_the_other(models):
    folder, held = models
    verdict = promote(folder / "most", folder / "few", held)
    assert verdict.promoted, verdict.shown("fast")
    assert verdict.reports == len(held)
    assert "mean of these" in verdict.shown("fast") and "promoted" in verdict.shown("fast")


def test_the_model_that_has_seen_less_does_not(models):
    folder, held = models
    verdict = promote(folder / "few", folder / "most", held)
    assert not verdict.promoted
    assert "kept the standing model" in verdict.shown("fast")


def test_the_same_model_is_not_promoted_over_itself(models):
    folder, held = models
    verdict = promote(folder / "most", folder / "most", held)
    assert (verdict.promoted, verdict.reason) == (False, "not better in the mean (+0.000).")


def test_reports_that_a_model_has_seen_do_not_count(models, readings):
    folder, held = models
    seen = [reading for reading in readings if reading not in held]
    verdict = promote(folder / "most", folder / "few", [*seen, *held[:2]])
    assert not verdict.promoted
    assert "only 2 are unknown" in verdict.reason


def test_a_model_that_cannot_be_loaded_is_replaced(models, tmp_path):
    folder, held = models
    (tmp_path / MANIFEST).write_text('{"format": 0}', encoding="utf-8")
    assert promote(folder / "few", tmp_path, held).promoted
    assert promote(folder / "few", tmp_path / "nowhere", held).promoted


@pytest.mark.parametrize(
    ("figure", "mean", "promoted"),
    [
        ((0.00, 0.04), (0.01, 0.02), True),
        ((-0.05, 0.04), (0.01, 0.02), True),  # one figure is not sure, the mean is
        ((-0.05, -0.01), (0.01, 0.02), False),  # one is clearly worse
        ((0.00, 0.04), (-0.02, 0.03), False),  # the mean may be worse
    ],
)
def test_the_rule(figure, mean, promoted):
    rows = [Difference("F1", 0.5, 0.5 + sum(figure) / 2, *figure), Difference("mean", 0.5, 0.51, *mean)]
    assert decide(rows)[0] is promoted
    assert not decide([rows[0], replace(rows[1], new=0.5)])[0]


def test_the_old_model_is_kept_beside(tmp_path):
    for name, text in (("fast", "old"), (f"{CANDIDATE}/fast", "new")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / MANIFEST).write_text(text, encoding="utf-8")
    take_place(tmp_path / CANDIDATE / "fast", tmp_path / "fast")
    assert (tmp_path / "fast" / MANIFEST).read_text(encoding="utf-8") == "new"
    assert (tmp_path / PREVIOUS / "fast" / MANIFEST).read_text(encoding="utf-8") == "old"
    assert not (tmp_path / CANDIDATE).exists()


def test_the_command_says_in_one_line_what_became_of_the_model(tmp_path, readings, monkeypatch, capsys):
    monkeypatch.setattr(commands, "has_accurate", lambda: False)  # then the shipped word vectors serve
    names = [reading.name for reading in readings[:8]]
    whole = load_gold(ROOT / "corpus/gold")
    write_part(tmp_path / "gold", whole, names)
    where = ["--gold", str(tmp_path / "gold"), "--reports", str(ROOT / "corpus/reports"), "--out", str(tmp_path)]
    arguments = [*where, "--split", str(tmp_path / "none.tsv"), "--tier", "fast", "--promote"]
    assert commands.main(arguments) == 0
    assert "fast: promoted: no model stood there before." in capsys.readouterr().out
    before = (tmp_path / "fast" / MANIFEST).read_bytes()
    learnt = json.loads(before)["trained"][LEARNT]
    assert set(learnt) == set(names) - held_back(names)
    assert commands.main(arguments) == 0
    assert "fast: kept the standing model: " in capsys.readouterr().out
    assert (tmp_path / "fast" / MANIFEST).read_bytes() == before
    assert (tmp_path / CANDIDATE / "fast" / MANIFEST).read_bytes() == before  # the same labels make the same model


def write_part(folder, gold, names):
    rows = tuple(row for row in gold.reports if row.report in names)
    write_gold(Gold(rows, tuple(span for span in gold.spans if span.report in names), ()), folder)


def test_labels_of_two_folders_train_one_model(tmp_path, readings, monkeypatch):
    monkeypatch.setattr(commands, "has_accurate", lambda: False)
    write_part(tmp_path / "gold", load_gold(ROOT / "corpus/gold"), [reading.name for reading in readings[:4]])
    (tmp_path / "mine").mkdir()
    point = "งบประมาณมาล่าช้า แกนนำต้องสำรองเงินเอง"
    (tmp_path / "mine" / "ของฉัน.txt").write_text(f"ปัญหา\n{point}\nขยะลดลงครึ่งหนึ่ง\n", encoding="utf-8")
    label = GoldSpan("ของฉัน.txt", 6, 6 + len(point), point, "obstacle", "achieved", (), (), labelled_by="B")
    add_to_gold([label], tmp_path / "my-gold", tmp_path / "mine")
    where = ["--gold", tmp_path / "gold", "--gold", tmp_path / "my-gold"]
    where += [
        "--reports",
        ROOT / "corpus/reports",
        "--reports",
        tmp_path / "mine",
        "--split",
        ROOT / "corpus/split.tsv",
    ]
    assert commands.main([*map(str, where), "--out", str(tmp_path), "--tier", "fast"]) == 0
    manifest = json.loads((tmp_path / "fast" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["trained"]["reports"] == 5
    assert "ของฉัน.txt" in manifest["trained"][LEARNT]


def gold_of(*rows, partial=False):
    """A gold folder in short: (report, start, end, category) each."""
    names = dict.fromkeys(row[0] for row in rows)
    spans = tuple(GoldSpan(name, start, end, "", category, "achieved") for name, start, end, category in rows)
    return Gold(tuple(GoldReport(name, "", "raw", "A", partial=partial) for name in names), spans, ())


def test_later_labels_take_the_place_of_those_they_overlap():
    one = gold_of(("a", 0, 10, "output"), ("a", 20, 30, "lesson"))
    gold = merged([one, gold_of(("a", 5, 12, "outcome"), ("b", 0, 3, "lesson"), partial=True)])
    assert [(s.report, s.start, s.category) for s in gold.spans] == [
        ("a", 5, "outcome"),
        ("a", 20, "lesson"),
        ("b", 0, "lesson"),
    ]
    assert [(row.report, row.partial) for row in gold.reports] == [("a", False), ("b", True)]


def test_further_labels_are_learnt_from_but_never_those_held_for_scoring():
    rows = [SplitRow("a", "a", "train"), SplitRow("b", "b", "test"), SplitRow("c", "c", "dev")]
    corpus = gold_of(("a", 0, 1, "lesson"), ("b", 0, 1, "lesson"), ("new", 0, 1, "lesson"))
    mine = gold_of(("b", 0, 1, "output"), ("c", 0, 1, "output"), ("mine", 0, 1, "output"), partial=True)
    assert learnable([corpus, mine], rows) == ["a", "mine"]
    assert learnable([mine], ()) == ["b", "c", "mine"]
    assert learnable([gold_of(("x", 0, 1, "lesson")), corpus], rows) == ["x", "a", "new"]


def test_swapped_labels_are_found(readings):
    """Of planted errors most stand among the suspects, and among these they are far more frequent than in all."""
    swap = {"output": "obstacle", "obstacle": "output", "outcome": "recommendation", "recommendation": "outcome"}
    planted, changed = set(), []
    for reading in readings:
        labels = []
        for at, label in enumerate(reading.labels):
            if at % 12 == 3 and label.gold.category in swap and label.gold.is_required:
                planted.add((reading.name, label.span))
                label = Labelled(
                    replace(label.gold, category=swap[label.gold.category], alt=()), label.span, label.place
                )
            labels.append(label)
        changed.append(replace(reading, labels=tuple(labels)))
    suspects = label_errors(changed, load_model(MODELS / "fast").embedder)
    found = {(suspect.reading.name, suspect.label.span) for suspect in suspects}
    every = sum(len(reading.labels) for reading in readings)
    recall, precision, base = (
        len(found & planted) / len(planted),
        len(found & planted) / len(found),
        len(planted) / every,
    )
    print(f"planted {len(planted)} of {every}; found {recall:.2f} of them at precision {precision:.2f}")
    assert recall >= 0.6
    assert precision >= 2.5 * base
