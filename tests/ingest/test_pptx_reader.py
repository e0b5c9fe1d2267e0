"""PowerPoint: reading order, groups, notes."""

from __future__ import annotations

import io

import pptx
from pptx.util import Inches
from read_files import block_of, check_laws, read_bytes, texts

from pipeline.records import BlockKind


def saved(presentation) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def test_shapes_are_read_from_top_left_and_groups_where_they_stand() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    for text, left, top in (("ขวาล่าง", 5, 4), ("ซ้ายล่าง", 1, 4.1), ("บน", 1, 1)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(1)).text_frame.text = text
    group = slide.shapes.add_group_shape()
    for text, top in (("กลุ่มสอง", 2.6), ("กลุ่มหนึ่ง", 2.1)):
        group.shapes.add_textbox(Inches(1), Inches(top), Inches(3), Inches(0.4)).text_frame.text = text
    report = read_bytes(saved(presentation), "order.pptx")
    check_laws(report)
    assert texts(report) == ["บน", "กลุ่มหนึ่ง", "กลุ่มสอง", "ซ้ายล่าง", "ขวาล่าง"]


def test_hidden_slides_are_left_out_and_named() -> None:
    presentation = pptx.Presentation()
    for text in ("แผ่นที่เห็น", "แผ่นที่ซ่อน"):
        presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = text
    presentation.slides[1]._element.set("show", "0")
    report = read_bytes(saved(presentation), "hidden.pptx")
    assert texts(report) == ["แผ่นที่เห็น"]
    assert "slide 2" in report.problems[0].reason


def test_line_breaks_in_a_title_are_layout_and_notes_are_notes() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "บทเรียน\vจากพื้นที่"
    slide.notes_slide.notes_text_frame.text = "เน้นเรื่องทุนชุมชน\nและผู้นำ"
    report = read_bytes(saved(presentation), "notes.pptx")
    assert block_of(report, "บทเรียน จากพื้นที่").kind is BlockKind.HEADING
    notes = [b.span.slice(report.raw) for b in report.blocks if b.kind is BlockKind.NOTE]
    assert notes == ["เน้นเรื่องทุนชุมชน", "และผู้นำ"]
