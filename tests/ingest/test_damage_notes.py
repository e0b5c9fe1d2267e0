"""What the user is told of damaged Thai: each kind by its own words, nothing of sound text."""

from __future__ import annotations

import random

import pytest
from damage_campaign import compose, report_of
from damage_makers import MAKERS

from pipeline.ingest.damage import is_torn, judge, unreadable
from pipeline.ingest.damage_notes import DamageNote, damage_problems
from pipeline.ingest.normalise import normalise
from pipeline.resources import load_table

CLEAN = compose(7, 30)
NOTES = {note.id: note for note in load_table("damage_notes.tsv", DamageNote)}


def torn(text: str) -> str:
    """A line's end behind each mark above or below, as flip books give it."""
    return "".join(f"{char}\n" if char in "ัิีึืุู" else char for char in text)


def told(text: str) -> list[str]:
    """The ids of what is told of a text."""
    normal = normalise(report_of(text))
    reasons = [problem.reason for problem in damage_problems("a.txt", normal)]
    return [
        key for key, note in NOTES.items() if any(reason.startswith(note.reason.split("{")[0]) for reason in reasons)
    ]


def test_nothing_is_told_of_sound_text():
    assert told(CLEAN) == []


@pytest.mark.parametrize(
    ("maker", "kind"),
    [
        ("8 marks are blanks", "no-marks"),
        ("9 marks deleted", "no-marks"),
        ("15 marks on own lines", "loose-marks"),
        ("2 ำ without nikhahit", "guessed"),
        ("6 bare tones dropped", "guessed"),
    ],
)
def test_each_kind_is_told(maker, kind):
    assert told(MAKERS[maker](CLEAN, random.Random(3)).text) == [kind]


def test_every_kind_of_damage_has_its_words():
    assert {note.severity for note in NOTES.values()} == {"lost", "guess", "left"}
    partly = {f"some-{kind}" for kind, note in NOTES.items() if note.severity == "lost"}
    # Torn lines alone are never told of a part: from the first share of them on a page is unreadable.
    assert partly - set(NOTES) == {"some-torn-lines"}
    assert judge(torn(CLEAN)) == (unreadable(), "torn-lines")


def test_letters_of_an_unknown_font_are_told_and_nothing_is_taken():
    strange = CLEAN.translate({code: 0xA1 + (code * 7) % 90 for code in range(0xE01, 0xE5C)})
    assert told(strange) == ["old-font"]
    assert all(block.damage >= unreadable() for block in normalise(report_of(strange)).blocks)


def test_torn_lines_are_told_and_their_words_not_guessed():
    text = torn(CLEAN)
    normal = normalise(report_of(text))
    assert is_torn(text)
    assert told(text) == ["torn-lines"]
    assert all(block.damage >= unreadable() for block in normal.blocks)
    assert normal.text == text


def test_short_lines_that_end_as_words_do_are_not_torn():
    assert not is_torn("\n".join(["ผู้นำ", "ครู", "ชาวนา", "ยายมี", "ป้าสี", "น้าชู"] * 20))
    assert told("\n".join(CLEAN.split(" "))) == []


def test_a_problem_names_ten_places_and_counts_the_rest():
    normal = normalise(report_of(MAKERS["9 marks deleted"](CLEAN, random.Random(3)).text))
    (problem,) = damage_problems("a.txt", normal)
    assert problem.source == "a.txt"
    assert problem.stage == "normalise"
    assert problem.reason.count("paragraph=") == 10
    assert "และอีก 20 แห่ง" in problem.reason
    assert "Word" in problem.remedy
