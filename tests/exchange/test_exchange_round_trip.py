"""The gold goes out to each tool's files and comes back as it was, every span at the right characters."""

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.gold import GOLD, REPORTS, Gold, GoldReport, load_gold
from pipeline.evaluate.labels import GoldSpan
from pipeline.exchange import FORMATS, export_gold, import_gold
from pipeline.exchange.documents import ExchangeError, Move, utf16_offsets
from pipeline.exchange.label_studio import labelling_config
from pipeline.spans import Span

ROOT = Path(__file__).parents[2]
# Emoji count one code point and two UTF-16 units; white space, tabs, brackets and bars are what formats trip over.
TEXT = "โครงการ😊 บ้านสวน\n\n  จัดอบรม\t2 รุ่น [รอบแรก|รอบสอง] 🎉🎉\nแกนนำวัดความดันเองได้; *ทุกเดือน*_แล้ว -> ดีมาก\\n\n"


def gold_of(folder, *spans, text=TEXT, name="south/a.txt"):
    """A gold corpus of one report; spans are (words, fields)."""
    path = folder / "reports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    made = []
    for words, fields in spans:
        start = text.index(words)
        made.append(GoldSpan(name, start, start + len(words), words, **fields))
    made.sort(key=lambda s: (s.start, s.end, s.category or "", s.negative or ""))
    return Gold((GoldReport(name, "0", "raw", "A"),), tuple(made), ())


FULL = {
    "category": "output",
    "status": "achieved",
    "issues": ("alcohol_drugs", "food"),
    "sdh": ("people.education_capacity",),
    "arguable": True,
    "alt": ("outcome",),
    "alt_issues": ("tobacco",),
    "alt_sdh": ("system.participation_networks", "system.resources_information"),
    "labelled_by": "A+B",
    "adjudicated": True,
    "note": 'ตกลงกันแล้ว, [ดู | ข้อ 3]; "2_1" = *ใช่*\nบรรทัดสอง\t\\จบ#2',
}
PLAN = {"category": "outcome", "status": "planned", "negative": "plan", "issues": None, "sdh": None, "labelled_by": "A"}
TRAP = {"negative": "lookalike_word", "tempts": ("output", "food"), "issues": None, "sdh": None, "labelled_by": "A"}


def round_trip(gold, folder, format):
    path = folder / f"out-{format}"
    assert export_gold(gold, path, format, reports=folder / "reports") == len(gold.spans)
    return import_gold(path, format, reports=folder / "reports")


@pytest.mark.parametrize("format", FORMATS)
def test_every_field_comes_back(tmp_path, format):
    gold = gold_of(
        tmp_path,
        ("จัดอบรม\t2 รุ่น [รอบแรก|รอบสอง] 🎉🎉\nแกนนำ", FULL),  # over two lines, with emoji
        ("บ้านสวน", TRAP),
        ("บ้านสวน", {**PLAN, "note": "ที่เดียวกัน"}),  # at the same place
        ("ดีมาก", {"category": "lesson", "status": "achieved"}),
    )
    assert round_trip(gold, tmp_path, format) == gold.spans


@pytest.mark.parametrize("format", FORMATS)
def test_the_corpus_comes_back(tmp_path, format):
    gold = load_gold(ROOT / GOLD)
    names = {row.report for row in gold.reports[::4]}  # every fourth report: all formats of source, in seconds
    part = Gold(
        tuple(row for row in gold.reports if row.report in names),
        tuple(span for span in gold.spans if span.report in names),
        (),
    )
    assert part.spans
    path = tmp_path / "out"
    export_gold(part, path, format, reports=ROOT / REPORTS)
    assert set(import_gold(path, format, reports=ROOT / REPORTS)) == set(part.spans)


@pytest.mark.parametrize("format", ["label-studio", "doccano", "refi-qda"])
def test_the_same_gold_gives_the_same_bytes(tmp_path, format):
    gold = gold_of(tmp_path, ("ดีมาก", FULL))
    for name in ("one", "two"):
        export_gold(gold, tmp_path / name, format, reports=tmp_path / "reports")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data(), format=st.sampled_from(sorted(FORMATS)))
def test_any_place_in_any_text_comes_back(tmp_path, data, format):
    text = "ก" + data.draw(st.text(alphabet="กา่ 😊\n\t|[]*_\\;", max_size=40)) + "ข\n"
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, len(text) - 1))
    if text[start].isspace() or text[end - 1].isspace():
        return  # no label begins or ends in white space
    path = tmp_path / "reports/a.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    span = GoldSpan("a.txt", start, end, text[start:end], issues=None, sdh=None, negative="chrome")
    gold = Gold((GoldReport("a.txt", "0", "raw", "A"),), (span,), ())
    (back,) = round_trip(gold, tmp_path, format)
    assert (back.start, back.end, back.text) == (start, end, text[start:end])


def test_label_studio_files_quote_their_places_and_old_ones_in_utf16_are_read(tmp_path):
    gold = gold_of(tmp_path, ("ดีมาก", {"category": "lesson", "status": "achieved"}))
    path = tmp_path / "tasks.json"
    export_gold(gold, path, "label-studio", reports=tmp_path / "reports")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    value = tasks[0]["annotations"][0]["result"][0]["value"]
    assert tasks[0]["data"]["text"][value["start"] : value["end"]] == value["text"] == "ดีมาก"
    offsets = utf16_offsets(TEXT)
    value["start"], value["end"] = offsets[value["start"]], offsets[value["end"]]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    assert import_gold(path, "label-studio", reports=tmp_path / "reports") == gold.spans


def test_label_studio_set_up_names_every_code():
    codes = load_codes()
    tree = ElementTree.fromstring(labelling_config())
    labels = {label.get("value") for label in tree.iter("Label")}
    assert labels == {*codes.categories, *codes.negatives}
    choices = {choice.get("value") for choice in tree.iter("Choice")}
    assert {*codes.issues, *codes.themes} <= choices


def test_doccano_files_of_people_with_bare_codes_are_understood(tmp_path):
    gold_of(tmp_path)
    start = TEXT.index("ดีมาก")
    entities = [
        {"id": n, "label": code, "start_offset": start, "end_offset": start + 5}
        for n, code in enumerate(("lesson", "food"))
    ]
    line = {"id": 1, "text": TEXT, "entities": entities, "relations": [], "meta": {"report": "south/a.txt"}}
    path = tmp_path / "all.jsonl"
    path.write_text(json.dumps(line), encoding="utf-8")
    (span,) = import_gold(path, "doccano", reports=tmp_path / "reports", reader="C")
    assert (span.category, span.status, span.issues, span.labelled_by) == ("lesson", "achieved", ("food",), "C")


def test_inception_files_count_in_utf16_and_keep_the_text(tmp_path):
    gold = gold_of(tmp_path, ("บ้านสวน", TRAP))
    export_gold(gold, tmp_path / "out", "inception", reports=tmp_path / "reports")
    lines = (tmp_path / "out/south/a.txt.tsv").read_text(encoding="utf-8").splitlines()
    token = next(line.split("\t") for line in lines if line.split("\t")[2:3] == ["บ้านสวน"])
    start = TEXT.encode("utf-16-le").index("บ้านสวน".encode("utf-16-le")) // 2
    assert token[1] == f"{start}-{start + len('บ้านสวน')}"
    assert lines[0] == "#FORMAT=WebAnno TSV 3.3"


def test_refi_qda_projects_hold_the_text_and_selections_in_code_points(tmp_path):
    gold = gold_of(tmp_path, ("ดีมาก", {"category": "lesson", "status": "achieved"}))
    export_gold(gold, tmp_path / "p.qdpx", "refi-qda", reports=tmp_path / "reports")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
        source = next(root.iter("{urn:QDA-XML:project:1.0}TextSource"))
        member = source.get("plainTextPath").removeprefix("internal://")
        text = archive.read(f"Sources/{member}").decode("utf-8")
    selection = next(root.iter("{urn:QDA-XML:project:1.0}PlainTextSelection"))
    assert text == TEXT
    assert text[int(selection.get("startPosition")) : int(selection.get("endPosition"))] == "ดีมาก"


@pytest.mark.parametrize("format", ["label-studio", "doccano"])
def test_a_changed_text_an_unknown_code_and_a_missing_report_are_refused(tmp_path, format):
    gold = gold_of(tmp_path, ("ดีมาก", {"category": "lesson", "status": "achieved"}))
    path = tmp_path / "file"
    export_gold(gold, path, format, reports=tmp_path / "reports")
    whole = path.read_text(encoding="utf-8")
    for old, new, says in (
        ("โครงการ", "แผนงาน", "is not the report's"),
        ("lesson", "lessonn", "unknown|Unknown"),
        ("south/a.txt", "south/b.txt", "no report"),
        ("south/a.txt", "../../etc/hosts", "no report"),
    ):
        path.write_text(whole.replace(old, new), encoding="utf-8")
        with pytest.raises(ExchangeError, match=says):
            import_gold(path, format, reports=tmp_path / "reports")
    # White space alone may change, as tools trim lines.
    path.write_text(whole.replace("บ้านสวน\\n\\n  จัด", "บ้านสวน\\n  \\nจัด"), encoding="utf-8")
    assert import_gold(path, format, reports=tmp_path / "reports") == gold.spans


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b'{"a": 1}', b"PK\x03\x04broken", b"#FORMAT=WebAnno TSV 3.3\n1-1\t0"]
)
def test_what_is_no_file_of_the_format_is_refused_with_a_reason(tmp_path, format, content):
    path = tmp_path / "file.tsv"
    path.write_bytes(content)
    if format == "doccano" and not content:
        assert import_gold(path, format, reports=tmp_path) == ()
        return
    with pytest.raises(ExchangeError, match=r"file\.tsv"):
        import_gold(path, format, reports=tmp_path)


def test_a_project_with_a_document_type_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.qdpx", "w") as archive:
        archive.writestr("project.qde", '<!DOCTYPE x [<!ENTITY a "b">]><Project>&a;</Project>')
    with pytest.raises(ExchangeError, match="document type"):
        import_gold(tmp_path / "p.qdpx", "refi-qda", reports=tmp_path)


def test_an_unknown_format_is_a_wrong_argument(tmp_path):
    with pytest.raises(UsageError, match="label-studio"):
        export_gold(Gold((), (), ()), tmp_path / "x", "brat", reports=tmp_path)


def test_a_place_moves_over_white_space_only():
    move = Move("ก ข\nค", "กข  ค")
    assert move.place(Span(0, 3)) == Span(0, 2)
    assert move.place(Span(2, 5)) == Span(1, 5)
    assert move.place(Span(1, 2)) is None
    assert move.place(Span(0, 9)) is None
    assert Move("กข", "กค").place(Span(0, 1)) is None
