"""Names, periods and writers that a report states without a labelled field."""

import pytest

from pipeline.extract.project import find_project
from pipeline.ingest.text import find_blocks
from pipeline.records import NormalText
from pipeline.spans import MappedText


def project(text):
    return find_project(NormalText(MappedText.identity(text), find_blocks(text, markdown=False)[0]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1. ชื่อโครงการ\nชื่อโครงการควรสั้นและเข้าใจง่าย\nผักริมรั้ว ครัวชุมชน\n", "ผักริมรั้ว ครัวชุมชน"),
        ("โครงการลานบ้านสดใส ต.บ้านเหนือ อ.เมือง จ.ตรัง\nเล่าเรื่องปีแรก", "โครงการลานบ้านสดใส"),
        ("สรุปวงคุย “ลานบ้านสดใส” วันอาทิตย์\nมากัน 9 คน", "ลานบ้านสดใส"),
        ("เล่าเรื่องลานวัด\nวัดริมน้ำ (โครงการลานวัดร่มรื่น)\n", "ลานวัดร่มรื่น"),
        ("เล่าเรื่องวันฝนตก\nเราเดินไปวัดกัน\n", ""),
    ],
)
def test_the_name_of_the_project(text, name):
    assert project(text).project_name == name


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("รหัส 63-00-9999 · 1 พ.ย. 61 – 30 เม.ย. 62 · ต.บ้านเหนือ", ("2018-11-01", "2019-04-30")),
        ("เก็บข้อมูลระหว่างเดือนตุลาคม 2564 ถึงเดือนกุมภาพันธ์ 2567", ("2021-10-01", "2024-02-29")),
        ("รายงานประจำเดือน กรกฎาคม ๒๕๖๗", ("2024-07-01", "2024-07-31")),
        ("อบรมวันที่ 11-12 พฤษภาคม 2562 ที่วัด", ("", "")),
        ("ตีพิมพ์ในวารสารบ้านเรา (ก.ค.-ธ.ค. 2564)", ("", "")),
    ],
)
def test_the_period_of_the_project(text, period):
    record = project(text)
    assert (record.period_start, record.period_end) == period


@pytest.mark.parametrize(
    ("text", "reporter"),
    [
        ("บันทึกวงคุย\nจดโดย น้องแก้ว โรงเรียนบ้านเหนือ", "น้องแก้ว"),
        ("เลิกประชุม 12.00 น.\n      (นางสาวแก้ว  ใจดี) ผู้จดรายงานการประชุม", "นางสาวแก้ว ใจดี"),
        ("เรื่องเล่า\nเขียนเมื่อ 7 มีนาคม 2566 · โดย คนบ้านเหนือ · บันทึก 12", "คนบ้านเหนือ"),
        ("ประชุมร่วมกันโดยทุกฝ่ายเห็นด้วย", ""),
    ],
)
def test_the_writer_of_the_report(text, reporter):
    assert project(text).reporter == reporter


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("ลานวัด | งบ 64,200 บาท | รุ่น 2", 64200.0),
        ("ทุน · วงเงินรวม 412,000 บาท", 412000.0),
        ("เสียค่าป้ายไป 4,800 บาท", None),
    ],
)
def test_the_budget_in_the_head(text, budget):
    assert project(text).budget_baht == budget
