"""Prints precision, recall and F1 of issues and themes on passages.tsv and, where they are at hand, on the seed spans.

python tests/classify/measure_passages.py [--errors]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.classify import taxonomy
from pipeline.classify.tag import tag_text
from pipeline.resources import parse_table

HERE = Path(__file__).parent
SEED_SPANS = HERE.parents[2] / "shared" / "gold" / "seed_spans.jsonl"


@dataclass(frozen=True)
class Passage:
    """A text with the codes that a person gave it."""

    id: str
    issues: tuple[str, ...]
    sdh: tuple[str, ...]
    text: str


def written_passages(name: str) -> tuple[Passage, ...]:
    """The passages of one of the tables beside this file."""
    path = HERE / name
    return parse_table(path.read_text(encoding="utf-8"), Passage, where=str(path))


def seed_passages() -> tuple[Passage, ...]:
    """The labelled spans of the seed reports; none where they are not at hand."""
    if not SEED_SPANS.exists():
        return ()
    rows = [json.loads(line) for line in SEED_SPANS.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Passage(f"seed{n}", tuple(row["issues"]), tuple(row["sdh"]), row["text"]) for n, row in enumerate(rows)
    )


def count(passages: tuple[Passage, ...], scheme: str) -> Counter[tuple[str, str]]:
    """How often each code was rightly given (tp), wrongly given (fp) and missed (fn)."""
    counts: Counter[tuple[str, str]] = Counter()
    for passage in passages:
        gold = set(passage.issues if scheme == taxonomy.ISSUE else passage.sdh)
        got = {tag.code for tag in tag_text(passage.text) if tag.scheme == scheme and tag.accepted}
        counts.update((code, "tp") for code in gold & got)
        counts.update((code, "fp") for code in got - gold)
        counts.update((code, "fn") for code in gold - got)
    return counts


def ratios(tp: int, fp: int, fn: int) -> str:
    """Precision, recall and F1 with their counts; "no data" where a ratio has no cases."""

    def ratio(part: int, whole: int) -> str:
        return f"{part / whole:.2f}" if whole else "no data"

    return f"P {ratio(tp, tp + fp)}  R {ratio(tp, tp + fn)}  F1 {ratio(2 * tp, 2 * tp + fp + fn)}  (tp {tp} fp {fp} fn {fn})"


def show(name: str, passages: tuple[Passage, ...]) -> None:
    """Prints the scores of one set."""
    for scheme in (taxonomy.ISSUE, taxonomy.SDH):
        counts = count(passages, scheme)
        codes = taxonomy.codes(scheme)
        print(f"\n{name}: {len(passages)} passages, {scheme}")
        for code in codes:
            print(f"  {code:32} {ratios(*(counts[code, kind] for kind in ('tp', 'fp', 'fn')))}")
        totals = [sum(counts[code, kind] for code in codes) for kind in ("tp", "fp", "fn")]
        print(f"  {'micro':32} {ratios(*totals)}")


def show_errors(passages: tuple[Passage, ...]) -> None:
    """Prints each passage that is tagged otherwise than by the person."""
    for passage in passages:
        tags = tag_text(passage.text)
        for scheme, gold in ((taxonomy.ISSUE, passage.issues), (taxonomy.SDH, passage.sdh)):
            got = {tag.code: tag for tag in tags if tag.scheme == scheme and tag.accepted}
            wrong = [f"+{code} ({tag.because})" for code, tag in got.items() if code not in gold]
            missed = [f"-{code}" for code in gold if code not in got]
            if wrong or missed:
                print(passage.id, scheme, " ".join(wrong + missed), "|", passage.text[:160])


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print the passages that are tagged otherwise")
    arguments = parser.parse_args()
    for name, passages in (
        ("first set", written_passages("passages.tsv")),
        ("second set", written_passages("passages_second.tsv")),
        ("seeds", seed_passages()),
    ):
        if passages:
            show(name, passages)
            if arguments.errors:
                show_errors(passages)


if __name__ == "__main__":
    main()
