"""Laws of places in text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spans import MappedText, Span, gaps, join_spans, strip_span

places = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: Span(min(ends), max(ends)))
# Pieces as normalisation makes them: each source stretch becomes some characters, perhaps none.
stretches = st.lists(st.tuples(st.text(alphabet="กขคา่ ", max_size=3), st.integers(0, 3)), max_size=20)


def mapped(parts) -> tuple[MappedText, int]:
    at, pieces = 0, []
    for text, length in parts:
        pieces.append((text, at, at + length))
        at += length
    return MappedText.build(pieces), at


@pytest.mark.parametrize("ends", [(-1, 2), (3, 2)])
def test_a_place_never_ends_before_it_starts(ends):
    with pytest.raises(ValueError, match="not a span"):
        Span(*ends)


@given(places, places)
def test_overlap_is_sharing_a_character(a, b):
    assert a.overlaps(b) == b.overlaps(a)
    assert a.overlaps(b) == bool(set(range(a.start, a.end)) & set(range(b.start, b.end))) or not len(a) or not len(b)


@given(places, st.lists(places, max_size=6))
def test_gaps_and_taken_places_make_up_the_whole(whole, taken):
    rest = list(gaps(whole, taken))
    covered = {i for place in taken for i in range(place.start, place.end)}
    assert {i for gap in rest for i in range(gap.start, gap.end)} == set(range(whole.start, whole.end)) - covered
    assert all(one.end <= other.start for one, other in itertools.pairwise(rest))


@given(stretches, st.data())
def test_the_way_to_the_source_never_leaves_it(parts, data):
    text, length = mapped(parts)
    start = data.draw(st.integers(0, len(text.text)))
    end = data.draw(st.integers(start, len(text.text)))
    source = text.source_span(Span(start, end))
    assert 0 <= source.start <= source.end <= length


@given(st.text(max_size=30), st.data())
def test_a_text_is_its_own_source(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    whole = MappedText.identity(text)
    assert whole.source_span(Span(start, end)).slice(text) == text[start:end]
    if start < end:
        assert whole.text_span(Span(start, end)) == Span(start, end)


@given(st.text(max_size=30))
def test_composing_with_the_identity_changes_nothing(text):
    doubled = MappedText.build([(c * 2, i, i + 1) for i, c in enumerate(text)])
    composed = doubled.compose(MappedText.identity(text))
    assert (list(composed.starts), list(composed.ends)) == (list(doubled.starts), list(doubled.ends))


def test_a_place_beyond_the_text_is_refused():
    with pytest.raises(ValueError, match="beyond"):
        MappedText.identity("กข").source_span(Span(0, 3))
    with pytest.raises(ValueError, match="one source place"):
        MappedText("กข", [0], [1])


@pytest.mark.parametrize(
    ("text", "also", "left"), [("  ก ข  ", "", "ก ข"), ("• ก;", "•;", "ก"), ("   ", "", ""), ("", "", "")]
)
def test_strip_takes_white_space_and_more(text, also, left):
    assert strip_span(text, Span(0, len(text)), also).slice(text) == left


def test_joining_nothing_is_refused():
    assert join_spans([Span(4, 6), Span(1, 2)]) == Span(1, 6)
    with pytest.raises(ValueError, match="no spans"):
        join_spans([])
