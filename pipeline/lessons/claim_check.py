"""Claims held against the citations that they rest on: what they count, number, quote, name and deny must stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property, lru_cache

from pipeline.classify.tag import tag_text
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, load
from pipeline.dataset.masking import MASK
from pipeline.extract.numbers import find_numbers
from pipeline.extract.places import find_places
from pipeline.lessons.citations import clipped
from pipeline.lessons.claim_words import contradicted, share_words
from pipeline.lessons.counter import FACTORS, FactorRow, factors_of
from pipeline.lessons.draft import count_projects, project_ids
from pipeline.lessons.lesson_set import Citation, Claim, LessonSet
from pipeline.lessons.polarity import opposed, sides_of
from pipeline.lessons.set_fault import Kind, SetFault
from pipeline.lessons.template import BE_MINUS_CE, PartRow, part_row, template
from pipeline.lessons.venues import venues as all_venues
from pipeline.lessons.venues import venues_of
from pipeline.resources import load_table

KEYS = re.compile(r"\[(L\d+(?:\s*,\s*L\d+)*)\]")
_QUOTED = re.compile(r"“([^”]*)”(?:\s*\[(L\d+)\])?")
_SPACE = re.compile(r"\s+")
_CUT = "…"
# และอีก 3 ข้อความ [L4][L5][L6]: how many are cited and not shown
_REST = re.compile(r"(?:และอีก (\d+) ข้อความ|and (\d+) more passages)((?:\s*\[L\d+\])+)")
_ALL = re.compile(r"(?:ทั้งหมด|(?<![A-Za-z])all)\s*$")  # a count of the whole set
WHO = "who"
_LEVELS = ("province", "district", "subdistrict")


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row of `data/lesson_set_counted.tsv`."""

    id: str
    word: str
    what: str
    example: str
    counter_example: str


@dataclass(frozen=True)
class _View:
    """A claim of a set with the citations that it rests on."""

    part: PartRow
    number: int
    claim: Claim
    cites: tuple[Citation, ...]
    whole: LessonSet

    @cached_property
    def where(self) -> str:
        """How messages name the claim."""
        return f"{self.part.id} ข้อ {self.number}"

    @cached_property
    def text(self) -> str:
        """Its words without keys."""
        return KEYS.sub(" ", self.claim.text)

    @cached_property
    def own(self) -> str:
        """Its words without keys and quotes: what the curator says."""
        return KEYS.sub(" ", _QUOTED.sub(" ", _REST.sub(" ", self.claim.text)))

    @cached_property
    def said(self) -> str:
        """All that its citations say: quotes, and what is known of their reports."""
        return "\n".join(f"{one.quote}\n{_around(one)}" for one in self.cites)

    def fault(self, kind: Kind, what: str) -> SetFault:
        """A fault of this claim."""
        return SetFault(kind, self.where, what)


def check_claims(lesson_set: LessonSet) -> tuple[SetFault, ...]:
    """What is wrong with the claims of a set, in their order; a claim whose citations are wrong is not looked into further."""
    by_key = {one.key: one for one in lesson_set.citations}
    known = {row.id for row in template()}
    faults: list[SetFault] = []
    for part in lesson_set.parts:
        if part.role not in known:
            continue
        for number, claim in enumerate(part.claims, 1):
            keys = cited_keys(claim)
            cites = tuple(by_key[key] for key in keys if key in by_key)
            view = _View(part_row(part.role), number, claim, cites, lesson_set)
            unknown = [key for key in keys if key not in by_key]
            if unknown:
                faults.append(view.fault(Kind.UNKNOWN_KEY, f"อ้าง {', '.join(unknown)} ซึ่งไม่มีในชุด แก้รหัสหรือเพิ่มบทเรียน"))
            elif view.part.cited and not keys:
                faults.append(view.fault(Kind.NO_CITATION, "ไม่มีอ้างอิง ใส่รหัสบทเรียน เช่น [L1] หรือลบข้อสรุปนี้"))
            elif view.part.cited:
                faults += [fault for look in _LOOKS for fault in look(view)]
    return tuple(faults)


def cited_keys(claim: Claim) -> tuple[str, ...]:
    """The keys that a claim rests on: its list, and those that stand in its text."""
    inside = [key.strip() for match in KEYS.finditer(claim.text) for key in match[1].split(",")]
    return tuple(dict.fromkeys([*claim.cites, *inside]))


# --- what the claim is about ------------------------------------------------------------------------------------------


def _category(view: _View) -> Iterator[SetFault]:
    """Citations of a category that the part, or the words of the claim, cannot rest on."""
    named = _named_categories(view.own)
    for one in view.cites:
        if view.part.may_cite and one.category not in view.part.may_cite:
            yield view.fault(
                Kind.WRONG_CATEGORY,
                f"อ้าง {one.key} ซึ่งเป็นหมวด{_name(CATEGORY, one.category)} ในส่วน “{view.part.name_th}” ย้ายไปส่วนที่ตรงหมวด",
            )
        elif named and one.category not in named:
            names = ", ".join(_name(CATEGORY, code) for code in named)
            yield view.fault(
                Kind.WRONG_CATEGORY, f"กล่าวถึงหมวด{names} แต่ {one.key} เป็นหมวด{_name(CATEGORY, one.category)}"
            )


@cache
def _telling_categories() -> dict[str, str]:
    """Names of the categories that have a part to themselves, in both languages: those of the others are common words (บทเรียน, ผลลัพธ์)."""
    alone = [row.draft[0] for row in template() if len(row.draft) == 1]
    concepts = [concept for concept in load(CATEGORY).concepts if concept.id in alone]
    return {name.lower(): concept.id for concept in concepts for name in (concept.name_th, concept.name_en)}


def _named_categories(text: str) -> tuple[str, ...]:
    low = text.lower()
    return tuple(dict.fromkeys(code for name, code in _telling_categories().items() if name in low))


def _issue(view: _View) -> Iterator[SetFault]:
    """Citations of another issue than the one that the claim speaks of."""
    named = _issues_of(view.own)
    for one in view.cites:
        held = set(one.issues) | set(_issues_of(f"{one.quote}\n{one.project_name}\n{one.report_title}"))
        if named and held and not held & set(named):
            names = ", ".join(_name(ISSUE, code) for code in named)
            theirs = ", ".join(_name(ISSUE, code) for code in one.issues) or "ไม่มี"
            yield view.fault(Kind.WRONG_ISSUE, f"พูดเรื่อง{names} แต่ {one.key} เป็นเรื่อง{theirs} แก้รหัสอ้างอิง")


@lru_cache(maxsize=4096)
def _issues_of(text: str) -> tuple[str, ...]:
    return tuple(tag.code for tag in tag_text(text) if tag.scheme == ISSUE and tag.accepted)


def _themes_of(text: str) -> tuple[str, ...]:
    """The themes whose full name stands in the text."""
    return tuple(c.id for c in load(SDH).concepts if c.selectable and (c.name_th in text or c.name_en in text))


def _theme(view: _View) -> Iterator[SetFault]:
    """Citations without the theme that the claim names in full."""
    named = _themes_of(view.own)
    for one in view.cites:
        if named and not set(named) & set(one.sdh):
            names = ", ".join(_name(SDH, code) for code in named)
            yield view.fault(Kind.WRONG_THEME, f"กล่าวถึงแนวเรื่อง{names} แต่ {one.key} ไม่ได้อยู่ในแนวเรื่องนี้")


def _place(view: _View) -> Iterator[SetFault]:
    """Places that no citation is of, and citations of other provinces than those that the claim names."""
    named = _places_of(view.own)
    for level, name in named:
        if not any(name == getattr(one, level) or name in one.quote or name in _around(one) for one in view.cites):
            yield view.fault(Kind.WRONG_PLACE, f"กล่าวถึง{name} แต่ไม่มีอ้างอิงใดมาจากที่นั้น แก้พื้นที่หรือรหัสอ้างอิง")
            return
    provinces = {name for level, name in named if level == "province"}
    projects = project_ids(view.cites)
    there = {projects[one.key] for one in view.cites if one.province in provinces}
    for one in view.cites:
        if projects[one.key] in there:
            continue  # a lesson of the project that speaks of another place
        about = f"{one.quote}\n{_around(one)}"
        elsewhere = one.province and one.province not in view.own and not any(name in about for name in provinces)
        if provinces and elsewhere:
            yield view.fault(
                Kind.WRONG_PLACE, f"กล่าวถึง{' '.join(sorted(provinces))} แต่ {one.key} มาจาก{one.province} แก้รหัสอ้างอิง"
            )


@lru_cache(maxsize=4096)
def _places_of(text: str) -> tuple[tuple[str, str], ...]:
    """The provinces, districts and subdistricts that a text names itself."""
    found = find_places(text)
    return tuple(
        dict.fromkeys((place.level, place.name_th) for place in found if place.span and place.level in _LEVELS)
    )


# --- what the claim counts and numbers --------------------------------------------------------------------------------


def _numbers(view: _View) -> Iterator[SetFault]:
    """Counts that are not those of the citations, and numbers that stand in none of them."""
    for match in _REST.finditer(view.claim.text):
        listed = len(KEYS.findall(match[3]))
        if listed != int(match[1] or match[2]):
            yield view.fault(Kind.WRONG_COUNT, f"“{match[0]}” ระบุรหัสไว้ {listed} ข้อความ แก้จำนวนหรืออ้างอิง")
    stated = _values(view.said) | _years(view.cites)
    for number in find_numbers(view.own):
        if number.spelt or number.share:
            continue
        word, counted = _counted(view, number.span.start, number.span.end)
        values = {number.value} | ({number.high} if number.high is not None else set())
        if counted:
            if not values & counted and not _stands_with(number.plain, word, view.said):
                truth = "/".join(str(count) for count in sorted(counted))
                yield view.fault(Kind.WRONG_COUNT, f"นับได้ {truth} {word} จากอ้างอิง ไม่ใช่ {number.plain} แก้จำนวนหรืออ้างอิง")
        elif not values <= stated:
            what = view.own[number.span.start : number.span.end + 12].strip()
            yield view.fault(Kind.NUMBER_UNSUPPORTED, f"ตัวเลข “{what}” ไม่มีในข้อความที่อ้าง แก้ตัวเลขหรืออ้างอิง")


def _values(text: str) -> set[Decimal]:
    """All numbers of a text, both ends of ranges."""
    return {value for n in find_numbers(text) for value in (n.value, n.high) if value is not None}


def _years(cites: Iterable[Citation]) -> set[Decimal]:
    """The years of the citations in both eras."""
    return {Decimal(one.year_ce + add) for one in cites if one.year_ce is not None for add in (0, BE_MINUS_CE)}


@cache
def _counted_words() -> tuple[CountedRow, ...]:
    return tuple(sorted(load_table("lesson_set_counted.tsv", CountedRow), key=lambda row: -len(row.word)))


def _counted(view: _View, start: int, end: int) -> tuple[str, set[Decimal]]:
    """The word that says what a number counts, and what it may be; ("", empty) when it counts something else."""
    behind = view.own[end:].lstrip()
    row = next((row for row in _counted_words() if behind.startswith(row.word)), None)
    if row is None:
        return "", set()
    before = view.own[:start]
    if _ALL.search(before):
        return row.word, {Decimal(_count(row.what, view.whole.citations))}
    # "a reason of success in 2 projects but an obstacle in 3": each number is of the category named last in front of it.
    low = before.lower()
    named = [(low.rfind(name), code) for name, code in _telling_categories().items() if name in low]
    cites = [one for one in view.cites if not named or one.category == max(named)[1]]
    return row.word, {Decimal(_count(row.what, cites))}


def _count(what: str, cites: Sequence[Citation]) -> int:
    """How many distinct things of a kind the citations are from."""
    if what == "project":
        return count_projects(cites)
    if what == "passage":
        return len(cites)
    keys = {
        "report": lambda one: one.report_id,
        "province": lambda one: one.province,
        "district": lambda one: one.district and (one.province, one.district),
        "subdistrict": lambda one: one.subdistrict and (one.province, one.district, one.subdistrict),
        "year": lambda one: one.year_ce,
    }
    return len({keys[what](one) for one in cites} - {"", None})


def _stands_with(number: str, word: str, text: str) -> bool:
    """Whether the number stands with the word in a quote: there it is what the report says, and no count."""
    return any(n.plain == number and text[n.span.end :].lstrip().startswith(word) for n in find_numbers(text))


# --- what the claim says ----------------------------------------------------------------------------------------------


def _quoted_words(view: _View) -> Iterator[SetFault]:
    """Words in quotation marks that do not stand in the quote whose key follows, or in any cited quote."""
    by_key = {one.key: one for one in view.cites}
    for match in _QUOTED.finditer(view.claim.text):
        cites = [by_key[match[2]]] if match[2] in by_key else list(view.cites)
        texts = [_flat(one.quote) for one in cites] + [_flat(_around(one)) for one in cites]
        pieces = [_flat(piece) for piece in match[1].split(_CUT)]
        for piece in pieces:
            if piece and not any(_stands(piece, text) for text in texts):
                yield view.fault(
                    Kind.WORDS_UNSUPPORTED,
                    f"“{clipped(piece, 50)}” ไม่ใช่คำใน {', '.join(one.key for one in cites)} คัดใหม่ให้ตรง",
                )
                break


def _flat(text: str) -> str:
    """A text on one line, its quotation marks all alike."""
    return re.sub('[“”‘’"]', "'", _SPACE.sub(" ", text)).strip()


def _stands(piece: str, text: str) -> bool:
    """Whether the piece stands in the text; a masked character is any other."""
    return piece in text or (MASK in text and bool(re.search(_masked_pattern(piece, text), text)))


def _masked_pattern(piece: str, text: str) -> str:
    """A pattern that finds the piece where some of its characters are masked."""
    return "".join(f"(?:{re.escape(c)}|{MASK})" for c in piece)


def _negation(view: _View) -> Iterator[SetFault]:
    """Claims that deny what every cited quote says, or say what they deny."""
    own = view.own
    if not view.cites or len(own.strip()) < 4 or view.part.id == WHO:
        return  # whom to ask is names, which deny nothing (ไร้ควัน)
    words = [contradicted(own, one.quote) for one in view.cites]
    if all(words):
        yield view.fault(Kind.NEGATION, f"“{words[0]}” ในข้อสรุปกับในข้อความที่อ้างกลับความกัน (มี/ไม่มี) ตรวจแล้วแก้")
        return
    sides = sides_of(own)
    against = [one for one in view.cites if opposed(sides, sides_of(one.quote))]
    if len(against) == len(view.cites):
        yield view.fault(Kind.NEGATION, f"ข้อสรุปกับ {against[0].key} พูดไปคนละทาง ตรวจแล้วแก้")


def _related(view: _View) -> Iterator[SetFault]:
    """Citations that have nothing in common with the claim: no word, theme, venue, place, year or project."""
    shown = {match[2] for match in _QUOTED.finditer(view.claim.text)}
    themes, venues = (
        set(_themes_of(view.own)),
        {*venues_of(view.own), *(v for v in all_venues() if v.name_th in view.own or v.name_en in view.own)},
    )
    factors = {
        factor.id
        for factor in load_table(FACTORS, FactorRow)
        if factor.name_th in view.own or factor.name_en in view.own
    }
    categories, years = _categories_in(view.own), _year_range(view.own)
    places = {name for _, name in _places_of(view.own)}
    for one in view.cites:
        about = f"{one.quote}\n{_around(one)}"
        if not (
            one.key in shown
            or one.category in categories
            or themes & set(one.sdh)
            or venues & set(venues_of(about))
            or factors & set(factors_of(one.quote))
            or places & {one.province, one.district, one.subdistrict}
            or (one.province and one.province in view.own)
            or (one.year_ce is not None and years and years[0] <= one.year_ce + BE_MINUS_CE <= years[1])
            or share_words(view.text, about)
        ):
            yield view.fault(Kind.UNRELATED, f"{one.key} ไม่มีคำใดร่วมกับข้อสรุปนี้ ตรวจว่าอ้างถูกข้อ")


def _categories_in(text: str) -> set[str]:
    """The categories whose name stands in the text, be it a common word."""
    return {c.id for c in load(CATEGORY).concepts if c.name_th in text or c.name_en.lower() in text.lower()}


def _year_range(text: str) -> tuple[int, int] | None:
    """The first and the last year that a text names, Buddhist Era; None for none."""
    years = [int(value) + (0 if value > 2400 else BE_MINUS_CE) for value in _values(text) if 1990 < value < 2700]
    return (min(years), max(years)) if years else None


def _around(one: Citation) -> str:
    """What is known of a citation beside its quote."""
    area = " ".join((one.subdistrict, one.district, one.province))
    return "\n".join(
        (
            one.section,
            one.project_name,
            one.report_title,
            one.organisation,
            one.project_code,
            one.responsible_person,
            area,
            one.source,
        )
    )


def _name(scheme: str, code: str) -> str:
    return next((concept.name_th for concept in load(scheme).concepts if concept.id == code), code)


_LOOKS = (_category, _issue, _theme, _place, _numbers, _quoted_words, _negation, _related)
