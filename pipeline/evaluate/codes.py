"""The codes that labels may use: categories, issues, themes, kinds of hard negatives, fields of facts; all from tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from pipeline.classify.taxonomy import codes
from pipeline.errors import PipelineError
from pipeline.resources import load_table


class CodeError(PipelineError):
    """A code that no table knows."""


@dataclass(frozen=True, slots=True)
class NegativeKind:
    """A kind of hard negative, a row of `data/gold_negatives.tsv`.

    `family`: "whole" (the passage is no finding) or "label" (only the codes that it tempts to are wrong). `status`: of
    a passage of this kind, "" for none. `tagged`: whether issues and themes may stand on it.
    """

    id: str
    family: str
    status: str
    tagged: bool
    definition: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.family not in {"whole", "label"}:
            raise ValueError(f"family {self.family!r} is neither whole nor label")


@dataclass(frozen=True, slots=True)
class FactField:
    """A value that a report may state of itself, a row of `data/gold_fact_fields.tsv`."""

    id: str
    definition: str
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Every code by its scheme, each in the order of its table."""

    categories: tuple[str, ...]
    issues: tuple[str, ...]
    themes: tuple[str, ...]
    negatives: Mapping[str, NegativeKind]

    def full(self, scheme: Sequence[str], name: str) -> str:
        """The code of `scheme` that `name` stands for: itself, or its part after the dot.

        Raises CodeError when there is none.
        """
        if name in scheme:
            return name
        short = [code for code in scheme if code.partition(".")[2] == name]
        if len(short) != 1:
            raise CodeError(f"Unknown code {name!r}.", f"Known: {', '.join(scheme)}.")
        return short[0]

    def in_order(self, scheme: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
        """The codes that the names stand for, in the order of the table. Raises CodeError for an unknown one."""
        found = {self.full(scheme, name) for name in names}
        return tuple(code for code in scheme if code in found)

    def of_any(self, names: Sequence[str]) -> tuple[str, ...]:
        """The same for names of any scheme."""
        return self.in_order((*self.categories, *self.issues, *self.themes), names)


@cache
def load_codes() -> Codes:
    """The codes of the taxonomies and tables that the package ships."""
    return Codes(tuple(codes("category")), tuple(codes("issue")), tuple(codes("sdh")), negative_kinds())


@cache
def negative_kinds() -> Mapping[str, NegativeKind]:
    """The kinds of hard negatives by id."""
    return MappingProxyType({kind.id: kind for kind in load_table("gold_negatives.tsv", NegativeKind)})


@cache
def fact_fields() -> tuple[str, ...]:
    """The fields of facts."""
    return tuple(field.id for field in load_table("gold_fact_fields.tsv", FactField))
