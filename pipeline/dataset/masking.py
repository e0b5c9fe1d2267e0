"""Personal data hidden for publication: every character of it replaced, lengths and white space kept, so that spans stay valid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.extract.boundaries import is_cut
from pipeline.extract.persons import NamedPerson, find_contacts, find_persons
from pipeline.extract.project import reporter_span
from pipeline.resources import load_table
from pipeline.spans import Span

# FULL BLOCK: in every font of the common office systems, no letter of any script, so that no rule reads on over it.
MASK = "█"
PERSONAL_KINDS = frozenset({"person", "phone", "email", "line_id", "national_id"})
ROUNDS = 5  # masking can lay open what its neighbour hid; two rounds were the most that the tests needed


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A row of `data/masking_addresses.tsv`."""

    id: str
    pattern: str
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True, order=True)
class PersonalSpan:
    """A place that holds personal data; kinds person, phone, email, line_id, national_id, house_number."""

    span: Span
    kind: str


def find_personal(
    text: str, *, persons: Iterable[str] = (), keep_public_roles: bool = False, public: Collection[str] = frozenset()
) -> tuple[PersonalSpan, ...]:
    """The places of personal data in `text` in order; of a name the part behind its title.

    `persons` are names known from elsewhere in the report (reporter, responsible person): they and their first names
    with surnames are found wherever they stand. With `keep_public_roles`, names beside a public role are left out, and so are
    those of `public`, which stand beside one elsewhere in the report (see public_names).

    >>> text = "นายกล้า ใจสู้ โทร 081-000-0000 บ้านเลขที่ 12/3"
    >>> [(p.kind, p.span.slice(text)) for p in find_personal(text)]
    [('person', 'กล้า ใจสู้'), ('phone', '081-000-0000'), ('house_number', '12/3')]
    """
    titled = find_persons(text)
    public = {_squeeze(p.name.slice(text)) for p in titled if p.public} | set(public) if keep_public_roles else set()
    found = [PersonalSpan(p.name, "person") for p in titled if _squeeze(p.name.slice(text)) not in public]
    reporter = reporter_span(text) or Span(0, 0)
    if len(reporter) and MASK not in (name := reporter.slice(text)) and _squeeze(bare_name(name)) not in public:
        found.append(PersonalSpan(reporter, "person"))
    names = [*(n for n in persons if _squeeze(bare_name(n)) not in public), *_repeated(text, titled, public)]
    found.extend(PersonalSpan(span, "person") for span in _known(text, names))
    found.extend(PersonalSpan(f.span, f.kind) for f in find_contacts(text))
    found.extend(PersonalSpan(span, "house_number") for span in _house_numbers(text))
    return _apart(found)


def mask(
    text: str, *, keep_public_roles: bool, persons: Iterable[str] = (), public: Collection[str] = frozenset()
) -> str:
    """`text` with its personal data masked, as long as before, white space kept.

    Raises nothing; a text without personal data comes back as it is. See find_personal for `persons` and `public`.

    >>> mask("โดย นายกล้า  ใจสู้ อสม.", keep_public_roles=True)
    'โดย นาย████  █████ อสม.'
    """
    known = tuple(persons)
    for _ in range(ROUNDS):
        found = find_personal(text, persons=known, keep_public_roles=keep_public_roles, public=public)
        spans = [p.span for p in found]
        if not spans:
            return text
        text = mask_spans(text, spans)
    return text


def mask_spans(text: str, spans: Iterable[Span], *, offset: int = 0) -> str:
    """`text` with the characters of `spans` masked, white space kept.

    `spans` count in a text of which `text` is the part that begins at `offset`: so a quote is masked by what its whole report
    shows to be personal.

    >>> mask_spans("กล้า ใจสู้", [Span(10, 15)], offset=10)
    '████ ใจสู้'
    """
    characters = list(text)
    for span in spans:
        for at in range(max(span.start - offset, 0), min(span.end - offset, len(characters))):
            if not characters[at].isspace():
                characters[at] = MASK
    return "".join(characters)


def public_names(text: str) -> frozenset[str]:
    """The names, without white space and title, that stand beside a public role in `text`.

    >>> sorted(public_names("นายกล้า ใจสู้ นายกเทศมนตรี และนางแก้ว ใจงาม"))
    ['กล้าใจสู้']
    """
    return frozenset(_squeeze(p.name.slice(text)) for p in find_persons(text) if p.public)


def is_public(name: str, public: Collection[str]) -> bool:
    """Whether `name`, with or without its title, is one of `public`."""
    return _squeeze(bare_name(name)) in public


def verify_public(texts: Iterable[str], *, keep_public_roles: bool = True) -> tuple[PersonalSpan, ...]:
    """What personal data is left in published texts, in their order; empty when all is masked.

    >>> [p.kind for p in verify_public(["อีเมล kla@example.org", "นาย████ █████"])]
    ['email']
    """
    return tuple(left for text in texts for left in find_personal(text, keep_public_roles=keep_public_roles))


def bare_name(name: str) -> str:
    """The name without its title.

    >>> bare_name("นายกล้า ใจสู้"), bare_name("กล้า ใจสู้")
    ('กล้า ใจสู้', 'กล้า ใจสู้')
    """
    found = find_persons(name)
    return found[0].name.slice(name) if found and found[0].span.start == 0 else name.strip()


def _squeeze(name: str) -> str:
    return re.sub(r"\s", "", name)


def _repeated(text: str, persons: Sequence[NamedPerson], public: set[str]) -> list[str]:
    """Full names (first name and surname) found once, to be found again without their title."""
    names = dict.fromkeys(p.name.slice(text) for p in persons)
    return [n for n in names if re.search(r"\S\s+\S", n) and _squeeze(n) not in public]


def _known(text: str, names: Iterable[str]) -> Iterator[Span]:
    """The places of known names, with any white space between their parts."""
    for name in dict.fromkeys(bare_name(n) for n in names):
        parts = [re.escape(part) for part in name.split()]
        if len(_squeeze(name)) < 4:
            continue
        for match in re.finditer(r"\s{1,3}".join(parts), text):
            if is_cut(text, match.start()) and is_cut(text, match.end()):
                yield Span(*match.span())


@cache
def _address_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row.pattern) for row in load_table("masking_addresses.tsv", AddressRow))


def _house_numbers(text: str) -> Iterator[Span]:
    for pattern in _address_patterns():
        for match in pattern.finditer(text):
            yield Span(*match.span("number"))


def _apart(found: Iterable[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """The places in order; of overlapping ones one that holds both."""
    result: list[PersonalSpan] = []
    for place in sorted(found):
        if result and place.span.overlaps(result[-1].span):
            last = result[-1]
            result[-1] = PersonalSpan(Span(last.span.start, max(last.span.end, place.span.end)), last.kind)
        else:
            result.append(place)
    return tuple(result)
