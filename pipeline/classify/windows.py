"""A report as a context model reads it: windows of word pieces, and in them the atoms that findings are made of.

An atom is a stretch of a unit without white space. Gold findings of the training reports begin and end at units in 62 % of the cases, at atoms in
94 %; the best stretch of atoms has an IoU of 0.5 or more with every one of them, the best stretch of units with 87 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.classify.embeddings_weights import Floats, Pieces
from pipeline.records import Block, NormalText
from pipeline.segment import Segmented
from pipeline.spans import Span

# Pieces of text in a window: a page of a report has about 400; longer windows cost more than they told on the development reports.
LONGEST_WINDOW = 224
# Pieces of the project's title, of the heading, and of the headers of a table cell that go before.
LONGEST_LEAD = 40
# Pieces that a window repeats from the end of the one before, so that no atom stands without what goes before it.
LONGEST_TAIL = 32
_SHORT = 8  # characters of an atom that says little by itself
_OPENING = "query: "
# What makes atoms of a stretch of text.
Cut = Callable[[str, Span], list[Span]]
_ATOM = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Atom:
    """A stretch without white space: its place in the normalised text, its unit, and its pieces in the window (half-open)."""

    span: Span
    unit: int  # index into the units of the report
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of a report that are read at once, with the atoms among them."""

    ids: tuple[int, ...]
    atoms: tuple[Atom, ...]


def atoms_of(text: str, span: Span) -> list[Span]:
    """The stretches of a place that hold no white space.

    >>> atoms_of("ลดหวาน ได้ผล", Span(0, 12))
    [Span(start=0, end=6), Span(start=7, end=12)]
    """
    return [Span(found.start(), found.end()) for found in _ATOM.finditer(text, span.start, span.end)]


def windows_of(
    normal: NormalText, segmented: Segmented, pieces: Pieces, title: str = "", cut: Cut = atoms_of, first: int = 0
) -> tuple[Window, ...]:
    """The windows of a report, in order: units with the headings between them, as many as fit; each in one window, unless it is too long.

    `title` is the name of the project, "" for none; `cut` makes atoms of a unit; `first` is the unit with which the first window begins.
    """
    maker = _Maker(normal, segmented, pieces, title, cut)
    return tuple(maker.windows(first))


def leading(title: str, heading: str, pieces: Pieces) -> tuple[int, ...]:
    """The pieces that tell a passage where it stands: the name of its project and its heading; () when both are ""."""
    lead: list[int] = []
    for part in (title, heading):
        if part:
            lead += [*pieces.ids(part)[:LONGEST_LEAD], pieces.end]
    return tuple(lead)


def between(left: Atom, right: Atom, gap: int) -> Floats:
    """What stands between two atoms: another unit, a gap that parts clauses, a wider one; and whether the left one is short.

    `gap`: so many blanks part clauses in this report, see segment/gaps.py.
    """
    width = right.span.start - left.span.end
    return np.array([left.unit != right.unit, width >= gap, width > gap, len(left.span) < _SHORT], dtype=np.float32)


def passage_window(text: str, pieces: Pieces, lead: Sequence[int] = (), cut: Cut = atoms_of) -> Window:
    """The window of a text alone, after its `lead`; what is too long for it is left out at its end."""
    made = _Draft([pieces.start, *pieces.ids(_OPENING), *lead])
    for span in cut(text, Span(0, len(text))):
        ids = pieces.ids(span.slice(text))
        if len(made.ids) + len(ids) > LONGEST_WINDOW + 2 * LONGEST_LEAD:
            break
        made.add(span, 0, ids)
    return made.window(pieces.end)


class _Draft:
    """A window in the making."""

    def __init__(self, lead: Sequence[int], before: int = 0) -> None:
        """`before`: how many pieces of the lead stand in the window before."""
        self.ids = list(lead)
        self.before = before
        self.atoms: list[Atom] = []

    def add(self, span: Span, unit: int, ids: Sequence[int]) -> None:
        """Adds an atom."""
        if ids:
            self.atoms.append(Atom(span, unit, len(self.ids), len(self.ids) + len(ids)))
            self.ids += ids

    def window(self, end: int) -> Window:
        """The finished window."""
        return Window((*self.ids, end), tuple(self.atoms))


class _Maker:
    """Cuts one report into windows."""

    def __init__(self, normal: NormalText, segmented: Segmented, pieces: Pieces, title: str, cut: Cut) -> None:
        self.cut = cut
        self.normal = normal
        self.segmented = segmented
        self.pieces = pieces
        self.opening = [pieces.start, *pieces.ids(_OPENING)]
        if title:
            self.opening += [*pieces.ids(title)[:LONGEST_LEAD], pieces.end]

    def windows(self, first: int) -> Iterator[Window]:
        """The windows in the order of the text, from a unit on."""
        draft: _Draft | None = None
        section = item = -1
        for at, unit in enumerate(self.segmented.units[first:], first):
            parts = [
                (span, self.pieces.ids(span.slice(self.normal.text))) for span in self.cut(self.normal.text, unit.span)
            ]
            heading = self._heading(unit.section) if unit.section != section else []
            if (
                draft is None
                or len(draft.ids) + len(heading) + sum(len(ids) for _, ids in parts) > LONGEST_WINDOW + draft.before
            ):
                if draft is not None and draft.atoms:
                    yield draft.window(self.pieces.end)
                draft, item = self._draft(unit.section, draft), -1
            elif heading:
                draft.ids += [self.pieces.end, *heading]
                item = -1
            if unit.item != item:
                draft.ids += self._between(
                    self.normal.blocks[unit.block], first=not draft.atoms or unit.section != section
                )
                item = unit.item
            section = unit.section
            for span, ids in parts:
                if len(draft.ids) + len(ids) > LONGEST_WINDOW + LONGEST_LEAD + draft.before and draft.atoms:
                    yield draft.window(self.pieces.end)
                    draft = self._draft(unit.section, draft)
                draft.add(span, at, ids[:LONGEST_WINDOW])
        if draft is not None and draft.atoms:
            yield draft.window(self.pieces.end)

    def _draft(self, section: int, before: _Draft | None) -> _Draft:
        """A new window under a heading, after the last pieces of the window before it."""
        tail = list(before.ids[before.atoms[0].first :][-LONGEST_TAIL:]) if before is not None and before.atoms else []
        lead = [*self.opening, *tail, *([self.pieces.end] if tail else []), *self._heading(section)]
        return _Draft(lead, len(tail))

    def _heading(self, section: int) -> list[int]:
        """The pieces of a heading, with a mark behind them; none for a section without one."""
        title = self.segmented.sections[section].title
        return [*self.pieces.ids(title)[:LONGEST_LEAD], self.pieces.end] if title else []

    def _between(self, block: Block, *, first: bool) -> list[int]:
        """What goes before an item: a mark, and the headers of a table cell."""
        header = " ".join(part for part in (block.row_header, block.column_header) if part)
        mark = [] if first else [self.pieces.end]
        return [*mark, *self.pieces.ids(header)[:LONGEST_LEAD], self.pieces.end] if header else mark
