"""Lines that look like a heading and are a finding, and labels that rule less or more than the lines below them: each line with its role."""

import pytest
from samples import lines_of

from pipeline.segment import segment
from pipeline.segment.headings import is_question
from pipeline.segment.layout import words_of


def roles(text):
    """Each unit with the role and state of its section."""
    found = segment(lines_of(text))
    named = {}
    for unit in found.units:
        section = found.sections[unit.section]
        named[unit.span.slice(text)] = (
            section.role if section.state is None else f"{section.role}/{section.state.value}"
        )
    return named


OBSTACLES = """ปัญหาอุปสรรค
- งบประมาณโอนช้ากว่ากำหนด
- ระยะเวลาดำเนินงานสั้นเกินไป
- ผู้รับผิดชอบย้ายกลางโครงการ
- ความคาดหวังของชาวบ้านสูงมาก
- งบประมาณ ไม่เพียงพอ
- คนมาน้อย"""
RESULTS = """ผลการดำเนินงาน
- ผลสัมฤทธิ์ทางการเรียนดีขึ้น
- ปัญหาสุขภาพช่องปากหมดไป
1) ตัวชี้วัดความสำเร็จผ่านครบทุกข้อ"""
FACTORS = "ปัจจัยความสำเร็จ\n1. งบประมาณโปร่งใส\n2. ผู้นำเอาจริง\n3. บริบทชุมชนเอื้อ"


@pytest.mark.parametrize(
    ("text", "role"), [(OBSTACLES, "obstacle"), (RESULTS, "result/achieved"), (FACTORS, "success_factor")]
)
def test_list_items_that_begin_with_a_label_stay_items(text, role):
    found = roles(text)
    assert len(found) == text.count("\n")
    assert set(found.values()) == {role}


def test_an_item_over_a_label_of_its_own_keeps_its_words():
    found = roles(
        "ผลการดำเนินงาน\n1. ชาวบ้านเลิกเหล้าครบ 40 คน\nปัญหา: บางคนกลับมาดื่ม\n2. เยาวชนเป็นแกนนำ 12 คน\nปัญหา: เรียนจบแล้วย้าย\n"
        "ข้อเสนอแนะ\n1. ควรมีรถรับส่งผู้สูงอายุ\nผู้รับผิดชอบ: เทศบาล\n2. ควรเพิ่มเครื่องวัดความดัน\nผู้รับผิดชอบ: รพ.สต."
    )
    assert found["ชาวบ้านเลิกเหล้าครบ 40 คน"] == found["เยาวชนเป็นแกนนำ 12 คน"] == "result/achieved"
    assert found["บางคนกลับมาดื่ม"] == "obstacle"
    assert found["ควรเพิ่มเครื่องวัดความดัน"] == "recommendation"


def test_a_label_answered_by_silence_rules_no_line_below_it():
    found = roles("ผลการดำเนินงาน\nเด็กแปรงฟันหลังอาหาร\nปัญหา: ไม่มี\nเด็กดื่มนมหมดกล่อง\nแผน: -\nเด็กกินผักหมดถาด")
    assert found["เด็กดื่มนมหมดกล่อง"] == found["เด็กกินผักหมดถาด"] == "result/achieved"
    assert roles("ปัญหาอุปสรรค :-\nฝนตกทั้งเดือนจนลานแฉะ")["ฝนตกทั้งเดือนจนลานแฉะ"] == "obstacle"
    assert roles("ปัญหา:\nฝนตกทั้งเดือนจนลานแฉะ")["ฝนตกทั้งเดือนจนลานแฉะ"] == "obstacle"


def test_a_noun_that_is_a_label_of_facts_is_a_topic_below_a_heading_that_tells():
    found = roles("ปัญหาอุปสรรค\nงบประมาณ\nเงินงวดสองโอนช้าไปสองเดือน\nทีมงาน\nลาออกสามคนกลางโครงการ")
    assert set(found.values()) == {"obstacle"}
    found = roles("ผลการดำเนินงาน\nได้ลานออกกำลังกาย 2 แห่ง\nทีมงาน\nนายดำรง ขยันยิ่ง ประธาน\nนางแดง ตั้งใจ เลขานุการ")
    assert found["นายดำรง ขยันยิ่ง ประธาน"] == "facts"


def test_short_lines_and_topics_leave_the_section_open():
    text = "ผลที่เกิดขึ้น\nปลูกผักกินเองสี่สิบครัวเรือนตลอดปี\nปัญหาอุปสรรค\nรถเสีย\nคนน้อย\nผู้นำป่วยนานสองเดือน\nข้อเสนอแนะ\nโรงเรียน\n"
    text += "ให้จัดช่วงเช้าหน้าเสาธงแทนช่วงเย็น\nเทศบาล\nเพิ่มเวลาเปิดลานกีฬาถึงสองทุ่มทุกวัน"
    found = roles(text)
    assert found["ผู้นำป่วยนานสองเดือน"] == "obstacle"
    assert found["เพิ่มเวลาเปิดลานกีฬาถึงสองทุ่มทุกวัน"] == "recommendation"


def test_another_project_ends_what_was_said_of_the_one_before():
    found = roles(
        "โครงการที่ 1 ตลาดเขียว\nปัญหา\nฝนตกทุกวันนัด\nโครงการที่ 2 จักรยานไปโรงเรียน\nคนปั่นเพิ่มจาก 9 เป็น 26 คน\n"
        "แผนต่อไป\nจะทำลานจอดเพิ่ม\nโครงการที่ 3 ครัววัด\nพระฉันหวานน้อยลงทั้งวัด"
    )
    assert found["ฝนตกทุกวันนัด"] == "obstacle"
    assert found["คนปั่นเพิ่มจาก 9 เป็น 26 คน"] == found["พระฉันหวานน้อยลงทั้งวัด"] == ""
    inside = roles("ผลการดำเนินงาน\nกลุ่มที่ 1 แม่บ้าน\nขยะลดลงครึ่งหนึ่ง\nกลุ่มที่ 2 เยาวชน\nเก็บขวดได้เงินเข้ากลุ่ม")
    assert inside["เก็บขวดได้เงินเข้ากลุ่ม"] == "result/achieved"


def test_lines_of_label_and_value_rule_themselves_alone():
    found = roles("ผลที่เกิดขึ้น\nด้านอาหาร: มีแปลงผัก 20 แปลง\nเป้าหมาย: ครบ 60 ครัวเรือน\nน้ำ: มีน้ำใช้ทุกบ้าน\nเงิน: ออมได้เดือนละพัน")
    assert found["น้ำ: มีน้ำใช้ทุกบ้าน"] == found["เงิน: ออมได้เดือนละพัน"] == "result/achieved"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "วันที่ 12 ก.พ. ผลที่ได้ คนใหม่มาเพิ่ม 8 คน ปัญหา/อุปสรรค หมาไล่ แนวทางแก้ไข ให้ผูกหมา",
            {"คนใหม่มาเพิ่ม 8 คน": "result/achieved", "หมาไล่": "obstacle", "ให้ผูกหมา": "recommendation"},
        ),
        (
            "ปัญหา:ทางมืด แก้ไข:ติดไฟ ผล:คนกล้าเดิน",
            {"ทางมืด": "obstacle", "ติดไฟ": "recommendation", "คนกล้าเดิน": "result/achieved"},
        ),
        ("จุดเด่น ทำงานเป็นทีม จุดที่ควรพัฒนา ขาดคนจดบันทึก", {"ทำงานเป็นทีม": "success_factor", "ขาดคนจดบันทึก": "recommendation"}),
    ],
)
def test_labels_in_one_line_each_rule_their_text(line, parts):
    found = roles(line)
    assert {part: found.get(part) for part in parts} == parts


def test_a_list_of_labels_in_prose_is_prose():
    line = "ทีมงานได้ทบทวนผลการดำเนินงาน ปัญหาอุปสรรค และข้อเสนอแนะ ร่วมกับชุมชนทั้งสามหมู่"
    assert set(roles(f"ความเป็นมาของเวที\n{line}").values()) <= {"", "background/background"}


def test_blanks_or_a_tab_behind_a_label_count_as_its_colon():
    found = roles("กิจกรรม   เก็บขยะชายหาด\nปัญหา   ราคาขวดตก\nแผน\tทำต่อทุกเดือน")
    assert found == {"เก็บขยะชายหาด": "activity", "ราคาขวดตก": "obstacle", "ทำต่อทุกเดือน": "plan/planned"}


def test_letters_roman_numbers_pictures_and_boxes_count_like_numbers():
    found = roles("ก. ผลที่ได้\nคนมาวิ่งทุกเย็น\nข. ที่มันไม่เดิน\nลานมืดจนคนกลัว\nค. ปัจจัยที่ช่วย\nนายกมาวิ่งเอง")
    assert list(found.values()) == ["result/achieved", "obstacle", "success_factor"]
    found = roles("✅ ผลที่ได้\nเด็กใส่หมวกเอง\n❌ ปัญหา\nหมวกหายบ่อย\n[ข้อเสนอแนะ] ให้มีชั้นวางหมวก")
    assert list(found.values()) == ["result/achieved", "obstacle", "recommendation"]
    assert "จ. เชียงใหม่ ฝุ่นหนา" in roles("ปัญหาอุปสรรค\nจ. เชียงใหม่ ฝุ่นหนา")


def test_the_agenda_of_minutes_opens_sections():
    found = roles(
        "ระเบียบวาระที่ 1 เรื่องแจ้งเพื่อทราบ\nประธานแจ้งว่างบมาแล้ว\nระเบียบวาระที่ 3 ปัญหาอุปสรรค\nชาวสวนขายของตอนประชุม\n"
        "ระเบียบวาระที่ 4 ข้อเสนอแนะ\nเลื่อนไปประชุมวันพระ"
    )
    assert found["ชาวสวนขายของตอนประชุม"] == "obstacle"
    assert found["เลื่อนไปประชุมวันพระ"] == "recommendation"


def test_a_misspelt_label_does_not_take_the_first_letter_of_the_next_word():
    assert roles("ปัญหาอุปสรรค ความร่วมมือน้อย") == {"ความร่วมมือน้อย": "obstacle"}


def test_a_verb_behind_its_noun_makes_no_heading():
    assert [row.role for row in words_of("สิ่งที่อยากเสนอ")] == ["recommendation"]
    assert words_of("เด็กเสนอกติกาหน้าร้าน") == ()


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("ทำไม", True),
        ("ที่ทำมาได้เพราะอะไร", True),
        ("ใครช่วยบ้าง", True),
        ("ท่านคิดว่าสำเร็จเพราะอะไร", True),
        ("ชาวบ้านตัดสินใจเองได้ว่าจะใช้เงินกองทุนทำอะไร", False),
        ("ยังไม่รู้ว่าแยกขยะไปทำไม", False),
        ("คนแก่เลือกเองได้ว่าจะกินยาหรือไม่", False),
    ],
)
def test_a_question_told_is_no_question(line, asks):
    assert is_question(line) is asks


def test_a_report_that_repeats_its_proposal_tells_its_results():
    text = """หลักการและเหตุผล
ตำบลมีอุบัติเหตุทุกเทศกาล
วิธีดำเนินการ
จัดอบรมและตั้งด่าน
ผลที่คาดว่าจะได้รับ
อุบัติเหตุลดลง
ผลการดำเนินงาน
ตั้งด่านครอบครัวครบเจ็ดหมู่บ้านตลอดสงกรานต์
ปัญหาอุปสรรค
อาสาไม่พอในคืนวันที่สาม"""
    assert segment(lines_of(text)).genre_state is None
    assert segment(lines_of(text[: text.index("ผลการดำเนินงาน")])).genre_state is not None


def test_signatures_and_captions_are_no_text():
    text = """ปัญหาอุปสรรค
ฝนตกทั้งเดือนจนลานใช้ไม่ได้
ภาพที่ 2 ปัญหาหนอนกินใบ
ลงชื่อ ..................... ผู้รายงาน
(นางสาวสมพร ใจงาม)
ตำแหน่ง ประธานชมรม
วันที่ 12 กันยายน 2567"""
    assert list(roles(text)) == ["ฝนตกทั้งเดือนจนลานใช้ไม่ได้"]
