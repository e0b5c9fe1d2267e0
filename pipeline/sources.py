"""The files that a run reads, and their names in the dataset."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.dataset.store import STORE_NAME
from pipeline.errors import UsageError
from pipeline.ingest import SUPPORTED_SUFFIXES, archive
from pipeline.records import Problem

READ = "read"
_JUNK = frozenset({"thumbs.db", "desktop.ini"})  # what Windows puts beside files


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and its name in the dataset: the path below its input folder."""

    name: str
    path: Path


def find_sources(inputs: Sequence[Path], *, leave_out: Path) -> tuple[list[Source], list[Problem]]:
    """Every file below the inputs by name, and a problem for each folder that cannot be opened.

    Hidden files, lock files of Office, `leave_out` and every folder that holds a dataset are passed over. With several
    inputs the name of each stands in front. Raises UsageError for an input that does not exist or is the dataset itself, and for two files
    of one name.
    """
    found: dict[str, Source] = {}
    problems: list[Problem] = []
    for base in inputs:
        if not base.exists():
            raise UsageError(f"{base} does not exist.", "Name a folder or a file that does.")
        if base.resolve() == leave_out.resolve() or (base / STORE_NAME).exists():
            raise UsageError(f"{base} is a dataset folder.", "Keep the reports in a folder of their own.")
        prefix = f"{base.resolve().name}/" if len(inputs) > 1 and base.is_dir() else ""
        root = base if base.is_dir() else base.parent
        for path in _files_below(base, leave_out, problems):
            name = _printable(prefix + path.relative_to(root).as_posix())
            if name in found:
                raise UsageError(f"Two inputs hold {name}.", "Name their common folder as the one input.")
            found[name] = Source(name, path)
    return [found[name] for name in sorted(found)], problems


def _files_below(base: Path, leave_out: Path, problems: list[Problem]) -> Iterator[Path]:
    """The files below `base`; `base` itself when it is a file. A folder that cannot be opened is added to `problems`."""
    if not base.is_dir():
        yield base
        return

    def note(error: OSError) -> None:
        name = _printable(Path(error.filename).relative_to(base).as_posix() + "/")
        problems.append(
            Problem(name, READ, f"The folder cannot be opened ({error.strerror}).", "Give yourself access.")
        )

    shut = leave_out.resolve()
    for folder, folders, files in os.walk(base, onerror=note):
        here = Path(folder)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not _is_dataset(here / f, shut))
        for name in sorted(files):
            if not name.startswith((".", "~$")) and name.lower() not in _JUNK:
                yield here / name


def _is_dataset(folder: Path, shut: Path) -> bool:
    """Whether `folder` is where this run writes, or an earlier one wrote: its tables are no reports."""
    return folder.resolve() == shut or (folder / STORE_NAME).exists()


def _printable(name: str) -> str:
    """`name` without the bytes that are no UTF-8: those are written as \\xNN."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_report(source: Source) -> bool:
    """Whether a reader takes files whose name ends like this one's, or it is a zip, which may hold some."""
    return is_report_name(source.name) or source.path.suffix.lower() in archive.SUFFIXES


def is_report_name(name: str) -> bool:
    """Whether a reader takes files whose name ends like this one."""
    return PurePosixPath(name).suffix.lower() in SUPPORTED_SUFFIXES


def not_a_report(name: str) -> Problem:
    """The problem of a file whose name ends as no report's does."""
    suffix = PurePosixPath(name).suffix or "No suffix"
    return Problem(name, READ, f"{suffix}: not a report format.", f"Save it as one of {' '.join(SUPPORTED_SUFFIXES)}.")
