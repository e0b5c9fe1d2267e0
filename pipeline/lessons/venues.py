"""Venues in which the work of a project was done (school, temple, market …), as its own words name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.resources import load_table
from pipeline.segment.tokens import tokens


@dataclass(frozen=True, slots=True)
class Venue:
    """A row of `data/lesson_set_venues.tsv`; its words count where the tokeniser sees whole words."""

    id: str
    name_th: str
    name_en: str
    words: tuple[str, ...]
    example: str
    counter_example: str
    source: str

    def name(self, language: str) -> str:
        """What the venue is called in a language (th or en)."""
        return self.name_th if language == "th" else self.name_en


@cache
def venues() -> tuple[Venue, ...]:
    """The venues that are known."""
    return load_table("lesson_set_venues.tsv", Venue)


@cache
def _matcher() -> PhraseMatcher:
    return PhraseMatcher(Phrase(word, venue.id) for venue in venues() for word in venue.words)


def venues_of(text: str) -> tuple[Venue, ...]:
    """The venues that `text` names, in the order of the table.

    >>> [venue.name_th for venue in venues_of("ลานวัดกับโรงเรียนติดป้าย วัดความดันทุกสัปดาห์")]
    ['โรงเรียนและศูนย์เด็กเล็ก', 'วัดและสำนักสงฆ์']
    """
    words = tokens(text)
    starts, ends = {word.start for word in words}, {word.end for word in words}
    found = {m.key for m in _matcher().find(text) if m.span.start in starts and m.span.end in ends}
    return tuple(venue for venue in venues() if venue.id in found)
