"""Tables without rules and text in columns: found by white space that runs down a page."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.layout import Line, is_full, is_marker, merge_segments
from pipeline.ingest.tables import is_header_word

# White space this wide parts columns, in units of type size. A space in justified Thai stretches to about 1.
COLUMN_GAP = 1.5
# Less is enough where text is written apart, or stands flush with such text in the rows around it.
NARROW_GAP = 0.4
NEAR_ROWS = 8
# A table needs two rows with several columns; text in columns at least this many lines on each side.
TEXT_COLUMN_LINES = 8
TEXT_COLUMN_WIDTH = 9  # in units of type size: leaflets have three columns on a sheet
DEEPEST_SPLIT = 2


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Rows of a table without rules: `rows[r][c]` holds the lines of a cell, from the top; empty for an empty cell."""

    rows: tuple[tuple[tuple[Line, ...], ...], ...]
    edges: tuple[float, ...]  # right edge of each column

    @property
    def top(self) -> float:
        """The base line of its first line."""
        return min(line.y for row in self.rows for cell in row for line in cell)


def split_rows(rows: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The segments of each base line, joined where only a word space parts them, and a list mark joined with its text."""
    starts = [[s.x0 for left, s in itertools.pairwise(row) if _is_column_start(left, s)] for row in rows]
    split: list[list[Line]] = []
    for number, row in enumerate(rows):
        near = [x for line in starts[max(0, number - NEAR_ROWS) : number + NEAR_ROWS + 1] for x in line]
        parts: list[list[Line]] = []
        for segment in row:
            if parts and not _parts(parts[-1], segment, near):
                parts[-1].append(segment)
            else:
                parts.append([segment])
        split.append([merge_segments(part) for part in parts])
    return split


def _is_column_start(left: Line, segment: Line) -> bool:
    gap = (segment.x0 - left.x1) / segment.size
    return gap > COLUMN_GAP or (segment.apart and gap > NARROW_GAP)


def _parts(part: Sequence[Line], segment: Line, near: Sequence[float]) -> bool:
    """Whether `segment` begins another column than the segments of `part` on its left. `near` are starts of columns around."""
    if is_marker(merge_segments(part).text):
        return False
    left = part[-1]
    flush = segment.x0 - left.x1 > NARROW_GAP * segment.size and any(abs(x - segment.x0) < 2 for x in near)
    return flush or _is_column_start(left, segment)


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows that stand in one column of text; `whole` says that they take the page's whole width."""

    rows: tuple[list[Line], ...]
    left: float
    right: float
    whole: bool


def split_columns(rows: Sequence[list[Line]], width: float, *, depth: int = 0) -> list[Frame]:
    """The rows of a page as frames in reading order: what stands above two columns of text, the columns, what stands below.

    A column of text is found by a strip of white down its side: at least eight lines on both sides, none across, most of them
    full. A table without rules has such a strip too, but short cells, or a header.
    """
    segments = [s for row in rows for s in row]
    whole = depth == 0
    best = _best_gutter(segments, width) if depth < DEEPEST_SPLIT else None
    if best is None:
        left = min((s.x0 for s in segments), default=0.0)
        right = max((s.x1 for s in segments), default=width)
        return [Frame(tuple(rows), left, right, whole)] if rows else []
    gutter, top, bottom = best
    above = [row for row in rows if row[0].y < top]
    inside = [row for row in rows if top <= row[0].y <= bottom]
    below = [row for row in rows if row[0].y > bottom]
    frames = split_columns(above, width, depth=DEEPEST_SPLIT if not whole else 0) if above else []
    for side in (_halves(inside, gutter, left=True), _halves(inside, gutter, left=False)):
        for frame in split_columns(side, width, depth=depth + 1):
            frames.append(Frame(frame.rows, frame.left, frame.right, whole=False))
    return frames + (split_columns(below, width, depth=DEEPEST_SPLIT if not whole else 0) if below else [])


def _halves(rows: Sequence[list[Line]], gutter: float, *, left: bool) -> list[list[Line]]:
    sides = ([s for s in row if (s.x1 <= gutter) == left] for row in rows)
    return [side for side in sides if side]


def _best_gutter(segments: Sequence[Line], width: float) -> tuple[float, float, float] | None:
    """The x of the strip that parts most lines of text, and the heights between which it runs; None when there is none."""
    if len(segments) < 2 * TEXT_COLUMN_LINES:
        return None
    ordered = sorted(segments, key=lambda s: s.y)
    edge = min(s.x0 for s in ordered)
    best: tuple[int, float, float, float] | None = None
    for step in range(20, 81, 2):
        x = edge + (width - 2 * edge) * step / 100
        for run in _free_runs(ordered, x):
            score = _text_lines(run, x)
            if score and (best is None or score > best[0]):
                best = (score, x, run[0].y, run[-1].y)
    return best[1:] if best else None


def _free_runs(ordered: Sequence[Line], x: float) -> list[list[Line]]:
    """Runs of lines, from the top, none of which comes near `x`."""
    runs: list[list[Line]] = [[]]
    for line in ordered:
        if line.x0 - 2 < x < line.x1 + 2:
            runs.append([])
        else:
            runs[-1].append(line)
    return [run for run in runs if len(run) >= 2 * TEXT_COLUMN_LINES]


def _text_lines(run: Sequence[Line], x: float) -> int:
    """How many lines of text stand on both sides of `x`; 0 when either side is no column of text."""
    count = 0
    for side in ([s for s in run if s.x1 <= x], [s for s in run if s.x0 >= x]):
        if len(side) < TEXT_COLUMN_LINES:
            return 0
        left, right = min(s.x0 for s in side), max(s.x1 for s in side)
        full = sum(s.x1 - s.x0 > 0.75 * (right - left) for s in side)
        if right - left < TEXT_COLUMN_WIDTH * side[0].size or 2 * full < len(side):
            return 0
        if is_header_word(side[0].text):
            return 0
        count += full
    return count


def find_regions(rows: Sequence[list[Line]], *, rules: Sequence[float] = ()) -> list[AlignedTable | list[Line]]:
    """Rows of segments as a sequence of tables and flows of lines, in reading order.

    `rules` are the heights of horizontal rules on the page: where they part a table into rows, they decide.
    """
    regions: list[AlignedTable | list[Line]] = []
    flow: list[Line] = []
    at = 0
    while at < len(rows):
        end = _grow(rows, at)
        columns = _merge([[s.x0, s.x1] for row in rows[at:end] for s in row], NARROW_GAP * rows[at][0].size)
        if len(columns) < 2:
            flow.append(merge_segments(rows[at]))
            at += 1
            continue
        if flow:
            regions.append(flow)
            flow = []
        regions.append(_table(rows[at:end], columns, rules))
        at = end
    if flow:
        regions.append(flow)
    return regions


def _grow(rows: Sequence[list[Line]], at: int) -> int:
    """The end of the run of rows from `at` on that leaves at least two columns; `at` when there is none."""
    if len(rows[at]) < 2:
        return at
    columns = [[s.x0, s.x1] for s in rows[at]]
    end = at + 1
    several = 1
    last = at + 1
    while end < len(rows):
        row, above = rows[end], rows[end - 1]
        if row[0].y - above[0].y > 3.2 * max(row[0].size, above[0].size):
            break
        grown = _merge([*columns, *([s.x0, s.x1] for s in row)], NARROW_GAP * row[0].size)
        if len(grown) < 2 or len(grown) < len(columns):
            break
        if len(row) > 1:
            several += 1
        columns = grown
        end += 1
        if len(row) > 1 or _column_of(row[0], columns) > 0:
            last = end
    return last if several >= 2 else at


def _merge(intervals: list[list[float]], gap: float) -> list[list[float]]:
    merged: list[list[float]] = []
    for x0, x1 in sorted(intervals):
        if merged and x0 < merged[-1][1] + gap:
            merged[-1][1] = max(merged[-1][1], x1)
        else:
            merged.append([x0, x1])
    return merged


def _column_of(segment: Line, columns: Sequence[Sequence[float]]) -> int:
    return next((n for n, (x0, x1) in enumerate(columns) if x0 - 1 <= segment.x0 <= x1), len(columns) - 1)


def _side(row: Sequence[Line], columns: Sequence[Sequence[float]], number: int) -> list[Line]:
    return [s for s in row if _column_of(s, columns) == number]


def _table(rows: Sequence[list[Line]], columns: Sequence[Sequence[float]], rules: Sequence[float]) -> AlignedTable:
    edges = tuple(x1 for _x0, x1 in columns)
    grid: list[list[list[Line]]] = []
    starts = _row_starts(rows, columns, edges, rules)
    for number, row in enumerate(rows):
        if number in starts:
            grid.append([[] for _ in columns])
        for column in range(len(columns)):
            side = _side(row, columns, column)
            if side:
                grid[-1][column].append(merge_segments(side))
    return AlignedTable(tuple(tuple(tuple(cell) for cell in line) for line in grid), edges)


def _row_starts(
    rows: Sequence[list[Line]], columns: Sequence[Sequence[float]], edges: Sequence[float], rules: Sequence[float]
) -> frozenset[int]:
    """The numbers of the base lines that open a row of the table: below a rule where there are any, below a wider gap, or
    where some column's text starts anew."""
    inside = [y for y in rules if rows[0][0].y < y < rows[-1][0].y]
    if len(inside) >= 2:
        return frozenset(
            n for n, row in enumerate(rows) if n == 0 or any(rows[n - 1][0].y < y < row[0].y for y in inside)
        )
    steps = [after[0].y - row[0].y for row, after in itertools.pairwise(rows)]
    least = min(steps, default=0.0)
    starts = {0}
    for n in range(1, len(rows)):
        if steps[n - 1] > 1.25 * least and _side(rows[n], columns, 0):
            starts.add(n)
    if len(starts) > 1 and all(_side(rows[n], columns, 0) for n in starts):
        return frozenset(starts)
    return frozenset({0} | {n for n in range(1, len(rows)) if _opens_row(rows[n - 1], rows[n], columns, edges)})


def _opens_row(
    above: Sequence[Line], row: Sequence[Line], columns: Sequence[Sequence[float]], edges: Sequence[float]
) -> bool:
    """Whether a column has text here though its text above had ended: at once, or before the right edge."""
    for column, edge in enumerate(edges):
        here, before = _side(row, columns, column), _side(above, columns, column)
        if here and (not before or not is_full(before[-1], here[0], edge)):
            return column == 0 or bool(before)
    return False
