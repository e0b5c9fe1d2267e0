"""How well a model does on kinds of reports that it has never seen: trained on all genres but one, scored on that one."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from pipeline.classify.embeddings import FAST, accurate
from pipeline.classify.model import RULES, load_model, save_model
from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH
from pipeline.evaluate.codes import load_codes
from pipeline.evaluate.counts import rated_f1
from pipeline.evaluate.gold import load_gold
from pipeline.evaluate.readings import Reading, read_gold
from pipeline.evaluate.report import show_rated, table
from pipeline.evaluate.score import PASSAGE, STRICT, UNIT, ReportScore, score_system
from pipeline.evaluate.split import Traits
from pipeline.evaluate.systems import Pipeline
from pipeline.learn.examples import collect
from pipeline.learn.small import train_fast
from pipeline.learn.train import train_model
from pipeline.resources import load_table
from pipeline.segment.genre import GenreRow

# A genre of its own has at least so many labelled reports; all others are one group.
LEAST = 8
OTHERS = "others"
# The same reports in so many parts that no genre decides: what a genre never seen is held against.
FOLDS = 5
_GENRE = "genre "


def genre_groups(names: Sequence[str], traits: Mapping[str, Traits]) -> dict[str, list[str]]:
    """The reports by the genre that their writers' index gives, largest group first; genres of few reports together, last."""
    of = {name: _genre(traits.get(name, Traits())) for name in names}
    counts = Counter(of.values())
    large = sorted((genre for genre in counts if counts[genre] >= LEAST), key=lambda genre: (-counts[genre], genre))
    groups = {genre: [name for name in names if of[name] == genre] for genre in large}
    rest = [name for name in names if of[name] not in large]
    return {**groups, OTHERS: rest} if rest else groups


def _genre(traits: Traits) -> str:
    """The genre among the traits of a report; "" for none."""
    return next((each.removeprefix(_GENRE) for each in traits.strata if each.startswith(_GENRE)), "")


def genre_table(gold: Path, reports: Path, groups: Mapping[str, Sequence[str]], tier: str) -> str:
    """Scores of each genre by the rules, by a model that has seen no report of it, and of all by models that have seen all genres.

    The vectors of the fast tier are those shipped: they were distilled from unlabelled training reports of every genre, so only what the
    heads have learnt is held out.
    """
    names = [name for group in groups.values() for name in group]
    readings = {reading.name: reading for reading in read_gold(load_gold(gold), reports, only=names)}
    rules = {score.report: score for score in score_system(Pipeline(RULES), list(readings.values()))}
    strange = _left_out(gold, reports, groups, readings, tier)
    folds = {f"fold {at}": names[at::FOLDS] for at in range(FOLDS)}
    known = _left_out(gold, reports, folds, readings, tier)
    rows: list[tuple[object, ...]] = []
    for genre, group in groups.items():
        rows.append((_name(genre), len(group), RULES, *_figures([rules[name] for name in group])))
        rows.append((_name(genre), len(group), f"{tier}, genre unseen", *_figures([strange[name] for name in group])))
        rows.append((_name(genre), len(group), f"{tier}, genre seen", *_figures([known[name] for name in group])))
    for system, scores in ((RULES, rules), (f"{tier}, genre unseen", strange), (f"{tier}, genre seen", known)):
        rows.append(("all", len(names), system, *_figures([scores[name] for name in names])))
    return table(("genre", "reports", "system", *_TITLES), rows)


def _left_out(
    gold: Path, reports: Path, groups: Mapping[str, Sequence[str]], readings: Mapping[str, Reading], tier: str
) -> dict[str, ReportScore]:
    """The score of each report by a model that has learnt from all groups but its own."""
    found: dict[str, ReportScore] = {}
    names = [name for group in groups.values() for name in group]
    with tempfile.TemporaryDirectory() as place:
        for at, group in enumerate(tqdm(list(groups.values()), desc=tier, unit=" models", leave=False, disable=None)):
            folder = Path(place) / str(at)
            _train(tier, gold, reports, [name for name in names if name not in set(group)], folder)
            scores = score_system(Pipeline(str(folder)), [readings[name] for name in group])
            found |= {score.report: score for score in scores}
            load_model.cache_clear()  # 10 MB each
    return found


def _train(tier: str, gold: Path, reports: Path, names: Sequence[str], folder: Path) -> None:
    """Writes a model that has learnt from the named reports."""
    if tier == FAST:
        train_fast(gold, reports, names, folder)
        return
    model, _ = train_model(tier, collect(read_gold(load_gold(gold), reports, only=names)), accurate())
    save_model(folder, model, trained={"reports": len(names)})


def _name(genre: str) -> str:
    """What people call a genre."""
    rows = {row.id: row for row in load_table("genres.tsv", GenreRow)}
    return f"{rows[genre].name_en} ({genre})" if genre in rows else genre


_TITLES = (
    "categories, units, macro F1",
    "spans, IoU 0.5, F1",
    "issues, passages, macro F1",
    "themes, passages, macro F1",
)


def _figures(scores: Sequence[ReportScore]) -> tuple[str, ...]:
    """The figures under `_TITLES`, with their intervals by report."""
    codes, tallies = load_codes(), [score.tally for score in scores]
    return (
        show_rated(rated_f1(tallies, UNIT, CATEGORY, codes.categories, macro=True)),
        show_rated(rated_f1(tallies, STRICT, CATEGORY, codes.categories)),
        show_rated(rated_f1(tallies, PASSAGE, ISSUE, codes.issues, macro=True)),
        show_rated(rated_f1(tallies, PASSAGE, SDH, codes.themes, macro=True)),
    )
