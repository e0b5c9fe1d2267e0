"""Which issues and themes a passage is tagged with: planted traps, frames, context."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify.frames import frame_spans
from pipeline.classify.tag import tag_text
from pipeline.classify.taxonomy import codes


def issues(text: str, **context: str) -> set[str]:
    return {tag.code for tag in tag_text(text, **context) if tag.scheme == "issue" and tag.accepted}


def themes(text: str) -> set[str]:
    return {tag.code for tag in tag_text(text) if tag.scheme == "sdh" and tag.accepted}


@pytest.mark.parametrize(
    "text",
    [
        "ประชุมเครือข่ายที่จังหวัดสุราษฎร์ธานี",
        "คณะทำงานจากสุราษฎร์ฯ และ มรส.สุราษฎร์ มาเยี่ยม",
        "ชุมชนสามารถขับเคลื่อนงานต่อได้",
        "จัดเวทีการถอดบทเรียนและประเมินสมรรถนะ",
        "ต.ควนเมา อ.รัษฎา จ.ตรัง เป็นพื้นที่ใหม่",
        "ต้นไม้เมาะ แผงเมาท์ และคีย์บอร์ดชำรุด",
        "เวลาพอดีกับการเตรียมงาน",
        "ตัวแทนจากจังหวัดพิจิตรและสวนจิตรลดา",
        "เกิดจิตอาสาที่มีจิตสำนึกสาธารณะ",
        "รพ.สต.บ้านหัวถนน และถนนสายวัฒนธรรม",
        "เดินหน้าโครงการต่อ แม้ต้องวิ่งเต้นหางบ",
        "เดินทางไปดูงาน",
        "ระบบขับถ่ายปกติ",
        "สถานีสูบน้ำของชลประทาน",
        "คนปากหวาน น้ำมัน มันสำปะหลัง และดินเค็ม",
        "เบิกค่าอาหาร ค่าอาหารว่าง และอาหารสัตว์",
        "นัดพบกันที่ศูนย์อาหาร",
        "การเผาผลาญพลังงานและฌาปนกิจสงเคราะห์ของชนเผ่า",
        "สร้างสภาพแวดล้อมทางสังคมและสภาพแวดล้อมที่เอื้อต่อสุขภาพ",
        "สิ่งแวดล้อมการเรียนรู้ของเด็ก",
        "การเมืองตึงเครียดและเคร่งเครียด",
        "ไวรัสคอมพิวเตอร์ทำให้ไฟล์หาย",
        "ศัตรูพืชระบาด",
        "ชาวไร่ยาสูบขายใบยาให้การยาสูบ",
        "จัดการโรคเรื้อรังแนวใหม่ เบาหวาน ความดัน",
        "โรคเอดส์ แม่และเด็ก ผู้สูงอายุ ฟันผุ ไข้เลือดออก และยาสมุนไพร",
        "ตำบลผักไหม และ อ.ผักไห่ ส่งตัวแทนมา",
        "ผู้ป่วย 60 รายได้รับการเยี่ยม",
        "บำบัดทุกข์บำรุงสุข",
    ],
)
def test_look_alikes_tag_no_issue(text: str) -> None:
    assert issues(text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ชาวสุราษฎร์ธานีลดการดื่มสุราลงครึ่งหนึ่ง", {"alcohol_drugs"}),
        ("ชุมชนสามารถลดอุบัติเหตุทางถนนได้", {"road_safety"}),
        ("แจกเจลแอลกอฮอล์และแอลกอฮอล์ล้างมือ", {"emerging_health"}),
        ("วัคซีนใจในชุมชนได้ผล", {"mental_health"}),
        ("ร้านอาหารติดตั้งระบบบำบัดน้ำเสีย", {"pollution"}),
        ("ยาเสพติดระบาดในหมู่บ้าน", {"alcohol_drugs"}),
        ("มีกิจกรรมทาง กายเพิ่มขึ้น", {"physical_activity"}),
        ("ตรวจวัด PM 2.5 และpm2.5 ทุกเช้า", {"pollution"}),
        ("รณรงค์เมาไม่ขับ", {"alcohol_drugs", "road_safety"}),
        ("ผู้ติดเชื้อ COVID-๑๙ หายแล้ว", {"emerging_health"}),
    ],
)
def test_the_own_words_tag(text: str, expected: set[str]) -> None:
    assert issues(text) == expected


FRAMES = [
    "ครอบคลุม 8 ประเด็น ได้แก่ ยาสูบ สุราและสิ่งเสพติด อาหาร กิจกรรมทาง กาย ความปลอดภัยทางถนน สุขภาพจิต มลพิษจากสิ่งแวดล้อม และปัญหาสุขภาพอุบัติใหม่",
    "บุหรี่ เหล้า อาหาร และการออกกำลังกาย",
    "ยาสูบ/สุรา/อาหาร/กิจกรรมทางกาย",
    "• บุหรี่\n• เหล้า\n• ขยะ\n• อุบัติเหตุ",
    "1) ลดการสูบบุหรี่ 2) ลดการดื่มสุรา 3) เพิ่มกิจกรรมทางกาย 4) จัดการขยะ",
    "แผนงานบุหรี่ แผนงานเหล้าและสารเสพติด แผนงานผู้สูงอายุ แผนงานอาหารและโภชนาการ แผนงานสุขภาพจิต",
    "เหล้า,บุหรี่,อุบัติเหตุ,โควิด",
    "ปัญหายาสูบ หรือสุรา หรือโรคเรื้อรัง หรืออาหาร หรือมลพิษ",
]


@pytest.mark.parametrize("text", FRAMES)
def test_a_list_of_four_or_more_issues_tags_none(text: str) -> None:
    assert frame_spans(text)
    assert issues(text) == set()
    framed = [tag for tag in tag_text(text) if tag.scheme == "issue"]
    assert len(framed) >= 4
    assert all(tag.because.startswith("frame") for tag in framed)


@pytest.mark.parametrize("text", FRAMES)
def test_what_is_said_outside_the_list_still_tags(text: str) -> None:
    assert issues(text + " โดยปีนี้ผู้เข้าร่วม 12 คนเลิกบุหรี่ได้สำเร็จ") == {"tobacco"}


def test_four_issues_in_sentences_of_their_own_are_no_list() -> None:
    text = "คนในตำบลเลิกบุหรี่ได้ 12 คน  งานศพทุกงานเลิกเลี้ยงเหล้าแล้ว  เด็กอ้วนลดลงจาก 18 เหลือ 11 คน  และธนาคารขยะเปิดทุกเดือน"
    assert frame_spans(text) == ()
    assert issues(text) == {"tobacco", "alcohol_drugs", "food", "pollution"}


def test_three_issues_in_a_list_are_tagged() -> None:
    assert issues("ตำบลเลือกทำเรื่องบุหรี่ เหล้า และขยะ") == {"tobacco", "alcohol_drugs", "pollution"}


def test_context_alone_is_not_accepted_and_helps_weak_words() -> None:
    weak = "พ่อค้าไม่ขายให้เด็กแล้ว"
    assert issues(weak) == set()
    assert issues(weak, context_title="โครงการชุมชนปลอดบุหรี่") == {"tobacco"}
    alone = [t for t in tag_text("มีผู้เข้าร่วม 40 คน", context_title="โครงการชุมชนปลอดบุหรี่") if t.scheme == "issue"]
    assert [(t.code, t.accepted) for t in alone] == [("tobacco", False)]
    assert "บริบท" in alone[0].because


def test_a_heading_that_lists_the_issues_lends_nothing() -> None:
    assert [t for t in tag_text("มีผู้เข้าร่วม 40 คน", context=FRAMES[0]) if t.scheme == "issue"] == []


def test_participation_needs_a_mechanism_or_partner() -> None:
    assert themes("ชาวบ้านมีส่วนร่วมดีมาก") == set()
    assert "system.participation_networks" in themes("เกิดการมีส่วนร่วมของทุกภาคส่วนและภาคีเครือข่าย")


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("สมาชิกปรับเปลี่ยนพฤติกรรมได้", "people.literacy_behaviour"),
        ("อบรมพัฒนาศักยภาพแกนนำ", "people.education_capacity"),
        ("กลุ่มเปราะบางยังเข้าไม่ถึงสิทธิ", "people.equity_lifecourse"),
        ("ปลดหนี้และมีรายได้เพิ่ม", "env.economy_work"),
        ("ซ่อมบ้านให้ผู้ยากไร้", "env.living_conditions"),
        ("ปรับภูมิทัศน์สวนสาธารณะ", "env.physical_environment"),
        ("ความสามัคคีและความไว้วางใจในชุมชน", "env.social_culture"),
        ("ประชาสัมพันธ์ทางเสียงตามสายและเฟซบุ๊ก", "env.media_commercial"),
        ("รพ.สต. คัดกรองและส่งต่อ", "system.health_services"),
        ("ประกาศใช้ธรรมนูญสุขภาพตำบล", "system.policy_governance"),
        ("ตั้งคณะทำงานจากทุกภาคส่วน", "system.participation_networks"),
        ("งบประมาณล่าช้าและฐานข้อมูลไม่ครบ", "system.resources_information"),
    ],
)
def test_each_theme_is_found_from_plain_words(text: str, theme: str) -> None:
    assert theme in themes(text)


def test_a_word_said_twice_counts_once() -> None:
    once, twice = ([t for t in tag_text(text) if t.scheme == "issue"] for text in ("ฝึกสมาธิ", "ฝึกสมาธิ แล้วฝึกสมาธิ"))
    assert [tag.score for tag in once] == [0.35]
    assert [tag.score for tag in twice] == [0.35]


WORDS = [
    "บุหรี่",
    "เหล้า",
    "ขยะ",
    "อาหาร",
    "วิ่ง",
    "รถ",
    "สุราษฎร์ธานี",
    "และ",
    " ",
    ", ",
    "\n",
    "ลดลง",
    "คณะทำงาน",
    "งบ",
    "12 คน",
]


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
def test_laws_of_tags(text: str) -> None:
    tags = tag_text(text)
    assert tags == tag_text(text)
    assert len({(tag.scheme, tag.code) for tag in tags}) == len(tags)
    for tag in tags:
        assert tag.code in codes(tag.scheme)
        assert 0.05 <= tag.score < 1
        assert tag.because
        assert not tag.accepted or tag.score >= 0.5
    for scheme in ("issue", "sdh"):
        scores = [tag.score for tag in tags if tag.scheme == scheme]
        assert all(a >= b for a, b in pairwise(scores))
