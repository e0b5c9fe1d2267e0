"""Each matched report is counted once in every cell, and the kinds of silence are told apart."""

import csv
import io
from dataclasses import replace

import pytest
from samples import REPORT, make_lesson, make_result

from pipeline.classify.taxonomy import CATEGORY, ISSUE, codes
from pipeline.dataset.store import Store
from pipeline.errors import UsageError
from pipeline.lessons.coverage import DIMENSIONS, STATES, as_csv, cover
from pipeline.lessons.dataset import Dataset
from pipeline.records import Problem, ProjectFacts, ReportStatus, Settings, Tag, content_id
from pipeline.run import extract_folder


def put(store, source, *, silences=(), texts=(), issue="food", category="obstacle", year=2566, **changes):
    tags = (Tag("issue", issue, 0.9, True, "rules", "คำ"),) if issue else ()
    lessons = tuple(
        replace(make_lesson(source, text, 100 * n, category, tags), province="พัทลุง", year_ce=year and year - 543)
        for n, text in enumerate(texts)
    )
    values = {
        "report_id": content_id("r", source),
        "sha256": source.encode().hex(),
        "lessons": lessons,
        "facts": (),
        "problems": (),
        "facts_of_project": ProjectFacts(silences=silences, year_be=year),
    }
    store.put(make_result(source, **{**values, **changes}), "mark")


MISSING = tuple((code, "missing") for code in codes(CATEGORY))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Dataset:
    """One report of each state, as an issue and obstacles are asked for."""
    folder = tmp_path_factory.mktemp("dataset")
    with Store.create(folder) as store:
        put(store, "reported.txt", texts=("ขาดน้ำหน้าแล้งจนผักของกลุ่มตาย", "ผักราคาตกในหน้าหนาว"))
        put(store, "copy.txt", texts=("ขาดน้ำหน้าแล้ง จนผักของกลุ่มตาย", "ผักราคาตกในหน้าหนาว"))
        put(store, "outcome only.txt", texts=("เด็กกินผักมากขึ้นทุกชั้น",), category="outcome")
        put(store, "other issue.txt", texts=("รถเร็วหน้าโรงเรียนทุกเช้า",), issue="road_safety")
        put(store, "said none.txt", silences=(("obstacle", "none_reported"),), places=())
        put(store, "no sections.txt", silences=MISSING, places=())
        put(store, "partial.txt", silences=MISSING, status=ReportStatus.PARTIAL, places=())
        put(store, "broken.pdf", status=ReportStatus.UNREADABLE, year=None, places=(), units=0)
        store.put_problem(Problem("old.xyz", "read", "ชนิดไฟล์", "บันทึกใหม่"))
    return Dataset(folder)


def states_of(dataset, source, **scope) -> str:
    """The state of the one report that `source` names in the cell of food: read off by leaving it out."""
    cell = next(c for c in cover(dataset, by=("issue",), **scope).cells if c.key == ("food",))
    return {state: count for state, count in cell.states.items() if count}


def test_every_state_is_told_apart(dataset):
    assert states_of(dataset, "", categories=("obstacle",)) == {
        "reported": 1,
        "none_reported": 3,  # outcome only, other issue, said none
        "section_missing": 2,
        "copy": 1,
        "unreadable": 1,
        "not_processed": 1,
    }
    cell = next(c for c in cover(dataset, by=("issue",), categories=("obstacle",)).cells if c.key == ("food",))
    assert (cell.matched, cell.used, cell.unused_by_rule, cell.unreadable) == (9, 1, 6, 2)
    assert (cell.said_none, cell.partial, cell.lessons, cell.projects) == (1, 1, 2, 1)


def test_a_report_without_a_section_of_the_scope_is_not_one_that_reports_none(dataset):
    recommendation = next(
        c for c in cover(dataset, by=("issue",), categories=("recommendation",)).cells if c.key == ("food",)
    )
    assert recommendation.states["section_missing"] == 2
    assert recommendation.states["reported"] == 0 and recommendation.said_none == 0


@pytest.mark.parametrize("by", [*((d,) for d in DIMENSIONS), ("issue", "theme", "province", "year"), ("year", "issue")])
@pytest.mark.parametrize("categories", [(), ("obstacle",), ("outcome", "output")])
def test_used_and_unused_and_unreadable_are_all_that_was_matched(dataset, by, categories):
    coverage = cover(dataset, by=by, categories=categories)
    assert coverage.matched == len(dataset.reports) + 1
    for cell in coverage.cells:
        assert cell.used + cell.unused_by_rule + cell.unreadable == cell.matched == sum(cell.states.values())
        assert (cell.used == 0) == (cell.lessons == 0) == (cell.projects == 0)
    # Over the places and years every matched report stands exactly once, whatever the codes.
    across = [n for n, dimension in enumerate(by) if dimension in {"province", "year"}]
    first = {tuple(cell.key[n] for n in across): cell for cell in coverage.cells}
    assert sum(cell.matched for cell in first.values()) == coverage.matched


def test_every_code_has_its_cell_also_where_nothing_was_found(dataset):
    keys = [cell.key for cell in cover(dataset, by=("issue",)).cells]
    assert keys == [*((code,) for code in codes(ISSUE)), ("",)]


def test_an_unknown_place_is_a_place_of_its_own(dataset):
    places = {cell.key[0]: cell.matched for cell in cover(dataset, by=("province",)).cells}
    assert places == {"พัทลุง": 4, "": 5}


def test_a_file_that_came_after_the_run_is_not_processed(tmp_path):
    reports, out = tmp_path / "reports", tmp_path / "out"
    reports.mkdir()
    (reports / "ก.txt").write_text(REPORT, encoding="utf-8")
    (reports / "ว่าง.txt").write_text("", encoding="utf-8")
    (reports / "ภาพ.xyz").write_text("?", encoding="utf-8")
    extract_folder([reports], out, Settings(), jobs=0, progress=False)
    (reports / "มาใหม่.txt").write_text(REPORT, encoding="utf-8")
    coverage = cover(Dataset(out), by=("issue",))
    assert coverage.not_processed == ("ภาพ.xyz", "มาใหม่.txt") and coverage.input_seen
    assert all(cell.states["not_processed"] == 2 and cell.states["unreadable"] == 1 for cell in coverage.cells)
    assert coverage.matched == 4
    (reports / "ก.txt").unlink()
    assert cover(Dataset(out)).matched == 4  # what was read stays in the dataset


def test_without_the_input_folder_it_is_said(dataset):
    assert not cover(dataset).input_seen


def test_a_report_that_never_speaks_of_obstacles_is_known_after_a_run(tmp_path):
    reports, out = tmp_path / "reports", tmp_path / "out"
    reports.mkdir()
    (reports / "ก.txt").write_text(
        REPORT.replace("ปัญหาอุปสรรค\n- ขาดน้ำในฤดูแล้ง ทำให้ปลูกผักได้ไม่ต่อเนื่อง\n", ""), encoding="utf-8"
    )
    (reports / "ข.txt").write_text(
        REPORT.replace("ขาดน้ำในฤดูแล้ง ทำให้ปลูกผักได้ไม่ต่อเนื่อง", "ไม่มี") + "ตอนท้าย", encoding="utf-8"
    )
    extract_folder([reports], out, Settings(), jobs=0, progress=False)
    silences = {report.source: report.silences for report in Dataset(out).reports.values()}
    assert "obstacle=missing" in silences["ก.txt"] and "obstacle=missing" not in silences["ข.txt"]
    assert "outcome=missing" not in silences["ก.txt"]


def test_the_csv_holds_every_cell(dataset):
    coverage = cover(dataset, by=("issue", "year"))
    rows = list(csv.DictReader(io.StringIO(as_csv(coverage))))
    assert len(rows) == len(coverage.cells)
    for row, cell in zip(rows, coverage.cells, strict=True):
        assert int(row["used"]) + int(row["unused_by_rule"]) + int(row["unreadable_all"]) == int(row["matched"])
        assert {state: int(row[state]) for state in STATES} == dict(cell.states)


def test_a_hostile_place_is_no_formula(tmp_path):
    with Store.create(tmp_path) as store:
        put(store, "ก.txt", texts=("ก",))
        lesson = replace(make_lesson("ข.txt", "ขาดน้ำหน้าแล้ง", 0), province="=HYPERLINK(1)")
        put(store, "ข.txt", lessons=(lesson,))
    assert "'=HYPERLINK" in as_csv(cover(Dataset(tmp_path), by=("province",)))


@pytest.mark.parametrize("scope", [{"by": ("place",)}, {"categories": ("problem",)}])
def test_an_unknown_dimension_or_category_is_refused(dataset, scope):
    with pytest.raises(UsageError):
        cover(dataset, **scope)
