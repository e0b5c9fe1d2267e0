"""A report while its file is read: blocks are added in reading order, then it becomes a record."""

from __future__ import annotations

import hashlib
import re

from pipeline.errors import ReadError
from pipeline.records import Block, BlockKind, Problem, Report, Settings
from pipeline.spans import MappedText, Span

# Line ends that formats write in their own way; a lone surrogate or control character cannot be stored as UTF-8 or XML.
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Draft:
    """The text and blocks taken out of one file so far. `finish` makes the report."""

    def __init__(self, source: str, data: bytes, media_type: str, settings: Settings, *, encoding: str = "") -> None:
        self.source = source
        self.tables = 0  # number of tables begun so far
        self._sha256 = hashlib.sha256(data).hexdigest()
        self._media_type = media_type
        self._encoding = encoding
        self._limit = settings.max_characters
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._problems: list[Problem] = []

    def add(
        self,
        text: str,
        kind: BlockKind,
        locator: str,
        *,
        level: int = 0,
        table: int = -1,
        row: int = -1,
        column: int = -1,
        column_header: str = "",
        row_header: str = "",
        confidence: float = 1.0,
    ) -> None:
        """Adds one block; text without a visible character is left out.

        Line ends become "\\n", characters that no UTF-8 file can hold become U+FFFD; nothing else is changed. Raises
        ReadError when the report grows beyond `Settings.max_characters`.
        """
        text = clean(text).strip()
        if not text.strip("\ufffd \n\t"):
            return
        start = self._length
        self._length += len(text) + 1
        if self._length > self._limit:
            raise ReadError(
                f"the text is longer than {self._limit:,} characters",
                "Split the file, or raise max_characters in the settings.",
            )
        self._pieces.append(text)
        self._blocks.append(
            Block(
                Span(start, start + len(text)),
                kind,
                locator,
                level,
                table,
                row,
                column,
                clean(column_header).strip(),
                clean(row_header).strip(),
                confidence,
            )
        )

    def problem(self, reason: str, remedy: str) -> None:
        """Names something that could not be taken; the report becomes `partial`."""
        self._problems.append(Problem(self.source, "read", reason, remedy))

    @property
    def blocks(self) -> int:
        """The number of blocks so far."""
        return len(self._blocks)

    def finish(self, title: str = "") -> Report:
        """The report. Raises ReadError when no text was found at all."""
        if not self._blocks:
            reasons = "; ".join(problem.reason for problem in self._problems[:3])
            remedies = " ".join(dict.fromkeys(problem.remedy for problem in self._problems[:3]))
            raise ReadError(
                "no text was found" + (f" ({reasons})" if reasons else ""),
                remedies or "Open the file and check that it holds a report.",
            )
        raw = "\n".join(self._pieces)
        return Report(
            source=self.source,
            sha256=self._sha256,
            media_type=self._media_type,
            encoding=self._encoding,
            raw=raw,
            text=MappedText.identity(raw),
            blocks=tuple(self._blocks),
            addressable=False,
            title=clean(title).strip(),
            problems=tuple(self._problems),
        )


def clean(text: str) -> str:
    """`text` with plain line ends and without characters that cannot be stored.

    >>> clean("ผลลัพธ์\\x0bข้อหนึ่ง\\x00")
    'ผลลัพธ์\\nข้อหนึ่ง\ufffd'
    """
    return _UNSTORABLE.sub("\ufffd", _BREAKS.sub("\n", text))
