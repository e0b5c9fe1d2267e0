"""Texts that repeat each other: copies of a report, and years of one project whose text is largely carried over.

Compared are the sets of their character 5-grams without white space and with all digits alike, so that wrapping, spacing, encoding and
numerals make no difference. Candidates come from an inverted index over one gram in eight, chosen by its hash (mod-p sketch, Broder
1997); they are then compared with all grams, so nothing is estimated in the answer.
"""

from __future__ import annotations

import unicodedata
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Gram = TypeVar("_Gram", str, int)
GRAM = 5
# Of the grams of two texts together, what they share. Tried on corpus/reports: two different reports reach 0.13, re-wrapped copies 0.99.
COPY = 0.8
# Of the smaller text's grams, what the other one has: a year of a project that carries half of its text over. Two different reports of
# corpus/reports reach 0.31, and that only a page of 600 grams made of stock phrases.
CARRIED_OVER = 0.5
LEAST_GRAMS = 200  # below that, stock phrases of the field alone make half of a text
LEAST_HASHES = 12
_SKETCH = 8  # one gram in so many is looked up
_FEW = 8  # of a text that has no other grams than such, so many are looked up all the same
_STOCK = 50  # a gram in more texts than this leads to no candidate: it is form text or a stock phrase


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two texts, by name, that repeat each other; shares from 0 to 1."""

    one: str
    other: str
    jaccard: float  # shared grams over all grams of both
    containment: float  # shared grams over the grams of the smaller one

    @property
    def is_copy(self) -> bool:
        """Whether the two are one text, apart from its layout and a few changed words."""
        return self.jaccard >= COPY


def letters_of(text: str) -> str:
    """The text without white space, marks of layout and invisible characters, with every digit as 0.

    >>> letters_of("ปี ๒๕๖๖\\n มี 12 คน") == letters_of("ปี2567มี\\u200b99 คน")
    True
    """
    # ำ alone of all Thai makes NFKC take every text apart: written as what it becomes, most texts are in that form already.
    composed = unicodedata.normalize("NFKC", text.replace("\u0e33", "\u0e4d\u0e32"))
    for char in sorted(set(composed)):
        if (letter := _letter(char)) != char:
            composed = composed.replace(char, letter)
    return composed


@lru_cache(maxsize=4096)  # a text has some hundred different characters
def _letter(char: str) -> str:
    """A character as copies are compared by: "" for white space and marks of layout, 0 for a digit."""
    if char.isspace() or unicodedata.category(char) in {"Cf", "Cc", "Cn", "Co"}:
        return ""
    return "0" if char.isdigit() else char


def grams_of(text: str) -> frozenset[str]:
    """The character 5-grams of a text's letters; one shorter gram for a shorter text, none for an empty one.

    >>> sorted(grams_of("กข คง จฉ"))
    ['กขคงจ', 'ขคงจฉ']
    """
    return frozenset(_grams(text))


def _grams(text: str) -> list[str]:
    """The 5-grams in the order of the text, each as often as it stands there."""
    letters = letters_of(text)
    return [letters[at : at + GRAM] for at in range(max(min(1, len(letters)), len(letters) - GRAM + 1))]


def find_repeats(texts: Mapping[str, str]) -> tuple[Repeat, ...]:
    """All pairs of texts (by name) that are copies or carried over, in order of their names.

    A text below 200 grams is compared for copies only.
    """
    return _repeats({name: grams_of(text) for name, text in texts.items()}, _sketched, LEAST_GRAMS)


def sketch_of(text: str) -> bytes:
    """One in eight of the text's grams, chosen by their hash, as sorted hashes of four bytes: texts that repeat each other share them.

    >>> sketch_of("ก ข ค ง จ ฉ ช ซ") == sketch_of("กขคงจฉชซ")
    True
    """
    hashes = _hashes(letters_of(text))
    return np.unique(hashes[hashes % _SKETCH == 0]).tobytes()


def find_copies(sketches: Mapping[str, bytes]) -> tuple[Repeat, ...]:
    """All pairs of sketches (by name) whose texts are copies of each other, as far as one gram in eight tells.

    Equal letters have equal sketches. A sketch of fewer than 12 hashes (a text below some 100 letters) is compared with none.
    """
    sets = {name: frozenset(array("I", sketch)) for name, sketch in sketches.items() if len(sketch) >= 4 * LEAST_HASHES}
    return tuple(repeat for repeat in _repeats(sets, list, 0) if repeat.is_copy)


def _repeats(
    grams: Mapping[str, frozenset[_Gram]], sketched: Callable[[frozenset[_Gram]], list[_Gram]], least: int
) -> tuple[Repeat, ...]:
    """The pairs of sets that are copies, or of at least `least` elements and carried over."""
    grams = dict(sorted(grams.items()))
    found = []
    for one, other in sorted(_candidates(grams, sketched)):
        shared = len(grams[one] & grams[other])
        smaller = min(len(grams[one]), len(grams[other]))
        repeat = Repeat(one, other, shared / (len(grams[one]) + len(grams[other]) - shared), shared / smaller)
        if repeat.is_copy or (smaller >= least and repeat.containment >= CARRIED_OVER):
            found.append(repeat)
    return tuple(found)


def _candidates(
    grams: Mapping[str, frozenset[_Gram]], sketched: Callable[[frozenset[_Gram]], list[_Gram]]
) -> set[tuple[str, str]]:
    """Pairs of names that share a rare gram of the sketch, or whose texts are equal."""
    # Hundreds of copies would make all their grams frequent: equal texts are tied to the first of them instead.
    firsts: dict[frozenset[_Gram], str] = {}
    pairs = {(first, name) for name, own in grams.items() if own and (first := firsts.setdefault(own, name)) != name}
    sketches = {name: sorted(sketched(grams[name])) for name in firsts.values()}
    counts = Counter(gram for sketch in sketches.values() for gram in sketch)
    index: dict[_Gram, list[str]] = defaultdict(list)
    for name, sketch in sketches.items():
        shared = sorted((gram for gram in sketch if counts[gram] > 1), key=lambda gram: (counts[gram], gram))
        rare = [gram for gram in shared if counts[gram] <= _STOCK] or shared[:_FEW]
        pairs |= {(other, name) for gram in rare for other in index[gram]}
        for gram in rare:
            index[gram].append(name)
    return pairs


def _sketched(grams: frozenset[str]) -> list[str]:
    """One gram in eight, by hash; all grams of a short text."""
    if len(grams) < LEAST_GRAMS:
        return list(grams)
    return [gram for gram in grams if _hash(gram) % _SKETCH == 0]


def _hashes(letters: str) -> NDArray[np.uint32]:
    """The hashes of the grams of some letters, cut from their bytes: to encode a gram alone takes longer than its hash."""
    data = _bytes(letters)
    firsts = np.flatnonzero(np.frombuffer(data, np.uint8) & 0xC0 != 0x80)  # the others go on with a letter
    starts = [*firsts.tolist(), len(data)]
    ends = starts[max(1, min(GRAM, len(letters))) :]
    grams = [data[start:end] for start, end in zip(starts, ends, strict=False)]
    return np.fromiter(map(zlib.crc32, grams), np.uint32, len(grams))


def _hash(gram: str) -> int:
    """The CRC-32 of a gram: the same on every machine."""
    return zlib.crc32(_bytes(gram))


def _bytes(letters: str) -> bytes:
    """Letters as UTF-8, also half a character of a damaged file."""
    return letters.encode("utf-8", "surrogatepass")


def groups(links: Iterable[tuple[str, str]], names: Iterable[str] = ()) -> tuple[tuple[str, ...], ...]:
    """The groups that links make, and each of `names` that no link touches by itself; all sorted.

    >>> groups([("b", "a"), ("c", "b")], ["a", "z"])
    (('a', 'b', 'c'), ('z',))
    """
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = above[higher]
            name = higher
        return name

    for name in names:
        top(name)
    for one, other in links:
        low, high = sorted((top(one), top(other)))
        above[high] = low
    members: dict[str, list[str]] = defaultdict(list)
    for name in sorted(above):
        members[top(name)].append(name)
    return tuple(tuple(group) for group in sorted(members.values()))


def copies(repeats: Iterable[Repeat]) -> tuple[tuple[str, ...], ...]:
    """Groups of names whose texts are copies of each other."""
    return groups((repeat.one, repeat.other) for repeat in repeats if repeat.is_copy)
