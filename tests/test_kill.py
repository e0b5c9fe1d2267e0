"""Kill -9 in the middle of a run, run again: the same bytes as an undisturbed run."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from samples import REPORT

from pipeline.dataset.export import export_files
from pipeline.dataset.store import STORE_NAME
from pipeline.records import Settings
from pipeline.run import extract_folder

REPORTS = 40


def folder_of_reports(folder: Path) -> Path:
    folder.mkdir()
    for number in range(REPORTS):
        text = REPORT.replace("40", str(number)) * (1 + number % 7)
        (folder / f"รายงาน{number:03}.txt").write_text(text, encoding="utf-8")
    (folder / "empty.txt").touch()
    return folder


def stored(out: Path) -> int:
    """How many reports a running extraction has stored; its lock keeps others from asking the store itself."""
    try:
        with sqlite3.connect(f"file:{out / STORE_NAME}?immutable=1", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM sources").fetchone()[0]
    except sqlite3.Error:
        return 0


def killed_run(reports: Path, out: Path, when) -> bool:
    """Whether a run was killed while `when()` held; False when it ended first."""
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "extract",
        str(reports),
        "--out",
        str(out),
        "--jobs",
        "1",
        "--model",
        "rules",
        "--quiet",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        if when():
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.001)
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A folder of reports and the exports of a run that nobody disturbed."""
    base = tmp_path_factory.mktemp("kill")
    reports = folder_of_reports(base / "reports")
    extract_folder([reports], base / "out", Settings(), jobs=0, progress=False)
    return reports, {name: (base / "out" / name).read_bytes() for name in export_files()}


@pytest.mark.parametrize("after", [1, 20])
def test_kill_while_reports_are_stored(undisturbed, tmp_path, after):
    reports, wanted = undisturbed
    out = tmp_path / "out"
    assert killed_run(reports, out, lambda: stored(out) >= after), "the run ended before it could be killed"
    assert not (out / "lessons.csv").exists()
    summary = extract_folder([reports], out, Settings(), jobs=0, progress=False)
    # One of those counted may have been the empty file, one not yet committed.
    assert after - 2 <= summary.kept < REPORTS
    assert {name: (out / name).read_bytes() for name in export_files()} == wanted


def test_kill_while_exports_are_written(undisturbed, tmp_path):
    reports, wanted = undisturbed
    out = tmp_path / "out"
    assert killed_run(reports, out, lambda: (out / ".export" / "lessons.csv").exists())
    extract_folder([reports], out, Settings(), jobs=0, progress=False)
    assert {name: (out / name).read_bytes() for name in export_files()} == wanted
    assert {path.name for path in out.iterdir()} == {*export_files(), "run.json", STORE_NAME}
