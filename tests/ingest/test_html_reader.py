"""Saved web pages: text with exact places, blocks, chrome."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import html, read
from pipeline.ingest.html_page import COMMENTS, NO_HINT, ChromeRule, parse
from pipeline.ingest.html_scan import scan
from pipeline.records import BlockKind, Settings
from pipeline.resources import load_table

PAGE = """<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"><title>เมือง&amp;น่าอยู่</title>
<style>p{color:red}</style><script>var a="<p>ไม่ใช่เนื้อหา</p>";</script></head>
<body><nav><ul><li><a href="/">หน้าแรก</a><li><a href="/n">ข่าว</a><li><a href="/c">ติดต่อเรา</a></ul></nav>
<div class="main-content"><h1>ถอดบทเรียนตำบลสวนใต้</h1><i class="icon -material">circle</i>
<h2>ผลที่เกิดขึ้นจริง</h2>
<p>เกิดแกน<b>นำสุข</b>ภาพ&nbsp; 25&nbsp;คน ที่ดูแลผู้สูงอายุใน&shy;ชุมชนอย่างต่อเนื่อง<br>และมีกองทุนกลาง &#3585;&#x0E02; ของหมู่บ้าน
<ul><li>มีแผนชุมชน<li>มีกติการ่วม 5 ข้อ<ul><li>งดเหล้าในงานศพ</ul></ul>
<table><tr><th>ตัวชี้วัด<th>ที่ตั้งไว้<th>ที่เกิดขึ้นจริง<tr><td rowspan=2>แกนนำ<td>20 คน<td>25 คน<br>จาก 5 หมู่บ้าน<tr><td>ก1<td>ข1</table>
<aside class="sidebar">ข่าวล่าสุด <a href=x>งานบุญ</a></aside>
<p>ปัญหาและอุปสรรคคือแกนนำย้ายถิ่นบ่อย ทำให้งานขาดความต่อเนื่องในช่วงฤดูกรีดยาง</p></div>
<footer><p>สงวนลิขสิทธิ์ 2566 สถาบันตัวอย่าง</p></footer><!-- จบ --></body></html>"""


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8", newline="")
    return read(path, source="a.html", settings=Settings())


def texts(report, kind: str) -> list[str]:
    return [b.span.slice(report.text.text) for b in report.blocks if b.kind.value == kind]


def test_blocks_of_a_page(report):
    assert report.raw == PAGE
    assert report.title == "เมือง&น่าอยู่"
    assert texts(report, "heading") == ["ถอดบทเรียนตำบลสวนใต้", "ผลที่เกิดขึ้นจริง"]
    assert texts(report, "paragraph") == [
        "เกิดแกนนำสุขภาพ\xa0 25\xa0คน ที่ดูแลผู้สูงอายุใน\xadชุมชนอย่างต่อเนื่อง",
        "และมีกองทุนกลาง กข ของหมู่บ้าน",
        "ปัญหาและอุปสรรคคือแกนนำย้ายถิ่นบ่อย ทำให้งานขาดความต่อเนื่องในช่วงฤดูกรีดยาง",
    ]
    assert texts(report, "list_item") == ["มีแผนชุมชน", "มีกติการ่วม 5 ข้อ", "งดเหล้าในงานศพ"]
    assert texts(report, "furniture") == ["หน้าแรก", "ข่าว", "ติดต่อเรา", "ข่าวล่าสุด งานบุญ", "สงวนลิขสิทธิ์ 2566 สถาบันตัวอย่าง"]


def test_cells_know_their_headers(report):
    cells = [
        (b.row, b.column, b.span.slice(report.text.text), b.column_header, b.row_header)
        for b in report.blocks
        if b.kind is BlockKind.TABLE_CELL
    ]
    assert cells[3:] == [
        (1, 0, "แกนนำ", "ตัวชี้วัด", ""),
        (1, 1, "20 คน", "ที่ตั้งไว้", "แกนนำ"),
        (1, 2, "25 คน", "ที่เกิดขึ้นจริง", "แกนนำ"),
        (1, 2, "จาก 5 หมู่บ้าน", "ที่เกิดขึ้นจริง", "แกนนำ"),
        (2, 1, "ก1", "ที่ตั้งไว้", "แกนนำ"),
        (2, 2, "ข1", "ที่เกิดขึ้นจริง", "แกนนำ"),
    ]


def test_every_character_leads_to_its_place_in_the_source(report):
    whole = report.text
    for at, char in enumerate(whole.text):
        source = report.raw[whole.starts[at] : whole.ends[at]]
        assert source == char or source.startswith("&") or char in " \n", (char, source)
    at = whole.text.index("กข ของ")
    assert report.raw[whole.starts[at] : whole.ends[at + 1]] == "&#3585;&#x0E02;"
    quote = whole.text.index("แกนนำสุขภาพ")
    assert report.raw[whole.starts[quote] : whole.ends[quote + 10]] == "แกน<b>นำสุข</b>ภาพ"


def test_layout_tables_are_no_data():
    page = parse("<table><tr><td>เมนู<td><h2>ผลลัพธ์</h2><p>มีแกนนำ<table><tr><td>ก<td>ข</table></table>")
    assert [b.kind.value for b in page.blocks] == ["paragraph", "heading", "paragraph", "table_cell", "table_cell"]


def test_label_and_value_tables_have_no_header_row():
    page = parse("<table><tr><td>ชื่อโครงการ<td>ผักปลอดสาร<tr><td>งบ<td>500</table>")
    assert [(b.column_header, b.row_header) for b in page.blocks] == [("", ""), ("", "ชื่อโครงการ"), ("", ""), ("", "งบ")]


def test_entities_and_white_space():
    page = parse("<p>ก &lt; ข&nbspค &unknown; &amp;amp; &#0; &#xD800; &#150;\n\n  ง</p><pre>1\n  2</pre>")
    assert [b.span.slice(page.text.text) for b in page.blocks] == [
        "ก < ข\xa0ค &unknown; &amp; \ufffd \ufffd – ง",
        "1",
        "  2",
    ]


def test_text_of_another_tag_is_not_joined_by_a_blank():
    assert parse("<p>คำ<b>สำ</b><i>คัญ</i></p>").text.text.strip() == "คำสำคัญ"


@pytest.mark.parametrize("rule", load_table("html_chrome.tsv", ChromeRule), ids=lambda r: r.id)
def test_chrome_rules_by_their_examples(rule):
    if rule.part == "text":
        assert re.fullmatch(rule.pattern, rule.example, re.IGNORECASE)
        assert not re.fullmatch(rule.pattern, rule.counter_example, re.IGNORECASE)
        return

    def verdict(tag: str) -> str:
        page = parse(f"{tag}circle x")
        if not page.lines:
            return "drop" if rule.kind == "drop" else "icon"
        return {NO_HINT: "", COMMENTS: "comments"}.get(page.lines[0].hinted, "chrome")

    if rule.kind == "content":
        assert (verdict(rule.example), verdict(rule.counter_example)) == ("", "comments")
    elif rule.kind == "icon":
        assert not parse(f"{rule.example}circle").lines
        assert parse(f"{rule.counter_example}circle").lines
    else:
        assert verdict(rule.example) == rule.kind
        assert verdict(rule.counter_example) != rule.kind


def test_prose_in_a_marked_box_is_kept_when_it_is_content(tmp_path):
    lesson = "บทเรียนสำคัญคือการให้คนในชุมชนเป็นเจ้าของเรื่องตั้งแต่ต้น ทำให้ทุกฝ่ายร่วมมือกันจนเกิดกติกาที่ทุกคนยอมรับและทำตามอย่างต่อเนื่องมาถึงวันนี้ โดยไม่ต้องบังคับกัน"
    path = tmp_path / "a.html"
    body = "".join(f"<p>ย่อหน้าที่ {n} เล่าถึงการทำงานของชุมชนในพื้นที่ต้นแบบอย่างละเอียด</p>" for n in range(6))
    path.write_text(
        f"<html><body><article>{body}<p class='social'>{lesson}</p>{body}</article></body></html>", encoding="utf-8"
    )
    report = read(path, source="a.html", settings=Settings())
    assert lesson in texts(report, "paragraph")


def test_mhtml(tmp_path):
    path = tmp_path / "a.mhtml"
    path.write_bytes(
        b'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n--B\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><p>=E0=B8=9C=E0=B8=A5=\r\n</p></html>\r\n"
        b"--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--B--\r\n"
    )
    report = read(path, source="a.mhtml", settings=Settings())
    assert report.text.text.strip() == "ผล"
    assert report.media_type == "multipart/related"


HTMLISH = st.lists(
    st.sampled_from(
        [
            *"<>&;/\"'= -!กา\n",
            "<p>",
            "</p>",
            "<div",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</table>",
            "<li>",
            "<ul>",
            "</ul>",
            "&nbsp;",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            "<br/>",
            "<title>",
            "</title>",
            "&#3585;",
            "<h2>",
            "</h2>",
            "<pre>",
            "</pre>",
            "<b>",
            "</b>",
        ]
    ),
    max_size=60,
).map("".join)


@given(HTMLISH)
def test_any_source_gives_ordered_blocks_and_a_monotone_map(source):
    page = parse(source)
    assert list(page.text.starts) == sorted(page.text.starts)
    assert list(page.text.ends) == sorted(page.text.ends)
    assert all(0 <= s <= e <= len(source) for s, e in zip(page.text.starts, page.text.ends, strict=True))
    at = 0
    for block in page.blocks:
        assert at <= block.span.start < block.span.end <= len(page.text.text)
        at = block.span.end


@given(HTMLISH)
def test_tokens_are_in_order(source):
    at = 0
    for token in scan(source):
        assert at <= token.start < token.end <= len(source)
        at = token.end


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000 + "ข้อ",
        "<p>" + "ข้อความ " * 300_000,
        '<a "' * 200_000 + ">",
        '<a ">" ' * 200_000,
        "<!--" * 200_000,
        "<table><tr><td>" * 10_000 + "ก",
        "<td rowspan=99999 colspan=1000>ก" * 2_000,
        "<" * 300_000,
        "<li>ก" * 60_000,
        "<b>ก</b> " * 100_000,
        "&amp;" * 200_000,
        "<script>" * 100_000 + "</script><p>ก",
    ],
    ids=lambda s: s[:12],
)
def test_hostile_pages_take_linear_time(source):
    start = time.perf_counter()
    html.read(Path("a.html"), ("<p>เริ่ม" + source).encode(), source="a", settings=Settings())
    assert time.perf_counter() - start < 20  # quadratic would be minutes
