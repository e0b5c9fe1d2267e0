"""What helps here and hinders there stands side by side, with its evidence; and the commands that show it."""

import json
from dataclasses import replace

import pytest
from samples import make_lesson, make_result

from pipeline.cli import main
from pipeline.dataset.store import Store
from pipeline.lessons.counter import find_counter_pairs
from pipeline.lessons.dataset import Dataset
from pipeline.lessons.meaning import meaning_of
from pipeline.records import ProjectFacts, Tag, content_id

LEADER_HELPS = "ผู้ใหญ่บ้านเลิกสูบบุหรี่เป็นแบบอย่าง ชาวบ้านจึงเลิกตาม"
LEADER_HINDERS = "ผู้ใหญ่บ้านยังสูบบุหรี่ให้เห็น ชาวบ้านจึงไม่เลิกตาม"
BOOKS = [
    ("ก.txt", "66-00-0001", [("success_factor", "tobacco", LEADER_HELPS)]),
    ("ข.txt", "66-00-0002", [("obstacle", "tobacco", LEADER_HINDERS)]),
    ("ค.txt", "66-00-0003", [("obstacle", "tobacco", "ผู้ใหญ่บ้านยังสูบบุหรี่ให้เห็นในที่ประชุม ชาวบ้านจึงไม่เลิกตาม")]),
    ("ง.txt", "66-00-0004", [("obstacle", "road_safety", "ถนนลูกรังเป็นหลุมลึกตลอดสายทางเข้าหมู่บ้าน")]),
    (
        "จ.txt",
        "66-00-0005",
        [
            ("success_factor", "food", "ครูปลูกผักสวนครัวกับเด็กทุกวันศุกร์"),
            ("obstacle", "food", "ครูไม่ได้ปลูกผักสวนครัวกับเด็กทุกวันศุกร์แล้ว"),
        ],
    ),
]


@pytest.fixture
def folder(tmp_path):
    with Store.create(tmp_path) as store:
        for source, code, rows in BOOKS:
            lessons = tuple(
                replace(
                    make_lesson(source, text, 100 * n, category, (Tag("issue", issue, 0.9, True, "rules", "คำ"),)),
                    project_code=code,
                    year_ce=2023,
                )
                for n, (category, issue, text) in enumerate(rows)
            )
            store.put(
                make_result(
                    source,
                    report_id=content_id("r", source),
                    sha256=source.encode().hex(),
                    lessons=lessons,
                    places=(),
                    problems=(),
                    facts_of_project=ProjectFacts(project_code=code, year_be=2566),
                ),
                "mark",
            )
    return tmp_path


def test_a_factor_that_helps_here_and_hinders_there_is_found_with_its_evidence(folder):
    (pair,) = find_counter_pairs(Dataset(folder), meaning_of("fast"))
    assert (pair.factors, pair.issues) == (("leader",), ("tobacco",))
    assert [row.text for row in pair.helps.lessons] == [LEADER_HELPS]
    assert {row.source for row in pair.hinders.lessons} == {"ข.txt", "ค.txt"}
    assert pair.hinders.found.projects == 2


def test_one_project_that_names_both_contradicts_nobody(folder):
    sources = {
        row.source for pair in find_counter_pairs(Dataset(folder), meaning_of("fast")) for row in pair.helps.lessons
    }
    assert "จ.txt" not in sources


def test_the_commands_speak_thai_and_cite(folder, capsys):
    assert main(["counter", str(folder), "--model", "fast"]) == 0
    said = capsys.readouterr().out
    assert "ผู้นำชุมชน" in said and "ยาสูบ" in said and "(ก.txt, ย่อหน้าที่ 1" in said
    assert main(["clusters", str(folder), "--model", "fast"]) == 0
    said = capsys.readouterr().out
    assert "พบใน 2 โครงการ 0 ตำบล 1 ปี (ไม่ทราบตำบล 2 โครงการ)" in said and "ข.txt" in said
    assert main(["coverage", str(folder), "--by", "issue", "--csv", str(folder / "ครอบคลุม.csv")]) == 0
    said = capsys.readouterr().out
    assert "ยาสูบ: 3 บทเรียน 3 โครงการ | มีรายงาน 3 + อ่านแล้วไม่พบ 2 = 5 ฉบับ" in said
    assert (folder / "ครอบคลุม.csv").read_bytes().startswith(b"\xef\xbb\xbfissue,matched")


def test_the_json_has_every_quote_with_its_place(folder, capsys):
    assert main(["clusters", str(folder), "--model", "fast", "--json", "--projects", "1", "--issue", "tobacco"]) == 0
    clusters = json.loads(capsys.readouterr().out)
    assert sorted(row["source"] for cluster in clusters for row in cluster["lessons"]) == ["ก.txt", "ข.txt", "ค.txt"]
    assert all(row["lesson_id"] and row["locator"] for cluster in clusters for row in cluster["lessons"])
    assert main(["counter", str(folder), "--model", "fast", "--json"]) == 0
    (pair,) = json.loads(capsys.readouterr().out)
    assert pair["hinders"]["counts"]["projects"] == 2 and pair["factors"] == ["leader"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["clusters", "{}", "--issue", "smoke"],
        ["coverage", "{}", "--by", "place"],
        ["coverage", "{}", "--by", ""],
        ["counter", "{}/none"],
    ],
)
def test_a_bad_argument_is_one_line_and_two(arguments, folder, capsys):
    assert main([argument.format(folder) for argument in arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
