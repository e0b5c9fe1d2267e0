"""Small labelled reports for the tests of scores: a text with spans found by their words."""

from dataclasses import replace

from pipeline.evaluate.labels import GoldSpan
from pipeline.evaluate.readings import read_labelled
from pipeline.evaluate.systems import Guess

TEXT = """ผลการดำเนินงาน
จัดอบรมแกนนำ 2 รุ่น รวม 46 คน
หลังอบรมชาวบ้านเลิกเผาขยะ 30 ครัวเรือน
เป้าหมายคือคนในหมู่บ้านร้อยละ 80 แยกขยะ
รถเก็บขยะมาไม่ตรงเวลา
โครงการอยู่ที่จังหวัดสุราษฎร์ธานี
"""
TRAINING = "จัดอบรมแกนนำ 2 รุ่น รวม 46 คน"
BURNING = "หลังอบรมชาวบ้านเลิกเผาขยะ 30 ครัวเรือน"
TARGET = "เป้าหมายคือคนในหมู่บ้านร้อยละ 80 แยกขยะ"
LORRY = "รถเก็บขยะมาไม่ตรงเวลา"
PLACE = "จังหวัดสุราษฎร์ธานี"


def gold(words, text=TEXT, **fields):
    """The gold span on the words."""
    start = text.index(words)
    fields.setdefault("status", "achieved" if fields.get("category") else None)
    return GoldSpan("report.txt", start, start + len(words), words, **fields)


def reading(folder, *spans, text=TEXT):
    """A report of that text with these gold spans."""
    (folder / "report.txt").write_text(text, encoding="utf-8")
    return read_labelled(folder, "report.txt", [replace(span) for span in spans], raw=True)


def guess(of, words, category, confidence=0.8, status="achieved", **fields):
    """The guess on the words of a reading's normalised text."""
    start = of.normal.text.index(words)
    return Guess(type(of.segmented.units[0].span)(start, start + len(words)), category, status, confidence, **fields)


class Fixed:
    """A system that gives the same guesses and tags for everything."""

    name = "fixed"

    def __init__(self, guesses, tags=()):
        self.guesses, self.tags = tuple(guesses), tuple(tags)

    def fit(self, readings):
        """Nothing."""

    def find(self, reading):
        """The guesses."""
        return self.guesses

    def tag(self, reading, span):
        """The tags."""
        return self.tags

    def tag_alone(self, text):
        """The tags."""
        return self.tags
