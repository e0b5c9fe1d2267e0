"""How many blanks part clauses in a text: two, or three where two are the writer's ordinary blank."""

from __future__ import annotations

import re

from pipeline.line_bounds import goes_on

# Where at least so many gaps of two blanks, and so large a share of all, stand in the middle of a sentence, two say no more than one. In the reports
# of the corpus two blanks part clauses four times out of five, and at most two such gaps stand within sentences; in real pages typed with two blanks,
# a third of them.
FEWEST_WITHIN, SHARE_WITHIN = 5, 0.25
WIDE_GAP = re.compile(r"[ \t\u00a0]{2,}")
_BETWEEN_WORDS = re.compile(r"(?<=[ก-๛A-Za-z)”\"])[ \u00a0]{2}(?=[ก-๛])")


def clause_gap(text: str) -> int:
    """The least number of blanks that part clauses, 2 or 3.

    >>> clause_gap("ได้ผลดี  คนมาก"), clause_gap("คน  และผัก  ของบ้าน  โดยวัด  และผัก  ของบ้าน")
    (2, 3)
    """
    gaps = list(_BETWEEN_WORDS.finditer(text))
    within = sum(goes_on(text, gap.start(), gap.end()) for gap in gaps)
    return 2 if within < max(FEWEST_WITHIN, SHARE_WITHIN * len(gaps)) else 3
