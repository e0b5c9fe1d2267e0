"""Thai digits as Arabic ones, for reading numbers; the text itself keeps its digits."""

from __future__ import annotations

_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def thai_digits_to_arabic(text: str) -> str:
    """`text` with Arabic digits for Thai ones, of the same length, so that places keep their numbers.

    >>> thai_digits_to_arabic("ปี ๒๕๖๖")
    'ปี 2566'
    """
    return text.translate(_ARABIC)
