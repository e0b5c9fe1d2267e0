"""Every row of the tables of segmentation: its example matches, its counter-example does not."""

import pytest
from samples import lines_of

from pipeline.headings_table import heading_rows
from pipeline.records import State
from pipeline.resources import load_table
from pipeline.segment.form_items import FormItemRow, printed_items
from pipeline.segment.genre import GenreMarkRow, detect_genre
from pipeline.segment.headings import TailRow, is_question, read_heading
from pipeline.segment.intros import IntroRow, announced
from pipeline.segment.patterns import PatternMatcher
from pipeline.segment.shield import BoilerplateRow, find_shield
from pipeline.segment.tokens import WordRow, tokens
from pipeline.segment.units import OpenerRow
from pipeline.spans import Span


def ids(rows):
    return [row.id for row in rows]


HEADINGS = heading_rows()
TAILS = load_table("heading_tails.tsv", TailRow)
BOILERPLATE = load_table("boilerplate.tsv", BoilerplateRow)
FORM_ITEMS = load_table("form_items.tsv", FormItemRow)
MARKS = load_table("genre_marks.tsv", GenreMarkRow)
INTROS = load_table("list_intros.tsv", IntroRow)
WORDS = load_table("words.tsv", WordRow)


def heading(line):
    return read_heading(line, Span(0, len(line)))


@pytest.mark.parametrize("row", HEADINGS, ids=ids(HEADINGS))
def test_heading_example_is_read_with_its_role(row):
    match = heading(row.example)
    assert match is not None
    assert row.role in match.roles
    assert match.title.replace(" ", "") == row.phrase.replace(" ", "")


@pytest.mark.parametrize("row", HEADINGS, ids=ids(HEADINGS))
def test_heading_counter_example_has_another_role(row):
    match = heading(row.counter_example)
    assert match is None or row.id not in match.rule.split("+")


@pytest.mark.parametrize("row", [r for r in TAILS if r.kind == "question"], ids=lambda r: r.id)
def test_question_words_make_a_question(row):
    assert is_question(row.example)


@pytest.mark.parametrize("row", [r for r in TAILS if r.kind != "question"], ids=lambda r: r.id)
def test_words_around_a_label_are_no_content(row):
    match = heading(row.example)
    assert match is not None
    assert not len(match.content)


@pytest.mark.parametrize("row", BOILERPLATE, ids=ids(BOILERPLATE))
def test_boilerplate_example_is_shielded(row):
    shield = find_shield(lines_of(row.example))
    assert shield.spans or shield.end < len(row.example)


@pytest.mark.parametrize("row", BOILERPLATE, ids=ids(BOILERPLATE))
def test_boilerplate_counter_example_is_not(row):
    matcher = PatternMatcher([(row.id, row.pattern)])
    assert not matcher.find_all(row.counter_example)


@pytest.mark.parametrize("row", MARKS, ids=ids(MARKS))
def test_genre_mark_example_and_counter_example(row):
    matcher = PatternMatcher([(row.id, row.pattern)])
    assert matcher.find_all(row.example)
    assert not matcher.find_all(row.counter_example)


@pytest.mark.parametrize("row", INTROS, ids=ids(INTROS))
def test_intro_example_announces_its_role(row):
    found = announced(row.example)
    assert found is not None
    assert found.role == row.role


@pytest.mark.parametrize("row", WORDS, ids=ids(WORDS))
def test_word_is_one_token(row):
    assert [token.slice(row.word) for token in tokens(row.word)] == [row.word]


def test_openers_name_known_kinds_and_stand_in_their_examples():
    for row in load_table("openers.tsv", OpenerRow):
        assert row.phrase in row.example
        assert row.phrase not in row.counter_example


def test_genre_of_a_project_page_is_planned():
    genre = detect_genre("ชื่อโครงการ | ก |\nภายใต้องค์กร | ข |\nละติจูด-ลองจิจูด | place |")
    assert (genre.code, genre.state) == ("G2", State.PLANNED)


# A row of the form counts only beside a second one.
SECOND_ROW = "\n5.9 การเห็นประโยชน์ส่วนรวม\n5.8 การออกกำลังกาย"


@pytest.mark.parametrize("row", FORM_ITEMS, ids=ids(FORM_ITEMS))
def test_printed_words_alone_are_form_text(row):
    assert printed_items(row.example + SECOND_ROW)[0] == Span(0, len(row.example))


@pytest.mark.parametrize("row", FORM_ITEMS, ids=ids(FORM_ITEMS))
def test_printed_words_in_a_sentence_are_not(row):
    assert all(span.start >= len(row.counter_example) for span in printed_items(row.counter_example + SECOND_ROW))
