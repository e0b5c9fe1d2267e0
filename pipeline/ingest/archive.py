"""A zip of reports: its members one by one, in memory, never on disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline.errors import ReadError
from pipeline.ingest.bounds import LIMITS, PASSWORD_REMEDY, Limits, check_entries, check_size, reading
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".zip",)

# What operating systems put beside the files.
_LITTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_UTF8_FLAG = 0x800
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip. `source` is the source of the zip, "/" and its name; `content` its bytes, or why they cannot be had."""

    source: str
    name: str
    content: bytes | ReadError


def expand(data: bytes, *, source: str, limits: Limits = LIMITS) -> Iterator[Member]:
    """The files of a zip in its order, those of zips in it too (`Limits.bundle_depth` deep).

    Names are made harmless (no "..", no drive, no leading "/") and decoded: UTF-8 where it says so or is so, else
    Windows-874. Two members of one name get " (2)". A member that is locked, damaged or beyond the limits comes with its error;
    the others still come. Raises ReadError when the zip itself cannot be read or is a bomb.
    """
    yield from _expand(data, source, limits, _Budget(limits.bundle_bytes, limits.entries), depth=1)


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """Raises ReadError always: a zip is no report. Its members come from `expand`, each to be read as a source."""
    raise ReadError(f"{path.name} is a zip of files, not a report", "Read its members one by one (archive.expand).")


class _Budget:
    """What may still be unpacked of a bundle, zips in it together."""

    def __init__(self, size: int, count: int) -> None:
        self.size = size
        self.count = count


def _expand(data: bytes, source: str, limits: Limits, budget: _Budget, *, depth: int) -> Iterator[Member]:
    check_size(data, limits)
    with reading("zip"):
        bundle = zipfile.ZipFile(io.BytesIO(data))
    with bundle:
        entries = [entry for entry in bundle.infolist() if not entry.is_dir()]
        check_entries([_unlocked(entry) for entry in entries], limits, total=budget.size)
        budget.count -= len(entries)
        if budget.count < 0:
            raise ReadError(f"the zip holds more than {limits.entries:,} files", "Split it.")
        taken: dict[str, int] = {}
        for entry in entries:
            name = member_name(entry)
            if any(part in _LITTER or part.startswith("._") for part in name.split("/")):
                continue
            taken[name] = taken.get(name, 0) + 1
            if taken[name] > 1:
                path = PurePosixPath(name)
                name = str(path.with_name(f"{path.stem} ({taken[name]}){path.suffix}"))
            member = Member(f"{source}/{name}", name, _content(bundle, entry, budget))
            if isinstance(member.content, bytes) and name.lower().endswith(".zip"):
                yield from _inner(member, limits, budget, depth)
            else:
                yield member


def _inner(member: Member, limits: Limits, budget: _Budget, depth: int) -> Iterator[Member]:
    """The files of a zip in a zip; the zip itself with an error where it cannot be opened."""
    if depth >= limits.bundle_depth:
        error = ReadError("a zip in a zip in a zip is not opened", "Unpack it and put its files into the folder.")
        yield replace(member, content=error)
        return
    assert isinstance(member.content, bytes)
    try:
        for inner in _expand(member.content, member.source, limits, budget, depth=depth + 1):
            yield replace(inner, name=f"{member.name}/{inner.name}")
    except ReadError as error:
        yield replace(member, content=error)


def _unlocked(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The entry for the check of sizes, without its lock: one locked member does not spoil the others."""
    copy = zipfile.ZipInfo(entry.filename)
    copy.file_size, copy.compress_size = entry.file_size, entry.compress_size
    return copy


def _content(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> bytes | ReadError:
    if entry.flag_bits & 0x1:
        return ReadError("the member is password-protected", PASSWORD_REMEDY)
    try:
        with reading("zip"), bundle.open(entry) as stream:
            content = stream.read(budget.size + 1)
    except ReadError as error:
        return error
    budget.size -= len(content)
    if budget.size < 0:
        return ReadError("the zip unpacks to more than is allowed (a zip bomb?)", "Split it.")
    return content


def member_name(entry: zipfile.ZipInfo) -> str:
    """The name of a member, decoded and harmless, with "/".

    >>> member_name(zipfile.ZipInfo("../../etc/รายงาน.docx")), member_name(zipfile.ZipInfo("C:\\\\x\\\\a.pdf"))
    ('etc/รายงาน.docx', 'x/a.pdf')
    """
    name = entry.filename if entry.flag_bits & _UTF8_FLAG else _decoded(entry.filename)
    parts: list[str] = []
    for part in name.replace("\\", "/").split("/"):
        part = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in part).strip(" ")
        if part.strip(".") and not (len(part) == 2 and part[1] == "_" and part[0].isalpha() and not parts):
            parts.append(part[:_LONGEST_NAME])
    return "/".join(parts) or "unnamed"


def _decoded(name: str) -> str:
    """The name of a member that does not say its encoding: Python took it for cp437, Thai Windows wrote UTF-8 or cp874."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp874"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
