"""Thai set in fonts older than Unicode: what a PDF or a web page gives as Western letters and signs, read as the Thai it is.

Each font keeps one letter at one place, so a text is read letter by letter and keeps its length. Which font it was, `decode` finds out: the
text must be good Thai afterwards. The places are rows of data/old_fonts.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.ingest.words import frequency_of, known_words
from pipeline.resources import load_table

# What the letters were read as, and the family of fonts: `tis` is TIS-620 of which some letters became
# one (`_apart`), `mac` fonts lie in the code pages of Mac OS, `angsana` in Windows-1252, `glyph` gives
# numbers of glyphs as code points.
OLD_FONTS: tuple[tuple[str, str], ...] = (
    ("cp1252", "tis"),
    ("mac_roman", "mac"),
    ("mac_latin2", "mac"),
    ("cp1252", "angsana"),
    ("glyphs", "glyph"),
)
# Letters that programs write for the same byte of Mac OS Roman: Greek mu and omega for the signs, the apple (๐) in private use.
_SAME = {"\u03bc": "\u00b5", "\u2126": "\u03a9", "\u0394": "\u2206", "\u00a4": "\u20ac", "\uf000": "\uf8ff"}
MOST_FUSED = 0.25  # letters that became one with the next, for each that did not: 0.12 in the worst text seen
_LONGEST = 14  # letters of the longest word looked for around a blank


@dataclass(frozen=True, slots=True)
class FontRow:
    """Where some letters lie in a family of fonts; see the head of data/old_fonts.tsv."""

    id: str
    family: str
    codes: str
    becomes: str
    example: str
    reads: str
    source: str

    def __post_init__(self) -> None:
        if self.family not in {family for _, family in OLD_FONTS}:
            raise ValueError(f"family {self.family!r} is none that is read (OLD_FONTS)")


@cache
def _windows() -> dict[int, int]:
    """The code point that each byte shows in Windows-1252."""
    return {byte: _shown(byte, "cp1252") for byte in range(256)}


@cache
def letters_of(read_as: str, family: str) -> dict[int, str]:
    """The Thai letter for each code point that text in a font of the family shows when it was read so."""
    found: dict[int, str] = {}
    for row in load_table("old_fonts.tsv", FontRow):
        if row.family == family:
            first, _, last = row.codes.partition("-")
            codes = range(int(first, 16), int(last or first, 16) + 1)
            found |= {_shown(code, read_as): chr(int(row.becomes, 16) + at) for at, code in enumerate(codes)}
    found |= {ord(other): found[ord(char)] for other, char in _SAME.items() if ord(char) in found}
    return found


def _shown(code: int, read_as: str) -> int:
    """The code point that a byte shows in a code page; bytes that it leaves undefined stand as C1 controls."""
    if read_as == "glyphs":
        return code
    char = bytes([code]).decode(read_as, errors="replace")
    return code if char == "\ufffd" else ord(char)


def read_old_font(text: str, read_as: str, family: str) -> str:
    """`text`, which was read as a code page, as the Thai of a font of the family.

    >>> read_old_font("Öćø", "glyphs", "glyph")
    'การ'
    >>> read_old_font(" ÿ¢¿“æ™ÿ¡™π", "mac_roman", "mac")
    'สุขภาพชุมชน'
    """
    return _read(text, read_as, family)[0]


def old_font_edits(text: str, read_as: str, family: str) -> Iterator[tuple[int, int, str]]:
    """What `read_old_font` reads, as `(start, end, letters)`: each with the place of the character that stood for it."""
    made, places = _read(text, read_as, family)
    at = 0
    for start, char in enumerate(text):
        end = at
        while end < len(places) and places[end] == start:
            end += 1
        if made[at:end] != char:
            yield start, start + 1, made[at:end]
        at = end


@lru_cache(maxsize=64)  # found, then undone
def _read(text: str, read_as: str, family: str) -> tuple[str, list[int]]:
    """The Thai, and for each of its letters the character of the text that it stands for."""
    letters = letters_of(read_as, family)
    pieces = [_apart(char, letters) if char > "\x7f" and ord(char) not in letters else char for char in text]
    direct = sum(ord(char) in letters for char in text if char > "\x7f")
    if sum(len(piece) > 1 for piece in pieces) > MOST_FUSED * direct:
        pieces = list(text)  # another script
    unfused = "".join(pieces)
    places = [at for at, piece in enumerate(pieces) for _ in piece]
    if family == "angsana":
        return _with_low_marks(unfused, letters), places
    made = unfused.translate(letters)
    if family != "mac":
        return made, places
    # In Mac OS Roman the byte of ส is the blank that does not break. Where that one stands, the others are blanks.
    return _with_first_so(made if "\u00a0" in unfused else _with_lost_so(made), places)


def _apart(char: str, letters: dict[int, str], deep: int = 3) -> str:
    """The letters of the font that became one character, since their bytes happen to be UTF-8 ("ß§" became "ߧ"); else the character."""
    if "\u0e00" <= char <= "\u0e7f":
        return char
    try:
        parts = "".join(chr(_windows()[byte]) for byte in char.encode())
    except UnicodeEncodeError:
        return char
    if parts[0] == "ð":  # in these texts always what stands for the byte F0 in Windows-1253
        parts = "π" + parts[1:]
    known = [part if ord(part) in letters or not deep else _apart(part, letters, deep - 1) for part in parts]
    made = "".join(known)
    return made if all(ord(part) in letters for part in made) else char


# A low tone mark has a letter of the font before it; n, o, p, q, r beside a Latin letter belong to a Latin word.
_LOW_MARK = re.compile(r"(?<![A-Za-z])([n-r])(?![A-Za-z])")


def _with_low_marks(text: str, letters: dict[int, str]) -> str:
    """The text with n, o, p, q, r as tone marks behind a letter of the font and beside no Latin one, as Latin letters elsewhere."""
    plain = {code: letter for code, letter in letters.items() if code > 0x7F}

    def mark(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        return letters[ord(match.group())] if before and ord(before) in plain else match.group()

    return _LOW_MARK.sub(mark, text).translate(plain)


# --- the letter that became a blank ----------------------------------------------------------------------------------

_MARK_OR_TAIL = re.compile(r"[ะาำัิ-ฺ็-๎]")


def _with_lost_so(text: str) -> str:
    """The text with ส where a program wrote for it the blank that it wrote between words.

    A blank is ส where it cannot be a blank, before a vowel or after a leading one, or where ส makes a word and the letters behind the blank begin
    none as long or as frequent.
    """
    made = list(text)
    for at, letter in enumerate(text):
        if letter == " " and _is_so(made, at):
            made[at] = "ส"
    return "".join(made)


# What no line begins with: its ส, a blank, was cut off with the margin.
_HEADLESS = re.compile(r"(?m)^(?=[าำัิ-ู])")


def _with_first_so(text: str, places: list[int]) -> tuple[str, list[int]]:
    """The text with ส at the head of lines that begin with a vowel, which stands for that vowel's character too."""
    made, stood, done = [], [], 0
    for match in _HEADLESS.finditer(text):
        at = match.start()
        made += [text[done:at], "ส"]
        stood += [*places[done:at], places[at]]
        done = at
    return "".join([*made, text[done:]]), stood + places[done:]


def _is_so(text: list[str], at: int) -> bool:
    """Whether the blank at a place is a lost ส."""
    before, after = "".join(text[at - 1 : at]), "".join(text[at + 1 : at + 2])
    if not ("ก" <= after <= "๎") or ("่" <= after <= "์" and text[at + 2 : at + 3] in ([], [" "])):
        return False  # a mark between blanks is one that was printed apart
    if _MARK_OR_TAIL.match(after) or before in tuple("เแโใไ"):
        return True
    left = "".join(text[max(0, at - _LONGEST) : at])
    right = "".join(text[at + 1 : at + _LONGEST])
    with_so = max(_words_over(left, right), default=(0, 0, ""))
    without = max(_words_at(right), default=(0, ""))
    if not with_so[0]:
        return False
    if with_so[1]:  # the word began before the blank
        return not without[0] or with_so[0] >= without[0] + 2
    longer = with_so[0] > without[0]
    return not without[0] or (longer and frequency_of(with_so[2]) > frequency_of(without[1]))


def _words_over(left: str, right: str) -> Iterator[tuple[int, int, str]]:
    """Known words of three letters or more that ส makes of the letters around it: length, letters before ส, word."""
    known = known_words()
    for before in range(len(left) + 1):
        head = left[len(left) - before :]
        if head and not ("ก" <= head[0] <= "๎"):
            break
        for after in range(1, len(right) + 1):
            word = f"{head}ส{right[:after]}"
            if len(word) > 2 and word in known:
                yield len(word), before, word


def _words_at(right: str) -> Iterator[tuple[int, str]]:
    """Known words that the letters begin with: length, word."""
    known = known_words()
    return ((after, right[:after]) for after in range(2, len(right) + 1) if right[:after] in known)
