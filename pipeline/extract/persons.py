"""Persons and how they are reached: names behind titles and labels, telephone numbers, e-mails, LINE ids, national ids."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pythainlp.corpus.common import thai_family_names, thai_female_names, thai_male_names, thai_words

from pipeline.extract.areas import register
from pipeline.extract.boundaries import Cover, begins_word, is_cut, is_thai
from pipeline.extract.codes import arabic
from pipeline.records import Fact
from pipeline.resources import load_table
from pipeline.segment.tokens import dictionary, tokens
from pipeline.spans import Span

LONGEST_FIRST = 13  # letters of a first name; longer runs of letters are clauses
MOST_TITLES = 4  # in front of one name: ผศ. ดร. นพ. …
_WEAK = ("weak", "familiar")
THAI = "ก-ฮะ-ฺเ-ๅ็-๎"
_WORD = re.compile(rf"[{THAI}]{{2,40}}")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?:[ \u00a0][A-Z][a-z]+)?")
_BLANK = re.compile(r"[ \t\u00a0]{1,3}")
DASH = r"[-–—‐‑. ]"
_PHONE = re.compile(
    r"[+(0๐](?<![\d\-/.].)(?:(?<=\+)\s?[6๖][6๖][\s-]?(?:\([0๐]\))?|(?<=\()[0๐]|(?<=[0๐]))(?:[ ]{0,2}[-–—‐‑.)]?[ ]{0,2}\d){8,9}(?:[ ]?[-–ถ][ ]?\d{1,2}(?!\d))?(?![\d/]|[-.]\d)"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}\s?@\s?[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64}){0,6}\.[A-Za-z]{2,24}"
)
_LINE = re.compile(
    r"(?:LINE\s*(?:ID|OA)?|ไลน์\s*(?:ไอดี|ID)?|ไอดีไลน์|ID\s*LINE)\s*[:：=]?\s*(?P<id>@?[A-Za-z0-9][A-Za-z0-9._-]{2,30})"
    r"|(?<![A-Za-z0-9._%+-])(?P<at>@[A-Za-z0-9][A-Za-z0-9._-]{2,30})(?![A-Za-z0-9.]*@)",
    re.IGNORECASE,
)
_LINE_SIGN = re.compile("@|ไลน์|[Ll](?i:ine)")  # each id has one of them
_ID = re.compile(rf"\d(?<![\d-].)(?:{DASH}?\d){{12}}(?![\d]|-\d)")  # begins with what is searched for, then looks back
_ID_LABEL = re.compile(r"(?:บัตรประชาชน|บัตรประจำตัว|ประจำตัวประชาชน|เลขประจำตัว|ปชช|เลขบัตร|13 หลัก|๑๓ หลัก)[^\d\n]{0,25}$")
_COUNTED = re.compile(r"(?:[\d๐-๙]|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|หลาย)\s?$")  # 2 นาย: a classifier
_ACCOUNT = re.compile(r"(?:เลขที่บัญชี|บัญชี|เลขทะเบียน|ISBN|หมายเลขบันทึก|รหัส)[^\d\n]{0,12}$")


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A row of `data/persons_titles.tsv`."""

    id: str
    title: str
    kind: str  # full, weak, familiar, monk
    not_before: tuple[str, ...]
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A row of `data/persons_context.tsv`."""

    id: str
    text: str
    kind: str  # place, after, glue, label, public
    source: str


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person's name: `span` with the title, `name` without it; `public` for a person in a public role."""

    span: Span
    name: Span
    public: bool = False


@lru_cache(maxsize=32)  # facts and places of one report ask for the same persons
def find_persons(text: str) -> tuple[NamedPerson, ...]:
    """The persons that `text` names behind a title, a label, or with a first name and surname of the lists.

    >>> text = "โดย นายกล้า ใจสู้ (นายก อบต.บ้านนาย) และวัดนางแก้ว"
    >>> [p.span.slice(text) for p in find_persons(text)]
    ['นายกล้า ใจสู้']
    """
    found: list[NamedPerson] = []
    taken = Cover(len(text))
    for person in [*_titled(text), *_labelled(text), *_listed(text)]:
        if not taken.touches(person.span):
            taken.add(person.span)
            found.append(person)
    return tuple(sorted(found, key=lambda p: p.span))


def find_contacts(text: str) -> tuple[Fact, ...]:
    """Telephone numbers, e-mails, LINE ids and national ids of `text` in order; kinds phone, email, line_id, national_id.

    `check` of a national id is ok or wrong by its checksum.

    >>> [(f.kind, f.value) for f in find_contacts("โทร. 081 - 0000000 อีเมล a.b@example.org")]
    [('phone', '0810000000'), ('email', 'a.b@example.org')]
    """
    found: list[Fact] = []
    taken = Cover(len(text))
    for fact in [*_emails(text), *_national_ids(text), *_phones(text), *_line_ids(text)]:
        if not taken.touches(fact.span):
            taken.add(fact.span)
            found.append(fact)
    return tuple(sorted(found, key=lambda f: f.span))


def national_id_valid(digits: str) -> bool:
    """Whether 13 digits carry the check digit of Thai national ids (weights 13 to 2, modulo 11).

    >>> national_id_valid("1234567890120"), national_id_valid("1234567890121")
    (False, True)
    """
    if len(digits) != 13 or digits[0] == "0":
        return False
    total = sum(int(d) * w for d, w in zip(digits, range(13, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def _phones(text: str) -> Iterator[Fact]:
    """Mobile numbers of ten digits, landlines of nine, also with blanks, dashes, brackets or +66."""
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", arabic(re.sub(r"[ ]?[-–ถ][ ]?\d{1,2}$", "", match.group())))
        digits = "0" + digits[2:].removeprefix("0") if match.group().startswith("+") else digits
        whole = re.sub(r"\D", "", arabic(match.group()))
        digits = whole if re.fullmatch(r"0[689]\d{8}", whole) else digits
        known = re.fullmatch(r"0[689]\d{8}|0[2-57]\d{7}", digits) or re.fullmatch(r"0[2-57]\d{7,9}", whole)
        if known and not _ACCOUNT.search(text[max(0, match.start() - 30) : match.start()]):
            yield Fact("phone", digits, "", Span(*match.span()))


def _emails(text: str) -> Iterator[Fact]:
    for match in _EMAIL.finditer(text) if "@" in text else ():
        yield Fact("email", re.sub(r"\s", "", match.group()), "", Span(*match.span()))


def _line_ids(text: str) -> Iterator[Fact]:
    """Ids behind the word LINE or ไลน์ (with a digit, @, or a mark between), and words that begin with @."""
    for match in _LINE.finditer(text) if _LINE_SIGN.search(text) else ():
        group = "id" if match["id"] else "at"
        between = text[match.start() : match.start(group)]
        sure = group == "at" or match["id"].startswith("@") or re.search(r"ID|ไอดี|[:：=]", between, re.IGNORECASE)
        if sure and match[group].lower() not in {"id", "line", "official", "group"}:
            yield Fact("line_id", match[group], "", Span(*match.span(group)))


def _national_ids(text: str) -> Iterator[Fact]:
    """Thirteen digits with the right checksum, or behind a label of the card."""
    for match in _ID.finditer(text):
        digits = re.sub(r"\D", "", arabic(match.group()))
        valid = national_id_valid(digits)
        if valid or _ID_LABEL.search(text[max(0, match.start() - 45) : match.start()]):
            yield Fact("national_id", digits, "", Span(*match.span()), check="ok" if valid else "wrong")


@cache
def _context(kind: str) -> tuple[str, ...]:
    rows = load_table("persons_context.tsv", ContextRow)
    return tuple(sorted((row.text for row in rows if row.kind == kind), key=lambda t: (-len(t), t)))


@cache
def first_names() -> frozenset[str]:
    """First names of PyThaiNLP's lists (CC0), three letters or more."""
    return frozenset(n for n in thai_male_names() | thai_female_names() if len(n) > 2)


@cache
def _sure_first_names() -> frozenset[str]:
    """First names that are no ordinary words."""
    return first_names() - frozenset(thai_words())


@cache
def family_names() -> frozenset[str]:
    """Family names of PyThaiNLP's list (CC0), three letters or more."""
    return frozenset(n for n in thai_family_names() if len(n) > 2)


@cache
def _titles() -> tuple[re.Pattern[str], dict[str, TitleRow]]:
    rows = sorted(load_table("persons_titles.tsv", TitleRow), key=lambda r: (-len(r.title), r.title))
    parts = []
    for row in rows:
        forbidden = "".join(_forbid(word) for word in row.not_before)
        parts.append(f"(?P<{row.id}>{re.escape(row.title)}{forbidden})")
    return re.compile("|".join(parts)), {row.id: row for row in rows}


@cache
def _any_title() -> re.Pattern[str]:
    """Any bare word of a title, the longest first; by first letters, of which the search skips quickly from one to the next."""
    rests: dict[str, list[str]] = defaultdict(list)
    for row in sorted(load_table("persons_titles.tsv", TitleRow), key=lambda row: (-len(row.title), row.title)):
        rests[row.title[0]].append(re.escape(row.title[1:]))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rests[first])})" for first in rests))


def _forbid(word: str) -> str:
    """A regex that refuses `word`; a last `_` stands for the end of a run of Thai letters."""
    end = rf"(?![{THAI}])" if word.endswith("_") else ""
    return f"(?!{re.escape(word.removesuffix('_'))}{end})"


def _titled(text: str) -> Iterator[NamedPerson]:
    """Names behind titles; several titles in a row are one (ผศ. ดร. …)."""
    pattern, rows = _titles()
    at = 0
    while (place := _any_title().search(text, at)) is not None:
        at = place.start() + 1
        match = pattern.match(text, place.start())
        if match is None or not _title_begins(text, match.start(), row := rows[match.lastgroup or ""]):
            continue
        end, kind = match.end(), row.kind
        for _ in range(MOST_TITLES - 1):
            more = pattern.match(text, _skip(text, end))
            if more is None or rows[more.lastgroup or ""].kind in _WEAK:
                break
            end, kind = more.end(), rows[more.lastgroup or ""].kind
        name = _name(text, end, kind, row.title)
        if name is not None:
            span = Span(match.start(), name.end)
            yield NamedPerson(span, name, _is_public(text, span))
            at = name.end


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _title_begins(text: str, start: int, row: TitleRow) -> bool:
    """Whether a title may begin here: not inside a word, not behind a word for a place."""
    if not is_cut(text, start):
        return False
    before = text[max(0, start - 25) : start]
    if before.endswith(_context("place")) or (row.title == "นาย" and _COUNTED.search(before)):
        return False
    glued = bool(before) and (is_thai(before[-1]) or (before[-1] == "." and before[-2:] != ".."))
    if before[-1:].isascii() and before[-1:].isalpha():
        return False
    if row.title.count(".") > 1 and glued and before[-1] != ".":
        return True  # พ.ต.ท., ด.ช.: no word ends so
    if not glued or (len(row.title) > 2 and before.endswith(_context("glue"))):
        return True
    return is_thai(row.title[-1]) and row.kind != "familiar" and begins_word(text, start)


def _name(text: str, at: int, kind: str, title: str = "") -> Span | None:
    """The place of the name that stands at `at`, with its surname; None where no name stands there."""
    if kind == "familiar" and text[at : at + 1].isspace():
        return None
    at = _skip(text, at)
    if latin := _LATIN_NAME.match(text, at):
        return Span(*latin.span()) if kind == "full" else None
    word = _WORD.match(text, at)
    if word is None or text[at] in "ะาำๅ" or not is_cut(text, at):
        return None
    if kind in _WEAK:
        is_place = title == "อ." and any(text.startswith(name, at) for name in register().codes["district"])
        return None if is_place or _is_abbreviation(text, word) else _name_in_speech(text, at, word.group(), kind)
    first = _trim(word.group())
    if len(first) < 2 or (first not in first_names() and (_ends_name(first) or _is_abbreviation(text, word))):
        return None
    if _known_prefix(first) is None and _count_words(first) > 3:
        return None
    name = Span(at, at + len(first))
    name = name if len(first) < len(word.group()) else _with_surname(text, name)
    alone = name.end == at + len(first)
    return None if alone and _known_prefix(first) is None and _count_words(first) > 2 else name


def _name_in_speech(text: str, at: int, word: str, kind: str) -> Span | None:
    """The name behind a title that is also an ordinary word: a first name of the lists, or a word that no dictionary has."""
    known = _known_prefix(word)
    if word in _context("after"):
        return None
    if known is not None and (known == len(word) or _ends_name(word[known:])):
        return _with_surname(text, Span(at, at + known), longest=2 if kind == "familiar" else 4)
    first = _trim(word)
    if kind == "familiar" or not 3 <= len(first) <= LONGEST_FIRST or _ends_name(first):
        return None
    name = _with_surname(text, Span(at, at + len(first)))
    surname = text[at + len(first) : name.end].strip()
    return name if surname in family_names() or not _count_words(first) else None


def _is_abbreviation(text: str, word: re.Match[str]) -> bool:
    return (
        len(word.group()) <= 4 and text[word.end() : word.end() + 1] == "." and not set(word.group()) & set("ะาิีุูเแโไใ")
    )


def _count_words(run: str) -> int:
    """How many words the tokeniser finds in a run of letters; 0 when one of them is no word of its dictionary."""
    words = [token.slice(run) for token in tokens(run)]
    return len(words) if all(word in dictionary() for word in words) else 0


def _known_prefix(word: str) -> int | None:
    """The length of the longest first name with which `word` begins."""
    for length in range(min(len(word), 14), 2, -1):
        if word[:length] in first_names() and is_cut(word, length):
            return length
    return None


def _ends_name(rest: str) -> bool:
    """Whether `rest` begins with a word that follows names; short ones only where the tokeniser sees a word (มี, not มีสุข)."""
    if not rest.startswith(_context("after")):
        return False
    if rest.startswith(tuple(word for word in _context("after") if len(word) > 3)):
        return True
    first = next(iter(tokens(rest[:40])), None)
    return first is not None and first.slice(rest) in _context("after")


def _trim(word: str) -> str:
    """A run of Thai letters cut where a word that follows names begins; a known first name is never cut."""
    known = _known_prefix(word) or 0
    if known and known < len(word) and _ends_name(word[known:]):
        return word[:known]
    for at in range(max(known, 3), len(word)):
        if is_cut(word, at) and len(word) - at > 2 and word[at:].startswith(_long_after()):
            return word[:at]
    return word


@cache
def _long_after() -> tuple[str, ...]:
    """Words that follow a name, long enough to be told from a part of one."""
    return tuple(w for w in _context("after") if len(w) >= 5 or w in {"และ", "โทร", "อสม.", "เบอร์"})


def _with_surname(text: str, first: Span, *, longest: int = 4) -> Span:
    """The name with the surname behind a blank, where the next word is none that follows names.

    A run of more than `longest` words of the dictionary is a clause, no surname (behind ป้า and the like two: there
    speech goes on more often than a surname follows).
    """
    at = _skip(text, first.end)
    if at == first.end:
        return first
    if nobility := re.compile(rf"ณ[ \u00a0][{THAI}]+").match(text, at):
        return Span(first.start, nobility.end())
    word = _WORD.match(text, at)
    if word is None or text[at] in "ะาำๅ":
        return first
    if word.group() in family_names():
        return Span(first.start, word.end())
    if len(word.group()) < 3 or _ends_name(word.group()):
        return first
    surname = _trim(word.group())
    return first if _count_words(surname) > longest else Span(first.start, at + len(surname))


def _is_public(text: str, span: Span) -> bool:
    """Whether a public role stands right before or behind the name."""
    before = text[max(0, span.start - 40) : span.start].rstrip()
    after = text[span.end : span.end + 12].lstrip(" \u00a0(,-")
    if after.startswith(_context("public")):
        return True
    last = before[max(before.rfind(" "), before.rfind(","), before.rfind("\n")) + 1 :]
    return last.startswith(_context("public"))


@cache
def _label_pattern() -> re.Pattern[str]:
    labels = "|".join(re.escape(label) for label in _context("label"))
    return re.compile(
        rf"(?:{labels})(?:[^\S\n]*[:：|][^\S\n]*|[^\S\n]+|(?=\())(?:(?:ได้แก่|คือ|ชื่อ)[^\S\n]*)?(?:[\d๐-๙]{{1,2}}[.)][^\S\n]?)?"
    )


def _labelled(text: str) -> Iterator[NamedPerson]:
    """Names without a title behind a label, and those that a list of names joins to them."""
    for match in _label_pattern().finditer(text):
        at = match.end()
        marked = bool(_MARKED.search(match.group()))
        while (name := _shaped(text, at) if marked else None) or (name := _untitled(text, at)):
            yield NamedPerson(name, name, _is_public(text, name))
            joint = re.compile(r"\s?(?:,|และ|/|、|\s(?=\d{1,2}[.)]))\s?(?:\d{1,2}[.)]\s?)?").match(text, name.end)
            if joint is None:
                break
            at = joint.end()


# A label that only names stand behind, as its colon, verb or own words say.
_MARKED = re.compile(r"[:：|]|ได้แก่|คือ|^ชื่อ|\d[.)]")
_AFTER_PAIR = re.compile(r"[ \u00a0]*(?:$|[\n,()|;]|\d|และ|โทร|เบอร์|อายุ|ตำแหน่ง|เลข|อีเมล|LINE|ไลน์)")


def _shaped(text: str, at: int) -> Span | None:
    """Two words that stand alone between marks behind a label: a name by its shape, also where no list knows it."""
    pair = _PAIR.match(text, _skip(text, at))
    if pair is None:
        return None
    first, last = pair["first"], _trim(pair["last"])
    end = pair.start("last") + len(last)
    if not _AFTER_PAIR.match(text, end) or len(first) > LONGEST_FIRST or _ends_name(first) or _ends_name(last):
        return None
    if _count_words(first) > 2 or _count_words(last) > 3:
        return None
    return Span(pair.start(), end)


def _untitled(text: str, at: int) -> Span | None:
    """A name without a title at `at`: a first name of the lists, alone or with a surname."""
    at = _skip(text, at)
    word = _WORD.match(text, at)
    if word is None:
        return None
    first = word.group()
    if first in first_names() or ((known := _known_prefix(first)) and _ends_name(first[known:])):
        length = len(first) if first in first_names() else (_known_prefix(first) or 0)
        span = Span(at, at + length)
        full = _with_surname(text, span) if length == len(first) else span
        return full if first in _sure_first_names() or len(full) > len(span) or length < len(first) else None
    surname = _WORD.match(text, _skip(text, word.end()))
    if surname is None or surname.start() == word.end() or not _is_pair(first, surname.group(), labelled=True):
        return None
    return Span(at, surname.start() + len(_trim(surname.group())))


def _is_pair(first: str, last: str, *, labelled: bool = False) -> bool:
    """Whether two words read as first name and surname: one of them of the lists, the other no ordinary words.

    Behind a label (`labelled`) the first name may be an ordinary word too.
    """
    if len(first) > LONGEST_FIRST or _ends_name(first) or _ends_name(last):
        return False
    words = thai_words()
    if first in first_names() and last in family_names():
        return first not in words or last not in words
    if first in first_names():
        return not _count_words(_trim(last)) and (first not in words or labelled)
    return last in family_names() and last not in words and not _count_words(first)


_PAIR = re.compile(rf"(?<![{THAI}.])(?P<first>[{THAI}]{{3,15}})[ \u00a0]{{1,2}}(?P<last>[{THAI}]{{3,30}})(?![{THAI}])")


def _listed(text: str) -> Iterator[NamedPerson]:
    """Names in running text without title or label: see _is_pair."""
    at = 0
    while (match := _PAIR.search(text, at)) is not None:
        at = match.start("last")
        first, last = match["first"], match["last"]
        if first not in first_names() and last not in family_names():
            continue
        if _is_pair(first, last) and not text[max(0, match.start() - 25) : match.start()].endswith(_context("place")):
            span = Span(match.start(), at + len(_trim(last)))
            yield NamedPerson(span, span, _is_public(text, span))
            at = match.end()
