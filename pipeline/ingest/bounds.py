"""What is checked before a file goes to a library: size, zip bombs, XML tricks, passwords; and errors made one kind."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.errors import PipelineError, ReadError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold.

    Set from what offices write: the largest real reports hold about 200 MB of pictures and 20 MB of XML (a workbook with
    100,000 rows); lxml takes about ten times the XML in memory.
    """

    file_bytes: int = 512 * 2**20  # of the file itself
    package_bytes: int = 1024 * 2**20  # uncompressed, all parts of an office file
    xml_bytes: int = 96 * 2**20  # uncompressed, its XML parts together
    ratio: int = 300  # uncompressed / compressed of a part of more than `ratio_from` bytes; real XML stays below 120
    ratio_from: int = 8 * 2**20
    entries: int = 20_000  # parts of a package, members of a bundle
    bundle_bytes: int = 2048 * 2**20  # uncompressed, all members of a zip of reports
    bundle_depth: int = 2  # a zip in a zip is opened, one more is not
    picture_pixels: int = 80_000_000  # of an image file: A3 at 600 dpi has 70 million
    ocr_pages: int = (
        45  # of one file, and `ocr_pages_per_mb` more for each MB: at 5 s a page as long as a run waits for a file
    )
    ocr_pages_per_mb: float = 1.8
    ocr_seconds: int = 120  # for one page
    office_seconds: int = 120  # for one conversion by LibreOffice


LIMITS = Limits()


def ocr_pages(size: int, limits: Limits = LIMITS) -> int:
    """How many pages of a file of `size` bytes go through OCR.

    >>> ocr_pages(10_000_000)
    63
    """
    return limits.ocr_pages + int(limits.ocr_pages_per_mb * size / 1e6)


CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # container of the old binary Office formats and of encrypted new ones
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_STREAMS = (("WordDocument", ".doc"), ("PowerPoint Document", ".ppt"), ("Workbook", ".xls"), ("Book", ".xls"))
_PARTS = (("word/", ".docx"), ("ppt/", ".pptx"), ("xl/", ".xlsx"))
_OPENDOCUMENT = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
_DOCTYPE = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C\x00T|E\x00N\x00T)|\x00<\x00!\x00(?:D\x00O|E\x00N\x00T)"
)

_OPENXML = b"application/vnd.openxmlformats-officedocument."
_MACRO_TYPES = (
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", _OPENXML + b"wordprocessingml.document.main+xml"),
    (
        b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
        _OPENXML + b"presentationml.presentation.main+xml",
    ),
)

PASSWORD_REMEDY = "Save a copy without the password and put that into the folder."
DAMAGED_REMEDY = "Open the file in its program, save it again, or ask for a whole copy."

# What the libraries raise on damaged input: they were written for good files. None is silenced, each becomes a ReadError with its
# cause. With these no other error came through in 15 runs of 200 mutations (tests/ingest/test_hostile_files.py, the campaign).
MALFORMED: tuple[type[BaseException], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,  # lxml's XMLSyntaxError is one
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)


@contextmanager
def reading(kind: str, *more: type[Exception]) -> Iterator[None]:
    """A block in which whatever a library raises on a damaged `kind` ("Word document") becomes a ReadError.

    `more` names error types of the library itself. Errors of the pipeline pass unchanged.
    """
    try:
        yield
    except PipelineError:
        raise
    except (*MALFORMED, *more) as error:
        what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ReadError(f"the {kind} is damaged ({what})", DAMAGED_REMEDY) from error


def check_size(data: bytes, limits: Limits = LIMITS) -> None:
    """Raises ReadError for an empty file and for one beyond the limit."""
    if not data:
        raise ReadError("the file is empty", "Ask for the file again.")
    if len(data) > limits.file_bytes:
        raise ReadError(
            f"the file has {len(data) / 2**20:,.0f} MB, more than {limits.file_bytes / 2**20:,.0f} MB",
            "Split it, or make its pictures smaller.",
        )


def check_package(data: bytes, kind: str, limits: Limits = LIMITS) -> None:
    """Raises ReadError unless `data` is a sound office package (a zip of XML parts) within the limits.

    Refused are: old or encrypted containers, zip bombs (by the sizes that the directory declares: Python's reader
    never hands out more than these), encrypted parts, and XML with a document type, in which entity bombs and external entities
    live; no office program writes one.
    """
    check_size(data, limits)
    if data.startswith(CFB):
        if is_encrypted_office(data):
            raise ReadError(f"the {kind} is password-protected", PASSWORD_REMEDY)
        raise ReadError(f"the file is no {kind} but an old Office file under a new name", "Save it in the new format.")
    if not data.startswith(b"PK"):
        raise ReadError(f"the file is no {kind}: it does not start as one", DAMAGED_REMEDY)
    with reading(kind), zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        check_entries(entries, limits, total=limits.package_bytes)
        markup = [e for e in entries if e.filename.lower().endswith((".xml", ".rels", ".vml"))]
        if sum(e.file_size for e in markup) > limits.xml_bytes:
            raise ReadError(
                f"the {kind} holds more than {limits.xml_bytes / 2**20:,.0f} MB of XML (a zip bomb, or far too much)",
                "Split the document.",
            )
        for entry in markup:
            if _DOCTYPE.search(package.read(entry)):
                raise ReadError(
                    f"the part {entry.filename!r} declares XML entities, which no office program writes",
                    "Do not open the file; ask its sender.",
                )


def check_entries(entries: list[zipfile.ZipInfo], limits: Limits, *, total: int) -> None:
    """Raises ReadError when the members of a zip are too many, too large or packed as a bomb."""
    if len(entries) > limits.entries:
        raise ReadError(f"the zip holds {len(entries):,} members, more than {limits.entries:,}", "Split it.")
    if sum(e.file_size for e in entries) > total:
        raise ReadError(f"the zip unpacks to more than {total / 2**20:,.0f} MB (a zip bomb?)", "Split it.")
    for entry in entries:
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size):
            raise ReadError(
                f"the member {entry.filename!r} unpacks to {entry.file_size // max(1, entry.compress_size):,} times "
                "its size (a zip bomb)",
                "Do not open the file; ask its sender.",
            )
        if entry.flag_bits & 0x1:
            raise ReadError(f"the member {entry.filename!r} is password-protected", PASSWORD_REMEDY)


def without_macros(data: bytes) -> bytes:
    """The office package without its macros and under the type of the format without them; unchanged where it has none.

    python-docx and python-pptx refuse the types ".docm" and ".pptm" though their text is the same.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        types = package.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
        if b"macroEnabled" not in types:
            return data
        for old, new in _MACRO_TYPES:
            types = types.replace(old, new)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as plain:
            for name in names:
                plain.writestr(name, types if name == "[Content_Types].xml" else package.read(name))
    return buffer.getvalue()


def is_encrypted_office(data: bytes) -> bool:
    """Whether an Office container is locked with a password, in the new way or the old one of Word."""
    if not data.startswith(CFB):
        return False
    if _ENCRYPTED_PACKAGE in data:
        return True
    # The Word file information block usually opens the first sector; bit 8 of its flags says encrypted ([MS-DOC] 2.5.2).
    return data[512:514] == b"\xec\xa5" and len(data) > 524 and bool(data[523] & 0x01)


def sniff_office(data: bytes) -> str:
    """The suffix that the content of an office file deserves (".docx", ".ppt", ".odt" …), "" when it is none.

    >>> sniff_office(b"plain text")
    ''
    """
    if data.startswith(CFB):
        return next((suffix for name, suffix in _STREAMS if name.encode("utf-16-le") in data), "")
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    if not data.startswith(b"PK"):
        return ""
    for media_type, suffix in _OPENDOCUMENT.items():
        if data[30:200].find(media_type) >= 0:
            return suffix
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except MALFORMED:
        return ""  # the reader that the suffix names will say what is wrong
    if "[Content_Types].xml" in names:
        return next((suffix for part, suffix in _PARTS if any(n.startswith(part) for n in names)), "")
    return ""
