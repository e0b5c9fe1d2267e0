"""What the user is told of damaged Thai, in plain Thai: what is wrong, where, and what to do. The words are data/damage_notes.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.records import NormalText, Problem
from pipeline.resources import load_table

NAMED_PLACES = 10


@dataclass(frozen=True, slots=True)
class DamageNote:
    """A kind of damage as the user is told of it; `severity` is lost, guess or left."""

    id: str
    severity: str
    reason: str
    remedy: str
    source: str

    def __post_init__(self) -> None:
        if self.severity not in {"lost", "guess", "left"}:
            raise ValueError(f"severity {self.severity!r} is none of lost, guess, left")


@cache
def _notes() -> dict[str, DamageNote]:
    return {row.id: row for row in load_table("damage_notes.tsv", DamageNote)}


def damage_problems(source: str, normal: NormalText) -> tuple[Problem, ...]:
    """A problem for each kind of damage in a report, with the pages or lines where it is; none for a sound text.

    >>> from pipeline.spans import MappedText
    >>> normal = NormalText(MappedText.identity(""), (), notes=(("guessed", "page=2"), ("guessed", "page=3")))
    >>> [problem.reason for problem in damage_problems("a.pdf", normal)]
    ['คำที่วรรณยุกต์ การันต์ หรือสระอำหายหรือเลื่อน ซ่อมด้วยพจนานุกรมแล้ว (page=2, page=3) บางคำอาจซ่อมผิด']
    """
    places: dict[str, list[str]] = {}
    for kind, place in dict.fromkeys(normal.notes):
        places.setdefault(kind, []).append(place)
    return tuple(
        Problem(source, "normalise", note.reason.replace("{places}", _named(places[note.id])), note.remedy)
        for note in _notes().values()
        if note.id in places
    )


def _named(places: list[str]) -> str:
    """The first places, and how many more there are."""
    more = len(places) - NAMED_PLACES
    return ", ".join(places[:NAMED_PLACES]) + (f" และอีก {more} แห่ง" if more > 0 else "")
