"""A lesson set (ชุดบทเรียน): what a knowledge manager chose from a dataset, in order, with notes and claims that cite it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a lesson stands: enough for a person to find it, and for a program to see whether it still stands there."""

    key: str  # what the set calls it: L1, L2 … ; claims cite it as [L1]
    lesson_id: str
    report_id: str
    source: str  # path below the folder of the reports
    source_sha256: str  # of the source when the lesson was chosen; "" when unknown
    locator: str  # page=3, slide=2, sheet=ผลลัพธ์!B7, paragraph=14; parts are joined by ;
    raw_start: int | None
    raw_end: int | None
    quote: str  # the words of the normalised text
    raw_quote: str  # the words of the source
    category: str
    issues: tuple[str, ...]
    sdh: tuple[str, ...]
    section: str
    project_name: str
    project_code: str
    organisation: str
    year_ce: int | None
    province: str
    district: str
    subdistrict: str
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the curator, or one that a count supports, and the keys of the citations that it rests on."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the template: its role (question, works, hinders, conditions, try, evidence, who, limits), claims and notes."""

    role: str
    claims: tuple[Claim, ...]
    note: str = ""  # the curator's own words


@dataclass(frozen=True, slots=True)
class Scope:
    """The query that the set answers. Empty lists do not filter."""

    query: str = ""
    categories: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    sdh: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    years_ce: tuple[int, ...] = ()
    least_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class LessonSet:
    """A lesson set: a value; every change makes a new one. Written as JSON with sorted keys, so that the same set has the same bytes."""

    name: str  # of the file, Latin or Thai letters, digits, - and _
    title: str
    language: str  # th or en
    scope: Scope
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]  # in the curator's order
    dataset_fingerprint: str  # hash over the lessons of the dataset that it was chosen from
    version: int = 1
    frozen: str = ""  # hash over the content when frozen; "" while it can change
    public: bool = False  # personal data is masked
