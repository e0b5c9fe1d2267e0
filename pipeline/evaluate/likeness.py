"""How far reports repeat each other: passages whose character 5-grams another report's passage shares.

Two passages are alike when the Jaccard index of their sets of 5-grams, white space left out and digits made alike, exceeds 0.3. Form text is
left out: what the shield and the headings recognise, and the prompts in `data/evaluate_form_text.tsv`. Exact, by an inverted index.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.evaluate.anchors import squeeze
from pipeline.evaluate.matching import COVERED
from pipeline.ingest import read
from pipeline.ingest.normalise import normalise
from pipeline.records import BlockKind, NormalText, Settings
from pipeline.resources import load_table
from pipeline.segment import segment
from pipeline.segment.shield import find_shield
from pipeline.spans import Span, gaps

GRAM = 5
ALIKE = 0.3
SHORTEST = 40  # letters; shorter lines are labels, names and numbers
# A report of which this share of passages stands in another one is its copy, or the same project in another year.
FAMILY = 0.25
FORM_TEXT = "evaluate_form_text.tsv"
_SCANS = frozenset({".png", ".jpg", ".jpeg"})  # their letters differ from machine to machine


@dataclass(frozen=True, slots=True)
class FormText:
    """A row of `data/evaluate_form_text.tsv`: words that a form prints.

    scope `line`: a line that holds them is form text; `half`: only when they make up half of its letters.
    """

    id: str
    phrase: str
    scope: str
    example: str
    counter_example: str
    source: str

    def __post_init__(self) -> None:
        if self.scope not in {"line", "half"}:
            raise ValueError(f"scope {self.scope!r} is neither line nor half")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a report that is compared, on one line."""

    report: str
    text: str
    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages of different reports that are alike."""

    one: Passage
    other: Passage
    jaccard: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """All passages, the pairs of them that are alike, and the reports that could not be read."""

    passages: tuple[Passage, ...]
    pairs: tuple[Pair, ...]
    unread: tuple[str, ...] = ()

    @property
    def alike(self) -> int:
        """The number of passages that are alike to one of another report."""
        return len({(p.report, p.text) for pair in self.pairs for p in (pair.one, pair.other)})

    @property
    def share(self) -> float | None:
        """Their share of all passages; None without passages."""
        return self.alike / len(self.passages) if self.passages else None

    def families(self) -> tuple[tuple[str, ...], ...]:
        """Groups of reports of which one repeats at least a quarter of its passages in the other, each sorted."""
        sizes = Counter(p.report for p in self.passages)
        shared: dict[tuple[str, str], set[str]] = defaultdict(set)
        for pair in self.pairs:
            shared[pair.one.report, pair.other.report].add(pair.one.text)
            shared[pair.other.report, pair.one.report].add(pair.other.text)
        links = [pair for pair, texts in shared.items() if len(texts) >= FAMILY * sizes[pair[0]]]
        return joined(links)


def measure_likeness(reports: Path) -> Likeness:
    """The likeness of all reports below a folder. Reports that cannot be read, and scans, are named in `unread`."""
    passages: list[Passage] = []
    unread = []
    for path in sorted(p for p in reports.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(reports).as_posix()
        try:
            if path.suffix.lower() in _SCANS:
                unread.append(name)
                continue
            passages += passages_of(name, normalise(read(path, source=name, settings=Settings())))
        except PipelineError:
            unread.append(name)
    unique = list({(p.report, p.text): p for p in passages}.values())
    return Likeness(tuple(unique), alike_pairs(unique), tuple(unread))


def passages_of(name: str, normal: NormalText) -> list[Passage]:
    """The passages of a report: its blocks without furniture, headings, shielded and form text, at least 40 letters long."""
    shield = find_shield(normal)
    headings = [section.heading for section in segment(normal).sections]
    found: list[Passage] = []
    for block in normal.blocks:
        if block.kind in {BlockKind.FURNITURE, BlockKind.HEADING}:
            continue
        for open_part in shield.outside(block.span):
            for part in gaps(open_part, headings):
                found += _lines(name, normal.text, part)
    return found


def _lines(name: str, text: str, span: Span) -> Iterable[Passage]:
    """The lines of a stretch that are long enough and no form text."""
    for line in span.slice(text).splitlines():
        letters = squeeze(line)
        if len(letters) >= SHORTEST and not is_form_text(letters):
            yield Passage(name, " ".join(line.split()), grams(letters))


def is_form_text(letters: str) -> bool:
    """Whether a line, given without white space, is what a form prints."""
    return any(
        phrase in letters and (scope == "line" or len(phrase) >= COVERED * len(letters))
        for phrase, scope in _form_phrases()
    )


@cache
def _form_phrases() -> tuple[tuple[str, str], ...]:
    return tuple((squeeze(row.phrase), row.scope) for row in load_table(FORM_TEXT, FormText))


def grams(letters: str) -> frozenset[str]:
    """The character 5-grams of a text without white space, digits made alike.

    >>> sorted(grams("กขค12")), sorted(grams("กข"))
    (['กขค00'], ['กข'])
    """
    alike = "".join("0" if char.isdigit() else char for char in letters)
    return frozenset(alike[at : at + GRAM] for at in range(max(1, len(alike) - GRAM + 1)))


def alike_pairs(passages: Sequence[Passage]) -> tuple[Pair, ...]:
    """All pairs of passages of different reports with a Jaccard index above 0.3, the most alike first.

    Only the rarest grams of a passage are looked up: two sets with Jaccard above t share one of the first |x| - ceil(t|x|) + 1 of each in
    any one order (prefix filter, Chaudhuri et al. 2006).
    """
    counts = Counter(gram for passage in passages for gram in passage.grams)
    index: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for number, passage in enumerate(passages):
        ranked = sorted(passage.grams, key=lambda gram: (counts[gram], gram))
        prefix = ranked[: len(ranked) - math.ceil(ALIKE * len(ranked)) + 1]
        for other in sorted({n for gram in prefix for n in index[gram]}):
            against = passages[other]
            if against.report != passage.report and (score := jaccard(passage.grams, against.grams)) > ALIKE:
                pairs.append(Pair(against, passage, score))
        for gram in prefix:
            index[gram].append(number)
    return tuple(sorted(pairs, key=lambda p: (-p.jaccard, p.one.report, p.other.report, p.one.text, p.other.text)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared grams over all grams of two sets; 0 for two empty ones."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def joined(links: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """The groups that links make, each sorted, in order.

    >>> joined([("b", "a"), ("c", "b"), ("x", "y")])
    (('a', 'b', 'c'), ('x', 'y'))
    """
    group: dict[str, set[str]] = {}
    for one, other in links:
        members = group.get(one, {one}) | group.get(other, {other})
        for member in members:
            group[member] = members
    return tuple(sorted({tuple(sorted(members)) for members in group.values()}))
