"""Rules of tables in a scanned picture: found, and wiped off before the text is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from pipeline.ingest.rulings import MOST_RULES, Rule

# Grey below this is ink.
INK = 150
# A rule is at least this long, in pixels at 200 dpi: twice the height of large letters, half the height of a table row.
LEAST = 70
# What a scanner breaks out of a rule, and how far a rule may lean over LEAST pixels.
BREAK = 3
# A rule is at most this thick; a thicker bar is a picture or a shaded cell.
THICKEST = 14


def take_rules(image: Image.Image) -> tuple[Image.Image, list[Rule], list[Rule]]:
    """The picture without its rules, the horizontal and the vertical ones, in pixels; heights count up from the bottom.

    Source of the method: opening by a long line, the usual way of morphology, here by running sums.
    """
    ink = np.asarray(image) < INK
    across, across_mask = _rules(ink)
    down, down_mask = _rules(ink.T)
    if len(across) + len(down) > MOST_RULES:
        return image, [], []
    clean = np.where(across_mask | down_mask.T, 255, np.asarray(image)).astype(np.uint8)
    height = image.height
    horizontal = [Rule(height - at, start, end) for at, start, end in across]
    vertical = [Rule(at, height - end, height - start) for at, start, end in down]
    return Image.fromarray(clean), horizontal, vertical


def _rules(ink: Any) -> tuple[list[tuple[float, float, float]], Any]:
    """The horizontal rules of a picture as (middle, start, end), and where their ink is."""
    thick = _grown(ink, BREAK)
    long = _opened(thick, LEAST) & thick
    # A stroke that goes on above and below is a letter or a picture: what is left after cutting those is a rule.
    tall = _opened(long.T, THICKEST + 2 * BREAK).T
    long = long & ~tall
    found: list[tuple[float, float, float]] = []
    open_rules: list[list[int]] = []  # [first row, last row, start, end]
    for y in np.flatnonzero(long.any(axis=1)):
        row = np.concatenate(([False], long[y], [False]))
        edges = np.flatnonzero(row[1:] != row[:-1])
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start < LEAST // 2:
                continue
            touching = [r for r in open_rules if y - r[1] <= BREAK + 1 and start < r[3] + BREAK and end > r[2] - BREAK]
            if touching:
                rule = touching[0]
                rule[1], rule[2], rule[3] = int(y), min(rule[2], start), max(rule[3], end)
            else:
                open_rules.append([int(y), int(y), start, end])
        if len(open_rules) > MOST_RULES:
            break
    found = [((r[0] + r[1]) / 2, r[2], r[3]) for r in open_rules if r[3] - r[2] >= LEAST]
    return found, _grown(long, 1)


def _opened(ink: Any, length: int) -> Any:
    """Where ink runs on for `length` pixels along a row: erosion and dilation by a line."""
    if ink.shape[1] < length:
        return np.zeros_like(ink)
    sums = np.cumsum(np.pad(ink.astype(np.int32), ((0, 0), (1, 0))), axis=1)
    full = (sums[:, length:] - sums[:, :-length]) == length
    marks = np.pad(full.astype(np.int32), ((0, 0), (length, length)))
    sums = np.cumsum(marks, axis=1)
    return (sums[:, length:] - sums[:, :-length])[:, : ink.shape[1]] > 0


def _grown(ink: Any, by: int) -> Any:
    """Ink with its gaps of up to `by` pixels along and across rows closed."""
    grown = ink.copy()
    for step in range(1, by + 1):
        grown[:, step:] |= ink[:, :-step]
        grown[:, :-step] |= ink[:, step:]
    if by == 1:
        grown[1:] |= ink[:-1]
        grown[:-1] |= ink[1:]
    return grown
