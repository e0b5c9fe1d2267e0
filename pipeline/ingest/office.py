"""OpenDocument, RTF and the old binary Office formats: turned into new ones by LibreOffice where it is on the machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.ingest import docx, pptx, xlsx
from pipeline.ingest.bounds import (
    DAMAGED_REMEDY,
    LIMITS,
    PASSWORD_REMEDY,
    check_size,
    is_encrypted_office,
    sniff_office,
)
from pipeline.ingest.formats import format_of
from pipeline.records import Report, Settings

SUFFIXES: tuple[str, ...] = (".odt", ".odp", ".ods", ".doc", ".ppt", ".xls", ".rtf")

REMEDY = "Install LibreOffice (Debian, Ubuntu: apt install libreoffice-writer-nogui libreoffice-impress-nogui libreoffice-calc-nogui), or save the file as {becomes}."
_READERS = {".docx": docx.read, ".pptx": pptx.read, ".xlsx": xlsx.read}

# A profile of our own: no macros, no links to other files or the network, no questions.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>1</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
# A proxy that answers nothing: what still asks for the network gets an error at once.
_NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in an OpenDocument, RTF or old Office file; locators are those of the new format it is turned into.

    Paragraphs, slides, sheets and cells keep their numbers, so the locators hold in the original too. What the file is, its
    content says, not its suffix. Raises ReadError without LibreOffice, and for a locked or damaged file.
    """
    check_size(data)
    suffix = sniff_office(data) or path.suffix.lower()
    kind = format_of(suffix, ".doc")
    if is_encrypted_office(data):
        raise ReadError(f"the {kind.name} is password-protected", PASSWORD_REMEDY)
    if suffix in _READERS:  # a new format under an old name
        return _READERS[suffix](path.with_suffix(suffix), data, source=source, settings=settings)
    becomes = kind.becomes or ".docx"
    made = convert(data, suffix, becomes, name=kind.name)
    report = _READERS[becomes](path.with_suffix(becomes), made, source=source, settings=settings)
    return replace(report, media_type=kind.media_type, sha256=hashlib.sha256(data).hexdigest())


def convert(data: bytes, suffix: str, becomes: str, *, name: str = "document") -> bytes:
    """`data`, a file with `suffix`, as a file of the format `becomes` (".docx"), made by LibreOffice in a folder of its own.

    No macro runs and nothing is fetched. Raises ReadError without LibreOffice, when it fails, and after
    `Limits.office_seconds`.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise ReadError(
            f"reading a {name} needs LibreOffice, which is not on this machine", REMEDY.format(becomes=becomes)
        )
    with tempfile.TemporaryDirectory(prefix="lessons-office-") as folder:
        profile = Path(folder, "profile", "user")
        profile.mkdir(parents=True)
        Path(profile, "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        source = Path(folder, f"report{suffix}")
        source.write_bytes(data)
        command = [
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            f"-env:UserInstallation={profile.parent.as_uri()}",
            "--convert-to",
            becomes[1:],
            "--outdir",
            str(Path(folder, "made")),
            str(source),
        ]
        said = _run(command, folder, name)
        made = Path(folder, "made", f"report{becomes}")
        if not made.exists() or made.stat().st_size == 0:
            raise ReadError(f"LibreOffice cannot open the {name} ({said or 'no reason given'})", DAMAGED_REMEDY)
        return made.read_bytes()


def _run(command: list[str], folder: str, name: str) -> str:
    """The last line that the program said. Its whole process group ends with it: LibreOffice starts children."""
    environment = {**os.environ, **_NO_NETWORK, "HOME": folder, "TMPDIR": folder, "SAL_USE_VCLPLUGIN": "svp"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=LIMITS.office_seconds)
        except subprocess.TimeoutExpired as error:
            raise ReadError(
                f"LibreOffice took more than {LIMITS.office_seconds} s for the {name}",
                "Save it in a new format by hand.",
            ) from error
        finally:
            _end(process)
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:200].replace(folder, "") if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends what is left of the process group that we started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it has ended by itself
    except AttributeError:  # Windows knows no process groups
        process.kill()
