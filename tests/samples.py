"""Samples that several tests use: one report of our own writing, and hand-made results."""

from pipeline.records import (
    Block,
    BlockKind,
    Fact,
    Finding,
    Lesson,
    NormalText,
    Place,
    Problem,
    ProjectFacts,
    ReportResult,
    ReportStatus,
    State,
    Tag,
    content_id,
)
from pipeline.spans import MappedText, Span

REPORT = """โครงการครัวเรือนต้นแบบปลูกผักปลอดสาร ตำบลตัวอย่าง

ผลลัพธ์ที่เกิดขึ้น
1) ครัวเรือน 40 ครัวเรือนปลูกผักกินเองและลดรายจ่ายค่าอาหาร
2) เกิดตลาดนัดอาหารปลอดภัยในชุมชนทุกวันเสาร์

ปัญหาอุปสรรค
- ขาดน้ำในฤดูแล้ง ทำให้ปลูกผักได้ไม่ต่อเนื่อง

ข้อเสนอแนะ
- ควรมีแหล่งน้ำสำรองและอบรมการทำปุ๋ยหมัก
"""


def make_lesson(source: str, text: str, start: int, category: str = "outcome", tags: tuple[Tag, ...] = ()) -> Lesson:
    span = Span(start, start + len(text))
    finding = Finding(span, category, State.ACHIEVED, 0.8, "rules", "หัวข้อ", "ผลลัพธ์", 0)
    return Lesson(content_id("l", source, start, text), finding, text, text, span, "paragraph=1", tags)


def make_result(source: str = "ก.txt", texts: tuple[str, ...] = ("ชาวบ้านปลูกผัก",), **changes) -> ReportResult:
    """A small result of one report, its lessons one after the other."""
    food = Tag("issue", "food", 0.9, True, "rules", "ปลูกผัก")
    pollution = Tag("issue", "pollution", 0.1, False, "rules", "")
    lessons, at = [], 0
    for text in texts:
        lessons.append(make_lesson(source, text, at, tags=(food, pollution)))
        at += len(text) + 1
    values = {
        "report_id": content_id("r", source),
        "source": source,
        "sha256": "0" * 64,
        "media_type": "text/plain",
        "encoding": "utf-8",
        "genre": "G1",
        "status": ReportStatus.OK,
        "damage": 0.0,
        "units": len(texts),
        "facts_of_project": ProjectFacts(title="ตัวอย่าง", budget_baht=80000.0, silences=(("reporter", "empty"),)),
        "issues": ("food",),
        "lessons": tuple(lessons),
        "facts": ((Fact("money", "80000", "baht", Span(0, 4), text="80,000 บาท"), Span(0, 4)),),
        "places": ((Place("province", "พัทลุง", "93", None), None),),
        "problems": (Problem(source, "read", "หน้า 3 ว่าง", "สแกนใหม่"),),
    }
    return ReportResult(**{**values, **changes})


def lines_of(text: str) -> NormalText:
    """A text as it was normalised, one paragraph for each line that holds something."""
    blocks, at = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            blocks.append(Block(Span(at, at + len(line)), BlockKind.PARAGRAPH, f"paragraph={number}"))
        at += len(line) + 1
    return NormalText(MappedText.identity(text), tuple(blocks))
