"""Administrative areas that a text names, with their official (DOPA) codes, and the areas that these imply.

A name counts only behind a word for its level (737 subdistricts have names that are ordinary words); provinces also
count bare. The code follows from the chain that the text writes (ต. อ. จ.), else from the names that exist once, else by
vote of the other places of the text. Where text and register disagree, the register's area is kept, with the conflict.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.extract.areas import DIGITS, ORDER, THAI, AliasRow, full_name, register
from pipeline.extract.boundaries import Cover, begins_word, is_cut, is_thai, line_around
from pipeline.extract.persons import find_persons
from pipeline.phrases import Phrase, PhraseMatcher
from pipeline.records import Place
from pipeline.resources import load_table
from pipeline.segment.tokens import tokens
from pipeline.spans import Span

GAP = re.compile(r"[ \t,/()\u00a0]{0,4}")
REACH = 400  # characters after a district under which the subdistricts of its list are looked for
SHORT_PROVINCE = 4  # letters; จังหวัดแพร่ระบาด may be a slip, จังหวัดชุมพร is the province whatever follows
ZONE_REACH = 70  # characters before `เขต N` in which a cue may stand


@dataclass(frozen=True, slots=True)
class PrefixRow:
    """A row of `data/places_prefixes.tsv`."""

    id: str
    prefix: str
    level: str  # subdistrict, district, province, town
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class TrapRow:
    """A row of `data/places_traps.tsv`."""

    id: str
    text: str
    kind: str  # chain, blank, bare, before
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class AfterRow:
    """A row of `data/places_after.tsv`."""

    id: str
    word: str
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A row of `data/health_zones.tsv`."""

    id: str
    province_code: str
    province: str
    zone: int
    seat: str
    from_ce: int | None
    until_ce: int | None
    source: str


@dataclass(frozen=True, slots=True)
class ZoneCueRow:
    """A row of `data/places_zone_cues.tsv`."""

    id: str
    text: str
    sign: str
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class _Mention:
    """A name behind a word for its level, with the codes that it may stand for."""

    level: str
    name: str
    span: Span  # with the prefix
    codes: tuple[str, ...]
    code: str = ""
    conflict: str = ""
    town: bool = False  # named by its municipality, which may lie in a subdistrict of another name
    sure: bool = True  # the name ends where a word ends, and is no ordinary word


def find_places(text: str) -> tuple[Place, ...]:
    """Every mention of a province, district, subdistrict or health zone in order, then the areas that they imply.

    Inferred areas have no span. A name that the register does not settle has code `""`.

    >>> [(p.level, p.name_th, p.code) for p in find_places("ต.ละแม และ ต.นากระตาม")]
    [('subdistrict', 'ละแม', '860501'), ('subdistrict', 'นากระตาม', '860204'), ('province', 'ชุมพร', '86'), ('district', 'ท่าแซะ', '8602'), ('district', 'ละแม', '8605')]
    """
    mentions = _resolve(text, _mentions(text))
    named = [
        Place(m.level, register().names.get(m.code, m.name), m.code, m.span, m.conflict)
        for m in mentions
        if m.level in ORDER
    ]
    places = sorted([*named, *find_health_zones(text)], key=lambda p: (p.span or Span(0, 0), p.level))
    return (*places, *_inferred(named))


def is_labelled(text: str, place: Place) -> bool:
    """Whether a word for its level stands before the place (จังหวัดชุมพร, not ชุมพร alone).

    >>> [is_labelled("จ.ชุมพร ระนอง", place) for place in find_places("จ.ชุมพร ระนอง") if place.span]
    [True, False]
    """
    if place.span is None or place.span.slice(text) in register().codes["province"]:
        return False
    return _prefix_pattern().match(text, place.span.start) is not None


def _inferred(places: Sequence[Place]) -> list[Place]:
    """The districts and provinces above the places that no mention names, by code."""
    known = {p.code for p in places}
    above = {p.code[:digits] for p in places for digits in (2, 4) if len(p.code) > digits and not p.conflict}
    levels = {2: "province", 4: "district"}
    return [
        Place(levels[len(c)], register().names[c], c, None) for c in sorted(above - known, key=lambda c: (len(c), c))
    ]


@cache
def _prefix_pattern() -> re.Pattern[str]:
    """The words for a level, longest first; without groups, so that the search skips quickly from one to the next."""
    return re.compile("|".join(map(re.escape, sorted(_prefix_levels(), key=lambda prefix: (-len(prefix), prefix)))))


@cache
def _prefix_levels() -> dict[str, str]:
    return {row.prefix: row.level for row in load_table("places_prefixes.tsv", PrefixRow)}


@cache
def _traps(kind: str) -> tuple[str, ...]:
    return tuple(row.text for row in load_table("places_traps.tsv", TrapRow) if row.kind == kind)


def _mentions(text: str) -> list[_Mention]:
    """The names behind a word for their level, and the bare provinces, in order.

    A name that another word touches, or that is an ordinary word, counts where the text has it elsewhere beyond doubt.
    """
    read: list[_Mention] = []
    for match in _prefix_pattern().finditer(text):
        if _left_open(text, match.start(), match.group()):
            mention = _named(text, match.start(), match.end(), _prefix_levels()[match.group()])
            if mention is not None:
                read.append(mention)
    found: list[_Mention] = []
    for mention in _attested(read):
        if not (found and found[-1].span.overlaps(mention.span)):
            found.append(mention)
    taken = Cover(len(text), (f.span for f in found))
    bare = [m for m in _bare_provinces(text) if not taken.touches(m.span)]
    return sorted([*found, *bare], key=lambda m: m.span)


def _attested(mentions: Sequence[_Mention]) -> list[_Mention]:
    """The sure mentions, and the doubtful ones whose name is among them."""
    known = {(m.level, m.name) for m in mentions if m.sure}
    return [m for m in mentions if (m.level, m.name) in known]


def _left_open(text: str, start: int, prefix: str) -> bool:
    """Whether a prefix may begin at `start`: a short form not behind a letter or stop, a word not behind a vowel."""
    if start == 0:
        return True
    before = text[start - 1]
    if prefix.endswith(".") or len(prefix) <= 3:
        return not (is_thai(before) or before == "." or (before.isascii() and before.isalpha()))
    return is_cut(text, start)


def _named(text: str, start: int, after: int, level: str) -> _Mention | None:
    """The longest official name behind a prefix, sure or not; None where none stands there."""
    at = after
    while at < len(text) and at < after + 3 and text[at] in " \u00a0":
        at += 1
    levels = ("district", "subdistrict") if level == "town" else (level,)
    for kind in levels:
        names = register().codes[kind]
        for length in range(min(_longest(kind), len(text) - at), 1, -1):
            name = text[at : at + length]
            if name in names and is_cut(text, at + length):
                codes = tuple(c for c in names[name] if _fits(text[start:after], kind, c))
                if not codes:
                    return None
                codes = _within(text, at + length, codes) or codes
                mention = _Mention(kind, name, Span(start, at + length), codes, town=level == "town")
                short = text[after - 1] == "." or after - start == 1
                return replace(mention, sure=_is_sure(text, mention, short=short, blank=at > after))
    return None


def _fits(prefix: str, level: str, code: str) -> bool:
    """Whether the word for the level may stand before that area: แขวง and เขต only in Bangkok, the others only elsewhere."""
    return level == "province" or (prefix in {"แขวง", "เขต"}) == code.startswith("10")


@cache
def _longest(level: str) -> int:
    return max(map(len, register().codes[level]))


def _open_right(text: str, end: int) -> bool:
    return end >= len(text) or not is_thai(text[end])


def _is_sure(text: str, mention: _Mention, *, short: bool, blank: bool) -> bool:
    """Whether the name ends where a word ends and is no ordinary word; `blank`: one parts it from the word for its level."""
    end, name = mention.span.end, mention.name
    capital = mention.level == "district" and name.startswith("เมือง")
    ordinary = name in _traps("chain") or (blank and name in _traps("blank"))
    if ordinary and not capital and not mention.codes[0].startswith("10"):  # a แขวง is named by no other word
        follows = GAP.match(text, end)
        next_level = _prefix_pattern().match(text, follows.end() if follows else end)
        alone = (
            text.startswith("ต.", mention.span.start) and not blank
        )  # อบต. and ตำบล may begin a sentence, ต. does not
        return (next_level is not None and (short or _open_right(text, end))) or (alone and _open_right(text, end))
    if name == "เมือง" or _open_right(text, end):
        return True
    if (level := _prefix_pattern().match(text, end)) and (len(level.group()) > 1):
        return True
    if mention.level == "province" and len(name) > SHORT_PROVINCE:
        return True  # no name of a province is the beginning of another, and none so long is a word
    return bool(_within(text, end, mention.codes)) or (len(name) > 3 and _goes_on(text, end))


def _within(text: str, end: int, codes: Sequence[str]) -> tuple[str, ...]:
    """Those of the codes whose district or province is named right behind (เทศบาลตำบลปากน้ำชุมพร)."""
    names = register().names
    above = {code: [names[code[:digits]] for digits in (2, 4) if digits < len(code)] for code in codes}
    return tuple(code for code in codes if text.startswith(tuple(above[code]), end))


@cache
def _after() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words that may touch the end of a name, and the longer ones, which need not be words of the tokeniser."""
    words = [row.word for row in load_table("places_after.tsv", AfterRow)]
    return frozenset(words), tuple(word for word in words if len(word) >= 5)


def _goes_on(text: str, end: int) -> bool:
    """Whether what touches a name at `end` is a word of the sentence, not the rest of a longer name."""
    rest = text[end : end + 30]
    words, long = _after()
    first = next(iter(tokens(rest)), None)
    return rest.startswith(long) or (first is not None and first.slice(rest) in words)


@cache
def _bare_matcher() -> PhraseMatcher:
    """Province names and their other forms that need no prefix."""
    aliases = {row.form: row.province_code for row in load_table("places_aliases.tsv", AliasRow) if not row.with_prefix}
    official = {register().names[c]: c for c in register().names if len(c) == 2}
    names = {**official, **aliases}
    return PhraseMatcher(Phrase(name, key=code, spaces=False) for name, code in names.items())


def _bare_provinces(text: str) -> list[_Mention]:
    """Provinces named without a prefix, apart from persons; names that are also words only beside another province."""
    found = [m for m in _bare_matcher().find(text) if not _part_of_name(text, m.span.start)]
    ends = {m.span.end for m in found}
    starts = {m.span.start for m in found}
    persons = Cover(len(text), (person.span for person in find_persons(text)) if found else ())
    mentions = []
    for match in found:
        if match.phrase in _traps("bare"):
            near = text[max(0, match.span.start - 8) : match.span.start]
            left = match.span.start - len(near) + len(near.rstrip(" ,และ"))
            right = match.span.end + len(GAP.match(text, match.span.end).group())  # type: ignore[union-attr]  # matches ""
            if not (_open_right(text, match.span.end) and (left in ends or right in starts)):
                continue
        if not begins_word(text, match.span.start) or persons.touches(match.span):
            continue
        sure = _open_right(text, match.span.end) or _goes_on(text, match.span.end)
        mentions.append(_Mention("province", match.phrase, match.span, (match.key,), sure=sure))
    return _attested(mentions)


def _part_of_name(text: str, start: int) -> bool:
    before = text[max(0, start - 20) : start].rstrip(" ")
    return before.endswith(_traps("before"))


def _resolve(text: str, mentions: Sequence[_Mention]) -> list[_Mention]:
    """The mentions with a code: by chain, by being the only one, by the list they stand in, by vote."""
    settled = [replace(m, code=m.codes[0] if len(m.codes) == 1 else "") for m in mentions]
    chains = _chains(text, settled)
    for chain in chains:
        for index, mention in _settle_chain([(i, settled[i]) for i in chain]):
            settled[index] = mention
    _settle_lists(text, settled)
    votes: Counter[str] = Counter()
    for mention in settled:
        if mention.code and not mention.conflict:
            votes.update({mention.code[:digits] for digits in (2, 4) if len(mention.code) >= digits})
    return [m if m.code else replace(m, code=_elect(m.codes, votes)) for m in settled]


def _chains(text: str, mentions: Sequence[_Mention]) -> list[list[int]]:
    """Runs of neighbouring mentions of rising level (ต. X อ. Y จ. Z), as indexes."""
    chains: list[list[int]] = []
    for index, mention in enumerate(mentions):
        last = mentions[chains[-1][-1]] if chains else None
        gap = text[last.span.end : mention.span.start] if last else ""
        rising = last is not None and ORDER[last.level] < ORDER[mention.level] and not mention.town
        if rising and GAP.fullmatch(gap) and ("," not in gap or _agree(last, mention)):
            chains[-1].append(index)
        else:
            chains.append([index])
    return [chain for chain in chains if len(chain) > 1]


def _agree(low: _Mention | None, high: _Mention) -> bool:
    """Whether the register puts one of the areas that `low` may be into one that `high` may be."""
    return low is not None and any(c.startswith(high.codes) for c in low.codes)


def _settle_chain(chain: list[tuple[int, _Mention]]) -> list[tuple[int, _Mention]]:
    """The mentions of one chain, each narrowed by those above it, with a conflict where the register denies them."""
    result: list[tuple[int, _Mention]] = []
    above: _Mention | None = None
    said = ""
    for index, mention in reversed(chain):
        codes = mention.codes
        parents = ([above.code] if above.code else list(above.codes)) if above else [""]
        fitting = tuple(c for c in codes if any(c.startswith(p) for p in parents))
        if fitting:
            mention = replace(mention, codes=fitting, code=fitting[0] if len(fitting) == 1 else "")
        elif above is not None:
            mention = replace(mention, conflict=_conflict(mention, said))
        result.append((index, mention))
        said = f"{THAI[mention.level]}{mention.name} {said}".strip()
        above = mention if fitting else above
    narrowed = dict(result)
    for (low, a), (high, b) in itertools.pairwise(chain):
        a, b = narrowed[low], narrowed[high]
        if a.code and not a.conflict and not b.code and b.level in ORDER:
            parent = a.code[: DIGITS[b.level]]
            if parent in b.codes:
                narrowed[high] = replace(b, code=parent)
    return sorted(narrowed.items())


def _conflict(mention: _Mention, said: str) -> str:
    """What the text says, against what the register says."""
    known = " หรือ ".join(full_name(c) for c in mention.codes[:3])
    return f"the text says {THAI[mention.level]}{mention.name} {said}; the register has {known}"


def _settle_lists(text: str, mentions: list[_Mention]) -> None:
    """Gives an ambiguous subdistrict the district in whose list it stands (อำเภอ X ได้แก่ ตำบล A ตำบล B)."""
    for index, mention in enumerate(mentions):
        if mention.code or mention.level != "subdistrict":
            continue
        for earlier in reversed(mentions[:index]):
            if mention.span.start - earlier.span.end > REACH:
                break
            fitting = [c for c in mention.codes if earlier.code and c.startswith(earlier.code)]
            if earlier.level == "district" and len(fitting) == 1:
                mentions[index] = replace(mention, code=fitting[0])
            if earlier.level == "district":
                break


def _elect(codes: Sequence[str], votes: Counter[str]) -> str:
    """The only code with the most votes for its district, then its province; `""` where none leads."""
    scores = {code: (votes[code[:4]] if len(code) == 6 else 0, votes[code[:2]]) for code in codes}
    best = max(scores.values(), default=(0, 0))
    leaders = [code for code, score in scores.items() if score == best]
    return leaders[0] if len(leaders) == 1 and any(best) else ""


@cache
def zone_of_province() -> dict[str, int]:
    """The health zone of today of each province code.

    >>> zone_of_province()["86"]
    11
    """
    rows = load_table("health_zones.tsv", ZoneRow)
    return {row.province_code: row.zone for row in rows if row.until_ce is None}


_ZONE = re.compile(r"(?:เขต(?:สุขภาพ)?(?:เพื่อประชาชน)?(?:พื้นที่)?)\s?(?:ที่\s?)?(?P<number>\d{1,2})(?![\d.,/:])")


def find_health_zones(text: str) -> tuple[Place, ...]:
    """The health zones that the text names (`เขต 11` beside สปสช., กขป., โครงการ …), code is the number.

    A number that is not today's number of the seat named behind it is a conflict (they changed over the years).

    >>> [(p.code, p.conflict) for p in find_health_zones("สปสช. เขต ๑๑ สุราษฎร์ธานี และ ส.ส. เขต 2")]
    [('11', '')]
    """
    found = []
    for match in _ZONE.finditer(text):
        number = int(match["number"])
        if 1 <= number <= 13 and is_cut(text, match.start()) and _is_health_zone(text, match):
            conflict = _zone_conflict(text, match.end(), number)
            found.append(Place("health_zone", f"เขต {number}", str(number), Span(*match.span()), conflict))
    return tuple(found)


@cache
def _zone_cues(sign: str) -> tuple[str, ...]:
    return tuple(row.text for row in load_table("places_zone_cues.tsv", ZoneCueRow) if row.sign == sign)


def _is_health_zone(text: str, match: re.Match[str]) -> bool:
    """Whether the nearest cue before `เขต N`, in its line, speaks of health zones."""
    line, _ = line_around(text, match.start())
    before = text[max(line, match.start() - ZONE_REACH) : match.end()]
    good = max((before.rfind(cue) for cue in _zone_cues("+")), default=-1)
    bad = max((before.rfind(cue) for cue in _zone_cues("-")), default=-1)
    return good > bad


def _zone_conflict(text: str, end: int, number: int) -> str:
    """What speaks against a zone's number: the seat named behind it has another one today."""
    seats = {row.seat: row.zone for row in load_table("health_zones.tsv", ZoneRow) if row.until_ce is None}
    after = text[end : end + 25].lstrip()
    for seat, zone in seats.items():
        if after.startswith(seat) and zone != number:
            return f"the text says เขต {number} {seat}; since 2012 the zone of {seat} is {zone}"
    return ""
