"""Zips of reports: names, depth, limits; nothing reaches the disk."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_files import made, make_zip

from pipeline.errors import ReadError
from pipeline.ingest.archive import expand, member_name
from pipeline.ingest.bounds import LIMITS


def members(data: bytes, **limits: int) -> list[tuple[str, bytes | ReadError]]:
    return [(m.source, m.content) for m in expand(data, source="b.zip", limits=replace(LIMITS, **limits))]


def test_members_come_with_their_source() -> None:
    data = make_zip({"ก/รายงาน.docx": made("report.docx"), "__MACOSX/._x": b"x", "Thumbs.db": b"x", "ข.txt": b"y"})
    assert members(data) == [("b.zip/ก/รายงาน.docx", made("report.docx")), ("b.zip/ข.txt", b"y")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp874"])
def test_thai_names_without_a_flag(encoding: str) -> None:
    info = zipfile.ZipInfo("รายงาน.docx".encode(encoding).decode("cp437"))
    assert member_name(info) == "รายงาน.docx"


@given(st.text(min_size=1, max_size=40))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    made_name = member_name(zipfile.ZipInfo(name.replace("\0", "") or "x"))
    path = Path(made_name)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert made_name
    assert "\\" not in made_name
    assert ":" not in made_name


@pytest.mark.parametrize("name", ["../../../etc/x.txt", "/etc/x.txt", "..\\..\\x.txt", "C:\\x.txt", "a/../../x.txt"])
def test_path_traversal_is_made_harmless(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ((source, content),) = members(make_zip({name: b"text"}))
    assert content == b"text"
    assert source.startswith("b.zip/")
    assert ".." not in source
    assert list(tmp_path.rglob("*")) == []


def test_two_members_of_one_name_are_both_there() -> None:
    data = make_zip({"a.txt": b"1", "../a.txt": b"2"})
    assert members(data) == [("b.zip/a.txt", b"1"), ("b.zip/a (2).txt", b"2")]


def test_a_zip_in_a_zip_is_opened_and_one_more_is_not() -> None:
    inner = make_zip({"c.txt": b"deep", "d.zip": make_zip({"e.txt": b"deeper"})})
    found = dict(members(make_zip({"b.zip": inner})))
    assert found["b.zip/b.zip/c.txt"] == b"deep"
    assert isinstance(found["b.zip/b.zip/d.zip"], ReadError)


def test_bombs_are_refused() -> None:
    bomb = make_zip({"zero.txt": bytes(20 * 2**20)})
    with pytest.raises(ReadError, match="bomb"):
        members(bomb)
    with pytest.raises(ReadError, match="more than"):
        members(make_zip({f"{n}.txt": b"x" for n in range(20)}), entries=10)
    with pytest.raises(ReadError, match="MB"):
        members(make_zip({"a.txt": b"x" * 5000}), bundle_bytes=4000)


def test_a_bomb_inside_a_zip_spoils_only_itself() -> None:
    data = make_zip({"a.txt": b"fine", "bomb.zip": make_zip({"zero.txt": bytes(20 * 2**20)})})
    found = dict(members(data))
    assert found["b.zip/a.txt"] == b"fine"
    assert isinstance(found["b.zip/bomb.zip"], ReadError)


def test_locked_and_damaged_members_come_with_their_error() -> None:
    data = bytearray(make_zip({"a.txt": b"alpha" * 100, "b.txt": b"beta"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag "encrypted" of the first member
    data[6] |= 1
    found = dict(members(bytes(data)))
    assert isinstance(found["b.zip/a.txt"], ReadError)
    assert "password" in found["b.zip/a.txt"].reason
    assert found["b.zip/b.txt"] == b"beta"


def test_no_zip_at_all() -> None:
    with pytest.raises(ReadError):
        list(expand(b"not a zip", source="x.zip"))
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    assert list(expand(buffer.getvalue(), source="x.zip")) == []
