"""Bytes to text: which encoding, and what a wrong code page did to Thai on the way.

The rule is DEPENDENCIES §4: UTF-8 if it is UTF-8, UTF-16 if its bytes alternate, else Windows-874 when more than 90 %
of the high bytes are Thai there. It named 45 of 45 byte strings right where charset-normalizer named 42.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.errors import ReadError
from pipeline.ingest.old_fonts import OLD_FONTS, old_font_edits, read_old_font

REMEDY = "Open it in the program that made it and save it as UTF-8 text."
# Share of the high bytes (above 0x7F) that must be Thai in cp874, DEPENDENCIES §4.
THAI_BYTES = 0.90
# Broken characters tolerated in a text, as a share of those beyond ASCII: above it the text is not in this encoding.
BROKEN = 0.05
# Vowels and tone marks that stand where Thai has them, as a share of all, from which text is good Thai; and from which it is fair, where other lines of
# the text show its code page already.
GOOD, FAIR = 0.93, 0.7
# Vowels for each Thai letter or mark, below which bytes only fall on Thai letters: of 1,630 lines of corpus/reports with more than 40 of them 0.137 at least.
LEAST_VOWELS, JUDGED_FROM = 0.12, 40
# Characters beyond ASCII that a misread text has at least, and how many of them differ: rows of one or two signs (©©©©, ✓ ≥≥≥) are ornaments, while
# สนับสนุน in Windows-874 is also four letters of UTF-8, two of them the same.
FEWEST_BEYOND, FEWEST_DIFFERENT = 4, 3
# How much of a text is looked at to find a wrong code page: enough to be sure, too little to be slow.
SAMPLE = 20_000

_MAGIC = (
    (b"%PDF-", "a PDF", ".pdf"),
    (b"PK\x03\x04", "a zip or Office file", ".docx, .xlsx, .pptx or .zip"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", ".doc, .xls or .ppt"),
    (b"\x89PNG", "a picture", ".png"),
    (b"\xff\xd8\xff", "a picture", ".jpg"),
    (b"GIF8", "a picture", ".gif"),
    (b"{\\rtf", "an RTF document", ".rtf"),
    (b"SQLite format 3", "a database", ".sqlite"),
)
# C0 controls that no text file holds (tab, line ends, form feed and escape are left out).
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Without what Windows-874 and -1252 share: the euro sign, ellipsis, quotes, bullet, dashes and NBSP.
_HIGH = re.compile(rb"[\x81-\x84\x86-\x90\x98-\x9f\xa1-\xff]+")
# NBSP is left out: it pads Thai and Western pages alike.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\xa0]+")
_THAI = re.compile(r"[\u0e01-\u0e3a\u0e3f-\u0e5b]")
_THAI_RUN = re.compile(f"{_THAI.pattern}+")
_META_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it came in.

    `encoding` is a Python codec name, so `data.decode(encoding)` gives `text` again; for repaired text it is followed by
    what went wrong: "utf-8 (was cp874 read as latin-1)". `broken` counts the characters that could not be read
    and stand as U+FFFD in `text`.
    """

    text: str
    encoding: str
    broken: int = 0


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """The text in `data`; `declared` is an encoding that the source states of itself, obeyed where the bytes agree.

    Raises ReadError when the bytes are no text, or in no encoding that reads as text.

    >>> decode("ตำบล".encode("cp874"))
    Decoded(text='ตำบล', encoding='cp874', broken=0)
    """
    _refuse_binary(data)
    decoded = _by_mark(data) or _utf16_without_mark(data)
    if decoded is None:
        decoded = _utf8(data) or _declared(data, declared) or _single_byte(data)
    if decoded is None or decoded.broken > max(3, BROKEN * len(decoded.text)):
        if b"\0" in data:
            raise ReadError("This is binary, not text.", "Check what kind of file it is; give it its right suffix.")
        raise ReadError("The text is in no known encoding, or too broken to read.", REMEDY)
    if len(_CONTROLS.findall(decoded.text)) > max(1, len(decoded.text) // 200):
        raise ReadError("This is binary, not text.", "Check what kind of file it is; give it its right suffix.")
    misread = undo_misreading(decoded.text)
    if misread is None:
        return decoded
    text, story = misread
    return Decoded(text, f"{decoded.encoding} ({story})", text.count("\ufffd"))


def decode_html(data: bytes, *, declared: str = "") -> Decoded:
    """The text of an HTML source: as `decode`, with the charset that its <meta> or XML line states."""
    stated = _META_CHARSET.search(data[:4096])
    return decode(data, declared=declared or (stated.group(1).decode("ascii") if stated else ""))


def _refuse_binary(data: bytes) -> None:
    """Raises ReadError when the first bytes are those of a known binary format."""
    for magic, what, suffix in _MAGIC:
        if data.startswith(magic):
            raise ReadError(f"This is binary, not text: {what}.", f"Give it its right suffix ({suffix}).")


def _by_mark(data: bytes) -> Decoded | None:
    """The text of data with a byte order mark."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            return Decoded(text, encoding, text.count("\ufffd"))
    return None


def _utf16_without_mark(data: bytes) -> Decoded | None:
    """The text of UTF-16 without a mark: the high byte of Thai (0E) and of ASCII (00) fills every second place."""
    head = data[: SAMPLE * 2]
    if len(head) < 4 or not (b"\0" in head or b"\x0e" in head):
        return None
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        highs, lows = head[first::2], head[1 - first :: 2]
        share = (highs.count(0) + highs.count(0x0E)) / len(highs)
        if share > 0.7 and (lows.count(0) + lows.count(0x0E)) / max(1, len(lows)) < 0.2:
            text = data.decode(encoding, errors="replace")
            return Decoded(text, encoding, text.count("\ufffd"))
    return None


def _utf8(data: bytes) -> Decoded | None:
    """The text of UTF-8, with a few broken characters replaced; None when it is something else."""
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    beyond = sum(map(len, _BEYOND_ASCII.findall(text)))
    # Three characters: a file cut in the middle of one, however short it is.
    return Decoded(text, "utf-8", broken) if broken <= BROKEN * beyond or (broken <= 3 < beyond - broken) else None


def _declared(data: bytes, declared: str) -> Decoded | None:
    """The text in the encoding that the source states, unless that is one of those stated by default for anything."""
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        return None
    if not name or name.startswith(("utf", "iso8859-1", "cp1252", "ascii", "cp874", "tis-620")):
        return None  # UTF-8 was tried; cp874 is tried next, and holds more than tis-620
    try:
        return Decoded(data.decode(name), name)
    except (UnicodeDecodeError, LookupError):
        return None  # LookupError: codecs such as "rot13" that give no text


def _single_byte(data: bytes) -> Decoded | None:
    """The text of Windows-874 (a superset of TIS-620 and ISO 8859-11), else of Windows-1252."""
    high = b"".join(_HIGH.findall(data))
    thai = sum(map(high.count, range(0xA1, 0xDB))) + sum(map(high.count, range(0xDF, 0xFC)))
    if thai > THAI_BYTES * len(high):
        text = data.decode("cp874", errors="replace")
        if _plausible(text) >= 0.9:
            return Decoded(text, "cp874", text.count("\ufffd"))
    text = data.decode("cp1252", errors="replace")
    # Western text: single high letters between ASCII ones. Runs of them are something else.
    if "\ufffd" not in text and len(high) < 0.2 * len(data) and len(high) < 1.3 * len(_HIGH.findall(data)):
        return Decoded(text, "cp1252")
    return None


# What may stand before a Thai vowel or tone mark; used to tell Thai from bytes that only fall on Thai letters.
_MARK = re.compile(r"[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]")
_GOOD_MARK = re.compile(r"(?<=[\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4d])[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]")
_GOOD_LEADING = re.compile(r"[\u0e40-\u0e44](?=[\u0e01-\u0e2e])")
_LEADING = re.compile(r"[\u0e40-\u0e44]")
_VOWEL = re.compile(r"[\u0e30-\u0e39\u0e40-\u0e44]")
_CUT_MARKS = "".join(map(chr, (0x0E31, *range(0x0E33, 0x0E3B), *range(0x0E47, 0x0E4F))))


def _plausible(text: str) -> float:
    """Share of the vowels and tone marks that stand where Thai has them, 0 to 1; 1 for a text without any."""
    # A text cut out of another may open with a mark or end with a leading vowel: that is no fault of the decoding.
    text = text[:SAMPLE].lstrip(_CUT_MARKS).rstrip("เแโใไ")
    good = len(_GOOD_MARK.findall(text)) + len(_GOOD_LEADING.findall(text))
    marks = len(_MARK.findall(text)) + len(_LEADING.findall(text))
    return good / marks if marks else 1.0


@cache
def _byte_of(codec: str) -> dict[int, int]:
    """Code point to byte, of a single-byte code page; bytes that it leaves undefined stand as C1 controls.

    That is how browsers read Windows-1252 and Windows-874 (WHATWG Encoding Standard), and what Python's strict codecs refuse.
    """
    table: dict[int, int] = {}
    for byte in range(256):
        char = bytes([byte]).decode(codec, errors="replace")
        table[byte if char == "\ufffd" else ord(char)] = byte
    return table


def _to_bytes(text: str, codec: str) -> bytes | None:
    """The bytes that gave `text` when read as `codec`; None when they could not have."""
    table = _byte_of(codec)
    if not all(ord(char) in table for char in set(text)):
        return None
    return text.translate(table).encode("latin-1")


def _read_as(wrong: str, right: str) -> Callable[[str], str | None]:
    """A function that undoes reading `right` bytes as `wrong`; it gives None where that cannot have happened."""
    if (wrong, right) in OLD_FONTS:
        return lambda text: read_old_font(text, wrong, right)

    def undo(text: str) -> str | None:
        data = text.encode("utf-8", "surrogatepass") if wrong == "utf-8" else _to_bytes(text, wrong)
        return None if data is None else data.decode(right, errors="replace")

    return undo


# In this order: the first that gives good Thai wins; latin-1 before cp1252 because it is the narrower claim.
_MISREADINGS: tuple[tuple[str, str], ...] = (
    tuple(
        (wrong, right)
        for right in ("utf-8", "cp874")
        for wrong in ("latin-1", "cp1252", "mac_roman", "cp874", "utf-8", "cp1257")
        if wrong != right
    )
    + OLD_FONTS
)


def find_misreading(text: str) -> tuple[str, str] | None:
    """The code page a text was read in, and the encoding it was in; None for text that is sound.

    Thai read in a wrong code page is a long run of accented letters and signs that, put back into bytes and read rightly, is Thai
    with every vowel in its place. Western text never is.
    """
    sample = _suspicious_sample(text)
    if sample is None:
        return None
    return next((pair for pair in _MISREADINGS if is_misreading(sample, pair)), None)


def is_misreading(text: str, pair: tuple[str, str], *, sure: bool = True) -> bool:
    """Whether the text is good Thai once it is read as `(code page, encoding)` says; unless `sure`, fair Thai will do."""
    guess = _read_as(*pair)(text)
    if guess is None or guess == text or _is_doubled(guess):
        return False
    return _is_repaired(text, guess, GOOD if sure else FAIR) and not (sure and _is_half_read(*pair, guess))


def _is_half_read(wrong: str, right: str, guess: str) -> bool:
    """Whether Windows-874 leaves holes where an old font of Mac OS has letters of its own."""
    return (wrong == "mac_roman" and right == "cp874") and ("\ufffd" in guess or _plausible(guess) < 1)


def undo_misreading(text: str) -> tuple[str, str] | None:
    """`text` as it was before a wrong code page, and the story ("was cp874 read as latin-1"); None for text that is sound.

    >>> undo_misreading("ตำบล".encode("cp874").decode("latin-1") * 3)
    ('ตำบลตำบลตำบล', 'was cp874 read as latin-1')
    >>> undo_misreading("ตำบล café") is None
    True
    """
    found = find_misreading(text)
    whole = _read_as(*found)(text) if found else None
    if found is None or whole is None or not _is_repaired(text, whole):
        return None
    return whole, f"was {found[1]} read as {found[0]}"


def undo_edits(text: str, wrong: str, right: str) -> Iterator[tuple[int, int, str]]:
    """What `find_misreading` found, undone as `(start, end, character)`: each character with the stretch that it was read as."""
    if (wrong, right) in OLD_FONTS:
        yield from old_font_edits(text, wrong, right)
        return
    data = bytearray()
    place: list[int] = []  # of each byte, the character it came from
    table = _byte_of(wrong) if wrong != "utf-8" else {}
    for at, char in enumerate(text):
        made = char.encode("utf-8", "replace") if wrong == "utf-8" else bytes([table.get(ord(char), 0x3F)])
        data += made
        place += [at] * len(made)
    decoder = codecs.getincrementaldecoder(right)(errors="replace")
    begun = 0
    for number in range(len(data)):
        chars = decoder.decode(bytes(data[number : number + 1]), final=number == len(data) - 1)
        if chars:
            yield from _one_edit(chars, place[begun], place[number] + 1, after=place[begun - 1] + 1 if begun else 0)
            begun = number + 1


def _one_edit(chars: str, start: int, end: int, *, after: int) -> Iterator[tuple[int, int, str]]:
    """The edit for the characters of some bytes; one whose character was begun by the bytes before only adds to it."""
    yield max(start, after), max(end, start, after), chars


# Thai that was UTF-8 and was read as cp874: each character became เธ or เน and one more.
_DOUBLED = re.compile("เ[ธน]")


def _is_doubled(text: str) -> bool:
    """Whether Thai is still in a wrong code page, as where some of its bytes were lost."""
    return len(_DOUBLED.findall(text)) > 0.2 * len(_THAI.findall(text)) > 0


def _suspicious_sample(text: str) -> str | None:
    """Some of the text, when much of it beyond ASCII is not Thai (or is เธ เธ เธ); None when the text is sound."""
    pieces = [text] if len(text) <= SAMPLE else list(_slices(text))
    sample = "".join(pieces)
    beyond = "".join(_BEYOND_ASCII.findall(sample))
    thai = sum(map(len, _THAI_RUN.findall(beyond)))
    if len(beyond) < FEWEST_BEYOND or len(set(beyond)) < FEWEST_DIFFERENT:
        return None
    if thai > 0.5 * len(beyond) and len(_DOUBLED.findall(beyond)) < 0.2 * len(beyond):
        return None
    return sample


def _slices(text: str) -> Iterator[str]:
    """Five stretches spread over a long text, each from line end to line end where there is one near."""
    for part in range(5):
        start = len(text) * part // 5
        stretch = text[start : start + SAMPLE // 5]
        # A stretch must not begin inside a character that takes several; a blank or a line end is a safe place.
        cut = min((at for at in (stretch.find("\n"), stretch.find(" ")) if 0 <= at < 500), default=0)
        yield stretch[cut:]


def _is_repaired(before: str, after: str, plausible: float = GOOD) -> bool:
    """Whether `after` is Thai, with so large a share of its marks in their places, that `before` was not."""
    beyond_before = sum(map(len, _BEYOND_ASCII.findall(before)))
    runs = len(_BEYOND_ASCII.findall(before))
    beyond = sum(map(len, _BEYOND_ASCII.findall(after)))
    thai = len(_THAI.findall(after))
    if not beyond or thai < 0.85 * beyond or after.count("\ufffd") > 0.03 * beyond + (1 if beyond > 20 else 0):
        return False
    if beyond_before < 1.5 * runs and beyond_before < 0.5 * len(before):
        return False  # single accented letters: Western text
    if thai > JUDGED_FROM and len(_VOWEL.findall(after)) < LEAST_VOWELS * thai:
        return False
    return _plausible(after) >= plausible and bool(
        _LEADING.search(after) or _MARK.search(after) or thai > 20 or "า" in after
    )
