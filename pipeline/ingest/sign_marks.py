"""Tone marks that came out of a PDF as signs, digits or Western letters ("ด8าน", "ส<งเสริม", "ที1"): which sign is which mark, learnt from the text.

Each maker of PDFs has signs of its own, so no table can name them. But one sign is one mark all through a text: where it stands inside Thai
words, one mark makes words of most of these places and every other mark of few.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.words import frequency_of, longest_across

Edit = tuple[int, int, str]  # start, end, what stands there instead
_MARKS = "้่็์๊๋"
# A sign behind a letter or vowel and before a Thai letter, a blank or the end of the line; what belongs to Thai text itself is none.
_SITE = re.compile(
    r"[^\u0e01-\u0e5b \n\t\r\x0b\x0c.,:/()\[\]{}|*\"'“”‘’%\-–—…•·\u200b\ufeff\u00a0\ufffd](?<=[ก-ฮัิ-ู].)(?=[ก-ูเ-ไ็-์ \n]|\Z)"
)
FEWEST, FEWEST_WORDS = 3, 2  # places that one mark makes words of, and words that it makes
SHARE = 0.4  # of all places of the sign: the others slid, or are words that no list holds
CLEARLY = 3  # times as many as the next mark makes words of
UNCLEAR = 8  # places from which the user is told of a sign that is no clear mark
_SAMPLE = 60  # places looked at for one sign
_FIRST = 12  # places after which a sign that made no word yet is given up
_REACH = 12  # letters on each side
_SHOWN = 3  # letters on each side that the user is shown: no name among them


@dataclass(frozen=True, slots=True)
class _Place:
    """A sign with the letters around it."""

    left: str
    right: str
    slid: bool  # a blank stands behind it


def marks_for_signs(text: str) -> Iterator[Edit]:
    """Edits that put a tone mark for each sign that stands for one; none where a sign is not clearly one mark.

    A digit is changed only where the mark makes a word of it, since it may be a number.
    """
    found: list[Edit] = []
    for sign, sites in _sites(text):
        if sum(_is_inside(text, at) for at in sites) >= FEWEST:
            found += _edits(text, sign, sites)
    yield from sorted(found)


def unclear_signs(text: str) -> list[str]:
    """Examples of signs that stand inside many Thai words as a mark would, when it is not clear which mark each is.

    Digits and letters are none: they stand between Thai letters as themselves (หมู่1บ้านเหนือ). Nor are signs before a blank: คน? is no ค้น.
    """
    found = []
    for sign, sites in _sites(text):
        inside = [] if sign.isalnum() else [at for at in sites if _is_inside(text, at)]
        places = [_place(text, at) for at in inside[:_SAMPLE]] if len(inside) >= UNCLEAR else []
        words = [place for place in places if _best(place)[0]]
        if places and len(words) >= SHARE * len(places):
            found.append(f"{words[0].left}{sign}{words[0].right}")
    return found


def _sites(text: str) -> list[tuple[str, list[int]]]:
    """The signs that may be marks, each with its places in the text, in order."""
    signs: dict[str, list[int]] = defaultdict(list)
    for match in _SITE.finditer(text):
        signs[match.group()].append(match.start())
    return sorted(signs.items())


def _is_inside(text: str, at: int) -> bool:
    """Whether a Thai letter follows a sign at once. Behind numbers comes a blank more often, so most sound texts need no dictionary."""
    return "ก" <= text[at + 1 : at + 2] <= "๎"


def _edits(text: str, sign: str, sites: list[int]) -> Iterator[Edit]:
    """The edits for one sign."""
    mark = _mark_of([_place(text, at) for at in sites[:_SAMPLE]])
    for at in sites if mark else ():
        if not sign.isdigit() or _is_mark(_place(text, at), mark):
            yield at, at + 1, mark


def _is_mark(place: _Place, mark: str) -> bool:
    """Whether a digit is the mark here: it makes a word, or the letters before it are none without it."""
    at = len(place.left)
    return _best(place)[0] == mark or (not place.slid and not longest_across(place.left, at - 1, at))


def _place(text: str, at: int) -> _Place:
    left, right = at, at + 1
    while left > max(0, at - _REACH) and "ก" <= text[left - 1] <= "๎":
        left -= 1
    slid = text[right : right + 1] == " "
    start = right = right + slid
    while right < min(len(text), start + _REACH) and "ก" <= text[right] <= "๎":
        right += 1
    return _Place(text[left:at], text[start:right], slid)


def _mark_of(places: list[_Place]) -> str:
    """The mark that the sign at these places stands for, "" where it is not clear."""
    votes: Counter[str] = Counter()
    words: set[str] = set()
    for number, place in enumerate(places):
        if number == _FIRST and not votes:
            return ""
        mark, word = _best(place)
        if mark:
            votes[mark] += 1
            words.add(word)
    (best, most), *others = votes.most_common(2) or [("", 0)]
    next_most = others[0][1] if others else 0
    clear = most >= FEWEST and most >= SHARE * len(places) and most >= CLEARLY * next_most
    return best if clear and len(words) >= FEWEST_WORDS else ""


_VOWEL_BEHIND = re.compile(r"[ัิ-ู]")
_LAST_LETTERS = re.compile(r"(.*?[ก-ฮ])([ัิ-ู]?)([ก-ฮ])([ัิ-ู]?)")


def _best(place: _Place) -> tuple[str, str]:
    """The mark that makes the most frequent word of the place, and that word; empty where none makes one."""
    found = [(_weight(word), mark, word) for mark in _MARKS for word in _words(place, mark)]
    weight, mark, word = max(found, default=(0, "", ""))
    return (mark, word) if weight else ("", "")


def _weight(word: str) -> int:
    """How much a word shows: how often it stands in the corpora, and long words more, which are there seldom but are no chance."""
    return frequency_of(word) + 100 * max(0, len(word) - 4)


def _words(place: _Place, mark: str) -> Iterator[str]:
    """The words that the mark makes of the place: on the letter before the sign, or, where it slid, on the one before that."""
    vowel = place.right[:1] if _VOWEL_BEHIND.match(place.right) else ""  # a mark may be printed before its vowel
    left, right = place.left + vowel, place.right[len(vowel) :]
    yield _word_over(left, mark, "" if place.slid else right)
    moved = _LAST_LETTERS.fullmatch(left) if place.slid or vowel else None
    if moved and not (moved[2] and moved[4]):
        yield _word_over(moved[1] + moved[2] + moved[4], mark, moved[3] + right)


def _word_over(left: str, mark: str, right: str) -> str:
    """The longest known word of three letters or more that holds the last letter of `left` and the mark on it."""
    start = len(left) - (2 if left[-1:] and _VOWEL_BEHIND.match(left[-1]) else 1)
    if start < 0:
        return ""
    made = left + mark
    found = longest_across(made + right, start, len(made))
    return found if len(found) >= 3 else ""
