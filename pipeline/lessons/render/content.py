"""What a lesson set says, ready to be set out: names for codes, places in words, visible text. Every format is made from this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.lessons.citations import find_words, project_label
from pipeline.lessons.lesson_set import Citation, Claim, LessonSet, Part, Scope
from pipeline.lessons.render.clean import one_line, visible
from pipeline.lessons.render.places import area_words, place_words, year_words
from pipeline.lessons.render.words import ENGLISH, THAI, Words
from pipeline.lessons.template import template

_SHORT = 12  # characters of a hash that a person compares
_RUN = 4  # keys in a row that are read as one
_CITED = re.compile(r"\[([^\[\]]{1,200})\]")


@dataclass(frozen=True, slots=True)
class Named:
    """A code and its name in the language of the set."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A citation in words. Texts are visible (clean.py); "" where the report is silent."""

    number: int  # from 1, in the curator's order
    key: str
    quote: str
    raw_quote: str  # "" when the source spells it like the quote
    file: str
    place: str
    find: str  # words to type into the search window of any program
    characters: str  # "ตัวอักษรที่ 474–606" of sources that are text, else ""
    category: Named
    issues: tuple[Named, ...]
    themes: tuple[Named, ...]
    section: str
    project: str
    project_code: str
    organisation: str
    year: str
    area: str
    province: str
    district: str
    subdistrict: str
    confidence: float
    report_id: str
    lesson_id: str
    source_sha256: str

    @property
    def anchor(self) -> str:
        """The name of its place in a file: Latin letters and digits."""
        return f"evidence_{self.number}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a claim: text, or a key that it cites (`evidence` None where the set has no such key)."""

    text: str
    is_key: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim in pieces: its words, and each key that it cites where it cites it."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Its words alone."""
        return "".join(piece.text for piece in self.pieces if not piece.is_key).strip()

    @property
    def marked(self) -> str:
        """Its words with the keys in brackets where they are cited."""
        said = ""
        for piece in self.read:
            gap = " " if piece.is_key and said and not said.endswith((" ", "\n")) else ""
            said += f"{gap}[{piece.text}]" if piece.is_key else piece.text
        return said.strip()

    @property
    def read(self) -> tuple[Piece, ...]:
        """Its pieces as people read them: keys that follow each other are one piece, L1–L9, that leads to the first."""
        pieces: list[Piece] = []
        run: list[Piece] = []
        for piece in (*self.pieces, Piece("")):
            if run and piece.evidence and run[-1].evidence and piece.evidence.number == run[-1].evidence.number + 1:
                run.append(piece)
                continue
            pieces += [Piece(f"{run[0].text}–{run[-1].text}", True, run[0].evidence)] if len(run) >= _RUN else run
            run = [piece] if piece.evidence else []
            pieces += [piece] if piece.text and not piece.evidence else []
        return tuple(pieces)

    @property
    def keys(self) -> tuple[Piece, ...]:
        """Its keys alone."""
        return tuple(piece for piece in self.pieces if piece.is_key)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the set with its title."""

    role: str
    title: str
    about: str  # one line on what the part holds
    statements: tuple[Statement, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A report that is cited, with the keys that cite it."""

    file: str
    report_id: str
    sha256: str
    project: str
    organisation: str
    year: str
    area: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """A lesson set in words."""

    name: str
    title: str
    question: str
    language: str
    words: Words
    about: tuple[tuple[str, str], ...]  # label and value: question, scope, counts, version, dataset
    chapters: tuple[Chapter, ...]
    evidence: tuple[Evidence, ...]
    sources: tuple[SourceFile, ...]


def content(lesson_set: LessonSet) -> Content:
    """The set in words. Keys that stand in a claim as [L1] are cited there, the others at its end."""
    words = Words(ENGLISH if lesson_set.language == ENGLISH else THAI)
    evidence = tuple(_evidence(citation, n, words) for n, citation in enumerate(lesson_set.citations, 1))
    by_key: dict[str, Evidence] = {}
    for one in evidence:
        by_key.setdefault(one.key, one)
    sources = source_files(evidence)
    return Content(
        name=lesson_set.name,
        title=one_line(lesson_set.title) or one_line(lesson_set.name),
        question=one_line(lesson_set.scope.query),
        language=words.language,
        words=words,
        about=_about(lesson_set, evidence, sources, words),
        chapters=tuple(_chapter(part, by_key, words) for part in lesson_set.parts),
        evidence=evidence,
        sources=sources,
    )


def name_of(scheme: str, code: str, words: Words) -> Named:
    """The code with its name; an unknown code, of another taxonomy, is its own name."""
    for concept in load(scheme).concepts:
        if concept.id == code:
            return Named(code, concept.name_en if words.language == ENGLISH else concept.name_th)
    return Named(one_line(code), one_line(code))


def names_of(scheme: str, codes: Iterable[str], words: Words) -> tuple[Named, ...]:
    """The codes with their names, in their order."""
    return tuple(name_of(scheme, code, words) for code in codes)


def joined(named: Sequence[Named]) -> str:
    """The names in a row."""
    return ", ".join(one.name for one in named)


def source_files(evidence: Iterable[Evidence]) -> tuple[SourceFile, ...]:
    """The reports that the evidence stands in, by file name, each with its keys."""
    grouped: dict[tuple[str, str], list[Evidence]] = {}
    for one in evidence:
        grouped.setdefault((one.file, one.report_id), []).append(one)
    return tuple(
        SourceFile(
            file=file,
            report_id=report,
            sha256=group[0].source_sha256,
            project=_first(one.project for one in group),
            organisation=_first(one.organisation for one in group),
            year=_first(one.year for one in group),
            area=_first(one.area for one in group),
            keys=tuple(one.key for one in group),
        )
        for (file, report), group in sorted(grouped.items())
    )


def _first(texts: Iterable[str]) -> str:
    """The first text that is not empty."""
    return next((text for text in texts if text), "")


def _evidence(citation: Citation, number: int, words: Words) -> Evidence:
    """A citation in words."""
    quote, raw = visible(citation.quote).strip(), visible(citation.raw_quote).strip()
    start, end = citation.raw_start, citation.raw_end
    return Evidence(
        number=number,
        key=one_line(citation.key),
        quote=quote,
        raw_quote="" if raw.split() == quote.split() else raw,
        file=one_line(citation.source),
        place=place_words(citation.locator, words) or words("no_place"),
        find=one_line(find_words(citation)),
        characters="" if start is None or end is None else words("characters", start + 1, end),
        category=name_of(CATEGORY, citation.category, words),
        issues=names_of(ISSUE, citation.issues, words),
        themes=names_of(SDH, citation.sdh, words),
        section=one_line(citation.section),
        project=one_line(project_label(citation)),
        project_code=one_line(citation.project_code),
        organisation=one_line(citation.organisation),
        year=year_words(citation.year_ce, words),
        area=area_words(citation, words),
        province=one_line(citation.province),
        district=one_line(citation.district),
        subdistrict=one_line(citation.subdistrict),
        confidence=citation.confidence,
        report_id=one_line(citation.report_id),
        lesson_id=one_line(citation.lesson_id),
        source_sha256=one_line(citation.source_sha256),
    )


def _chapter(part: Part, by_key: dict[str, Evidence], words: Words) -> Chapter:
    """A part in words."""
    statements = tuple(_statement(claim, by_key) for claim in part.claims)
    row = next((row for row in template() if row.id == part.role), None)
    title, about = (row.name(words.language), row.help(words.language)) if row else (one_line(part.role), "")
    return Chapter(part.role, title, about, statements, visible(part.note).strip())


def _statement(claim: Claim, by_key: dict[str, Evidence]) -> Statement:
    """A claim in pieces. Only what names keys of the claim or of the set is a key; other brackets are text."""
    text = visible(claim.text).strip()
    cites = [one_line(key) for key in claim.cites]
    pieces: list[Piece] = []
    seen: set[str] = set()
    at = 0
    for match in _CITED.finditer(text):
        keys = [key.strip() for key in match[1].split(",")]
        if not all(key in by_key or key in cites for key in keys):
            continue
        pieces.append(Piece(text[at : match.start()]))
        pieces += [Piece(key, True, by_key.get(key)) for key in keys]
        seen.update(keys)
        at = match.end()
    if text[at:].strip():
        pieces.append(Piece(text[at:]))
    pieces += [Piece(key, True, by_key.get(key)) for key in dict.fromkeys(cites) if key not in seen]
    return Statement(tuple(piece for piece in pieces if piece.text))


def _about(
    lesson_set: LessonSet, evidence: Sequence[Evidence], sources: Sequence[SourceFile], words: Words
) -> tuple[tuple[str, str], ...]:
    """What stands below the title: label and value, without a date."""
    version = [words("version", lesson_set.version)]
    frozen = one_line(lesson_set.frozen)
    version.append(words("frozen", frozen[:_SHORT]) if frozen else words("draft"))
    if lesson_set.public:
        version.append(words("public"))
    rows = [
        (words("question"), one_line(lesson_set.scope.query)),
        (words("scope"), scope_words(lesson_set.scope, words)),
        (words("cites"), counts_words(evidence, sources, words)),
        (words("edition"), " · ".join(version)),
        (words("data"), words("dataset", one_line(lesson_set.dataset_fingerprint)[:_SHORT])),
    ]
    return tuple((label, value) for label, value in rows if value)


def counts_words(evidence: Sequence[Evidence], sources: Sequence[SourceFile], words: Words) -> str:
    """How many quotes from how many reports, provinces and years."""
    counted = [words("counted", len(evidence), len(sources))]
    provinces = {one.province for one in evidence if one.province}
    years = sorted({one.year for one in evidence if one.year})
    if provinces:
        counted.append(words("counted_provinces", len(provinces)))
    if years:
        counted.append(words("counted_years", "–".join(dict.fromkeys((years[0], years[-1])))))
    return " ".join(counted)


def scope_words(scope: Scope, words: Words) -> str:
    """The filters of the query in words; "" when it has none."""
    years = sorted(scope.years_ce)
    filters = [
        (words("category"), joined(names_of(CATEGORY, scope.categories, words))),
        (words("issues"), joined(names_of(ISSUE, scope.issues, words))),
        (words("themes"), joined(names_of(SDH, scope.sdh, words))),
        (words("province"), ", ".join(one_line(name) for name in scope.provinces)),
        (words("year"), ", ".join(year_words(year, words) for year in years)),
    ]
    said = [f"{label}: {value}" for label, value in filters if value]
    if scope.least_confidence > 0:
        said.append(words("scope_confidence", f"{scope.least_confidence:.2f}"))
    return " · ".join(said)
