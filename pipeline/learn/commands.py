"""`python -m pipeline.learn`: models from labelled reports.

    python -m pipeline.learn                                   both tiers from corpus/gold into models/: make train
    python -m pipeline.learn --tier fast --out DIR             one tier
    python -m pipeline.learn --gold DIR --reports DIR --out DIR    from one's own labelled reports

Of the reports of corpus/split.tsv only those of part `train` are learnt from. Reports that the split does not know are left out, unless
it knows none of them: then all are learnt from. Exit code 0, 1 for labels that cannot be learnt from, 2 for a wrong argument.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.classify.embeddings import ACCURATE, FAST, Embedder, accurate, has_accurate
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.model import MANIFEST, MODELS, load_model, read_manifest, read_numbers, save_model
from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.gold import Gold, load_gold
from pipeline.evaluate.readings import read_gold
from pipeline.evaluate.split import TRAIN, SplitRow, load_split, reports_in
from pipeline.extract.cues import cue_phrases
from pipeline.ingest import read
from pipeline.ingest.normalise import normalise
from pipeline.learn.arguments import TIERS, add_arguments
from pipeline.learn.card import card
from pipeline.learn.distil import distil
from pipeline.learn.examples import ExampleSet, collect
from pipeline.learn.train import Strengths, TrainingError, train_model
from pipeline.records import Settings
from pipeline.segment import segment
from pipeline.segment.tokens import common_words

# Of the words of new reports 7 % stand in none of the training reports; with these it is 2 %.
_COMMON_WORDS = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = parser().parse_args(arguments)
    try:
        return train(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m pipeline.learn", description="Trains models from labelled reports.")
    add_arguments(whole)
    return whole


def train(options: argparse.Namespace) -> int:
    """Trains and writes the models; 0. Raises TrainingError, or TierError where the accurate tier is asked for and missing."""
    gold = load_gold(options.gold)
    labelled = {row.report for row in gold.reports}
    rows = load_split(options.split)
    if not labelled & {row.report for row in rows}:
        rows = ()  # the user's own reports, of which that split knows nothing
    names = [row.report for row in gold.reports if not rows or row.report in reports_in(TRAIN, rows)]
    if not names:
        raise TrainingError("No labelled report may be learnt from.", "Label some, or give another --split.")
    examples = collect(read_gold(gold, options.reports, only=names))
    trained = {"reports": len(names), "gold": gold_mark(gold, names), "strengths": asdict(Strengths())}
    tiers = TIERS if options.tier == "all" else (options.tier,)
    for tier in tiers:
        if tier == ACCURATE and options.tier == "all" and not has_accurate():
            print('The accurate model is left out: pip install "lessons-pipeline[accurate]" for it.')
            continue
        _train_tier(tier, options, examples, trained, rows)
    return 0


def _train_tier(
    tier: str, options: argparse.Namespace, examples: ExampleSet, trained: dict[str, object], rows: Sequence[SplitRow]
) -> None:
    """Trains and writes one model."""
    folder = options.out / tier
    words: dict[str, NDArray[Any]] | None = None
    if tier == FAST:
        words = _words(folder, options.reports, rows)
        embedder: Embedder = StaticWords(words)
    else:
        embedder = accurate()
    model, fitted = train_model(tier, examples, embedder)
    save_model(folder, model, trained=trained, words=words)
    text = card(tier, embedder.name, trained, fitted)
    (folder / "CARD.md").write_text(text, encoding="utf-8", newline="\n")
    load_model(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: trained on {trained['reports']} reports, {len(examples.units)} units; {size / 1e6:.1f} MB")


def _words(folder: Path, reports: Path, rows: Sequence[SplitRow]) -> dict[str, NDArray[Any]]:
    """The table of words: distilled where the accurate tier is installed, else that of the model that stands there or is shipped."""
    if has_accurate():
        return dict(distil(list(_texts(reports, rows)), [*cue_phrases(), *common_words(_COMMON_WORDS)], accurate()))
    for held in (folder, MODELS / FAST):
        if (held / MANIFEST).is_file():
            return read_numbers(held, StaticWords.file, read_manifest(held))
    raise TrainingError(
        "Word vectors can only be made by the accurate model.", 'Run: pip install "lessons-pipeline[accurate]"'
    )


def _texts(reports: Path, rows: Sequence[SplitRow]) -> Iterable[str]:
    """The units and headings of the reports that may be learnt from, labelled or not."""
    learnt = {row.report for row in rows if row.part == TRAIN}
    names = sorted(path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file())
    chosen = [name for name in names if not rows or name in learnt]
    for name in tqdm(chosen, unit=" reports", desc="texts", leave=False, disable=None):
        try:
            normal = normalise(read(reports / name, source=name, settings=Settings()))
        except PipelineError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        segmented = segment(normal)
        for unit in segmented.units:
            yield " ".join(unit.span.slice(normal.text).split())
        yield from (section.title for section in segmented.sections if section.title)


def gold_mark(gold: Gold, names: Iterable[str]) -> str:
    """16 hexadecimal digits over the labels of the named reports."""
    wanted = set(names)
    digest = hashlib.sha256()
    for span in gold.spans:
        if span.report in wanted:
            digest.update(repr(span).encode())
    return digest.hexdigest()[:16]
