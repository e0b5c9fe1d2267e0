"""Headings in bold print and captions of pictures: the same lines in Word files and web pages."""

from __future__ import annotations

import re

import docx
import pytest
from make_files import docx_bytes
from read_files import read_bytes

from pipeline.ingest.html_page import parse
from pipeline.ingest.print_kinds import CaptionRule, is_bold_heading, is_caption
from pipeline.records import BlockKind
from pipeline.resources import load_table

LONG = "แม่บ้านทั้งเจ็ดคุ้มผลัดกันต้มน้ำใบเตยไปตั้งหน้าศาลาทุกเช้าวันพระ โดยไม่มีใครต้องขอร้องอีกเลยตั้งแต่นั้นมา"


@pytest.mark.parametrize("rule", load_table("captions.tsv", CaptionRule), ids=lambda r: r.id)
def test_captions_by_their_examples(rule: CaptionRule) -> None:
    assert re.fullmatch(rule.pattern, rule.example, re.IGNORECASE)
    assert not is_caption(rule.counter_example)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("เรื่องที่ยังกังวล", True),
        ("บทบาทของ รพ.สต.", True),
        ("เราเลิกใช้โฟมได้แล้วทั้งตลาด.", False),
        (LONG, False),
        ("  ", False),
    ],
)
def test_short_bold_lines_without_a_full_stop_are_headings(text: str, heading: bool) -> None:
    assert is_bold_heading(text) == heading


def _in_word(pieces: list[list[tuple[str, bool]]]) -> list[str]:
    document = docx.Document()
    for runs in pieces:
        paragraph = document.add_paragraph()
        for text, bold in runs:
            paragraph.add_run(text).font.cs_bold = bold
    return [block.kind.value for block in read_bytes(docx_bytes(document), "a.docx").blocks]


def _in_page(pieces: list[list[tuple[str, bool]]], tag: str) -> list[str]:
    lines = ("".join(f"<{tag}>{text}</{tag.split()[0]}>" if bold else text for text, bold in runs) for runs in pieces)
    return [block.kind.value for block in parse("".join(f"<p>{line}</p>" for line in lines)).blocks]


@pytest.mark.parametrize("tag", ["b", "strong", "span style='font-weight: 700'"])
def test_word_and_web_agree(tag: str) -> None:
    pieces = [
        [("สิ่งที่เห็นกับตา", True)],
        [("ยายเลื่อนเดินไปวัดเองได้ตั้งแต่เดือนที่สาม", False)],
        [("ชมรมเดินเช้า", True), (" มีสมาชิกประจำ 18 คน มาครบทุกวันเสาร์", False)],
        [(LONG, True)],
        [("ทำได้จริงทุกบ้าน.", True)],
        [("ภาพที่ 4 ลานวัดหลังปูทราย", False)],
        [("ภาพประกอบ : ", True), ("เด็กวัดน้ำหนักกระเป๋า", False)],
        [("ภาพที่ทุกคนจำได้คือคลองที่ใสขึ้น", False)],
    ]
    kinds = ["heading", *["paragraph"] * 4, "caption", "caption", "paragraph"]
    assert _in_word(pieces) == kinds
    assert _in_page(pieces, tag) == kinds


def test_bold_print_that_was_taken_back_or_never_closed_heads_nothing() -> None:
    pasted = parse("<b style='font-weight:normal'><p>เรื่องเล่าของคนต้นน้ำ</p><p><b>จุดเปลี่ยน</b></p></b>")
    assert [block.kind.value for block in pasted.blocks] == ["paragraph", "heading"]
    lines = ("ปีแรกคนมาน้อย", "ปีต่อมามีวงคุยทุกคุ้ม", "เด็กเริ่มตามแม่มา", "ศาลาไม่พอนั่ง", "จึงย้ายไปลานวัด")
    unclosed = parse("<b>" + "".join(f"<p>{line}</p>" for line in lines))
    assert {block.kind for block in unclosed.blocks} == {BlockKind.PARAGRAPH}


def test_a_bold_list_item_stays_one_and_figures_have_captions() -> None:
    page = parse(
        "<ul><li><b>เลิกได้ 9 คน</b></ul><figure><img alt='รูปวัด' src=a><figcaption>หน้าวัดยามเช้า</figcaption></figure>"
    )
    assert [(b.kind.value, b.span.slice(page.text.text)) for b in page.blocks] == [
        ("list_item", "เลิกได้ 9 คน"),
        ("caption", "หน้าวัดยามเช้า"),
    ]
