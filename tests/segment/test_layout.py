"""Headings in the writer's own words, told by their place: beside known headings, as chapters, alone on their lines, as questions."""

import pytest
from samples import lines_of

from pipeline.resources import load_table
from pipeline.segment import segment
from pipeline.segment.layout import Stand, WordRow, bare_title, told_by_place, words_of
from pipeline.segment.sections import _is_asked
from pipeline.spans import Span


def told(text):
    normal = lines_of(text)
    found = told_by_place(normal.text, normal.blocks)
    return {normal.blocks[at].span.slice(normal.text): line.stand for at, line in found.items()}


def under(text):
    """Each unit with title and role of its section."""
    found = segment(lines_of(text))
    return {u.span.slice(text): (found.sections[u.section].title, found.sections[u.section].role) for u in found.units}


REVIEW = """1. ได้อะไร
เด็กมาครบสี่โรงเรียน
2. ไม่ได้อะไร
ผู้ปกครองไม่มา
3. ที่ไปได้สวยเป็นเพราะอะไร
พี่มัธยมเป็นคนสอนน้อง
4. ใต้ต้นโพธิ์
คุยกันจนค่ำ
5. ข้อเสนอแนะ
รุ่นหน้าควรจัดวันเสาร์"""


def test_a_heading_of_ones_own_among_known_ones_ends_the_section_before():
    assert set(told(REVIEW)) == {"3. ที่ไปได้สวยเป็นเพราะอะไร", "4. ใต้ต้นโพธิ์"}
    found = under(REVIEW)
    assert found["พี่มัธยมเป็นคนสอนน้อง"] == ("ที่ไปได้สวยเป็นเพราะอะไร", "success_factor")
    assert found["คุยกันจนค่ำ"] == ("ใต้ต้นโพธิ์", "")
    assert found["รุ่นหน้าควรจัดวันเสาร์"][1] == "recommendation"
    assert "3. ที่ไปได้สวยเป็นเพราะอะไร" not in found


def test_items_of_a_list_stay_items():
    text = "ปัญหาอุปสรรค\n1. ถังไม่พอ\n2. รถเก็บขยะเสีย\n3. คนเช่าไม่แยก\nข้อเสนอแนะ\nควรซื้อถังเพิ่ม"
    assert {under(text)[item] for item in ("ถังไม่พอ", "รถเก็บขยะเสีย", "คนเช่าไม่แยก")} == {("ปัญหาอุปสรรค", "obstacle")}


@pytest.mark.parametrize(
    ("text", "stays", "role"),
    [  # what a reader takes for the list of the heading above it, whatever words its items begin with
        ("ผลที่เกิดขึ้น\n1. เกิดแผนรับมือน้ำท่วม\n- ซ้อมแล้วสองครั้ง\n2. เปลี่ยนรถเก็บขยะ\n- คันเล็กเข้าซอยได้", "ซ้อมแล้วสองครั้ง", "result"),
        ("ผลที่เกิดขึ้น\n1. เกิดแผนรับมือน้ำท่วม\n- ซ้อมแล้วสองครั้ง\n2. เปลี่ยนรถเก็บขยะ\n- คันเล็กเข้าซอยได้", "เกิดแผนรับมือน้ำท่วม", "result"),
        ("ผลที่เกิดขึ้น\n1. กองทุนมีเงินหมื่นบาท\nปัญหาอุปสรรค\n1. คนมาน้อย\nข้อเสนอแนะ\nควรนัดวันเสาร์", "กองทุนมีเงินหมื่นบาท", "result"),
        ("ผลที่เกิดขึ้น\n- 60 หลังคาเรือนมีแปลงผัก\nเพื่อนบ้านมาขอกล้าไปปลูกต่อ\n- 5 วัดติดป้าย\nพระเทศน์เรื่องนี้ทุกวันพระ", "วัดติดป้าย", "result"),
        ("ผลที่เกิดขึ้น\nป้าหยุดขายแล้ว\nเด็กหน้าโรงเรียนหันไปกินนมกับกล้วยแทนขนมถุง", "ป้าหยุดขายแล้ว", "result"),
        ("ผลที่เกิดขึ้น\nคุยกันก่อน\n**เด็กอ้วนลดจาก 32 เหลือ 19 คน**\nครูชั่งให้ทุกเดือน", "เด็กอ้วนลดจาก 32 เหลือ 19 คน**", "result"),
        ("ปัญหาอุปสรรค\nส่วนที่ 3 เก็บไว้ซ่อมประตูน้ำซึ่งไม่เคยพอ\nน้ำเค็มเข้านา", "เก็บไว้ซ่อมประตูน้ำซึ่งไม่เคยพอ", "obstacle"),
        ("ข้อเสนอแนะ\nส่วนที่ 1 สำหรับ อบต.\nตั้งงบทุกปี", "ตั้งงบทุกปี", "recommendation"),
    ],
)  # fmt: skip
def test_nothing_that_is_stated_is_lost(text, stays, role):
    assert stays in "".join(under(text)) and role in {
        found for unit, (_, found) in under(text).items() if unit in stays or stays in unit
    }


def test_a_chapter_ends_what_stood_before_it():
    text = "ข้อเสนอแนะ\nควรซื้อถังเพิ่ม\nบทที่ ๔ เสียงจากวงคุย\nคนแก่มาออกกำลังทุกเย็นแล้ว"
    assert told(text) == {"บทที่ ๔ เสียงจากวงคุย": Stand.HEADING}
    assert under(text)["คนแก่มาออกกำลังทุกเย็นแล้ว"] == ("เสียงจากวงคุย", "")


def test_steps_of_one_series_stand_side_by_side():
    text = """ผลการดำเนินงาน
๓.๑ เทศบาล
ปัญหาอุปสรรค
น้ำไม่พอหน้าแล้ง
๓.๒ โรงพยาบาล
ซื้อผักจากกลุ่มเดือนละสองหมื่น"""
    found = under(text)
    assert found["น้ำไม่พอหน้าแล้ง"][1] == "obstacle"
    assert found["ซื้อผักจากกลุ่มเดือนละสองหมื่น"][1] == "result"


def test_a_line_alone_is_a_heading_where_the_writer_sets_them_so():
    text = """ได้อะไร
แกนนำสี่สิบสองคนจากสี่โรงเรียนมาครบทุกวัน
ไม่ได้อะไร
ผู้ปกครองมาวันปิดแค่หกคนเพราะติดงานสวน
เก็บไว้ใช้อีก
ให้รุ่นหนึ่งมาเป็นพี่กลุ่ม น้องกล้าเล่ามากกว่าคุยกับผู้ใหญ่
ข้อเสนอแนะ
รุ่นหน้าควรรับเด็กที่เคยลองด้วยอย่างน้อยครึ่งหนึ่ง"""
    assert told(text) == {"เก็บไว้ใช้อีก": Stand.PART}
    parted = text.replace("เก็บไว้ใช้อีก", "ระดับอำเภอ").replace("ไม่ได้อะไร", "ข้อเสนอแนะต่อหน่วยงาน")
    assert under(parted)["ให้รุ่นหนึ่งมาเป็นพี่กลุ่ม น้องกล้าเล่ามากกว่าคุยกับผู้ใหญ่"][1] == "recommendation"


def test_a_bold_line_is_a_heading():
    text = "ข้อเสนอแนะ\n**จากวงคุยของแม่ครัว**\nผักขึ้นราคาทุกหน้าฝน\n**ถาม: แล้วได้ผลเพราะอะไร**\nแม่มาเองทุกวันศุกร์"
    assert told(text)["**จากวงคุยของแม่ครัว**"] is Stand.PART
    assert under(text)["ผักขึ้นราคาทุกหน้าฝน"] == ("จากวงคุยของแม่ครัว", "")
    assert under(text)["แม่มาเองทุกวันศุกร์"][1] == "success_factor"


def test_a_short_numbered_line_is_a_heading_when_its_words_say_so():
    text = "ผลลัพธ์\nจากสมุดของครู\n3.1 เด็กกินผัก 40 คน\n3.2 เรื่องน่าห่วง\nน้ำใต้ดินลดลงทุกปี\n3.3 ยอดขายเดือนละหมื่นสอง"
    assert under(text)["น้ำใต้ดินลดลงทุกปี"] == ("เรื่องน่าห่วง", "obstacle")
    assert under(text)["เด็กกินผัก 40 คน"][1] == "outcome"


def test_a_question_opens_the_section_of_its_answer():
    text = "ถาม  อะไรที่ยากที่สุด\nตอบ  ลุงป่วยกลางคัน ไม่มีใครแทน\nถาม  แล้วทำอย่างไรต่อ\nตอบ  ลูกสาวมาช่วยจนจบ"
    found = under(text)
    assert found["ตอบ  ลุงป่วยกลางคัน"][1] == "obstacle"
    assert found["ตอบ  ลูกสาวมาช่วยจนจบ"][1] == ""


def test_help_below_a_heading_leaves_it_open():
    text = "ปัญหาอุปสรรค\nมีอะไรที่ไม่เป็นไปตามที่ตั้งใจหรือไม่\nเครื่องเสียสองเครื่องในสามเดือน"
    assert under(text)["เครื่องเสียสองเครื่องในสามเดือน"][1] == "obstacle"


@pytest.mark.parametrize("line", ["ถามว่าทำไมเด็กเปลี่ยนได้ ครูตอบว่าเพราะแม่มาด้วย", "คนถามทางกันทั้งวัน"])
def test_a_told_question_is_text(line):
    assert not _is_asked(line)


@pytest.mark.parametrize("row", load_table("heading_words.tsv", WordRow), ids=lambda row: row.id)
def test_each_word_is_found_in_its_example(row):
    roles = [found.role for found in words_of(bare_title(row.example, Span(0, len(row.example))))]
    if row.role.startswith("-"):
        assert row.role.removeprefix("-") not in roles
    else:
        assert row.role in roles or row.role in {"result", "activity"}


def test_words_of_a_sentence_part_are_whole_words():
    assert words_of("คนหนุ่มในป่ายาง") == ()
