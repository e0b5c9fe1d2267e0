"""A model of the fast tier in seconds: trained on few reports, with the word vectors of the shipped one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.classify.embeddings import FAST
from pipeline.classify.embeddings_static import StaticWords
from pipeline.classify.model import MODELS, load_model, read_manifest, read_numbers, save_model
from pipeline.evaluate.gold import load_gold
from pipeline.evaluate.readings import read_gold
from pipeline.learn.commands import gold_mark
from pipeline.learn.examples import collect
from pipeline.learn.train import Strengths, TrainingError, train_model


def train_fast(gold: Path, reports: Path, names: Sequence[str], out: Path) -> Path:
    """The folder `out` with a model trained on the labels of the named reports; `lessons extract --model` takes it.

    Raises TrainingError for a report without labels and for fewer than two reports.
    """
    labels = load_gold(gold)
    unknown = sorted(set(names) - {row.report for row in labels.reports})
    if unknown:
        raise TrainingError(f"No labels for {', '.join(unknown)}.", "Name labelled reports.")
    shipped = MODELS / FAST
    words = read_numbers(shipped, StaticWords.file, read_manifest(shipped))
    examples = collect(read_gold(labels, reports, only=names))
    model, _ = train_model(FAST, examples, StaticWords(words))
    trained: dict[str, object] = {
        "reports": len(names),
        "gold": gold_mark(labels, names),
        "strengths": asdict(Strengths()),
    }
    save_model(out, model, trained=trained, words=words)
    load_model(out)
    return out
