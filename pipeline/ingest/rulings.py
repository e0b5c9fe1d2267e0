"""Ruled tables of a PDF page: its lines and boxes as grids of cells."""

from __future__ import annotations

import ctypes
import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

# Lines closer than this (points) are one: borders of neighbouring cells are often drawn twice.
SNAP = 3.0
# A filled box thinner than this is a line.
THIN = 3.0
# A box or line shorter than this is a bullet, a tick box or part of a picture.
SHORT = 9.0
# A map or chart may draw a hundred thousand paths; no table of a report needs so many.
MOST_RULES = 2000
MOST_FIELDS = 6000
DEEPEST_FORM = 4
# Share of a cell's side that a line must cover to be its wall.
WALL = 0.6


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal or vertical line: it stands `at` a height (or x) and runs from `start` to `end`; y counts up."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a ruled table: its place in the grid and how much of it it covers."""

    row: int
    column: int
    rows: int
    columns: int


class Grid:
    """A ruled table: column edges from the left, row edges from the top (y counts up, so they fall), its cells."""

    def __init__(
        self, xs: Sequence[float], ys: Sequence[float], horizontal: Sequence[Rule], vertical: Sequence[Rule]
    ) -> None:
        self.xs = list(xs)
        self.ys = list(ys)
        self._fallen = [-y for y in ys]
        self._owner = _join_cells(self.xs, self.ys, horizontal, vertical)
        self.cells = tuple(sorted(set(self._owner.values()), key=lambda c: (c.row, c.column)))
        self._number = {cell: number for number, cell in enumerate(self.cells)}

    def cell_at(self, x: float, y: float) -> int:
        """The number of the cell at a point, -1 outside the table."""
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]):
            return -1
        column = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        row = min(max(bisect_right(self._fallen, -y) - 1, 0), len(self.ys) - 2)
        return self._number[self._owner[row, column]]

    def walls(self, cell: GridCell) -> tuple[float, float]:
        """The left and right edge of a cell."""
        return self.xs[cell.column], self.xs[cell.column + cell.columns]


Point = Callable[[float, float], tuple[float, float]]


def find_grids(page: Any, turn: Point) -> tuple[list[Grid], list[float]]:
    """The ruled tables of a page, and the heights of its horizontal rules that belong to none.

    A group of crossing lines is a table when it has at least two columns. `turn` leads from the coordinates of the page's
    content to those of the page as it is shown.
    """
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for x0, y0, x1, y1 in _edges(page):
        (x0, y0), (x1, y1) = turn(x0, y0), turn(x1, y1)
        left, right, bottom, top = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if top - bottom <= THIN and right - left >= SHORT:
            horizontal.append(Rule((top + bottom) / 2, left, right))
        elif right - left <= THIN and top - bottom >= SHORT:
            vertical.append(Rule((left + right) / 2, bottom, top))
        if len(horizontal) + len(vertical) > MOST_RULES:
            return [], []
    return make_grids(horizontal, vertical)


def make_grids(horizontal: list[Rule], vertical: list[Rule]) -> tuple[list[Grid], list[float]]:
    """The tables that rules make, and the heights of the horizontal rules that belong to none. See find_grids."""
    horizontal, vertical = _unite(horizontal), _unite(vertical)
    grids: list[Grid] = []
    used: set[int] = set()
    for some_horizontal, some_vertical in _components(horizontal, vertical):
        xs = _snap([v.at for v in some_vertical])
        ys = _snap([h.at for h in some_horizontal])[::-1]
        if len(xs) >= 3 and len(ys) >= 2 and len(xs) * len(ys) <= MOST_FIELDS:
            grids.append(Grid(xs, ys, some_horizontal, some_vertical))
            used.update(id(h) for h in some_horizontal)
    return grids, [h.at for h in horizontal if id(h) not in used]


def _edges(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """The straight edges of all paths of a page as (left, bottom, right, top)."""
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    count = pdfium.FPDFPage_CountObjects(page)
    for number in range(min(count, 10 * MOST_RULES)):
        yield from _object_edges(pdfium.FPDFPage_GetObject(page, number), identity, 0)


def _object_edges(item: Any, matrix: tuple[float, ...], depth: int) -> Iterator[tuple[float, float, float, float]]:
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        yield from _path_edges(item, _compose(_matrix(item), matrix))
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
        inner = _compose(_matrix(item), matrix)
        for number in range(min(pdfium.FPDFFormObj_CountObjects(item), 10 * MOST_RULES)):
            yield from _object_edges(pdfium.FPDFFormObj_GetObject(item, number), inner, depth + 1)


def _matrix(item: Any) -> tuple[float, ...]:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _compose(inner: tuple[float, ...], outer: tuple[float, ...]) -> tuple[float, ...]:
    """The matrix that applies `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _path_edges(path: Any, matrix: tuple[float, ...]) -> Iterator[tuple[float, float, float, float]]:
    """The straight edges of one path; a thin filled box gives one edge, its long side."""
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    a, b, c, d, e, f = matrix
    count = pdfium.FPDFPath_CountSegments(path)
    if count > 400:  # a drawing
        return
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            yield from _polygon_edges(points)
            points = [point]
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            points.append(point)
        else:
            points = [point]  # a curve bounds no cell
        if pdfium.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    yield from _polygon_edges(points)


def _polygon_edges(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, float, float]]:
    if len(points) < 2:
        return
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    if box[2] - box[0] <= THIN or box[3] - box[1] <= THIN:
        yield box
        return
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if abs(x1 - x0) <= 1 or abs(y1 - y0) <= 1:
            yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _unite(rules: list[Rule]) -> list[Rule]:
    """Rules at one height that touch as one rule: cell borders are drawn cell by cell."""
    united: list[Rule] = []
    heights = _snap([rule.at for rule in rules])
    nearest = {rule.at: min(heights, key=lambda h: abs(h - rule.at)) for rule in rules}
    for rule in sorted(rules, key=lambda r: (nearest[r.at], r.start)):
        last = united[-1] if united else None
        if last is not None and last.at == nearest[rule.at] and rule.start <= last.end + SNAP:
            united[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            united.append(Rule(nearest[rule.at], rule.start, rule.end))
    return united


def _snap(values: Sequence[float]) -> list[float]:
    """The values, rising, those closer than SNAP to the one before as one."""
    snapped: list[float] = []
    for value in sorted(values):
        if not snapped or value - snapped[-1] > SNAP:
            snapped.append(value)
    return snapped


def _components(horizontal: list[Rule], vertical: list[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Groups of rules that cross or touch each other."""
    parent = list(range(len(horizontal) + len(vertical)))

    def find(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for n, h in enumerate(horizontal):
        for m, v in enumerate(vertical, len(horizontal)):
            if h.start - SNAP <= v.at <= h.end + SNAP and v.start - SNAP <= h.at <= v.end + SNAP:
                parent[find(n)] = find(m)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for n, rule in enumerate([*horizontal, *vertical]):
        group = groups.setdefault(find(n), ([], []))
        group[n >= len(horizontal)].append(rule)
    for across, down in groups.values():
        if across and down:
            yield across, down


def _join_cells(
    xs: Sequence[float], ys: Sequence[float], horizontal: Sequence[Rule], vertical: Sequence[Rule]
) -> dict[tuple[int, int], GridCell]:
    """For each field of the grid the cell it belongs to: fields without a wall between them are one cell."""
    rows, columns = len(ys) - 1, len(xs) - 1
    parent = {(r, c): (r, c) for r in range(rows) for c in range(columns)}
    across = [[rule for rule in horizontal if abs(rule.at - y) <= SNAP] for y in ys]
    down = [[rule for rule in vertical if abs(rule.at - x) <= SNAP] for x in xs]

    def find(place: tuple[int, int]) -> tuple[int, int]:
        while parent[place] != place:
            place = parent[place]
        return place

    for r in range(rows):
        for c in range(columns):
            if c + 1 < columns and not _is_wall(down[c + 1], ys[r + 1], ys[r]):
                _link(parent, find((r, c)), find((r, c + 1)))
            if r + 1 < rows and not _is_wall(across[r + 1], xs[c], xs[c + 1]):
                _link(parent, find((r, c)), find((r + 1, c)))
    fields: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in parent:
        fields.setdefault(find(place), []).append(place)
    owner: dict[tuple[int, int], GridCell] = {}
    for places in fields.values():
        top, left = min(r for r, _ in places), min(c for _, c in places)
        cell = GridCell(top, left, max(r for r, _ in places) - top + 1, max(c for _, c in places) - left + 1)
        owner.update(dict.fromkeys(places, cell))
    return owner


def _link(parent: dict[tuple[int, int], tuple[int, int]], one: tuple[int, int], other: tuple[int, int]) -> None:
    parent[max(one, other)] = min(one, other)


def _is_wall(rules: Sequence[Rule], start: float, end: float) -> bool:
    covered = sum(max(0.0, min(r.end, end) - max(r.start, start)) for r in rules)
    return covered >= WALL * (end - start)
