"""`python -m pipeline.learn`: models from labelled reports.

    python -m pipeline.learn                                   both tiers from corpus/gold into models/: make train
    python -m pipeline.learn --tier fast --out DIR             one tier
    python -m pipeline.learn --gold DIR --reports DIR --out DIR    from one's own labelled reports
    python -m pipeline.learn --gold corpus/gold --gold MY_GOLD --reports corpus/reports --reports MY_REPORTS    from both
    python -m pipeline.learn --promote                         the old model stays unless the new one shows that it is better

Of the reports of corpus/split.tsv only those of part `train` are learnt from. Reports of the first folder of labels that the split does not
know are left out, unless it knows none of them: then all are learnt from, as are all further folders. Exit code 0, 1 for labels that cannot be learnt from, 2 for a wrong argument.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.classify.embeddings import ACCURATE, FAST, Embedder, accurate, has_accurate
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.model import MANIFEST, MODELS, load_model, read_manifest, read_numbers, save_model
from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.gold import Gold, load_gold, merged
from pipeline.evaluate.readings import Reading, read_gold_below
from pipeline.evaluate.split import DEV, TRAIN, SplitRow, load_split
from pipeline.extract.cues import cue_phrases
from pipeline.ingest import read
from pipeline.ingest.normalise import normalise
from pipeline.learn.arguments import COMPOSED, GOLD, REPORTS, TIERS, add_arguments
from pipeline.learn.card import card
from pipeline.learn.composed import load_passages, load_reports, load_sections
from pipeline.learn.distil import distil
from pipeline.learn.examples import ExampleSet, add_composed, collect
from pipeline.learn.promote import CANDIDATE, LEARNT, held_back, promote, take_place
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
    golds = [load_gold(folder) for folder in options.gold or [GOLD]]
    roots: list[Path] = options.reports or [REPORTS]
    gold, rows = merged(golds), load_split(options.split)
    names = learnable(golds, rows)
    held = _held_back(gold, rows, names) if options.promote else []
    names = [name for name in names if name not in held]
    if not names:
        raise TrainingError("No labelled report may be learnt from.", "Label some, or give another --split.")
    examples = collect(read_gold_below(gold, roots, only=names))
    composed = options.composed or (None if options.gold else COMPOSED)
    if composed is not None:
        sections = (*load_sections(composed), *load_reports(composed))
        add_composed(examples, sections, load_passages(composed))
    data = TrainingData(
        examples,
        {"reports": len(names), "gold": gold_mark(gold, names), "strengths": asdict(Strengths())},
        tuple(names),
        read_gold_below(gold, roots, only=held),
        texts=lambda: _texts(roots, rows, names),
    )
    tiers = TIERS if options.tier == "all" else (options.tier,)
    for tier in tiers:
        if tier == ACCURATE and options.tier == "all" and not has_accurate():
            print('The accurate model is left out: pip install "lessons-pipeline[accurate]" for it.')
            continue
        _train_tier(tier, options, data)
    return 0


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What all tiers are trained from, and what they are compared on."""

    examples: ExampleSet
    trained: Mapping[str, object]  # for manifest and card
    names: tuple[str, ...]  # the reports that are learnt from
    held: tuple[Reading, ...]  # labelled reports that are not
    texts: Callable[[], Iterable[str]]  # to distil words from


def learnable(golds: Sequence[Gold], rows: Sequence[SplitRow]) -> list[str]:
    """The reports that may be learnt from, in their order.

    Of the first folder of labels those that the split has in its part `train`, or all where the split knows none of them; of further folders
    all but those of the parts that are only scored.
    """
    parts = {row.report: row.part for row in rows}
    first = [row.report for row in golds[0].reports]
    known = any(name in parts for name in first)
    names = [name for name in first if not known or parts.get(name) == TRAIN]
    for gold in golds[1:]:
        names += [row.report for row in gold.reports if parts.get(row.report, TRAIN) == TRAIN]
    return list(dict.fromkeys(names))


def _held_back(gold: Gold, rows: Sequence[SplitRow], names: Sequence[str]) -> list[str]:
    """The reports, labelled in full, on which models are compared: part `dev` of the split, else one in five of those to learn from."""
    whole = [row.report for row in gold.reports if not row.partial]
    dev = {row.report for row in rows if row.part == DEV}
    if any(name in dev for name in whole):
        return [name for name in whole if name in dev]
    chosen = held_back(name for name in whole if name in set(names))
    return [name for name in whole if name in chosen]


def _train_tier(tier: str, options: argparse.Namespace, data: TrainingData) -> None:
    """Trains and writes one model; with `--promote` in the place of the standing one only when it is better."""
    standing = options.out / tier
    folder = options.out / CANDIDATE / tier if options.promote else standing
    words: dict[str, NDArray[Any]] | None = None
    if tier == FAST:
        words = _words(standing, data.texts)
        embedder: Embedder = StaticWords(words)
    else:
        embedder = accurate()
    model, fitted = train_model(tier, data.examples, embedder)
    save_model(folder, model, trained={**data.trained, LEARNT: sorted(data.names)}, words=words)
    text = card(tier, embedder.name, data.trained, fitted)
    (folder / "CARD.md").write_text(text, encoding="utf-8", newline="\n")
    load_model.cache_clear()  # it keeps models by their folder, where another one may have stood
    load_model(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: trained on {len(data.names)} reports, {len(data.examples.units)} units; {size / 1e6:.1f} MB")
    if options.promote:
        verdict = promote(folder, standing, data.held)
        print(verdict.shown(tier))
        if verdict.promoted:
            take_place(folder, standing)
        else:
            print(f"The new model lies in {folder}.")


def _words(folder: Path, texts: Callable[[], Iterable[str]]) -> dict[str, NDArray[Any]]:
    """The table of words: distilled where the accurate tier is installed, else that of the model that stands there or is shipped."""
    if has_accurate():
        return dict(distil(list(texts()), [*cue_phrases(), *common_words(_COMMON_WORDS)], accurate()))
    for held in (folder, MODELS / FAST):
        if (held / MANIFEST).is_file():
            return read_numbers(held, StaticWords.file, read_manifest(held))
    raise TrainingError(
        "Word vectors can only be made by the accurate model.", 'Run: pip install "lessons-pipeline[accurate]"'
    )


def _texts(roots: Sequence[Path], rows: Sequence[SplitRow], names: Sequence[str]) -> Iterable[str]:
    """The units and headings of the reports that may be learnt from, labelled or not."""
    kept_out = {row.report for row in rows if row.part != TRAIN}
    known = {row.report for row in rows} & set(names)
    wanted = {*names, *(row.report for row in rows if row.part == TRAIN)}
    for reports in roots:
        below = sorted(path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file())
        # Where a split is in force, what it does not know was never asked about.
        chosen = [name for name in below if name not in kept_out and (not known or name in wanted)]
        yield from _texts_below(reports, chosen)


def _texts_below(reports: Path, names: Sequence[str]) -> Iterable[str]:
    """The units and headings of the named reports; one that cannot be read is told and passed over."""
    for name in tqdm(names, unit=" reports", desc="texts", leave=False, disable=None):
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
