"""What a text can be found by: the tables, and laws over any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.organisations import OrganisationRow
from pipeline.lessons.search_spelling import Choices
from pipeline.lessons.search_terms import (
    SHORT,
    SIGNS,
    FormRow,
    WordRow,
    compound_parts,
    find_terms,
    unsought,
    word_key,
)
from pipeline.resources import load_table
from pipeline.segment.tokens import tokens

FORMS = load_table("search_abbreviations.tsv", FormRow)
WORDS = load_table("search_words.tsv", WordRow)
ORGANISATIONS = load_table("organisations.tsv", OrganisationRow)


def shorts(text: str) -> set[str]:
    return {term.key for term in find_terms(text) if term.kind == SHORT}


def keys(text: str, kind: str) -> set[str]:
    return {term.key for term in find_terms(text) if term.kind == kind}


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.id)
def test_every_form_of_a_name_is_the_same_name(row):
    key = SIGNS[SHORT] + word_key(row.forms[0])
    assert key in shorts(row.example)
    for form in row.forms:
        assert key in shorts(form), form
        assert key in shorts(f"แจ้ง {form} แล้ว"), form
    assert key not in shorts(row.counter_example)


@pytest.mark.parametrize("row", ORGANISATIONS, ids=lambda row: row.id)
def test_an_organisation_is_found_by_its_form_and_by_its_name(row):
    assert shorts(row.example) & shorts(row.name)
    if not row.form.isascii():  # Latin letters may touch Thai ones: of WHO is written ของWHO
        assert not shorts(row.counter_example) & shorts(row.name)


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row.id)
def test_words_that_are_not_sought_are_whole_tokens(row):
    def inside(text: str) -> bool:
        return any(span.slice(text) in row.words for span in tokens(text))

    assert inside(row.example)
    assert not inside(row.counter_example)


def test_one_word_has_one_role():
    said = [word for row in WORDS if row.role != "fragment" for word in row.words]
    assert len(said) == len(set(said))
    assert set(unsought().values()) >= {"", "obstacle", "recommendation"}


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("ปี ๒๕๖๖", "year", {"@2023"}),
        ("พ.ศ.2566 และ ค.ศ. 2023", "year", {"@2023"}),
        ("มีคนมา 2566 คน และได้ 2,566 บาท", "year", set()),
        ("โทร 0812566000", "year", set()),
        ("ลดจาก ๑๒ ครั้ง", "word", {"ลด", "จาก", "12", "ครั้ง"}),
        ("ธนาคารขยะ", "part", {"ธนาคาร", "ขยะ"}),
        ("จังหวัดสุราษฎร์ธานี", "part", set()),
        ("ไปสุราษฎร์ธานี", "topic", set()),
        ("ลดสุราในงานศพ", "topic", {"#alcohol_drugs"}),
        ("ชาวบ้านสามารถทำได้", "topic", set()),
    ],
)
def test_terms_of_a_text(text, kind, wanted):
    assert keys(text, kind) == wanted


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("งบประมาน", "งบประมาณ"),
        ("ซึมเศล้า", "ซึมเศร้า"),
        ("วัคชีน", "วัคซีน"),
        ("ผู้สูงอายู", "ผู้สูงอายุ"),
        ("คณะกรรมกาน", "คณะกรรมการ"),
        ("อุปสรรก", "อุปสรรค"),
        ("กจกรรม", "กิจกรรม"),
    ],
)
def test_a_misspelt_word_is_like_the_one_that_was_meant(written, meant):
    assert meant in dict(Choices.of([meant, "ขยะ", "ระยะ", "อาหาร"]).alike(written))


@pytest.mark.parametrize("word", ["บุหรี่", "xqzvw", "0812566000", ""])
def test_a_word_is_not_taken_for_any_other(word):
    assert "ขยะ" not in dict(Choices.of(["ขยะ", "อาหาร"]).alike(word))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="กขคงจฉชซญดตถทนบปผพฟมยรลวสหอะาิีุูเแโใไ่้๊๋์ๆฯ .,-()๑๒12ab\n", max_size=80))
def test_terms_stand_in_their_text_and_come_in_order(text):
    terms = find_terms(text)
    assert [term.span for term in terms] == sorted(term.span for term in terms)
    for term in terms:
        assert 0 <= term.span.start < term.span.end <= len(text)
        assert term.key
        assert "\n" not in term.key


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="กขคงจชดตทนบปผมยรลวสหอะาิีุูเแ่้์", max_size=30))
def test_the_parts_of_a_compound_make_it_up(word):
    parts = compound_parts(word)
    assert not parts or "".join(part.slice(word) for part in parts) == word
    assert len(parts) != 1
