"""The command `lessons`: arguments in, one call, a summary and an exit code out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipeline.errors import PipelineError, UsageError
from pipeline.records import Problem, Settings

_SHOWN_PROBLEMS = 50  # the rest stands in problems.csv


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its help, its arguments, and what it does."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """A parser that answers a bad argument with one line."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with exit code 2 and one line that says where help is."""
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of `lessons` with these arguments; those of the command line when None."""
    _speak_utf8()
    options = parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except PipelineError as error:
        print(f"lessons: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output (head, less) has seen enough; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print("lessons: stopped. What was read is kept; the same command goes on from there.", file=sys.stderr)
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser(
        prog="lessons",
        description="Turns Thai lesson-learned reports into a dataset with exact evidence. "
        "· สกัดบทเรียนจากรายงานถอดบทเรียนภาษาไทยเป็นชุดข้อมูลพร้อมหลักฐานอ้างอิง",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return top


def _extract_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons extract`."""
    sub.add_argument("inputs", metavar="INPUT", nargs="+", type=Path, help="folder of reports, or one report")
    sub.add_argument("--out", metavar="DIR", type=Path, required=True, help="dataset folder, made when missing")
    sub.add_argument(
        "--jobs",
        metavar="N",
        type=_count,
        help="processes that read (default: by cores and reports; 0: this one, without bounds on time and memory)",
    )
    sub.add_argument("--planned", action="store_true", help="keep planned findings too, not only achieved ones")
    sub.add_argument("--public", action="store_true", help="mask personal data in every table, to publish the dataset")
    sub.add_argument(
        "--mask-public-roles", action="store_true", help="with --public: mask mayors, doctors, heads of villages … too"
    )
    _taxonomy_argument(sub)
    _model_argument(sub)
    sub.add_argument("--quiet", action="store_true", help="no progress bar")


def _extract(options: argparse.Namespace) -> int:
    """Runs `lessons extract`: the exit code of the run."""
    from pipeline.run import extract_folder

    if options.out.exists() and not options.out.is_dir():
        raise UsageError(f"{options.out} is a file.", "Name a folder with --out.")
    if options.mask_public_roles and not options.public:
        raise UsageError("--mask-public-roles masks nothing by itself.", "Add --public.")
    settings = Settings(
        planned=options.planned,
        public=options.public,
        keep_public_roles=not options.mask_public_roles,
        taxonomy=_taxonomy(options),
        model=_model(options),
    )
    summary = extract_folder(options.inputs, options.out, settings, jobs=options.jobs, progress=not options.quiet)
    kept = f", {summary.kept} unchanged since the last run" if summary.kept else ""
    removed = f", {summary.removed} no longer there" if summary.removed else ""
    print(f"{summary.read} reports read{kept}, {len(summary.failed)} failed{removed}.")
    print(f"{summary.lessons} lessons in {summary.usable} reports: {options.out}")
    _print_counts("lessons by category", [(code, n) for code, n in summary.categories])
    for scheme, title in (("issue", "lessons by issue"), ("sdh", "lessons by theme")):
        _print_counts(title, [(code, n) for s, code, n in summary.tags if s == scheme])
    _print_problems(summary.problems, options.out)
    if not summary.usable:
        print("lessons: no report could be read. Name a folder that holds reports.", file=sys.stderr)
    return summary.exit_code


def _print_counts(title: str, counts: Sequence[tuple[str, int]]) -> None:
    """Prints a small table of counts."""
    if counts:
        print(f"\n{title}")
        for code, count in counts:
            print(f"  {code:<32}{count:>6}")


def _print_problems(problems: Sequence[Problem], out: Path) -> None:
    """Prints what was left out, one line each."""
    if not problems:
        return
    print(f"\nproblems ({len(problems)}; all in {out / 'problems.csv'})")
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(f"  {problem.source} [{problem.stage}] {' '.join(f'{problem.reason} {problem.remedy}'.split())}")
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"  and {len(problems) - _SHOWN_PROBLEMS} more")


def _tag_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons tag`."""
    sub.add_argument("passages", metavar="IN.jsonl", type=Path, help='lines {"id": …, "text": …}')
    sub.add_argument("--out", metavar="OUT.jsonl", type=Path, required=True, help="the same ids with their codes")
    sub.add_argument("--review", action="store_true", help="categories below 0.05 too where they are worth a look")
    _taxonomy_argument(sub)
    _model_argument(sub)


def _tag(options: argparse.Namespace) -> int:
    """Runs `lessons tag`: 0; 3 when some lines could not be tagged, 1 when none could."""
    from pipeline.passages import tag_file

    settings = Settings(taxonomy=_taxonomy(options), model=_model(options))
    tagged, problems = tag_file(options.passages, options.out, settings, review=options.review)
    print(f"{tagged} passages tagged, {len(problems)} lines left out: {options.out}")
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(f"  {problem.source}: {problem.reason} {problem.remedy}", file=sys.stderr)
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"  and {len(problems) - _SHOWN_PROBLEMS} more", file=sys.stderr)
    if not problems:
        return 0
    return 3 if tagged else 1


def _verify_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons verify`."""
    sub.add_argument("dataset", metavar="DIR", type=Path, help="folder that `lessons extract` has made")
    sub.add_argument(
        "--input", metavar="FOLDER", type=Path, action="append", default=[], help="where the reports are now, if moved"
    )
    sub.add_argument("--public", action="store_true", help="fail on personal data that is not masked, naming the cell")


def _verify(options: argparse.Namespace) -> int:
    """Runs `lessons verify`: 0 when everything holds, else 1."""
    from pipeline.dataset.verify import verify

    for folder in options.input:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder.", "Name the folder of the reports with --input.")
    result = verify(options.dataset, options.input)
    faults = list(result.faults)
    if options.public:
        from pipeline.dataset.unmasked import unmasked

        faults += unmasked(options.dataset, options.input)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{options.dataset}: {len(faults)} faults.", file=sys.stderr)
        return 1
    print(
        f"{options.dataset}: {result.quotes} quotes of {result.reports} reports stand in their sources; "
        f"codes, counts and exports agree{'; no personal data is left' if options.public else ''}."
    )
    return 0


def _taxonomy_argument(sub: argparse.ArgumentParser) -> None:
    """Adds the option for taxonomy files of one's own."""
    sub.add_argument(
        "--taxonomy", metavar="FOLDER", type=Path, help="your own taxonomy files, in place of those shipped"
    )


def _taxonomy(options: argparse.Namespace) -> Path | None:
    """The folder of the user's own taxonomy files, None without. Raises UsageError when it is no folder."""
    folder: Path | None = options.taxonomy
    if folder and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.", "Name the folder of your taxonomy files with --taxonomy.")
    return folder.resolve() if folder else None


def _model_argument(sub: argparse.ArgumentParser) -> None:
    """Adds the option for what decides."""
    sub.add_argument(
        "--model",
        metavar="NAME",
        default="auto",
        help="what decides: accurate (a language model taught for this, with the rules), fast (trained word vectors with the rules), rules (they alone), "
        "auto (the best that is installed; the default), or a folder that lessons train made",
    )


def _model(options: argparse.Namespace) -> str:
    """The model that will run, told in one line when it is another than was asked for. Raises UsageError for an unknown one."""
    from pipeline.classify.model import RULES, ModelError, chosen, fallback_note, folder_of

    if note := fallback_note(options.model):
        print(note, file=sys.stderr)
    name = chosen(options.model)
    if name != RULES:
        try:
            folder_of(name)
        except ModelError as error:
            raise UsageError(error.reason, error.remedy) from error
    return name


def _train_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons train`."""
    from pipeline.learn.arguments import add_arguments

    add_arguments(sub)


def _train(options: argparse.Namespace) -> int:
    """Runs `lessons train`: 0."""
    from pipeline.learn.commands import train

    return train(options)


def _count(text: str) -> int:
    """A whole number of 0 or more. Raises argparse.ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def _speak_utf8() -> None:
    """Lets a console that knows no Thai print marks for it, where it would stop the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def _gold_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons gold`."""
    from pipeline.exchange.commands import add_gold_arguments

    add_gold_arguments(sub)


def _gold(options: argparse.Namespace) -> int:
    """Runs `lessons gold`."""
    from pipeline.exchange.commands import run_gold

    return run_gold(options)


def _queue_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons queue`."""
    from pipeline.learn.arguments import add_queue_arguments

    add_queue_arguments(sub)


def _queue(options: argparse.Namespace) -> int:
    """Runs `lessons queue`."""
    from pipeline.learn.queue_commands import run_queue

    return run_queue(options)


def _clusters_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons clusters`."""
    from pipeline.lessons.cluster_arguments import add_clusters_arguments

    add_clusters_arguments(sub)


def _clusters(options: argparse.Namespace) -> int:
    """Runs `lessons clusters`."""
    from pipeline.lessons.cluster_commands import run_clusters

    return run_clusters(options)


def _counter_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons counter`."""
    from pipeline.lessons.cluster_arguments import add_counter_arguments

    add_counter_arguments(sub)


def _counter(options: argparse.Namespace) -> int:
    """Runs `lessons counter`."""
    from pipeline.lessons.cluster_commands import run_counter

    return run_counter(options)


def _coverage_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons coverage`."""
    from pipeline.lessons.cluster_arguments import add_coverage_arguments

    add_coverage_arguments(sub)


def _coverage(options: argparse.Namespace) -> int:
    """Runs `lessons coverage`."""
    from pipeline.lessons.cluster_commands import run_coverage

    return run_coverage(options)


def _set_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons set`."""
    from pipeline.lessons.set_commands import add_set_arguments

    add_set_arguments(sub)


def _set(options: argparse.Namespace) -> int:
    """Runs `lessons set`."""
    from pipeline.lessons.set_commands import run_set

    return run_set(options)


def _search_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons search`."""
    from pipeline.lessons.search_commands import add_search_arguments

    add_search_arguments(sub)


def _search(options: argparse.Namespace) -> int:
    """Runs `lessons search`."""
    from pipeline.lessons.search_commands import run_search

    return run_search(options)


COMMANDS = (
    Command("extract", "read reports into a dataset folder", _extract_arguments, _extract),
    Command("tag", "tag passages (JSON lines) with categories, issues and themes", _tag_arguments, _tag),
    Command("verify", "check a dataset against its sources", _verify_arguments, _verify),
    Command("search", "find lessons by words, abbreviations, misspelt words and meaning", _search_arguments, _search),
    Command("train", "train models from labelled reports", _train_arguments, _train),
    Command("gold", "labels out to annotation tools and back", _gold_arguments, _gold),
    Command("queue", "choose the passages that are worth labelling next", _queue_arguments, _queue),
    Command(
        "clusters",
        "lessons that say the same, with the number of projects that found them",
        _clusters_arguments,
        _clusters,
    ),
    Command("counter", "what helps in one project and hinders in another, side by side", _counter_arguments, _counter),
    Command(
        "coverage",
        "what the reports say of each issue, place and year, and in which way they are silent",
        _coverage_arguments,
        _coverage,
    ),
    Command("set", "make, check, freeze, compare and export lesson sets", _set_arguments, _set),
)
