"""Tone marks that became signs: learnt from the text, left alone where they are signs."""

from __future__ import annotations

import pytest
from damage_campaign import compose, report_of

from pipeline.ingest.normalise import normalise
from pipeline.ingest.sign_marks import marks_for_signs, unclear_signs

TEXT = compose(8, 20)


def mended(text: str) -> str:
    for start, end, new in reversed(list(marks_for_signs(text))):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    "signs", [{"้": "8", "่": "<"}, {"้": "Ä", "่": "^", "็": "C"}, {"่": "1"}, {"้": "`", "่": "@", "์": "~", "็": "="}]
)
def test_each_sign_becomes_its_mark(signs):
    damaged = TEXT.translate(str.maketrans(signs))
    assert damaged != TEXT
    made = mended(damaged)
    wrong = sum(a != b for a, b in zip(made, TEXT, strict=True))
    marks = sum(TEXT.count(mark) for mark in signs)
    assert wrong <= 0.04 * marks


def test_numbers_stay_where_a_digit_is_a_mark():
    damaged = "หมู่ 1 มีคน 11 คน ปี 2561\n" + TEXT.replace("่", "1")
    assert mended(damaged).startswith("หมู่ 1 มีคน 11 คน ปี 2561\n")


def test_a_sign_of_two_marks_is_told_and_stays():
    damaged = TEXT.translate(str.maketrans({"้": "^", "่": "^"}))
    assert mended(damaged) == damaged
    (example,) = unclear_signs(damaged)
    assert "^" in example and example in damaged


@pytest.mark.parametrize(
    "line",
    [
        "หมู่1บ้านเหนือ หมู่2บ้านใต้ หมู่3บ้านกลาง หมู่4บ้านดอน",
        "ผัก+ผลไม้ ปลา+ข้าว ไข่+นม น้ำ+เกลือ ข้าว+แกง",
        "กินวิตามินCและวิตามินBและวิตามินDและวิตามินEและวิตามินA",
        "ด้าน#สุขภาพ งาน#ชุมชน คน#ต้นแบบ บ้าน#น่าอยู่ ป่า#ชุมชน",
        "มีกี่คน? ใครมา? ดีไหม? ไปที? ได้ผลดี! คนมาก! คน& งาน คน~ ผัก~",
        "ก=ข ค=ง จ=ฉ น้ำ=ชีวิต ป่า=ครัว ดิน=ทุน คน=แรง",
        "ข้อ1มีคนมา 5คน ข้อ2มีคนมา 8คน ข้อ3มีคนมา 9คน ข้อ1มีแผน ข้อ1มีทุน",
    ],
)
def test_signs_of_sound_text_stay(line):
    text = "\n".join([line] * 5)
    assert mended(text) == text
    assert unclear_signs(text) == []
    assert normalise(report_of(f"{TEXT}\n{text}")).text == f"{TEXT}\n{text}"
