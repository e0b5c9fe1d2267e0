"""`lessons verify` sees one changed quote in any file, and says which."""

import csv
import json
import shutil
import sqlite3

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from samples import REPORT

from pipeline.dataset.verify import verify
from pipeline.records import Settings
from pipeline.run import extract_folder


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    base = tmp_path_factory.mktemp("verify")
    (base / "in").mkdir()
    (base / "in" / "ก.txt").write_text(REPORT, encoding="utf-8")
    page = "".join(f"<p>{line}</p>" for line in REPORT.splitlines() if line)
    (base / "in" / "ข.html").write_text(f"<html><body><article>{page}</article></body></html>", encoding="utf-8")
    (base / "in" / "ค.txt").touch()
    extract_folder([base / "in"], base / "out", Settings(), jobs=0, progress=False)
    return base


@pytest.fixture
def dataset(original, tmp_path):
    """A dataset of its own to spoil, with its reports beside it."""
    shutil.copytree(original / "in", tmp_path / "in")
    shutil.copytree(original / "out", tmp_path / "out")
    return tmp_path / "out"


def faults(dataset, *inputs):
    return [str(fault) for fault in verify(dataset, inputs).faults]


def first_id(dataset):
    return pq.read_table(dataset / "lessons.parquet")["lesson_id"][0].as_py()


def test_a_sound_dataset_has_no_faults(dataset):
    result = verify(dataset)
    assert result.faults == () and result.quotes > 0 and result.reports == 3


def test_it_holds_after_a_move_and_where_the_reports_are_elsewhere(dataset, tmp_path):
    (tmp_path / "in").rename(tmp_path / "moved")
    assert any("--input" in fault for fault in faults(dataset))
    assert faults(dataset, tmp_path / "moved") == []


@pytest.mark.parametrize("column", ["text", "raw_text", "category", "raw_start", "issues"])
def test_one_cell_changed_in_the_csv(dataset, column):
    path = dataset / "lessons.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    rows[1][rows[0].index(column)] += "1"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert any(f"lessons.csv: {first_id(dataset)}: {column} " in fault for fault in faults(dataset))


def test_one_quote_changed_in_the_parquet(dataset):
    path = dataset / "lessons.parquet"
    table = pq.read_table(path)
    lesson_id = table["lesson_id"][0].as_py()
    texts = table["text"].to_pylist()
    texts[0] += "ๆ"
    at = table.column_names.index("text")
    pq.write_table(table.set_column(at, table.schema.field("text"), pa.array(texts)), path)
    assert any(f"lessons.parquet: {lesson_id}: text is" in fault for fault in faults(dataset))


def test_one_quote_changed_in_the_workbook(dataset):
    book = openpyxl.load_workbook(dataset / "lessons.xlsx")
    names = [cell.value for cell in book["lessons"][1]]
    book["lessons"].cell(2, names.index("text") + 1).value += "ๆ"
    book.save(dataset / "lessons.xlsx")
    assert any(f"lessons.xlsx (lessons): {first_id(dataset)}: text is" in fault for fault in faults(dataset))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lessons SET text = text || 'ๆ'",
        "UPDATE lessons SET raw_text = raw_text || 'ๆ'",
        "UPDATE lessons SET raw_start = raw_start + 1",
        "UPDATE lessons SET text_end = text_end + 1",
        "UPDATE lessons SET text_end = text_start",
        "UPDATE lessons SET locator = 'page=99'",
        "UPDATE lessons SET category = 'nonsense'",
        """UPDATE lessons SET issues = '["nonsense"]'""",
        "UPDATE tags SET code = 'nonsense' WHERE scheme = 'category'",
        "DELETE FROM tags",
    ],
)
def test_one_row_changed_in_the_store(dataset, change):
    lesson_id = first_id(dataset)
    connection = sqlite3.connect(dataset / "lessons.sqlite")
    where = " AND " if "WHERE" in change else " WHERE "
    connection.execute(f"{change}{where}lesson_id = ?", (lesson_id,))
    connection.commit()
    connection.close()
    found = [fault for fault in faults(dataset) if not fault.startswith(("lessons.", "tags.", "run.json"))]
    assert found and all(lesson_id in fault for fault in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE reports SET findings = findings + 1", "findings is"),
        ("""UPDATE reports SET issues = '["nonsense"]'""", "unknown code issue nonsense"),
        ("DELETE FROM lessons", "counts"),
        ("DELETE FROM reports", "no report"),
    ],
)
def test_counts_and_references_are_checked(dataset, change, said):
    connection = sqlite3.connect(dataset / "lessons.sqlite")
    connection.execute(change)
    connection.commit()
    connection.close()
    assert any(said in fault for fault in faults(dataset))


def test_a_changed_source_is_named(dataset, tmp_path):
    (tmp_path / "in" / "ก.txt").write_text(REPORT + "ๆ", encoding="utf-8")
    assert faults(dataset) == ["ก.txt: the source has changed since it was read; run `lessons extract` again"]


@pytest.mark.parametrize("name", ["datapackage.json", "tags.csv", "places.parquet", "lessons.xlsx", "run.json"])
def test_a_missing_or_changed_file_is_named(dataset, name):
    (dataset / name).write_bytes((dataset / name).read_bytes() + b" x")
    assert any(fault.startswith(name) for fault in faults(dataset))
    (dataset / name).unlink()
    assert any(fault.startswith(name) for fault in faults(dataset))


def test_a_count_of_the_run_is_checked(dataset):
    run = json.loads((dataset / "run.json").read_text(encoding="utf-8"))
    run["counts"]["lessons"] += 1
    (dataset / "run.json").write_text(json.dumps(run), encoding="utf-8")
    assert any(fault.startswith("run.json: lessons: counts") for fault in faults(dataset))
