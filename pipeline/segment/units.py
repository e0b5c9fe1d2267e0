"""Passages cut into units: clauses that can each be one lesson point or a part of one."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.records import Unit
from pipeline.resources import load_table
from pipeline.segment.gaps import WIDE_GAP
from pipeline.segment.markers import Enclosed, enclosed
from pipeline.segment.sections import Outline, Passage
from pipeline.segment.sentences import sentences
from pipeline.spans import Span, strip_span

# A unit has at least this many characters without blanks; shorter pieces go to the unit before them.
SHORTEST_UNIT = 10
# Longer pieces hold more than one sentence: of the findings of the training reports a fourth lay in a piece twice their size.
LONG_PIECE = 140
# A longer line is no paragraph; crfcut takes 50 s for a megabyte.
LONGEST_PIECE = 100_000
# Behind เช่น a list of noun phrases goes on over its blanks.
_LISTING = re.compile("เช่น|ได้แก่|อาทิ|ประกอบด้วย")
_NOMINAL = re.compile("การ|ความ|งาน|เรื่อง|กลุ่ม|คณะ|โครงการ|กองทุน|เครือข่าย")
_ABBREVIATION = re.compile(r"(?<![ก-๙])(?:[ก-ฮเ-ไ][ก-๙]{0,4}\.)+")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class OpenerRow:
    """Words at which a clause starts (`data/openers.tsv`).

    kind `free`: a clause starts there even without a blank before; `space`: only after a blank; `hold`: no clause
    starts right after these words (เช่น, ได้แก่, เพราะ); `word`: longer words that hold an opener and are none (ตั้งแต่).
    """

    id: str
    phrase: str
    kind: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.kind not in {"free", "space", "hold", "word"}:
            raise ValueError(f"kind {self.kind!r} is none of free, space, hold, word")


@cache
def _openers() -> tuple[PhraseMatcher, dict[str, str]]:
    rows = load_table("openers.tsv", OpenerRow)
    matcher = PhraseMatcher(Phrase(row.phrase, row.id, spaces=False) for row in rows)
    return matcher, {row.id: row.kind for row in rows}


def cut_units(text: str, outline: Outline, *, gap: int = 2) -> tuple[Unit, ...]:
    """The units of all passages in order; all units of one passage share its `item` number. `gap`: so many blanks part clauses.

    Joined with the blanks between them they are the passage: nothing of a passage is lost.
    """
    matcher, kinds = _openers()
    units: list[Unit] = []
    for item, passage in enumerate(outline.passages):
        piece = passage.span.slice(text)
        hits = [(match.span.shift(passage.span.start), kinds[match.key]) for match in matcher.find(piece)]
        for span in _clauses(text, passage, hits, gap=gap):
            units.append(Unit(span, passage.section, passage.block, passage.marker, item))
    return tuple(units)


def _clauses(text: str, passage: Passage, hits: list[tuple[Span, str]], *, gap: int) -> list[Span]:
    """The clauses of one passage."""
    closed = enclosed(text, passage.span)
    held = [span.end for span, kind in hits if kind == "hold"]
    cuts = {span.start for span, kind in hits if kind == "free" or (kind == "space" and _after_blank(text, span.start))}
    gaps = WIDE_GAP.finditer(text, passage.span.start, passage.span.end)
    cuts |= {found.end() for found in gaps if found.end() - found.start() >= gap}
    kept = [
        cut
        for cut in sorted(cuts)
        if passage.span.start < cut < passage.span.end and not closed.holds(cut) and not _is_held(text, cut, held)
    ]
    pieces = [
        strip_span(text, Span(a, b))
        for a, b in zip([passage.span.start, *kept], [*kept, passage.span.end], strict=True)
    ]
    finer = [part for piece in pieces for part in _sentences(text, piece, closed, held)]
    return _absorb_short(text, [piece for piece in finer if len(piece)])


def _sentences(text: str, piece: Span, closed: Enclosed, held: list[int]) -> list[Span]:
    """A long piece cut at the blanks where a sentence ends, as crfcut sees it (PyThaiNLP; CRF of TED and ORCHID).

    Bare crfcut also cuts at the stops of abbreviations and before เช่น; its cuts count at blanks, outside brackets and where no word holds on.
    """
    if not LONG_PIECE < len(piece) <= LONGEST_PIECE:
        return [piece]
    blanks = (match.end() for match in _BLANK.finditer(text, piece.start, piece.end))
    listing = _LISTING.search(text, piece.start, piece.end)
    listed = listing.end() if listing else piece.end
    places = {
        at
        for at in blanks
        if at < piece.end
        and not closed.holds(at)
        and not _is_held(text, at, held)
        and not (at >= listed and _NOMINAL.match(text, at))
    }
    if not places:
        return [piece]
    cuts: list[int] = []
    at = piece.start
    for sentence in sentences(_ABBREVIATION.sub(_mask, piece.slice(text))):
        at += len(sentence)
        if at in places:
            cuts.append(at)
    return [strip_span(text, Span(a, b)) for a, b in zip([piece.start, *cuts], [*cuts, piece.end], strict=True)]


def _mask(match: re.Match[str]) -> str:
    """An abbreviation with its stops as letters of the same number, so that no sentence ends in it."""
    return match.group().replace(".", "ฯ")


def _after_blank(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isspace() or text[at - 1] in ')”"')


def _is_held(text: str, cut: int, held: list[int]) -> bool:
    """Whether the words right before the cut lead over it (`เช่น | เกิดกติกา`)."""
    at = bisect_right(held, cut) - 1
    return at >= 0 and not text[held[at] : cut].strip(" :\u00a0")


def _absorb_short(text: str, pieces: list[Span]) -> list[Span]:
    """The pieces, each too short one joined to the piece before it, or the first to the one after it."""
    kept: list[Span] = []
    size = 0  # of the last kept
    for piece in pieces:
        more = _size(text, piece)
        if kept and (more < SHORTEST_UNIT or size < SHORTEST_UNIT):
            kept[-1] = Span(kept[-1].start, piece.end)
            size += more
        else:
            kept.append(piece)
            size = more
    return kept


def _size(text: str, span: Span) -> int:
    return sum(map(len, span.slice(text).split()))
