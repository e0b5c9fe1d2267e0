"""Lesson sets: made, changed, frozen, compared, published and written; a value each, and a file that says what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from set_samples import CORPUS, Samples, make_samples

from pipeline.cli import main
from pipeline.dataset.masking import MASK
from pipeline.errors import UsageError
from pipeline.ingest import read
from pipeline.lessons import sets
from pipeline.lessons.choose import _on_the_question, alike
from pipeline.lessons.citations import area_label, cite, directions, find_words, where, where_th
from pipeline.lessons.claim_check import CountedRow, check_claims
from pipeline.lessons.claim_words import DENIES, PolarityRow, said_words
from pipeline.lessons.draft import count_projects
from pipeline.lessons.fragments import is_fragment
from pipeline.lessons.freeze import FrozenSetError, content_hash
from pipeline.lessons.lesson_set import Citation, LessonSet, Scope
from pipeline.lessons.render import FORMATS
from pipeline.lessons.search import Hit, Match
from pipeline.lessons.set_file import SetFileError, dumps, load, loads, save
from pipeline.lessons.set_public import publish_set, published
from pipeline.lessons.template import part_row, sentence, template
from pipeline.lessons.venues import venues, venues_of
from pipeline.records import Settings
from pipeline.resources import load_table


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Samples:
    return make_samples(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def made(samples) -> LessonSet:
    return LessonSet.new(samples.dataset, title="อะไรช่วยบ้านปลอดบุหรี่", scope=Scope(issues=("tobacco",)), most=20)


def claims_of(lesson_set: LessonSet, role: str) -> list[str]:
    return [claim.text for part in lesson_set.parts if part.role == role for claim in part.claims]


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_new_set_holds_lessons_of_its_scope_and_all_parts(made):
    assert 0 < len(made.citations) <= 25
    assert all("tobacco" in one.issues for one in made.citations)
    assert [part.role for part in made.parts] == [row.id for row in template()]
    assert [one.key for one in made.citations] == [f"L{n}" for n in range(1, len(made.citations) + 1)]


def test_a_draft_says_no_more_than_its_citations(made):
    assert check_claims(made) == ()
    for part in made.parts:
        assert all(claim.cites for claim in part.claims) or not part_row(part.role).cited


def test_limits_say_what_was_read_and_that_a_program_decided(made, samples):
    said = "\n".join(claims_of(made, "limits"))
    assert f"รายงาน {len(samples.dataset.reports)} ฉบับ" in said
    assert "โดยโปรแกรม" in said


@pytest.mark.parametrize("language", ["th", "en"])
def test_both_languages_have_a_whole_template(samples, language):
    drafted = LessonSet.new(samples.dataset, title="x", scope=Scope(issues=("road_safety",)), language=language)
    assert check_claims(drafted) == ()
    assert all(row.name(language) and row.help(language) for row in template())


def test_the_same_question_gives_the_same_set(samples, made):
    again = LessonSet.new(samples.dataset, title=made.title, scope=made.scope, most=20)
    assert dumps(again) == dumps(made)


def test_a_search_finds_the_lessons_of_a_set(samples):
    found = LessonSet.new(samples.dataset, title="x", scope=Scope(query="รถรับส่งผู้สูงอายุฉีดวัคซีน"), most=5)
    assert "รถรับส่ง" in found.citations[0].quote or any("รถรับส่ง" in one.quote for one in found.citations)


def test_a_draft_holds_whole_passages_only(samples, made):
    assert not any(is_fragment(one.quote) for one in made.citations)
    assert any(is_fragment(row.text) for row in samples.dataset.lessons)
    by_hand = next(row.lesson_id for row in samples.dataset.lessons if is_fragment(row.text))
    assert made.add(samples.dataset, [by_hand]).citations[-1].lesson_id == by_hand  # people may choose them


def hit(report: str, score: float, *said: tuple[str, str]) -> Hit:
    lesson = SimpleNamespace(report_id=report, lesson_id=f"{report}-{score}")
    return Hit(lesson, score, tuple(Match(words, words, how) for words, how in said), ())


def test_a_report_on_part_of_the_question_does_not_answer_it():
    """Of a question on falls of elders a report on herbs has the elders; one that has both lends its subject to each of its lessons."""
    herbs = [hit(f"herbs{n}", 0.9, ("ผู้สูงอายุ", "word")) for n in range(6)]
    falls = [hit("falls", 0.8, ("ผู้สูงอายุ", "word")), hit("falls", 0.7, ("หกล้ม", "word"))]
    assert [one.lesson.report_id for one in _on_the_question([*herbs, *falls])] == ["falls", "falls"]
    assert len(_on_the_question([hit("a", 0.5, ("ทั้งคำถาม", "meaning"))])) == 1


def test_what_was_counted_is_never_called_alike(samples):
    counted = [row for row in samples.dataset.lessons if row.category == "output" and any(map(str.isdigit, row.text))]
    assert len(counted) > 20 and not alike(counted)


def test_an_area_is_called_as_people_call_it(made):
    bangkok = replace(made.citations[0], province="กรุงเทพมหานคร", district="หนองจอก", subdistrict="", year_ce=2023)
    assert area_label(bangkok) == "เขตหนองจอก กรุงเทพมหานคร พ.ศ. 2566"
    assert area_label(replace(bangkok, province="ยะลา", district="รามัน")) == "อ.รามัน จ.ยะลา พ.ศ. 2566"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"name": "สอง คำ"}, "ชื่อชุด"),
        ({"language": "fr"}, "ภาษา"),
        ({"lesson_ids": ["l-nothing"]}, "l-nothing"),
        ({"scope": Scope(provinces=("ที่ไม่มี",))}, "ไม่มีข้อความ"),
    ],
)
def test_what_cannot_be_made_says_why(samples, options, word):
    with pytest.raises(UsageError, match=word):
        LessonSet.new(samples.dataset, title="x", **options)


# --- changing ---------------------------------------------------------------------------------------------------------


def test_adding_and_removing_keeps_keys_and_counts_anew(samples, made):
    less = made.remove("L1", made.citations[2].lesson_id)
    assert [one.key for one in less.citations] == [one.key for one in made.citations if one.key not in {"L1", "L3"}]
    back = less.add(samples.dataset, made.citations[0].lesson_id, at=1)
    assert back.citations[0].lesson_id == made.citations[0].lesson_id
    assert back.citations[0].key == f"L{len(made.citations) + 1}"
    assert check_claims(less) == check_claims(back) == ()
    assert made.citations[0].key == "L1"  # a value: the first set is as it was


def test_moving_changes_the_order_alone(made):
    moved = made.move("L3", 1)
    assert [one.key for one in moved.citations][:3] == ["L3", "L1", "L2"]
    assert sorted(moved.citations, key=lambda one: one.key) == sorted(made.citations, key=lambda one: one.key)


def test_a_claim_of_the_curator_stays_and_loses_removed_keys(made):
    said = made.claim("conditions", "ทั้งสองข้อพูดเรื่องบุหรี่ [L1] และ [L2, L3]")
    assert said.parts[3].claims[0].cites == ("L1", "L2", "L3")
    less = said.remove("L2")
    assert less.parts[3].claims[0].text == "ทั้งสองข้อพูดเรื่องบุหรี่ [L1] และ [L3]"
    assert not less.parts[3].claims[0].drafted


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda s: s.remove("L999"), "L999"),
        (lambda s: s.move("L1", 99), "99"),
        (lambda s: s.note("nothing", "x"), "nothing"),
        (lambda s: s.claim("works", "ไม่มีอ้างอิง"), "อ้างอิง"),
        (lambda s: s.claim("works", "[L1]"), "ว่างเปล่า"),
        (lambda s: s.claim("works", "คำ [L1]", replaces=99), "99"),
    ],
)
def test_a_wrong_change_says_what_to_do(made, change, word):
    with pytest.raises(UsageError, match=word) as caught:
        change(made)
    assert caught.value.remedy


def test_projects_are_counted_once(made):
    one = made.citations[0]
    years = [replace(one, key=f"L{n}", report_id=f"r-{n}", year_ce=2000 + n) for n in range(10)]
    assert count_projects(years) == 1
    assert count_projects([one, replace(one, key="L99", report_id="r-x", project="r-x", project_name="อื่น")]) == 2


# --- freezing, versions, files ----------------------------------------------------------------------------------------


def test_a_frozen_set_refuses_every_change(samples, made):
    frozen = made.freeze()
    assert frozen.frozen == content_hash(frozen) and frozen.freeze() == frozen
    changes = [
        lambda s: s.add(samples.dataset, "l-x"),
        lambda s: s.remove("L1"),
        lambda s: s.move("L1", 2),
        lambda s: s.note("works", "x"),
        lambda s: s.claim("works", "x [L1]"),
        lambda s: sets.drop_claim(s, "works", 1),
        publish_set,
    ]
    for change in changes:
        with pytest.raises(FrozenSetError, match="--from"):
            change(frozen)


def test_the_next_version_is_open_and_knows_its_predecessor(samples, made):
    frozen = made.freeze()
    following = frozen.next_version(samples.dataset)
    assert (following.version, following.frozen, following.based_on) == (2, "", frozen.frozen)
    assert following.citations == frozen.citations


def test_a_file_gives_the_set_back_and_bytes_are_stable(made, tmp_path):
    save(made.freeze(), tmp_path / "a.json")
    again = load(tmp_path / "a.json")
    assert again == made.freeze()
    save(again, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert b"\r" not in (tmp_path / "a.json").read_bytes()


def test_a_frozen_set_changed_by_hand_is_refused(made, tmp_path):
    text = dumps(made.freeze()).replace("อะไรช่วยบ้านปลอดบุหรี่", "อะไรช่วยบ้านปลอดเหล้า")
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(FrozenSetError, match="ถูกแก้ไข"):
        load(tmp_path / "a.json")


def with_set(made: LessonSet, change) -> str:
    content = json.loads(dumps(made))
    change(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda c: c.update(schema=99), "99"),
        (lambda c: c.update(format="other"), "ชุดบทเรียน"),
        (lambda c: c.update(extra=1), "extra"),
        (lambda c: c["set"].update(colour="red"), "colour"),
        (lambda c: c["set"].pop("title"), "title"),
        (lambda c: c["set"].update(version="1"), "version"),
        (lambda c: c["set"]["citations"][0].update(page=3), r"citations\[0\]\.page"),
        (lambda c: c["set"]["citations"][0].update(confidence="high"), "confidence"),
    ],
)
def test_a_file_that_is_no_set_says_which_field(made, change, word):
    with pytest.raises(SetFileError, match=word):
        loads(with_set(made, change))


def test_frozen_exports_are_the_same_bytes(made, tmp_path):
    frozen = made.freeze()
    first = frozen.export(tmp_path / "a")
    second = load(next(path for path in first if path.suffix == ".json")).export(tmp_path / "b")
    assert len(first) == len(FORMATS)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_difference_names_what_changed(made):
    other = made.remove("L2").move("L4", 1).claim("conditions", "พูดเรื่องบุหรี่ [L1]").note("limits", "ดูเพิ่ม")
    other = replace(
        other, citations=tuple(replace(c, quote=f"{c.quote}ๆ") if c.key == "L1" else c for c in other.citations)
    )
    found = made.diff(other)
    by_kind = {change.kind: change.where for change in found.changes}
    assert by_kind["removed"] == "L2" and by_kind["moved"] == "L4" and by_kind["quote"] == "L1"
    assert by_kind["note"] == "limits" and {"claim_added", "claim_changed"} <= set(by_kind)
    assert [c.where for c in other.diff(made).changes if c.kind == "added"] == ["L2"]
    assert "ตัด L2" in str(found) and json.loads(found.as_json())["new_version"] == 1
    assert made.diff(made).changes == () and "ไม่มีอะไรเปลี่ยน" in str(made.diff(made))


# --- publishing -------------------------------------------------------------------------------------------------------


def test_a_public_set_names_no_person_and_its_check_still_holds(samples, made):
    told = tuple(replace(c, responsible_person="นายกล้า ใจสู้") for c in made.citations)
    private = sets.note(replace(made, citations=told), "works", "ถามนายกล้า ใจสู้ โทร 081-000-0000")
    assert any("กล้า" in text for text in claims_of(sets.remove(private, []), "who"))
    public = publish_set(private, samples.dataset)
    assert public.public and "กล้า" not in dumps(public) and "081-000-0000" not in dumps(public)
    assert MASK in public.parts[1].note
    assert public.check(samples.dataset).faults == ()


def test_the_public_form_of_a_frozen_set_is_frozen_and_names_it(samples, made):
    frozen = made.freeze()
    public = published(frozen, samples.dataset)
    assert public.frozen and public.frozen != frozen.frozen and public.based_on == frozen.frozen
    assert public.name != frozen.name


# --- finding a citation -----------------------------------------------------------------------------------------------


def placed(locator: str, section: str = "ผลลัพธ์") -> Citation:
    return Citation(
        "L1",
        "l-1",
        "r-1",
        "ก.pdf",
        "",
        locator,
        None,
        None,
        "คำ  แรก",
        "คำ  แรก",
        "outcome",
        (),
        (),
        section,
        "",
        "",
        "",
        None,
        "",
        "",
        "",
        0.9,
    )


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        ("page=3;paragraph=5", ["หน้า 3", "ย่อหน้าที่ 5"]),
        ("slide=2", ["สไลด์ที่ 2"]),
        ("sheet=ผลลัพธ์!B7", ["ผลลัพธ์", "ช่อง B7"]),
        ("paragraph=14;line=22", ["บรรทัดที่ 22"]),
        ("table=1;cell=R3C5", ["ตารางที่ 1", "3", "5"]),
        ("slide=4;part=notes", ["สไลด์ที่ 4", "บันทึก"]),
    ],
)
def test_a_place_is_said_in_words(locator, words):
    said = where_th(placed(locator))
    assert all(word in said for word in words) and "ใต้หัวข้อ “ผลลัพธ์”" in said and "=" not in said
    assert "under the heading" in where(placed(locator), "en")


def test_the_words_to_search_for_hold_no_markup(made):
    """A page shows &nbsp; as a space: nobody can search for its letters."""
    one = replace(made.citations[0], quote="ต่อ อบต. ควรออกข้อบัญญัติ", raw_quote="ต่อ อบต.&nbsp; ควรออกข้อบัญญัติ", raw_start=5)
    assert find_words(one) == "ต่อ อบต. ควรออกข้อบัญญัติ"


def test_the_words_to_search_for_stand_in_the_source(samples):
    """A person types them into the search window: in text files they must stand there as they are."""
    checked = 0
    for row in samples.dataset.lessons:
        if row.source.endswith((".txt", ".md")):
            one = cite(row, samples.dataset.reports[row.report_id], "L1")
            words = find_words(one)
            assert words and len(words) <= 30
            source = read(samples.reports / row.source, source=row.source, settings=Settings()).raw
            checked += words in source
    assert checked >= 0.95 * sum(row.source.endswith((".txt", ".md")) for row in samples.dataset.lessons)
    assert directions(one).startswith(f"ไฟล์ {one.source}")


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("venue", venues(), ids=lambda v: v.id)
def test_a_venue_is_found_in_its_example_and_not_in_its_counter_example(venue):
    assert venue in venues_of(venue.example) and venue not in venues_of(venue.counter_example)


def denials() -> list[PolarityRow]:
    return [row for row in load_table("lesson_set_polarity.tsv", PolarityRow) if row.kind == DENIES]


@pytest.mark.parametrize("row", denials(), ids=lambda row: row.id)
def test_a_denial_turns_its_example(row):
    assert not any(said.denied for said in said_words(row.counter_example))
    assert row.word in row.example


@pytest.mark.parametrize("row", load_table("lesson_set_counted.tsv", CountedRow), ids=lambda row: row.id)
def test_a_counted_word_stands_in_its_example(row):
    assert row.word in row.example and row.word not in row.counter_example


@pytest.mark.parametrize("row", template(), ids=lambda row: row.id)
def test_every_category_of_a_draft_has_its_sentences(row):
    for category in row.draft:
        for language in ("th", "en"):
            assert "{" not in sentence(f"one.{category}", language, area="ก", quotes="ข")
            assert "{" not in sentence(f"theme.{category}", language, theme="ก", projects=2, quotes="ข")


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_makes_changes_checks_freezes_and_exports(samples, tmp_path, capsys):
    file, data = str(tmp_path / "home.json"), str(samples.dataset.folder)
    assert main(["set", "new", file, "--dataset", data, "--issue", "tobacco", "--title", "ถาม", "--most", "8"]) == 0
    assert main(["set", "new", file, "--dataset", data, "--issue", "tobacco", "--title", "ถาม"]) == 2
    assert main(["set", "remove", file, "L2"]) == 0
    assert main(["set", "note", file, "limits", "อ่านแล้ว"]) == 0
    assert main(["set", "show", file, "--citations"]) == 0
    assert main(["set", "check", file, "--dataset", data, "--json", str(tmp_path / "found.json")]) == 0
    assert json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["faults"] == []
    assert main(["set", "freeze", file]) == 0
    assert main(["set", "remove", file, "L1"]) == 2
    following = str(tmp_path / "home-2.json")
    assert main(["set", "new", following, "--from", file, "--dataset", data]) == 0
    assert main(["set", "diff", file, following]) == 0
    assert main(["set", "export", file, "--out", str(tmp_path / "files"), "--format", "md"]) == 0
    out = capsys.readouterr()
    assert "ค้นคำว่า" in out.out and (tmp_path / "files" / "home.md").is_file()
    assert all(line.startswith("lessons: ") for line in out.err.splitlines())


@pytest.mark.parametrize(
    ("least", "said"),
    [(0.5, ("--issue", "tobacco")), (0.0, ("--confidence", "0")), (0.9, ("--confidence", "0.9")), (0.0, ("--lesson",))],
)
def test_unsure_lessons_come_into_a_set_only_where_asked_for(samples, tmp_path, least, said):
    named = [samples.dataset.lessons[0].lesson_id] if said[0] == "--lesson" else []
    file = tmp_path / "set.json"
    command = ["set", "new", str(file), "--dataset", str(samples.dataset.folder), "--title", "ถาม", *said, *named]
    assert main(command) == 0
    kept = load(file)
    assert kept.scope.least_confidence == least
    assert all(citation.confidence >= least for citation in kept.citations)


def test_a_wrong_claim_makes_check_fail(samples, made, tmp_path, capsys):
    file = made.claim("conditions", "พบใน 99 โครงการ [L1]").save(tmp_path / "wrong.json")
    assert main(["set", "check", str(file), "--dataset", str(samples.dataset.folder)]) == 1
    assert "99" in capsys.readouterr().out


def test_the_corpus_is_told_as_composed(samples, tmp_path):
    from set_samples import extracted

    (tmp_path / "reports").mkdir()
    source = next(CORPUS.glob("e03_*"))
    (tmp_path / "reports" / source.name).write_bytes(source.read_bytes())
    dataset = extracted(tmp_path / "reports", tmp_path / "data")
    run = json.loads((dataset.folder / "run.json").read_text(encoding="utf-8"))
    assert not LessonSet.new(dataset, title="x").reading.composed
    run["inputs"][0]["folder"] = str(CORPUS)
    (dataset.folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    assert LessonSet.new(dataset, title="x").reading.composed
