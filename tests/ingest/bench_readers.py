"""Pages a second and memory of each reader: `python tests/ingest/bench_readers.py`, or `bench_readers()` for the rows.

Each format is read in a process of its own, so that its peak memory is its own. Ratios to plain Word hold from machine to
machine, seconds do not.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import make_files
from make_files import SOFFICE, TESSERACT, made

from pipeline.records import Settings

PAGE = 1600  # characters: what the composed report prints on a page
REPEATS = {".docx": 20, ".pdf": 20, ".pptx": 20, ".xlsx": 20, ".csv": 40}


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one format was read."""

    name: str
    pages: float  # of PAGE characters
    pages_per_second: float
    peak_mb: float  # of the whole process, the pipeline's own 60 to 90 MB included
    ratio: float  # to .docx


def _names() -> list[str]:
    names = ["report.docx", "report.pptx", "report.xlsx", "table.csv"]
    if SOFFICE:
        names += ["long.pdf", "slides.pdf", "report.odt", "report.doc", "report.ppt"]
    if SOFFICE and TESSERACT:
        names += ["scan.png"]
    return names


def _measure(path: str) -> None:
    """Prints characters, seconds and peak memory of reading one file, for the process that asked."""
    from read_files import READERS

    file = Path(path)
    reader = import_module(f"pipeline.ingest.{READERS[file.suffix]}")
    data = file.read_bytes()
    repeats = REPEATS.get(file.suffix, 1)
    reader.read(file, data, source=file.name, settings=Settings())  # imports and tables
    started = time.perf_counter()
    for _ in range(repeats):
        report = reader.read(file, data, source=file.name, settings=Settings())
    seconds = (time.perf_counter() - started) / repeats
    print(len(report.raw), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def bench_readers() -> Iterator[Speed]:
    """The speed of each format that this machine can make and read."""
    base = 0.0
    for name in _names():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(made(name))
            done = subprocess.run(
                [sys.executable, __file__, str(path)], capture_output=True, text=True, check=True, timeout=600
            )
        characters, seconds, peak = (float(part) for part in done.stdout.split())
        pages = characters / PAGE
        base = base or pages / seconds
        yield Speed(name, pages, pages / seconds, peak, pages / seconds / base)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _measure(sys.argv[1])
    else:
        print(f"{'file':14}{'pages':>8}{'pages/s':>10}{'ratio':>8}{'peak MB':>9}   (font {make_files.FONT})")
        for speed in bench_readers():
            print(
                f"{speed.name:14}{speed.pages:8.1f}{speed.pages_per_second:10.1f}{speed.ratio:8.3f}{speed.peak_mb:9.0f}"
            )
