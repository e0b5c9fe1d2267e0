"""A folder of reports into the dataset: many calls of `process` and one writer."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tqdm import tqdm

from pipeline.bounded import LimitError, Worker
from pipeline.classify.model import model_mark
from pipeline.classify.taxonomy import CATEGORY
from pipeline.dataset.export import export, finish_export
from pipeline.dataset.store import Store, UnfitRowsError
from pipeline.process import FileResult, Job, failed_file, process, process_file, sha256_or_nothing
from pipeline.records import Problem, ReportStatus, Settings
from pipeline.resources import fingerprint
from pipeline.sources import Source, find_sources, is_report, not_a_report

__all__ = ["RunSummary", "extract_folder", "process", "run_fingerprint"]

# Libraries whose version can change what is read or found; the others only write.
_DECIDING = (
    *("pythainlp", "pyahocorasick", "rapidfuzz", "geothai"),
    *("trafilatura", "lxml", "pypdfium2", "python-docx", "python-pptx", "openpyxl"),
)
_REPORTS_PER_WORKER = 10  # a worker needs 2 s to start: below this one more does not pay


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did and what the dataset now holds."""

    read: int  # reports read in this run
    kept: int  # reports that the store held already
    removed: int  # sources that are no longer there
    usable: int  # reports in the dataset, whole or in part
    failed: tuple[Problem, ...]  # reports that could not be read
    problems: tuple[Problem, ...]  # all rows of the table, with those of `failed`
    categories: tuple[tuple[str, int], ...]  # lessons by category, most first
    tags: tuple[tuple[str, str, int], ...]  # accepted tags by scheme and code, most first
    lessons: int

    @property
    def exit_code(self) -> int:
        """0; 3 when some reports failed; 1 when none could be read."""
        if not self.usable:
            return 1
        return 3 if self.failed else 0


def extract_folder(
    inputs: Sequence[Path], out: Path, settings: Settings, *, jobs: int | None = None, progress: bool = True
) -> RunSummary:
    """Reads every report below `inputs` into the dataset folder `out`, and what was done.

    `jobs` processes read; None chooses by the number of reports and cores, 0 reads in this process without bounds on time and
    memory (for debugging). Reports that the store holds, with the same bytes and the same pipeline, are not read again.
    Raises UsageError for bad arguments, StoreError when `out` cannot be written, ResourceError for a faulty table.
    """
    started = datetime.now(UTC)
    sources, problems = find_sources(inputs, leave_out=out)
    with Store.create(out) as store:
        finish_export(out)
        mark = run_fingerprint(settings)
        reports = [source for source in sources if is_report(source)]
        problems += [not_a_report(source.name) for source in sources if not is_report(source)]
        removed = store.keep_only([s.name for s in reports] + [p.source for p in problems])
        for problem in problems:
            store.put_problem(problem)
        todo = _unread(reports, store, mark)
        failed = _read_all(todo, store, settings, mark, jobs, progress)
        export(store, out, _run_record(inputs, out, settings, mark, started))
        return _summary(store, len(todo), len(reports) - len(todo), removed, failed)


def run_fingerprint(settings: Settings) -> str:
    """16 hexadecimal digits over the code, the data, the deciding libraries and the settings of a run."""
    digest = hashlib.sha256(
        f"{fingerprint()}{sorted(_versions().items())}{replace(settings, taxonomy=None)!r}{model_mark(settings.model)}".encode()
    )
    if settings.taxonomy:
        for path in sorted(p for p in settings.taxonomy.rglob("*") if p.is_file()):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _versions() -> dict[str, str]:
    """The versions of the libraries that decide what is found."""
    return {name: importlib.metadata.version(name) for name in _DECIDING}


def _unread(reports: Iterable[Source], store: Store, mark: str) -> list[Source]:
    """The reports that the store does not hold with these bytes and this fingerprint; failed ones are tried again."""
    current = {
        name: held.sha256 for name, held in store.stored().items() if held.fingerprint == mark and not held.failed
    }
    return [s for s in reports if s.name not in current or current[s.name] != sha256_or_nothing(s.path)]


def _read_all(
    todo: Sequence[Source], store: Store, settings: Settings, mark: str, jobs: int | None, progress: bool
) -> list[Problem]:
    """The problems of the reports that failed; the results of all are in the store, each file in its own transaction."""
    failed: list[Problem] = []
    with tqdm(total=len(todo), unit=" files", disable=not progress or not todo) as bar:
        for job, read in _results(todo, settings, jobs):
            try:
                store.put_file(job.source, read.sha256, mark, read.results, read.problems)
            except UnfitRowsError as error:
                read = failed_file(job, error, "store")
                store.put_file(job.source, read.sha256, mark, read.results)
            failed += [p for r in read.results if r.status is ReportStatus.UNREADABLE for p in r.problems]
            bar.update()
    return sorted(failed, key=lambda problem: problem.source)


def _results(todo: Sequence[Source], settings: Settings, jobs: int | None) -> Iterator[tuple[Job, FileResult]]:
    """What each file yields as it comes, in any order; few at a time wait to be stored."""
    waiting = iter(Job(source.path, source.name, settings) for source in todo)
    if jobs == 0:
        yield from ((job, process_file(job)) for job in waiting)
        return
    jobs = jobs or min(os.cpu_count() or 1, 1 + len(todo) // _REPORTS_PER_WORKER)
    workers = _Workers()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            running: dict[Future[FileResult], Job] = {}
            while True:
                while len(running) < 2 * jobs and (job := next(waiting, None)):
                    running[pool.submit(workers.read, job)] = job
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            workers.close()


class _Workers:
    """One reading process for each thread that asks for one."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._all: list[Worker] = []

    def read(self, job: Job) -> FileResult:
        """What one file yields; a file beyond its bounds becomes an unreadable result with its problem."""
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker()
            self._all.append(self._own.worker)
        worker: Worker = self._own.worker
        try:
            return worker.run(job)
        except LimitError as error:
            return failed_file(job, error)

    def close(self) -> None:
        """Ends all processes."""
        for worker in self._all:
            worker.close()


def _run_record(
    inputs: Sequence[Path], out: Path, settings: Settings, mark: str, started: datetime
) -> dict[str, object]:
    """What run.json tells of the run; the exporter adds counts and hashes."""
    ended = datetime.now(UTC)
    several = len(inputs) > 1
    return {
        "pipeline": importlib.metadata.version("lessons-pipeline"),
        "fingerprint": mark,
        "python": platform.python_version(),
        "libraries": _versions(),
        "settings": {k: _relative(v, out) if isinstance(v, Path) else v for k, v in asdict(settings).items()},
        "inputs": [
            {
                "folder": _relative(p if p.is_dir() else p.parent, out),
                "prefix": p.resolve().name if several and p.is_dir() else "",
            }
            for p in inputs
        ],
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((ended - started).total_seconds(), 1),
    }


def _relative(path: Path, out: Path) -> str:
    """`path` as seen from `out`, so that both can be moved together; absolute where they lie on different drives."""
    try:
        return Path(os.path.relpath(path.resolve(), out.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _summary(store: Store, read_now: int, kept: int, removed: int, failed: Sequence[Problem]) -> RunSummary:
    """The figures of the run and of the dataset."""
    categories: Counter[str] = Counter()
    tags: Counter[tuple[str, str]] = Counter()
    for scheme, code, accepted in store.tag_codes():
        if scheme == CATEGORY:
            categories[code] += 1
        elif accepted:
            tags[scheme, code] += 1
    return RunSummary(
        read=read_now - len(failed),
        kept=kept,
        removed=removed,
        usable=store.usable(),
        failed=tuple(failed),
        problems=tuple(Problem(*(str(cell or "") for cell in row)) for row in store.rows("problems")),
        categories=tuple(sorted(categories.items(), key=lambda item: (-item[1], item[0]))),
        tags=tuple(
            (s, c, n) for (s, c), n in sorted(tags.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        ),
        lessons=store.count("lessons"),
    )
