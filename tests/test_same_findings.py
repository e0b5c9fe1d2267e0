"""The same report saved in every format yields the same findings, with a locator of its kind."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "ingest"))
from make_files import SOFFICE, made, sentences  # the makers live beside the readers' tests

from pipeline.process import process
from pipeline.records import Settings, State

LOCATORS = {
    "report.docx": r"(paragraph=\d+|table=\d+;cell=R\d+C\d+|footnote=\d+).*",
    "report.pptx": r"slide=\d+.*",
    "report.xlsx": r"sheet=.+![A-Z]+\d+",
    "report.odt": r"(paragraph=\d+|table=\d+;cell=R\d+C\d+).*",
    "report.doc": r"(paragraph=\d+|table=\d+;cell=R\d+C\d+).*",
    "report.pdf": r"page=\d+.*",
}
CONVERTED = {"report.odt", "report.doc", "report.pdf"}


def findings(name: str, folder: Path) -> dict[tuple[str, str], str]:
    """Category and text without blanks of each achieved finding, with its locator."""
    path = folder / name
    path.write_bytes(made(name))
    result = process(path, root=folder, settings=Settings())
    return {
        (lesson.finding.category, re.sub(r"\s", "", lesson.text)): lesson.locator
        for lesson in result.lessons
        if lesson.finding.status is State.ACHIEVED
    }


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    return findings("report.docx", tmp_path_factory.mktemp("word"))


def test_the_word_report_yields_findings_of_every_heading(word):
    assert len(word) >= 8
    assert {category for category, _ in word} >= {"output", "outcome", "obstacle", "recommendation"}
    told = re.sub(r"\s", "", "".join(sentences()))
    assert all(text in told for _, text in word)


@pytest.mark.parametrize("name", LOCATORS)
def test_each_format_yields_the_findings_of_the_word_report(name, word, tmp_path):
    if name in CONVERTED and SOFFICE is None:
        pytest.skip("LibreOffice is not on this machine")
    found = findings(name, tmp_path)
    # Speaker notes stand in the slides alone, and are text like any other.
    common = re.sub(r"\s", "", "".join(sentences()))
    assert {key for key in found if key[1] in common} == set(word)
    for locator in found.values():
        assert re.fullmatch(LOCATORS[name], locator), locator
