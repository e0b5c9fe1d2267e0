"""The project record from the forms of reports, and what the sample reports must yield."""

import json
from pathlib import Path

import pytest
from measure_seed_facts import measure, sheet_of

from pipeline.extract.facts import find_facts
from pipeline.extract.project import find_project
from pipeline.ingest.text import find_blocks
from pipeline.records import NormalText
from pipeline.spans import MappedText

SHARED = Path(__file__).parents[3] / "shared"


def normal(text):
    return NormalText(MappedText.identity(text), find_blocks(text, markdown=False)[0])


PAGE = """ชื่อโครงการ | โครงการชุมชนร่วมใจลดขยะ เขต 11 |
ภายใต้องค์กร | มูลนิธิคนรักสุขภาพ |
รหัสโครงการ | 65-00-9999 |
วันที่อนุมัติ | |
ระยะเวลาดำเนินโครงการ | 1 ธันวาคม 2565 - 31 ธันวาคม 2566 |
แหล่งทุน |
ไม่ระบุ
|
งบประมาณ | 80,000.00 บาท |
ชื่อองค์กรที่รับผิดชอบ | |
ผู้รับผิดชอบโครงการ | นายกล้า ใจสู้ |
งวด | วันที่งวดโครงการ | งบประมาณ (บาท) | |
---|---|---|---|
1 | 1 ม.ค. 2566 | 0.00 | |
คำเตือน : รวมงบประมาณของทุกงวด (0.00 บาท) ไม่เท่ากับ งบประมาณโครงการ (80,000.00 บาท)
"""


def test_a_project_page_is_one_record():
    record = find_project(normal(PAGE))
    assert record.project_name == "โครงการชุมชนร่วมใจลดขยะ เขต 11"
    assert record.project_code == "65-00-9999"
    assert record.organisation == "มูลนิธิคนรักสุขภาพ"
    assert record.responsible_person == "นายกล้า ใจสู้"
    assert record.budget_baht == 80_000
    assert (record.period_start, record.period_end) == ("2022-12-01", "2023-12-31")
    assert (record.year_be, record.health_zone) == (2565, 11)


def test_empty_fields_are_told_from_missing_ones():
    silences = dict(find_project(normal(PAGE)).silences)
    assert silences == {"approved": "empty", "funder": "empty", "organisation": "empty"}
    assert dict(find_project(normal("เล่าเรื่องชุมชน")).silences)["budget_baht"] == "missing"


def test_none_reported_under_a_column_is_a_silence():
    record = find_project(normal("กิจกรรม | ปัญหา/อุปสรรค |\n---|---|\nอบรม | ไม่มี |\n"))
    assert ("obstacle", "none_reported") in record.silences


def test_the_head_of_an_activity_report():
    text = "มูลนิธิคนรักสุขภาพ\n\nโครงการตำบลน่าอยู่\n\n1.2 เวทีคืนข้อมูล14 พฤษภาคม 2023\n14\nพฤษภาคม 2023รายงานจากพื้นที่ โดย Kaew\ncircle\n"
    record = find_project(normal(text))
    assert (record.title, record.project_name) == ("1.2 เวทีคืนข้อมูล", "โครงการตำบลน่าอยู่")
    assert (record.report_date, record.reporter, record.organisation) == ("2023-05-14", "Kaew", "มูลนิธิคนรักสุขภาพ")


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("งบประมาณ : 50,000 บาท", 50_000),
        ("งบประมาณ\n50,000 บาท", 50_000),
        ("ได้รับงบประมาณสนับสนุนจำนวน 1.2 แสนบาท จากกองทุน", 120_000),
        ("ระดมทุนได้วงเงิน 4.3 ล้านบาท", None),
        ("ค่าอาหารมื้อละ 25 บาท", None),
        ("งบประมาณ : ", None),
    ],
)
def test_only_a_labelled_sum_is_the_budget(text, budget):
    assert find_project(normal(text)).budget_baht == budget


def test_bare_numbers_below_a_header_with_a_unit():
    text = "กลุ่มเป้าหมาย | จำนวนที่วางไว้(คน) | จำนวนที่เข้าร่วม(คน) |\n---|---|---|\nแกนนำ | 50 | 45 |\n"
    people = [(f.value, f.role) for f in find_facts(normal(text)).facts if f.kind == "people"]
    assert people == [("50", "target"), ("45", "actual")]


def test_a_repeated_date_is_one_fact():
    facts = find_facts(normal("เวที14 พฤษภาคม 2023\n14\nพฤษภาคม 2023รายงาน")).facts
    assert [f.value for f in facts if f.kind == "date"] == ["2023-05-14"]


needs_seeds = pytest.mark.skipif(
    not (SHARED / "gold" / "seed_facts.jsonl").exists(), reason="sample reports are not at ../shared"
)


@needs_seeds
def test_facts_of_the_sample_reports():
    result = measure(SHARED)
    told = [right for right, row, _ in result if row["value"] is not None]
    wrong = [json.dumps(row, ensure_ascii=False) for right, row, _ in result if not right]
    assert sum(told) / len(told) >= 0.90, wrong
    assert all(right for right, row, _ in result if row["value"] is None), wrong


@needs_seeds
def test_a_real_project_page_yields_its_whole_record():
    (path,) = (SHARED / "seeds").glob("004_*.txt")
    record = sheet_of(path).project
    filled = [
        getattr(record, n) for n in ("project_name", "organisation", "responsible_person", "report_date", "title")
    ]
    assert all(filled)
    assert (record.project_code, record.budget_baht, record.health_zone) == ("60-ข-087", 1_000_000, 11)
    assert (record.period_start, record.period_end, record.year_be) == ("2017-12-01", "2018-12-31", 2560)


def test_a_day_that_no_calendar_has_is_kept_as_words_and_dates_no_report():
    sheet = find_facts(normal("ชื่อโครงการ สวนผักริมรั้ว\nวันที่รายงาน : 31 กันยายน 2566"))
    assert sheet.project.report_date == ""
    assert [(f.value, f.check) for f in sheet.facts if f.kind == "date"] == [("31 กันยายน 2566", "wrong")]
