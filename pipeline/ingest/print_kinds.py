"""What a line is by the way it is set: a heading in bold print, the caption of a picture. One rule for all readers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table

# A line all in bold is a heading when it is at most this long; longer ones are emphasis.
BOLD_HEADING_LENGTH = 80
# A longer text that opens with "ภาพ :" tells more than a caption does.
CAPTION_LENGTH = 200
_FULL_STOP = re.compile(r"\.[\"”'’)\]\s]*$")
_ABBREVIATION = re.compile(r"(?:^|[\s(./\"“])[ก-ฮ][ก-์]{0,3}\.$|\.{2,}$")


@dataclass(frozen=True, slots=True)
class CaptionRule:
    """A row of data/captions.tsv."""

    id: str
    pattern: str
    example: str
    counter_example: str
    source: str


def is_bold_heading(text: str) -> bool:
    """Whether a line that is all in bold is a heading: short, and no sentence with a full stop.

    >>> is_bold_heading("สิ่งที่อยากฝาก"), is_bold_heading("เราทำได้แล้ว."), is_bold_heading("บทบาทของ อบต.")
    (True, False, True)
    """
    bare = text.strip()
    if not 0 < len(bare) <= BOLD_HEADING_LENGTH:
        return False
    return _FULL_STOP.search(bare) is None or _ABBREVIATION.search(bare) is not None


@cache
def _caption_pattern() -> re.Pattern[str]:
    rules = load_table("captions.tsv", CaptionRule)
    return re.compile("|".join(f"(?:{rule.pattern})" for rule in rules), re.IGNORECASE)


def is_caption(text: str) -> bool:
    """Whether a line is the caption or credit of a picture by the words it opens with.

    >>> is_caption("คำบรรยายภาพ: แม่บ้านช่วยกันปรุงสำรับ"), is_caption("ภาพรวม: คนเลิกบุหรี่ได้ 12 คน")
    (True, False)
    """
    bare = text.strip()
    return len(bare) <= CAPTION_LENGTH and _caption_pattern().fullmatch(bare) is not None
