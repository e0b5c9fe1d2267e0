"""What a person types, turned into weighted terms: words, other written forms, notions, years, and words that may have been misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.errors import UsageError
from pipeline.ingest.normalise import normalise_text
from pipeline.lessons.search_index import Index
from pipeline.lessons.search_spelling import SHORTEST
from pipeline.lessons.search_terms import (
    CATEGORY_OF,
    NOTION,
    PAIR,
    PART,
    SHORT,
    SIGNS,
    THEME,
    TOPIC,
    WORD,
    YEAR,
    Term,
    find_terms,
    unsought,
)
from pipeline.segment.tokens import dictionary
from pipeline.spans import Span

# A question of a person is shorter; what lies beyond is not read.
LONGEST_QUERY = 500
# What a term of each kind counts. Tried on the development queries (python -m pipeline.evaluate search --half dev).
WEIGHTS = {
    WORD: 1.0,
    PART: 0.4,
    PAIR: 0.4,
    SHORT: 1.2,
    NOTION: 1.0,
    THEME: 0.5,
    TOPIC: 0.3,
    YEAR: 0.8,
    CATEGORY_OF: 0.6,
}
UNSOUGHT, INSIDE_SHORT, MISSPELT = (
    0.1,
    0.15,
    0.5,
)  # a word that is not sought; one inside a longer name; one that seems misspelt
_LONGEST_FRAGMENT = 3  # letters of what the tokeniser cuts a misspelt word into
_LONGEST_WINDOW = 6  # tokens: newmm cuts ผู้สูงอายู into four
_LONGER = 1.5  # how much of likeness a letter more is worth: ซึมเศล้า is ซึมเศร้า, not เล้า with something before it
MISSPELT_KIND, CORRECTION = "misspelt", "correction"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term that a query looks for."""

    key: str
    kind: str
    weight: float
    said: str  # the words of the query that stand behind it


@dataclass(frozen=True, slots=True)
class Query:
    """A query ready to be held against an index; each key once, with its greatest weight."""

    text: str  # normalised
    wanted: tuple[Wanted, ...]
    known: bool  # whether a word of it is one: the vectors of nonsense are near to something too

    @property
    def core(self) -> dict[str, float]:
        """The weights of what is sought."""
        return {w.key: w.weight for w in self.wanted if w.weight > UNSOUGHT and w.kind != CATEGORY_OF}

    @property
    def beside(self) -> dict[str, float]:
        """The weights of what only lifts a lesson that is found."""
        return {w.key: w.weight for w in self.wanted if w.weight <= UNSOUGHT or w.kind == CATEGORY_OF}


def read_query(text: str, index: Index) -> Query:
    """The query as weighted terms. Raises UsageError for one without a letter or digit."""
    clean = normalise_text(" ".join(text[:LONGEST_QUERY].split())).text
    terms = find_terms(clean)
    if not terms:
        raise UsageError("The query holds no word.", 'Type what you look for, e.g. "บุหรี่ไฟฟ้าในโรงเรียน".')
    sought = [term for term in terms if term.kind == WORD and term.key not in unsought()]
    wanted = _corrections(clean, terms, index)
    misspelt = [Span(*place) for place in sorted({(w.span.start, w.span.end) for _, w in wanted})]
    found = [made for made, _ in wanted]
    names = [term for term in terms if term.kind in (SHORT, NOTION, THEME)]
    for term in terms:
        found.extend(_weighted(term, clean, names, misspelt, bool(sought)))
    best: dict[str, Wanted] = {}
    for one in found:
        if one.key not in best or best[one.key].weight < one.weight:
            best[one.key] = one
    known = bool(names or misspelt or not sought) or any(_is_known(term.key, index) for term in sought)
    return Query(clean, tuple(best.values()), known)


def _is_known(word: str, index: Index) -> bool:
    """Whether the collection or the dictionary has the word."""
    return bool(index.words.count(word)) or (len(word) >= SHORTEST and word in dictionary())


def _weighted(term: Term, text: str, names: Sequence[Term], misspelt: Sequence[Span], sought: bool) -> list[Wanted]:
    """A term of the query with what it counts, and the category that it asks for."""
    weight = WEIGHTS[term.kind]
    said = term.span.slice(text)
    role = unsought().get(term.key)
    if role is not None and sought:
        weight = UNSOUGHT
    elif term.kind in (WORD, PART, PAIR) and _is_inside(term, names):
        weight *= INSIDE_SHORT
    if any(place.overlaps(term.span) for place in misspelt):
        weight *= MISSPELT
    made = [Wanted(term.key, term.kind, weight, said)]
    if role:
        made.append(_of_category(role, said))
    return made


def _is_inside(term: Term, names: Sequence[Term]) -> bool:
    """Whether the term is only a piece of a name with several written forms, or a fragment of a notion (โค and วิ of โควิค)."""
    fragment = len(term.key) <= 2
    return any(
        name.span.contains(term.span) and (name.kind == SHORT or (fragment and name.span != term.span))
        for name in names
    )


def _of_category(code: str, said: str) -> Wanted:
    """The wish for lessons of a category."""
    return Wanted(SIGNS[CATEGORY_OF] + code, CATEGORY_OF, WEIGHTS[CATEGORY_OF], said)


def _meant(key: str, index: Index) -> list[tuple[str, float]]:
    """The words written much like `key`; not those that stand in it whole, with which nothing is wrong."""
    return [(word, ratio) for word, ratio in index.choices.alike(key) if word not in key]


def _corrections(text: str, terms: Sequence[Term], index: Index) -> list[tuple[Wanted, Term]]:
    """What stretches of the query that the collection does not know may have meant, each with its stretch."""
    found: list[tuple[Wanted, Term]] = []
    for stretch in _unknown_stretches(text, terms, index):
        said = stretch.span.slice(text)
        for word, ratio in _meant(stretch.key, index):
            for term in find_terms(word):
                # Of the correction only the whole counts: its parts and pairs come by other words too.
                if term.kind in (SHORT, NOTION, THEME, TOPIC, WORD):
                    kind = TOPIC if term.kind == TOPIC else CORRECTION
                    weight = WEIGHTS[term.kind] * ratio / 100
                    found.append((Wanted(term.key, kind, weight, said), stretch))
                if role := unsought().get(term.key):
                    found.append((_of_category(role, said), stretch))
    return found


def _unknown_stretches(text: str, terms: Sequence[Term], index: Index) -> list[Term]:
    """Stretches without blanks that look misspelt, longest first without overlaps: a word that the collection does not have, or
    neighbours that never stand side by side in it, and something of the collection is written much like them.
    """
    words = [term for term in terms if term.kind == WORD]
    names = [term.span for term in terms if term.kind in (SHORT, NOTION, THEME)]
    windows = []
    for first in range(len(words)):
        for last in range(first, min(len(words), first + _LONGEST_WINDOW)):
            inside = words[first : last + 1]
            if last > first and inside[-1].span.start != inside[-2].span.end:
                break
            span = Span(inside[0].span.start, inside[-1].span.end)
            key = "".join(word.key for word in inside)
            if len(key) < SHORTEST or not _is_odd(inside, index) or index.words.count(key):
                continue
            if sum(_shared(name, span) for name in names) * 2 > len(span):
                continue
            if near := _meant(key, index):
                windows.append((-near[0][1] - _LONGER * len(span), span, key))
    taken: list[Term] = []
    for _, span, key in sorted(windows):
        if not any(other.span.overlaps(span) for other in taken):
            taken.append(Term(key, MISSPELT_KIND, span))
    return taken


def _shared(one: Span, other: Span) -> int:
    """How many characters two places share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _is_odd(words: Sequence[Term], index: Index) -> bool:
    """Whether the collection does not know one of these neighbours, or one is a fragment and two never stand side by side in it."""
    if any(not index.words.count(word.key) for word in words):
        return True
    if all(len(word.key) > _LONGEST_FRAGMENT for word in words):
        return False
    pairs = (f"{one.key} {other.key}" for one, other in pairwise(words))
    return any(not index.words.count(pair) for pair in pairs)
