"""How far two readers agree who labelled the same reports alone: Cohen's kappa for labels, F1 for places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.errors import PipelineError
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.counts import Counts
from pipeline.evaluate.labels import GoldSpan, Source, label_files, read_label_file
from pipeline.evaluate.matching import covering, pair
from pipeline.evaluate.readings import Labelled, Reading, read_labelled
from pipeline.evaluate.score import NONE, STRICT, THRESHOLDS


class AgreementError(PipelineError):
    """Labels of two readers that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of one label: `value` is None where both readers never differ from one answer."""

    scheme: str
    code: str
    items: int
    observed: float  # share of items on which both say the same
    value: float | None
    one: int  # items to which the first reader gives the label
    other: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything that is said of two readers."""

    reports: tuple[str, ...]
    spans: tuple[tuple[str, Counts], ...]  # (what, the second reader's places against the first's)
    on_spans: tuple[Kappa, ...]
    on_units: tuple[Kappa, ...]


def compare_readers(labels: Path, reports: Path, one: str = "A", other: str = "B") -> Agreement:
    """The agreement of two readers on the reports that both have done.

    Raises AgreementError when there is none, or a label file has a fault.
    """
    files = {(reader, name): path for reader, name, path in label_files(labels)}
    names = sorted(name for reader, name in files if reader == one and (other, name) in files)
    doubles = []
    for name in names:
        source = Source(reports / name, name)
        readings = [_reading(files[reader, name], reader, source, reports) for reader in (one, other)]
        if all(reading is not None for reading in readings):
            doubles.append((name, [reading for reading in readings if reading is not None]))
    if not doubles:
        raise AgreementError(f"No report is labelled to its end by both {one} and {other}.", "Label some twice.")
    return compare([(first, second) for _, (first, second) in doubles])


def _reading(path: Path, reader: str, source: Source, reports: Path) -> Reading | None:
    """A report with the labels of one reader; None when it is not done. Raises AgreementError for a faulty file."""
    file = read_label_file(path, reader=reader, source=source, codes=load_codes())
    if file.faults:
        raise AgreementError(file.faults[0], "Mend the label file.")
    return read_labelled(reports, source.name, file.spans, raw=source.report.addressable) if file.done else None


def compare(doubles: Sequence[tuple[Reading, Reading]]) -> Agreement:
    """The agreement of two readers on pairs of readings of the same reports."""
    matched = [(a.gold, b.gold) for one, other in doubles for a, b in _matched(one, other)]
    units = [item for one, other in doubles for item in _units(one, other)]
    spans = []
    for level in ("overlap", STRICT):
        for typed in (False, True):
            counts = sum((_places(one, other, THRESHOLDS[level], typed=typed) for one, other in doubles), Counts())
            spans.append((f"{level}, {'same category' if typed else 'any category'}", counts))
    on_spans = [category_kappa(matched), category_kappa(matched, lenient=True)]
    on_spans += _by_code(matched)
    return Agreement(tuple(one.name for one, _ in doubles), tuple(spans), tuple(on_spans), tuple(_unit_kappas(units)))


def _matched(one: Reading, other: Reading) -> list[tuple[Labelled, Labelled]]:
    """The findings of two readers that touch, one to one, whatever their labels."""
    pairs = pair([label.place for label in one.findings], [label.place for label in other.findings], 0.0)
    return [(one.findings[i], other.findings[j]) for i, j in sorted(pairs.items())]


def _places(one: Reading, other: Reading, threshold: float, *, typed: bool) -> Counts:
    """The second reader's findings counted as guesses at the first's; arguable ones need not be met."""
    firsts, seconds = one.findings, other.findings

    def fits(i: int, j: int) -> bool:
        a, b = seconds[i].gold, firsts[j].gold
        return not typed or a.category == b.category or a.category in b.alt or b.category in a.alt

    pairs = pair([s.place for s in seconds], [f.place for f in firsts], threshold, fits=fits)
    wrong = sum(not label.gold.arguable for i, label in enumerate(seconds) if i not in pairs)
    missed = sum(not label.gold.arguable for j, label in enumerate(firsts) if j not in pairs.values())
    return Counts(len(pairs), wrong, missed)


def _units(one: Reading, other: Reading) -> list[tuple[str, str]]:
    """The categories that two readers give to each unit."""
    return list(zip(_categories(one), _categories(other), strict=True))


def _categories(reading: Reading) -> list[str]:
    """The category of the finding that covers at least half of each unit."""
    places = [label.place for label in reading.findings]
    found = [covering(unit, places) for unit in reading.units]
    return [NONE if at is None else reading.findings[at].gold.category or NONE for at in found]


def category_kappa(matched: Sequence[tuple[GoldSpan, GoldSpan]], *, lenient: bool = False) -> Kappa:
    """Kappa over the six categories of spans that both found; `lenient`: an alternative that meets the other's label counts."""
    pairs = []
    for a, b in matched:
        first, second = a.category or NONE, b.category or NONE
        if lenient and (first in b.alt or second in a.alt):
            second = first
        pairs.append((first, second))
    return _kappa(CATEGORY, "all, or alternative" if lenient else "all", pairs)


def _by_code(matched: Sequence[tuple[GoldSpan, GoldSpan]]) -> list[Kappa]:
    """Kappa of each code by itself, and of all codes of a scheme pooled, on spans that both found."""
    codes = load_codes()
    rows = [
        _binary(CATEGORY, code, [(a.category == code, b.category == code) for a, b in matched])
        for code in codes.categories
    ]
    for scheme, known in ((ISSUE, codes.issues), (SDH, codes.themes)):
        pooled: list[tuple[bool, bool]] = []
        for code in known:
            answers = [(code in _codes(a, scheme), code in _codes(b, scheme)) for a, b in matched]
            rows.append(_binary(scheme, code, answers))
            pooled += answers
        rows.append(_binary(scheme, "all", pooled))
    return rows


def _codes(span: GoldSpan, scheme: str) -> tuple[str, ...]:
    """The issues or themes of a span."""
    return (span.issues if scheme == ISSUE else span.sdh) or ()


def _unit_kappas(units: Sequence[tuple[str, str]]) -> list[Kappa]:
    """Kappa over categories and none on units, and of each category by itself."""
    rows = [_kappa(CATEGORY, "all and none", units)]
    for code in load_codes().categories:
        rows.append(_binary(CATEGORY, code, [(a == code, b == code) for a, b in units]))
    return rows


def _binary(scheme: str, code: str, answers: Sequence[tuple[bool, bool]]) -> Kappa:
    """Kappa of yes and no."""
    row = _kappa(scheme, code, [(str(a), str(b)) for a, b in answers])
    return Kappa(
        scheme, code, row.items, row.observed, row.value, sum(a for a, _ in answers), sum(b for _, b in answers)
    )


def _kappa(scheme: str, code: str, pairs: Sequence[tuple[str, str]]) -> Kappa:
    """The kappa of pairs of answers."""
    same = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
    return Kappa(scheme, code, len(pairs), same, cohen_kappa(pairs), len(pairs), len(pairs))


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance, at most 1 (Cohen 1960); None without items, or when chance alone gives full agreement.

    >>> cohen_kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return None
    size = len(pairs)
    observed = sum(a == b for a, b in pairs) / size
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[answer] * second[answer] for answer in first) / size**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
