"""OpenDocument and old Office files: with LibreOffice, without it, and under wrong names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from make_files import made
from read_files import needs_office, read_bytes, read_made, texts

from pipeline.errors import ReadError


@needs_office
def test_the_report_keeps_the_identity_of_its_source() -> None:
    report = read_made("report.odt")
    assert report.sha256 == hashlib.sha256(made("report.odt")).hexdigest()
    assert report.media_type == "application/vnd.oasis.opendocument.text"


@needs_office
def test_the_content_decides_not_the_name() -> None:
    assert texts(read_bytes(made("report.docx"), "renamed.doc")) == texts(read_made("report.docx"))
    assert texts(read_bytes(made("report.ppt"), "renamed.doc")) == texts(read_made("report.ppt"))


def test_without_libreoffice_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(ReadError, match="LibreOffice") as caught:
        read_bytes(b"{\\rtf1\\ansi hello}", "note.rtf")
    assert "apt install" in caught.value.remedy


@needs_office
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_bytes(made("report.doc"), "a.doc")
    assert list(tmp_path.iterdir()) == []
