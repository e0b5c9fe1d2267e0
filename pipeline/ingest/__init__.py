"""One reader per format: a file becomes a `Report` with its raw text, its blocks and where they stand."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from pipeline.errors import ReadError
from pipeline.records import Report, Settings


class Reader(Protocol):
    """A module that reads one family of formats.

    It has `SUFFIXES: tuple[str, ...]` (the same as its row below) and `read`.
    """

    def read(self, path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
        """The report in `data`, the bytes of `path`. Raises ReadError with reason and remedy."""
        ...


# Module below pipeline.ingest -> the suffixes it reads. Imported when the first such file comes, so that nobody pays
# for PDFium or openpyxl who has only text. A new format is one row here and one module.
READERS: dict[str, tuple[str, ...]] = {
    "text": (".txt", ".text", ".md", ".markdown"),
    "html": (".html", ".htm", ".xhtml", ".mhtml", ".mht"),
    "pdf": (".pdf",),
    "docx": (".docx", ".docm"),
    "pptx": (".pptx", ".pptm"),
    "xlsx": (".xlsx", ".xlsm"),
    "csvfile": (".csv", ".tsv"),
    "office": (".odt", ".odp", ".ods", ".doc", ".ppt", ".xls", ".rtf"),
    "ocr": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"),
}
# Formats of which one file holds many reports (.zip) are opened by ingest/archive.py before `read` is called.

SUPPORTED_SUFFIXES: tuple[str, ...] = tuple(
    sorted(
        suffix
        for module, suffixes in READERS.items()
        if find_spec(f"{__name__}.{module}") is not None
        for suffix in suffixes
    )
)

_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)
# Suffixes under which web pages are often saved: by hand as .txt, by old web systems' "export" as .doc and .xls.
_MAY_BE_HTML = frozenset({".txt", ".text", ".doc", ".xls"})


def read(path: Path, *, source: str, settings: Settings) -> Report:
    """The report in the file `path`; `source` is its path below the input folder.

    Raises ReadError, with reason and remedy, for an unknown format, an empty or unreadable file, and for a file that
    holds no text.
    """
    reader_name(path)
    return read_bytes(path, _bytes(path), source=source, settings=settings)


def read_bytes(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in `data`, the content of a file called `path`, as of a member of a zip. Raises ReadError as `read` does."""
    module = reader_name(path)
    if not data:
        raise ReadError("Empty file (0 bytes).", "Save or download it again.")
    if path.suffix.lower() in _MAY_BE_HTML and _HTML_START.match(data[:4096]):
        module = "html"
    reader = cast(Reader, import_module(f"{__name__}.{module}"))
    report = reader.read(path, data, source=source, settings=settings)
    if len(report.raw) > settings.max_characters:
        raise too_long(len(report.raw), settings)
    return report


def reader_name(path: Path) -> str:
    """The name of the module that reads files with this suffix. Raises ReadError where there is none."""
    suffix = path.suffix.lower()
    for module, suffixes in READERS.items():
        if suffix in suffixes and suffix in SUPPORTED_SUFFIXES:
            return module
    raise ReadError(
        f"{suffix or 'A file without a suffix'} is not a known format.",
        f"Save it in one of these: {' '.join(SUPPORTED_SUFFIXES)}.",
    )


def too_long(characters: int, settings: Settings) -> ReadError:
    """The error for a text longer than the settings allow."""
    return ReadError(
        f"The text has {characters:,} characters, more than the limit of {settings.max_characters:,}.",
        "Split the file, or raise max_characters.",
    )


def _bytes(path: Path) -> bytes:
    """The bytes of the file. Raises ReadError when it is empty or cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(
            f"The file cannot be opened ({error.strerror or error}).", "Check that it exists and may be read."
        ) from error
    return data
