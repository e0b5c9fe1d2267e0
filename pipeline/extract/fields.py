"""Labelled fields of forms: a label in one cell and its value in the next, on one line, or on the line below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.records import Block, BlockKind, NormalText
from pipeline.resources import load_table
from pipeline.segment.silence import silence_of
from pipeline.spans import Span, strip_span

_NUMBER = re.compile(r"^(?:\(?[\d๐-๙]{1,2}(?:\.[\d๐-๙]{1,2})*[.)]?|[•\-–*#]+|ส่วนที่\s?\d)\s*")
_SEPARATOR = re.compile(r"\s*[:：=]\s*|[ \t\u00a0]+(?=\S)")
_TO_FILL = re.compile(r"(?:\.{5,}|…{2,}|_{5,})\s*$")  # a line of a form on which something was to be written
_SECTION = re.compile(r"(?:ส่วน|ตอน|บท|หมวด)ที่\s?[\d๐-๙]")
_TRAIL = re.compile(r"[\s:：.…*]+$")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A row of `data/fields.tsv`."""

    id: str
    label: str
    field: str
    rank: int
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class FormWordRow:
    """A row of `data/fields_stops.tsv`."""

    id: str
    word: str
    kind: str  # person, organisation
    example: str
    counter_example: str
    source: str


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value; `value` is empty where the form was left empty."""

    name: str
    rank: int
    label: Span
    value: Span
    text: str
    sure: bool = True  # a colon or a cell border parts label and value; False for a blank alone

    @property
    def silence(self) -> str:
        """none_reported, empty, or `""` for a value that says something."""
        return silence_of(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that stand side by side, with their columns; a line of running text is a row of one cell."""

    cells: tuple[Span, ...]
    columns: tuple[int, ...]
    table: int
    header: str = ""  # of the last cell


def find_fields(normal: NormalText) -> tuple[Field, ...]:
    """The labelled fields of a text in order, also the empty ones.

    A cell that is a label is a field when one more cell stands beside it; rows with labels in several cells are headers
    of tables. Silence below a column's header is read too (`ปัญหาอุปสรรค` over `ไม่มี`), where no cell of the column is filled.
    """
    rows = read_rows(normal)
    found: list[Field] = []
    for index, row in enumerate(rows):
        found.extend(_of_row(normal.text, row, _below(normal.text, rows, index)))
    found.extend(_silent_cells(normal))
    return tuple(sorted(found, key=lambda f: (f.label, f.value)))


def _below(text: str, rows: Sequence[Row], index: int) -> Row | None:
    """The row below, or the one after it where the row below only explains the label."""
    for row in rows[index + 1 : index + 3]:
        if not _is_help(text, rows[index].cells[0], row.cells[0]):
            return row
    return None


def read_rows(normal: NormalText) -> tuple[Row, ...]:
    """The rows of tables and the lines of everything else, in order of place; furniture left out."""
    rows: list[Row] = []
    table: dict[tuple[int, int], list[Block]] = {}
    blocks = normal.blocks or (Block(Span(0, len(normal.text)), BlockKind.PARAGRAPH, ""),)
    for block in blocks:
        if block.kind is BlockKind.FURNITURE:
            continue
        if block.table >= 0 and block.kind is BlockKind.TABLE_CELL:
            table.setdefault((block.table, block.row), []).append(block)
        else:
            rows.extend(_lines(normal.text, block.span))
    for (number, _), cells in table.items():
        rows.append(_table_row(cells, number))
    return tuple(sorted(rows, key=lambda r: r.cells[0]))


def _table_row(blocks: Sequence[Block], table: int) -> Row:
    """One row of a table; the paragraphs of one cell are one cell."""
    columns: dict[int, Span] = {}
    for block in sorted(blocks, key=lambda b: (b.column, b.span)):
        known = columns.get(block.column)
        columns[block.column] = Span(known.start, max(known.end, block.span.end)) if known else block.span
    return Row(tuple(columns.values()), tuple(columns), table, blocks[-1].column_header)


def _lines(text: str, span: Span) -> Iterator[Row]:
    """The lines of a block, each split where pipes draw cells."""
    at = span.start
    for line in span.slice(text).split("\n"):
        cells, start = [], at
        for cell in line.split("|"):
            place = strip_span(text, Span(start, start + len(cell)))
            cells.append(place)
            start += len(cell) + 1
        filled = [(n, c) for n, c in enumerate(cells) if len(c)]
        if filled:
            table = -2 if len(cells) > 1 else -1
            yield Row(tuple(c for _, c in filled), tuple(n for n, _ in filled), table)
        at += len(line) + 1


@cache
def labels() -> dict[str, FieldRow]:
    """Rows of `data/fields.tsv` by label without blanks."""
    return {_squeeze(row.label): row for row in load_table("fields.tsv", FieldRow)}


@cache
def form_words(kind: str) -> tuple[str, ...]:
    """The words of `data/fields_stops.tsv` of a kind: what no value of that kind begins with, or what ends one."""
    return tuple(row.word for row in load_table("fields_stops.tsv", FormWordRow) if row.kind == kind)


def _squeeze(label: str) -> str:
    return label.replace(" ", "").replace("\u00a0", "")


# Among so many characters stand the first two letters of nearly every label, blanks between them or not.
_HEAD = 8


@cache
def _heads() -> frozenset[str]:
    """The first two letters of all labels: few lines begin so."""
    return frozenset(label[:2] for label in labels())


def label_row(text: str) -> FieldRow | None:
    """The field that `text` is the label of, numbers and marks around it read over; None when it is no label.

    >>> label_row("1. ชื่อโครงการ :").field
    'project_name'
    """
    bare = _NUMBER.sub("", text.strip())
    head = _squeeze(bare[:_HEAD])[:2]
    if len(head) == 2 and head not in _heads():
        return None  # most lines: no need to look at all of them
    return labels().get(_squeeze(_TRAIL.sub("", bare)))


def _of_row(text: str, row: Row, below: Row | None) -> Iterator[Field]:
    """The fields of one row."""
    rows = [label_row(cell.slice(text)) for cell in row.cells]
    if len(row.cells) == 1:
        yield from _of_line(text, row.cells[0], rows[0], below, in_table=row.table != -1)
        return
    known_count = sum(r is not None for r in rows)
    pairs = len(row.cells) == 4 and rows[0] and rows[2] and not rows[1] and not rows[3]
    if known_count >= 2 and not pairs:
        return  # a header row
    for index, (cell, known) in enumerate(zip(row.cells, rows, strict=True)):
        if known is None:
            yield from _of_line(text, cell, None, None, in_table=True)
            continue
        after = index + 1 < len(row.cells) and rows[index + 1] is None
        if after and len(row.cells) in {2, 4} and row.columns[index + 1] - row.columns[index] <= 2:
            value = row.cells[index + 1]
            yield Field(known.field, known.rank, cell, value, value.slice(text))
        elif not after and len(row.cells) <= 4:
            yield Field(known.field, known.rank, cell, Span(cell.end, cell.end), "")


def _of_line(text: str, cell: Span, known: FieldRow | None, below: Row | None, *, in_table: bool) -> Iterator[Field]:
    """The field of a cell or line of its own: `label : value`, a label over its value, or a label over nothing."""
    if known is not None:
        value = Span(cell.end, cell.end)
        if below is not None and len(below.cells) == 1 and not in_table and _can_be_value(text, cell, below.cells[0]):
            value = strip_span(text, below.cells[0])
        sure = in_table or left_empty(cell.slice(text))
        yield Field(known.field, known.rank, cell, value, value.slice(text), sure)
        return
    at = cell
    while (split := _split(text, at)) is not None:
        row, label, value, sure = split
        following = _next_label(text, value)
        value = strip_span(text, Span(value.start, following), also="|,;·/")
        yield Field(row.field, row.rank, label, value, value.slice(text), sure)
        if following >= at.end:
            return
        at = Span(following, at.end)


@cache
def _inner_label() -> re.Pattern[str]:
    """A label inside a line, behind a blank, before a colon or a blank and a digit."""
    words = sorted((row.label for row in labels().values() if len(row.label) > 2), key=lambda w: (-len(w), w))
    return re.compile(rf"(?<=[ \u00a0|·/])(?:{'|'.join(map(re.escape, words))})(?=\s*[:：]|\s+[\d๐-๙])")


def _next_label(text: str, value: Span) -> int:
    """Where the next label of the same line begins; the end of the value where none does."""
    match = _inner_label().search(text, value.start + 1, value.end)
    return match.start() if match else value.end


# A label of fewer letters may begin a line that does not explain it.
_LEAST_HELPED = 6


def _is_help(text: str, label: Span, value: Span) -> bool:
    """Whether the line below a label only explains the label (`ชื่อโครงการควรสั้น…`)."""
    said = value.slice(text)
    if said[:_LEAST_HELPED] not in label.slice(text):
        return False  # most lines: no need to take the label's marks off
    bare = _TRAIL.sub("", _NUMBER.sub("", label.slice(text).strip()))
    return len(bare) >= _LEAST_HELPED and said.startswith(bare)


def _can_be_value(text: str, label: Span, below: Span) -> bool:
    """Whether the line below a label may hold its value: not behind dots to be filled in, no label, no new section."""
    if left_empty(label.slice(text)) or _SECTION.match(below.slice(text)):
        return False
    return not _label_like(text, below)


def left_empty(line: str) -> bool:
    """Whether a line of a form ends in dots on which something was to be written.

    >>> left_empty("ชื่อโครงการ ............"), left_empty("ชื่อโครงการ ลานบ้านสดใส")
    (True, False)
    """
    return _TO_FILL.search(line) is not None


def _label_like(text: str, cell: Span) -> bool:
    return label_row(cell.slice(text)) is not None or _split(text, cell) is not None


def _split(text: str, cell: Span) -> tuple[FieldRow, Span, Span, bool] | None:
    """Label and value of one line, the longest label first; a blank parts them only where the label is long."""
    line = cell.slice(text)
    number = _NUMBER.match(line)
    start = number.end() if number else 0
    head = line[start : start + 2]
    if head not in _heads() and head == _squeeze(head):
        return None
    best = None
    for match in _SEPARATOR.finditer(line, start, start + 60):
        row = labels().get(_squeeze(line[start : match.start()].rstrip("*")))
        colon = bool(match.group().strip())
        if row is not None and (colon or len(row.label) >= 7):
            label = Span(cell.start, cell.start + match.start())
            value = strip_span(text, Span(cell.start + match.end(), cell.end))
            best = (row, label, value, colon)
        if colon:
            break
    return best


def _labelled_cells(normal: NormalText) -> Iterator[tuple[FieldRow, Block]]:
    """The cells below a column whose header is a label."""
    for block in normal.blocks:
        row = label_row(block.column_header) if block.column_header else None
        if row is not None and block.kind is BlockKind.TABLE_CELL:
            yield row, block


def filled_columns(normal: NormalText) -> frozenset[str]:
    """The fields that are the header of a column in which a cell says something."""
    cells = _labelled_cells(normal)
    return frozenset(row.field for row, block in cells if not silence_of(block.span.slice(normal.text)))


def _silent_cells(normal: NormalText) -> Iterator[Field]:
    """Cells below a labelled column that say nothing, where the whole column says nothing."""
    filled = filled_columns(normal)
    for row, block in _labelled_cells(normal):
        text = block.span.slice(normal.text)
        if row.field not in filled and silence_of(text):
            yield Field(row.field, row.rank, Span(block.span.start, block.span.start), block.span, text)
