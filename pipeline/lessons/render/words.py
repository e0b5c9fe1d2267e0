"""The words around the quotes of an exported lesson set, in Thai or English (data/render_words.tsv)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import load_table

_GAP = re.compile(r"\{([0-9])\}")
THAI, ENGLISH = "th", "en"


@dataclass(frozen=True, slots=True)
class WordRow:
    """A row of `render_words.tsv`."""

    id: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: call it with an id and what goes into the gaps.

    >>> Words("th")("version", 3), Words("en")("version", 3)
    ('ฉบับที่ 3', 'Version 3')
    """

    language: str

    def __call__(self, name: str, *values: object) -> str:
        """The words `name` with `values` in their gaps; a gap without a value stays. Raises ResourceError when the table has no such row."""
        row = _rows().get(name)
        if row is None:
            raise ResourceError(f"pipeline/data/render_words.tsv has no row {name}.", "Add it in Thai and English.")
        text = row.en if self.language == ENGLISH else row.th
        # At once and not with str.format: the values are text of reports and may hold braces.
        return _GAP.sub(lambda gap: str(values[int(gap[1])]) if int(gap[1]) < len(values) else gap[0], text)


@cache
def _rows() -> dict[str, WordRow]:
    return {row.id: row for row in load_table("render_words.tsv", WordRow)}
