"""Damaged Thai: made on purpose, repaired or refused, and quotes found in it."""

from __future__ import annotations

import difflib
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest
from damage_campaign import compose, report_of, run_class
from damage_makers import BEYOND_REPAIR, MAKERS, REPAIRABLE
from hypothesis import given
from hypothesis import strategies as st
from pythainlp import word_tokenize

from pipeline.ingest import read
from pipeline.ingest.damage import Harm, LostAmWord, find_harm, pages, repair_words, score, unreadable
from pipeline.ingest.locate import locate
from pipeline.ingest.normalise import normalise
from pipeline.ingest.skeleton import skeleton
from pipeline.ingest.words import known_words
from pipeline.records import Settings
from pipeline.resources import load_table
from pipeline.spans import Span

ROOT = Path(__file__).parents[2]
CLEAN = compose(7, 30)
# Share of words that read as before once more: what the dictionary reaches today, less a little. May only rise.
FLOORS = {
    "1 split ำ": 0.98,
    "2 ำ without nikhahit": 0.97,
    "3 ำ decomposed": 1.0,
    "4 every า is ำ": 0.98,
    "5 marks slid": 0.99,
    "5 all marks slid": 0.98,
    "6 bare tones dropped": 0.90,
    "7 slid and dropped": 0.93,
    "10 marks doubled": 1.0,
    "11 lost characters at ำ": 1.0,
    "12 gaps at marks": 0.98,
    "13 letter-spaced": 1.0,
    "14 read as latin-1": 1.0,
    "14 read as mac_roman": 1.0,
    "16 odd characters": 1.0,
}


def damaged(name: str, clean: str = CLEAN, seed: int = 3) -> str:
    return MAKERS[name](clean, random.Random(seed)).text


def same_words(clean: str, other: str) -> float:
    """Share of the words of `clean` that stand in `other` in order."""
    first = [word for word in word_tokenize(clean) if word.strip()]
    second = [word for word in word_tokenize(other) if word.strip()]
    matched = difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matched) / len(first)


@pytest.mark.parametrize("name", MAKERS)
def test_the_makers_do_damage_and_know_where_all_went(name):
    made = MAKERS[name](CLEAN, random.Random(3))
    assert made.text != CLEAN
    assert len(made.places) == len(CLEAN)
    kept = [made.text[p[0] : p[1]] for p in made.places if p]
    assert len(kept) > 0.6 * len(CLEAN)


@pytest.mark.parametrize("name", REPAIRABLE)
def test_words_are_whole_again(name):
    text = normalise(report_of(damaged(name))).text
    assert same_words(CLEAN, text) >= FLOORS[name]


@pytest.mark.parametrize("name", REPAIRABLE)
def test_quotes_are_located_exactly(name):
    tally = run_class(name, 60)
    assert (tally.wrong, tally.inexact) == (0, 0)
    assert tally.exact >= 59


@pytest.mark.campaign
@pytest.mark.skipif("LESSONS_CAMPAIGN" not in os.environ, reason="set LESSONS_CAMPAIGN=600 for the long campaign")
@pytest.mark.parametrize("name", REPAIRABLE)
@pytest.mark.parametrize("seed", [1, 11])
def test_six_hundred_quotes_of_each_class(name, seed):
    tally = run_class(name, 600, seed=seed)
    assert tally.wrong == 0
    assert tally.exact >= 0.99 * 600
    assert len(tally.reasons) == tally.silent


@pytest.mark.parametrize("name", BEYOND_REPAIR)
def test_pages_beyond_repair_are_unreadable_and_left_as_they_are(name):
    normal = normalise(report_of(damaged(name)))
    assert normal.damage >= unreadable()
    assert all(block.damage >= unreadable() for block in normal.blocks)


@pytest.mark.parametrize("name", REPAIRABLE)
def test_repaired_pages_are_readable(name):
    normal = normalise(report_of(damaged(name)))
    assert normal.damage < 0.1
    assert all(block.damage < unreadable() for block in normal.blocks)


def test_only_the_damaged_page_is_unreadable():
    text = CLEAN + "\n" + damaged("9 marks deleted")
    report = report_of(text)
    half = len(CLEAN)
    blocks = tuple(replace(b, locator=f"page={1 if b.span.start < half else 2}") for b in report.blocks)
    normal = normalise(replace(report, blocks=blocks))
    assert {(b.locator, b.damage >= unreadable()) for b in normal.blocks} == {("page=1", False), ("page=2", True)}
    assert 0.3 < normal.damage < 0.7


def test_clean_text_is_never_repaired():
    """Windows of clean text as reports of their own: short ones have the oddest statistics."""
    texts = [compose(seed, 20) for seed in range(3)]
    for path in sorted((ROOT / "corpus" / "reports").glob("*.txt")):
        texts.append(normalise(read(path, source=path.name, settings=Settings())).text)
    words = edits = 0
    for text in texts:
        for size in (300, 1200):
            for at in range(0, len(text), size):
                window = normalise(report_of(text[at : at + size])).text
                again = normalise(report_of(window))
                words += len(word_tokenize(window))
                edits += sum(
                    tag != "equal" for tag, *_ in difflib.SequenceMatcher(None, window, again.text).get_opcodes()
                )
                if len(window) > 290:
                    assert again.damage < unreadable(), window
    assert words > 5_000
    assert edits * 10_000 <= words, f"{edits} changes in {words} words"


def test_harm_is_seen_only_where_it_is():
    assert not find_harm(CLEAN, CLEAN)
    assert find_harm(damaged("2 ำ without nikhahit"), "") == Harm(lost_am=True)
    assert find_harm(damaged("4 every า is ำ"), "") == Harm(all_am=True)
    assert find_harm(damaged("6 bare tones dropped"), "") == Harm(bare_tones=True)
    assert not find_harm("สั้น", "สั้น")


@pytest.mark.parametrize(
    ("text", "harm", "wanted"),
    [
        ("ดาเนินงาน จานวน ตาบล สานักงาน", Harm(lost_am=True), "ดำเนินงาน จำนวน ตำบล สำนักงาน"),
        ("กำร ภำระ ประชำกร จำนวน", Harm(all_am=True), "การ ภาระ ประชากร จำนวน"),
        ("สงัคม พฒันา ชมุชน กจิกรรม", Harm(slid=True), "สังคม พัฒนา ชุมชน กิจกรรม"),
        ("ไมพ่ บผตู้ ดิ เชื้อ มขี อ้ตกลง ทกุ หมู่บ้าน", Harm(slid=True), "ไม่พบผู้ติดเชื้อ มีข้อตกลง ทุกหมู่บ้าน"),  # over the ends of words
        (
            "ตกลงกันท้งั หมด กอ่นต้งั วง ซึ่งไดง้่ำ ย",
            Harm(slid=True),
            "ตกลงกันทั้งหมด ก่อนตั้งวง ซึ่งได้ง่าย",
        ),  # tones stayed, or came behind a blank
        ("คนดี มีที่ นี้ ได้ ไม่พอ", Harm(slid=True), "คนดี มีที่ นี้ ได้ ไม่พอ"),
        ("ผูบริหาร แหงชาติ มหาวิทยาลัยสงขลานครินทร ผลลัพธ", Harm(bare_tones=True), "ผู้บริหาร แห่งชาติ มหาวิทยาลัยสงขลานครินทร์ ผลลัพธ์"),
        ("การปอ งกนั และแกไข เกดิ ผลลพั ธ", Harm(slid=True, bare_tones=True), "การป้องกัน และแก้ไข เกิด ผลลัพธ์"),
        ("ทานา นา มา", Harm(lost_am=True), "ทานา นา มา"),  # words as they stand
        ("abc 123", Harm(slid=True), "abc 123"),
    ],
)
def test_words_by_dictionary(text, harm, wanted):
    made = text
    for start, end, new in reversed(repair_words(text, harm)):
        made = made[:start] + new + made[end:]
    assert made.replace(" ", "") == wanted.replace(" ", "")


@pytest.mark.parametrize("row", load_table("lost_am_words.tsv", LostAmWord), ids=lambda row: row.id)
def test_words_that_show_a_lost_am(row):
    assert row.word in row.example
    assert row.word not in row.counter_example
    assert row.word.replace("า", "ำ") != row.word
    assert repair_words(f"{row.example} " * 4, Harm(lost_am=True))
    assert not any(row.word in word for word in known_words())


def test_am_is_lost_though_a_heading_kept_its_own():
    heading = "คำนำ\n"
    lost = damaged("2 ำ without nikhahit")
    assert find_harm(heading + lost, "") == Harm(lost_am=True)
    assert same_words(heading + CLEAN, normalise(report_of(heading + lost)).text) >= FLOORS["2 ำ without nikhahit"]
    # Three slips of the pen in a sound page are no damage of the page.
    assert not find_harm(f"{CLEAN}\nสาหรับตาบลนี้มีจานวนมาก", "")


def test_a_wrong_code_page_inside_a_sound_file_is_undone_in_place():
    line = "กลุ่มแม่บ้านร่วมกันทำกองทุนสวัสดิการ"
    text = f"หัวข้อ\n{line.encode('cp874').decode('latin-1')}\nท้ายเรื่อง ’ok’ café"
    normal = normalise(report_of(text))
    assert normal.text == f"หัวข้อ\n{line}\nท้ายเรื่อง ’ok’ café"
    at = normal.text.index("ร่วมกัน")
    assert normal.mapped.source_span(Span(at, at + 7)) == Span(at, at + 7)
    utf8 = f"หัวข้อ\n{line.encode().decode('latin-1')}"
    wide = normalise(report_of(utf8))
    assert wide.text == f"หัวข้อ\n{line}"
    assert wide.mapped.source_span(Span(7, 8)) == Span(7, 10)


@pytest.mark.parametrize(
    ("quote", "reason", "found"),
    [
        ("แกนนำ 20 คน", "", "แกนนำ  20 คน"),
        ("แกนนำ ๒๐ คน ร่วมงาน", "marks differ", "แกนนำ  20 คน ร่วมงาน"),
        ("ซื้อเสื้อสีเหลืองมาให้", "ambiguous", None),
        ("ไม่มีข้อความนี้เลย", "not found", None),
        ("ใหม", "too short", None),
        ("  ", "empty", None),
    ],
)
def test_a_quote_is_located_or_says_why_not(quote, reason, found):
    text = "แกนนำ  20 คน ร่วมงาน\nซื้อเสือสีเหลืองมาให้\nซือเสื้อสีเหลืองมาให\nบ้านใหม่"
    located = locate(quote, normalise(report_of(text)))
    assert located.reason == reason
    assert (located.span.slice(text) if located.span else None) == found


def test_near_copies_that_differ_in_marks_are_never_taken_for_each_other():
    """Two lines alike but for one mark, damaged so that they are the same: no place rather than a wrong one."""
    first, second = "เด็กในหมู่บ้านชอบเสื้อตัวใหม่มากที่สุด", "เด็กในหมู่บ้านชอบเสือตัวใหม่มากที่สุด"
    clean = f"{CLEAN}\n{first}\n{second}"
    for name in REPAIRABLE:
        made = MAKERS[name](clean, random.Random(1))
        normal = normalise(report_of(made.text))
        for quote in (first, second):
            located = locate(quote, normal)
            if located.span:
                place = normal.mapped.source_span(located.span)
                start = made.places[clean.index(quote)]
                assert start
                assert abs(place.start - start[0]) <= 2, name


def test_pages_by_locator_and_by_length():
    report = report_of("\n".join("ก" * 300 for _ in range(30)))
    assert pages(report.blocks) == [(0, 7), (7, 14), (14, 21), (21, 30)]
    slides = tuple(replace(b, locator=f"slide={n // 10};x") for n, b in enumerate(report.blocks))
    assert pages(slides) == [(0, 10), (10, 20), (20, 30)]
    assert pages(()) == []


@given(st.text(alphabet="กขคงมนสาำเแโ่้ัิีุ์ \n\ufffdé", max_size=300))
def test_scores_and_skeletons_of_anything(text):
    assert 0 <= score(text) <= 1
    assert skeleton(skeleton(text)) == skeleton(text)
    normal = normalise(report_of(text))
    assert all(0 <= block.damage <= 1 for block in normal.blocks)
    assert list(normal.mapped.starts) == sorted(normal.mapped.starts)
    assert list(normal.mapped.ends) == sorted(normal.mapped.ends)
