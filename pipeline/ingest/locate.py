"""Where a quote stands in a report, however damaged: the exact place, or the reason why it cannot be told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.ingest.normalise import normalise_text
from pipeline.ingest.skeleton import skeleton, skeleton_places
from pipeline.records import NormalText
from pipeline.spans import Span

# Letters below which a quote without its marks may be many a word.
LEAST_LETTERS = 8
_SPACE = re.compile(r"\s+")
_MARKS_BEHIND = re.compile(r"[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]*")


@dataclass(frozen=True, slots=True)
class Located:
    """The place of a quote in the normalised text, and how sure it is.

    `reason` is "" for the same characters (white space apart), "marks differ" where only the letters agree; without a span it says
    why: "empty", "not found", "ambiguous", "too short".
    """

    span: Span | None
    reason: str


def locate(quote: str, normal: NormalText) -> Located:
    """The one place of `quote` in the report; no place rather than a doubtful one.

    The letters must agree throughout; marks may be lost or moved, as damage does. A quote whose letters stand in several places is ambiguous,
    unless one of them alone has its marks too and the text is sound.
    """
    wanted = normalise_text(quote).text.strip()
    letters = skeleton(wanted)
    if not letters:
        return Located(None, "empty")
    found = _find_letters(letters, normal.text)
    same = [span for span in found if _bare(span.slice(normal.text)) == _bare(wanted)]
    if len(found) == 1 and same:
        return Located(found[0], "")
    if not found:
        return Located(None, "not found")
    if len(letters) < LEAST_LETTERS:
        return Located(same[0], "") if len(same) == 1 and not normal.damage else Located(None, "too short")
    if len(found) > 1:
        return Located(same[0], "") if len(same) == 1 and not normal.damage else Located(None, "ambiguous")
    return Located(found[0], "marks differ")


def _find_letters(letters: str, text: str) -> list[Span]:
    """The places where exactly these letters stand, marks of the last one included; three at most."""
    flow, places = skeleton_places(text)
    found: list[Span] = []
    at = flow.find(letters)
    while at >= 0 and len(found) < 3:
        last = places[at + len(letters) - 1] + 1
        behind = _MARKS_BEHIND.match(text, last)
        found.append(Span(places[at], behind.end() if behind else last))
        at = flow.find(letters, at + 1)
    return found


def _bare(text: str) -> str:
    """The text without white space."""
    return _SPACE.sub("", text)
