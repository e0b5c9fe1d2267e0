"""What the reader tests share: reading made files, and comparing texts whatever their white space."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from make_files import SOFFICE, TESSERACT, made

from pipeline.records import Block, BlockKind, Report, Settings

READERS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csvfile",
    ".png": "ocr",
    ".odt": "office",
    ".doc": "office",
    ".rtf": "office",
    ".odp": "office",
    ".ppt": "office",
    ".ods": "office",
    ".xls": "office",
}

needs_office = pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not on this machine")
needs_ocr = pytest.mark.skipif(
    not (TESSERACT and SOFFICE), reason="Tesseract or LibreOffice (which prints the page) is not on this machine"
)


def read_bytes(data: bytes, name: str) -> Report:
    """The report that the reader of `name`'s suffix makes of `data`."""
    path = Path(name)
    return import_module(f"pipeline.ingest.{READERS[path.suffix]}").read(path, data, source=name, settings=Settings())


def read_made(name: str) -> Report:
    """The report read from a made file."""
    return read_bytes(made(name), name)


def bare(text: str) -> str:
    """`text` without white space."""
    return re.sub(r"\s", "", text)


def texts(report: Report, *, furniture: bool = False) -> list[str]:
    """The texts of the blocks, furniture left out unless asked for."""
    return [b.span.slice(report.raw) for b in report.blocks if furniture or b.kind is not BlockKind.FURNITURE]


def block_of(report: Report, text: str) -> Block:
    """The one block that holds `text`, white space apart."""
    found = [b for b in report.blocks if bare(text) in bare(b.span.slice(report.raw))]
    assert len(found) == 1, f"{len(found)} blocks hold {text!r}"
    return found[0]


def check_laws(report: Report) -> None:
    """Whatever was read: blocks in order, apart, filled, located; the text stands for itself and can be stored."""
    at = 0
    for block in report.blocks:
        text = block.span.slice(report.raw)
        assert block.span.start >= at
        assert text and text == text.strip()
        assert block.locator
        assert (block.table >= 0) == (block.row >= 0) == (block.column >= 0)
        assert 0 <= block.confidence <= 1
        at = block.span.end
    assert report.text.text == report.raw
    assert not report.addressable
    report.raw.encode("utf-8")
