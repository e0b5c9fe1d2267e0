"""Organisations: abbreviations resolved by context, and names written in full."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pythainlp.corpus.common import thai_words

from pipeline.extract.areas import register
from pipeline.extract.boundaries import Cover, begins_word, is_cut, is_thai, line_around
from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.records import Fact
from pipeline.resources import load_table
from pipeline.segment.tokens import tokens
from pipeline.spans import Span, strip_span

_ZONE_NUMBER = re.compile(r"\s?(?:ที่\s?)?\d{1,2}(?!\d)")
LONGEST = 120  # characters of a name
_END = re.compile(r"[\n\t|,;:•()\[\]“”\"]|  | [/-] |ฯลฯ|\.{2,}|\d")


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A row of `data/organisations.tsv`."""

    id: str
    form: str
    name: str
    context: tuple[str, ...]
    group: bool
    example: str
    counter_example: str
    source: str

    @property
    def value(self) -> str:
        """The name with its abbreviation, as facts hold it."""
        return f"{self.name} ({self.form})"


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A row of `data/organisations_heads.tsv`."""

    id: str
    head: str
    not_before: tuple[str, ...]
    needs: tuple[str, ...]  # what must follow; @ for a place of the register; empty: anything
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class NameRow:
    """A row of `data/organisations_names.tsv`."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class StopRow:
    """A row of `data/organisations_stops.tsv`."""

    id: str
    word: str
    source: str


def find_organisations(text: str) -> tuple[Fact, ...]:
    """The organisations that `text` names, in order; value is `name (abbreviation)` where the abbreviation is known.

    >>> [f.value for f in find_organisations("ร่วมกับ สสส และสมาคมคนรักสุขภาพระนอง  โดยกลไก")]
    ['สำนักงานกองทุนสนับสนุนการสร้างเสริมสุขภาพ (สสส.)', 'สมาคมคนรักสุขภาพระนอง']
    """
    full = _known_names(text)
    full.extend(_full_names(text, Cover(len(text), (f.span for f in full))))
    taken = Cover(len(text), (f.span for f in full))
    short = [f for f in _abbreviations(text) if not taken.touches(f.span)]
    return tuple(sorted([*full, *short], key=lambda f: f.span))


@cache
def _rows() -> tuple[OrganisationRow, ...]:
    return load_table("organisations.tsv", OrganisationRow)


@cache
def _abbreviation_pattern() -> re.Pattern[str]:
    forms = sorted({row.form for row in _rows()}, key=lambda f: (-len(f), f))
    parts = []
    for form in forms:
        letters = [re.escape(c) for c in form if c not in ". "]
        parts.append(r"\.?[ ]?".join(letters) if " " in form else r"\.?".join(letters))
    return re.compile(rf"(?P<form>{'|'.join(parts)})(?P<stop>\.?)")


def _abbreviations(text: str) -> list[Fact]:
    """Abbreviations that touch no letter on their left and, without a last stop, none on their right."""
    found = []
    for match in _abbreviation_pattern().finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if _touches(before) or (before == "." and _touches(text[start - 2 : start - 1])):
            continue
        if not match["stop"] and (_touches(after)):
            continue
        if match["stop"] and re.match(r"[ก-ฮ]\.", text[end : end + 2]):  # ม.อ.ก.: another abbreviation
            continue
        row = resolve(match.group(), text)
        if row is not None:
            found.append(Fact("organisation", row.value, "", Span(start, end)))
    return found


def _touches(character: str) -> bool:
    return bool(character) and (is_thai(character) or (character.isascii() and character.isalnum()))


def resolve(form: str, text: str = "") -> OrganisationRow | None:
    """The organisation that an abbreviation stands for in `text`; None for an unknown one.

    >>> resolve("สช", "สมัชชาสุขภาพ").name, resolve("สช.", "โรงเรียนเอกชนในสังกัด").name
    ('สำนักงานคณะกรรมการสุขภาพแห่งชาติ', 'สำนักงานคณะกรรมการส่งเสริมการศึกษาเอกชน')
    """
    rows = _by_form().get(_bare(form), ())
    chosen = [row for row in rows if any(word in text for word in row.context)]
    plain = [row for row in rows if not row.context]
    return next(iter(chosen or plain), None)


@cache
def _by_form() -> dict[str, list[OrganisationRow]]:
    """Rows by their abbreviation without stops and blanks, in order."""
    found: dict[str, list[OrganisationRow]] = defaultdict(list)
    for row in _rows():
        found[_bare(row.form)].append(row)
    return dict(found)


def _bare(form: str) -> str:
    return re.sub(r"[. ]", "", form)


@cache
def _head_pattern() -> re.Pattern[str]:
    rows = sorted(load_table("organisations_heads.tsv", HeadRow), key=lambda r: (-len(r.head), r.head))
    parts = []
    for row in rows:
        forbidden = "".join(f"(?!{re.escape(word)})" for word in row.not_before)
        parts.append(re.escape(row.head) + forbidden)
    return re.compile("|".join(parts))


@cache
def _stops() -> frozenset[str]:
    return frozenset(row.word for row in load_table("organisations_stops.tsv", StopRow))


@cache
def _name_matcher() -> PhraseMatcher:
    names = {row.name for row in _rows() if not row.group}
    names |= {row.name for row in load_table("organisations_names.tsv", NameRow)}
    return PhraseMatcher(Phrase(name, key=name) for name in sorted(names))


def _known_names(text: str) -> list[Fact]:
    """The names of the tables, written in full, with the zone or abbreviation behind them."""
    found = []
    for match in _name_matcher().find(text):
        zone = re.compile(r"\s{0,2}เขต\s{0,2}(?:ที่\s?)?\d{1,2}(?!\d)").match(text, match.span.end)
        value, span = _with_abbreviation(text, Span(match.span.start, zone.end() if zone else match.span.end))
        found.append(Fact("organisation", value, "", span))
    return found


def _full_names(text: str, taken: Cover) -> list[Fact]:
    """Names that begin with a head word, up to the mark, gap or stop word that ends them."""
    found: list[Fact] = []
    for match in _head_pattern().finditer(text):
        start = match.start()
        if (found and start < found[-1].span.end) or not _has_need(text, match) or not begins_word(text, start):
            continue
        span = _name_span(text, start, match.end())
        if span is None or taken.touches(span):
            continue
        value, span = _with_abbreviation(text, span)
        found.append(Fact("organisation", value, "", span))
    return found


@cache
def _heads() -> dict[str, HeadRow]:
    return {row.head: row for row in load_table("organisations_heads.tsv", HeadRow)}


def _has_need(text: str, match: re.Match[str]) -> bool:
    """Whether what must follow the head follows it."""
    needs = _heads()[match.group()].needs
    if not needs:
        return True
    at = match.end() + (text[match.end() : match.end() + 1] == " ")
    if text.startswith(tuple(n for n in needs if n != "@"), at):
        return True
    return "@" in needs and _place_end(text, at) > at


def _place_end(text: str, at: int) -> int:
    """The end of the longest name of a place that stands at `at`; `at` where none does."""
    names = register().codes
    for length in range(24, 2, -1):
        name = text[at : at + length]
        if is_cut(text, at + length) and any(name in names[level] for level in names):
            end = at + len(name)
            ordinary = name in thai_words() and (is_thai(text[end : end + 1] or " ") or text[at - 1 : at] == " ")
            return at if ordinary else end
    return at


def _name_span(text: str, start: int, head_end: int) -> Span | None:
    """The place of the name that begins at `start`; None for a head word alone."""
    _, line_end = line_around(text, start)
    limit = min(line_end, start + LONGEST)
    if mark := _END.search(text, head_end, limit):
        limit = mark.start()
    end = head_end
    heads = _head_pattern()
    if "@" in _heads()[text[start:head_end]].needs:
        at = head_end + (text[head_end : head_end + 1] == " ")
        if (place := _place_end(text, at)) > at:
            return Span(start, place)
    for token in tokens(text[head_end:limit]):
        word = token.slice(text[head_end:limit])
        at = head_end + token.start
        if word in _stops() or (at > head_end and _starts_another(text, at, heads)):
            break
        if word.isspace() and not _goes_on(text, at + len(word), limit):
            break
        end = head_end + token.end
    while (tail := re.search(r"(?:และ|หรือ|/|ฯ)$", text[start:end].rstrip())) is not None:
        end = start + tail.start()
    if text[start:end].endswith("เขต") and (zone := _ZONE_NUMBER.match(text, end)):
        end = zone.end()
    span = strip_span(text, Span(start, end), also="-–.")
    return span if span.end >= head_end + 3 else None


def _starts_another(text: str, at: int, heads: re.Pattern[str]) -> bool:
    """Whether another organisation begins at `at`, behind และ or a blank."""
    return heads.match(text, at) is not None and text[max(0, at - 8) : at].rstrip().endswith(("และ", "หรือ"))


def _goes_on(text: str, at: int, limit: int) -> bool:
    """Whether a name goes on behind a blank: another head (มหาวิทยาลัย…), a place, a zone, Latin words."""
    rest = text[at:limit]
    return bool(re.match(r"มหาวิทยาลัย|จังหวัด|จ\.|อำเภอ|อ\.|ตำบล|ต\.|เขต\s?\d|[A-Za-z]{2}", rest))


def _with_abbreviation(text: str, span: Span) -> tuple[str, Span]:
    """The value of a full name; `name (abbr.)` where its abbreviation stands behind it in brackets."""
    name = re.sub(r"\s+", " ", span.slice(text))
    behind = re.compile(r"\s?\(\s*([^()\n]{2,25}?)\s*\)").match(text, span.end)
    if behind is not None:
        row = resolve(behind[1], text)
        if row is not None:
            return row.value, Span(span.start, behind.end())
        if re.fullmatch(r"[ก-ฮ.\s]{2,15}|[A-Z]{2,10}", behind[1]):
            return f"{name} ({behind[1]})", Span(span.start, behind.end())
    return canonical(name), span


@cache
def _by_name() -> dict[str, OrganisationRow]:
    """Rows by name without blanks; of doubled names the longest abbreviation."""
    return {_squeeze(r.name): r for r in sorted(_rows(), key=lambda r: len(r.form)) if not r.group}


def _squeeze(name: str) -> str:
    return re.sub(r"\s", "", name)


def canonical(name: str) -> str:
    """The name as facts hold it: with its abbreviation where the table knows it.

    >>> canonical("สถาบันนโยบายสาธารณะมหาวิทยาลัยสงขลานครินทร์")
    'สถาบันนโยบายสาธารณะ มหาวิทยาลัยสงขลานครินทร์ (สนส. ม.อ.)'
    """
    zone = re.search(r"\s*เขต\s?\d{1,2}$", name)
    row = _by_name().get(_squeeze(name[: zone.start()] if zone else name))
    if row is None:
        return name
    return f"{row.value} {zone.group().strip()}" if zone else row.value


def organisation_values(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The values of the organisations among `facts`, each once, in order."""
    return tuple(dict.fromkeys(f.value for f in facts if f.kind == "organisation"))
