"""Label files become a gold corpus whose every text stands where it says, or a fault that names file and line."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.gold import build_gold, count_gold, load_gold, main, verify_gold, write_gold

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "corpus/labels/README.md").read_text(encoding="utf-8")
REPORT, LABELS = (re.findall(r"^```(?:json)?\n(.*?)^```", GUIDE, re.S | re.M)[at] for at in (0, 1))


@pytest.fixture
def corpus(tmp_path):
    """The labelling guide's own example, as a corpus of one report."""
    put(tmp_path, "reports/south/ban-na.txt", REPORT)
    put(tmp_path, "labels/A/south/ban-na.txt.jsonl", LABELS)
    return tmp_path


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build(folder):
    return build_gold(folder / "labels", folder / "reports", load_codes())


def faults_of(corpus, *lines):
    """What is said of these label lines (dicts) in the example report, which is done."""
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in (*lines, {"done": True}))
    put(corpus, "labels/A/south/ban-na.txt.jsonl", text)
    return "\n".join(build(corpus)[1])


def test_the_example_of_the_guide_is_right(corpus):
    gold, faults = build(corpus)
    assert faults == ()
    assert len(gold.spans) == 7
    assert len(gold.facts) == 1
    assert all(span.text == REPORT[span.start : span.end] for span in gold.spans)
    by_text = {span.text.split()[0]: span for span in gold.spans}
    assert by_text["จัดอบรมแกนนำ"].sdh == ("people.education_capacity",)
    assert by_text["จัดอบรมแกนนำ"].status == "achieved"
    assert by_text["คาดว่าปีหน้าน้ำจะดีขึ้นทั้งคลอง"].status == "planned"
    assert not by_text["คาดว่าปีหน้าน้ำจะดีขึ้นทั้งคลอง"].is_finding
    assert by_text["คาดว่าปีหน้าน้ำจะดีขึ้นทั้งคลอง"].sdh is None
    assert sum(span.is_required for span in gold.spans) == 4


def test_written_and_loaded_is_the_same_gold(corpus):
    gold, _ = build(corpus)
    write_gold(gold, corpus / "gold")
    assert load_gold(corpus / "gold") == gold
    assert load_gold(corpus / "gold").fingerprint == gold.fingerprint
    assert verify_gold(gold, corpus / "reports", load_codes()) == ()


def test_the_same_labels_give_the_same_bytes(corpus):
    write_gold(build(corpus)[0], corpus / "one")
    lines = LABELS.splitlines()
    put(corpus, "labels/A/south/ban-na.txt.jsonl", "\n".join(reversed(lines)))
    write_gold(build(corpus)[0], corpus / "two")
    assert (corpus / "one/spans.jsonl").read_bytes() == (corpus / "two/spans.jsonl").read_bytes()


GOOD = {"quote": "อยากให้โรงงานมาประชุมด้วย", "category": "recommendation"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quote": "อยากให้โรงงานมาประชุมเด้อ"}, "does not stand in the text"),
        ({"quote": "อบ"}, "stands 2 times"),
        ({"quote": "1) จัดอบรมแกนนำ"}, "bullet or number"),
        ({"quote_start": "อยาก"}, "not quoted"),
        ({"quote": None}, "not quoted"),
        ({"category": "result"}, "Unknown category"),
        ({"category": None}, "Neither category nor negative"),
        ({"status": "planned"}, "is no finding"),
        ({"status": "someday"}, "Unknown status"),
        ({"issues": ["smoke"]}, "Unknown code 'smoke'"),
        ({"issues": "food"}, "no list of codes"),
        ({"issues": ["food", "food"]}, "names a code twice"),
        ({"sdh": ["networks"]}, "Unknown code"),
        ({"sdh": ["economy_work", "living_conditions", "social_culture", "health_services"]}, "at most 3"),
        ({"alt": ["recommendation"]}, "repeats the category"),
        ({"issues": ["food"], "alt_issues": ["food"]}, "among their alternatives"),
        ({"negative": "neighbouring_category"}, "needs tempts"),
        ({"negative": "neighbouring_category", "tempts": ["recommendation"]}, "among the labels and in tempts"),
        ({"negative": "chrome"}, "has no category"),
        ({"negative": "chrome", "category": None, "issues": ["food"]}, "neither issues nor themes"),
        ({"negative": "plan", "status": "achieved"}, "cannot be achieved"),
        ({"negative": "hope"}, "Unknown negative"),
        ({"arguable": "yes"}, "neither true nor false"),
        ({"occurrence": 0}, "no count from 1"),
        ({"categroy": "output"}, "Unknown key"),
    ],
)
def test_a_faulty_line_is_named_and_its_report_left_out(corpus, change, says):
    assert faults_of(corpus, GOOD) == ""
    said = faults_of(corpus, GOOD | change)
    assert "ban-na.txt.jsonl:1: " in said
    assert says in said
    assert build(corpus)[0].spans == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"fact": "colour", "value": "เขียว", "quote": "คลองใส"}, "Unknown fact"),
        ({"fact": "province", "value": "ตรัง"}, "needs a quote"),
        ({"fact": "province", "quote": "คลองใส"}, "needs a value"),
        ({"fact": "province", "value": "ตรัง", "quote": "จังหวัดตรัง"}, "does not stand"),
    ],
)
def test_a_faulty_fact_is_named(corpus, line, says):
    assert says in faults_of(corpus, line)


def test_a_fact_is_kept_at_its_first_place(corpus):
    assert faults_of(corpus, {"fact": "organisation", "value": "อบต.", "quote": "อบ"}) == ""
    assert build(corpus)[0].facts[0].start == REPORT.index("อบ")


def test_a_fact_that_the_report_does_not_state_needs_no_quote(corpus):
    assert faults_of(corpus, {"fact": "budget_baht", "value": None}) == ""
    assert build(corpus)[0].facts[0].value is None


def test_spans_may_overlap_only_where_one_may_be_doubted(corpus):
    outer = {"quote_start": "ช่วงเลือกตั้ง", "quote_end": "ประชุมด้วย", "category": "obstacle"}
    assert "overlap" in faults_of(corpus, GOOD, outer)
    assert faults_of(corpus, GOOD, outer | {"arguable": True}) == ""
    word = {"quote": "โรงงาน", "negative": "lookalike_word", "tempts": ["road_safety"]}
    assert faults_of(corpus, GOOD, word) == ""


def test_form_text_is_labelled_wherever_it_stands(corpus):
    word = {"quote": "อบ", "negative": "lookalike_word", "tempts": ["food"], "occurrence": "all"}
    assert faults_of(corpus, word) == ""
    places = [(span.start, span.text) for span in build(corpus)[0].spans]
    assert places == [(at, "อบ") for at in range(len(REPORT)) if REPORT.startswith("อบ", at)]
    assert len(places) == 2
    assert "one line for each" in faults_of(corpus, GOOD | {"occurrence": "all"})
    assert "does not stand" in faults_of(corpus, word | {"quote": "อบต. อื่น"})


def test_broken_json_and_doubled_keys_are_named(corpus):
    put(corpus, "labels/A/south/ban-na.txt.jsonl", '{"quote": "คลองใส",\n{"done": true, "done": false}\n')
    said = "\n".join(build(corpus)[1])
    assert ":1: Not JSON" in said
    assert ":2: 'done' stands twice" in said


def test_a_report_counts_only_when_it_is_done(corpus):
    put(corpus, "labels/A/south/ban-na.txt.jsonl", LABELS.replace('{"done": true}', ""))
    gold, faults = build(corpus)
    assert gold.reports == ()
    assert "no done line" in faults[0]


def test_a_label_file_without_its_report_is_named(corpus):
    put(corpus, "labels/A/gone.txt.jsonl", '{"done": true}')
    gold, faults = build(corpus)
    assert [report.report for report in gold.reports] == ["south/ban-na.txt"]
    assert "gone.txt" in faults[0]


def test_the_adjudicated_file_counts_before_the_readers(corpus):
    put(corpus, "labels/B/south/ban-na.txt.jsonl", '{"done": true}')
    assert len(build(corpus)[0].spans) == 7
    line = json.dumps(GOOD | {"adjudicated": True}, ensure_ascii=False)
    put(corpus, "labels/adjudicated/south/ban-na.txt.jsonl", line + '\n{"done": true}')
    gold, _ = build(corpus)
    assert [(s.labelled_by, s.adjudicated) for s in gold.spans] == [("A+B", True)]
    assert gold.reports[0].adjudicated


def test_verify_finds_what_was_changed(corpus):
    gold, _ = build(corpus)
    codes = load_codes()
    first, *others = gold.spans

    def said(**changes):
        spans = (dataclasses.replace(first, **changes), *others)
        return "\n".join(verify_gold(dataclasses.replace(gold, spans=spans), corpus / "reports", codes))

    assert "labelled as" in said(text=first.text + "น")
    assert "labelled as" in said(start=first.start + 1)
    assert "labelled as" in said(end=10**9)
    assert "unknown code" in said(tempts=("wine",))
    assert "unknown negative" in said(negative="hope")
    assert "without a done line" in said(report="other.txt")
    put(corpus, "reports/south/ban-na.txt", REPORT + "ต่อท้าย")
    assert "bytes have changed" in said()


def test_every_code_is_counted_even_when_nothing_carries_it(corpus):
    gold, _ = build(corpus)
    codes = load_codes()
    counts = {(scheme, code): count for scheme, code, count, _ in count_gold(gold, codes)}
    assert {code for scheme, code in counts if scheme == "category"} == set(codes.categories)
    assert counts["category", "output"] == 1
    assert counts["category", "lesson"] == 0
    assert counts["issue", "pollution"] == 2
    assert counts["issue on negatives", "pollution"] == 1
    assert counts["theme", "people.education_capacity"] == 2
    assert counts["negative", "plan"] == 1
    assert counts["tempts to", "alcohol_drugs"] == 1
    assert counts["total", "findings or hard negatives"] == 7


def test_web_pages_are_addressed_in_their_saved_source(tmp_path):
    page = (
        "<html><head><title>คลองใส</title></head><body><article><h1>สรุปผลงานคลองใส</h1>"
        "<p>ชาวบ้าน<b>ลดการทิ้ง</b>ขยะลงคลอง&nbsp;จนน้ำใสขึ้นมากกว่าปีก่อน และมีคนลงไปเก็บขยะทุกวันเสาร์</p></article></body></html>"
    )
    put(tmp_path, "reports/page.html", page)
    line = {"quote_start": "ชาวบ้านลดการทิ้ง", "quote_end": "ปีก่อน", "category": "outcome", "issues": ["pollution"]}
    put(tmp_path, "labels/A/page.html.jsonl", json.dumps(line, ensure_ascii=False) + '\n{"done": true}')
    gold, faults = build(tmp_path)
    assert faults == ()
    assert "<b>ลดการทิ้ง</b>" in page[gold.spans[0].start : gold.spans[0].end]
    assert "<b>" not in gold.spans[0].text
    assert verify_gold(gold, tmp_path / "reports", load_codes()) == ()


def test_word_files_are_addressed_in_the_text_taken_out(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("ผลลัพธ์")
    document.add_paragraph("ชาวบ้านตั้งกองทุนขยะแล้ว")
    (tmp_path / "reports").mkdir()
    document.save(tmp_path / "reports/r.docx")
    line = {"quote": "ชาวบ้านตั้งกองทุนขยะแล้ว", "category": "outcome"}
    put(tmp_path, "labels/A/r.docx.jsonl", json.dumps(line, ensure_ascii=False) + '\n{"done": true}')
    gold, faults = build(tmp_path)
    assert faults == ()
    assert gold.reports[0].addressed == "text"
    assert verify_gold(gold, tmp_path / "reports", load_codes()) == ()


def test_the_commands_tell_what_they_did(corpus, capsys):
    places = [f"--{name}={corpus / name}" for name in ("reports", "labels", "gold")]
    label_file = corpus / "labels/A/south/ban-na.txt.jsonl"
    assert main(["check", str(label_file), *places]) == 0
    assert "outcome achieved pollution" in capsys.readouterr().out
    assert main(["build", *places]) == 0
    assert main(["verify", *places]) == 0
    assert main(["stats", *places]) == 0
    assert "findings or hard negatives" in capsys.readouterr().out
    assert main(["text", str(corpus / "reports/south/ban-na.txt"), *places]) == 0
    assert capsys.readouterr().out.strip() == REPORT.strip()
    label_file.write_text(LABELS.replace("ทั้งคลอง", "ทั้งบึง"), encoding="utf-8")
    assert main(["check", str(label_file), *places]) == 1
    assert "does not stand after" in capsys.readouterr().err
    assert main(["check", str(corpus / "reports/south/ban-na.txt"), *places]) == 2
    assert main(["verify", *places, f"--gold={corpus / 'nowhere'}"]) == 1


def test_the_gold_of_the_corpus_is_sound():
    if not (ROOT / "corpus/gold/spans.jsonl").exists():
        pytest.skip("corpus/gold has not been built yet")
    assert verify_gold(load_gold(ROOT / "corpus/gold"), ROOT / "corpus/reports", load_codes()) == ()


def test_the_gold_of_the_corpus_is_what_its_label_files_say():
    if not (ROOT / "corpus/gold/spans.jsonl").exists():
        pytest.skip("corpus/gold has not been built yet")
    gold, faults = build_gold(ROOT / "corpus/labels", ROOT / "corpus/reports", load_codes())
    assert faults == ()
    assert gold == load_gold(ROOT / "corpus/gold")


def test_a_span_at_the_very_start_keeps_its_place(corpus):
    put(corpus, "labels/A/south/ban-na.txt.jsonl", '{"quote": "โครงการคลองใส", "negative": "chrome"}\n{"done": true}\n')
    gold, faults = build(corpus)
    assert (faults, gold.spans[0].start) == ((), 0)
    write_gold(gold, corpus / "gold")
    assert load_gold(corpus / "gold") == gold
