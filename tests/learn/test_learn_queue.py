"""`lessons queue`: what it puts first, that nothing stands in it twice, and that labelled rows find their way into training."""

import csv
import hashlib
import json

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.gold import load_gold, verify_gold
from pipeline.evaluate.readings import read_gold_below
from pipeline.learn.candidates import Candidate, Reason, Score
from pipeline.learn.examples import collect
from pipeline.learn.queue import (
    LABELLED,
    RANDOM_ONE_IN,
    by_turns,
    choose,
    reason_rows,
    with_doubts,
    with_rare_codes,
)
from pipeline.learn.queue_files import queue_columns
from pipeline.spans import Span

REPORT = """โครงการชุมชนปลอดขยะบ้านหนองคู

ผลลัพธ์
- ครัวเรือน 40 หลังคัดแยกขยะได้เองทุกวัน
- ขยะที่ส่งเทศบาลลดลงจาก 12 ตัน เหลือ 7 ตัน

ปัญหาอุปสรรค
- งบประมาณมาล่าช้า แกนนำต้องสำรองเงินเอง
- ผู้ชายในหมู่บ้านไม่มาประชุม

ข้อเสนอแนะ
- ควรให้เทศบาลจัดรถเก็บขยะเพิ่มอีกวัน
"""


OTHER = """บันทึกหลังทำกิจกรรม ตลาดนัดสีเขียวบ้านโคกสูง

ผลผลิต
- จัดตลาดนัดผักปลอดสาร 8 ครั้ง มีผู้ขาย 25 ราย
- อบรมแกนนำเรื่องปุ๋ยหมัก 2 รุ่น รวม 60 คน

ปัจจัยความสำเร็จ
- ผู้ใหญ่บ้านเปิดลานหน้าบ้านให้ใช้ฟรี
- กลุ่มแม่บ้านรู้จักกันดีอยู่แล้ว

บทเรียน
- เริ่มจากผักที่คนขายได้เองก่อน แล้วค่อยพูดเรื่องสารเคมี
"""


def candidate(number, *, category="outcome", confidence=0.9, scores=(), text=None, source=None, reasons=(), by="rules"):
    letters = hashlib.sha256(str(number).encode()).hexdigest()
    text = text or "".join("กขคงจฉชซญดตถทธนบ"[int(letter, 16)] for letter in letters)
    source = source or f"r{number}.txt"
    return Candidate(f"l-{number}", source, Span(0, 9), text, category, confidence, by, scores, reasons=reasons)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A dataset of two reports, read by the rules."""
    folder = tmp_path_factory.mktemp("queue")
    reports = folder / "reports"
    reports.mkdir()
    (reports / "หนองคู.txt").write_text(REPORT, encoding="utf-8")
    (reports / "โคกสูง.txt").write_text(OTHER, encoding="utf-8")
    assert main(["extract", str(reports), "--out", str(folder / "data"), "--quiet", "--jobs", "0"]) == 0
    return folder


def queue(folder, name, *more):
    out = folder / name
    assert main(["queue", str(folder / "data"), "--out", str(out), "--split", str(folder / "none.tsv"), *more]) == 0
    return out


def test_the_score_nearest_to_its_threshold_is_the_greatest_doubt():
    rows = [candidate(0, confidence=0.5), candidate(1, confidence=0.55), candidate(2, confidence=0.95)]
    strengths = [row.reasons[0].strength for row in with_doubts(rows)]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] == 1.0


def test_rules_and_models_have_thresholds_of_their_own():
    rows = [candidate(0, confidence=0.5), candidate(1, confidence=0.2, by="model"), candidate(2, confidence=0.51)]
    assert with_doubts(rows)[2].reasons[0].facts["threshold"] == "0.50"


def test_a_code_with_few_labels_is_a_reason_also_where_it_is_nearly_accepted():
    tobacco = lambda score, taken: (Score("issue", "tobacco", score, taken),)  # noqa: E731  # a row of the table below
    rows = [
        candidate(0, scores=tobacco(0.6, True)),
        candidate(1, scores=tobacco(0.5, False)),
        candidate(2),
        candidate(3),
    ]
    found = with_rare_codes(rows, {"tobacco": 2, "outcome": 900})
    assert [bool(row.reasons) for row in found] == [True, True, False, False]
    assert found[0].reasons[0].facts == {"code": "tobacco", "count": 2}


def test_reasons_take_turns_and_every_tenth_is_random():
    rows = [candidate(at, reasons=(Reason(("doubt", "disagreement")[at % 2], 1 / (at + 1), "x"),)) for at in range(60)]
    chosen = choose(rows, 30)
    kinds = [reason.id for _, reason in chosen]
    assert [at for at, kind in enumerate(kinds) if kind == "random"] == [0, 10, 20]
    assert {kinds.count("doubt"), kinds.count("disagreement")} <= {13, 14}


def test_labelled_passages_are_drawn_only_where_there_is_nothing_else():
    rows = [*(candidate(at, by=LABELLED) for at in range(30)), candidate(31)]
    assert choose(rows, 1)[0][0].id == "l-31"
    assert choose(rows[:30], 1)[0][0].decided_by == LABELLED


@settings(max_examples=40)
@given(st.lists(st.integers(0, 12), max_size=40), st.integers(1, 25), st.randoms())
def test_a_queue_is_the_same_from_any_order_and_holds_nothing_twice(numbers, size, random):
    rows = [
        candidate(at, text=f"ขยะลดลงเหลือ {'กขคงจฉชซญดตถท'[n] * 9}", reasons=(Reason("doubt", n / 12, "x"),))
        for at, n in enumerate(numbers)
    ]
    chosen = choose(rows, size)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert [c.id for c, _ in choose(shuffled, size)] == [c.id for c, _ in chosen]
    texts = [c.text for c, _ in chosen]
    assert len(set(texts)) == len(texts) == min(size, len(set(numbers)))
    assert sum(reason.id == "random" for _, reason in chosen) >= len(chosen) // RANDOM_ONE_IN


def test_no_report_fills_the_queue():
    one = [candidate(at, source="one.txt", reasons=(Reason("doubt", 0.5, "x"),)) for at in range(40)]
    others = [candidate(at) for at in range(40, 80)]
    assert sum(row.source == "one.txt" for row, _ in choose([*one, *others], 30)) == 3
    assert len(choose(one, 30)) == 30


def test_by_turns_takes_the_first_of_each():
    assert by_turns([["a", "b"], ["c"], ["d", "e"]]) == ["a", "c", "d", "b", "e"]


def test_every_reason_says_itself_in_thai():
    facts = dict.fromkeys(
        ("score", "threshold", "code", "count", "one", "mine", "other", "theirs", "given", "expected"), "x"
    )
    assert all("{" not in row.why_th.format(**facts) for row in reason_rows().values())


def test_the_files_say_the_same_and_hold_the_words_of_the_source(dataset):
    lines = [json.loads(line) for line in queue(dataset, "q.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= 8
    for line in lines:
        raw = (dataset / "reports" / line["source"]).read_text(encoding="utf-8")
        assert " ".join(raw[line["start"] : line["end"]].split()) == line["text"]
        assert line["why"] and line["locator"]
    with queue(dataset, "q.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [row[4] for row in rows[1:]] == [line["text"] for line in lines]
    sheet = openpyxl.load_workbook(queue(dataset, "q.xlsx")).worksheets[0]
    assert [row[4].value for row in sheet.iter_rows(min_row=2)] == [line["text"] for line in lines]
    assert queue(dataset, "again.xlsx").read_bytes() == (dataset / "q.xlsx").read_bytes()
    assert [cell.value.rpartition("(")[2].rstrip(")") for cell in sheet[1]] == [column.id for column in queue_columns()]


def test_labelled_rows_are_learnt_from_and_the_rest_of_their_reports_is_not(dataset):
    path = queue(dataset, "q.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    names = [cell.value.rpartition("(")[2].rstrip(")") for cell in sheet[1]]
    answers = [
        ("ok", "ok", "none"),
        ("none", "", ""),
        ("อุปสรรค", "pollution", "env.physical_environment"),
        ("plan", "", ""),
    ]
    answers[2] = ("obstacle", "pollution", "env.physical_environment")
    for row, given_here in zip(sheet.iter_rows(min_row=2), answers, strict=False):
        for name, value in zip(("label_category", "label_issues", "label_sdh"), given_here, strict=True):
            row[names.index(name)].value = value
    book.save(path)
    where = ["--reports", str(dataset / "reports"), "--gold", str(dataset / "mine"), "--reader", "A"]
    assert main(["gold", "import", str(path), "--format", "queue", *where]) == 0
    gold = load_gold(dataset / "mine")
    assert len(gold.spans) == 4 and all(row.partial for row in gold.reports)
    assert verify_gold(gold, dataset / "reports", load_codes()) == ()
    readings = read_gold_below(gold, [dataset / "reports"], only=[row.report for row in gold.reports])
    examples = collect(readings)
    assert len(examples.bare) == 4
    assert 0 < len(examples.unit_rows.groups) < sum(len(reading.units) for reading in readings)
    # Labelled again, the later answer counts and nothing is doubled.
    assert main(["gold", "import", str(path), "--format", "queue", *where]) == 0
    assert load_gold(dataset / "mine") == gold


def test_an_annotation_tools_file_comes_back_as_passages(dataset):
    for tool in ("label-studio", "doccano"):
        path = queue(dataset, f"{tool}.json", "--format", tool, "--size", "6")
        where = ["--reports", str(dataset / "reports"), "--gold", str(dataset / tool), "--reader", "A", "--partial"]
        assert main(["gold", "import", str(path), "--format", tool, *where]) == 0
        gold = load_gold(dataset / tool)
        assert len(gold.spans) == 6 and all(row.partial for row in gold.reports)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label_category": "ผิด"}, "is no category"),
        ({"label_category": "outcome", "label_issues": "food;weather"}, "weather"),
        ({"label_category": "ok", "text": "ข้อความอื่น"}, "does not stand at its place"),
        ({"label_category": "ok", "source": "../secret.txt"}, "there is no report"),
    ],
)
def test_a_wrong_answer_names_its_row(dataset, capsys, change, says):
    path = queue(dataset, "q.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), **change}, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    where = ["--reports", str(dataset / "reports"), "--gold", str(dataset / "never"), "--reader", "A"]
    assert main(["gold", "import", str(path), "--format", "queue", *where]) == 2
    error = capsys.readouterr().err
    assert says in error and "row 2" in error
    assert not (dataset / "never").exists()


def test_labelled_reports_and_unseen_parts_are_not_asked_about_again(dataset):
    split = dataset / "split.tsv"
    split.write_text("report\tfamily\tpart\nโคกสูง.txt\tโคกสูง.txt\ttest\n", encoding="utf-8")
    out = dataset / "q.jsonl"
    assert main(["queue", str(dataset / "data"), "--out", str(out), "--split", str(split)]) == 0
    assert {json.loads(line)["source"] for line in out.read_text(encoding="utf-8").splitlines()} == {"หนองคู.txt"}


def test_a_masked_dataset_gives_no_queue(dataset, capsys):
    assert (
        main(
            [
                "extract",
                str(dataset / "reports"),
                "--out",
                str(dataset / "public"),
                "--public",
                "--quiet",
                "--jobs",
                "0",
            ]
        )
        == 0
    )
    assert main(["queue", str(dataset / "public"), "--out", str(dataset / "q.csv")]) == 2
    assert "--public" in capsys.readouterr().err
