"""Pages as offices and schools publish them: tables that lay out the page, tables of data, and what stands around the article."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import html
from pipeline.ingest.chrome import mark_chrome
from pipeline.ingest.html_page import parse
from pipeline.records import Report, Settings

STEPS = "".join(f"- คุ้มที่ {n} ปลูกผักริมรั้วแล้วแบ่งกันกินทุกสัปดาห์<br>" for n in range(1, 9))
ARTICLE = (
    "<b>1. จุดเริ่มต้น</b><br>ครูเวรสังเกตว่าเด็กเล็กฟันผุเกือบทั้งห้อง จึงชวนแม่ครัวกับผู้ปกครองมานั่งคุยกันหลังเลิกเรียน<br>"
    f"<b>2. สิ่งที่ลงมือทำ</b><br>{STEPS}"
    "<b>3. ผลที่เห็น</b><br>เด็กฟันผุลดลงจาก 34 คนเหลือ 15 คน<br>ร้านหน้าโรงเรียนเลิกขายลูกอม"
)
PROSE = "".join(
    f"<p>ย่อหน้าที่ {n} เล่าว่าคนในตลาดริมคลองช่วยกันเก็บขยะทุกเช้าวันอาทิตย์จนน้ำในคลองใสขึ้นและปลากลับมา มีแผงค้าเข้าร่วมเพิ่มขึ้นทุกเดือน</p>"
    for n in range(1, 6)
)


def read(body: str) -> Report:
    source = f"<html><head><meta charset=utf-8><title>ก</title></head><body>{body}</body></html>"
    return html.read(Path("a.html"), source.encode(), source="a.html", settings=Settings())


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(b.kind.value, b.span.slice(report.text.text)) for b in report.blocks]


def kinds(report: Report, *texts: str) -> list[str]:
    found = {text: kind for kind, text in blocks(report)}
    return [found[text] for text in texts]


@pytest.mark.parametrize(
    "menu",
    [
        "<b>เมนูหลัก</b><br>ประวัติ<br>บุคลากร<br>ห้องสมุด",
        "<a href=a>ประวัติ</a><br><a href=b>บุคลากร</a><br><a href=c>ห้องสมุด</a><br><a href=d>แผนที่</a>",
    ],
)
@pytest.mark.parametrize("banner", ["", "<tr><td colspan=2><img src=a.gif alt='ตราโรงเรียน'></td></tr>"])
def test_an_article_in_a_layout_table_is_read_as_text(menu: str, banner: str) -> None:
    report = read(f"<table width='100%'>{banner}<tr><td width=180>{menu}</td><td>{ARTICLE}</td></tr></table>")
    assert all(block.table < 0 and not block.row_header for block in report.blocks)
    assert kinds(report, "1. จุดเริ่มต้น", "3. ผลที่เห็น") == ["heading"] * 2
    assert kinds(report, "- คุ้มที่ 8 ปลูกผักริมรั้วแล้วแบ่งกันกินทุกสัปดาห์") == ["list_item"]
    assert kinds(report, "เด็กฟันผุลดลงจาก 34 คนเหลือ 15 คน", "ร้านหน้าโรงเรียนเลิกขายลูกอม") == ["paragraph"] * 2
    assert kinds(report, "ประวัติ", "บุคลากร", "ห้องสมุด") == ["furniture"] * 3


def test_paragraphs_and_lists_in_a_cell_without_headers_are_text() -> None:
    body = "<td><p>แม่ค้ารวมกลุ่มกันเอง</p><p>ไม่มีใครสั่ง</p></td><td><ul><li>ซื้อถุงผ้ารวมกัน<li>ล้างตลาดทุกวันโกน</ul></td>"
    report = read(f"<table><tr>{body}</tr></table>")
    assert [kind for kind, _ in blocks(report)] == ["paragraph", "paragraph", "list_item", "list_item"]


def test_a_table_inside_the_layout_keeps_its_cells() -> None:
    inner = "<table><tr><td>ผลผลิต<td>ผลลัพธ์<tr><td>ถังหมัก 40 ใบ<td>ขยะลดลงครึ่งหนึ่ง</table>"
    report = read(f"<table><tr><td>ปฏิทิน</td><td>{ARTICLE}{inner}</td></tr></table>")
    cells = [(b.column_header, b.span.slice(report.text.text)) for b in report.blocks if b.table >= 0]
    assert cells[2:] == [("ผลผลิต", "ถังหมัก 40 ใบ"), ("ผลลัพธ์", "ขยะลดลงครึ่งหนึ่ง")]


LONG_CELL = "<br>".join(f"บ้านเลขที่ {n} ทำปุ๋ยจากใบไม้ได้เองและไม่เผาอีกเลยตลอดหน้าแล้ง" for n in range(1, 15))


@pytest.mark.parametrize(
    "head",
    [
        "<tr><th>ผลลัพธ์</th><th>ปัญหา</th></tr>",
        "<thead><tr><td>ผลลัพธ์</td><td>ปัญหา</td></tr></thead>",
        "<tr><td>ผลลัพธ์</td><td>ปัญหา</td></tr>",
        "<tr><td><b>ผลลัพธ์</b></td><td><b>ปัญหา</b></td></tr>",
    ],
)
def test_a_header_and_one_row_of_long_cells_is_a_table(head: str) -> None:
    report = read(f"<table>{head}<tr><td>{LONG_CELL}</td><td><ul><li>ฝนชุก<li>คนย้ายออก</ul></td></tr></table>")
    below = [b for b in report.blocks if b.row == 1]
    assert [b.column_header for b in below] == ["ผลลัพธ์"] * 14 + ["ปัญหา"] * 2
    assert len({(b.row, b.column, b.locator) for b in below}) == 2
    assert below[-1].span.slice(report.text.text) == "คนย้ายออก"


@pytest.mark.parametrize("head", ["<tr><td><b>จุดแข็ง</b></td><td><b>จุดอ่อน</b></td></tr>", "<tr><td>จุดแข็ง<td>จุดอ่อน</tr>"])
def test_a_bordered_or_bold_header_of_other_words_heads_its_columns(head: str) -> None:
    report = read(f"<table border=1>{head}<tr><td>{LONG_CELL}</td><td>ขาดคนรุ่นใหม่</td></tr></table>")
    assert {b.kind.value for b in report.blocks} == {"table_cell"}


def test_labels_with_long_values_are_a_table() -> None:
    rows = "".join(f"<tr><td>{label}</td><td>{LONG_CELL}</td></tr>" for label in ("สิ่งที่ทำได้ดี", "สิ่งที่ยังค้าง", "สิ่งที่อยากฝาก"))
    report = read(f"<table>{rows}</table>")
    assert {b.row_header for b in report.blocks if b.column == 1} == {"สิ่งที่ทำได้ดี", "สิ่งที่ยังค้าง", "สิ่งที่อยากฝาก"}


def test_one_label_with_its_value_is_a_table() -> None:
    report = read("<table><tr><td>ที่ปรึกษา</td><td>กำนันผินและครูใหญ่</td></tr></table>")
    assert [(b.kind.value, b.row_header) for b in report.blocks] == [("table_cell", ""), ("table_cell", "ที่ปรึกษา")]


def test_the_lines_of_a_cell_are_blocks_and_those_of_a_header_are_one() -> None:
    report = read(
        "<table><tr><th>ผลผลิต<br>ที่เกิดขึ้น</th><th>งบ</th></tr>"
        "<tr><td>บ่อดัก 12 บ่อ<br>(บ้านเหนือ)<p>ท่อใหม่ 3 เส้น</p>(2) ฝาปิด 9 ฝา</td><td>900</td></tr></table>"
    )
    assert [(b.span.slice(report.text.text), b.column_header) for b in report.blocks] == [
        ("ผลผลิต ที่เกิดขึ้น", ""),
        ("งบ", ""),
        ("บ่อดัก 12 บ่อ\n(บ้านเหนือ)", "ผลผลิต ที่เกิดขึ้น"),
        ("ท่อใหม่ 3 เส้น", "ผลผลิต ที่เกิดขึ้น"),
        ("(2) ฝาปิด 9 ฝา", "ผลผลิต ที่เกิดขึ้น"),
        ("900", "งบ"),
    ]


def test_a_thead_ends_where_it_is_closed() -> None:
    page = parse("<table><thead><tr><th>ปี<th>คน</tr></thead><tr><td>2566<td>40</table>")
    assert [b.column_header for b in page.blocks] == ["", "", "ปี", "คน"]


@pytest.mark.parametrize(
    "line",
    [
        "ถูกใจ 87 คน · แชร์ 5 ครั้ง",
        "ผู้เข้าชม 2,310",
        "บทความก่อนหน้า / ถัดไป",
        "หน้าแรก &gt; ข่าวประชาสัมพันธ์ &gt; งานตลาด",
        "เว็บไซต์นี้ใช้คุกกี้เพื่อพัฒนาประสบการณ์การใช้งาน",
        "แชร์ | พิมพ์หน้านี้ | คัดลอกลิงก์",
    ],
)
@pytest.mark.parametrize("place", ["above", "below", "inside"])
def test_counters_share_words_and_crumbs_are_chrome(line: str, place: str) -> None:
    before, after = {"above": ("", PROSE), "below": (PROSE, ""), "inside": (PROSE, PROSE)}[place]
    report = read(f"<h1>ตลาดริมคลอง</h1>{before}<p>{line}</p>{after}")
    text = line.replace("&gt;", ">")
    assert kinds(report, text) == ["furniture"]
    assert [kind for kind, _ in blocks(report)].count("furniture") == 1


@pytest.mark.parametrize(
    "line",
    ["แชร์ประสบการณ์ให้เพื่อนบ้าน 3 ครั้ง", "ผู้เข้าชมนิทรรศการ 230 คน", "ชุมชนร่วมแสดงความคิดเห็น 12 เรื่อง", "หน้าแรกของตลาดสะอาดขึ้น"],
)
def test_words_of_the_article_that_look_like_it_are_kept(line: str) -> None:
    assert kinds(read(f"<h1>ตลาดริมคลอง</h1>{PROSE}<p>{line}</p>{PROSE}"), line) == ["paragraph"]


@pytest.mark.parametrize(
    "tail",
    [
        "<h3>แสดงความคิดเห็น</h3><p>ลุงชด: อยากให้ทำทุกซอย</p><p>ป้าแอ๊ด: ขอบคุณค่ะ</p>",
        "<div id=comments><h3>3 ความคิดเห็น</h3><p>ลุงชด: อยากให้ทำทุกซอย</p><p>ป้าแอ๊ด: ขอบคุณค่ะ</p></div>",
        "<div class='post-comments'><p>ลุงชด: อยากให้ทำทุกซอย</p><p>ป้าแอ๊ด: ขอบคุณค่ะ</p></div>",
    ],
)
def test_what_readers_say_is_chrome(tail: str) -> None:
    report = read(f"<h1>ตลาดริมคลอง</h1><h2>ผลที่เกิดขึ้น</h2>{PROSE}{tail}")
    assert kinds(report, "ลุงชด: อยากให้ทำทุกซอย", "ป้าแอ๊ด: ขอบคุณค่ะ") == ["furniture"] * 2
    assert [kind for kind, _ in blocks(report)].count("paragraph") == 5


def test_other_news_is_chrome() -> None:
    tail = "<h3>ข่าวที่เกี่ยวข้อง</h3><ul><li><a href=a>เปิดลานกีฬาใหม่</a><li>เชิญชวนวิ่งเก็บขยะ</ul><p>ปิดท้ายด้วยคำขอบคุณจากแม่ค้าทุกแผง</p>"
    report = read(f"<h1>ตลาดริมคลอง</h1>{PROSE}{tail}")
    assert kinds(report, "ข่าวที่เกี่ยวข้อง", "เปิดลานกีฬาใหม่", "เชิญชวนวิ่งเก็บขยะ") == ["furniture"] * 3
    assert kinds(report, "ปิดท้ายด้วยคำขอบคุณจากแม่ค้าทุกแผง") == ["paragraph"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<h3>แสดงความคิดเห็น</h3>", ""),  # a link above the article
        ("<div class=comment><p>พี่เลี้ยงเห็นว่าควรทำต่อ</p></div><h2>ผลที่เกิดขึ้น</h2>", ""),  # a box of the form
        ("<div class='single menu comments'>", "</div>"),  # all of the article in it
    ],
)
def test_the_article_is_never_taken_for_what_stands_around_it(before: str, after: str) -> None:
    report = read(f"<h1>ตลาดริมคลอง</h1>{before}{PROSE}{after}")
    kept = [text for kind, text in blocks(report) if kind == "paragraph"]
    assert sum(text.startswith("ย่อหน้าที่") for text in kept) == 5
    if "พี่เลี้ยง" in before:
        assert "พี่เลี้ยงเห็นว่าควรทำต่อ" in kept


def test_marks_of_chrome_hold_without_a_second_opinion() -> None:
    source = f"<nav><p>ห้องข่าว</p></nav>{PROSE}<div class='social-share'><p>บอกต่อเพื่อน</p></div>"
    page = parse(source)
    assert [b.kind.value for b in mark_chrome(source, page)] == ["furniture", *["paragraph"] * 5, "furniture"]


def test_an_old_page_of_nested_tables() -> None:
    menu = "".join(f"<tr><td><a href={n}>{name}</a></td></tr>" for n, name in enumerate(("ประวัติ", "สภา", "ภาษี")))
    report = read(
        "<table border=0><tr><td colspan=3><img src=b.jpg></td></tr>"
        "<tr><td><a href=1>ห้องข่าว</a></td><td><a href=2>แผนที่</a></td><td><a href=3>กระดาน</a></td></tr>"
        f"<tr><td><table>{menu}</table></td><td><p><b>ผลที่ได้</b></p><p>ลูกน้ำยุงลดจากร้อยละ 28 เหลือ 6</p></td>"
        "<td>อากาศวันนี้</td></tr></table>"
    )
    assert all(block.table < 0 for block in report.blocks)
    assert kinds(report, "ผลที่ได้", "ลูกน้ำยุงลดจากร้อยละ 28 เหลือ 6") == ["heading", "paragraph"]
    assert kinds(report, "ห้องข่าว", "แผนที่", "กระดาน", "ประวัติ", "สภา", "ภาษี") == ["furniture"] * 6


def test_headings_in_the_cells_of_a_headed_table_are_values() -> None:
    page = parse("<table><tr><th><h4>กิจกรรม</h4><th><h4>ปัญหา</h4><tr><td><h5>อบรม</h5><p>สองวัน</p><td>ฝนตก</table>")
    assert [b.column_header for b in page.blocks] == ["", "", "กิจกรรม", "กิจกรรม", "ปัญหา"]


def test_an_article_in_an_element_open_for_comments_is_kept() -> None:
    entry = (
        f"<div id=page class='site menu-left'><div class='post hentry comments-open'><h1>ตลาดริมคลอง</h1>{PROSE}</div>"
    )
    report = read(f"{entry}<div id=comments><p>ป้าแอ๊ด: ขอบคุณค่ะ</p></div></div>")
    assert [kind for kind, _ in blocks(report)] == ["heading", *["paragraph"] * 5, "furniture"]


def test_bold_print_of_word_for_other_scripts_changes_nothing() -> None:
    page = parse(
        "<p><b style='mso-bidi-font-weight:normal'>สิ่งที่ได้</b></p><p style='mso-bidi-font-weight:bold'>ลดได้ครึ่งหนึ่ง</p>"
    )
    assert [b.kind.value for b in page.blocks] == ["heading", "paragraph"]
