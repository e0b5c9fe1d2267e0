"""`lessons queue`: from a dataset, labels and a second opinion to the file that a person labels."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.classify.embeddings import FAST
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.model import AUTO, MODELS, RULES, chosen, read_manifest, read_numbers, trained_models
from pipeline.dataset.verify import roots_of, run_of
from pipeline.errors import UsageError
from pipeline.evaluate.gold import Gold, load_gold, merged
from pipeline.evaluate.readings import Reading, read_gold_below
from pipeline.evaluate.split import TRAIN, load_split
from pipeline.exchange import FORMATS
from pipeline.learn.candidates import Candidate, Roots, lessons_of, second_opinion
from pipeline.learn.label_errors import label_errors
from pipeline.learn.queue import (
    QueueRow,
    choose,
    counts_of,
    labels_as_candidates,
    reason_rows,
    rows_of,
    with_doubts,
    with_rare_codes,
)
from pipeline.learn.queue_files import SUFFIXES, export_queue, write_queue
from pipeline.lessons.dataset import Dataset
from pipeline.records import Problem, ReportStatus

NO_SECOND = "none"


def run_queue(options: argparse.Namespace) -> int:
    """Runs `lessons queue`; 0. Raises UsageError for a wrong argument, and StoreError for a folder without a dataset."""
    _check(options)
    dataset = Dataset(options.dataset)
    run, _ = run_of(options.dataset)
    if run.get("settings", {}).get("public"):
        raise UsageError("A published dataset has masked quotes.", "Make the queue from the dataset without --public.")
    roots = roots_of(options.dataset, run, options.reports or [])
    rows, problems = _rows(options, dataset, run, roots)
    if options.format:
        export_queue(rows, options.out, options.format, roots)
    else:
        write_queue(rows, options.out)
    _told(rows, problems, options)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Raises UsageError for arguments that cannot be meant."""
    if options.size < 1:
        raise UsageError(f"A queue of {options.size} passages is none.", "Give --size 1 or more.")
    if options.format and options.format not in FORMATS:
        raise UsageError(f"Unknown tool {options.format!r}.", f"Known: {', '.join(FORMATS)}.")
    if not options.format and options.out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{options.out.name}: no form of a queue.", f"Name a file that ends in {', '.join(SUFFIXES)}.")


def _rows(
    options: argparse.Namespace, dataset: Dataset, run: dict[str, object], roots: Roots
) -> tuple[list[QueueRow], list[Problem]]:
    """The rows of the queue, and the reports that the second opinion could not read."""
    gold = merged([load_gold(folder) for folder in options.gold]) if options.gold else None
    unseen = {row.report for row in load_split(options.split) if row.part != TRAIN}
    done = unseen | {row.report for row in gold.reports if not row.partial} if gold else unseen
    readable = [r.source for r in dataset.reports.values() if r.status != ReportStatus.UNREADABLE]
    open_to = [source for source in readable if source not in done]
    candidates = [candidate for candidate in lessons_of(dataset) if candidate.source not in done]
    problems: list[Problem] = []
    if (second := _second(options.model, run)) and open_to:
        candidates, problems = second_opinion(candidates, open_to, roots, second)
    readings = _readings(gold, unseen, roots) if gold else ()
    candidates = _unlabelled(candidates, readings)
    candidates = with_rare_codes(with_doubts(candidates), counts_of(gold, candidates))
    if readings:
        words = StaticWords(read_numbers(MODELS / FAST, StaticWords.file, read_manifest(MODELS / FAST)))
        suspects = label_errors(readings, words)
        candidates += labels_as_candidates(readings, suspects)
    return rows_of(choose(candidates, options.size), roots), problems


def _second(model: str, run: dict[str, object]) -> str:
    """Who gives the second opinion; "" for nobody. With `auto` the fastest model for a dataset of the rules, else the rules."""
    if model == NO_SECOND:
        return ""
    if model != AUTO:
        return chosen(model)
    settings = run.get("settings")
    made_by = settings.get("model", RULES) if isinstance(settings, dict) else RULES
    return RULES if made_by != RULES else (*trained_models(), "")[0] or RULES


def _readings(gold: Gold, unseen: Collection[str], roots: Roots) -> tuple[Reading, ...]:
    """The labelled reports that may be looked at and lie below the input folders."""
    folders = [root for _, root in roots]
    names = [row.report for row in gold.reports if row.report not in unseen]
    there = [name for name in names if any((folder / name).is_file() for folder in folders)]
    return read_gold_below(gold, folders, only=there)


def _unlabelled(candidates: Sequence[Candidate], readings: Sequence[Reading]) -> list[Candidate]:
    """The candidates on which no label lies."""
    labelled = {reading.name: [label.span for label in reading.labels] for reading in readings}
    return [c for c in candidates if not any(c.span.overlaps(span) for span in labelled.get(c.source, ()))]


def _told(rows: Sequence[QueueRow], problems: Sequence[Problem], options: argparse.Namespace) -> None:
    """Prints what the queue holds and what to do next."""
    counts = Counter(row.reason for row in rows)
    for problem in problems:
        print(f"{problem.source}: {problem.reason} {problem.remedy}", file=sys.stderr)
    print(f"{len(rows)} passages of {len({row.source for row in rows})} reports: {options.out}")
    for name, reason in reason_rows().items():
        if counts[name]:
            print(f"  {reason.name_en:<22}{counts[name]:>5}  {reason.name_th}")
    if len(rows) < options.size:
        print(f"  there were no more: {options.size - len(rows)} less than asked for")
    if not rows:
        return
    kind = f"{options.format} --partial" if options.format else "queue"
    labelled = Path("LABELLED") if options.format else options.out
    print(
        f"Next, when it is labelled: lessons gold import {labelled} --format {kind} --reader A --reports REPORTS --gold my-gold"
    )
