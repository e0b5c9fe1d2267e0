"""Thai words to judge repairs by: the word list of PyThaiNLP (CC0) and the words of the domain."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table

# Longest stretch looked at around a place: longer words are made of shorter ones that are listed too.
REACH = 24


@dataclass(frozen=True, slots=True)
class DomainWord:
    """A row of data/words.tsv."""

    id: str
    word: str
    example: str
    source: str


@cache
def known_words() -> frozenset[str]:
    """Every word that counts as good Thai, of two characters or more, without blanks."""
    os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")  # it makes a folder in the user's home otherwise
    from pythainlp.corpus import thai_words

    domain = (row.word for row in load_table("words.tsv", DomainWord))
    return frozenset(word for word in (*thai_words(), *domain) if len(word) > 1 and " " not in word)


def word_across(text: str, start: int, end: int) -> int:
    """Length of the longest known word in `text` that holds the whole of `[start, end)`; 0 for none.

    >>> word_across("โครงการดำเนินงาน", 7, 9)
    9
    """
    return len(longest_across(text, start, end))


def longest_across(text: str, start: int, end: int) -> str:
    """The longest known word in `text` that holds the whole of `[start, end)`; "" for none.

    >>> longest_across("โครงการดำเนินงาน", 7, 9)
    'ดำเนินงาน'
    """
    words, lengths = known_words(), _longest_by_head()
    best, found = 0, ""
    for begin in range(max(0, end - REACH), start + 1):
        longest = max(lengths.get(text[begin : begin + 3], 0), lengths.get(text[begin : begin + 2], 0))
        for stop in range(min(len(text), begin + longest), max(end, begin + best + 1) - 1, -1):
            if text[begin:stop] in words:
                best, found = stop - begin, text[begin:stop]
                break
    return found


@cache
def _longest_by_head() -> dict[str, int]:
    """Length of the longest known word that begins with these three characters (two, for words of two)."""
    lengths: dict[str, int] = {}
    for word in known_words():
        lengths[word[:3]] = max(len(word), lengths.get(word[:3], 0))
    return lengths


@cache
def _frequencies() -> dict[str, int]:
    """How often words stand in the Thai National Corpus and the Thai Textbook Corpus, as PyThaiNLP ships them."""
    from pythainlp.corpus import tnc, ttc

    counts: dict[str, int] = {}
    for word, count in (*tnc.unigram_word_freqs().items(), *ttc.unigram_word_freqs().items()):
        counts[word] = counts.get(word, 0) + count
    return counts


def frequency_of(word: str) -> int:
    """How often a word stands in two general corpora; 0 for one that is not in them.

    >>> frequency_of("ไม่") > frequency_of("ไม้")
    True
    """
    return _frequencies().get(word, 0)
