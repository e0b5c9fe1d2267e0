"""How well the pipeline does on the gold corpus, and how far the gold itself can be trusted.

    python -m pipeline.evaluate score [--part train|dev|open | --composed corpus/calibration] [--errors N] [--short]
    python -m pipeline.evaluate facts       the facts of the projects, field by field
    python -m pipeline.evaluate table       rules and baselines on the test part: make evaluate
    python -m pipeline.evaluate genres      models on genres that they have not seen: make evaluate-genres
    python -m pipeline.evaluate gate        the test part against corpus/floors.json; --raise lifts the floors
    python -m pipeline.evaluate split       append new reports to corpus/split.tsv
    python -m pipeline.evaluate likeness    passages that two reports share
    python -m pipeline.evaluate agreement   two readers against each other
    python -m pipeline.evaluate search      the queries of corpus/queries [--half dev|test|all]
    python -m pipeline.evaluate clusters    lessons that say the same, on corpus/clusters

`open` is train and dev: all that may be looked at. Exit code 0 when all is well, 1 when something is at fault or below a floor, 2 for a
wrong argument.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.classify.embeddings import ACCURATE, FAST
from pipeline.classify.model import AUTO, chosen, trained_models
from pipeline.errors import PipelineError, UsageError
from pipeline.evaluate.agreement import compare_readers
from pipeline.evaluate.baselines import HeadingBaseline, KeywordBaseline, Nothing, learnt_baselines
from pipeline.evaluate.clusters import SAMPLE, clusters_table
from pipeline.evaluate.facts import facts_table, score_facts
from pipeline.evaluate.gate import FLOORS, falls, load_floors, metrics, part_fingerprint, raised, write_floors
from pipeline.evaluate.genres import genre_groups, genre_table
from pipeline.evaluate.gold import GOLD, LABELS, REPORTS, load_gold
from pipeline.evaluate.likeness import measure_likeness
from pipeline.evaluate.readings import Reading, read_gold
from pipeline.evaluate.relevance import QUERIES, compare_searches, gold_lessons, load_queries, show_scores
from pipeline.evaluate.report import compare_systems, full_report, mistakes, show_agreement, show_likeness, summary
from pipeline.evaluate.score import ReportScore, score_system
from pipeline.evaluate.split import (
    DEV,
    PARTS,
    SPLIT,
    TEST,
    TRAIN,
    SplitError,
    SplitRow,
    extend_split,
    load_split,
    read_traits,
    reports_in,
    write_split,
)
from pipeline.evaluate.systems import Pipeline, System
from pipeline.evaluate.zones import zones_table
from pipeline.learn.composed import load_reports

# More passages alike than this share means that reports were copied, not written.
LIKENESS_LIMIT = 0.02
MODELS = ("rules",)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = parser().parse_args(arguments)
    try:
        result: int = options.run(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1
    return result


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m pipeline.evaluate", description="Scores against the gold corpus.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    made = {}
    for name, run, says in (
        ("score", _score, "score the pipeline on the reports that may be looked at"),
        ("facts", _facts, "score the facts of the projects, field by field"),
        ("table", _table, "score the pipeline and the baselines on the test part"),
        ("genres", _genres, "score models on genres that they have not seen"),
        ("gate", _gate, "compare the test part with the floors"),
        ("split", _split, "append new reports to the split"),
        ("likeness", _likeness, "find passages that reports share"),
        ("agreement", _agreement, "compare two readers"),
        ("search", _search, "score search on judged queries, beside substring search and SQLite full text"),
        ("clusters", _clusters, "score the clusters of lessons that say the same"),
    ):
        made[name] = commands.add_parser(name, help=says)
        made[name].set_defaults(run=run)
        for option, default in (("reports", REPORTS), ("labels", LABELS), ("gold", GOLD), ("split", SPLIT)):
            made[name].add_argument(f"--{option}", type=Path, default=default)
    made["score"].add_argument("--model", default=MODELS[0])
    for name in ("table", "gate"):
        made[name].add_argument("--model", help="one model (default: the rules and the trained ones)")
    made["genres"].add_argument("--model", default=FAST, choices=(FAST, ACCURATE))
    scored = made["score"].add_mutually_exclusive_group()
    for parts in (scored, made["facts"]):
        parts.add_argument("--part", default="open", choices=sorted(PARTS))
    scored.add_argument(
        "--composed", type=Path, metavar="FOLDER", help="labelled reports of a folder of JSON lines, in place of a part"
    )
    made["score"].add_argument("--errors", type=int, default=0, metavar="N", help="print up to N mistakes of each kind")
    made["score"].add_argument("--short", action="store_true", help="the summary only")
    made["table"].add_argument("--short", action="store_true", help="the comparison only")
    made["gate"].add_argument("--floors", type=Path, default=FLOORS)
    made["gate"].add_argument("--raise", dest="lift", action="store_true", help="lift the floors to the scores")
    made["likeness"].add_argument("--pairs", type=int, default=20, metavar="N", help="print up to N pairs")
    made["clusters"].add_argument("--sample", type=Path, default=SAMPLE)
    made["agreement"].add_argument("--readers", nargs=2, default=("A", "B"), metavar=("ONE", "OTHER"))
    made["search"].add_argument("--half", default="test", choices=("dev", "test", "all"), help="of the queries")
    made["search"].add_argument("--queries", type=Path, default=QUERIES)
    return whole


def _part(options: argparse.Namespace, part: str) -> tuple[Reading, ...]:
    """The labelled reports of a part. Raises SplitError when one of them has none, or the part is empty."""
    gold, rows = load_gold(options.gold), load_split(options.split)
    unsplit = sorted({row.report for row in gold.reports} - {row.report for row in rows})
    if unsplit:
        raise SplitError(f"{unsplit[0]} stands in no part.", "Run: python -m pipeline.evaluate split")
    readings = read_gold(gold, options.reports, only=reports_in(part, rows))
    if not readings:
        raise SplitError(f"No report of part {part} is labelled yet.", "Label some, then build the gold.")
    return readings


def _score(options: argparse.Namespace) -> int:
    """The exit code of `score`."""
    system = Pipeline(options.model)
    if options.composed:
        name = str(options.composed)
        with tempfile.TemporaryDirectory() as files:
            readings = tuple(reading for reading, _ in load_reports(options.composed, Path(files)))
            if not readings:
                raise UsageError(f"{name} holds no reports*.jsonl.", "Name a folder such as corpus/calibration.")
            scores = score_system(system, readings)
    else:
        name = f"part {options.part}"
        if options.errors and TEST in PARTS[options.part]:
            raise UsageError("The test part is never looked at.", "Use --errors with --part train, dev or open.")
        scores = score_system(system, _part(options, options.part))
    if options.short:
        print(summary([score.tally for score in scores]))
    else:
        print(full_report(scores, title=f"{options.model}, {name}"))
    if options.errors:
        print(mistakes(scores, options.errors))
    return 0


def _facts(options: argparse.Namespace) -> int:
    """The exit code of `facts`."""
    names = reports_in(options.part, load_split(options.split))
    print(facts_table(score_facts(load_gold(options.gold), options.reports, names)))
    return 0


def _table(options: argparse.Namespace) -> int:
    """The exit code of `table`."""
    parts = {part: _part(options, part) for part in (TRAIN, DEV, TEST)}
    names = [name for name in ("rules", *trained_models()) if name != options.model]
    learnt: list[System] = [*learnt_baselines()]
    pipelines: list[System] = [Pipeline(name) for name in (*names, *([options.model] if options.model else []))]
    systems: list[System] = [Nothing(), HeadingBaseline(), KeywordBaseline(), *learnt, *pipelines]
    last: Sequence[ReportScore] = ()
    side_by_side: list[tuple[str, Sequence[ReportScore]]] = []

    def tested() -> Iterator[tuple[str, Sequence[ReportScore]]]:
        nonlocal last
        for system in systems:
            system.fit(parts[TRAIN])
            last = score_system(system, parts[TEST])
            yield system.name, last
            # A classifier knows its training texts by heart: of such a part its score says nothing.
            seen = (TRAIN, DEV) if system in pipelines else (DEV,) if system in learnt else ()
            side_by_side.extend((f"{system.name}, {part}", score_system(system, parts[part])) for part in seen)
            if seen:
                side_by_side.append((f"{system.name}, {TEST}", last))

    print(f"## Test part: {len(parts[TEST])} reports, 95 % intervals by resampling them\n")
    for line in compare_systems(tested()):
        print(line, flush=True)
    print("\n## Parts side by side\n")
    print("\n".join(compare_systems(side_by_side)) + "\n")
    print("## Zones of the scores\n")
    for name in trained_models():
        print(zones_table(name, parts[TEST]) + "\n", flush=True)
    if not options.short:
        print(full_report(last, title=f"{systems[-1].name}, part {TEST}"))
    return 0


def _genres(options: argparse.Namespace) -> int:
    """The exit code of `genres`."""
    names = [row.report for row in load_gold(options.gold).reports]
    open_to = reports_in("open", load_split(options.split))
    groups = genre_groups([name for name in names if name in open_to], read_traits(options.reports.parent))
    print("## Genres left out: trained on all others, scored on the one (train and dev parts)\n")
    print(genre_table(options.gold, options.reports, groups, options.model))
    return 0


def _gate(options: argparse.Namespace) -> int:
    """The exit code of `gate`: 1 when a metric lies below its floor."""
    readings = _part(options, TEST)
    mark = part_fingerprint(load_gold(options.gold), [reading.name for reading in readings])
    names = [options.model] if options.model else list(dict.fromkeys(("rules", chosen(AUTO))))
    return max(_held_to_floors(name, readings, mark, options) for name in names)


def _held_to_floors(model: str, readings: Sequence[Reading], mark: str, options: argparse.Namespace) -> int:
    """Prints the metrics of one model beside its floors: 1 when one lies below its floor, else 0."""
    values = metrics(score_system(Pipeline(model), readings))
    floors = load_floors(options.floors)
    if options.lift:
        floors = raised(floors, mark, model, values)
        write_floors(floors, options.floors)
    fallen = falls(floors, mark, model, values)
    held = floors.get(mark, {}).get(model, {})
    for metric, value in values.items():
        print(f"{model:10} {metric:40} {value:.4f}  floor {held.get(metric, 0.0):.3f}")
    for fall in fallen:
        print(f"BELOW its floor: {model}, {fall.metric} is {fall.value:.4f}, floor {fall.floor:.3f}", file=sys.stderr)
    return 1 if fallen else 0


def _split(options: argparse.Namespace) -> int:
    """The exit code of `split`."""
    traits = read_traits(options.reports.parent)
    labelled = {row.report for row in load_gold(options.gold).reports}
    names = sorted(p.relative_to(options.reports).as_posix() for p in options.reports.rglob("*") if p.is_file())
    ready = [name for name in names if name in traits or name in labelled]
    before = load_split(options.split)
    rows = extend_split(before, ready, families=measure_likeness(options.reports).families(), traits=traits)
    write_split(rows, options.split)
    _told(rows, len(rows) - len(before), [name for name in names if name not in {row.report for row in rows}])
    return 0


def _told(rows: Sequence[SplitRow], added: int, waiting: Sequence[str]) -> None:
    """Prints how the split stands."""
    sizes = ", ".join(f"{part} {sum(row.part == part for row in rows)}" for part in (TRAIN, DEV, TEST))
    print(f"{added} reports added; {sizes}")
    if waiting:
        print(f"{len(waiting)} wait for a line in a reports_index_*.tsv or a label file: {', '.join(waiting)}")


def _likeness(options: argparse.Namespace) -> int:
    """The exit code of `likeness`: 1 when too many passages are alike."""
    found = measure_likeness(options.reports)
    print(show_likeness(found, options.pairs))
    return 1 if (found.share or 0.0) > LIKENESS_LIMIT else 0


def _clusters(options: argparse.Namespace) -> int:
    """The exit code of `clusters`."""
    print(clusters_table(options.sample))
    return 0


def _search(options: argparse.Namespace) -> int:
    """The exit code of `search`."""
    # The reports that may be looked at: whoever judges reads what the queries find.
    lessons = gold_lessons(load_gold(options.gold), reports_in("open", load_split(options.split)))
    halves = {"dev", "test"} if options.half == "all" else {options.half}
    queries = [query for query in load_queries(options.queries, lessons) if query.row.half in halves]
    print(
        f"## Search: {len(queries)} queries ({options.half}) over {len(lessons)} labelled findings, 95 % intervals by resampling queries\n"
    )
    print(show_scores(compare_searches(lessons, queries), queries))
    return 0


def _agreement(options: argparse.Namespace) -> int:
    """The exit code of `agreement`."""
    one, other = options.readers
    print(show_agreement(compare_readers(options.labels, options.reports, one, other)))
    return 0
