"""Names of the binary formats, from data/formats.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.resources import load_table


@dataclass(frozen=True, slots=True)
class Format:
    """A row of data/formats.tsv: a suffix, what it is called, and into what it is converted ("" for nothing)."""

    id: str
    name: str
    media_type: str
    becomes: str = ""


@cache
def formats() -> dict[str, Format]:
    """All formats by suffix.

    >>> formats()[".odt"].becomes
    '.docx'
    """
    return {row.id: row for row in load_table("formats.tsv", Format)}


def format_of(suffix: str, default: str) -> Format:
    """The format of a file's suffix, of `default` where the suffix is unknown."""
    return formats().get(suffix.lower(), formats()[default])
