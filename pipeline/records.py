"""The records that stages hand to each other: frozen, typed, without a clock or a random id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.spans import MappedText, Span


class BlockKind(StrEnum):
    """What a block is in the layout of its source."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"  # a whole row, where cells cannot be told apart
    TABLE_CELL = "table_cell"
    CAPTION = "caption"
    NOTE = "note"  # speaker note, foot note, text box
    FURNITURE = "furniture"  # page header, footer, page number, navigation: never a finding


class State(StrEnum):
    """Whether a text says that something happened."""

    ACHIEVED = "achieved"
    PLANNED = "planned"
    NEGATED = "negated"
    BACKGROUND = "background"


class ReportStatus(StrEnum):
    """How much of a report could be read."""

    OK = "ok"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item, cell or slide line.

    `span` is its place in `Report.text.text` (in `NormalText.text` after normalisation). `locator` leads a person to
    the place: `page=3`, `slide=2`, `sheet=ผลลัพธ์!B7`, `paragraph=14`; several parts are joined by `;`.
    """

    span: Span
    kind: BlockKind
    locator: str
    level: int = 0  # of a heading (1 is the highest) or of a list's nesting; 0 when unknown
    table: int = -1  # number of the table in the report, from 0; -1 outside tables
    row: int = -1  # from 0; a header row keeps its number
    column: int = -1
    column_header: str = ""  # text of the header cell(s) above, for cells of a table with a header row
    row_header: str = ""  # text of the first cell of the row, for cells beyond it
    confidence: float = 1.0  # of the characters themselves: below 1 for OCR
    damage: float = 0.0  # 0 to 1, of the page or text this block stands on (ingest/damage.py)


@dataclass(frozen=True, slots=True)
class Report:
    """A source as it was read: raw text, its blocks and where they stand.

    `text` maps each character to `raw`. `raw` is the decoded source for text and saved HTML (`addressable`: offsets
    into it are exported as raw_start, raw_end), else the text that the reader took out of the file.
    """

    source: str  # path below the input folder, with "/"
    sha256: str  # of the bytes of the source
    media_type: str  # IANA name
    encoding: str  # "utf-8", "cp874", …; "" for binary formats
    raw: str
    text: MappedText
    blocks: tuple[Block, ...]
    addressable: bool
    title: str = ""  # of the document, as its format states it; "" when it states none
    problems: tuple[Problem, ...] = ()  # what the reader could not take, e.g. a page without text


@dataclass(frozen=True, slots=True)
class NormalText:
    """The normalised text of a report with its blocks; every later span counts in `text`.

    `mapped` leads from each normalised character to its place in `Report.raw`.
    """

    mapped: MappedText
    blocks: tuple[Block, ...]
    damage: float = 0.0  # 0 (clean) to 1, share of the text that is damaged beyond repair
    notes: tuple[tuple[str, str], ...] = ()  # damage to tell: id of data/damage_notes.tsv, locator or example

    @property
    def text(self) -> str:
        """The normalised text itself."""
        return self.mapped.text


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch under one heading.

    `role` is a row id of `data/headings.tsv`'s column `role`: a category code, or a role that yields none
    (plan, background, activity, boilerplate, …).
    """

    span: Span  # from after the heading to the next heading
    heading: Span  # empty at the start of the text
    title: str
    role: str
    state: State | None  # what the heading says of its content; None when it says nothing
    rule: str  # id of the row that recognised the heading, "" for none


@dataclass(frozen=True, slots=True)
class Unit:
    """One lesson point: the smallest stretch that can be a finding."""

    span: Span
    section: int  # index into the sections of the report
    block: int  # index into the blocks of the report: the block in which the unit starts
    marker: str = ""  # list marker in front of it: "•", "1)", …
    item: int = 0  # number of the list item or paragraph it belongs to, from 0: units of one item may be one point


@dataclass(frozen=True, slots=True)
class Vote:
    """What one rule or model says of a unit, kept for `because`."""

    label: str  # a category, issue or theme code, or a state
    weight: float  # positive for, negative against
    rule: str  # id of the rule or name of the model
    span: Span | None = None  # the words that made it vote


@dataclass(frozen=True, slots=True)
class Tag:
    """A code of a taxonomy on a text."""

    scheme: str  # "issue", "sdh", "category"
    code: str
    score: float  # 0 to 1
    accepted: bool
    decided_by: str
    because: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of the normalised text with a category, before tags and ids."""

    span: Span
    category: str
    status: State
    confidence: float  # 0 to 1
    decided_by: str  # "rules", "model", "rules+model"
    because: str  # the rules and words that made it, readable
    section: str  # title of the section, "" for none
    block: int  # index of the block in which it starts
    votes: tuple[Vote, ...] = ()
    tags: tuple[Tag, ...] | None = None  # by a model that read it where it stands; None: it is still to be tagged


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the text states."""

    kind: str  # people, household, money, percent, count, date, code, person, phone, organisation
    value: str  # ISO date, plain decimal number, or name
    unit: str  # baht, people, percent, …; "" for none
    span: Span
    role: str = ""  # actual, target, baseline; "" when the text does not say
    check: str = "unchecked"  # ok, wrong, unchecked
    text: str = ""  # quote of the normalised text; set when the report's result is put together


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative area that the text names, or that its names imply."""

    level: str  # province, district, subdistrict, health_zone
    name_th: str
    code: str  # DOPA code: 2, 4 or 6 digits; "" when it cannot be settled
    span: Span | None  # None when inferred from a lower level
    conflict: str = ""  # what the text says against it; "" for none


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out, with what to do about it."""

    source: str
    stage: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A finding as it stands in the dataset (table `lessons`)."""

    lesson_id: str
    finding: Finding
    text: str  # quote of the normalised text
    raw_text: str
    raw_span: Span | None  # None where the source has no character offsets (PDF, Word, …)
    locator: str
    tags: tuple[Tag, ...] = ()
    places: tuple[Place, ...] = ()
    project_code: str = ""
    year_ce: int | None = None
    province: str = ""
    district: str = ""
    subdistrict: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """The one value of each fact that describes the report and its project; "" or None when the report is silent."""

    title: str = ""
    project_name: str = ""
    project_code: str = ""
    organisation: str = ""
    reporter: str = ""
    responsible_person: str = ""
    budget_baht: float | None = None
    period_start: str = ""  # ISO date
    period_end: str = ""
    report_date: str = ""
    year_be: int | None = None
    health_zone: int | None = None
    silences: tuple[tuple[str, str], ...] = ()  # (field, "none_reported" | "empty" | "missing")


@dataclass(frozen=True, slots=True)
class ReportResult:
    """All that one report yields."""

    report_id: str
    source: str
    sha256: str
    media_type: str
    encoding: str
    genre: str
    status: ReportStatus
    damage: float
    units: int
    facts_of_project: ProjectFacts
    issues: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    facts: tuple[tuple[Fact, Span | None], ...] = ()  # each with its place in the raw text
    places: tuple[tuple[Place, Span | None], ...] = ()
    problems: tuple[Problem, ...] = ()
    sketch: bytes = b""  # hashes of a sample of its text's grams, by which copies are found (lessons/duplicates.py)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is made; part of the pipeline fingerprint, so a changed setting reads reports again."""

    planned: bool = False  # keep planned findings in the lessons table
    public: bool = False  # mask personal data in every export
    model: str = "rules"
    taxonomy: Path | None = None  # folder of taxonomy files that replace those shipped
    max_characters: int = 5_000_000  # of one report, ten times the longest seen; longer ones become a problem
    keep_public_roles: bool = True  # with `public`: persons in public roles stay readable


def content_id(prefix: str, *parts: object) -> str:
    """A stable id: `prefix` and 16 hexadecimal digits of the SHA-256 of the parts.

    >>> content_id("r", "รายงาน.txt", 3) == content_id("r", "รายงาน.txt", 3)
    True
    """
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass"))
    return f"{prefix}-{digest.hexdigest()[:16]}"
