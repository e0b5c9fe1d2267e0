"""Passages and sections composed for training: every label stands where its words stand, and faulty lines are named."""

import json
from collections import Counter

import pytest
from rapidfuzz import fuzz

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.learn.arguments import CALIBRATION, COMPOSED
from pipeline.learn.composed import ComposedError, load_passages, load_reports, load_sections


def test_each_label_of_a_section_stands_on_its_words():
    sections = (*load_sections(), *load_reports())
    assert len(sections) > 3000 and len(load_reports()) > 200
    for reading, _ in sections:
        for label in reading.labels:
            found = "".join(label.span.slice(reading.normal.text).split())
            written = "".join(label.gold.text.split())
            # A few are written as broken PDFs give them ("ร้านช า"), which reading mends.
            assert found == written or fuzz.ratio(found, written) > 90, reading.name


def test_reports_for_calibration_are_labelled_and_apart_from_what_is_learnt():
    learnt = {"".join(reading.normal.text.split())[:200] for reading, _ in load_reports()}
    reports = [reading for reading, _ in load_reports(CALIBRATION)]
    assert len(reports) > 70
    labels = [label for reading in reports for label in reading.labels]
    given = Counter(label.gold.category for label in labels if label.gold.is_required)
    assert all(given[code] >= 50 for code in codes(CATEGORY))
    assert any(label.gold.arguable for label in labels)
    assert not learnt & {"".join(reading.normal.text.split())[:200] for reading in reports}


def test_names_are_unique_and_every_code_has_examples():
    passages, sections = load_passages(), (*load_sections(), *load_reports())
    names = Counter([passage.name for passage in passages] + [reading.name for reading, _ in sections])
    assert max(names.values()) == 1
    golds = [passage.gold for passage in passages] + [label.gold for reading, _ in sections for label in reading.labels]
    given = Counter(code for gold in golds for code in (gold.category, *(gold.issues or ()), *(gold.sdh or ())) if code)
    assert all(given[code] >= 40 for scheme in (CATEGORY, ISSUE, SDH) for code in codes(scheme))


def test_no_passage_stands_in_a_report():
    reports = "\n".join(
        "".join(path.read_text(encoding="utf-8", errors="ignore").split())
        for path in sorted((COMPOSED.parent / "reports").glob("*.txt"))
    )
    long = ["".join(passage.text.split()) for passage in load_passages() if len(passage.text) > 60]
    assert long and not [text for text in long if text in reports]


SECTION = {"id": "x1", "title": "", "heading": "ผลลัพธ์", "parts": [["", "1) "], ["outcome|food|", "เด็กกินผักมากขึ้น"]]}


def test_a_place_of_one_of_two_categories_has_both(tmp_path):
    line = {**SECTION, "parts": [["?output+outcome|food|", "เด็กกินผักมากขึ้น"]]}
    (tmp_path / "reports1.jsonl").write_text(json.dumps(line), encoding="utf-8")
    ((reading, _),) = load_reports(tmp_path)
    (label,) = reading.labels
    assert (label.gold.category, label.gold.alt, label.gold.arguable) == ("output", ("outcome",), True)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "JSON"),
        (json.dumps({**SECTION, "parts": [["outcom", "เด็กกินผัก"]]}), "outcom"),
        (json.dumps({**SECTION, "parts": [["outcome|foood|", "เด็กกินผัก"]]}), "foood"),
        (json.dumps({"id": "x1"}), "parts"),
    ],
)
def test_a_faulty_line_is_named(tmp_path, line, says):
    (tmp_path / "sections9.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ComposedError, match=r"sections9\.jsonl, line 1") as caught:
        load_sections(tmp_path)
    assert says in str(caught.value)


def test_a_section_becomes_a_report_of_its_own(tmp_path):
    (tmp_path / "sections9.jsonl").write_text(json.dumps(SECTION), encoding="utf-8")
    ((reading, title),) = load_sections(tmp_path)
    (label,) = reading.labels
    assert (title, label.gold.category, label.gold.issues) == ("", "outcome", ("food",))
    assert reading.segmented.sections[-1].role.startswith("outcome")
