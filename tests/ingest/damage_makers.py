"""The sixteen ways in which Thai is damaged (DOMAIN §6), made on purpose, with the place of every clean character afterwards."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

MARKS = "ัิีึืฺุู็่้๊๋์ํ"
UPPER = "ัิีึื"
TONES = "่้๊๋"
BARE = "่้๊๋์"


@dataclass(frozen=True)
class Damaged:
    """A damaged text; `places[i]` is where character i of the clean text went, None where it was lost."""

    text: str
    places: list[tuple[int, int] | None]


Piece = tuple[str, int]  # what is printed, and the clean character it stands for (-1 for none)


def _made(pieces: list[Piece], length: int) -> Damaged:
    places: list[tuple[int, int] | None] = [None] * length
    at = 0
    for chars, index in pieces:
        if index >= 0 and chars:
            places[index] = (at, at + len(chars))
        at += len(chars)
    return Damaged("".join(chars for chars, _ in pieces), places)


def _is_consonant(text: str, at: int) -> bool:
    return 0 <= at < len(text) and "ก" <= text[at] <= "ฮ"


def _each(change: Callable[[str, int, random.Random], str]) -> Callable[[str, random.Random], Damaged]:
    """A maker that changes each character for itself."""

    def make(text: str, rng: random.Random) -> Damaged:
        return _made([(change(text, at, rng), at) for at in range(len(text))], len(text))

    return make


def split_am(text: str, rng: random.Random) -> Damaged:
    """Class 1: น้ำ becomes น ้า, ตำบล becomes ต าบล."""
    pieces: list[Piece] = []
    for at, char in enumerate(text):
        if char in TONES and text[at + 1 : at + 2] == "ำ":
            pieces.append((" " + char, at))
        elif char == "ำ":
            pieces.append(("า" if text[at - 1] in TONES else " า", at))
        else:
            pieces.append((char, at))
    return _made(pieces, len(text))


def decomposed_am(text: str, rng: random.Random) -> Damaged:
    """Class 3: ำ as two characters, the tone between them or before."""
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        if text[at] in TONES and text[at + 1 : at + 2] == "ำ" and rng.random() < 0.5:
            pieces += [("ํ", -1), (text[at], at), ("า", at + 1)]
            at += 2
        else:
            pieces.append(("ํา" if text[at] == "ำ" else text[at], at))
            at += 1
    return _made(pieces, len(text))


def slid(text: str, rng: random.Random, *, drop_bare: bool = False) -> Damaged:
    """Class 5: สังคม becomes สงั คม. With `drop_bare` class 7: bare tones gone, blanks in their place."""
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        match = re.compile(rf"([{UPPER}ุู][{TONES}]?)([ก-ฮ])(?![{MARKS}ำ])").match(text, at)
        if match and _is_consonant(text, at - 1):
            after = at + len(match.group(1))
            pieces += [(text[after], after), *((text[mark], mark) for mark in range(at, after))]
            if text[after + 1 : after + 2].strip():
                pieces.append((" ", -1))
            at = after + 1
        elif drop_bare and text[at] in BARE and text[at - 1] not in UPPER:
            if _is_consonant(text, at + 1) and _is_consonant(text, at + 2) and rng.random() < 0.5:
                pieces += [("", at), (text[at + 1], at + 1), (" ", -1)]
                at += 2
            else:
                pieces.append(("", at))
                at += 1
        else:
            pieces.append((text[at], at))
            at += 1
    return _made(pieces, len(text))


def slid_everywhere(text: str, rng: random.Random) -> Damaged:
    """Class 5 as programs that show PDF in a browser do it: any mark, tones too, slides over the next letter, also of the next word, with a blank behind it."""
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        match = re.compile(rf"([ก-ฮ])([{MARKS}]+)([ก-ฮาเ-ไ])").match(text, at)
        if not match or rng.random() < 0.3:
            pieces.append((text[at], at))
            at += 1
            continue
        marks = list(range(match.start(2), match.end(2)))
        stays = [mark for mark in marks if text[mark] in TONES] if len(marks) > 1 and rng.random() < 0.3 else []
        pieces += [(text[at], at), *((text[mark], mark) for mark in stays), (match.group(3), match.start(3))]
        pieces += [*((text[mark], mark) for mark in marks if mark not in stays), (" ", -1)]
        at = match.end()
    return _made(pieces, len(text))


def gaps_at_marks(text: str, rng: random.Random) -> Damaged:
    """Class 12: blanks before tones, after ั and ื, and marks behind the next leading vowel."""
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        char, after = text[at], text[at + 1 : at + 2]
        if (
            char in TONES
            and _is_consonant(text, at - 1)
            and after
            and after in "เแโใไ"
            and _is_consonant(text, at + 2)
            and rng.random() < 0.5
        ):
            pieces += [(after, at + 1), (char, at), (" ", -1)]
            at += 2
            continue
        if char in TONES and rng.random() < 0.3:
            pieces.append((" " + char, at))
        elif char in "ัื" and _is_consonant(text, at + 1) and rng.random() < 0.5:
            pieces += [(char, at), (" ", -1)]
        else:
            pieces.append((char, at))
        at += 1
    return _made(pieces, len(text))


_CLUSTER = re.compile(rf"[^\n {MARKS}][{MARKS}ำ]*|[\n ]|[{MARKS}]")


def letter_spaced(text: str, rng: random.Random) -> Damaged:
    """Class 13: every cluster apart, on lines without Latin or digits."""
    pieces: list[Piece] = []
    for match in _CLUSTER.finditer(text):
        pieces += [(text[at], at) for at in range(match.start(), match.end())]
        here, after = match.group(), text[match.end() : match.end() + 1]
        if (here not in {" ", "\n"} and after not in {" ", "\n", ""}) or here == " ":
            pieces.append((" ", -1))
    return _made(pieces, len(text))


def misread(wrong: str) -> Callable[[str, random.Random], Damaged]:
    """Class 14: Windows-874 read as another code page, every other line."""

    def make(text: str, rng: random.Random) -> Damaged:
        pieces: list[Piece] = []
        at = 0
        for number, line in enumerate(text.split("\n")):
            for char in line:
                read = char.encode("cp874", "replace").decode(wrong) if number % 2 else char
                pieces.append((read, at))
                at += 1
            if at < len(text):
                pieces.append(("\n", at))
                at += 1
        return _made(pieces, len(text))

    return make


def marks_on_their_own_line(text: str, rng: random.Random) -> Damaged:
    """Class 15: the marks of a line printed above it."""
    pieces: list[Piece] = []
    at = 0
    for line in text.split("\n"):
        marks = [(char, at + n) for n, char in enumerate(line) if char in MARKS]
        for piece in marks:
            pieces += [piece, (" ", -1)]
        pieces.append(("\n", -1))
        pieces += [(char, at + n) for n, char in enumerate(line) if char not in MARKS]
        at += len(line)
        if at < len(text):
            pieces.append(("\n", at))
            at += 1
    return _made(pieces, len(text))


def _lost_am(text: str, at: int, rng: random.Random) -> str:
    return "า" if text[at] == "ำ" else text[at]


def _all_am(text: str, at: int, rng: random.Random) -> str:
    return "ำ" if text[at] == "า" else text[at]


def _bare_dropped(text: str, at: int, rng: random.Random) -> str:
    return "" if text[at] in BARE and text[at - 1] not in UPPER else text[at]


def _replaced(text: str, at: int, rng: random.Random) -> str:
    return " " if text[at] in MARKS else text[at]


def _deleted(text: str, at: int, rng: random.Random) -> str:
    return "" if text[at] in MARKS else text[at]


def _doubled(text: str, at: int, rng: random.Random) -> str:
    return text[at] * 2 if text[at] in MARKS and rng.random() < 0.5 else text[at]


def _alien(text: str, at: int, rng: random.Random) -> str:
    if text[at] != "ำ":
        return text[at]
    return rng.choice(("\ufffdำ", "ำ\ufffd", "\ufffdา")) if text[at - 1] not in TONES else "\ufffdำ"


def _odd(text: str, at: int, rng: random.Random) -> str:
    if text[at] == "แ":
        return "เเ"
    if text[at] == "ำ":
        return "ํา"
    if text[at] == " ":
        return "\u00a0"
    return text[at] + (
        "\u200b"
        if rng.random() < 0.1 and text[at] not in MARKS and text[at + 1 : at + 2] not in tuple(MARKS + "ำ")
        else ""
    )


# The classes of DOMAIN §6 by number; 14 twice, as two code pages.
MAKERS: dict[str, Callable[[str, random.Random], Damaged]] = {
    "1 split ำ": split_am,
    "2 ำ without nikhahit": _each(_lost_am),
    "3 ำ decomposed": decomposed_am,
    "4 every า is ำ": _each(_all_am),
    "5 marks slid": slid,
    "5 all marks slid": slid_everywhere,
    "6 bare tones dropped": _each(_bare_dropped),
    "7 slid and dropped": lambda text, rng: slid(text, rng, drop_bare=True),
    "8 marks are blanks": _each(_replaced),
    "9 marks deleted": _each(_deleted),
    "10 marks doubled": _each(_doubled),
    "11 lost characters at ำ": _each(_alien),
    "12 gaps at marks": gaps_at_marks,
    "13 letter-spaced": letter_spaced,
    "14 read as latin-1": misread("latin-1"),
    "14 read as mac_roman": misread("mac_roman"),
    "15 marks on own lines": marks_on_their_own_line,
    "16 odd characters": _each(_odd),
}
BEYOND_REPAIR = ("8 marks are blanks", "9 marks deleted", "15 marks on own lines")
REPAIRABLE = tuple(name for name in MAKERS if name not in BEYOND_REPAIR)
