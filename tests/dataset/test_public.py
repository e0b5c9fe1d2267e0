"""`--public`: no personal value in any file of the dataset, everything else as without it."""

import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile

import docx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cli import main
from pipeline.dataset.export import export_files
from pipeline.dataset.masking import MASK, find_personal
from pipeline.dataset.store import STORE_NAME
from pipeline.dataset.unmasked import unmasked
from pipeline.dataset.verify import verify
from pipeline.records import Settings
from pipeline.run import extract_folder

LINES = (
    "โครงการครัวสะอาดบ้านทุ่งสมมุติ ต.ละแม จ.ชุมพร",
    "ผู้รายงาน นายกล้าหาญ ใจสู้ยิ่ง โทร 081-000-0017",
    "ผู้รับผิดชอบโครงการ นางสาวแก้วตา ใจงามดี อีเมล kaewta@example.org",
    "ผลลัพธ์",
    "- ครัวเรือนของนายมานพ ทองสมมุติ บ้านเลขที่ 98/7 หมู่ 3 ลดการใช้ผงชูรสได้ 30 ครัวเรือน",
    "- นางบุญมา ใจเย็นนัก เลขบัตรประชาชน 1234567890121 เลิกสูบบุหรี่ได้และชวนเพื่อนบ้าน 5 คนเลิกตาม",
    "ปัญหาอุปสรรค",
    "- ขาดงบประมาณ ติดต่อนางสาวแก้วตา ใจงามดี ทาง LINE ID: kaewta_77 หรือโทร 081 000 0017 ก็ยังไม่พอ",
    "ปัจจัยความสำเร็จ",
    "- นายสมหวัง ตั้งใจมาก นายกเทศมนตรีตำบลสมมุติ ให้การสนับสนุนอย่างต่อเนื่อง",
    "ข้อเสนอแนะ",
    "- ควรให้กล้าหาญ ใจสู้ยิ่ง เป็นพี่เลี้ยงอบรมแกนนำรุ่นต่อไป",
)
HIDDEN = (
    *("กล้าหาญ", "ใจสู้ยิ่ง", "แก้วตา", "ใจงามดี", "มานพ", "ทองสมมุติ", "บุญมา", "ใจเย็นนัก"),
    *("081-000-0017", "081 000 0017", "0810000017", "kaewta", "1234567890121", "98/7"),
)
IN_PUBLIC_ROLE = ("สมหวัง", "ตั้งใจมาก")
FORMATS = ("text.txt", "page.html", "letter.docx")


def make_reports(folder):
    folder.mkdir()
    (folder / "text.txt").write_text("\n".join(LINES), encoding="utf-8")
    shown = "".join(f"<p>{line}</p>" for line in LINES).replace(
        "kaewta@example.org", '<a href="mailto:kaewta@example.org">kaewta@example.org</a>'
    )
    page = f"<html><head><title>{LINES[1]}</title></head><body><article>{shown}</article></body></html>"
    (folder / "page.html").write_text(page, encoding="utf-8")
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    document.save(folder / "letter.docx")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder `in` with `open` and `out`, the dataset without and with masks."""
    base = tmp_path_factory.mktemp("public")
    make_reports(base / "in")
    extract_folder([base / "in"], base / "open", Settings(), jobs=0, progress=False)
    extract_folder([base / "in"], base / "out", Settings(public=True), jobs=0, progress=False)
    return base


@pytest.fixture
def dataset(made, tmp_path):
    """A masked dataset of its own to spoil, with its reports beside it."""
    shutil.copytree(made / "in", tmp_path / "in")
    shutil.copytree(made / "out", tmp_path / "out")
    return tmp_path / "out"


def rows(folder, name):
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def all_text(folder):
    """Everything that the files of a dataset hold, packed parts opened."""
    parts = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            parts.append(str(pq.read_table(path).to_pylist()))
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                parts += [book.read(name).decode("utf-8") for name in book.namelist()]
        else:
            parts.append(path.read_bytes().decode("utf-8", "ignore"))
    return "\n".join(parts)


def test_no_planted_value_stands_in_any_file(made):
    text = all_text(made / "out")
    assert [value for value in HIDDEN if value in text] == []
    in_the_open = all_text(made / "open")
    assert [value for value in HIDDEN if value not in in_the_open] == []


@pytest.mark.parametrize("source", FORMATS)
def test_only_masks_differ_from_the_open_dataset(made, source):
    report = {r["source"]: r["report_id"] for r in rows(made / "open", "reports")}[source]
    for name in ("lessons", "facts", "places", "reports"):
        before, after = ([r for r in rows(made / d, name) if r["report_id"] == report] for d in ("open", "out"))
        assert len(before) == len(after) and before
        for old, new in zip(before, after, strict=True):
            for column in set(old) - {"lesson_id"}:
                if isinstance(old[column], str):
                    assert len(old[column]) == len(new[column])
                    assert all(b in (a, MASK) for a, b in zip(old[column], new[column], strict=True))
                else:
                    assert old[column] == new[column]


def test_lessons_without_personal_data_keep_their_id_and_others_tell_nothing(made):
    before, after = rows(made / "open", "lessons"), rows(made / "out", "lessons")
    for old, new in zip(before, after, strict=True):
        assert (old["lesson_id"] == new["lesson_id"]) == (old["text"] == new["text"])
    assert any(old["text"] != new["text"] for old, new in zip(before, after, strict=True))


def test_both_checks_hold(made):
    for folder in ("open", "out"):
        result = verify(made / folder)
        assert result.faults == () and result.quotes > 0
    assert unmasked(made / "out") == []
    assert any("not made with --public" in str(fault) for fault in unmasked(made / "open"))


def test_persons_in_public_roles_stay_unless_told(made, tmp_path):
    kept = all_text(made / "out")
    assert all(name in kept for name in IN_PUBLIC_ROLE)
    out = tmp_path / "strict"
    code = main(
        ["extract", str(made / "in"), "--out", str(out), "--public", "--mask-public-roles", "--jobs", "0", "--quiet"]
    )
    assert code == 0
    assert [name for name in (*HIDDEN, *IN_PUBLIC_ROLE) if name in all_text(out)] == []
    assert main(["verify", str(out), "--public"]) == 0


def test_a_masked_run_leaves_nothing_of_an_open_one(made, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made / "open", out)
    extract_folder([made / "in"], out, Settings(public=True), jobs=0, progress=False)
    assert [value for value in HIDDEN if value in all_text(out)] == []


def test_the_same_bytes_twice(made, tmp_path):
    extract_folder([made / "in"], tmp_path / "out", Settings(public=True), jobs=0, progress=False)
    assert all((tmp_path / "out" / n).read_bytes() == (made / "out" / n).read_bytes() for n in export_files())


def plant_csv(path, column):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.reader(stream))
    table[1][table[0].index(column)] += " 1234567890121"
    text = io.StringIO()
    csv.writer(text).writerows(table)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def plant_parquet(path, column):
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[0] = f"{values[0]} 1234567890121"
    index = table.column_names.index(column)
    pq.write_table(table.set_column(index, table.schema.field(index), pa.array(values, pa.string())), path)


def plant_sheet(path, sheet, column):
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book[sheet][1]]
    book[sheet].cell(2, header.index(column) + 1).value = "เลข 1234567890121"
    book.save(path)


def plant_store(path, table, column):
    with sqlite3.connect(path) as store:
        store.execute(f'UPDATE "{table}" SET "{column}" = "{column}" || \' 1234567890121\' WHERE position = 0')
    store.close()


@pytest.mark.parametrize(
    ("file", "plant", "arguments"),
    [
        *(
            (f"{t}.csv", plant_csv, (c,))
            for t, c in (("lessons", "raw_text"), ("tags", "because"), ("reports", "title"))
        ),
        *((f"{t}.parquet", plant_parquet, (c,)) for t, c in (("facts", "text"), ("lessons", "section"))),
        ("lessons.xlsx", plant_sheet, ("lessons", "because")),
        ("lessons.xlsx", plant_sheet, ("reports", "title")),
        (STORE_NAME, plant_store, ("facts", "value")),
    ],
)
def test_a_planted_id_fails_and_its_cell_is_named(dataset, capsys, file, plant, arguments):
    plant(dataset / file, *arguments)
    assert main(["verify", str(dataset), "--public"]) == 1
    named = [line for line in capsys.readouterr().out.splitlines() if "holds personal data (national_id)" in line]
    assert any(line.startswith(file) and arguments[-1] in line for line in named)


def test_a_reporter_without_a_title_is_seen_by_its_column(dataset):
    path = dataset / "reports.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.reader(stream))
    table[1][table[0].index("reporter")] = "Kaewta"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(table)
    assert any("reports.csv" in str(f) and "reporter holds personal data" in str(f) for f in unmasked(dataset))


def test_a_changed_quote_is_still_found_under_masks(dataset):
    with sqlite3.connect(dataset / STORE_NAME) as store:
        store.execute("UPDATE lessons SET text = replace(text, 'ลด', 'งด')")
    store.close()
    assert any("is not what stands there" in str(fault) for fault in verify(dataset).faults)


def test_the_name_of_a_file_that_tells_is_a_problem(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "โทร 081-000-0017.txt").write_text("\n".join(LINES), encoding="utf-8")
    extract_folder([tmp_path / "in"], tmp_path / "out", Settings(public=True), jobs=0, progress=False)
    assert "Rename the file" in rows(tmp_path / "out", "problems")[0]["remedy"]
    assert any("source holds personal data" in str(fault) for fault in unmasked(tmp_path / "out"))


def test_masking_roles_alone_is_a_bad_argument(tmp_path, capsys):
    assert main(["extract", str(tmp_path), "--out", str(tmp_path / "out"), "--mask-public-roles"]) == 2
    assert "--public" in capsys.readouterr().err


def test_phone_and_persons_of_a_shared_sample(shared, tmp_path):
    (path,) = (shared / "seeds").glob("003_*.txt")
    (tmp_path / "in").mkdir()
    shutil.copy(path, tmp_path / "in")
    text = path.read_text(encoding="utf-8")
    told = {p.span.slice(text) for p in find_personal(text, keep_public_roles=True)}
    told = {value for value in told if re.search(r"\d|\S\s+\S", value)}
    extract_folder([tmp_path / "in"], tmp_path / "out", Settings(public=True), jobs=0, progress=False)
    shown = all_text(tmp_path / "out")
    assert told and [value for value in told if value in shown] == []
    assert unmasked(tmp_path / "out") == [] and verify(tmp_path / "out").faults == ()
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["settings"]["public"] is True
