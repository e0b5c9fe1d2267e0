"""Files made to harm, and files broken by chance: each ends in a ReadError that a person can act on."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import pytest
from make_files import SOFFICE, TESSERACT, edit_zip, made, make_zip
from read_files import READERS, needs_office, read_bytes

from pipeline.errors import ReadError
from pipeline.ingest.archive import expand
from pipeline.ingest.bounds import LIMITS

OFFICE = ["report.docx", "report.pptx", "report.xlsx"]
MAIN_PART = {
    "report.docx": "word/document.xml",
    "report.pptx": "ppt/slides/slide1.xml",
    "report.xlsx": "xl/worksheets/sheet1.xml",
}


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The office file with its main part changed."""
    return edit_zip(made(name), lambda part, data: change(data) if part == MAIN_PART[name] else data)


def locked(name: str) -> bytes:
    """The office file with a password."""
    buffer = io.BytesIO()
    file = msoffcrypto.OfficeFile(io.BytesIO(made(name)))
    file.encrypt("ลับ123", buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("name", OFFICE)
def test_a_locked_office_file_says_so(name: str) -> None:
    with pytest.raises(ReadError, match="password-protected") as caught:
        read_bytes(locked(name), name)
    assert "without the password" in caught.value.remedy


@pytest.mark.parametrize("name", OFFICE)
def test_a_zip_bomb_is_refused(name: str) -> None:
    for size, match in ((20, "bomb"), (LIMITS.xml_bytes // 2**20 + 8, "bomb|MB")):
        bomb = edit_zip(made(name), lambda _part, data: data, extra={"word/media/zero.xml": bytes(size * 2**20)})
        with pytest.raises(ReadError, match=match):
            read_bytes(bomb, name)


def test_a_package_of_too_many_parts_is_refused() -> None:
    parts = {f"x/{n}": b"" for n in range(LIMITS.entries + 1)}
    with pytest.raises(ReadError, match="members"):
        read_bytes(make_zip(parts), "many.docx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", OFFICE)
def test_entities_are_refused(name: str, encoding: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("ความลับของเครื่อง")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ฮา"}">' for n in range(10))
    for doctype in (
        f"<!DOCTYPE x [{laughs}]>",
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ):

        def change(data: bytes, doctype: str = doctype) -> bytes:
            text = data.decode("utf-8")
            head, _, rest = text.partition("?>")
            head = head.replace("UTF-8", encoding.upper()).replace("utf-8", encoding)
            return f"{head}?>{doctype}{rest}".encode(encoding)

        with pytest.raises(ReadError, match=r"entities|damaged") as caught:
            read_bytes(with_part(name, change), name)
        assert "ความลับ" not in str(caught.value)


@pytest.mark.parametrize("name", OFFICE)
def test_deep_nesting_does_not_exhaust_the_stack(name: str) -> None:
    def change(data: bytes) -> bytes:
        at = data.rindex(b"</")
        return data[:at] + b"<x>" * 100_000 + b"</x>" * 100_000 + data[at:]

    try:  # openpyxl passes over elements that it does not know, as Excel does
        assert read_bytes(with_part(name, change), name).blocks
    except ReadError as error:
        assert "damaged" in error.reason


def test_relations_that_lead_outside_are_not_followed() -> None:
    def edit(part: str, data: bytes) -> bytes:
        if part == "word/_rels/document.xml.rels":
            target = b'<Relationship Id="rEvil" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="file:///etc/hostname" TargetMode="External"/></Relationships>'
            return data.replace(b"</Relationships>", target)
        return data

    assert read_bytes(edit_zip(made("report.docx"), edit), "evil.docx").blocks


@pytest.mark.parametrize(
    "addition",
    [
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>',
    ],
)
def test_a_sheet_of_endless_areas_is_refused(addition: bytes) -> None:
    data = with_part("report.xlsx", lambda part: part.replace(b"</sheetData>", b"</sheetData>" + addition))
    with pytest.raises(ReadError, match="cells"):
        read_bytes(data, "areas.xlsx")


def test_a_sheet_with_one_far_cell_is_refused() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    data = with_part("report.xlsx", lambda part: part.replace(b"</sheetData>", far))
    with pytest.raises(ReadError, match="cells"):
        read_bytes(data, "far.xlsx")


@pytest.mark.parametrize("name", ["report.docx", "report.pptx"])
def test_macros_are_left_alone_and_the_text_is_read(name: str) -> None:
    def edit(part: str, data: bytes) -> bytes:
        if part != "[Content_Types].xml":
            return data
        for old, new in (
            (
                b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                b"application/vnd.ms-word.document.macroEnabled.main",
            ),
            (
                b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main",
                b"application/vnd.ms-powerpoint.presentation.macroEnabled.main",
            ),
        ):
            data = data.replace(old, new)
        return data

    data = edit_zip(made(name), edit, extra={"word/vbaProject.bin": b"macro"})
    assert b"macroEnabled" in zipfile.ZipFile(io.BytesIO(data)).read("[Content_Types].xml")
    assert read_bytes(data, name).raw == read_bytes(made(name), name).raw


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.pptx", "a.xlsx", "a.csv", "a.odt", "a.doc", "a.rtf", "a.png"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"PK\x03\x04",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x89PNG\r\n\x1a\n",
        b"\xff" * 300,
    ],
)
def test_stumps_are_refused(name: str, data: bytes) -> None:
    if name[-3:] in {"odt", "doc", "rtf"} and SOFFICE:
        pytest.skip("LibreOffice opens many stumps as text; the campaign covers it")
    with pytest.raises(ReadError) as caught:
        read_bytes(data, name)
    assert caught.value.reason
    assert caught.value.remedy


# Mutations ------------------------------------------------------------------------------------------------------------


def mutate(data: bytes, chance: random.Random) -> bytes:
    """A broken copy: cut off, bytes changed, a piece lost, doubled, zeroed or swapped."""
    broken = bytearray(data)
    kind = chance.randrange(6)
    at = chance.randrange(len(broken))
    length = min(len(broken) - at, chance.choice((1, 8, 64, 1024)))
    if kind == 0:
        del broken[at:]
    elif kind == 1:
        for _ in range(chance.choice((1, 5, 50))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
    elif kind == 2:
        del broken[at : at + length]
    elif kind == 3:
        broken[at:at] = broken[at : at + length] * chance.choice((1, 3))
    elif kind == 4:
        broken[at : at + length] = bytes(length)
    else:
        other = chance.randrange(len(broken))
        broken[at : at + length], broken[other : other + length] = (
            broken[other : other + length],
            broken[at : at + length],
        )
    return bytes(broken)


def mutate_inside(data: bytes, chance: random.Random) -> bytes:
    """An office file of which one part is broken and packed again: what the zip's checksums would hide."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
    victim = chance.choice(parts)
    return edit_zip(data, lambda name, part: mutate(part, chance) if name == victim and part else part)


def attack(name: str, count: int, *, inside: bool) -> dict[str, int]:
    """Reads `count` mutations; how many were read, how many refused. Anything but a ReadError comes through."""
    chance = random.Random(f"{name} {inside}")
    outcome = {"read": 0, "refused": 0}
    for _ in range(count):
        data = (mutate_inside if inside else mutate)(made(name), chance)
        try:
            if name.endswith(".zip"):
                list(expand(data, source=name))
            else:
                read_bytes(data, name)
            outcome["read"] += 1
        except ReadError as error:
            assert error.reason
            assert error.remedy
            outcome["refused"] += 1
    return outcome


PLAIN = ["report.docx", "report.pptx", "report.xlsx", "table.csv", "report.zip"]
PRINTED = ["report.pdf", "slides.pdf"]


@pytest.mark.parametrize("inside", [False, True], ids=["bytes", "parts"])
@pytest.mark.parametrize("name", [*PLAIN, *(pytest.param(name, marks=needs_office) for name in PRINTED)])
def test_mutations(name: str, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if inside and name not in OFFICE:
        pytest.skip("has no parts")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = attack(name, 40, inside=inside)
    assert sum(outcome.values()) == 40
    assert list(tmp_path.iterdir()) == []


CAMPAIGN = [
    (name, inside)
    for name in (*PLAIN, *PRINTED, "scan.png", "report.odt", "report.doc", "report.rtf", "report.ppt")
    for inside in (False, True)
    if not inside or name in OFFICE
]


@pytest.mark.campaign
@pytest.mark.skipif("LESSONS_CAMPAIGN" not in os.environ, reason="set LESSONS_CAMPAIGN=200 for the long campaign")
@pytest.mark.parametrize(("name", "inside"), CAMPAIGN)
def test_the_campaign(name: str, inside: bool, tmp_path: Path) -> None:
    """Each format in a process of its own, so that a crash of native code is seen as one and names its format."""
    if (READERS.get(Path(name).suffix) == "office" or name in PRINTED) and not SOFFICE:
        pytest.skip("LibreOffice is not on this machine")
    if name == "scan.png" and not (TESSERACT and SOFFICE):
        pytest.skip("Tesseract is not on this machine")
    count = int(os.environ["LESSONS_CAMPAIGN"])
    script = f"import test_hostile_files as t; print(t.attack({name!r}, {count}, inside={inside}))"
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{folder}:{folder.parent.parent}", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=7200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    print(name, inside, done.stdout.strip())
    assert list(tmp_path.iterdir()) == []
