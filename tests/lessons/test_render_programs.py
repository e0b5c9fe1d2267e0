"""The files of a lesson set in the programs that people open them with: LibreOffice (for Word and Excel files) and Chromium.

Each program starts once. A test is skipped, and says so, where its program is not installed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pypdfium2
import pytest
from render_sets import MARKER, hostile_set, plain_set

from pipeline.lessons.render import render
from pipeline.lessons.render.content import content

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
SETS = {"plain": plain_set, "hostile": hostile_set}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Both sets in the formats that the programs open."""
    path = tmp_path_factory.mktemp("programs")
    for name, make in SETS.items():
        render(replace(make(), name=name), path, ["docx", "xlsx", "html"])
    return path


# -- LibreOffice


@pytest.fixture(scope="module")
def printed(folder) -> Path:
    """The folder with each Word and Excel file printed to PDF by one start of LibreOffice, as plain.docx.pdf …"""
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed")
    files = [folder / f"{name}.{format}" for name in SETS for format in ("docx", "xlsx")]
    copies = []
    for path in files:  # LibreOffice drops the ending: two files of one name would give one PDF
        copies.append(folder / f"{path.stem}_{path.suffix[1:]}{path.suffix}")
        shutil.copy(path, copies[-1])
    command = [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(folder), *map(str, copies)], check=True, capture_output=True, timeout=600)
    return folder


def pdf_text(path: Path) -> str:
    """The text of a PDF without white space: Thai breaks between any letters."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return "".join("".join(pages).replace("\ufffe", "").split())


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("format", ["docx", "xlsx"])
def test_libreoffice_shows_every_citation(format, printed):
    text = pdf_text(printed / f"plain_{format}.pdf")
    for one in content(plain_set()).evidence:
        assert bare(one.quote) in text and bare(one.file) in text and bare(one.place) in text
    assert bare(plain_set().title) in text


def test_libreoffice_shows_footnotes_contents_and_page_numbers(printed):
    text = pdf_text(printed / "plain_docx.pdf")
    note = "L1โครงการ/รายงาน1.docx·หน้า1ย่อหน้าที่14·“คนในบ้านยังสูบบุหรี่"
    assert note in text
    for chapter in content(plain_set()).chapters:
        assert text.count(bare(chapter.title)) >= 2  # in the contents and above the part
    assert re.search("หน้า1จาก[2-9]", text)
    assert (
        "ความเกรงใจแขก[L1]1และบุหรี่แบ่งมวน[L2]2" in text
    )  # each key with the number of its note, where it is cited first
    assert "Error" not in text


@pytest.mark.parametrize("format", ["docx", "xlsx"])
def test_libreoffice_opens_hostile_text_as_text(format, printed):
    text = pdf_text(printed / f"hostile_{format}.pdf")
    assert '=HYPERLINK("http://example.invalid";"กด")' in text
    assert "#NAME?" not in text and "#VALUE!" not in text and "Err:" not in text
    assert "‹U+202E›" in text


# -- Chromium

# Runs beside the pages, in a frame each: types, chooses, clicks, and writes down what the pages then show.
DRIVER = """<!DOCTYPE html><meta charset="utf-8"><body><script>
const names = NAMES, seen = {}; let waiting = names.length;
function look(page) {
  const shown = [...page.querySelectorAll(".evidence")].filter((card) => !card.hidden);
  return {
    shown: shown.map((card) => card.querySelector(".key").textContent),
    visible: shown.filter((card) => card.getBoundingClientRect().height > 0).length,
    status: page.getElementById("status").textContent,
    none: !page.getElementById("none").hidden,
    marks: shown.flatMap((card) => [...card.querySelectorAll("mark")].map((mark) => mark.textContent)),
    options: [...page.querySelectorAll("#filter_issues option")].map((option) => option.textContent),
  };
}
function type(page, text) { const box = page.getElementById("search"); box.value = text; box.dispatchEvent(new Event("input")); return look(page); }
function choose(page, name, value) {
  const box = page.getElementById("filter_" + name); box.value = value; box.dispatchEvent(new Event("change")); return look(page);
}
function drive(page) {
  return {
    start: look(page), word: type(page, "บุหรี่"), digits: type(page, "25 แกนนำ"), marks: type(page, "ม"), two: type(page, "ร้าน เด็ก"),
    upper: type(page, "DOCX"), nothing: type(page, "ไม่มีคำนี้"), cleared: (page.getElementById("clear").click(), look(page)),
    food: choose(page, "issues", "food"), conflict: choose(page, "category", "obstacle"), word_in_food: (choose(page, "category", ""), type(page, "บุหรี่")),
    reset: (page.getElementById("clear").click(), look(page)),
    opened: (page.getElementById("toggle").click(), page.querySelectorAll("details[open]").length),
    closed: (page.getElementById("toggle").click(), page.querySelectorAll("details[open]").length),
    printed: (page.defaultView.dispatchEvent(new Event("beforeprint")), page.querySelectorAll("details[open]").length),
  };
}
function report(name, frame) {
  const page = frame.contentDocument;
  seen[name] = {
    hit: page.documentElement.dataset.hit || "", scripts: page.scripts.length, title: page.title,
    elements: page.querySelectorAll("img, iframe, object, embed, base, form").length,
    out: [...page.querySelectorAll("a")].filter((link) => !link.getAttribute("href").startsWith("#")).length,
    thai: frame.contentWindow.getComputedStyle(page.body).fontFamily, hidden: page.body.scrollHeight < 200,
  };
  if (page.getElementById("controls")) Object.assign(seen[name], name === "plain" ? drive(page) : { start: look(page) });
  if (!--waiting) document.body.innerHTML = "<pre id=report></pre>", document.getElementById("report").textContent = JSON.stringify(seen);
}
for (const name of names) {
  const frame = document.createElement("iframe");
  frame.width = 1200; frame.height = 800; frame.src = name + ".html";
  frame.onload = () => setTimeout(() => report(name, frame), 300);
  document.body.append(frame);
}
</script></body>"""
PLANTED = f"<script>document.documentElement.dataset.hit = '{MARKER}'</script><img src=x onerror=\"document.documentElement.dataset.hit = '{MARKER}'\">"


@pytest.fixture(scope="module")
def seen(folder) -> dict:
    """What Chromium shows of the pages, of one start."""
    if BROWSER is None:
        pytest.skip("Chromium is not installed")
    page = (folder / "plain.html").read_text(encoding="utf-8")
    # What if the escaping failed: a script in the page, once with the policy and once without.
    (folder / "leaky.html").write_text(page.replace("<main>", f"<main>{PLANTED}"), encoding="utf-8")
    open_page = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    (folder / "unguarded.html").write_text(open_page.replace("<main>", f"<main>{PLANTED}"), encoding="utf-8")
    names = ["plain", "hostile", "leaky", "unguarded"]
    (folder / "driver.html").write_text(DRIVER.replace("NAMES", json.dumps(names)), encoding="utf-8")
    switches = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-extensions",
        "--allow-file-access-from-files",
        "--virtual-time-budget=8000",
        "--dump-dom",
    ]
    command = [BROWSER, *switches, f"--user-data-dir={folder / 'browser'}", (folder / "driver.html").as_uri()]
    dom = subprocess.run(command, check=True, capture_output=True, timeout=180).stdout.decode("utf-8")
    found = re.search('<pre id="report">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-2000:]
    return json.loads(unescape(found[1]))


def test_no_planted_script_runs_in_the_browser(seen):
    for name in ("plain", "hostile"):
        assert (seen[name]["hit"], seen[name]["scripts"], seen[name]["elements"], seen[name]["out"]) == ("", 2, 0, 0)
        assert not seen[name]["hidden"]
    assert len(seen["hostile"]["start"]["shown"]) == len(hostile_set().citations)


def test_the_policy_stops_a_script_that_got_into_the_page(seen):
    assert seen["unguarded"]["hit"] == MARKER  # so the planted script does work
    assert seen["leaky"]["hit"] == ""
    assert len(seen["leaky"]["start"]["shown"]) == 3  # and the page's own script still runs


def test_the_search_finds_and_marks_words(seen):
    page = seen["plain"]
    assert page["start"]["shown"] == ["L1", "L2", "L3"] and page["start"]["visible"] == 3
    assert page["start"]["status"] == "แสดง 3 จาก 3 ข้อความ"
    assert page["word"]["shown"] == ["L1", "L2"] and page["word"]["marks"] == ["บุหรี่", "บุหรี่"]
    assert page["digits"]["shown"] == ["L3"] and page["digits"]["marks"] == ["แกนนำ", "๒๕"]
    assert page["two"]["shown"] == ["L2"] and page["upper"]["shown"] == ["L1", "L2", "L3"]
    assert page["nothing"]["shown"] == [] and page["nothing"]["none"]
    assert page["cleared"] == page["start"]


def test_a_marked_letter_keeps_the_marks_above_it(seen):
    assert seen["plain"]["marks"]["marks"] == ["ม", "ม", "มู่", "ม", "ม"]


def test_the_filters_work_together_and_count(seen):
    page = seen["plain"]
    assert page["start"]["options"] == ["ทั้งหมด (3)", "ยาสูบ (2)", "อาหาร (1)"]
    assert page["food"]["shown"] == ["L3"] and page["food"]["status"] == "แสดง 1 จาก 3 ข้อความ"
    assert page["conflict"]["shown"] == [] and page["conflict"]["none"]
    assert page["word_in_food"]["shown"] == [] and page["word_in_food"]["options"] == [
        "ทั้งหมด (2)",
        "ยาสูบ (2)",
        "อาหาร (0)",
    ]
    assert page["reset"] == page["start"]


def test_evidence_opens_by_button_and_for_print(seen):
    page = seen["plain"]
    assert (page["opened"], page["closed"], page["printed"]) == (3, 0, 3)
