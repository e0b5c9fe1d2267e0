"""Thai that lost its upper and lower marks is refused, named and never mined."""

import re

from pipeline.process import process
from pipeline.records import ReportStatus, Settings

TEXT = """ผลที่เกิดขึ้นจริง
ชาวบ้านในชุมชนริมคลองร่วมกันตั้งกติกางดเผาขยะหน้าบ้านทุกหลังคาเรือน
ปริมาณขยะที่รถเทศบาลเก็บลดลงจากวันละสี่ตันเหลือสองตันครึ่งภายในหกเดือน
ปัญหาอุปสรรค
ผู้สูงอายุที่อยู่บ้านคนเดียวไม่มีแรงหิ้วถังขยะเปียกไปถึงจุดรวบรวมของหมู่บ้าน
ข้อเสนอแนะ
ควรให้อาสาสมัครรุ่นเยาว์ผลัดเวรกันช่วยเก็บขยะเปียกตามบ้านผู้สูงอายุทุกเช้าวันเสาร์
"""


def test_text_without_its_marks_is_unreadable_and_gives_nothing(tmp_path):
    whole = tmp_path / "whole.txt"
    stripped = tmp_path / "stripped.txt"
    whole.write_text(TEXT, encoding="utf-8")
    stripped.write_text(re.sub("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]", "", TEXT), encoding="utf-8")
    good = process(whole, root=tmp_path, settings=Settings())
    bad = process(stripped, root=tmp_path, settings=Settings())
    assert good.status is ReportStatus.OK
    assert len(good.lessons) >= 3
    assert bad.status is ReportStatus.UNREADABLE
    assert bad.lessons == ()
    assert "ไม่ใช้ข้อความตรงนั้น" in bad.problems[0].reason
