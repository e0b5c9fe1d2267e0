"""Lines that look like a heading and are a finding, and labels that rule less or more than the lines below them: each line with its role."""

import pytest
from samples import lines_of

from pipeline.resources import load_table
from pipeline.segment import segment
from pipeline.segment.headings import TailWordRow, TopicRow, is_question, read_heading
from pipeline.segment.layout import words_of
from pipeline.segment.markers import CountedRow, inner_markers, opening_marker
from pipeline.spans import Span


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


def test_a_number_that_counts_stays_with_what_it_counts():
    found = roles("ผลลัพธ์\n19 คนเลิกเหล้าได้เกินหกเดือน\n3 หมู่บ้านประกาศกติกา\n1 อบรมแกนนำครบทุกซอย")
    assert list(found) == ["19 คนเลิกเหล้าได้เกินหกเดือน", "3 หมู่บ้านประกาศกติกา", "อบรมแกนนำครบทุกซอย"]


@pytest.mark.parametrize(
    ("line", "marker"),
    [
        ("2.2 คนทิ้งขยะข้างทาง", "2.2 "),
        ("1.1จัดประชุมชี้แจง", "1.1"),
        ("1.2.3 ลงเยี่ยมบ้าน", "1.2.3 "),
        ("3.5 ไร่ที่ยังเผาอยู่", ""),
        ("09.00-10.00 น. ลงทะเบียน", ""),
        ("12.30น. กินข้าว", ""),
        ("5 แปลง รวม 7 ไร่", ""),
        ("2 แปลงผักโตไม่ทัน", "2 "),
    ],
)
def test_a_number_of_several_parts_numbers_or_measures(line, marker):
    assert opening_marker(line, Span(0, len(line))).slice(line) == marker


@pytest.mark.parametrize("row", load_table("marker_counted.tsv", CountedRow), ids=lambda row: row.id)
def test_each_counted_word_keeps_its_number(row):
    assert not opening_marker(row.example, Span(0, len(row.example)))
    assert opening_marker(row.counter_example, Span(0, len(row.counter_example)))


@pytest.mark.parametrize("row", load_table("tail_words.tsv", TailWordRow), ids=lambda row: row.id)
def test_each_word_behind_a_label_keeps_the_line_text(row):
    assert read_heading(row.example, Span(0, len(row.example))) is None
    assert read_heading(row.counter_example, Span(0, len(row.counter_example))) is not None


@pytest.mark.parametrize("row", load_table("heading_topics.tsv", TopicRow), ids=lambda row: row.id)
def test_each_topic_stands_under_what_tells_of_it(row):
    lines = row.example.split(" / ")
    found = roles("\n".join(lines) if row.kind == "topic" else f"{lines[0]}\n1. {lines[-1]}\n2. คนมาน้อยกว่าที่นัด")
    if row.kind == "line":
        after = roles(f"ปัญหาอุปสรรค\nคลองตื้น\n{row.example}\nน้ำเน่าทุกหน้าแล้ง")
        assert after["น้ำเน่าทุกหน้าแล้ง"] == "obstacle"
    else:
        assert len(set(found.values())) == 1 and not set(found.values()) & {"facts", "plan/planned", "activity"}


def test_a_chapter_stands_under_no_preface():
    found = roles(
        "คำนำ\nเล่มนี้รวมเรื่องเล่าของคนสี่หมู่บ้าน\nบทที่ 1 ผลการดำเนินงาน\nทำได้ครบ\nบทที่ 2 เสียงสะท้อน\nความดันลดจาก 160 เหลือ 130"
    )
    assert found["ความดันลดจาก 160 เหลือ 130"] == ""


def test_a_label_with_a_word_of_its_own_is_no_misspelt_label():
    found = roles("ผลที่เกิดขึ้น\n- กลุ่มเป้าหมายครบ\n- เด็กใส่หมวก 80 คน\n- ผู้เข้าร่วมประชุมน้อย\n- พี่เลี้ยงโครงการลาออก")
    assert len(found) == 4 and set(found.values()) == {"result/achieved"}


def test_dashes_around_a_heading_are_print():
    found = roles("--- ปัญหาอุปสรรค ---\nฝนตกทุกวันนัด\n- บทเรียน -\nต้องเผื่อวันไว้สองวัน\nข้อเสนอแนะ -\nขอร่มใหญ่สี่คัน")
    assert list(found.values()) == ["obstacle", "lesson", "recommendation"]


def test_a_silent_label_leaves_no_plan_open():
    found = roles(
        "วัตถุประสงค์\n1. เพื่อลดการเผา\nปัญหาอุปสรรค: ไม่มี\nชาวนา 40 รายเลิกเผาฟาง\nปัญหา\nไม่มี\nลูกหลานกลับมาช่วยงานนา 6 คน"
    )
    assert found["ชาวนา 40 รายเลิกเผาฟาง"] == found["ลูกหลานกลับมาช่วยงานนา 6 คน"] == ""


def test_a_common_noun_that_opens_several_lines_is_their_label():
    found = roles("ปัญหา ครูพละมีคนเดียว\nข้อเสนอ ขอครูเพิ่ม\nปัญหา ตู้กดน้ำเสียบ่อย\nผลลัพธ์ที่ 1 เด็กสวมหมวกเอง")
    assert list(found.values()) == ["obstacle", "recommendation", "obstacle", "outcome"]
    assert roles("ปัญหา ของเราไม่ใช่เงิน") == {"ปัญหา ของเราไม่ใช่เงิน": ""}


def test_prose_with_words_that_are_labels_is_not_cut():
    line = "เดิมนับกันแต่ ผลผลิต ไม่มีใครดู ผลลัพธ์ จนปีนี้จึงมาคุยกัน"
    assert set(roles(line).values()) == {""}


def test_what_follows_a_close_may_still_advise():
    text = "ข้อเสนอแนะ\nจึงเรียนมาเพื่อโปรดทราบ\nพยาบาลควรมาตรวจฟันทุกเทอม\nภาพ 10 ปีก่อนกับวันนี้ต่างกันลิบ แม่ค้าเลิกใช้โฟมทั้งตลาด"
    found = roles(text)
    assert "พยาบาลควรมาตรวจฟันทุกเทอม" in found
    assert len(found) == 2 and "จึงเรียนมาเพื่อโปรดทราบ" not in found


@pytest.mark.parametrize(
    ("line", "marker"), [("+ ลานกีฬาเปิดทุกเย็น", "+ "), ("+ 5 ครัวเรือน", ""), ("+กลุ่มผู้สูงอายุ", ""), ("ผัก + ผลไม้", "")]
)
def test_a_plus_opens_an_item_before_thai_words(line, marker):
    assert opening_marker(line, Span(0, len(line))).slice(line) == marker


FORM = """แบบติดตามโครงการคัดแยกขยะ
๑. สภาพปัญหา : ขยะล้นทั้งตำบล
๒. วัตถุประสงค์ : เพื่อลดขยะในครัวเรือน
๓. ปริมาณขยะก่อนและหลังทำโครงการ
ขยะลดจากวันละ 2 ตันเหลือ 1 ตัน
๔. ข้อเสนอแนะของผู้ติดตาม  อบต. ควรชั่งขยะทุกเดือน
๕. ทุนที่มีอยู่
บ้านเรามีบ่อหมัก 12 บ่อ
"""


def test_a_numbered_line_stands_beside_the_numbered_sections_before_it():
    found = roles(FORM)
    assert found["ขยะล้นทั้งตำบล"].startswith("background")
    assert found["ขยะลดจากวันละ 2 ตันเหลือ 1 ตัน"] == "" == found["บ้านเรามีบ่อหมัก 12 บ่อ"]
    assert found["อบต. ควรชั่งขยะทุกเดือน"] == "recommendation"


def test_a_line_numbered_below_a_section_stays_in_it():
    found = roles("2. สภาพปัญหา : ขยะล้น\n2.1 ขยะเปียกมีมาก\n2.2 ชาวบ้านทิ้งข้างทางทุกวัน\n3. ผลลัพธ์ : ขยะลดลง\n")
    assert found["ขยะเปียกมีมาก"].startswith("background") and found["ชาวบ้านทิ้งข้างทางทุกวัน"].startswith("background")


def test_a_single_dash_on_a_word_is_no_list():
    lines = {"ตั้งจุดคัดกรองทางเข้า -ออกหมู่บ้าน 6 จุด": [], "มีของ -ผัก -ปลา": ["-", "-"], "- ผัก -ปลา": ["-"]}
    for line, wanted in lines.items():
        assert [mark.slice(line).strip() for mark in inner_markers(line, Span(0, len(line)))] == wanted, line
