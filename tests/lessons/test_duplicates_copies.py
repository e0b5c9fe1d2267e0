"""Copies of reports are found, whatever their layout, and nothing else is taken for one."""

import random
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PipelineError
from pipeline.ingest import read
from pipeline.ingest.normalise import normalise
from pipeline.lessons.duplicates import (
    _SKETCH,
    _hash,
    copies,
    find_copies,
    find_repeats,
    grams_of,
    groups,
    letters_of,
    sketch_of,
)
from pipeline.records import Settings

REPORTS = Path(__file__).parents[2] / "corpus" / "reports"
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@pytest.fixture(scope="module")
def corpus() -> dict[str, str]:
    """The normalised text of every report of the corpus that can be read without OCR."""
    texts = {}
    for path in sorted(p for p in REPORTS.rglob("*") if p.is_file() and p.suffix.lower() not in {".png", ".jpg"}):
        try:
            texts[path.name] = normalise(read(path, source=path.name, settings=Settings())).text
        except PipelineError:
            continue
    return texts


def rewrapped(text: str, seed: str) -> str:
    """The text with other line ends, blanks, digits and invisible characters, as another program saves it."""
    draw = random.Random(seed)
    words = text.split()
    joined = draw.choice([" ", "  ", "\u00a0", "\u200b "]).join(words)
    width = draw.choice([38, 60, 77])
    lines = [joined[at : at + width] for at in range(0, len(joined), width)]
    wrapped = draw.choice(["\n", "\r\n", "\n    "]).join(lines)
    return wrapped.translate(THAI_DIGITS) if draw.random() < 0.5 else wrapped


def test_two_hundred_rewrapped_copies_are_all_found_and_no_two_reports_are_taken_for_one(corpus):
    assert len(corpus) >= 200
    planted = {f"copy of {name}": rewrapped(text, name) for name, text in corpus.items()}
    found = {tuple(sorted((r.one, r.other))) for r in find_repeats({**corpus, **planted}) if r.is_copy}
    assert found == {tuple(sorted((name, f"copy of {name}"))) for name in corpus}


def test_the_sketches_that_a_dataset_keeps_find_the_same_copies(corpus):
    sketches = {name: sketch_of(text) for name, text in corpus.items()}
    planted = {f"copy of {name}": sketch_of(rewrapped(text, name)) for name, text in corpus.items()}
    found = {tuple(sorted((r.one, r.other))) for r in find_copies({**sketches, **planted})}
    assert found == {tuple(sorted((name, f"copy of {name}"))) for name in corpus}
    assert find_copies(sketches) == ()


def test_different_reports_of_the_corpus_repeat_nothing(corpus):
    assert find_repeats(corpus) == ()


def test_a_reencoded_copy_is_found(corpus):
    name = next(name for name, text in corpus.items() if len(text) > 2000)
    cp874 = corpus[name].encode("cp874", "replace").decode("cp874")
    assert copies(find_repeats({"ก": corpus[name], "ข": cp874})) == (("ก", "ข"),)


def test_a_year_that_carries_its_text_over_is_a_repeat_and_no_copy(corpus):
    (first, old), (_, other) = [item for item in corpus.items() if 2500 < len(item[1]) < 6000][:2]
    new_year = old[: int(len(old) * 0.6)] + other[: int(len(old) * 0.4)]
    (repeat,) = (r for r in find_repeats({first: old, "ปีที่สอง": new_year}))
    assert not repeat.is_copy and repeat.containment > 0.5


def test_hundreds_of_copies_of_one_text_are_one_group(corpus):
    text = next(text for text in corpus.values() if len(text) > 1500)
    assert len(copies(find_repeats({f"{n:03}": rewrapped(text, str(n)) for n in range(150)}))[0]) == 150


def test_short_texts_are_copies_only_when_they_are_alike():
    texts = {"ก": "ไม่มีปัญหา", "ข": "ไม่มี ปัญหา", "ค": "ไม่มีงบประมาณ", "ง": "", "จ": ""}
    assert copies(find_repeats(texts)) == (("ก", "ข"),)


# Each part begins with a consonant: a line never breaks between a letter and its marks.
@given(st.lists(st.text(alphabet="กขคงชนมยรลวสหอะาิีุูเแโไ่้์๑23 .").map(lambda text: f"ก{text}"), min_size=1))
def test_layout_makes_no_difference_to_the_letters(parts):
    assert letters_of("".join(parts)) == letters_of(" \n".join(parts)) == letters_of("\u200b\t".join(parts))
    assert grams_of(" ".join(parts)) == grams_of("\n".join(parts))


def test_groups_join_through_links():
    assert groups([("ข", "ก"), ("ง", "ค"), ("ค", "ข")], ["จ"]) == (("ก", "ข", "ค", "ง"), ("จ",))


@given(st.text(st.sampled_from("กขำa1๒ é\ud800😀\n"), max_size=60))
def test_a_sketch_holds_the_hashes_of_one_gram_in_eight(text: str) -> None:
    hashes = {_hash(gram) for gram in grams_of(text)}
    assert list(array("I", sketch_of(text))) == sorted(each for each in hashes if each % _SKETCH == 0)
