"""What the users of the phrase automaton rely on."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.spans import Span


def keys(matcher: PhraseMatcher, text: str) -> list[str]:
    return [match.key for match in matcher.find(text)]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("พอด", "พอดีกับเวลา", ""),  # half a cluster on the right
        ("พอด", "ขายพอดในโรงเรียน", "พอด"),
        ("มา", "เมาแล้วขับ", ""),  # half a cluster on the left
        ("กิจกรรมทางกาย", "มีกิจกรรมทาง กายทุกวัน", "กิจกรรมทาง กาย"),
        ("กิจกรรมทางกาย", "มีกิจกรรมทาง  กายทุกวัน", ""),  # two blanks divide units
        ("กิจกรรมทางกาย", "กิจกรรมทาง\nกาย", ""),  # a line break is layout
        ("กิจกรรมทางกาย", "กิ จ ก รรมทางกาย", ""),  # torn apart: not the same words
        ("health literacy", "Health  Literacy", "Health  Literacy"),
        ("health literacy", "healthliteracy", "healthliteracy"),
        ("PA", "PAOR", ""),
        ("PA", "กลุ่มPAของเรา", "PA"),
        ("COVID", "Covid19", "Covid"),
        ("2Q", "12Q", ""),
        ("1600", "สายด่วน 1600", "1600"),
        ("1600", "๐1600", ""),
        ("ผู้ สูงอายุ", "ผู้สูงอายุ", "ผู้สูงอายุ"),
    ],
)
def test_one_phrase(phrase: str, text: str, found: str) -> None:
    places = [match.span.slice(text) for match in PhraseMatcher([Phrase(phrase, "k")]).find(text)]
    assert places == ([found] if found else [])


def test_without_spaces_only_the_very_same_blanks_match() -> None:
    matcher = PhraseMatcher([Phrase("ยาบ้า", "k", spaces=False), Phrase("pm 2.5", "pm", spaces=False)])
    assert keys(matcher, "ยา บ้า และ PM2.5") == []
    assert keys(matcher, "ยาบ้า และ PM 2.5") == ["k", "pm"]


def test_without_boundary_parts_of_clusters_match() -> None:
    assert keys(PhraseMatcher([Phrase("พอด", "k", boundary=False)]), "พอดี") == ["k"]


def test_leftmost_longest_wins_and_all_are_there_on_request() -> None:
    matcher = PhraseMatcher([Phrase("สุรา", "alcohol"), Phrase("สุราษฎร์ธานี", "place"), Phrase("ธานี", "town")])
    text = "สุราษฎร์ธานี"
    assert keys(matcher, text) == ["place"]
    assert [match.key for match in matcher.find_all(text)] == ["place", "alcohol", "town"]


def test_a_longer_phrase_that_fails_its_boundary_does_not_hide_a_shorter_one() -> None:
    matcher = PhraseMatcher([Phrase("งดเหล้าพอด", "long"), Phrase("งดเหล้า", "short")])
    assert keys(matcher, "งดเหล้าพอดี") == ["short"]


def test_phrases_with_the_same_text_each_give_a_match() -> None:
    assert keys(PhraseMatcher([Phrase("ดื่มไม่ขับ", "a"), Phrase("ดื่มไม่ขับ", "b")]), "ดื่มไม่ขับ") == ["a", "b"]


def test_a_character_that_grows_in_lower_case_does_not_move_places() -> None:
    text = "İİ สุรา"
    assert PhraseMatcher([Phrase("สุรา", "k")]).find(text)[0].span.slice(text) == "สุรา"


def test_no_phrases_find_nothing_and_an_empty_phrase_is_refused() -> None:
    assert PhraseMatcher([]).find("อะไรก็ได้") == []
    with pytest.raises(ValueError, match="no visible character"):
        Phrase(" ", "k")


ALPHABET = "กขเาี่ aB1\n"


@given(st.text(ALPHABET, max_size=40), st.lists(st.text("กขเาี่aB1", min_size=1, max_size=4), max_size=5))
def test_laws(text: str, words: list[str]) -> None:
    matcher = PhraseMatcher([Phrase(word, word) for word in words])
    matches = matcher.find(text)
    for match in matches:
        found = match.span.slice(text)
        assert found.replace(" ", "").lower() == match.phrase.lower()
        assert found == found.strip()
    places = sorted({match.span for match in matches})
    assert all(a.end <= b.start for a, b in pairwise(places))
    assert set(matches) <= set(matcher.find_all(text))
    assert sorted(matcher.places(text)) == sorted((match.span.start, match.key) for match in matcher.find_all(text))


@given(st.text(ALPHABET, max_size=40), st.text("กขเาี่aB1", min_size=1, max_size=3))
def test_without_boundary_and_spaces_it_finds_what_plain_search_finds(text: str, word: str) -> None:
    matcher = PhraseMatcher([Phrase(word, "k", boundary=False, spaces=False)])
    expected = [
        Span(at, at + len(word)) for at in range(len(text)) if text[at : at + len(word)].lower() == word.lower()
    ]
    assert [match.span for match in matcher.find_all(text)] == expected


def test_a_hostile_line_is_searched_in_no_time() -> None:
    matcher = PhraseMatcher([Phrase("ยาก", "k"), Phrase("ยา", "s"), Phrase("กิจกรรมทางกาย", "p")])
    started = time.perf_counter()
    matcher.find("ยาก " * 100_000)
    assert time.perf_counter() - started < 10
