"""The sources of a set's citations, read again: where a quote stands now, whether or not its file was renamed or changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.dataset.masking import MASK
from pipeline.dataset.verify import content_of, roots_of, run_of
from pipeline.errors import PipelineError
from pipeline.ingest import read_bytes
from pipeline.ingest.normalise import normalise
from pipeline.lessons.lesson_set import Citation
from pipeline.records import NormalText, Report, Settings
from pipeline.spans import Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands in a source: the locators of its blocks, the first one first, and its raw span where the format has one."""

    locators: tuple[str, ...]
    raw: Span | None

    @property
    def locator(self) -> str:
        """The locator of the block in which it begins."""
        return self.locators[0] if self.locators else ""


@dataclass(frozen=True)
class Text:
    """A source that was read: what is needed to find quotes in it."""

    report: Report
    normal: NormalText

    def places(self, quote: str) -> tuple[Place, ...]:
        """All places where exactly these characters stand; a masked character is any other."""
        pattern = re.escape(quote).replace(MASK, r"[^\s]")
        return (
            tuple(self._place(Span(*match.span())) for match in re.finditer(pattern, self.normal.text)) if quote else ()
        )

    def holds(self, one: Citation) -> bool:
        """Whether the quote stands at the place that the citation names."""
        return any(is_same_place(one, place) for place in self.places(one.quote))

    def raw_holds(self, one: Citation) -> bool:
        """Whether the source spells the quote as the citation says, where the format has offsets; else true."""
        if one.raw_start is None or one.raw_end is None:
            return True
        return masked_equal(self.report.raw[one.raw_start : one.raw_end], one.raw_quote)

    def at(self, locator: str) -> str:
        """The text of the first block of a locator, "" for none."""
        block = next((block for block in self.normal.blocks if block.locator == locator), None)
        return block.span.slice(self.normal.text) if block else ""

    def _place(self, span: Span) -> Place:
        blocks = [block.locator for block in self.normal.blocks if block.span.overlaps(span)]
        raw = self.normal.mapped.source_span(span) if self.report.addressable else None
        return Place(tuple(dict.fromkeys(blocks)), raw)


def is_same_place(one: Citation, place: Place) -> bool:
    """Whether a place is the one of the citation: its locator and, where both have one, its raw span."""
    if not any(masked_equal(locator, one.locator) for locator in place.locators):
        return False
    return (place.raw is None and one.raw_start is None) or (
        place.raw is not None and (place.raw.start, place.raw.end) == (one.raw_start, one.raw_end)
    )


def masked_equal(there: str, quoted: str) -> bool:
    """Whether `quoted` is what stands there, character for character; a masked one may be any other.

    >>> masked_equal("โทร 081", "โทร ███"), masked_equal("โทร 081", "โทร 082")
    (True, False)
    """
    return len(there) == len(quoted) and all(b in (a, MASK) for a, b in zip(there, quoted, strict=True))


class Sources:
    """The folders of the reports of a dataset, each file read once and only when asked for."""

    def __init__(self, dataset: Path, inputs: Sequence[Path] = ()) -> None:
        """`inputs` are where the reports are now, when they are not where the run found them."""
        run, _ = run_of(dataset)
        self._roots = [(prefix, root) for prefix, root in roots_of(dataset, run, inputs) if root.is_dir()]
        self._texts: dict[str, Text | None] = {}

    @property
    def are_there(self) -> bool:
        """Whether any folder of reports is within reach."""
        return bool(self._roots)

    def sha256(self, source: str) -> str:
        """SHA-256 of the file that bears this name now; "" when there is none."""
        found = content_of(source, self._roots)
        return hashlib.sha256(found[1]).hexdigest() if found else ""

    def named(self, sha256: str) -> str:
        """The name of the first file with these bytes; "" when there is none. Files inside a zip are not looked at."""
        return self._by_hash.get(sha256, "")

    def text(self, source: str) -> Text | None:
        """The file that bears this name, read; None when there is none or it cannot be read as a report."""
        if source not in self._texts:
            found = content_of(source, self._roots)
            self._texts[source] = None
            if found:
                try:
                    report = read_bytes(*found, source=source, settings=Settings())
                    self._texts[source] = Text(report, normalise(report))
                except PipelineError:  # the caller says that the quote is not there; `lessons extract` says why
                    pass
        return self._texts[source]

    @cached_property
    def _by_hash(self) -> dict[str, str]:
        """The names of all files by the hash of their bytes."""
        found: dict[str, str] = {}
        for prefix, root in self._roots:
            for path in sorted(p for p in root.rglob("*") if p.is_file()):
                name = path.relative_to(root).as_posix()
                found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), f"{prefix}/{name}" if prefix else name)
        return found
