"""What a text can be found by: its words, the parts of its compounds, abbreviations, notions of the term tables, and years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import geothai

from pipeline.classify.rules import term_votes
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.extract.organisations import OrganisationRow, resolve
from pipeline.ingest.digits import thai_digits_to_arabic
from pipeline.phrases import Phrase, PhraseMatch, PhraseMatcher
from pipeline.resources import check_codes, load_table
from pipeline.segment.tokens import common_words, dictionary, tokens
from pipeline.spans import Span

WORD, PART, PAIR, SHORT, NOTION, THEME, TOPIC, YEAR, CATEGORY_OF = (
    "word",
    "part",
    "pair",
    "short",
    "notion",
    "theme",
    "topic",
    "year",
    "category",
)
# First characters of keys that are no words: none of them begins a word of the tokeniser that counts.
SIGNS = {SHORT: "§", NOTION: "~", THEME: "^", TOPIC: "#", YEAR: "@", CATEGORY_OF: "&"}
BUDDHIST = 543
_YEAR = re.compile(r"(?<![0-9.,])(2[45][0-9]{2}|19[89][0-9]|20[0-9]{2})(?![0-9,])(?!\s*(?:คน|บาท|ครั้ง|ราย|หลัง))")
_CONSONANTS = re.compile("[ก-ฮ.]+")
_VISIBLE = re.compile("[ก-ฮ0-9A-Za-z]")
# A compound is split into words of the dictionary that are no shorter: two letters are nearly always a fragment.
_SHORTEST_PART = 3
_LONGEST_COMPOUND = 40
_FRAGMENT = "fragment"  # role of a row
_COMMON = 6_000  # words of the Thai National Corpus that may be parts


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of `data/search_abbreviations.tsv`: the written forms of one name, the abbreviation first."""

    id: str
    forms: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class WordRow:
    """A row of `data/search_words.tsv`: words of a query that are not sought themselves."""

    id: str
    role: str  # "", a category code, or "fragment"
    words: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Term:
    """Something that a text can be found by, and where it stands in it.

    `key` is what an index holds: the folded word, or a sign and a code. `kind` is one of the constants of this module.
    """

    key: str
    kind: str
    span: Span


def folded(text: str) -> str:
    """`text` in lower case with Arabic digits, as many characters as before.

    >>> folded("ปี ๒๕๖๖ PM2.5")
    'ปี 2566 pm2.5'
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)  # İ would become two characters
    return thai_digits_to_arabic(lower)


def word_key(word: str) -> str:
    """The key of a word: folded, without stops and blanks of abbreviations; "" for what is no word. Decimal points stay.

    >>> word_key("รพ.สต."), word_key("2.5"), word_key("…")
    ('รพสต', '2.5', '')
    """
    key = folded(word).strip(" \t\n\u00a0\u200bๆฯ.")
    if not _VISIBLE.search(key) or (len(key) == 1 and not key.isdigit()):  # one letter: a fragment
        return ""
    return re.sub(r"(?<![0-9])\.|\.(?![0-9])", "", key).replace(" ", "")


def find_terms(text: str) -> tuple[Term, ...]:
    """All terms of `text`, in order of their place; spans are half-open code points of `text`.

    >>> sorted({t.key for t in find_terms("รพ.สต.แจกบุหรี่") if t.kind in ("word", "short", "topic")})
    ['#tobacco', '§รพสต', 'บุหรี่', 'รพสต', 'แจก']
    """
    pieces = tokens(text)
    found = [*_words(text, pieces), *_shorts(text, pieces), *_notions(text), *_years(text)]
    return tuple(sorted(found, key=lambda term: (term.span, term.kind, term.key)))


def _words(text: str, pieces: tuple[Span, ...]) -> Iterator[Term]:
    """Words, the parts of compounds, and pairs of neighbours that only blanks divide."""
    before: Term | None = None
    for piece in pieces:
        key = word_key(piece.slice(text))
        if not key:
            if piece.slice(text).strip(" \u00a0\u200b"):
                before = None
            continue
        word = Term(key, WORD, piece)
        yield word
        for part in compound_parts(key) if len(key) == len(piece) else ():
            yield Term(part.slice(key), PART, part.shift(piece.start))
        if before is not None:
            yield Term(f"{before.key} {key}", PAIR, Span(before.span.start, piece.end))
        before = word


@lru_cache(maxsize=100_000)
def compound_parts(word: str) -> tuple[Span, ...]:
    """The places of the dictionary words that make up a compound, () when it is none or a place name.

    >>> [p.slice("ธนาคารขยะ") for p in compound_parts("ธนาคารขยะ")]
    ['ธนาคาร', 'ขยะ']
    >>> compound_parts("สุราษฎร์ธานี")
    ()
    """
    if not 2 * _SHORTEST_PART <= len(word) <= _LONGEST_COMPOUND or word in place_names():
        return ()
    known = _parts_known()
    # Fewest parts; of these the one whose first parts are longest, as the tokeniser would have it.
    best: list[tuple[Span, ...] | None] = [None] * len(word) + [()]
    for start in range(len(word) - _SHORTEST_PART, -1, -1):
        for end in range(len(word), start + _SHORTEST_PART - 1, -1):
            rest = best[end]
            if rest is None or (start == 0 and end == len(word)) or word[start:end] not in known:
                continue
            here = best[start]
            if here is None or len(rest) + 1 < len(here):
                best[start] = (Span(start, end), *rest)
    return best[0] or ()


@cache
def _parts_known() -> frozenset[str]:
    """Words that a compound may be made of: frequent ones, as the dictionary also has fragments (ประ, อุป)."""
    rows = load_table("search_words.tsv", WordRow)
    no_part = {word for row in rows if row.role == _FRAGMENT for word in row.words} | set(unsought())
    return frozenset(word for word in common_words(_COMMON) if word in dictionary() and word not in no_part)


@cache
def place_names() -> frozenset[str]:
    """The names of provinces and districts, folded: what stands inside one is not a word."""
    provinces = geothai.provinces()
    districts = [district.name_th for province in provinces for district in geothai.districts(province.code)]
    return frozenset(folded(name) for name in [*(province.name_th for province in provinces), *districts])


@cache
def _form_groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(key, forms) of every name with several written forms: the rows of this table, joined with those of the organisations."""
    groups: dict[str, list[str]] = {}
    of_form: dict[str, str] = {}
    for row in load_table("search_abbreviations.tsv", FormRow):
        key = word_key(row.forms[0])
        groups[key] = list(row.forms)
        of_form.update({word_key(form): key for form in row.forms if _CONSONANTS.fullmatch(form)})
    for organisation in load_table("organisations.tsv", OrganisationRow):
        bare = word_key(organisation.form)
        # A second sense, chosen by its context, is another name.
        key = f"{bare}:{organisation.id}" if organisation.context else of_form.get(bare, bare)
        groups.setdefault(key, []).extend([organisation.form, organisation.name])
    return tuple((key, tuple(dict.fromkeys(forms))) for key, forms in groups.items())


@cache
def form_words() -> frozenset[str]:
    """All written forms of the names that have several."""
    return frozenset(form for _, forms in _form_groups() for form in forms)


@cache
def _form_matcher() -> PhraseMatcher:
    """All written forms at once, abbreviations with and without their stops; keys: the keys of the groups."""
    phrases = []
    for key, forms in _form_groups():
        for form in forms:
            phrases.append(Phrase(form, key, spaces=len(form) >= 6))
            if _CONSONANTS.fullmatch(form):
                phrases.append(Phrase(form.replace(".", ""), key, spaces=False))
                phrases.append(Phrase(form.rstrip("."), key, spaces=False))
    return PhraseMatcher(phrases)


@cache
def _short_words() -> frozenset[str]:
    """Forms of consonants alone that are written without a stop: words, not abbreviations."""
    return frozenset(f for _, forms in _form_groups() for f in forms if _CONSONANTS.fullmatch(f) and "." not in f)


@cache
def _senses() -> frozenset[str]:
    """Keys of abbreviations that stand for one of several names."""
    second = {key for key, _ in _form_groups() if ":" in key}
    return frozenset(second | {key.partition(":")[0] for key in second})


def _shorts(text: str, pieces: tuple[Span, ...]) -> Iterator[Term]:
    """The names that have several written forms, by any of them."""
    cuts = {0, *(piece.end for piece in pieces)}
    for match in _form_matcher().find(text):
        if _stands(text, match, cuts) and _is_sense(text, match):
            yield Term(SIGNS[SHORT] + match.key, SHORT, match.span)


def _stands(text: str, match: PhraseMatch, cuts: set[int]) -> bool:
    """Whether the form is there as a word: one of consonants alone may be letters of another word."""
    if not _CONSONANTS.fullmatch(match.phrase):
        return True
    start, end = match.span.start, match.span.end
    stop = text[end - 1] == "." or text[end : end + 1] == "."
    glued_left = start > 0 and (_is_letter(text[start - 1]) or text[start - 1] == ".")
    glued_right = not stop and _is_letter(text[end : end + 1])
    if not glued_left and not glued_right:
        return True
    bare = match.phrase.replace(".", "")
    # Two letters in the middle of letters are an abbreviation only with their stop, or when the table has them as a word (งบ).
    known = len(bare) > 2 or bare in _short_words() or (stop and not glued_right)
    return known and start in cuts and (not glued_right or end in cuts)


def _is_letter(character: str) -> bool:
    return bool(character) and ("ก" <= character <= "\u0e4e" or (character.isascii() and character.isalpha()))


def _is_sense(text: str, match: PhraseMatch) -> bool:
    """Whether an abbreviation of several senses has this one here; a full name has but one."""
    if match.key not in _senses() or not _CONSONANTS.fullmatch(match.phrase):
        return True
    row = resolve(match.phrase, text)
    wanted = match.key.partition(":")[2]
    return row is None or (row.id == wanted if wanted else not row.context)


def _notions(text: str) -> Iterator[Term]:
    """The notions of the issues and of the themes (all spellings of one row are one), and the issue that they speak for."""
    for scheme in (ISSUE, SDH):
        for vote in term_votes(text, scheme):
            if vote.span is None:
                continue
            kind = NOTION if scheme == ISSUE else THEME
            yield Term(SIGNS[kind] + vote.rule, kind, vote.span)
            if scheme == ISSUE:
                yield Term(SIGNS[TOPIC] + vote.label, TOPIC, vote.span)


def _years(text: str) -> Iterator[Term]:
    """Years of either era, as Christian years.

    >>> [t.key for t in find_terms("พ.ศ. ๒๕๖๖ และ 2023 คน") if t.kind == "year"]
    ['@2023']
    """
    for match in _YEAR.finditer(folded(text)):
        year = int(match.group())
        yield Term(SIGNS[YEAR] + str(year - BUDDHIST if year > 2400 else year), YEAR, Span(*match.span()))


@cache
def unsought() -> dict[str, str]:
    """The words of a query that are not sought themselves, by key, with the category that they ask for ("" for none).

    Raises ResourceError for an unknown category.

    >>> unsought()["อย่างไร"], unsought()["อุปสรรค"] in codes(CATEGORY)
    ('', True)
    """
    rows = [row for row in load_table("search_words.tsv", WordRow) if row.role != _FRAGMENT]
    known = frozenset(codes(CATEGORY))
    check_codes({row.id: row.role for row in rows if row.role}, known, where="search_words.tsv")
    return {word_key(word): row.role for row in rows for word in row.words}
