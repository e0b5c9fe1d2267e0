"""The trained models as they are shipped: whole or refused, quiet where nothing is said, and never far from the rules."""

import json
import shutil
from dataclasses import replace
from itertools import pairwise

import pytest

from pipeline import passages
from pipeline.classify import model as models
from pipeline.classify.features import Passage
from pipeline.classify.model import (
    MANIFEST,
    MODELS,
    NUMBERS,
    ModelError,
    chosen,
    fallback_note,
    folder_of,
    load_model,
    model_mark,
    tag_passages,
)
from pipeline.process import process
from pipeline.records import Settings, State

FAST = Settings(model="fast", planned=True)
REPORT = """ผลลัพธ์ที่เกิดขึ้น
1) เกิดกติกาชุมชนเรื่องการจัดการขยะ 3 ข้อ
2) ครัวเรือนคัดแยกขยะเพิ่มขึ้นเป็นร้อยละ 80

ปัญหาและอุปสรรค
งบประมาณมาล่าช้า ทำให้จัดกิจกรรมไม่ทันตามแผน

แผนงานปีหน้า
จะจัดอบรมแกนนำ 2 รุ่น
"""


@pytest.fixture
def result(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="utf-8")
    return process(path, root=tmp_path, settings=FAST)


def test_a_report_yields_findings_with_their_reasons(result):
    made = [lesson.finding for lesson in result.lessons if lesson.finding.status is State.ACHIEVED]
    assert {finding.category for finding in made} >= {"outcome", "obstacle"}
    assert all(0 < finding.confidence <= 1 and finding.decided_by != "rules" for finding in made)
    assert all("แบบจำลอง" in finding.because for finding in made)


def test_quotes_are_slices_of_the_source(result):
    assert result.lessons
    for lesson in result.lessons:
        assert lesson.raw_span is not None
        assert lesson.raw_span.slice(REPORT) == lesson.raw_text


def test_what_is_planned_is_no_achieved_finding(result):
    achieved = [lesson.text for lesson in result.lessons if lesson.finding.status is State.ACHIEVED]
    assert not any("จะจัดอบรม" in text for text in achieved)


def test_findings_do_not_overlap(result):
    spans = sorted(lesson.finding.span for lesson in result.lessons)
    assert all(not a.overlaps(b) for a, b in pairwise(spans))


def test_a_passage_gets_scores_in_all_schemes():
    tags = passages.tag_passage("งบประมาณโครงการขยะมาล่าช้า ทำให้จัดกิจกรรมไม่ทันตามแผน", FAST)
    best = {tag.scheme: tag for tag in reversed(tags)}
    assert best["category"].code == "obstacle"
    assert best["issue"].code == "pollution"
    assert all(0.05 <= tag.score <= 1 for tag in tags)
    assert sum(tag.accepted for tag in tags if tag.scheme == "category") <= 1


@pytest.mark.parametrize("text", ["", "   ", "123", "www.example.org", "ก"])
def test_text_that_says_nothing_is_no_finding(text):
    assert not any(tag.accepted for tag in passages.tag_passage(text, FAST))


def test_passages_are_tagged_alike_alone_and_together():
    texts = ["ลดสูบบุหรี่ในบ้าน", "ปลูกผักปลอดสารกินเอง"]
    together = tag_passages([Passage(text) for text in texts], FAST)
    assert together == [tag_passages([Passage(text)], FAST)[0] for text in texts]


def test_a_taxonomy_of_other_codes_is_left_to_the_rules(monkeypatch):
    fast = load_model(folder_of("fast"))
    other = replace(fast.heads["issue"], codes=("water", *fast.heads["issue"].codes[1:]))
    monkeypatch.setattr(models, "model_for", lambda settings: replace(fast, heads={**fast.heads, "issue": other}))
    (tags,) = tag_passages([Passage("ครัวเรือนคัดแยกขยะ")], FAST)
    assert tags == models.tag_text("ครัวเรือนคัดแยกขยะ")


def copied(tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(MODELS / "fast", folder)
    return folder


def test_a_copied_model_is_the_same(tmp_path):
    folder = copied(tmp_path)
    assert tag_passages([Passage("ลดสูบบุหรี่")], Settings(model=str(folder))) == tag_passages([Passage("ลดสูบบุหรี่")], FAST)


@pytest.mark.parametrize("name", [NUMBERS, "words.npz"])
def test_a_tampered_file_is_refused(tmp_path, name):
    folder = copied(tmp_path)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(ModelError, match="not the file that was trained"):
        load_model(folder)


def test_a_file_of_python_objects_is_refused(tmp_path):
    import hashlib

    import numpy as np

    folder = copied(tmp_path)
    np.savez(folder / NUMBERS, evil=np.array([{"a": 1}], dtype=object))
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["sha256"][NUMBERS] = hashlib.sha256((folder / NUMBERS).read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError):
        load_model(folder)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}', "not json"])
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    folder = copied(tmp_path)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError):
        load_model(folder)


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ModelError, match="no model in"):
        folder_of("nowhere")


def test_without_the_extra_the_fast_model_runs_and_says_so(monkeypatch):
    monkeypatch.setattr(models, "has_accurate", lambda: False)
    assert chosen("accurate") == "fast"
    assert "fast" in fallback_note("accurate")
    assert len(fallback_note("accurate").splitlines()) == 1
    assert fallback_note("fast") == ""


def test_the_mark_tells_models_apart():
    assert model_mark("rules") == ""
    assert len(model_mark("fast")) == 16
