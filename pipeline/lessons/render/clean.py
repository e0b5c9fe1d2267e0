"""Text of reports as a file may show it: nothing unseen steers how it reads, nothing illegal breaks the file."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the order of letters around (Unicode Bidi_Control). They are named in view, not dropped: who put one into a report
# wanted the text to be read otherwise than it stands.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SHOWN = re.compile(f"[{_BIDI}]")
# C0 and C1 controls, which XML forbids or nobody sees; tab and line feed stay. U+2028 and U+2029 end lines in JavaScript.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
_LINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """`text` for people: bidi controls named as ‹U+202E›, control characters away, halves of characters as U+FFFD, NFC.

    The zero-width space stays: Thai text carries it as a word boundary.

    >>> visible("ก\\u202eข\\x00\\ud800")
    'ก‹U+202E›ข\ufffd'
    """
    text = _CONTROLS.sub("", _LINES.sub("\n", text))
    text = _SHOWN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text)
    return unicodedata.normalize("NFC", _BROKEN.sub(REPLACEMENT, text))


def xml_text(text: str) -> str:
    """`text` with nothing that XML forbids; all else stays as it is."""
    return _BROKEN.sub(REPLACEMENT, _CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """`text` made visible and on one line.

    >>> one_line(" ก\\n\\tข ")
    'ก ข'
    """
    return " ".join(visible(text).split())
