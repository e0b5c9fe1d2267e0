"""Values in text: numbers, dates, places, money, counts, codes, organisations, persons, as users read them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.codes import find_codes
from pipeline.extract.dates import find_dates, read_year
from pipeline.extract.money import find_money
from pipeline.extract.numbers import find_numbers
from pipeline.extract.organisations import find_organisations
from pipeline.extract.people import find_counts
from pipeline.extract.persons import find_contacts, find_persons, national_id_valid
from pipeline.extract.places import find_places, full_name


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("๑,๒๓๔ คน", ["1234"]),
        ("2 แสน 5 หมื่นบาท", ["250000"]),
        ("1.5 พันล้านบาท", ["1500000000"]),
        ("๕๐-๖๐ %", ["50-60"]),
        ("2-3 ล้านบาท", ["2000000-3000000"]),
        ("สามสิบเอ็ดคน", ["31"]),
        ("หนึ่งในสี่", ["0.25"]),
        ("ครึ่งหนึ่ง", ["0.5"]),
        ("เชื่อมร้อยเครือข่าย", []),
        ("PM2.5", []),
        ("ร้อยละ 75.50", ["75.5"]),
        ("กลุ่ม 1, 2 และ 3", ["1", "2", "3"]),
    ],
)
def test_numbers(text, values):
    assert [n.plain for n in find_numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("31 กรกฎาคม 2566", ["2023-07-31"]),
        ("สรุป 2 ประเด็น14 พฤษภาคม 2023", ["2023-05-14"]),
        ("14\nพฤษภาคม 2023รายงาน", ["2023-05-14"]),
        ("6 ก.พ. 2561 10:27 น.", ["2018-02-06"]),
        ("ตค. ๕๑", ["2008-10"]),
        ("310766-สรุป.pdf", ["2023-07-31"]),
        ("โทร 310766", []),
        ("๕-๖ พฤศจิกายน ๒๕๕๘", ["2015-11-05/2015-11-06"]),
        ("1 ธันวาคม 2560 - 31 ธันวาคม 2561", ["2017-12-01/2018-12-31"]),
        ("ก.ย. – ต.ค. ๒๕๕๑", ["2008-09/2008-10"]),
        ("ปีงบประมาณ 2567", ["2023-10-01/2024-09-30"]),
        ("ตั้งแต่ปี 61 มา", ["2018"]),
        ("พ.ศ.2566-2570", ["2023/2027"]),
        ("12/03/2566", ["2023-03-12"]),
        ("นำเสนอ 5-7 นาที", []),
        ("อายุ 60 ปี 30 คน", []),
        ("พ.ร.บ. 2550", []),
    ],
)
def test_dates(text, values):
    assert [d.value for d in find_dates(text)] == values


def test_a_two_digit_year_below_forty_keeps_its_words():
    (mention,) = find_dates("3 พ.ค. 23")
    assert (mention.value, mention.era, mention.check) == ("3 พ.ค. 23", "unknown", "unchecked")


def test_a_day_that_the_calendar_does_not_have_is_wrong():
    (mention,) = find_dates("31 ก.พ. 2566")
    assert (mention.value, mention.check) == ("31 ก.พ. 2566", "wrong")


@given(st.integers(2400, 2699))
def test_buddhist_years_are_543_more(year):
    assert read_year(str(year)).ce == year - 543


@given(st.integers(1900, 2100))
def test_common_years_stay(year):
    assert read_year(str(year)).ce == year


@given(st.dates(min_value=date(1957, 1, 1), max_value=date(2100, 12, 31)))
def test_any_day_is_read_back_in_both_eras(day):
    months = [
        "มกราคม",
        "กุมภาพันธ์",
        "มีนาคม",
        "เมษายน",
        "พฤษภาคม",
        "มิถุนายน",
        "กรกฎาคม",
        "สิงหาคม",
        "กันยายน",
        "ตุลาคม",
        "พฤศจิกายน",
        "ธันวาคม",
    ]
    for year in (day.year, day.year + 543):
        (mention,) = find_dates(f"เมื่อ {day.day} {months[day.month - 1]} {year} ที่ประชุม")
        assert (mention.value, mention.check) == (day.isoformat(), "ok")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("ผู้เข้าร่วมจำนวน 100 คน", [("people", "100", "actual", "unchecked")]),
        ("เกิดแกนนำ อย่างน้อย  30  คน", [("people", "30", "target", "unchecked")]),
        (
            "จากร้อยละ 40 เพิ่มเป็นร้อยละ 65",
            [("percent", "40", "baseline", "unchecked"), ("percent", "65", "actual", "unchecked")],
        ),
        (
            "รอบเอวลดจาก 90 เหลือ 85 เซนติเมตร",
            [("count", "90", "baseline", "unchecked"), ("count", "85", "actual", "unchecked")],
        ),
        ("กลุ่มตัวอย่าง 285 คน", [("count", "285", "", "unchecked")]),
        ("จังหวัดละ 2 คน / รวม 14 คน", [("count", "2", "", "unchecked"), ("people", "14", "", "unchecked")]),
        ("20 รายการ", []),
        ("ครั้งที่ 2 วันที่ 3", []),
    ],
)
def test_counts(text, facts):
    assert [(f.kind, f.value, f.role, f.check) for f in find_counts(text)] == facts


@pytest.mark.parametrize(("share", "check"), [("75", "ok"), ("75.4", "ok"), ("57", "wrong")])
def test_a_stated_share_is_recomputed(share, check):
    facts = find_counts(f"เลิกได้ 30 คน จาก 40 คน คิดเป็นร้อยละ {share}")
    assert (facts[-1].kind, facts[-1].check) == ("percent", check)


def test_groups_times_each_give_the_people():
    found = find_counts("5 ตำบล ๆ ละ 20 คน")
    assert [(f.value, f.check) for f in found if f.kind == "people"] == [("100", "ok")]


@given(st.text(alphabet="0123456789๐๑๒ คนบาทร้อยละจากเป็น.,-/%ๆล้าน\n", max_size=80))
def test_spans_lie_inside_the_text(text):
    for fact in (*find_counts(text), *find_money(text), *find_codes(text), *find_contacts(text)):
        assert fact.span.end <= len(text)
        assert fact.span.slice(text).strip()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("วงเงิน 4.3 ล้านบาท", [("4300000", "baht")]),
        ("ค่าอาหาร 20 คน ๆ ละ 120 บาท", [("120", "baht_each")]),
        ("25 บาท/คน", [("25", "baht_each")]),
        ("๑,๕๐๐ บาท", [("1500", "baht")]),
        ("ห้าพันบาท", [("5000", "baht")]),
    ],
)
def test_money(text, facts):
    assert [(f.value, f.unit) for f in find_money(text)] == facts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ตำบลตะโก อำเภอทุ่งตะโก จังหวัดชุมพร", ["ตำบลตะโก อำเภอทุ่งตะโก จังหวัดชุมพร"]),
        ("ต.ตลาด อ.เมือง จ.สุราษฎร์ธานี", ["ตำบลตลาด อำเภอเมืองสุราษฎร์ธานี จังหวัดสุราษฎร์ธานี"]),
        ("ต.บก อ.โนนคูณ", ["ตำบลบก อำเภอโนนคูณ จังหวัดศรีสะเกษ"]),
        (
            "อำเภอปากพนัง ได้แก่ ตำบลหูล่อง ตำบลบ้านใหม่",
            ["ตำบลหูล่อง อำเภอปากพนัง จังหวัดนครศรีธรรมราช", "ตำบลบ้านใหม่ อำเภอปากพนัง จังหวัดนครศรีธรรมราช"],
        ),
    ],
)
def test_subdistricts_with_their_chain(text, names):
    assert [full_name(p.code) for p in find_places(text) if p.level == "subdistrict"] == names


@pytest.mark.parametrize(
    "text", ["ระดับตำบลและอำเภอ", "ทุกตำบลเพื่อสุขภาพ", "ไม่มีเลย", "เผยแพร่ความรู้", "เมืองอุทุมพร", "อำเภอละ 2 คน", "สามารถ"]
)
def test_words_that_are_no_places(text):
    assert find_places(text) == ()


def test_an_ambiguous_subdistrict_goes_with_the_other_places_of_the_text():
    places = find_places("โครงการในจังหวัดชุมพร ดำเนินการที่ ต.สวนแตง และ ต.ละแม")
    assert "860503" in {p.code for p in places}


def test_a_chain_that_the_register_denies_is_a_conflict():
    (subdistrict, *_) = find_places("ต.ละแม อ.ปะทิว จ.ชุมพร")
    assert subdistrict.code == "860501"
    assert "ปะทิว" in subdistrict.conflict


def test_district_and_province_are_inferred_without_a_place_in_the_text():
    inferred = [(p.level, p.name_th) for p in find_places("ต.ละแม") if p.span is None]
    assert inferred == [("province", "ชุมพร"), ("district", "ละแม")]


def test_the_old_number_of_a_health_zone_is_a_conflict():
    zones = [p for p in find_places("สปสช. เขต ๗ สุราษฎร์ธานี") if p.level == "health_zone"]
    assert [(z.code, "11" in z.conflict) for z in zones] == [("7", True)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "จากความร่วมมือกับ สช. สสส. สธ.",
            [
                "สำนักงานคณะกรรมการสุขภาพแห่งชาติ (สช.)",
                "สำนักงานกองทุนสนับสนุนการสร้างเสริมสุขภาพ (สสส.)",
                "กระทรวงสาธารณสุข (สธ.)",
            ],
        ),
        (
            "สปสช.-สช/สสส",
            [
                "สำนักงานหลักประกันสุขภาพแห่งชาติ (สปสช.)",
                "สำนักงานคณะกรรมการสุขภาพแห่งชาติ (สช.)",
                "สำนักงานกองทุนสนับสนุนการสร้างเสริมสุขภาพ (สสส.)",
            ],
        ),
        ("มูลนิธิคนรักสุขภาพ ได้สนับสนุน", ["มูลนิธิคนรักสุขภาพ"]),
        ("พัฒนาทรัพยากรมนุษย์", []),
        ("ชมรมคนเดินดี (ชคด.)", ["ชมรมคนเดินดี (ชคด.)"]),
    ],
)
def test_organisations(text, values):
    assert [f.value for f in find_organisations(text)] == values


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("โดย นายกล้า ใจสู้ (คณะทำงาน)", ["นายกล้า ใจสู้"]),
        ("นางกล้า ,นายแก้ว  ฯลฯ", ["นางกล้า", "นายแก้ว"]),
        ("การพัฒนายกระดับอย่างน้อย 30 %", []),
        ("นายก อบต. และนายอำเภอ", []),
        ("ผศ.ดร.กล้า ใจสู้ กล่าวว่า", ["ผศ.ดร.กล้า ใจสู้"]),
        ("อ.เขื่องใน จ.อุบลราชธานี", []),
    ],
)
def test_persons(text, persons):
    assert [p.span.slice(text) for p in find_persons(text)] == persons


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("โทร. 081 - 0000000", "0810000000"),
        ("โทร๐๘๑๐๐๐๐๐๐๐", "0810000000"),
        ("+66 81 000 0000", "0810000000"),
        ("053-100000-1", "053100000"),
        ("(077) 123 456", "077123456"),
    ],
)
def test_phones(text, value):
    assert [(f.kind, f.value) for f in find_contacts(text)] == [("phone", value)]


@pytest.mark.parametrize(
    "text", ["310766-สรุป", "รหัส 63009990099", "หมายเลขบันทึก: 999999", "1,000,000.00 บาท", "13.7563, 100.5018"]
)
def test_numbers_that_are_no_contacts(text):
    assert find_contacts(text) == ()


@given(st.integers(10**11, 9 * 10**11))
def test_exactly_one_check_digit_is_valid(body):
    assert sum(national_id_valid(f"{body}{digit}") for digit in range(10)) == 1
