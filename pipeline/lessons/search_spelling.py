"""Which words of a collection a misspelt word may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from pipeline.classify.taxonomy import ISSUE, SDH
from pipeline.classify.terms import term_rows
from pipeline.lessons.search_terms import form_words

# rapidfuzz's ratio, 0 to 100. Below it, other words of like length come up: อาหาร for อาการ has 60, ขยะ for ระยะ 67.
ALIKE = 80.0
SHORTEST = 4  # letters of a word that is held against others; one letter more or less is then at most a quarter
_CLOSE = 5.0  # how much less alike than the best another may be
# Letters that sound alike; tone marks and the like, which are left out or doubled.
_ALIKE_LETTERS = str.maketrans("ศษณฎฏฬใฆฌญภธ", "สสนดตลไคชยพท", "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d")


@dataclass(frozen=True, slots=True)
class Choices:
    """Words that may have been meant, and their skeletons, in one order."""

    words: tuple[str, ...]
    skeletons: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Choices:
        """The words given, those of the tables that have several spellings added."""
        kept = tuple(sorted({word for word in words if len(word) >= SHORTEST - 1} | _table_words()))
        return cls(kept, tuple(map(skeleton, kept)))

    def alike(self, word: str, most: int = 2) -> tuple[tuple[str, float], ...]:
        """The words written most like `word`, best first, each with its likeness, ALIKE to 100.

        >>> Choices.of(["ขยะ", "ระยะ", "งบประมาณ"]).alike("งบประมาน")[0][0]
        'งบประมาณ'
        """
        if any(character.isdecimal() for character in word):
            return ()
        found = process.extract(skeleton(word), self.skeletons, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4 * most)
        # The letters as written break ties between words of one skeleton.
        scored = [(self.words[at], (ratio + fuzz.ratio(word, self.words[at])) / 2) for _, ratio, at in found]
        kept = sorted((pair for pair in scored if pair[1] >= ALIKE), key=lambda pair: (-pair[1], pair[0]))
        return tuple(pair for pair in kept if pair[1] >= kept[0][1] - _CLOSE)[:most]


def skeleton(word: str) -> str:
    """A word without tone marks and with one letter for those that sound alike.

    >>> skeleton("กันน๊อค") == skeleton("กันน้อค")
    True
    """
    return word.translate(_ALIKE_LETTERS)


@cache
def _table_words() -> frozenset[str]:
    """Words that the tables write in several ways, long enough to be told from others."""
    terms = {text for scheme in (ISSUE, SDH) for row in term_rows(scheme) for text in row.terms + row.token_terms}
    return frozenset(word for word in {*terms, *form_words()} if len(word) > SHORTEST and " " not in word)
