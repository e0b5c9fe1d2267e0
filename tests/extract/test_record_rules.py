"""Budget, organisation, person, year and silence of a report where several values compete."""

import pytest

from pipeline.extract.fields import FormWordRow, filled_columns
from pipeline.extract.project import find_project
from pipeline.ingest.text import find_blocks
from pipeline.process import process
from pipeline.records import NormalText, Settings
from pipeline.resources import load_table
from pipeline.spans import MappedText


def record_of(text):
    return find_project(NormalText(MappedText.identity(text), find_blocks(text, markdown=False)[0]))


COSTS = """6. งบประมาณ
6.1 ค่าวิทยากร 4 ชั่วโมง x 500 บาท เป็นเงิน 2,000 บาท
6.2 ค่าอาหาร 60 คน x 100 บาท เป็นเงิน 6,000 บาท
{total}
7. การประเมินผล
"""


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        (COSTS.format(total="รวมทั้งสิ้น 8,000 บาท (แปดพันบาทถ้วน)"), 8_000),
        (COSTS.format(total="รวมเป็นเงิน 8,000 บาท"), 8_000),
        (COSTS.format(total="รวมงบประมาณทั้งสิ้น 8,000.00"), 8_000),
        (COSTS.format(total="ขอถัวเฉลี่ยทุกรายการ"), None),
        ("งบประมาณ : 20 คน x 100 บาท รวมทั้งสิ้น 2,000 บาท", 2_000),
        ("งบประมาณ : ชั่วโมงละ 600 บาท", None),
        ("งบประมาณ ค่าสาย 10 x 290 = 2,900 / ค่าไฟ 18,000   รวม 20,900 (สองหมื่นเก้าร้อยบาทถ้วน)", 20_900),
        ("งบประมาณ\nรายการ | จำนวนเงิน\n---|---\nค่าวิทยากร | 3,600\nค่าอาหาร | 9,600\nรวมทั้งสิ้น | 13,200\n", 13_200),
        ("งบประมาณที่ได้รับ 50,000 บาท ใช้จริง 48,000 บาท รวมทั้งสิ้น 48,000 บาท", 50_000),
        ("งบประมาณ\nเล่าเรื่องสวน\nขายผักได้รวมทั้งสิ้น 9,000 บาท", None),
        ("งบประมาณ : 50,000 บาท\nค่าอาหารรวมเป็นเงิน 3,000 บาท", 50_000),
        ("วาระที่ 4 พิจารณาโครงการ\n4.1 โครงการปลูกผัก งบ 15,000 บาท\n4.2 โครงการเดินป่า งบ 22,000 บาท", None),
        ("โครงการปลูกผัก งบ 15,000 บาท\nเล่าเรื่องสวนของเรา", 15_000),
    ],
)
def test_the_total_is_the_budget_and_no_rate_or_plan(text, budget):
    assert record_of(text).budget_baht == budget


def test_a_list_of_projects_does_not_name_the_project_of_its_report():
    listed = "รายงานการประชุม\n3.1 โครงการปลูกผักริมรั้ว รายงานว่าปลูกแล้ว\n3.2 โครงการเดินป่า ยังไม่เริ่ม\n"
    assert record_of(listed).project_name == ""
    assert record_of("รายงานการประชุม\n3.1 โครงการปลูกผักริมรั้ว\n3.2 เรื่องอื่น ๆ\n").project_name == "ปลูกผักริมรั้ว"


@pytest.mark.parametrize(
    ("value", "organisation"),
    [
        ("ชมรมคนเดินดี    ผู้นำเสนอ นางแก้ว ใจดี", "ชมรมคนเดินดี"),
        ("ชมรมคนเดินดี ฝ่ายสวน ผู้นำเสนอ แก้ว", "ชมรมคนเดินดี ฝ่ายสวน"),
        ("ชมรมคนเดินดี นางแก้ว ใจดี พยาบาล", "ชมรมคนเดินดี"),
        ("ชมรมคนเดินดี โทร 02-000-0000", "ชมรมคนเดินดี"),
        ("ชมรมคนเดินดี ตำบลละแม", "ชมรมคนเดินดี ตำบลละแม"),
    ],
)
def test_an_organisation_ends_before_the_next_label_or_person(value, organisation):
    assert record_of(f"หน่วยงาน {value}").organisation == organisation


@pytest.mark.parametrize("row", [pytest.param(r, id=r.id) for r in load_table("fields_stops.tsv", FormWordRow)])
def test_words_of_forms(row):
    if row.kind == "person":
        assert record_of(f"ผู้รับผิดชอบ : {row.example}").responsible_person == ""
    else:
        assert record_of(f"หน่วยงาน : {row.example}").organisation == "ชมรมคนเดินดี"
        assert (
            not row.counter_example or record_of(f"หน่วยงาน : {row.counter_example}").organisation == row.counter_example
        )


def test_a_form_that_nobody_filled_in_has_no_name_and_no_person():
    text = "ส่วนที่ 1\nชื่อโครงการ ................\nผู้รับผิดชอบ ................\n\nส่วนที่ 2 ผลการดำเนินงาน\nเล่าผล\n"
    record = record_of(text)
    assert (record.project_name, record.responsible_person) == ("", "")
    assert {("project_name", "empty"), ("responsible_person", "empty")} <= set(record.silences)


def test_a_section_below_an_empty_label_is_not_its_value():
    assert record_of("ผู้รับผิดชอบ\nส่วนที่ 2 ผลการดำเนินงาน").responsible_person == ""


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("สรุปงานลานบ้าน ประจำปี 2566\nความเป็นมา\nผลสำรวจปี 2563 พบคนอ้วนมาก\n", 2566),
        ("สรุปงานลานบ้าน\n1. ความเป็นมา\nผลสำรวจปี 2563 พบคนอ้วนมาก\n2. ผลงาน\nทำลานเสร็จในปี 2565\n", 2565),
        ("สรุปงานลานบ้าน\n1. ความเป็นมา\nผลสำรวจปี 2563 พบคนอ้วนมาก\n", None),
        ("สรุปงานลานบ้าน\nอุบัติเหตุทั่วประเทศ ปี 2562 มีคนตายมาก\nวันที่รายงาน : 5 มกราคม 2566", 2566),
        ("สรุปงานลานบ้าน\nข้อมูลของกระทรวงสาธารณสุข ปี 2562 มีคนป่วยมาก\n", None),
        ("สรุปงานลานบ้าน\nกองทุนจัดตั้งเมื่อปี 2551\nวงคุยวันที่ 5 มกราคม 2566", 2566),
        ("สรุปงานลานบ้าน\nปี 2564\nปี 2565\nปี 2566\nเวลารอ\n95\n48\n26\n", 2566),
        ("รายงานการประชุมคณะทำงาน ครั้งที่ 4/2567\nปี 2568 จะทำต่อ", 2567),
        ("รหัสโครงการ : 2568-L5293-02-11\nลานบ้าน", 2568),
        ("ลานบ้าน\nเก็บข้อมูลระหว่างเดือนพฤษภาคม 2558 - กุมภาพันธ์ 2559", 2559),
        ("ลานบ้าน\nระยะเวลาดำเนินงาน : 1 ตุลาคม 2559 - 30 กันยายน 2560", 2559),
        ("ลานบ้าน\n" + "เล่าเรื่องสวนของเรา\n" * 100 + "เวลารอลดลงจากเดิมเหลือ 26 นาที ในปี 2566", 2566),
    ],
)
def test_the_year_is_the_reports_own(text, year):
    assert record_of(text).year_be == year


TABLE = "กิจกรรม | ปัญหา/อุปสรรค | ข้อเสนอแนะ |\n---|---|---|\nอบรม | {first} | - |\nเยี่ยมบ้าน | ไม่มี | - |\n"


def test_a_column_is_silent_only_when_no_cell_of_it_speaks():
    silences = record_of(TABLE.format(first="คนมาน้อยเพราะฝนตก")).silences
    assert ("obstacle", "none_reported") not in silences
    assert ("recommendation", "none_reported") in silences
    assert ("obstacle", "none_reported") in record_of(TABLE.format(first="-")).silences


def test_columns_that_speak_are_named():
    text = TABLE.format(first="คนมาน้อยเพราะฝนตก")
    assert filled_columns(NormalText(MappedText.identity(text), find_blocks(text, markdown=False)[0])) == {"obstacle"}


def test_a_finding_takes_the_silence_of_its_category_away(tmp_path):
    said = "ปัญหา/อุปสรรค : ไม่มี\n"
    told = "\nปัญหาอุปสรรคในการดำเนินงาน\n- ชาวบ้านไม่มีเวลามาประชุม เพราะติดกรีดยาง\n- งบประมาณล่าช้าไปสามเดือน\n"
    for name, text, silent in (("a.txt", said, True), ("b.txt", said + told, False)):
        path = tmp_path / name
        path.write_text("สรุปงานลานบ้าน\n" + text, encoding="utf-8")
        result = process(path, root=tmp_path, settings=Settings(model="rules"))
        found = any(lesson.finding.category == "obstacle" for lesson in result.lessons)
        assert found is not silent
        assert (("obstacle", "none_reported") in result.facts_of_project.silences) is silent
