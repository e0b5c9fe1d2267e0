import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import make_result

from pipeline.dataset.export import RUN, csv_cell, export, export_files, finish_export, is_unfinished
from pipeline.dataset.schema import table, tables
from pipeline.dataset.store import Store
from pipeline.dataset.workbook import excel_text

MEAN = ("=1+1", "+66 81", "-ปลูกผัก", "@cmd", "\tแท็บ", "บรรทัด\nใหม่", 'คำ "พูด", คั่น;จุลภาค', "'อัญประกาศ", "ก\x00ข\x0b", "๑๒")


@pytest.fixture
def exported(tmp_path):
    """A folder with the exports of two reports that hold mean texts."""
    return write(tmp_path / "out")


def write(folder: Path) -> Path:
    with Store.create(folder) as store:
        store.put(make_result("ข.txt", texts=("ทดสอบ",)), "f1")
        store.put(make_result("ก.txt", texts=MEAN), "f1")
        export(store, folder, {"pipeline": "0"})
    return folder


def test_every_file_of_the_contract_is_there(exported):
    names = {"lessons", "tags", "reports", "facts", "places", "problems"}
    wanted = {f"{n}{s}" for n in names for s in (".csv", ".parquet")} | {"lessons.xlsx", "datapackage.json", "run.json"}
    assert {path.name for path in exported.iterdir()} == wanted | {"lessons.sqlite"}


def test_parquet_has_types_and_lists(exported):
    frame = pd.read_parquet(exported / "lessons.parquet")
    assert list(frame.columns) == list(table("lessons").names)
    assert list(frame["text"]) == [*MEAN, "ทดสอบ"]
    assert list(frame["issues"].iloc[0]) == ["food"]
    schema = pq.read_schema(exported / "lessons.parquet")
    assert str(schema.field("raw_start").type) == "int64" and schema.field("raw_start").nullable
    assert str(schema.field("issues").type).startswith("list<")
    assert pd.read_parquet(exported / "places.parquet")["lesson_id"].isna().all()


def test_csv_opens_in_excel_and_runs_nothing(exported):
    assert (exported / "lessons.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (exported / "lessons.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    texts = [row["text"] for row in rows]
    assert [text[1:] if text.startswith("'") else text for text in texts] == [*MEAN, "ทดสอบ"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert rows[0]["issues"] == "food"


def test_the_workbook_holds_text_as_text(exported):
    book = openpyxl.load_workbook(exported / "lessons.xlsx")
    assert book.sheetnames == ["lessons", "reports", "facts", "places", "problems", "columns"]
    sheet = book["lessons"]
    column = table("lessons").names.index("text") + 1
    cells = [sheet.cell(row, column) for row in range(2, sheet.max_row + 1)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == [*(excel_text(text) for text in MEAN), "ทดสอบ"]
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
    assert sheet.cell(2, table("lessons").names.index("confidence") + 1).value == 0.8


def test_the_data_package_describes_every_column(exported):
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    of = {resource["name"]: resource for resource in package["resources"]}
    for each in tables():
        assert [field["name"] for field in of[each.name]["schema"]["fields"]] == list(each.names)
        assert of[each.name]["bytes"] == (exported / f"{each.name}.csv").stat().st_size
        assert of[f"{each.name}-parquet"]["path"] == f"{each.name}.parquet"
        for field in of[each.name]["schema"]["fields"]:
            english, _, thai = field["description"].partition(" · ")
            assert english and any("ก" <= letter <= "๛" for letter in thai)


def test_run_json_counts_and_hashes(exported):
    run = json.loads((exported / RUN).read_text(encoding="utf-8"))
    assert run["counts"]["lessons"] == len(MEAN) + 1
    assert set(run["files"]) == set(export_files())


def test_the_same_rows_give_the_same_bytes(tmp_path):
    one, other = write(tmp_path / "one"), write(tmp_path / "other")
    assert [n for n in export_files() if (one / n).read_bytes() != (other / n).read_bytes()] == []


def test_an_empty_dataset_exports_too(tmp_path):
    with Store.create(tmp_path) as store:
        export(store, tmp_path, {})
    assert pd.read_parquet(tmp_path / "lessons.parquet").empty
    assert list(pd.read_csv(tmp_path / "tags.csv").columns) == list(table("tags").names)


def test_exports_that_were_complete_are_put_in_place_later(tmp_path):
    folder = write(tmp_path)
    before = {name: (folder / name).read_bytes() for name in export_files()}
    staging = folder / ".export"
    staging.mkdir()
    for name in export_files():
        (folder / name).replace(staging / name)
    assert finish_export(folder) is False and not staging.exists()  # no marker: not complete, so not to be used
    write(folder)
    staging.mkdir()
    for name in export_files()[:5]:  # killed in the middle: some moved already, some not
        (folder / name).replace(staging / name)
    (staging / "COMMIT").touch()
    assert is_unfinished(folder) and finish_export(folder) is True
    assert {name: (folder / name).read_bytes() for name in export_files()} == before


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_csv_cell_is_never_a_formula_and_loses_nothing(cell):
    shown = csv_cell(cell)
    if isinstance(cell, str):
        assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert cell == (shown[1:] if shown.startswith("'") else shown)
    else:
        assert type(cell)(shown) == cell
