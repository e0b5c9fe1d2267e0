"""A folder of reports, good and bad, into a dataset."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from samples import REPORT

from pipeline import process as way
from pipeline import run
from pipeline.bounded import Worker
from pipeline.dataset.export import export_files
from pipeline.dataset.store import STORE_NAME, Store
from pipeline.dataset.verify import verify
from pipeline.errors import PipelineError, ResourceError, UsageError
from pipeline.process import Job
from pipeline.records import ReportStatus, Settings
from pipeline.run import extract_folder, process
from pipeline.sources import find_sources


@pytest.fixture
def reports(tmp_path) -> Path:
    """A folder of three good reports, one of them below another folder."""
    folder = tmp_path / "reports"
    (folder / "เขต ๑๑").mkdir(parents=True)
    (folder / "ก.txt").write_text(REPORT, encoding="utf-8")
    (folder / "ข.txt").write_text(REPORT.replace("40", "55"), encoding="utf-8")
    (folder / "เขต ๑๑" / "ค.md").write_text(REPORT.replace("40", "60"), encoding="utf-8")
    return folder


def extract(inputs, out, **options):
    settings = options.pop("settings", Settings())
    inputs = inputs if isinstance(inputs, list) else [inputs]
    return extract_folder(inputs, out, settings, **{"jobs": 0, "progress": False, **options})


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in export_files()}


def problems(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "problems.csv", keep_default_na=False).set_index("source")


def test_one_report_is_one_call(reports):
    result = process(reports / "ก.txt", root=reports, settings=Settings())
    assert (result.source, result.status, result.encoding) == ("ก.txt", ReportStatus.OK, "utf-8")
    raw = (reports / "ก.txt").read_text(encoding="utf-8")
    assert result.lessons
    for lesson in result.lessons:
        assert lesson.raw_span.slice(raw) == lesson.raw_text
    assert process(reports / "ก.txt", root=reports, settings=Settings()) == result


def test_a_folder_becomes_a_dataset(reports, tmp_path):
    summary = extract(reports, tmp_path / "out")
    assert (summary.read, summary.kept, summary.usable, summary.failed, summary.exit_code) == (3, 0, 3, (), 0)
    frame = pd.read_parquet(tmp_path / "out" / "lessons.parquet")
    assert list(frame["source"].unique()) == ["ก.txt", "ข.txt", "เขต ๑๑/ค.md"]
    assert summary.lessons == len(frame) == sum(count for _, count in summary.categories)


def test_the_same_input_gives_the_same_bytes_anywhere(reports, tmp_path):
    extract(reports, tmp_path / "one")
    shutil.copytree(reports, tmp_path / "elsewhere" / "moved")
    extract(tmp_path / "elsewhere" / "moved", tmp_path / "other", jobs=2)
    one, other = contents(tmp_path / "one"), contents(tmp_path / "other")
    assert [name for name in one if one[name] != other[name]] == []


def test_what_is_read_is_not_read_again(reports, tmp_path, monkeypatch):
    extract(reports, tmp_path / "out")
    before = contents(tmp_path / "out")
    monkeypatch.setattr(way, "read", None)  # reading anything would fail
    summary = extract(reports, tmp_path / "out")
    assert (summary.read, summary.kept, summary.failed) == (0, 3, ())
    assert contents(tmp_path / "out") == before


def test_a_changed_report_or_setting_is_read_again(reports, tmp_path):
    extract(reports, tmp_path / "out")
    (reports / "ก.txt").write_text(REPORT + "\nผลลัพธ์ 3) มีกติกาชุมชน", encoding="utf-8")
    assert (summary := extract(reports, tmp_path / "out")).read == 1 and summary.kept == 2
    assert extract(reports, tmp_path / "out", settings=Settings(planned=True)).read == 3


def test_a_report_that_is_gone_leaves_the_dataset(reports, tmp_path):
    extract(reports, tmp_path / "out")
    (reports / "ก.txt").unlink()
    assert extract(reports, tmp_path / "out").removed == 1
    assert "ก.txt" not in set(pd.read_parquet(tmp_path / "out" / "lessons.parquet")["source"])


def bad_files(folder: Path) -> dict[str, bytes]:
    """Files that are no reports, by name."""
    files = {
        "bad-empty.txt": b"",
        "bad-empty.html": b"",
        "bad-binary.txt": bytes(range(256)) * 40,
        "bad-spaces.txt": b" \n \n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


@pytest.mark.parametrize("jobs", [0, 1])
def test_bad_files_are_listed_and_harm_no_other(reports, tmp_path, jobs):
    extract(reports, tmp_path / "good")
    bad = bad_files(reports)
    (reports / "bad-dangling.txt").symlink_to(reports / "nowhere.txt")
    (reports / "photo.xyz").write_bytes(b"BM")
    summary = extract(reports, tmp_path / "out", jobs=jobs)
    assert summary.exit_code == 3
    assert {p.source for p in summary.failed} == {*bad, "bad-dangling.txt"}
    table = problems(tmp_path / "out")
    assert set(table.index) == {*bad, "bad-dangling.txt", "photo.xyz"}
    assert (
        (table["stage"] == "read").all() and table["reason"].str.len().min() > 0 and table["remedy"].str.len().min() > 0
    )
    assert "not a report format" in table.loc["photo.xyz", "reason"]
    assert (tmp_path / "out" / "lessons.csv").read_bytes() == (tmp_path / "good" / "lessons.csv").read_bytes()
    status = pd.read_parquet(tmp_path / "out" / "reports.parquet").set_index("source")["status"]
    assert set(status[list(bad)]) == {"unreadable"} and "photo.xyz" not in status


def test_a_file_without_read_permission_is_listed(reports, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    (reports / "ก.txt").chmod(0)
    assert {p.source for p in extract(reports, tmp_path / "out").failed} == {"ก.txt"}


def test_a_broken_encoding_is_read_as_far_as_it_goes(reports, tmp_path):
    data = REPORT.encode("utf-8")
    (reports / "bad-encoding.txt").write_bytes(data[:400] + b"\xff\xfe\x80" + data[401:])
    extract(reports, tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "reports.parquet").set_index("source")
    assert table.loc["bad-encoding.txt", "status"] != "ok" and "bad-encoding.txt" in problems(tmp_path / "out").index
    assert (table.drop("bad-encoding.txt")["status"] == "ok").all()


def test_a_50_mb_text_is_refused_with_a_clear_line(reports, tmp_path):
    (reports / "huge.txt").write_text(REPORT * (50_000_000 // len(REPORT.encode()) + 1), encoding="utf-8")
    summary = extract(reports, tmp_path / "out", jobs=1)
    (problem,) = summary.failed
    assert problem.source == "huge.txt" and "limit" in problem.reason and "Split" in problem.remedy
    assert summary.usable == 3


def test_failed_reports_are_tried_again(reports, tmp_path):
    (reports / "later.txt").write_bytes(b"")
    assert extract(reports, tmp_path / "out").exit_code == 3
    assert extract(reports, tmp_path / "out").exit_code == 3
    (reports / "later.txt").write_text(REPORT, encoding="utf-8")
    assert extract(reports, tmp_path / "out").exit_code == 0
    assert "later.txt" not in problems(tmp_path / "out").index


def test_nothing_readable_is_exit_code_1(tmp_path):
    (tmp_path / "in").mkdir()
    assert extract(tmp_path / "in", tmp_path / "out").exit_code == 1
    (tmp_path / "in" / "empty.txt").touch()
    assert extract(tmp_path / "in", tmp_path / "out").exit_code == 1


def test_a_fault_of_our_own_costs_one_report_and_names_the_stage(reports, tmp_path, monkeypatch):
    real = way.segment

    def fail(normal):
        if "55" in normal.text:
            raise KeyError("ที่ไม่มี")
        return real(normal)

    monkeypatch.setattr(way, "segment", fail)
    summary = extract(reports, tmp_path / "out")
    (problem,) = summary.failed
    assert (problem.source, problem.stage) == ("ข.txt", "segment") and "KeyError" in problem.reason
    assert summary.usable == 2


def test_a_faulty_rule_table_stops_the_run(reports, tmp_path, monkeypatch):
    def fail(normal):
        raise ResourceError("headings.tsv:3: unknown column.", "Mend it.")

    monkeypatch.setattr(way, "segment", fail)
    with pytest.raises(ResourceError):
        extract(reports, tmp_path / "out")


def test_a_report_that_takes_too_long_is_given_up_and_the_next_is_read(reports):
    slow, good = reports / "slow.txt", reports / "ก.txt"
    os.mkfifo(slow)  # opening it waits for a writer that never comes
    worker = Worker()
    try:
        with pytest.raises(PipelineError, match="longer than"):
            worker.run(Job(slow, "slow.txt", Settings()), seconds=0.5)
        assert worker.run(Job(good, "ก.txt", Settings())).results == (process(good, root=reports, settings=Settings()),)
    finally:
        worker.close()


def test_a_worker_that_dies_costs_one_report(reports):
    worker = Worker()
    try:
        worker.run(Job(reports / "ก.txt", "ก.txt", Settings()))
        worker._process.kill()
        worker._process.wait()
        assert worker.run(Job(reports / "ข.txt", "ข.txt", Settings())).results[0].status is ReportStatus.OK
    finally:
        worker.close()


def test_a_worker_cannot_fill_the_memory():
    code = "from pipeline.bounded import _limit_memory; _limit_memory(); bytearray(5 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def test_hidden_files_and_the_dataset_itself_are_passed_over(reports):
    (reports / ".hidden.txt").write_text(REPORT, encoding="utf-8")
    (reports / "~$ก.docx").write_bytes(b"lock")
    extract(reports, reports / "dataset")
    for leave_out in (reports / "dataset", reports / "another"):
        names = [source.name for source in find_sources([reports], leave_out=leave_out)[0]]
        assert names == ["ก.txt", "ข.txt", "เขต ๑๑/ค.md"]
    for inside in (reports / "dataset", reports):
        with pytest.raises(UsageError, match="dataset folder"):
            extract(inside, inside)


def test_several_inputs_keep_their_names_apart(reports, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(reports, other)
    extract([reports, other], tmp_path / "out")
    sources = set(pd.read_parquet(tmp_path / "out" / "reports.parquet")["source"])
    assert {"reports/ก.txt", "other/ก.txt"} < sources and len(sources) == 6
    shutil.copytree(reports, tmp_path / "more" / "other")
    with pytest.raises(UsageError, match="Two inputs"):
        extract([other, tmp_path / "more" / "other"], tmp_path / "out")


def test_one_file_is_an_input_too(reports, tmp_path):
    extract(reports / "ก.txt", tmp_path / "out")
    assert list(pd.read_parquet(tmp_path / "out" / "reports.parquet")["source"]) == ["ก.txt"]


def test_the_reports_of_a_zip_are_read(reports, tmp_path):
    with zipfile.ZipFile(reports / "ชุด.zip", "w") as bundle:
        bundle.writestr("ใน/ง.txt", REPORT.replace("40", "77"))
        bundle.writestr("empty.txt", b"")
        bundle.writestr("photo.xyz", b"BM")
    (reports / "broken.zip").write_bytes(b"PK no zip")
    summary = extract(reports, tmp_path / "out", jobs=1)
    assert {p.source for p in summary.failed} == {"ชุด.zip/empty.txt", "broken.zip"}
    assert set(problems(tmp_path / "out").index) == {"ชุด.zip/empty.txt", "ชุด.zip/photo.xyz", "broken.zip"}
    frame = pd.read_parquet(tmp_path / "out" / "lessons.parquet").set_index("source")
    assert list(frame.loc["ชุด.zip/ใน/ง.txt", "category"]) == list(frame.loc["ก.txt", "category"])
    assert verify(tmp_path / "out").faults == ()
    (reports / "ชุด.zip").unlink()
    assert extract(reports, tmp_path / "out").removed == 1
    assert not any("ชุด" in source for source in problems(tmp_path / "out").index)


def test_the_run_tells_how_it_was_made(reports, tmp_path):
    extract(reports, tmp_path / "out", settings=Settings(planned=True))
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["inputs"] == [{"folder": "../reports", "prefix": ""}]
    assert record["settings"]["planned"] is True and record["counts"]["reports"] == 3
    assert str(tmp_path) not in json.dumps(record)


def test_a_stopped_run_leaves_a_usable_store(reports, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "export", stop)
    with pytest.raises(KeyboardInterrupt):
        extract(reports, tmp_path / "out")
    monkeypatch.undo()
    with Store.read(tmp_path / "out") as store:
        assert len(store.stored()) == 3
    assert extract(reports, tmp_path / "out").kept == 3
    assert (tmp_path / "out" / STORE_NAME).is_file()
