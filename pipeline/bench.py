"""Speed and memory of the whole way, as ratios to one bare word-tokenisation pass over the same text in the same run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.assembly import assemble
from pipeline.classify.embeddings import CACHE_PLACE, accurate
from pipeline.classify.model import RULES, load_model, trained_models
from pipeline.dataset.export import export
from pipeline.dataset.store import Store
from pipeline.errors import PipelineError
from pipeline.extract.facts import find_facts
from pipeline.extract.findings import extract
from pipeline.ingest import READERS, archive, read
from pipeline.ingest.normalise import normalise
from pipeline.passages import tag_passage
from pipeline.records import Settings
from pipeline.run import process
from pipeline.segment import segment
from pipeline.segment.tokens import tokens
from pipeline.sources import find_sources, is_report

# Text to be read in all: enough that start-up (dictionary, tables, libraries) does not count.
ENOUGH_BYTES = 2_000_000
AIM = 3.0
# For the tiers less: the accurate one takes about 30 ms a unit on two cores.
TIER_BYTES = 60_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures for the reports below a folder; 0, or 2 when it holds none."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.bench", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    settings = Settings()
    try:
        sources = find_sources([folder], leave_out=folder / "dataset")[0]
        paths = [s.path for s in sources if is_report(s) and not is_slow(s.path)]
        texts = {path: text for path in paths if (text := _text(path, settings))}
    except PipelineError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if not texts:
        print(f"bench: {folder} holds no report.", file=sys.stderr)
        return 2
    _measure(folder, texts, settings)
    return 0


def is_slow(path: Path) -> bool:
    """Whether another program reads the file (OCR 4 s a page, LibreOffice 1 s a file): that would hide our own speed."""
    return path.suffix.lower() in (*archive.SUFFIXES, *READERS["ocr"], *READERS["office"])


def _measure(folder: Path, texts: dict[Path, str], settings: Settings) -> None:
    """Measures and prints."""
    once = sum(len(text.encode()) for text in texts.values())
    times = -(-ENOUGH_BYTES // once)
    for path, text in texts.items():  # warm: what is loaded once is loaded
        tokens(text)
        process(path, root=folder, settings=settings)
    bare = whole = 0.0
    for _ in range(times):  # by turns, so that other work on the machine slows both alike
        bare += _seconds(lambda: [tokens(text) for text in texts.values()])
        whole += _seconds(lambda: [process(path, root=folder, settings=settings) for path in texts])
    stages = _stage_seconds(folder, texts, settings)
    export_time = _export_seconds(folder, texts, settings)
    megabytes = once * times / 1e6
    print(f"reports            {len(texts)} of {folder}, {times} times: {megabytes:.2f} MB of text")
    print(f"bare tokenisation  {bare:.2f} s, {megabytes / bare:.2f} MB/s")
    print(f"whole way          {whole:.2f} s, {megabytes / whole:.2f} MB/s")
    print(f"ratio              {whole / bare:.2f} (aim: at most {AIM:.0f})")
    shares = ", ".join(f"{name} {seconds / sum(stages.values()):.0%}" for name, seconds in stages.items())
    print(f"of which           {shares}")
    print(f"store and exports  {export_time:.2f} s once for {len(texts)} reports")
    for line in _tiers(folder, texts):
        print(line)
    print(f"peak memory        {_peak_megabytes()}")


def _tiers(folder: Path, texts: dict[Path, str]) -> Iterator[str]:
    """Each tier's units per second and the whole way with it as a ratio to one bare tokenisation pass, on the first reports.

    Vectors that earlier runs have kept are not used: each text of a report is new, as it is in a folder read for the first time.
    """
    paths = _first(folder, texts)
    units = {path: process(path, root=folder, settings=Settings()).units for path in paths}
    whole = sum(units.values())
    bare = _seconds(lambda: [tokens(texts[path]) for path in paths])
    yield f"tiers              {whole} units of {len(paths)} reports, bare tokenisation {bare:.2f} s"
    for name in (RULES, *trained_models()):
        seconds = _tier_seconds(name, folder, paths)
        yield f"  {name:<17}{whole / seconds:8.0f} units/s   whole way {seconds / bare:.1f} x one tokenisation pass"


def _tier_seconds(name: str, folder: Path, paths: Sequence[Path]) -> float:
    """How long a tier takes for the reports once, in seconds."""
    settings = Settings(model=name)
    with tempfile.TemporaryDirectory() as cache:
        os.environ[CACHE_PLACE] = cache
        accurate.cache_clear()
        load_model.cache_clear()
        tag_passage("ขยะลดลง", settings)  # loads the model before the clock runs
        return _seconds(lambda: [process(path, root=folder, settings=settings) for path in paths])


def _first(folder: Path, texts: dict[Path, str]) -> list[Path]:
    """The first reports that together hold enough text to measure on; all where there is less."""
    chosen: list[Path] = []
    for path in texts:
        if sum(len(texts[other].encode()) for other in chosen) >= TIER_BYTES:
            break
        chosen.append(path)
    return chosen


def _text(path: Path, settings: Settings) -> str:
    """The text of a report; "" for one that cannot be read."""
    try:
        return read(path, source=path.name, settings=settings).text.text
    except PipelineError as error:
        print(f"bench: {path.name} left out: {error}", file=sys.stderr)
        return ""


def _seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _stage_seconds(folder: Path, texts: dict[Path, str], settings: Settings) -> dict[str, float]:
    """The seconds that each stage takes for all reports once."""
    seconds = dict.fromkeys(("read", "normalise", "segment", "extract", "facts", "classify"), 0.0)
    for path in texts:
        marks = [time.perf_counter()]
        report = read(path, source=path.relative_to(folder).as_posix(), settings=settings)
        marks.append(time.perf_counter())
        normal = normalise(report)
        marks.append(time.perf_counter())
        segmented = segment(normal)
        marks.append(time.perf_counter())
        extraction = extract(normal, segmented)
        marks.append(time.perf_counter())
        facts = find_facts(normal, title=report.title)
        marks.append(time.perf_counter())
        assemble(report, normal, segmented, extraction, facts, settings)
        marks.append(time.perf_counter())
        for name, start, end in zip(seconds, marks, marks[1:], strict=False):
            seconds[name] += end - start
    return seconds


def _export_seconds(folder: Path, texts: dict[Path, str], settings: Settings) -> float:
    """How long it takes to store and export each report once, in seconds."""
    results = [process(path, root=folder, settings=settings) for path in texts]
    with tempfile.TemporaryDirectory() as out, Store.create(Path(out)) as store:
        start = time.perf_counter()
        for result in results:
            store.put(result, "bench")
        export(store, Path(out), {})
        return time.perf_counter() - start


def _peak_megabytes() -> str:
    """The largest memory that this process has held; unknown where the system does not say."""
    if sys.platform == "win32":
        return "unknown on Windows"
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / (1e6 if sys.platform == 'darwin' else 1e3):.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
