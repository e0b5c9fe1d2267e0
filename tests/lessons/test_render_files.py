"""The files of a lesson set: what stands in them, that hostile text stays text, and that the same set gives the same bytes."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from render_sets import HOSTILE, MARKER, hostile_set, plain_set

from pipeline.errors import ResourceError, UsageError
from pipeline.lessons.lesson_set import Claim, LessonSet, Part
from pipeline.lessons.render import FORMATS, render
from pipeline.lessons.render.clean import one_line, visible, xml_text
from pipeline.lessons.render.content import content
from pipeline.lessons.render.markdown import markdown_text
from pipeline.lessons.render.words import Words

QDA = "{urn:QDA-XML:project:1.0}"
SETS = {"plain": plain_set, "hostile": hostile_set}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Both sets in every format: plain.docx, hostile.docx …"""
    path = tmp_path_factory.mktemp("sets")
    for name, make in SETS.items():
        written = render(replace(make(), name=name), path)
        assert [one.name for one in written] == [f"{name}.{format}" for format in FORMATS]
    return path


# -- what all formats share


def test_the_same_set_gives_the_same_bytes(folder, tmp_path):
    """Another process, another hash seed, another time zone, another moment."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from dataclasses import replace; from pathlib import Path\n"
        "from render_sets import hostile_set, plain_set; from pipeline.lessons.render import render\n"
        "for name, make in (('plain', plain_set), ('hostile', hostile_set)):\n"
        "    render(replace(make(), name=name), Path(sys.argv[2]))\n"
    )
    here = Path(__file__).parent
    subprocess.run(
        [sys.executable, "-c", code, str(here), str(tmp_path)],
        check=True,
        cwd=here.parent.parent,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati"},
    )
    for path in sorted(folder.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_nothing_but_the_files_is_left(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{n}.{f}" for n in SETS for f in FORMATS)


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match="odt"):
        render(plain_set(), tmp_path / "new", ["docx", "odt"])
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../out", "a/b", "a\\b", "", ".."])
def test_a_name_that_leads_out_of_the_folder_is_refused(name, tmp_path):
    with pytest.raises(UsageError):
        render(replace(plain_set(), name=name), tmp_path / "in", ["md"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_a_set_without_anything_is_written_too(format, tmp_path):
    empty = LessonSet("empty", "", "th", plain_set().scope, (Part("works", ()),), (), "")
    (path,) = render(empty, tmp_path, [format])
    assert path.stat().st_size > 0


@pytest.mark.parametrize("format", ["html", "md", "docx", "xlsx"])
def test_an_english_set_speaks_english(format, tmp_path):
    (path,) = render(replace(plain_set(), language="en"), tmp_path, [format])
    texts = {"docx": docx_text, "xlsx": xlsx_text}.get(format, lambda p: p.read_text(encoding="utf-8"))(path)
    for words in ("Evidence", "page 1, paragraph 14", "Obstacle", "Tobacco", "2023"):
        assert words.lower() in texts.lower(), words
    assert "หน้า 1" not in texts


@pytest.mark.parametrize("format", ["html", "md", "docx", "xlsx"])
def test_every_citation_says_quote_file_and_place(format, folder):
    path = folder / f"plain.{format}"
    text = {"docx": docx_text, "xlsx": xlsx_text}.get(format, lambda p: p.read_text(encoding="utf-8"))(path)
    for one in plain_set().citations:
        assert one.quote in text and one.source in text and one.key in text
    for words in ("หน้า 1 ย่อหน้าที่ 14", "ชีต “ผลลัพธ์” ช่อง B7", "ปัญหาอุปสรรค", "ยาสูบ", "จ.พัทลุง", "ฉบับที่ 2"):
        assert words in text or (format == "xlsx" and words.startswith("จ.")), words
    assert plain_set().citations[1].raw_quote in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ก\u202eข\u2066ค\u200f", "ก‹U+202E›ข‹U+2066›ค‹U+200F›"),
        ("ก\x00\x0b\x1f\x7f\x9fข", "กข"),
        ("ก\r\nข\rค\u2028ง", "ก\nข\nค\nง"),
        ("\ud800\udfff\ufffe", "\ufffd\ufffd\ufffd"),
        ("กว้าง\u200bใหญ่ 👩🏽‍🌾", "กว้าง\u200bใหญ่ 👩🏽‍🌾"),
    ],
)
def test_unseen_characters(text, shown):
    assert visible(text) == shown
    ElementTree.fromstring(f"<t>{xml_text(text)}</t>")


def test_words_know_their_gaps_and_complain_of_unknown_ones():
    assert Words("th")("shown", "{1}", "{0}") == "แสดง {1} จาก {0} ข้อความ"
    with pytest.raises(ResourceError, match="no_such_word"):
        Words("th")("no_such_word")


def test_no_word_is_left_over():
    root = Path(__file__).parents[2] / "pipeline"
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "lessons").rglob("*.py")))
    rows = (root / "data" / "render_words.tsv").read_text(encoding="utf-8").splitlines()[2:]
    names = [row.split("\t")[0] for row in rows]
    built = ("place_", "area_")  # their names are put together from a locator's kind or a level
    assert len(names) > 50
    assert [
        name for name in names if f'"{name}"' not in code and f"'{name}'" not in code and not name.startswith(built)
    ] == []


def test_a_claim_is_cut_at_the_keys_that_the_set_knows():
    claim = Claim("ก่อน [L1, L2] กลาง [ไม่ใช่รหัส] หลัง", ("L1", "L3", "L9"))
    of = content(replace(plain_set(), parts=(Part("works", (claim,)),)))
    pieces = of.chapters[0].statements[0].pieces
    assert [(p.text, p.is_key, p.evidence is not None) for p in pieces] == [
        ("ก่อน ", False, False),
        ("L1", True, True),
        ("L2", True, True),
        (" กลาง [ไม่ใช่รหัส] หลัง", False, False),
        ("L3", True, True),
        ("L9", True, False),
    ]


def test_keys_in_a_row_are_read_as_one_and_still_counted():
    many = plain_set().citations[0]
    citations = tuple(replace(many, key=f"L{n}") for n in range(1, 7))
    claim = Claim("พบใน 6 โครงการ", ("L1", "L2", "L3", "L4", "L6"))
    of = content(replace(plain_set(), parts=(Part("works", (claim,)),), citations=citations))
    statement = of.chapters[0].statements[0]
    assert [piece.text for piece in statement.read] == ["พบใน 6 โครงการ", "L1–L4", "L6"]
    assert len(statement.keys) == 5


# -- Word


def docx_part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def docx_text(path: Path) -> str:
    """All text of the body, the footnotes, header and footer, a line for each paragraph."""
    lines = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"word/(document|footnotes|header[0-9]*|footer[0-9]*)\.xml", name):
                for paragraph in ElementTree.fromstring(archive.read(name)).iter(qn("w:p")):
                    lines.append("".join(t.text or "" for t in paragraph.iter(qn("w:t"))))
    return "\n".join(lines)


@pytest.mark.parametrize("name", SETS)
def test_word_footnotes_follow_the_rules_of_word(name, folder):
    path = folder / f"{name}.docx"
    body, notes, settings = (docx_part(path, f"word/{part}.xml") for part in ("document", "footnotes", "settings"))
    ids = [note.get(qn("w:id")) for note in notes]
    kinds = [note.get(qn("w:type")) for note in notes]
    assert kinds[:2] == ["separator", "continuationSeparator"] and set(kinds[2:]) == {None}
    declared = [one.get(qn("w:id")) for one in settings.find(qn("w:footnotePr"))]
    assert declared == ids[:2]
    referred = [one.get(qn("w:id")) for one in body.iter(qn("w:footnoteReference"))]
    assert referred == ids[2:] == [str(n) for n in range(1, len(ids) - 1)]
    for note in notes[2:]:
        assert note.find(f".//{qn('w:footnoteRef')}") is not None
    # In settings the order of elements is fixed: footnotePr stands before compat.
    order = [child.tag for child in settings]
    assert order.index(qn("w:footnotePr")) < order.index(qn("w:compat"))
    styles = {one.get(qn("w:styleId")) for one in docx_part(path, "word/styles.xml").iter(qn("w:style"))}
    used = {
        one.get(qn("w:val")) for part in (body, notes) for tag in ("w:pStyle", "w:rStyle") for one in part.iter(qn(tag))
    }
    assert used <= styles and {"FootnoteText", "FootnoteReference"} <= used


@pytest.mark.parametrize("name", SETS)
def test_word_links_lead_to_places_of_the_same_file(name, folder):
    path = folder / f"{name}.docx"
    body, notes = docx_part(path, "word/document.xml"), docx_part(path, "word/footnotes.xml")
    marks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    numbers = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkStart"))]
    assert len(set(marks)) == len(marks) and len(set(numbers)) == len(numbers)
    assert sorted(numbers) == sorted(one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkEnd")))
    anchors = [one.get(qn("w:anchor")) for part in (body, notes) for one in part.iter(qn("w:hyperlink"))]
    assert anchors and set(anchors) <= set(marks)
    fields = [one.text.split()[0] for one in body.iter(qn("w:instrText"))]
    assert set(fields) <= {"TOC", "SEQ"}
    kinds = [one.get(qn("w:fldCharType")) for one in body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == len(fields)


@pytest.mark.parametrize("name", SETS)
def test_word_files_hold_nothing_that_runs_or_leads_out(name, folder):
    with zipfile.ZipFile(folder / f"{name}.docx") as archive:
        names = archive.namelist()
        for part in names:
            if part.endswith((".xml", ".rels")):
                text = archive.read(part)
                ElementTree.fromstring(text)
                assert b'TargetMode="External"' not in text
    assert not [part for part in names if re.search(r"vba|macro|embed|activeX|\.bin|thumbnail", part)]
    assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in zipfile.ZipFile(folder / f"{name}.docx").infolist())


def test_word_styles_state_the_thai_side_too(folder):
    styles = docx_part(folder / "plain.docx", "word/styles.xml")
    font = styles.find(f".//{qn('w:rPrDefault')}//{qn('w:rFonts')}")
    assert {font.get(qn(f"w:{side}")) for side in ("ascii", "hAnsi", "eastAsia", "cs")} == {"TH Sarabun New"}
    assert styles.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}").get(qn("w:bidi")) == "th-TH"
    for style in styles.iter(qn("w:style")):
        properties = style.find(qn("w:rPr"))
        if properties is None:
            continue
        for latin, thai in (("w:b", "w:bCs"), ("w:i", "w:iCs"), ("w:sz", "w:szCs")):
            assert (properties.find(qn(latin)) is None) == (properties.find(qn(thai)) is None)
        fonts = properties.find(qn("w:rFonts"))
        assert fonts is None or fonts.get(qn("w:cs")) == "TH Sarabun New"
    assert "Leelawadee UI" in ElementTree.tostring(docx_part(folder / "plain.docx", "word/fontTable.xml"), "unicode")


def test_word_has_headings_contents_and_tables(folder):
    document = docx.Document(folder / "plain.docx")
    headings = [p.text for p in document.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    chapters = [chapter.title for chapter in content(plain_set()).chapters]
    assert headings[: len(chapters)] == chapters and len(headings) == len(chapters) + 3
    listed = [
        p._p for p in document.paragraphs if p.style.name.lower().startswith("toc ") and p.style.name != "TOC Heading"
    ]
    assert ["".join(t.text for t in p.iter(qn("w:t"))) for p in listed] == headings
    about, evidence, sources = document.tables
    assert [row.cells[0].text for row in evidence.rows] == ["รหัส", "L1", "L2", "L3"]
    assert len(sources.rows) == 4 and len(about.rows) == 5
    assert document.core_properties.title == plain_set().title and document.core_properties.modified is None


@pytest.mark.parametrize("name", SETS)
def test_word_keeps_every_quote_whole(name, folder):
    written = "".join(docx_text(folder / f"{name}.docx").split())
    for one in content(SETS[name]()).evidence:
        assert "".join(one.quote.split()) in written


# -- Excel


def xlsx_text(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )


@pytest.mark.parametrize("name", SETS)
def test_excel_holds_no_formula_and_no_link(name, folder):
    book = openpyxl.load_workbook(folder / f"{name}.xlsx")
    risky = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n"} and cell.hyperlink is None, cell.coordinate
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    # Else Excel makes a formula of it when someone edits the cell.
                    assert cell.quotePrefix
                    risky += 1
    assert risky > 0 or name == "plain"
    with zipfile.ZipFile(folder / f"{name}.xlsx") as archive:
        sheets = [n for n in archive.namelist() if "sheet" in n and n.endswith(".xml")]
        assert sheets and not [n for n in sheets if b"<f>" in archive.read(n) or b"<hyperlink" in archive.read(n)]
        assert not [n for n in archive.namelist() if "externalLink" in n or "vba" in n]


def test_excel_sheets_are_frozen_filtered_and_wrapped(folder):
    book = openpyxl.load_workbook(folder / "plain.xlsx")
    assert book.sheetnames == ["สรุป", "หลักฐาน", "ข้อสรุป", "รายงานต้นทาง"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
        assert all(cell.alignment.wrap_text for row in sheet.iter_rows() for cell in row)
    evidence = book["หลักฐาน"]
    head = [cell.value for cell in evidence[1]]
    row = dict(zip(head, (cell.value for cell in evidence[2]), strict=True))
    assert row["รหัส"] == "L1" and row["หมวด"] == "ปัญหาอุปสรรค" and row["รหัสหมวด"] == "obstacle"
    assert row["ปี พ.ศ."] == 2566 and row["ความเชื่อมั่น"] == 0.75


# -- HTML


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", SETS)
def test_the_page_runs_its_own_script_only_and_fetches_nothing(name, folder):
    page = Elements()
    page.feed((folder / f"{name}.html").read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.found]
    assert tags.count("script") == 2 and tags.count("style") == 1
    assert not set(tags) & {"img", "iframe", "object", "embed", "link", "base", "form", "svg", "video", "audio"}
    for tag, attributes in page.found:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset", "action"}
        ]
        assert (attributes.get("href") or "#").startswith("#"), tag
    (policy,) = (a["content"] for t, a in page.found if t == "meta" and a.get("http-equiv"))
    assert (
        policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in policy and "http" not in policy
    )


def test_the_page_can_be_read_and_used_by_everyone(folder):
    text = (folder / "plain.html").read_text(encoding="utf-8")
    page = Elements()
    page.feed(text)
    assert ("html", {"lang": "th"}) in page.found
    labelled = {a["for"] for t, a in page.found if t == "label"}
    fields = {a["id"] for t, a in page.found if t in {"input", "select"}}
    assert fields == labelled and len(fields) == 6
    ids = [a["id"] for _, a in page.found if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {a["href"].removeprefix("#") for t, a in page.found if t == "a"}
    assert targets <= set(ids)
    assert not [t for t, a in page.found if t == "button" and a.get("type") != "button"]


# -- Markdown


@pytest.mark.parametrize("name", SETS)
def test_markdown_of_reports_stays_text(name, folder):
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    assert "image" not in {token.type for token in inline}
    links = [token.attrGet("href") for token in inline if token.type == "link_open"]
    assert links and all(re.fullmatch("#evidence_[0-9]+", str(link)) for link in links)
    html = [token.content for token in [*tokens, *inline] if token.type in {"html_inline", "html_block"}]
    assert all(re.fullmatch('</?a( id="evidence_[0-9]+")?>\n?', one) for one in html)
    assert not {token.type for token in tokens} & {"fence", "code_block", "hr", "ordered_list_open"}
    of = content(SETS[name]())
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert len(headings) == 3 + len(of.chapters)
    assert (len([t for t in tokens if t.type == "tr_open"])) == 1 + len(of.sources)


@pytest.mark.parametrize("text", [one for one in HOSTILE if one])
def test_markdown_shows_the_text_that_it_was_given(text):
    tokens = MarkdownIt("commonmark").enable("table").parse(f"- {markdown_text(text)}")
    shown = "".join(
        c.content for t in tokens if t.type == "inline" for c in t.children or () if c.type in ("text", "text_special")
    )
    assert shown == one_line(text)


# -- JSON


@pytest.mark.parametrize("name", SETS)
def test_json_gives_every_character_back(name, folder):
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    value = json.loads(text)
    assert value["format"] == "lesson-set" and value["schema"] == 1
    given = replace(SETS[name](), name=name)
    assert value["set"] == json.loads(json.dumps(asdict(given)))
    assert not set(text) & set("\u202e\u2066\x00")


# -- REFI-QDA


def qda(path: Path) -> tuple[ElementTree.Element, dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".txt")}
        return ElementTree.fromstring(archive.read("project.qde")), texts


@pytest.mark.parametrize("name", SETS)
def test_refi_qda_has_the_structure_of_the_standard(name, folder):
    root, texts = qda(folder / f"{name}.qdpx")
    order = [child.tag.removeprefix(QDA) for child in root]
    assert order == ["Users", "CodeBook", "Variables", "Sources", "Notes"]
    guids = [one.get("guid") for one in root.iter() if one.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(re.fullmatch("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", guid) for guid in guids)
    assert {one.get("targetGUID") for one in root.iter() if one.get("targetGUID")} <= set(guids)
    names = [source.get("name") for source in root.iter(f"{QDA}TextSource")]
    assert not [one for one in names if "/" in one or "\\" in one]
    allowed = {"Description": 0, "PlainTextSelection": 1, "VariableValue": 2}
    for source in root.iter(f"{QDA}TextSource"):
        places = [allowed[child.tag.removeprefix(QDA)] for child in source]
        assert places == sorted(places)
        assert f"Sources/{source.get('plainTextPath').removeprefix('internal://')}" in texts


def test_refi_qda_selections_are_the_quotes_with_their_codes(folder):
    root, texts = qda(folder / "plain.qdpx")
    codes = {one.get("guid"): one.get("name") for one in root.iter(f"{QDA}Code")}
    found = {}
    for source in root.iter(f"{QDA}TextSource"):
        text = texts[f"Sources/{source.get('plainTextPath').removeprefix('internal://')}"]
        for one in source.iter(f"{QDA}PlainTextSelection"):
            quote = text[int(one.get("startPosition")) : int(one.get("endPosition"))]
            named = {codes[ref.get("targetGUID")] for ref in one.iter(f"{QDA}CodeRef")}
            found[one.get("name")] = (quote, named)
    assert found["L1"] == (plain_set().citations[0].quote, {"ปัญหาอุปสรรค", "ยาสูบ", "สังคม วัฒนธรรม ครอบครัว ศาสนา"})
    assert found["L3"] == (plain_set().citations[2].quote, {"ผลผลิต", "อาหาร"})


def test_refi_qda_of_hostile_text_keeps_every_quote(folder):
    root, texts = qda(folder / "hostile.qdpx")
    quotes = [one.quote for one in content(hostile_set()).evidence]
    found = []
    for source in root.iter(f"{QDA}TextSource"):
        text = texts[f"Sources/{source.get('plainTextPath').removeprefix('internal://')}"]
        found += [
            text[int(s.get("startPosition")) : int(s.get("endPosition"))]
            for s in source.iter(f"{QDA}PlainTextSelection")
        ]
    assert sorted(found) == sorted(quotes)


def test_the_hostile_set_would_show(tmp_path):
    """The planted texts reach the files: a renderer that drops them would pass everything above."""
    (page, book) = render(hostile_set(), tmp_path, ["html", "xlsx"])
    assert f"&lt;script&gt;document.documentElement.dataset.hit=&#x27;{MARKER}&#x27;" in page.read_text(
        encoding="utf-8"
    )
    assert '=HYPERLINK("http://example.invalid";"กด")' in xlsx_text(book)
    assert io.BytesIO(page.read_bytes()).getvalue().count("‹U+202E›".encode()) > 5
