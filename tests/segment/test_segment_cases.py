"""Cases that reports bring: sections, lists, labels with their text, tables."""

import pytest
from samples import lines_of

from pipeline.records import Block, BlockKind, NormalText, State
from pipeline.segment import segment
from pipeline.segment.headings import read_heading
from pipeline.segment.markers import inner_markers
from pipeline.spans import MappedText, Span


def units_of(text):
    found = segment(lines_of(text))
    return [(found.sections[u.section].role, u.span.slice(text)) for u in found.units]


@pytest.mark.parametrize(
    ("line", "roles", "content"),
    [
        ("ผลลัพท์ที่เกิดขึ้น", ("outcome",), ""),  # a misspelt label
        ("ปัญหาและอุปสรรรค", ("obstacle",), ""),
        ("๓.๒ ข้อเสนแนะ : เพิ่มถังขยะเปียก", ("recommendation",), "เพิ่มถังขยะเปียก"),
        ("ผลที่เกิดขึ้นจริงผลผลิต (Output) / ผลลัพธ์ (Outcome)", ("result", "output", "outcome"), ""),
        ("กิจกรรมที่ปฎิบัติรายละเอียดของการทำกิจกรรมที่ได้ปฎิบัติจริง", ("activity",), ""),
        ("• ปัจจัยแห่งความสำเร็จของศูนย์เรียนรู้บ้านเรา", ("success_factor",), ""),
        ("ปัญหาอุปสรรค 3 ข้อ", ("obstacle",), ""),
        ("ปัญหาที่พบคือ ถังแตกหมดแล้ว", ("obstacle",), "ถังแตกหมดแล้ว"),
    ],
)
def test_headings_are_read_as_people_write_them(line, roles, content):
    match = read_heading(line, Span(0, len(line)))
    assert match is not None
    assert match.roles == roles
    assert match.content.slice(line) == content


@pytest.mark.parametrize(
    "line",
    [
        "ผลผลิตทางการเกษตรตกต่ำ ทำให้ชาวบ้านขาดรายได้",
        "บทเรียนออนไลน์ของโรงเรียนใช้ได้แล้ว 3 วิชา",
        "ปัจจัยเสี่ยงในหมู่บ้านมีมาก",
        "สภาพปัญหาน้ำเสียของชาวตลาด",
    ],
)
def test_words_that_only_start_like_a_label_are_no_result_heading(line):
    match = read_heading(line, Span(0, len(line)))
    assert match is None or not {"output", "outcome", "lesson", "success_factor", "obstacle"} & set(match.roles)


def test_a_question_of_the_form_is_no_text():
    text = "บทเรียนที่ได้ว่าอะไรเป็นสิ่งที่ควรทำ และอะไรเป็นข้อควรระวังในการทำงาน\n1) ต้องชวนแม่ค้าก่อน"
    assert units_of(text) == [("lesson", "ต้องชวนแม่ค้าก่อน")]


def test_numbers_glued_to_words_start_items():
    text = "ผลลัพธ์1)เด็กกินผักมากขึ้น2)ครูเลิกขายน้ำอัดลม 3) มีตลาดเขียว 1 แห่ง"
    assert [unit for _, unit in units_of(text)] == [
        "เด็กกินผักมากขึ้น", "ครูเลิกขายน้ำอัดลม", "มีตลาดเขียว 1 แห่ง",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["ใช้เงิน 4.3 ล้านบาท ใน 2 ปี", "ช่วงปี 2559-2560 มีคนมาก", "เปิด 08.30 น. ทุกวัน"])
def test_numbers_inside_words_start_no_item(text):
    assert inner_markers(text, Span(0, len(text))) == []


def test_a_plan_ends_at_the_bullet_after_its_list():
    text = (
        "กิจกรรมที่ปฏิบัติ\nวัตถุประสงค์ของการจัดกิจกรรม\n1. เพื่อสรุปงาน 2. เพื่อวางแผน\n"
        "• ลุงมีเสนอให้ย้ายถังขยะไปหน้าวัด\nผลที่เกิดขึ้นจริง\nขยะน้อยลง"
    )
    roles = {unit: role for role, unit in units_of(text)}
    assert roles["เพื่อสรุปงาน"] == "plan"
    assert roles["ลุงมีเสนอให้ย้ายถังขยะไปหน้าวัด"] == "activity"
    assert roles["ขยะน้อยลง"] == "result"


def test_a_fact_label_rules_its_own_line_only():
    text = "ผลลัพธ์\nสถานที่ : ศาลาหมู่ 3\nคนเลิกสูบในบ้าน 14 หลัง"
    assert units_of(text)[-1] == ("outcome", "คนเลิกสูบในบ้าน 14 หลัง")


def test_a_counted_noun_gives_its_role_to_the_list_behind_it():
    text = "วงคุยสรุปปัญหาหลัก 2 ประการ คือ 1) รถขยะมาไม่ตรงวัน 2) คนเช่าห้องไม่แยกขยะ\nจบด้วยรำวง"
    assert units_of(text)[1:] == [
        ("obstacle", "รถขยะมาไม่ตรงวัน"), ("obstacle", "คนเช่าห้องไม่แยกขยะ"), ("", "จบด้วยรำวง"),
    ]  # fmt: skip


def test_planned_and_actual_columns_do_not_mix():
    text = "ร้อยละ 80 เลิกสูบ\nเลิกสูบ 9 คนจาก 30"
    cells = (
        Block(Span(0, 17), BlockKind.TABLE_CELL, "page=1", table=0, row=1, column=1, column_header="ผลลัพธ์ที่ตั้งไว้"),
        Block(Span(18, 36), BlockKind.TABLE_CELL, "page=1", table=0, row=1, column=2, column_header="ผลลัพธ์ที่เกิดขึ้นจริง"),
    )
    found = segment(NormalText(MappedText.identity(text), cells))
    states = [found.sections[unit.section].state for unit in found.units]
    assert states == [State.PLANNED, State.ACHIEVED]


def test_a_count_of_comments_at_the_top_does_not_hide_the_page():
    body = "เมื่อเดือนก่อนกลุ่มแม่บ้านงดเหล้าในงานศพได้ทั้งตำบล"
    assert [unit for _, unit in units_of(f"ความเห็น (2) ดอกไม้ (5)\n{body}")] == [body]


def test_a_polite_sentence_hides_itself_and_not_its_paragraph():
    told = "กลุ่มผู้สูงอายุออกกำลังกายร่วมกันทุกสัปดาห์ ระดับน้ำตาลของสมาชิกลดลง " * 4
    for polite in ("จึงเรียนมาเพื่อโปรดทราบ", "คณะผู้จัดทำขอขอบคุณผู้ใหญ่บ้าน"):
        units = [unit for _, unit in units_of(f"{told}{polite}")]
        assert "".join(units).replace(" ", "") == told.replace(" ", "")
        assert units_of(f"ระดับน้ำตาลลดลง {polite}") == []


def test_a_headline_printed_twice_is_read_once():
    headline, body = "บ้านสวนปลอดควันบุหรี่ครบทุกหลังคาเรือน", "คณะทำงานลงพื้นที่เยี่ยมบ้านทุกเดือน"
    assert [unit for _, unit in units_of(f"{headline}\n\n{headline}\n{body}")] == [headline, body]


def test_photo_captions_and_footers_are_shielded():
    text = "• แกนนำเกิดกติกาใหม่\n• แกนนำเกิดกติกาใหม่\nขยะลดลงจาก 9 เหลือ 4 ตัน\nความเห็น (0)\nเกิดกติกาใหม่"
    assert [unit for _, unit in units_of(text)] == ["ขยะลดลงจาก 9 เหลือ 4 ตัน"]
