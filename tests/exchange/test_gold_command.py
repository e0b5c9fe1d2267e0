"""`lessons gold`: out to each tool and back into label files that build the same gold."""

import shutil

import pytest

from pipeline.cli import main
from pipeline.evaluate.gold import main as gold_main
from pipeline.exchange import FORMATS

REPORT = "โครงการคลองใส จังหวัดสุราษฎร์ธานี\nผลลัพธ์\nขยะลดลง 3 ตัน แต่ยังขาดรถ 😀 ขยะลดลง 3 ตัน\nข้อเสนอแนะ ควรเพิ่มรถ\n"
LABELS = """{"quote": "จังหวัดสุราษฎร์ธานี", "negative": "lookalike_word", "tempts": ["alcohol_drugs"]}
{"quote": "ขยะลดลง 3 ตัน", "occurrence": 2, "category": "outcome", "issues": ["pollution"], "sdh": ["env.physical_environment"]}
{"quote": "แต่ยังขาดรถ", "category": "obstacle", "arguable": true, "alt": ["recommendation"]}
{"done": true}
"""


@pytest.mark.parametrize("format", FORMATS)
def test_labels_go_to_a_tool_and_come_back(tmp_path, format):
    reports, labels, gold = tmp_path / "reports", tmp_path / "labels", tmp_path / "gold"
    reports.mkdir()
    (labels / "A").mkdir(parents=True)
    (reports / "คลองใส.txt").write_text(REPORT, encoding="utf-8")
    (labels / "A" / "คลองใส.txt.jsonl").write_text(LABELS, encoding="utf-8")
    where = ["--labels", str(labels), "--reports", str(reports), "--gold", str(gold)]
    assert gold_main(["build", *where]) == 0
    before = (gold / "spans.jsonl").read_text(encoding="utf-8")
    assert before.count("\n") == 3

    tool = tmp_path / "tool-file"
    assert main(["gold", "export", str(tool), "--format", format, *where]) == 0
    shutil.rmtree(labels)
    assert main(["gold", "import", str(tool), "--format", format, "--reader", "A", *where]) == 0
    assert gold_main(["build", *where]) == 0
    assert (gold / "spans.jsonl").read_text(encoding="utf-8") == before


def test_a_reader_must_be_named(tmp_path, capsys):
    assert main(["gold", "import", str(tmp_path / "x.json"), "--format", "doccano"]) == 2
    assert "--reader" in capsys.readouterr().err
