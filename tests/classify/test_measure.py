"""The measured quality on the written passages does not sink below its floors."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def measure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_passages", HERE / "measure_passages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Floors may rise, never sink: (table, scheme, least precision, least recall), micro-averaged.
FLOORS = [
    ("passages.tsv", "issue", 0.95, 0.88),
    ("passages.tsv", "sdh", 0.78, 0.70),
    ("passages_second.tsv", "issue", 0.95, 0.92),
    ("passages_second.tsv", "sdh", 0.78, 0.80),
]


@pytest.mark.parametrize(("table", "scheme", "precision", "recall"), FLOORS)
def test_floors(table: str, scheme: str, precision: float, recall: float) -> None:
    module = measure()
    counts = module.count(module.written_passages(table), scheme)
    tp, fp, fn = (sum(n for (_, kind), n in counts.items() if kind == wanted) for wanted in ("tp", "fp", "fn"))
    assert tp / (tp + fp) >= precision
    assert tp / (tp + fn) >= recall
