"""The one tokeniser of the project: PyThaiNLP's dictionary words and our own terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pythainlp.corpus import thai_words, tnc
from pythainlp.tokenize.newmm import segment as newmm
from pythainlp.util import Trie

from pipeline.resources import load_table
from pipeline.spans import Span

# newmm looks ahead over the whole text it is given and slows down on long ambiguous runs; 2,000 characters hold any
# clause, and a 1 MB line of one repeated syllable then takes linear time.
LONGEST_PIECE = 2_000
_PIECE = re.compile(rf"[^\n]{{1,{LONGEST_PIECE}}}(?=\s|$)|[^\n]{{{LONGEST_PIECE}}}|[^\n]+")
_RUN = re.compile(r"([0-9๐-๙]{50,}|[A-Za-z]{50,})")


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of the domain that the general dictionary lacks or cuts (`data/words.tsv`)."""

    id: str
    word: str
    example: str
    source: str


@cache
def dictionary() -> Trie:
    """The words that the tokeniser knows: PyThaiNLP's list (CC0) and `data/words.tsv`."""
    return Trie(set(thai_words()) | {row.word for row in load_table("words.tsv", WordRow)})


def tokens(text: str) -> tuple[Span, ...]:
    """The words and other pieces of `text` in order, without gaps: joined they are the text.

    Linear in the length of the text. Line breaks are tokens of their own.

    >>> [t.slice("รพ.สต.บ้านนา") for t in tokens("รพ.สต.บ้านนา")]
    ['รพ.สต.', 'บ้าน', 'นา']
    """
    ends = list(_ends(text))
    return tuple(map(Span, [0, *ends], ends))


@lru_cache(maxsize=1024)  # cues, words of state, terms and names of one report ask for the same short stretches
def word_ends(text: str) -> tuple[int, ...]:
    """Where the tokens of `text` end, in order; for short texts that are asked for again.

    >>> word_ends("รพ.สต.บ้านนา")
    (6, 10, 12)
    """
    return tuple(_ends(text))


def _ends(text: str) -> Iterator[int]:
    """The ends of the tokens, in order."""
    at = 0
    for piece in _PIECE.finditer(text):
        if piece.start() > at:
            yield piece.start()
        at = piece.start()
        for word in _words(piece.group()):
            at += len(word)
            yield at
    if at < len(text):
        yield len(text)


def _words(piece: str) -> list[str]:
    """The tokens of one piece without line breaks; very long runs of digits or Latin letters are one token each."""
    words: list[str] = []
    for part in _RUN.split(piece):
        if not part:
            continue
        words.extend([part] if _RUN.fullmatch(part) else newmm(part, dictionary()))
    return words


def common_words(most: int) -> tuple[str, ...]:
    """The most frequent words of written Thai, at most so many: PyThaiNLP's word list in the order of the Thai National Corpus.

    >>> common_words(3)
    ('ที่', 'การ', 'เป็น')
    """
    counts = dict(tnc.unigram_word_freqs())
    known = thai_words()
    return tuple(sorted((word for word in counts if word in known), key=lambda word: (-counts[word], word))[:most])
