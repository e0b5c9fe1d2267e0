"""What damage leaves of Thai: the letters without their marks, each with its place."""

from __future__ import annotations

import re
from array import array
from functools import lru_cache

from pipeline.ingest.digits import thai_digits_to_arabic

# Marks above and below, white space, what cannot be seen, and what stands for lost characters.
_LOST = re.compile(r"[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\s\u00ad\u200b-\u200f\u2060\ufeff\ufffd\ue000-\uf8ff]+")
_KEPT = re.compile(r"[^\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\s\u00ad\u200b-\u200f\u2060\ufeff\ufffd\ue000-\uf8ff]+")


def skeleton(text: str) -> str:
    """The letters of `text`: no marks, no white space, ำ as า, Thai digits as Arabic. All repairable damage leaves them as they are.

    >>> skeleton("สงั คม ก ำจัด ๕") == skeleton("สังคม กำจัด 5")
    True
    """
    return thai_digits_to_arabic(_LOST.sub("", text)).replace("ำ", "า")


@lru_cache(maxsize=8)
def skeleton_places(text: str) -> tuple[str, array[int]]:
    """The skeleton and the place in `text` of each of its letters."""
    places = array("q")
    for match in _KEPT.finditer(text):
        places.extend(range(match.start(), match.end()))
    return skeleton(text), places
