"""Lesson sets over the corpus for tests: some of its reports in a folder that tests may change, their dataset, and claims written by hand."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.lessons.dataset import Dataset, LessonRow
from pipeline.records import Settings
from pipeline.run import extract_folder

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus" / "reports"
TABLE = Path(__file__).with_name("set_claims.tsv")


@dataclass(frozen=True)
class HandClaim:
    """A claim of set_claims.tsv with its lesson in the dataset."""

    row: LessonRow
    part: str
    right: str
    denied: str


@dataclass(frozen=True)
class Samples:
    """The folder of the reports and the dataset made from them."""

    reports: Path
    dataset: Dataset

    def claims(self) -> list[HandClaim]:
        """The claims written by hand whose lesson the dataset holds."""
        found = []
        for cells in table():
            rows = [r for r in self.dataset.lessons if r.source.startswith(cells["file"]) and cells["words"] in r.text]
            if rows:
                found.append(HandClaim(rows[0], cells["part"], cells["right"], cells["denied"]))
        return found


def table() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def make_samples(base: Path) -> Samples:
    """The reports of the table below `base`, and their dataset. Made once for all tests of a run."""
    return _make(base / "lesson-sets")


@cache
def _make(base: Path) -> Samples:
    prefixes = {cells["file"] for cells in table()}
    (base / "reports").mkdir(parents=True)
    # Beside those of the table, one of each format, so that places in pages, slides and cells are met too.
    others = ("b16_", "b31_", "b29_", "c03_", "b09_", "b12_", "b20_")
    for path in sorted(CORPUS.iterdir()):
        if (
            path.name[:4] in prefixes
            or path.name.startswith(others)
            or path.suffix in {".docx", ".pptx", ".xlsx", ".csv"}
        ):
            shutil.copy(path, base / "reports" / path.name)
    return Samples(base / "reports", extracted(base / "reports", base / "dataset"))


def extracted(reports: Path, folder: Path) -> Dataset:
    """The dataset of a folder of reports, read by the rules."""
    extract_folder([reports], folder, Settings(), jobs=0, progress=False)
    return Dataset(folder)
