"""All phrases of a table found at once in a text, on character offsets, in Thai as in Latin letters.

Token matchers lose the phrases that do not fall on the token boundaries of a tokeniser (4.8 % of the cues in five real
reports), so phrases are matched on characters with one Aho-Corasick automaton, and each hit is then held against the
few things that a character match gets wrong: half a Thai cluster, half a Latin word, a phrase torn by layout.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import ahocorasick

from pipeline.spans import Span

# Written after their consonant (ะ ั า ำ ิ … ฺ ๅ ็ … ๎): a phrase that ends before one of them ends inside a cluster.
FOLLOWING = frozenset(
    "ะ\u0e31าำ\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3aๅ\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e"
)
# Written before their consonant: a phrase that starts after one of them starts inside a cluster.
LEADING = frozenset("เแโใไ")
_BLANKS = re.compile("[ \t\u00a0\u200b]+")  # never a line break: that is layout
_GAPS_ALLOWED = 2  # of single blanks torn into one phrase: more of them is another text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to look for, under a key of the caller (row id, code, …).

    `boundary`: the match must not cut a Thai cluster nor a run of Latin letters or digits. `spaces`: single blanks that
    stand inside the match and not in `text` are read over (`กิจกรรมทาง กาย`); a blank of `text` itself may then
    be any number of blanks, or none. Raises ValueError for a text without a visible character.

    >>> Phrase("สุรา", key="alcohol").spaces
    True
    """

    text: str
    key: str
    boundary: bool = True
    spaces: bool = True

    def __post_init__(self) -> None:
        """Refuses a text without a visible character."""
        if not _BLANKS.sub("", self.text).strip():
            raise ValueError(f"phrase of key {self.key!r} holds no visible character")


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """A phrase where it stands in the text that was searched."""

    span: Span
    key: str
    phrase: str  # as the phrase was given, not as the text writes it


class PhraseMatcher:
    """Finds many phrases in one pass; letters of Latin script match in either case.

    Aho & Corasick 1975, by pyahocorasick; Python work is done per hit only. Cheap to call, dear to build: build once.

    >>> matcher = PhraseMatcher([Phrase("กิจกรรมทางกาย", "pa"), Phrase("สุรา", "alcohol"), Phrase("สุราษฎร์ธานี", "")])
    >>> [(m.key, m.span.start) for m in matcher.find("สุราษฎร์ธานีลดสุราและเพิ่มกิจกรรมทาง กาย")]
    [('', 0), ('alcohol', 14), ('pa', 26)]
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        """Builds the automaton; doubled phrases count once."""
        self._phrases = tuple(dict.fromkeys(phrases))
        by_text: dict[str, list[Phrase]] = {}
        for phrase in self._phrases:
            by_text.setdefault(_BLANKS.sub("", _lower(phrase.text)), []).append(phrase)
        self._automaton = ahocorasick.Automaton()
        for text, same in by_text.items():
            self._automaton.add_word(text, (len(text), tuple(same)))
        self._automaton.make_automaton()

    def __len__(self) -> int:
        """How many phrases it looks for."""
        return len(self._phrases)

    def find(self, text: str) -> list[PhraseMatch]:
        """The leftmost-longest matches, in order; no two overlap, but phrases of the same place each give one."""
        chosen: list[_Hit] = []
        end = last = 0
        for hit in self._sorted(text):
            if hit[0] >= end or hit[:2] == (last, -end):
                chosen.append(hit)
                last, end = hit[0], -hit[1]
        return _matches(chosen)

    def find_all(self, text: str) -> list[PhraseMatch]:
        """All matches, also overlapping ones; by start, then longest first, then in the order of the phrases."""
        return _matches(self._sorted(text))

    def places(self, text: str) -> Iterator[tuple[int, str]]:
        """Start and key of all matches, by the end of their words: for callers that look closer themselves."""
        return ((start, phrase.key) for start, _, phrase in self._hits(text))

    def _sorted(self, text: str) -> list[_Hit]:
        """The hits by start, then longest first, then as they came."""
        hits = list(self._hits(text))
        return sorted(hits, key=itemgetter(0, 1)) if len(hits) > 1 else hits

    def _hits(self, text: str) -> Iterator[_Hit]:
        """Every hit of the automaton that passes the checks of its phrase, by end."""
        if not self._phrases:
            return
        squeezed = _squeezed(text)
        cuts, removed = squeezed.cuts, squeezed.removed
        for last, (length, phrases) in self._automaton.iter(squeezed.text):
            start, end = last + 1 - length, last + 1
            if cuts:
                start += removed[bisect_right(cuts, start)]
                end += removed[bisect_left(cuts, end)]
            torn = end - start != length
            whole = None  # whether the words cut nothing: looked at once, and where it is asked for
            for phrase in phrases:
                if phrase.boundary:
                    whole = _on_boundary(text, start, end) if whole is None else whole
                    if not whole:
                        continue
                if (torn or len(phrase.text) != length) and not _same_blanks(text[start:end], phrase):
                    continue
                yield start, -end, phrase


_Hit = tuple[int, int, Phrase]  # start, end with a minus before it (longest first), phrase


def _matches(hits: list[_Hit]) -> list[PhraseMatch]:
    """The hits as matches."""
    return [PhraseMatch(Span(start, -end), phrase.key, phrase.text) for start, end, phrase in hits]


class _Squeezed:
    """A text without its blanks, in lower case, and the way back to the places of its characters.

    The squeezed characters `[start, end)` stand at `start + removed[bisect_right(cuts, start)]` to `end +
    removed[bisect_left(cuts, end)]` of the full text, without blanks at their ends.
    """

    __slots__ = ("cuts", "removed", "text")

    def __init__(self, text: str) -> None:
        cuts: list[int] = []  # place in the squeezed text before which blanks were taken out
        gone = 0
        removed = [0]  # how many, up to and including that place
        for blank in _BLANKS.finditer(text):
            start, end = blank.span()
            cuts.append(start - gone)
            gone += end - start
            removed.append(gone)
        self.cuts, self.removed = cuts, removed
        self.text = _lower(_BLANKS.sub("", text) if cuts else text)


@lru_cache(maxsize=64)  # several matchers look at the same passage one after the other
def _squeezed(text: str) -> _Squeezed:
    """`text` squeezed."""
    return _Squeezed(text)


def on_boundary(text: str, span: Span) -> bool:
    """Whether `span` cuts neither a Thai cluster nor a run of Latin letters or of digits.

    >>> on_boundary("พอดีตัว", Span(0, 3)), on_boundary("พอดในโรงเรียน", Span(0, 3))
    (False, True)
    """
    return _on_boundary(text, span.start, span.end)


def _on_boundary(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` cuts neither a Thai cluster nor a run of Latin letters or of digits."""
    if end < len(text):
        after = text[end]
        if after in FOLLOWING or _same_run(text[end - 1], after):
            return False
    if start > 0:
        before = text[start - 1]
        return before not in LEADING and not _same_run(before, text[start])
    return True


def _same_run(left: str, right: str) -> bool:
    """Whether the two characters belong to one run of Latin letters, or to one number."""
    if left.isascii() and right.isascii():
        return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())
    return left.isdigit() and right.isdigit()


def _same_blanks(found: str, phrase: Phrase) -> bool:
    """Whether the blanks inside `found` are ones that the phrase allows."""
    if not phrase.spaces:
        return len(found) == len(phrase.text) and _lower(found) == _lower(phrase.text)
    gaps = 0
    at = 0  # in the phrase
    own = phrase.text
    for piece in re.split(f"({_BLANKS.pattern})", found):
        if not _BLANKS.fullmatch(piece):
            at = _pass(own, at, len(piece))
            continue
        if own_blank := _BLANKS.match(own, at):
            at = own_blank.end()
        elif len(piece) > 1:
            return False
        else:
            gaps += 1
    return gaps <= _GAPS_ALLOWED


def _pass(own: str, at: int, visible: int) -> int:
    """The place in `own` after `visible` more visible characters; blanks of its own may be missing in the text."""
    while visible:
        visible -= not _BLANKS.match(own, at)
        at += 1
    return at


def _lower(text: str) -> str:
    """`text` in lower case with as many characters as before, so that places stay."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)  # e.g. İ becomes two characters
