"""Search as people use it: over a dataset, in Thai, by the library and by the command."""

import json
import socket
from dataclasses import replace

import pytest

from pipeline.cli import main
from pipeline.errors import StoreError, UsageError
from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.lessons.search import Searcher, fast_embedder, open_searcher, search
from pipeline.lessons.search_commands import as_text
from pipeline.lessons.search_filters import Filters
from pipeline.lessons.search_index import build_index, collection_mark, open_index
from pipeline.records import Settings
from pipeline.run import extract_folder

TEXTS = (
    "พยาบาลของ รพ.สต. ย้ายกลางโครงการ ไม่มีคนแทน",
    "ส่งต่อโรงพยาบาลส่งเสริมสุขภาพตำบลได้ภายในวันเดียว",
    "อสม. เดินบ้านละคน จำชื่อคนไข้ได้ทุกคน",
    "อาสาสมัครสาธารณสุขประจำหมู่บ้านออกตรวจทุกวันพระ",
    "เดินทางไปประชุมที่จังหวัดสุราษฎร์ธานี",
    "วงสุราหลังวัดเลิกไป ๓ วง",
    "ร้านค้าหน้าโรงเรียนยังแบ่งขายบุหรี่เป็นมวน",
    "ปัญหายาสูบในค่ายพักแรงงานยังแก้ไม่ได้",
    "ธนาคารขยะเปิดเดือนละครั้ง สมาชิก 64 ครัวเรือน",
    "งบประมาณงวดสองมาช้าเกือบสี่เดือน",
    "คณะทำงานท้อใจ ลาออกไปครึ่งหนึ่ง",
    "สภาเด็กเสนอให้ลดน้ำอัดลมในโรงเรียน ปี 2566",
    "ผู้สูงอายุออกกำลังกายที่ลานวัดทุกเช้า",
    "ชาวบ้านสามารถซ่อมเครื่องสูบน้ำเองได้",
    "รถรับส่งผู้ป่วยของเทศบาลเสียบ่อย",
)
CATEGORIES = ("obstacle", "outcome", "success_factor", "lesson", "output")


def row(number: int, text: str, **fields) -> LessonRow:
    values = {
        "lesson_id": f"l-{number:03}",
        "report_id": f"r-{number}",
        "source": f"report-{number}.txt",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "status": "achieved",
        "text": text,
        "raw_text": text,
        "raw_start": 0,
        "raw_end": len(text),
        "locator": "paragraph=1;line=1",
        "section": None,
        "confidence": 0.5 + number / 100,
        "decided_by": "rules",
        "because": "",
        "issues": ("tobacco",) if "บุหรี่" in text else (),
        "sdh": (),
        "project_code": None,
        "year_ce": 2020 + number % 3,
        "province": "พัทลุง" if number % 2 else "น่าน",
        "district": None,
        "subdistrict": None,
        "text_start": 0,
        "text_end": len(text),
    }
    return LessonRow(**(values | fields))


ROWS = tuple(row(number, text) for number, text in enumerate(TEXTS))


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(ROWS, build_index(ROWS, fast_embedder()), fast_embedder())


def found(searcher: Searcher, query: str, **filters) -> list[str]:
    return [hit.lesson.text for hit in searcher.search(query, Filters(**filters))]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("รพ.สต.", TEXTS[:2]),
        ("รพสต", TEXTS[:2]),
        ("โรงพยาบาลส่งเสริมสุขภาพตำบล", TEXTS[:2]),
        ("อสม", TEXTS[2:4]),
        ("อาสาสมัครสาธารณสุขประจำหมู่บ้าน", TEXTS[2:4]),
        ("บุหรี่", TEXTS[6:8]),
        ("ยาสูบ", TEXTS[6:8]),
        ("ขยะ", TEXTS[8:9]),
        ("งบประมาน", TEXTS[9:10]),
        ("ผู้สูงอายู", TEXTS[12:13]),
        ("ปี ๒๕๖๖", TEXTS[11:12]),
        ("ค.ศ. 2023", TEXTS[11:12]),
        ("64 ครัวเรือน", TEXTS[8:9]),
        ("๖๔ ครัวเรือน", TEXTS[8:9]),
        ("วงสุรา 3 วง", TEXTS[5:6]),
    ],
)
def test_what_is_meant_comes_first(searcher, query, wanted):
    assert set(found(searcher, query)[: len(wanted)]) == set(wanted)


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("สุรา", "จังหวัดสุราษฎร์ธานี"),
        ("เหล้า", "จังหวัดสุราษฎร์ธานี"),
        ("รถ", "ชาวบ้านสามารถ"),
        ("บุหรี่", "เครื่องสูบน้ำ"),
        ("อบต.", "อสม."),
    ],
)
def test_lookalikes_are_not_found(searcher, query, never):
    assert not [text for text in found(searcher, query) if never in text]


def test_meaning_finds_what_shares_no_word(searcher):
    # "the team lost heart and dropped the work": no word of the query stands in the lesson.
    (hit,) = (hit for hit in searcher.search("ทีมหมดกำลังใจทิ้งงาน") if "ท้อใจ" in hit.lesson.text)
    assert hit.why[0].how == "meaning"
    assert hit.highlights == ()


def test_a_question_asks_for_a_category(searcher):
    hits = searcher.search("อะไรเป็นอุปสรรคเรื่องงบประมาณ")
    assert hits[0].lesson.text == TEXTS[9]
    asked = searcher.search("ปัญหาอุปสรรคของ รพ.สต.")
    assert asked[0].lesson.category == "obstacle"
    assert ("obstacle", "category") in {(match.found, match.how) for match in asked[0].why}


@pytest.mark.parametrize("query", ["รพ.สต. ย้าย", "บุหรี่ในโรงเรียน", "ขยะ", "งบประมาน ล่าช้า", "สุรา ๓ วง", "ปี 2566"])
def test_highlights_are_places_of_the_text_in_order(searcher, query):
    hits = searcher.search(query)
    assert hits
    for hit in hits:
        assert list(hit.highlights) == sorted(hit.highlights)
        assert all(0 <= span.start < span.end <= len(hit.lesson.text) for span in hit.highlights)
        assert all(a.end < b.start for a, b in zip(hit.highlights, hit.highlights[1:], strict=False))
        marked = [span.slice(hit.lesson.text) for span in hit.highlights]
        for match in hit.why:
            if match.how not in ("meaning", "category"):
                assert any(match.found in words for words in marked)


def test_the_reason_says_how_a_word_matched(searcher):
    (first, *_) = searcher.search("โรงพยาบาลส่งเสริมสุขภาพตำบล ย้าย")
    assert ("โรงพยาบาลส่งเสริมสุขภาพตำบล", "รพ.สต.", "short") in {(m.said, m.found, m.how) for m in first.why}
    (first, *_) = searcher.search("งบประมาน")
    assert first.why[0].said == "งบประมาน"
    assert first.why[0].how == "correction"


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"categories": ("obstacle",)}, lambda one: one.category == "obstacle"),
        ({"issues": ("tobacco",)}, lambda one: "tobacco" in one.issues),
        ({"provinces": ("พัทลุง",)}, lambda one: one.province == "พัทลุง"),
        ({"years_ce": (2020, 2021)}, lambda one: one.year_ce in (2020, 2021)),
        ({"least_confidence": 0.58}, lambda one: one.confidence >= 0.58),
        (
            {"categories": ("obstacle", "lesson"), "provinces": ("น่าน",)},
            lambda one: one.category in ("obstacle", "lesson") and one.province == "น่าน",
        ),
    ],
)
def test_filters_keep_what_passes_in_the_same_order(searcher, filters, passes):
    query = "โครงการ โรงเรียน ขยะ บุหรี่ อสม. งบประมาณ"
    every = searcher.search(query, limit=100)
    kept = searcher.search(query, Filters(**filters), 100)
    assert kept
    assert all(passes(hit.lesson) for hit in kept)
    words = [hit.lesson for hit in every if passes(hit.lesson) and hit.why[0].how != "meaning"]
    assert [hit.lesson for hit in kept if hit.why[0].how != "meaning"] == words
    assert all(Filters(**filters).admits(hit.lesson) for hit in kept)


@pytest.mark.parametrize(
    "filters",
    [
        {"categories": ("wish",)},
        {"issues": ("smoking",)},
        {"sdh": ("system",)},
        {"provinces": ("แอตแลนติส",)},
        {"years_ce": (1066,)},
        {"least_confidence": 1.5},
        {"least_confidence": float("nan")},
    ],
)
def test_a_filter_that_nothing_can_pass_is_told_in_one_line(searcher, filters):
    with pytest.raises(UsageError) as told:
        searcher.search("ขยะ", Filters(**filters))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("query", ["", "   ", "!!!", "…", "\x00\x1b[", "()*&^", "\u202e"])
def test_a_query_without_a_word_is_refused(searcher, query):
    with pytest.raises(UsageError):
        searcher.search(query)


@pytest.mark.parametrize(
    "query",
    [
        "ขยะ" * 5_000,
        "ก" * 20_000,
        "5" * 20_000,
        'ขยะ" OR 1=1 --',
        "ขยะ <script>alert(1)</script> =HYPERLINK(1)",
        "ขยะ\u202eabc\x00\x1b[31m",
        "ขยะ\ud800",
        "ขยะ\n\n\tน้ำ",
        "(((((((((((((((((((((ขยะ",
        "ขยะ §รพสต #tobacco &obstacle @2023 ~tobacco_01",
    ],
)
def test_hostile_queries_are_answered(searcher, query):
    assert isinstance(searcher.search(query), tuple)


def test_nonsense_finds_nothing_and_says_what_to_try(searcher):
    assert searcher.search("xqzvw") == ()
    assert "ลอง" in as_text("xqzvw", ())


def test_limit_bounds_and_order(searcher):
    query = "โครงการ โรงเรียน ขยะ บุหรี่ อสม."
    every = searcher.search(query, limit=100)
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
    assert all(0 < hit.score <= 1 for hit in every)
    assert searcher.search(query, limit=3) == every[:3]
    for limit in (0, -1, 10**9):
        with pytest.raises(UsageError):
            searcher.search(query, limit=limit)


def test_the_same_query_has_the_same_answer_however_the_index_came(searcher, tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONS_CACHE", str(tmp_path))
    made = open_index(ROWS, fast_embedder())
    (kept,) = (tmp_path / "search").glob("*.npz")
    written = kept.read_bytes()
    read = open_index(ROWS, fast_embedder())
    for index in (made, read):
        again = Searcher(ROWS, index, fast_embedder())
        for query in ("รพ.สต.", "งบประมาน", "คนท้อใจ"):
            assert again.search(query) == searcher.search(query)
    assert kept.read_bytes() == written
    kept.write_bytes(written[: len(written) // 2])
    assert Searcher(ROWS, open_index(ROWS, fast_embedder()), None).search("ขยะ")


def test_any_change_of_a_lesson_makes_another_index():
    marks = {collection_mark(ROWS, "fast"), collection_mark(ROWS, "other"), collection_mark(ROWS[1:], "fast")}
    for change in ({"text": "x"}, {"category": "output"}, {"province": "ตรัง"}, {"year_ce": 1999}, {"lesson_id": "l"}):
        marks.add(collection_mark((replace(ROWS[0], **change), *ROWS[1:]), "fast"))
    assert len(marks) == 8


def test_no_lessons_at_all():
    empty = Searcher((), build_index((), fast_embedder()), fast_embedder())
    assert empty.search("ขยะ") == ()


def test_without_a_place_to_keep_the_index(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("LESSONS_CACHE", str(blocked))
    assert open_index(ROWS, None).words.size == len(ROWS)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    reports = folder / "reports"
    reports.mkdir()
    (reports / "one.txt").write_text(
        "รายงานโครงการบ้านทุ่งรวงทองไร้ควัน จังหวัดพัทลุง ปี 2565\n\nปัญหาอุปสรรค\n"
        "- พยาบาล รพ.สต. ย้ายกลางโครงการ ไม่มีคนแทน\n- ร้านค้ายังแบ่งขายบุหรี่ให้เด็กนักเรียน\n\n"
        "ผลลัพธ์\n- คนในบ้านเลิกสูบบุหรี่ได้ 14 คน จากที่สมัคร 30 คน\n",
        encoding="utf-8",
    )
    extract_folder([reports], folder / "dataset", Settings(), jobs=0, progress=False)
    return folder / "dataset"


def test_search_over_a_dataset_folder(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONS_CACHE", str(tmp_path))
    hits = search(dataset, "โรงพยาบาลส่งเสริมสุขภาพตำบล", limit=1)
    assert "รพ.สต." in hits[0].lesson.text
    assert search(Dataset(dataset), "โรงพยาบาลส่งเสริมสุขภาพตำบล", limit=1) == hits
    assert open_searcher(dataset) is open_searcher(str(dataset))
    assert {hit.lesson.category for hit in search(dataset, "บุหรี่", categories=["outcome"])} == {"outcome"}
    with pytest.raises(StoreError):
        search(tmp_path, "บุหรี่")
    with pytest.raises(UsageError):
        search(dataset, "บุหรี่", meaning="best")


def test_search_needs_no_network(dataset, tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("search opened a socket")

    monkeypatch.setenv("LESSONS_CACHE", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert search(dataset, "บุหรี่")


def test_the_command_prints_for_people(dataset, capsys):
    assert main(["search", str(dataset), "บุหรี่", "--limit", "2"]) == 0
    printed = capsys.readouterr().out
    assert "【" in printed
    assert "one.txt" in printed
    assert "ตรงเพราะ" in printed
    assert "\x1b" not in printed
    assert main(["search", str(dataset), "xqzvw"]) == 0
    assert "ลอง" in capsys.readouterr().out


def test_the_command_prints_json(dataset, capsys):
    assert main(["search", str(dataset), "บุหรี่", "--json", "--year", "2565", "--province", "จังหวัดพัทลุง"]) == 0
    hits = json.loads(capsys.readouterr().out)
    assert hits
    for hit in hits:
        assert hit["year_ce"] == 2022
        assert all(hit["text"][start:end] for start, end in hit["highlights"])


@pytest.mark.parametrize(
    "wrong",
    [
        ["--category", "wish"],
        ["--issue", "smoking"],
        ["--province", "แอตแลนติส"],
        ["--year", "1066"],
        ["--confidence", "7"],
        ["--limit", "0"],
    ],
)
def test_the_command_refuses_a_bad_argument_in_one_line(dataset, capsys, wrong):
    assert main(["search", str(dataset), "บุหรี่", *wrong]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1


def test_control_characters_of_a_report_do_not_reach_the_screen():
    hostile = row(1, "ขยะ\x1b[2J\u202eมาก")
    searcher = Searcher((hostile,), build_index((hostile,), None), None)
    printed = as_text("ขยะ", searcher.search("ขยะ"))
    assert "\x1b" not in printed
    assert "\u202e" not in printed
