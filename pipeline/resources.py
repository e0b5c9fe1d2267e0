"""One strict loader for every table of rules: a fault stops the run with file and line."""

from __future__ import annotations

import csv
import hashlib
import io
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import ResourceError

Row = TypeVar("Row")
DATA = files("pipeline") / "data"
LIST_SEPARATOR = "|"


def data_bytes(name: str) -> bytes:
    """The bytes of a file below `pipeline/data`. Raises ResourceError when it is not there."""
    try:
        return (DATA / name).read_bytes()
    except OSError as error:
        raise ResourceError(f"pipeline/data/{name} cannot be read ({error}).", "Install the package again.") from error


@cache
def load_table(name: str, row: type[Row]) -> tuple[Row, ...]:
    """The rows of `pipeline/data/<name>` (tab-separated, UTF-8, header line, `#` comments) as records of type `row`.

    The columns are the fields of the dataclass `row`; a field with a default may be left out. Types: str, int, float,
    bool (yes/no), `tuple[str, ...]` (parts joined by `|`) and `| None` (empty cell). Raises ResourceError, with file and line, for
    an unknown, missing or doubled column, a cell that does not convert, an empty or doubled id.
    """
    return parse_table(data_bytes(name).decode("utf-8"), row, where=f"pipeline/data/{name}")


def parse_table(text: str, row: type[Row], *, where: str) -> tuple[Row, ...]:
    """The rows of a tab-separated table given as text; `where` names it in errors. See load_table."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not lines:
        raise ResourceError(f"{where}: the table is empty.", "Restore its header line.")
    header = lines[0][1].split("\t")
    known = {f.name: f for f in fields(row)}  # type: ignore[arg-type]  # every row is a dataclass
    hints = typing.get_type_hints(row)
    for column in header:
        if column not in known:
            raise ResourceError(f"{where}:{lines[0][0]}: unknown column {column!r}.", f"Known: {', '.join(known)}.")
    if len(set(header)) != len(header):
        raise ResourceError(f"{where}:{lines[0][0]}: a column stands twice.", "Remove one.")
    missing = [n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING and n not in header]
    if missing:
        raise ResourceError(f"{where}:{lines[0][0]}: missing column(s) {', '.join(missing)}.", "Add them.")
    rows: list[Row] = []
    seen: dict[object, int] = {}
    for number, line in lines[1:]:
        cells = next(csv.reader(io.StringIO(line), delimiter="\t", quoting=csv.QUOTE_NONE))
        if len(cells) != len(header):
            raise ResourceError(f"{where}:{number}: {len(cells)} cells for {len(header)} columns.", "Mend the tabs.")
        values = {}
        for column, cell in zip(header, cells, strict=True):
            values[column] = _convert(cell.strip(), hints[column], f"{where}:{number}, column {column}")
        if "id" in values:
            if not values["id"]:
                raise ResourceError(f"{where}:{number}: empty id.", "Give the row an id of its own.")
            if values["id"] in seen:
                raise ResourceError(
                    f"{where}:{number}: id {values['id']!r} stands already on line {seen[values['id']]}.", "Rename one."
                )
            seen[values["id"]] = number
        try:
            rows.append(row(**values))
        except ValueError as error:
            raise ResourceError(f"{where}:{number}: {error}.", "Mend the row.") from error
    return tuple(rows)


def _convert(cell: str, hint: Any, where: str) -> Any:
    """The value of one cell for a field of type `hint`."""
    if isinstance(hint, types.UnionType):
        if not cell:
            return None
        hint = next(t for t in typing.get_args(hint) if t is not type(None))
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip())
    if hint is bool:
        if cell not in {"yes", "no"}:
            raise ResourceError(f"{where}: {cell!r} is neither yes nor no.", "Write yes or no.")
        return cell == "yes"
    try:
        return hint(cell)
    except ValueError as error:
        raise ResourceError(f"{where}: {cell!r} is no {hint.__name__}.", "Mend the cell.") from error


def check_codes(values: Mapping[str, str], known: frozenset[str], *, where: str) -> None:
    """Raises ResourceError when a value of `values` (row id to code) is not among `known`."""
    for row, code in values.items():
        if code not in known:
            raise ResourceError(f"{where}, row {row}: unknown code {code!r}.", f"Known: {', '.join(sorted(known))}.")


@cache
def fingerprint() -> str:
    """16 hexadecimal digits over every Python and data file of the package: changes whenever a result could."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
