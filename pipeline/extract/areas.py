"""The register of administrative areas (DOPA): official names, codes, and the other forms of the provinces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import geothai

from pipeline.resources import load_table

ORDER = {"subdistrict": 0, "district": 1, "province": 2}
DIGITS = {"subdistrict": 6, "district": 4, "province": 2}
THAI = {"subdistrict": "ตำบล", "district": "อำเภอ", "province": "จังหวัด"}


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A row of `data/places_aliases.tsv`."""

    id: str
    form: str
    province_code: str
    with_prefix: bool
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Register:
    """The official areas: names by code, and codes by level and name."""

    names: dict[str, str]
    codes: dict[str, dict[str, tuple[str, ...]]]


@cache
def register() -> Register:
    """The areas of geothai (DOPA), Bangkok's `เขต` taken off, with abolished subdistricts left out."""
    names: dict[str, str] = {}
    for province in geothai.provinces():
        names[province.code] = province.name_th
        for district in geothai.districts(province.code):
            names[district.code] = district.name_th.removeprefix("เขต")
            for subdistrict in geothai.subdistricts(district.code):
                names[subdistrict.code] = subdistrict.name_th.removeprefix("แขวง")
    codes: dict[str, dict[str, tuple[str, ...]]] = {level: {} for level in ORDER}
    for level, digits in DIGITS.items():
        for code, name in names.items():
            if len(code) == digits:
                codes[level][name] = (*codes[level].get(name, ()), code)
    for row in load_table("places_aliases.tsv", AliasRow):
        codes["province"][row.form] = (row.province_code,)
    capitals = tuple(c for c in names if len(c) == 4 and c.endswith("01") and not c.startswith("10"))
    for form in ("เมือง", "เมืองฯ"):
        codes["district"][form] = capitals
    return Register(names, codes)


def full_name(code: str) -> str:
    """The name of an area with the areas above it, as in an address.

    >>> full_name("860501")
    'ตำบลละแม อำเภอละแม จังหวัดชุมพร'
    """
    parts = []
    for level, digits in DIGITS.items():
        if len(code) >= digits:
            parts.append(f"{THAI[level]}{register().names[code[:digits]]}")
    return " ".join(parts)
