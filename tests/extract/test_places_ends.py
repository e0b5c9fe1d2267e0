"""Where the name of a place ends: a part of a longer name, a word of the sentence or a person is no place."""

import pytest

from pipeline.assembly import area_of, weighted
from pipeline.extract.places import AfterRow, find_places, is_labelled
from pipeline.resources import load_table


def named(text):
    return [(p.level, p.name_th) for p in find_places(text) if p.span is not None]


@pytest.mark.parametrize(
    "text",
    [
        "กองทุนสุขภาพ อบต.ทุ่งกระเจียว",
        "ตำบลบ้านโป่งแดง",
        "เทศบาลตำบลบางบัวทองใหม่",
        "ร่วมกับเทศบาลตำบลปากน้ำใหญ่ ทำงาน",
        "รพ.สต. ตำบลเขาดินใต้",
        "อำเภอเขาวงตัวอย่าง",
    ],
)
def test_the_beginning_of_a_longer_name_is_no_place(text):
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    ["ขอให้ อบต. ตรวจน้ำทุกเดือน", "อบต. ควรตั้งงบ", "เทศบาลควรจัดที่จอดรถ", "คนทั้งตำบลใหม่ด้วยกันหมด", "เทศบาล ตลาด และวัด"],
)
def test_a_word_behind_a_local_government_is_no_place(text):
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ต.นากระตามอ.ท่าแซะ", "นากระตาม"),
        ("ตำบลละแมมีประชากรสูงวัย", "ละแม"),
        ("ตำบลละแมเจ็ดหมู่บ้าน", "ละแม"),
        ("อบต.ละแมเสนอว่าปีหน้า", "ละแม"),
        ("ตำบลตรวจ อำเภอศรีณรงค์", "ตรวจ"),
        ("บ้านน้ำใส (ต.ควร)", "ควร"),
        ("ตำบลละแม 12 หมู่บ้าน", "ละแม"),
        ("ต.ปากน้ำหลังสวน อ.หลังสวน", "ปากน้ำ"),
    ],
)
def test_a_name_may_touch_a_word_of_the_sentence(text, name):
    assert ("subdistrict", name) in named(text)


def test_a_name_that_another_word_touches_counts_where_the_text_has_it_alone():
    assert named("ตำบลละแมขยันกันดี") == []
    assert named("ตำบลละแมขยันกันดี เพราะตำบลละแม ไม่รอใคร") == [("subdistrict", "ละแม")] * 2


@pytest.mark.parametrize("text", ["เขียนโดย สุรชัย ภูมิใจ", "โดย นางสาวสุพรรณ บุรีรัมย์ใจสู้", "นายกล้า ชัยภูมิ"])
def test_a_person_is_no_province(text):
    assert named(text) == []


@pytest.mark.parametrize("text", ["ทีมจากเชียงใหม่", "ไปดูงานที่พัทลุงด้วยกัน", "ชาวชุมพรและระนอง"])
def test_a_bare_province_is_found_between_words(text):
    assert {level for level, _ in named(text)} == {"province"}


def test_a_municipality_named_with_its_district_is_the_subdistrict_of_that_district():
    assert "860409" in {p.code for p in find_places("เทศบาลตำบลปากน้ำหลังสวน")}


@pytest.mark.parametrize("text", ["จังหวัดชุมพรบ้านเรา", "จังหวัดชุมพรงดงาม"])
def test_a_province_behind_its_word_is_the_province_whatever_touches_it(text):
    assert named(text) == [("province", "ชุมพร")]


@pytest.mark.parametrize("row", [pytest.param(r, id=r.id) for r in load_table("places_after.tsv", AfterRow)])
def test_words_that_may_touch_a_name(row):
    assert named(row.example) == [("subdistrict", "ละแม")]
    assert not row.counter_example or named(row.counter_example) == []


def test_a_province_behind_its_word_outweighs_bare_ones():
    text = "ทีมจากขอนแก่นและขอนแก่น มาเยี่ยมจังหวัดลำพูน"
    places = find_places(text)
    assert [is_labelled(text, p) for p in places] == [False, False, True]
    assert area_of(weighted(text, places), places).province == "ลำพูน"


def test_a_bare_province_whose_name_begins_like_a_word_for_a_level_is_bare():
    text = "ไปเที่ยว จันทบุรี"
    assert [is_labelled(text, p) for p in find_places(text)] == [False]
