"""The taxonomies: codes with names and definitions in Thai and English, negative terms and a crosswalk.

They are data. A folder with files of the same names replaces those shipped, file by file, so another taxonomy needs no
change of code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import ResourceError
from pipeline.resources import Row, check_codes, data_bytes, parse_table

ISSUE, SDH, CATEGORY = "issue", "sdh", "category"


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of a taxonomy: a code, or a group of codes (`selectable` no)."""

    id: str
    parent: str  # id of the group, "" for none
    selectable: bool
    name_th: str
    name_en: str
    definition_th: str
    definition_en: str
    negative: tuple[str, ...]  # words that look like the concept and are not


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A row of `taxonomies.tsv`: where a scheme stands and which version it is."""

    id: str
    file: str
    version: str
    name_th: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row of `crosswalk.tsv`: where a code stands in another framework."""

    id: str
    scheme: str
    code: str
    framework: str
    target: str
    source: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A scheme with all its concepts, groups before their codes as the file has them."""

    scheme: str
    version: str
    name_th: str
    name_en: str
    concepts: tuple[Concept, ...]


def read_rows(name: str, row: type[Row], folder: Path | None = None) -> tuple[Row, ...]:
    """The rows of table `name`: from `folder` when it holds such a file, else as shipped.

    Raises ResourceError with file and line for a fault in the table (resources.load_table).
    """
    if folder is None or not (folder / name).exists():
        return parse_table(data_bytes(name).decode("utf-8"), row, where=f"pipeline/data/{name}")
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ResourceError(f"{folder / name} cannot be read ({error}).", "Save it as UTF-8 text.") from error
    return parse_table(text, row, where=str(folder / name))


@cache
def load(scheme: str, folder: Path | None = None) -> Taxonomy:
    """The taxonomy of a scheme: "issue", "sdh" or "category"; `folder` may hold the user's own files.

    Raises ResourceError for an unknown scheme, a parent that is not there, or a fault in the file.

    >>> load("issue").concepts[0].name_th
    'ยาสูบ'
    """
    schemes = {row.id: row for row in read_rows("taxonomies.tsv", SchemeRow, folder)}
    if scheme not in schemes:
        raise ResourceError(f"unknown taxonomy {scheme!r}.", f"Known: {', '.join(schemes)}.")
    row = schemes[scheme]
    concepts = read_rows(row.file, Concept, folder)
    parents = {concept.id: concept.parent for concept in concepts if concept.parent}
    check_codes(parents, frozenset(concept.id for concept in concepts), where=row.file)
    return Taxonomy(scheme, row.version, row.name_th, row.name_en, concepts)


@cache
def codes(scheme: str, folder: Path | None = None) -> tuple[str, ...]:
    """The codes of a scheme that a text can be tagged with, in the order of its file.

    >>> len(codes("issue")), len(codes("sdh")), len(codes("category"))
    (8, 12, 6)
    """
    return tuple(concept.id for concept in load(scheme, folder).concepts if concept.selectable)


@cache
def crosswalk(folder: Path | None = None) -> tuple[Crossing, ...]:
    """Where the codes stand in WHO CSDH 2010 and Healthy People 2030.

    Raises ResourceError when a row names a code that its scheme does not have.
    """
    rows = read_rows("crosswalk.tsv", Crossing, folder)
    for scheme in dict.fromkeys(row.scheme for row in rows):
        named = {row.id: row.code for row in rows if row.scheme == scheme}
        check_codes(named, frozenset(codes(scheme, folder)), where="crosswalk.tsv")
    return rows
