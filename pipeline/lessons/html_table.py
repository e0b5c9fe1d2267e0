"""A DataFrame as a table for reading: whole texts, lists as words, left-aligned, in a Thai font."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

# Fonts that set Thai well, the shipped one's name first; the last is what every system has.
FONTS = "'Sarabun','TH Sarabun New','Noto Sans Thai','Leelawadee UI',Thonburi,Tahoma,Loma,sans-serif"
_TABLE = (
    f'<table lang="th" style="font-family:{FONTS};font-size:14px;line-height:1.7;border-collapse:collapse">{{}}</table>'
)
_CELL = '<{0} style="text-align:left;vertical-align:top;padding:3px 10px;border-bottom:1px solid #e5e5e5">{1}</{0}>'


class Html(str):
    """HTML as a plain string, which a notebook shows as what it describes."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The string itself, for notebooks."""
        return str(self)


def table(frame: pd.DataFrame | pd.Series, *, most: int = 50) -> Html:
    """The rows of a DataFrame as HTML, at most `most`, and how many more there are. What cells hold is escaped.

    >>> "<b>" in table(pd.DataFrame({"ข้อความ": ["<b>น้ำ</b>"]}))
    False
    """
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    named = not isinstance(frame.index, pd.RangeIndex) and frame.index.dtype != "int64"
    head = ([str(frame.index.name or "")] if named else []) + [str(column) for column in frame.columns]
    lines = ["".join(_CELL.format("th", escape(name)) for name in head)]
    shown = frame.head(most)
    for index, row in zip(shown.index, shown.itertuples(index=False, name=None), strict=True):
        cells = ([index] if named else []) + list(row)
        lines.append("".join(_CELL.format("td", escape(cell_text(cell))) for cell in cells))
    more = f"<p>และอีก {len(frame) - most:,} แถว</p>" if len(frame) > most else ""
    return Html(_TABLE.format("".join(f"<tr>{line}</tr>" for line in lines)) + more)


def cell_text(cell: Any) -> str:
    """A cell as people read it: lists joined, nothing for missing, numbers to two places.

    >>> cell_text(["อาหาร", "ยาสูบ"]), cell_text(0.4567), cell_text(None)
    ('อาหาร, ยาสูบ', '0.46', '')
    """
    if isinstance(cell, (list, tuple)):
        return ", ".join(map(str, cell))
    if cell is None or pd.isna(cell):
        return ""
    return f"{cell:,.2f}" if isinstance(cell, float) else str(cell)
