"""Counted are projects, places and years: no copy, file name or line break makes a project more."""

import shutil
from dataclasses import replace

import pytest
from samples import make_lesson, make_result

from pipeline.dataset.store import Store
from pipeline.lessons.cluster_commands import found_clusters
from pipeline.lessons.dataset import Dataset
from pipeline.lessons.recurrence import Projects, Recurrence, name_key
from pipeline.records import Place, ProjectFacts, Settings, content_id
from pipeline.run import extract_folder

PROJECT = """โครงการ{name} ตำบล{place}
รหัสโครงการ {code}
ปีงบประมาณ {year}

ผลลัพธ์ที่เกิดขึ้น
1) {first}
2) {second}

ปัญหาอุปสรรค
- {third}
"""
KINDS = [
    (
        "ลานบ้านไร้ควัน",
        "แพรกหา อำเภอควนขนุน จังหวัดพัทลุง",
        "66-00-1001",
        "2566",
        "ผู้สูบบุหรี่เลิกได้ต่อเนื่องเกินหกเดือน 12 คน",
        "ร้านค้าเลิกแบ่งขายบุหรี่เป็นมวน 4 ร้าน",
        "ผู้นำบางคนยังสูบบุหรี่ในที่ประชุมหมู่บ้าน",
    ),
    (
        "ปอดใสวัยทำงาน",
        "บัวใหญ่ อำเภอน้ำพอง จังหวัดขอนแก่น",
        "65-00-2002",
        "2565",
        "ผู้สูบบุหรี่เลิกได้ต่อเนื่องเกิน 6 เดือน 9 คน",
        "โรงงานทำมุมสูบบุหรี่แยกจากโรงอาหาร",
        "พนักงานกะดึกไม่ได้พบเจ้าหน้าที่คลินิก",
    ),
    (
        "ครัวเขียวหน้าบ้าน",
        "ป่าตึง อำเภอแม่จัน จังหวัดเชียงราย",
        "64-00-3003",
        "2564",
        "ครัวเรือนปลูกผักกินเองลดรายจ่ายเดือนละ 300 บาท",
        "เด็กในศูนย์เด็กเล็กกินผักมากขึ้น",
        "หน้าแล้งไม่มีน้ำรดผัก แปลงรวมเสียหาย",
    ),
]


def report_text(kind) -> str:
    return PROJECT.format(**dict(zip(("name", "place", "code", "year", "first", "second", "third"), kind, strict=True)))


def rewrapped(text: str, number: int) -> str:
    """Other blanks within the lines, other line ends."""
    return "\r\n".join(line.replace(" ", " " * (1 + number % 3)) for line in text.splitlines())


def torn(text: str, number: int) -> str:
    """All on lines of one width, which tears words and loses the headings."""
    joined = " ".join(text.split())
    return "\n".join(joined[at : at + 30 + number] for at in range(0, len(joined), 30 + number))


def counts(folder, out) -> tuple[str, list[str]]:
    """What a reader is told of all lessons and of each cluster."""
    extract_folder([folder], out, Settings(), jobs=0, progress=False)
    dataset = Dataset(out)
    projects = Projects(dataset)
    clusters = found_clusters(dataset, projects, dataset.lessons, "fast")
    return str(projects.count(dataset.lessons)), sorted(f"{c.found} {c.found.provinces}" for c in clusters)


def test_ten_copies_of_a_project_change_no_count(tmp_path):
    plain, crowded = tmp_path / "plain", tmp_path / "crowded"
    plain.mkdir()
    for number, kind in enumerate(KINDS):
        (plain / f"{number}.txt").write_text(report_text(kind), encoding="utf-8")
    shutil.copytree(plain, crowded)
    for number in range(10):
        (crowded / f"copy {number}.txt").write_text(report_text(KINDS[0]), encoding="utf-8")
        (crowded / f"0 rewrapped {number}.md").write_text(rewrapped(report_text(KINDS[0]), number), encoding="utf-8")
        (crowded / f"00 torn {number}.txt").write_text(torn(report_text(KINDS[0]), number), encoding="utf-8")
        (crowded / f"thai windows {number}.txt").write_bytes(report_text(KINDS[0]).encode("cp874"))
    before, after = counts(plain, tmp_path / "one"), counts(crowded, tmp_path / "two")
    assert before == after
    assert before[0] == "พบใน 3 โครงการ 3 ตำบล 3 ปี"
    assert "พบใน 2 โครงการ 2 ตำบล 2 ปี 2" in before[1]


@pytest.fixture
def dataset(tmp_path):
    """Makes a dataset of results, each with the text, project and place that the test needs."""

    def make(*rows: dict) -> Dataset:
        with Store.create(tmp_path) as store:
            for number, row in enumerate(rows):
                store.put(result(number, **row), "mark")
        return Dataset(tmp_path)

    return make


def result(number, *, text="", name="", code="", year=None, place=(), sha256=""):
    source = f"{number}.txt"
    text = text or f"{'กขคงจฉชซ'[number]}ลังใจของคนกลุ่มที่ {chr(0x0E01 + number)} ทำให้งานเดินต่อ"
    province, district, subdistrict, tambon = (*place, "", "", "", "")[:4]
    lesson = make_lesson(source, text, 0)
    lesson = replace(
        lesson, province=province, district=district, subdistrict=subdistrict, project_code=code, year_ce=year
    )
    places = ((Place("subdistrict", subdistrict, tambon, None), None),) if subdistrict else ()
    return make_result(
        source,
        report_id=content_id("r", source),
        sha256=sha256 or f"{number:064}",
        lessons=(lesson,),
        places=places,
        problems=(),
        facts=(),
        facts_of_project=ProjectFacts(project_name=name, project_code=code, year_be=year + 543 if year else None),
    )


def count(dataset) -> Recurrence:
    return Projects(dataset).count(dataset.lessons)


def test_one_code_is_one_project_whatever_its_numerals(dataset):
    held = dataset({"code": "66-00-0001", "year": 2022}, {"code": "๖๖-00-0001", "year": 2023}, {"code": "66-00-0002"})
    found = count(held)
    assert (found.projects, found.years, found.unknown_year) == (2, 2, 1)


def test_a_refunded_year_is_the_same_project_at_the_same_place_only(dataset):
    here, there = ("พัทลุง", "ควนขนุน", "แพรกหา", "930207"), ("ตรัง", "รัษฎา", "ควนเมา", "920901")
    found = count(
        dataset(
            {"name": "โครงการลานบ้านไร้ควัน ปี 2565", "place": here, "code": "65-00-0100", "year": 2022},
            {"name": "ลานบ้านไร้ควัน ระยะที่ 2", "place": here, "code": "66-00-0200", "year": 2023},
            {"name": "ลานบ้านไร้ควัน", "place": there, "year": 2023},
        )
    )
    assert (found.projects, found.subdistricts, found.provinces, found.years) == (2, 2, 2, 2)


def test_subdistricts_of_one_name_are_two(dataset):
    found = count(dataset({"place": ("สงขลา", "เมือง", "ในเมือง", "")}, {"place": ("ยโสธร", "เมือง", "ในเมือง", "")}))
    assert found.subdistricts == 2


def test_what_is_not_known_is_said(dataset):
    found = count(dataset({}, {}))
    assert (found.projects, found.subdistricts, found.years) == (2, 0, 0)
    assert str(found) == "พบใน 2 โครงการ 0 ตำบล 0 ปี (ไม่ทราบตำบล 2 โครงการ, ไม่ทราบปี 2 โครงการ)"


def test_the_same_bytes_are_one_report(dataset):
    found = count(dataset({"sha256": "a" * 64}, {"sha256": "a" * 64}))
    assert (found.projects, found.reports, found.copies) == (1, 1, 1)


@pytest.mark.parametrize("name", ["โครงการ", "ปี 2566", "ครั้งที่ 2"])
def test_a_name_that_says_nothing_joins_nothing(name, dataset):
    assert count(dataset({"name": name}, {"name": name})).projects == 2


def test_a_projects_name_is_compared_without_its_years():
    assert name_key("ชื่อโครงการ: บ้านนาปลอดขยะ ปีงบประมาณ พ.ศ. 2566") == name_key(
        "โครงการบ้านนาปลอดขยะ (เฟส 2)".replace("เฟส 2", "ระยะที่ 3")
    )
