"""The term tables of the rules, checked, and the matchers built from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import geothai

from pipeline.classify import taxonomy
from pipeline.errors import ResourceError
from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.resources import check_codes

STRENGTHS = ("strong", "weak", "context")
TABLES = {taxonomy.ISSUE: "terms_issues.tsv", taxonomy.SDH: "terms_sdh.tsv"}
EXCEPTIONS = "exceptions_terms.tsv"
HIDES = "!"  # first character of the key of an exception: no row id starts so
# Shorter phrases are not read over blanks: two short words side by side are two words ("ยา บ้าน").
TEARABLE = 6


@dataclass(frozen=True, slots=True)
class Term:
    """A notion that speaks for a code, with all its spellings."""

    id: str
    code: str
    strength: str  # strong, weak, context
    terms: tuple[str, ...]
    token_terms: tuple[str, ...]  # spellings that must also fall on token boundaries
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        """Refuses an unknown strength and a notion without words."""
        if self.strength not in STRENGTHS:
            raise ValueError(f"strength {self.strength!r} is none of {', '.join(STRENGTHS)}")
        if not self.terms + self.token_terms:
            raise ValueError("the notion has no words")


@dataclass(frozen=True, slots=True)
class Hiding:
    """Words that hide the terms of one code that they overlap: names, idioms, compounds."""

    id: str
    scheme: str
    phrases: tuple[str, ...]
    against: str  # the code whose terms they hide
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan name of the web system and the issue it stands for."""

    id: str
    plan: str
    code: str
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of the tagging rules."""

    id: str
    value: float
    why: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of `tagging.tsv`; weights, scores and thresholds 0 to 1."""

    strong: float
    weak: float
    context: float
    context_share: float
    threshold_issue: float
    threshold_sdh: float
    frame_issues: float
    frame_residue: float
    frame_item: float
    frame_score: float
    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of one scheme ready to match: the rows by id, and the phrases that ask for token boundaries."""

    rows: dict[str, Term]
    matcher: PhraseMatcher  # keys: row id; HIDES and a code for an exception, HIDES alone for a place name
    on_tokens: frozenset[tuple[str, str]]  # (row id, phrase)


@cache
def numbers(folder: Path | None = None) -> Numbers:
    """The numbers of the rules. Raises ResourceError when one is missing or unknown."""
    values = {row.id: row.value for row in taxonomy.read_rows("tagging.tsv", NumberRow, folder)}
    wanted = {field.name for field in fields(Numbers)}
    if wrong := sorted(wanted ^ set(values)):
        raise ResourceError(f"tagging.tsv: missing or unknown: {', '.join(wrong)}.", "Compare it with the one shipped.")
    return Numbers(**values)


@cache
def term_rows(scheme: str, folder: Path | None = None) -> tuple[Term, ...]:
    """The notions of a scheme.

    Raises ResourceError for an unknown code and for words that stand twice under one code.
    """
    name = TABLES[scheme]
    rows = taxonomy.read_rows(name, Term, folder)
    check_codes({row.id: row.code for row in rows}, frozenset(taxonomy.codes(scheme, folder)), where=name)
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        for phrase in row.terms + row.token_terms:
            key = (row.code, phrase.lower().replace(" ", ""))
            if key in seen:
                raise ResourceError(f"{name}, row {row.id}: {phrase!r} stands already in {seen[key]}.", "Remove one.")
            seen[key] = row.id
    return rows


@cache
def exception_rows(scheme: str, folder: Path | None = None) -> tuple[Hiding, ...]:
    """The exceptions of a scheme. Raises ResourceError for an unknown code."""
    rows = taxonomy.read_rows(EXCEPTIONS, Hiding, folder)
    mine = tuple(row for row in rows if row.scheme == scheme)
    check_codes({row.id: row.against for row in mine}, frozenset(taxonomy.codes(scheme, folder)), where=EXCEPTIONS)
    return mine


@cache
def plan_matcher(folder: Path | None = None) -> tuple[PhraseMatcher, dict[str, PlanRow]]:
    """The plan names of the web system: the matcher (keys: row id) and its rows. Raises ResourceError for an unknown code."""
    rows = {row.id: row for row in taxonomy.read_rows("issue_plans.tsv", PlanRow, folder)}
    known = frozenset(taxonomy.codes(taxonomy.ISSUE, folder))
    check_codes({row.id: row.code for row in rows.values()}, known, where="issue_plans.tsv")
    return PhraseMatcher(Phrase(row.plan, row.id) for row in rows.values()), rows


@cache
def lexicon(scheme: str, folder: Path | None = None) -> Lexicon:
    """The terms, exceptions and place names of a scheme in one automaton, so that the longest of all wins."""
    rows = term_rows(scheme, folder)
    phrases = [_phrase(text, row.id) for row in rows for text in row.terms + row.token_terms]
    hiding = [_phrase(text, HIDES + row.against) for row in exception_rows(scheme, folder) for text in row.phrases]
    places = _place_names(PhraseMatcher(Phrase(p.text, p.key, boundary=False) for p in phrases))
    hiding += [_phrase(name, HIDES) for name in places]
    on_tokens = frozenset((row.id, text) for row in rows for text in row.token_terms)
    return Lexicon({row.id: row for row in rows}, PhraseMatcher([*phrases, *hiding]), on_tokens)


def _phrase(text: str, key: str) -> Phrase:
    """`text` as a phrase, torn by single blanks only where it is long enough."""
    return Phrase(text, key, spaces=len(text) >= TEARABLE)


def _place_names(terms: PhraseMatcher) -> list[str]:
    """The names of administrative areas that hold a term.

    Provinces and districts bare and with their level word; subdistricts with it only, as 737 of them are everyday
    words (DEPENDENCIES of geothai: `และ`, `เพ`, `บก`).
    """
    names: list[str] = []
    districts = [district for province in geothai.provinces() for district in geothai.districts(province.code)]
    subdistricts = [area for district in districts for area in geothai.subdistricts(district.code)]
    for level, words, bare in (
        (geothai.provinces(), ("จ.", "จังหวัด"), True),
        (districts, ("อ.", "อำเภอ", "เขต"), True),
        (subdistricts, ("ต.", "ตำบล", "แขวง"), False),
    ):
        for name in _names_with_terms((area.name_th for area in level), terms):
            names.extend(word + name for word in words)
            if bare:
                names.append(name)
    return names


def _names_with_terms(names: Iterable[str], terms: PhraseMatcher) -> list[str]:
    """Those of `names` in which a term stands, each once, in order."""
    return [name for name in dict.fromkeys(names) if terms.find_all(name)]
