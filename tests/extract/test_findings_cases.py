"""What becomes a finding, of which category and state, and what never does."""

import pytest
from samples import lines_of

from pipeline.extract.findings import extract
from pipeline.records import Block, NormalText, State
from pipeline.segment import segment


def findings_of(text):
    normal = lines_of(text)
    return [(f.category, f.status, f.span.slice(text)) for f in extract(normal, segment(normal)).findings]


def achieved(text):
    return [(category, quote) for category, state, quote in findings_of(text) if state is State.ACHIEVED]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("จัดอบรมแกนนำ 3 รุ่น มีผู้เข้าร่วม 64 คน", "output"),
        ("หลังทำกติกา ขยะในคลองลดลงจาก 14 เหลือ 5 กระสอบต่อวัน", "outcome"),
        ("ชาวบ้านยังไม่ยอมแยกขยะเปียกเพราะกลัวหนอน", "obstacle"),
        ("ความสำเร็จเกิดจากกำนันลงมือทำเองก่อนทุกครั้ง", "success_factor"),
        ("ได้เรียนรู้ว่าต้องไปหาแม่ค้าถึงแผงก่อนออกกติกา", "lesson"),
        ("ควรเพิ่มถังขยะเปียกหน้าตลาดอีกสองจุด", "recommendation"),
    ],
)
def test_a_cue_gives_its_category_without_any_heading(text, category):
    assert [c for c, _ in achieved(text)] == [category]


@pytest.mark.parametrize(
    ("heading", "item", "category"),
    [
        ("ปัจจัยความสำเร็จ", "แม่ครัวสามคนเป็นลูกหลานในหมู่บ้าน", "success_factor"),
        ("ปัญหาอุปสรรค", "ใบเสร็จเขียนมือใช้เบิกกับกองคลังแล้วถูกตีกลับ", "obstacle"),
        ("ข้อเสนอแนะ", "ตั้งงบค่าน้ำมันให้คนขับรถรับส่งคนไข้", "recommendation"),
        ("บทเรียนที่ได้รับ", "เริ่มจากบ้านที่อยากทำ แล้วบ้านอื่นเดินมาดูเอง", "lesson"),
    ],
)
def test_a_heading_gives_its_category_to_a_line_without_cue(heading, item, category):
    assert achieved(f"{heading}\n- {item}") == [(category, item)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("แห่งที่สามกำหนดเปิดเดือนพฤศจิกายน 2567", False),
        ("คัดกรองความเครียดให้ได้ร้อยละ 90", False),
        ("คัดกรองความเครียดให้ได้ร้อยละ 90 อสม. เดินถามครบ 1,204 คน", True),
    ],
)
def test_a_clause_that_states_a_plan_is_no_result_under_a_heading_of_results(line, found):
    assert bool(achieved(f"ผลลัพธ์\n- {line}")) is found


def test_planned_is_not_achieved():
    text = "ผลที่คาดว่าจะได้รับ\n1. เกิดแกนนำอย่างน้อย 30 คน\n2. ขยะลดลงร้อยละ 20\nผลที่เกิดขึ้นจริง\nขยะลดลงร้อยละ 8"
    assert achieved(text) == [("outcome", "ขยะลดลงร้อยละ 8")]
    assert State.PLANNED in {state for _, state, _ in findings_of(text)}


@pytest.mark.parametrize(
    "text",
    ["เพื่อให้เกิดกติกาของชุมชนเรื่องการเผา", "คาดว่าจะมีคนเลิกสูบ 20 คน", "จะจัดอบรมแกนนำ 2 รุ่นในเดือนหน้า"],
)
def test_aims_are_not_achieved(text):
    assert achieved(text) == []


def test_a_value_reached_against_a_target_is_achieved():
    assert [c for c, _ in achieved("ผลการดำเนินงาน\nมีคนเลิกสูบได้ 9 คน จากเป้าหมายที่ตั้งไว้ 15 คน")] == ["outcome"]


def test_no_problem_is_no_obstacle():
    assert [(c, s) for c, s, _ in findings_of("ปัญหาอุปสรรค\nไม่พบปัญหาในการทำงานรอบนี้เลย")] == [("obstacle", State.NEGATED)]


def test_not_yet_is_an_obstacle_and_no_outcome():
    assert [c for c, _ in achieved("ยังไม่เกิดกติการ่วมของสองหมู่บ้าน")] == ["obstacle"]


def test_thanks_are_no_success_factor():
    text = "โครงการนี้สำเร็จลุล่วงด้วยดี ด้วยความร่วมมือจากทุกหมู่บ้าน ซึ่งเป็นปัจจัยความสำเร็จ"
    assert findings_of(text) == []


def test_obstacle_and_result_of_one_sentence_are_two_points():
    text = "ผลที่เกิดขึ้นจริง\nได้แผนงาน 4 แผนส่งกองทุนแล้ว แต่ยังมีปัญหาอุปสรรค เช่น เปลี่ยนเจ้าหน้าที่ เน็ตหลุดบ่อย"
    assert achieved(text) == [
        ("output", "ได้แผนงาน 4 แผนส่งกองทุนแล้ว"),
        ("obstacle", "แต่ยังมีปัญหาอุปสรรค เช่น เปลี่ยนเจ้าหน้าที่ เน็ตหลุดบ่อย"),
    ]


def test_a_predicate_takes_its_subject_along():
    text = "สรุปงาน\nการเบิกเงินรอบสอง  ไม่สามารถดำเนินการได้เพราะปิดปีงบ"
    assert achieved(text) == [("obstacle", "การเบิกเงินรอบสอง  ไม่สามารถดำเนินการได้เพราะปิดปีงบ")]


def test_short_cues_are_whole_words():
    assert achieved("ท้องถิ่นและช้างเดินมาพร้อมกันเมื่อวาน") == []


def test_questions_state_nothing():
    assert achieved("มีผู้เข้าร่วมโครงการจำนวนเท่าใด และเกิดกติกาชุมชนหรือไม่") == []


def test_a_project_page_achieves_nothing():
    text = (
        "ชื่อโครงการ | บ้านเราปลอดควัน |\nภายใต้องค์กร | กองทุนตำบล |\nละติจูด-ลองจิจูด | place |\n"
        "ความสำคัญของโครงการ สถานการณ์ หลักการและเหตุผล\nปีที่แล้วทำให้เกิดกติกาห้ามสูบในวัด\n"
        "วัตถุประสงค์/ตัวชี้วัดความสำเร็จ\n-เกิดกติกาครัวเรือน -มีครัวเรือนเข้าร่วม 40 ครัวเรือน"
    )
    assert achieved(text) == []


def test_nothing_is_taken_from_unreadable_blocks():
    text = "ปัญหาอุปสรรค\nขาดงบประมาณและบุคลากรทุกปี"
    normal = lines_of(text)
    damaged = tuple(
        Block(b.span, b.kind, b.locator, damage=1.0) if index else b for index, b in enumerate(normal.blocks)
    )
    normal = NormalText(normal.mapped, damaged, damage=0.5)
    assert extract(normal, segment(normal)).findings == ()


def test_every_finding_says_why():
    normal = lines_of("ข้อเสนอแนะ\nควรเพิ่มถังขยะ")
    (finding,) = extract(normal, segment(normal)).findings
    assert "ข้อเสนอแนะ" in finding.because
    assert "ควรเพิ่ม" in finding.because
    assert 0 < finding.confidence <= 1


FORM = """แบบประเมินคุณค่าที่เกิดขึ้น
1. เกิดความรู้ หรือ นวัตกรรมชุมชน
1.3 กระบวนการใหม่ [ไม่มี]
2.2 การบริโภค : ร้านข้าวแกง 5 ร้านเลิกใช้กล่องโฟมแล้ว
3.4 การบริการสุขภาพ
6.1 ความรู้สึกภาคภูมิใจในตัวเอง | ไม่ใช่ | |"""


def test_printed_rows_of_the_value_form_are_no_findings_but_their_answers_are():
    assert [quote for _, quote in achieved(FORM)] == ["ร้านข้าวแกง 5 ร้านเลิกใช้กล่องโฟมแล้ว"]


@pytest.mark.parametrize("line", ["รอบแรกเดือนมิถุนา", "ตลาดหน้าอำเภอ", "หลักฐาน", "ระบบอาหารของหมู่บ้าน"])
def test_a_noun_alone_under_results_is_no_finding(line):
    assert findings_of("ผลลัพธ์ที่เกิดขึ้นจริง\n" + line) == []


@pytest.mark.parametrize(("heading", "category"), [("ปัจจัยความสำเร็จ", "success_factor"), ("ปัญหาอุปสรรค", "obstacle")])
def test_a_noun_alone_is_a_factor_or_an_obstacle(heading, category):
    assert achieved(heading + "\nหนูนาในโรงเก็บข้าว") == [(category, "หนูนาในโรงเก็บข้าว")]


def test_the_title_once_more_is_no_finding():
    title = "โครงการคลองใสไร้ขยะ บ้านท่าเกวียนเหนือ"
    top = "\n".join([title, "บ้านท่าเกวียนเหนือ", "ปี 2565", "ผู้เขียน ก.", "เล่มที่ 1", "หน้า 1"])
    assert findings_of(top + "\nข้อเสนอแนะ\n" + title) == []


def test_the_title_of_a_slide_said_twice_ends_the_section_before():
    text = "ข้อเสนอแนะ\nควรเพิ่มถังขยะหน้าตลาดอีกสองจุด\nเรื่องเงิน เรื่องเงิน\nกระปุกไม้ไผ่ของชมรมผู้เฒ่า"
    assert achieved(text) == [("recommendation", "ควรเพิ่มถังขยะหน้าตลาดอีกสองจุด")]


def test_words_of_time_at_the_start_of_a_sentence_stay_in_it():
    text = "ก่อนทำโครงการ ชายหาดมีขยะวันละ 9 กระสอบ หลังทำลดลงเหลือ 2 กระสอบ"
    normal = lines_of(text)
    assert segment(normal).units[0].span.start == 0
