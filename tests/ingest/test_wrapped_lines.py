"""Lines broken to fit a page are paragraphs again, and text that is written line by line stays as it is."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.text import LIST_MARKER, read
from pipeline.ingest.wrapped import unwrapped
from pipeline.records import Settings
from pipeline.segment.tokens import tokens

PARAGRAPHS = (
    "ตลอดฤดูแล้งคณะทำงานเดินลาดตระเวนแนวกันไฟทุกคืนวันเว้นวัน โดยแบ่งเป็นสามสายตามลำห้วย แต่ละสายมีคนหนุ่มสี่คนกับผู้เฒ่าหนึ่งคนที่รู้ทางลัด",
    "ครูศูนย์เด็กเล็กเล่าว่าเดิมแม่บ้านซื้อขนมถุงให้ลูกถือมาโรงเรียนแทบทุกวัน พอเปิดสวนผักหน้าศูนย์แล้วให้เด็กเก็บเองก็มีผักติดมือกลับบ้านแทน",
    "งบที่ตั้งไว้สำหรับป้ายเตือนหมดตั้งแต่เดือนที่สอง เพราะราคาแผ่นสังกะสีขึ้นเกือบเท่าตัว ต้องขอไม้เก่าจากวัดมาทำเสาแทนและเขียนด้วยมือทั้งหมด",
    "ข้อเสนอของที่ประชุมคือให้เทศบาลออกหนังสือถึงเจ้าของรถบรรทุกทุกรายก่อนเปิดหีบหนึ่งเดือน และให้ด่านชั่งน้ำหนักเก็บข้อมูลส่งคืนหมู่บ้านทุกสัปดาห์",
)
LONG = [f"{paragraph} {after}" for paragraph, after in zip(PARAGRAPHS, (*PARAGRAPHS[1:], PARAGRAPHS[0]), strict=True)]
PAGE = "รายงานฉบับย่อ\n\nผลการดำเนินงาน\n{0}\n\nปัญหาอุปสรรค\n{1}\n- ฝนตกนอกฤดู\n- น้ำมันแพง\n\nข้อเสนอแนะ\n{2}\n\nลงชื่อ\n{3}\n"


def width(line: str) -> int:
    return sum(unicodedata.category(letter) != "Mn" for letter in line)


def broken(paragraph: str, page: int) -> str:
    """A paragraph as a page of so many letters breaks it, at words."""
    lines = [""]
    for word in (span.slice(paragraph) for span in tokens(paragraph)):
        if lines[-1] and width(lines[-1] + word.rstrip()) > page:
            lines.append(word.lstrip())
        else:
            lines[-1] += word
    return "\n".join(line.rstrip() if at == len(lines) - 1 else line for at, line in enumerate(lines))


def blocks(text: str) -> list[str]:
    report = read(Path("a.txt"), text.encode(), source="a.txt", settings=Settings())
    return [" ".join(block.span.slice(report.text.text).split()) for block in report.blocks]


@pytest.mark.parametrize("page", [42, 60, 78, 96])
def test_a_broken_page_has_the_paragraphs_of_the_unbroken_one(page):
    whole = PAGE.format(*LONG)
    narrow = PAGE.format(*(broken(paragraph, page) for paragraph in LONG))
    assert narrow.count("\n") >= whole.count("\n") + 4
    assert blocks(narrow) == blocks(whole)


def test_a_heading_below_a_full_line_stays_a_line():
    lines = "\n".join([*("ก" * 70 for _ in range(7)), "ปัญหาและอุปสรรค", "ข" * 70, "สั้น"])
    assert "ปัญหาและอุปสรรค" in blocks(lines)


def test_each_letter_of_a_joined_line_leads_to_its_place_in_the_file_and_lines_are_numbered_as_there():
    text = PAGE.format(*(broken(paragraph, 60) for paragraph in LONG))
    report = read(Path("a.txt"), text.encode(), source="a.txt", settings=Settings())
    for place, letter in enumerate(report.text.text):
        at = report.text.starts[place]
        assert text[at] == letter or (letter == " " and text[at].isspace())
    advice = next(block for block in report.blocks if block.span.slice(report.text.text).startswith("งบที่ตั้ง"))
    start = report.text.starts[advice.span.start]
    assert f"line={text.count(chr(10), 0, start) + 1}" in advice.locator


def test_text_written_line_by_line_is_its_own_source():
    lines = ["ได้ผักปลอดสาร 12 แปลง", "เด็กกินผักเพิ่มขึ้น", "งบไม่พอ", "พี่เลี้ยงมาช่วยทุกสัปดาห์ตลอดฤดูฝน ทั้งที่บ้านอยู่คนละตำบล"] * 5
    text = "\n".join(lines)
    assert unwrapped(text, LIST_MARKER).text == text
    assert isinstance(unwrapped(text, LIST_MARKER).starts, range)


@given(
    st.lists(st.sampled_from([*PARAGRAPHS, "", "- ก", "| ก | ข |", "# หัว", "ลงชื่อ", "ก" * 60, "a" * 60]), max_size=30)
)
def test_nothing_but_the_breaks_of_lines_changes(lines):
    text = "\n".join(broken(line, 60) for line in lines)
    assert "".join(unwrapped(text, LIST_MARKER).text.split()) == "".join(text.split())
