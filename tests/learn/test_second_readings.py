"""Second readings of training passages: every row has its passage, and where there is one the mean of both is learnt."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pipeline.classify.taxonomy import SDH, codes
from pipeline.errors import ResourceError
from pipeline.evaluate.gold import GOLD, load_gold
from pipeline.evaluate.split import TRAIN, load_split, reports_in
from pipeline.learn.arguments import COMPOSED
from pipeline.learn.second_readings import load_second_readings, with_second
from pipeline.learn.windowed import Answers, SpanExample, WindowExample

LITERACY, EDUCATION, ECONOMY = "people.literacy_behaviour", "people.education_capacity", "env.economy_work"


def example(number: int, *more: int) -> WindowExample:
    """A window with labelled places of a report, each of one theme."""
    answers = [
        np.array([[float(code == LITERACY) for code in codes(scheme)], np.ones(len(codes(scheme)))], np.float32)
        for scheme in (SDH, SDH, SDH)
    ]
    nothing = np.zeros((0, 0), np.float32)
    spans = tuple(SpanExample(1, 2, Answers(*answers), nothing, nothing, each) for each in (number, *more))
    return WindowExample("w1-001", (0, 5, 2), (), nothing, nothing, nothing, nothing, spans)


def test_the_mean_of_both_readings_is_learnt(tmp_path):
    (tmp_path / "second_readings.tsv").write_text(
        f"passage\tnumber\tsdh\tmaybe\nw1-001\t1\t{LITERACY}|{ECONOMY}\t{EDUCATION}\n", encoding="utf-8"
    )
    second = load_second_readings(tmp_path)
    others, both = (example(0), example(2, 0)), (example(1), example(0, 1))
    untouched, mean = with_second([others, both], second)
    assert untouched == others and mean[1].spans[0] is both[1].spans[0]
    for span, before in ((mean[0].spans[0], both[0].spans[0]), (mean[1].spans[1], both[1].spans[1])):
        answers, known = span.answers.sdh
        given = dict(zip(codes(SDH), answers, strict=True))
        assert (given[LITERACY], given[ECONOMY], given[EDUCATION]) == (1.0, 0.5, 0.25) and answers.sum() == 1.75
        assert known.all() and span.answers.issue is before.answers.issue
    elsewhere = (replace(example(1), report="w1-002"), example(0))
    assert list(with_second([elsewhere], second)) == [elsewhere]


def test_a_folder_without_the_file_has_none_and_a_faulty_line_is_named(tmp_path):
    assert load_second_readings(tmp_path) == {}
    (tmp_path / "second_readings.tsv").write_text("passage\tnumber\tsdh\tmaybe\nw1-001\tone\t\t\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"second_readings\.tsv:2"):
        load_second_readings(tmp_path)


def test_every_row_has_its_passage_and_none_is_of_a_report_held_back():
    labelled: Counter[str] = Counter()
    for path in COMPOSED.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            name = row["id"].rpartition("-")[0] if path.name.startswith("reports") else row["id"]
            labelled[name] += sum(bool(label) for label, _ in row["parts"]) if "parts" in row else 1
    learnt = reports_in(TRAIN, load_split())
    for span in load_gold(GOLD).spans:
        labelled[span.report] += span.report in learnt
    rows = load_second_readings()
    assert rows and {code for row in rows.values() for code in (*row.sdh, *row.maybe)} <= set(codes(SDH))
    assert [key for key in rows if not 0 <= key[1] < labelled[key[0]]] == []
    assert not [row for row in rows.values() if set(row.sdh) & set(row.maybe)]
