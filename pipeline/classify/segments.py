"""Scores of atoms to the findings that they make up: the best way to cut an item into stretches of one category each (Viterbi 1967)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def best_stretches(categories: Numbers, nothing: Numbers, goes_on: Numbers) -> list[tuple[int, int, int]]:
    """The stretches of atoms that say most, as (first, behind the last, category).

    `categories` (atoms, codes) and `nothing` (atoms,) are log scores of what an atom is; `goes_on` (atoms,) is the probability that an atom goes on
    with the finding of the one before it, 0 to 1.

    >>> sure = np.log(np.array([[.9], [.9], [.1]]))
    >>> best_stretches(sure, np.log(np.array([.1, .1, .9])), np.array([0., .8, .1]))
    [(0, 2, 0)]
    """
    count, codes = categories.shape
    if not count:
        return []
    joined = np.log(np.clip(goes_on, 1e-4, 1 - 1e-4))
    parted = np.log(np.clip(1 - goes_on, 1e-4, 1 - 1e-4))
    # States: 0 to codes - 1 a finding of that category, `codes` none; whether a finding begins here is kept with the way back.
    best = np.append(categories[0], nothing[0])
    back = np.zeros((count, codes + 1), dtype=np.int64)
    fresh = np.ones((count, codes + 1), dtype=bool)
    for at in range(1, count):
        step = best + float(parted[at])
        new = np.full(codes + 1, float(step.max()))  # from the best state before, with a cut between
        back[at] = int(step.argmax())
        # Between nothing and nothing there is no boundary to be paid for.
        stay = float(best[codes])
        if stay >= new[codes]:
            new[codes], back[at, codes] = stay, codes
        on = best[:codes] + float(joined[at])
        better = on >= new[:codes]
        new[:codes] = np.where(better, on, new[:codes])
        back[at, :codes] = np.where(better, np.arange(codes), back[at, :codes])
        fresh[at, :codes] = ~better
        best = new + np.append(categories[at], nothing[at])
    state = int(best.argmax())
    found: list[tuple[int, int, int]] = []
    end = count
    for at in range(count - 1, -1, -1):
        if state < codes and fresh[at, state]:
            found.append((at, end, state))
        before = int(back[at, state])
        if state == codes or fresh[at, state]:
            end = at
        state = before
    return found[::-1]
