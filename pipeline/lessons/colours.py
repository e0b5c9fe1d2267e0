"""One colour for each code of a scheme, the same in text and in figures."""

from __future__ import annotations

from pathlib import Path

from pipeline.classify.taxonomy import Concept, load

# By the code's place in its taxonomy: hues after Okabe and Ito, which colour-blind readers tell apart too, black left
# out, violet and grey put in; further codes of a user's own taxonomy begin anew.
_STRONG = ("#0072b2", "#009e73", "#d55e00", "#e69f00", "#cc79a7", "#7a68b3", "#56b4e9", "#8c8c8c")
# The same hues light enough for black text on them (contrast above 10).
_LIGHT = ("#cfe3f5", "#c9ecdf", "#f9d5bf", "#fbe9b8", "#f6d5e4", "#ddd5f1", "#d9effb", "#e3e3e3")


def colours(scheme: str, folder: Path | None = None) -> dict[str, str]:
    """A colour for each code of a scheme ("category", "issue", "sdh"), for lines and areas, as #rrggbb.

    Codes of one group share its colour: twelve themes in twelve colours could not be told apart.

    >>> len(set(colours("category").values())), len(set(colours("sdh").values()))
    (6, 3)
    """
    return {code: _STRONG[at % len(_STRONG)] for code, at in _numbers(scheme, folder).items()}


def light_colours(scheme: str, folder: Path | None = None) -> dict[str, str]:
    """As `colours`, light enough for black text on them."""
    return {code: _LIGHT[at % len(_LIGHT)] for code, at in _numbers(scheme, folder).items()}


def group_colours(scheme: str, folder: Path | None = None) -> dict[str, str]:
    """The Thai names of a scheme's groups with their colours; empty for a scheme without groups.

    >>> list(group_colours("sdh")), group_colours("issue")
    (['คน กลุ่มคน', 'สภาพแวดล้อม', 'กลไก ระบบ'], {})
    """
    return {c.name_th: _STRONG[at % len(_STRONG)] for at, c in enumerate(_groups(scheme, folder))}


def _groups(scheme: str, folder: Path | None) -> list[Concept]:
    """The groups of a scheme, in order."""
    return [concept for concept in load(scheme, folder).concepts if not concept.selectable]


def _numbers(scheme: str, folder: Path | None) -> dict[str, int]:
    """The number of the colour of each code: that of its group, else its own."""
    groups = {group.id: at for at, group in enumerate(_groups(scheme, folder))}
    concepts = [concept for concept in load(scheme, folder).concepts if concept.selectable]
    return {concept.id: groups.get(concept.parent, at) for at, concept in enumerate(concepts)}
