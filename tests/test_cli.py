"""The command line: what a user types, what comes back, and the exit code."""

import json
import subprocess
import sys

import pytest
from samples import REPORT

from pipeline.classify.embeddings import has_accurate
from pipeline.cli import main


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "in" / "ก.txt"
    path.parent.mkdir()
    path.write_text(REPORT, encoding="utf-8")
    return path


def test_help_speaks_english_and_thai(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0 and "extract" in shown and "verify" in shown and "บทเรียน" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["extrac"],
        ["extract"],
        ["extract", "in"],
        ["extract", "nowhere", "--out", "out"],
        ["extract", "in", "--out", "in/ก.txt"],
        ["extract", "in", "--out", "out", "--jobs", "many"],
        ["verify", "nowhere"],
        ["verify", "in"],
        ["tag", "nowhere.jsonl", "--out", "out.jsonl"],
        ["tag", "in/ก.txt", "--out", "nowhere/out.jsonl"],
    ],
)
def test_a_bad_argument_is_one_line_and_exit_code_2(arguments, report, monkeypatch, capsys):
    monkeypatch.chdir(report.parent.parent)
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    shown = capsys.readouterr()
    assert code == 2
    assert len(shown.err.strip().splitlines()) == 1 and len(shown.err) > 20 and "Traceback" not in shown.err


def test_extract_then_verify(report, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["extract", str(report.parent), "--out", str(out), "--quiet", "--model", "rules"]) == 0
    shown = capsys.readouterr().out
    assert "1 reports read, 0 failed" in shown and "lessons by category" in shown
    assert main(["verify", str(out)]) == 0
    (report.parent / "empty.txt").touch()
    assert main(["extract", str(report.parent), "--out", str(out), "--quiet", "--model", "rules"]) == 3
    assert "empty.txt [read]" in capsys.readouterr().out


def test_a_progress_bar_goes_to_standard_error(report, tmp_path, capsys):
    main(["extract", str(report.parent), "--out", str(tmp_path / "out"), "--model", "rules"])
    shown = capsys.readouterr()
    assert "1/1" in shown.err and "1/1" not in shown.out


def test_the_module_is_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "extract", "x"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 2 and "--out" in done.stderr


def test_a_console_without_thai_does_not_stop_the_run(report, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline",
            "extract",
            str(report.parent),
            "--out",
            str(tmp_path / "ชุดข้อมูล"),
            "--jobs",
            "0",
            "--model",
            "rules",
        ],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(report, tmp_path):
    command = f'"{sys.executable}" -m pipeline extract "{report.parent}" --out "{tmp_path / "out"}" --jobs 0 --model rules --quiet | true'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.stderr == "" and (tmp_path / "out" / "lessons.csv").is_file()


def tag(tmp_path, lines, *options):
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    code = main(["tag", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"), *options])
    return code, [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]


def line(passage_id, text):
    return json.dumps({"id": passage_id, "text": text}, ensure_ascii=False).encode()


@pytest.mark.skipif(not has_accurate(), reason="the accurate model is not installed")
def test_tag_for_review_names_doubtful_categories_too(tmp_path):
    lines = [line("ก", "ป้าสมมุติยังมาไม่ได้เพราะไม่มีรถ"), line("ข", "ปีหน้าอยากให้มีรถรับส่ง")]
    _, plain = tag(tmp_path, lines)
    _, wide = tag(tmp_path, lines, "--review")
    low = [entry for answer in wide for entry in answer["categories"] if entry["score"] < 0.05]
    assert low and all("review" in entry["because"] and not entry["accepted"] for entry in low)
    for answer in wide:
        answer["categories"] = [entry for entry in answer["categories"] if entry["score"] >= 0.05]
    assert wide == plain


def test_tag_answers_each_passage_in_order(tmp_path):
    code, answers = tag(
        tmp_path, [line("ก", "ชาวบ้านปลูกผักปลอดสารเป็นอาหาร"), line(2, "ประชุมประจำเดือน"), b"", line(3, "")]
    )
    assert code == 0 and [answer["id"] for answer in answers] == ["ก", 2, 3]
    for answer in answers:
        assert list(answer) == ["id", "categories", "issues", "sdh"]
        for entry in (*answer["categories"], *answer["issues"], *answer["sdh"]):
            assert set(entry) == {"code", "score", "accepted", "because"} and 0.05 <= entry["score"] <= 1
    assert "food" in [entry["code"] for entry in answers[0]["issues"] if entry["accepted"]]
    assert answers[2] == {"id": 3, "categories": [], "issues": [], "sdh": []}


def test_tag_names_each_bad_line_and_tags_the_others(tmp_path, capsys):
    bad = [
        b"{",
        b"[1]",
        b'{"id": 1}',
        b'{"id": 1, "text": 2}',
        b'{"id": 1, "text": "\\ud800"}',
        b"\xff",
    ]
    code, answers = tag(tmp_path, [*bad, line("ดี", "มีตลาดอาหาร")])
    shown = capsys.readouterr().err
    assert code == 3 and [answer["id"] for answer in answers] == ["ดี"]
    assert [f"line {n}" in shown for n in range(1, len(bad) + 1)] == [True] * len(bad)
    assert tag(tmp_path, [b"{"])[0] == 1
