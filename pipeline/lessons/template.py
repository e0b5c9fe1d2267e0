"""The template of a lesson set as data: its parts with their names, and the sentences of the first draft, in Thai and English."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.classify.taxonomy import CATEGORY, codes
from pipeline.errors import ResourceError, UsageError
from pipeline.resources import check_codes, load_table

LANGUAGES = ("th", "en")
BE_MINUS_CE = 543


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of `data/lesson_set_template.tsv`; see the head of that file."""

    id: str
    name_th: str
    name_en: str
    help_th: str
    help_en: str
    draft: tuple[str, ...]
    may_cite: tuple[str, ...]
    cited: bool
    source: str

    def name(self, language: str) -> str:
        """What the part is called in a language (th or en)."""
        return self.name_th if language == "th" else self.name_en

    def help(self, language: str) -> str:
        """One line that says what the part holds."""
        return self.help_th if language == "th" else self.help_en


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A row of `data/lesson_set_sentences.tsv`: a sentence with places for what was counted."""

    id: str
    th: str
    en: str


@cache
def template() -> tuple[PartRow, ...]:
    """The parts of a lesson set in their order.

    Raises ResourceError for an unknown category, and for a part that may not cite what its draft is made of.

    >>> [part.id for part in template()]
    ['question', 'works', 'hinders', 'conditions', 'try', 'evidence', 'who', 'limits']
    """
    rows = load_table("lesson_set_template.tsv", PartRow)
    known = frozenset(codes(CATEGORY))
    for row in rows:
        cited = {f"{row.id}, {code}": code for code in (*row.draft, *row.may_cite)}
        check_codes(cited, known, where="lesson_set_template.tsv")
        if row.may_cite and not set(row.draft) <= set(row.may_cite):
            raise ResourceError(f"lesson_set_template.tsv, row {row.id}: draft is not in may_cite.", "Mend the row.")
    return rows


def part_row(role: str) -> PartRow:
    """The part called `role`. Raises UsageError for an unknown one.

    >>> part_row("hinders").name("th")
    'อะไรเป็นอุปสรรค'
    """
    rows = {row.id: row for row in template()}
    if role not in rows:
        raise UsageError(f"ไม่มีส่วน {role!r} ในแม่แบบชุดบทเรียน", f"เลือกจาก {', '.join(rows)}")
    return rows[role]


@cache
def _sentences() -> dict[str, SentenceRow]:
    return {row.id: row for row in load_table("lesson_set_sentences.tsv", SentenceRow)}


def sentence(name: str, language: str, **values: object) -> str:
    """The sentence `name` in a language, filled with `values`. Raises KeyError for a name or value that is not there.

    >>> sentence("year", "th", year=2566)
    'พ.ศ. 2566'
    """
    row = _sentences()[name]
    return (row.th if language == "th" else row.en).format(**values)


def has_sentence(name: str) -> bool:
    """Whether there is a sentence of this name."""
    return name in _sentences()
