"""Saved web pages (.html, .mhtml): decoded source, visible text, blocks, and site chrome told apart."""

from __future__ import annotations

import hashlib
from email import policy
from email.parser import BytesParser
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.ingest import too_long
from pipeline.ingest.chrome import mark_chrome
from pipeline.ingest.decode import Decoded, decode_html
from pipeline.ingest.html_page import parse
from pipeline.ingest.text import broken_problem
from pipeline.records import Report, Settings

SUFFIXES = (".html", ".htm", ".xhtml", ".mhtml", ".mht")


def read(path: Path, data: bytes, *, source: str, settings: Settings) -> Report:
    """The report in a saved web page; `raw` is its decoded HTML (of the main part, for MHTML).

    Raises ReadError when it cannot be decoded or holds no visible text.
    """
    mhtml = path.suffix.lower() in {".mhtml", ".mht"} or data[:2000].lstrip().lower().startswith(
        (b"mime-version:", b"from: <saved")
    )
    decoded = _mhtml_part(data) if mhtml else decode_html(data)
    if len(decoded.text) > settings.max_characters:
        raise too_long(len(decoded.text), settings)
    page = parse(decoded.text)
    if not page.blocks:
        raise ReadError("The page holds no visible text.", "Save it again after it has loaded, as a complete web page.")
    return Report(
        source=source,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="multipart/related" if mhtml else "text/html",
        encoding=decoded.encoding,
        raw=decoded.text,
        text=page.text,
        blocks=mark_chrome(decoded.text, page),
        addressable=True,
        title=page.title,
        problems=broken_problem(decoded, source),
    )


def _mhtml_part(data: bytes) -> Decoded:
    """The largest HTML part of an MHTML file. Raises ReadError where it has none."""
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    pages: list[tuple[bytes, str]] = []
    for part in message.walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"} and not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                pages.append((payload, str(part.get_content_charset() or "")))
    if not pages:
        raise ReadError(
            "The web archive holds no page.", "Save the page again as a web page (.html) or single file (.mhtml)."
        )
    payload, charset = max(pages, key=lambda page: len(page[0]))
    return decode_html(payload, declared=charset)
