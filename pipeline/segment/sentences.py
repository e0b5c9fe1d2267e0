"""Where sentences end, as crfcut of PyThaiNLP sees it (a CRF learned from TED talks), in less than half of its time."""

from __future__ import annotations

import itertools
from collections import defaultdict
from functools import cache
from pathlib import Path

from pythainlp.corpus import corpus_path
from pythainlp.tokenize import crfcut, word_tokenize

from pipeline.segment.crf_model import CrfModel, read_crf

WINDOW = 2  # words looked at on either side
_WIDE = 2 * WINDOW + 1
_PAD = ["xxpad"] * WINDOW
# The n-grams in the window by length and place of the first word, as crfcut learned them.
_PLACES = tuple((size, at) for size in (1, 2, 3) for at in range(-WINDOW, WINDOW + 2 - size))
_STOPS = ("!", ".", "?")
_Weights = tuple[float, ...]  # for I (inside a sentence) and E (its last word)


def sentences(text: str) -> list[str]:
    """The sentences of a text that does not end in a blank, blanks included: joined they are the text.

    The same as `pythainlp.tokenize.crfcut.segment`, which asks CRFsuite with 37 strings for each word.

    >>> sentences("ขยะในชุมชนลดลงแล้ว ชาวบ้านดีใจมาก")
    ['ขยะในชุมชนลดลงแล้ว ', 'ชาวบ้านดีใจมาก']
    """
    words = word_tokenize(text)
    lasts = _last_words(_scores(words))
    found: list[str] = []
    start = 0
    ends = True  # whether a sentence has ended: a blank behind it opens the next one
    for at, (word, last) in enumerate(zip(words, lasts, strict=True), 1):
        bare = word.strip()
        ends = bare.endswith(_STOPS) or ((last or at == len(words)) and bool(bare or not ends))
        if ends:
            found.append("".join(words[start:at]))
            start = at
    return found


def _scores(words: list[str]) -> list[tuple[float, float]]:
    """What speaks for I and for E at each word."""
    padded = [*_PAD, *words, *_PAD]
    enders = bytes(word in crfcut._ENDERS for word in padded)
    starters = bytes(word in crfcut._STARTERS for word in padded)
    pairs = [f"{one}|{two}" for one, two in itertools.pairwise(padded)]
    triples = [f"{pair}|{word}" for pair, word in zip(pairs, padded[2:], strict=False)]
    known = _word_weights()
    scores = []
    for at in range(len(words)):
        end = at + _WIDE
        inside, last = _mark_weights(enders[at:end], starters[at:end])
        grams = (*padded[at:end], *pairs[at : end - 1], *triples[at : end - 2])
        for weights, gram in zip(known, grams, strict=True):
            if gram in weights:
                more = weights[gram]
                inside += more[0]
                last += more[1]
        scores.append((inside, last))
    return scores


def _last_words(scores: list[tuple[float, float]]) -> list[bool]:
    """Which words are the last of a sentence on the likeliest way through all of them (Viterbi); of equal ones inside first."""
    (stay, leave), (enter, again) = _model().transitions
    ways: list[tuple[bool, bool]] = []  # for I and E: whether the word before was the last of its sentence
    inside = last = 0.0
    for at, (for_inside, for_last) in enumerate(scores):
        if at:
            ways.append((last + enter > inside + stay, last + again > inside + leave))
            inside, last = max(inside + stay, last + enter), max(inside + leave, last + again)
        inside, last = inside + for_inside, last + for_last
    found = [last > inside]
    for way in reversed(ways):
        found.append(way[found[-1]])
    return found[::-1] if scores else []


@cache
def _model() -> CrfModel:
    """The model that comes with PyThaiNLP."""
    return read_crf(Path(corpus_path()) / "sentenceseg_crfcut.model")


@cache
def _word_weights() -> tuple[dict[str, _Weights], ...]:
    """The weights of the words at each place of the window."""
    found: dict[str, dict[str, _Weights]] = defaultdict(dict)
    for feature, weights in _model().features.items():
        kind, _, gram = feature.partition("=")
        found[kind][gram] = weights
    return tuple(found[f"word_{size}_{at}_{at + size}"] for size, at in _PLACES)


@cache
def _mark_weights(enders: bytes, starters: bytes) -> tuple[float, float]:
    """What the words around a word say by ending or beginning sentences (1 where one does), and what holds for every word."""
    known = _model().features
    names = ["bias"]
    for size, at in _PLACES:
        for kind, marks in (("ender", enders), ("starter", starters)):
            window = marks[at + WINDOW : at + WINDOW + size]
            names.append(f"{kind}_{size}_{at}_{at + size}=" + "|".join(kind if mark else "normal" for mark in window))
    weights = [known[name] for name in names if name in known]
    return sum(inside for inside, _ in weights), sum(last for _, last in weights)
