"""The public interface, as `import pipeline` offers it: reports in, tables, texts and scores out.

>>> from tempfile import mkdtemp
>>> import pipeline
>>> report = Path(mkdtemp()) / "รายงาน.txt"
>>> _ = report.write_text("ผลลัพธ์\\n- คนเลิกบุหรี่ได้ 12 คน\\nปัญหาอุปสรรค\\n- ขาดงบประมาณ\\n", encoding="utf-8")
>>> data = pipeline.extract(report, jobs=0)
>>> data.lessons[["category_th", "text"]].values.tolist()
[['ผลลัพธ์', 'คนเลิกบุหรี่ได้ 12 คน'], ['ปัญหาอุปสรรค', 'ขาดงบประมาณ']]
>>> data.matrix("category", "issues").loc["ผลลัพธ์", "ยาสูบ"].item()
1
>>> [highlight.category for highlight in data.report("รายงาน.txt").highlights]
['outcome', 'obstacle']
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.records import Settings

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.evaluate.comparison import Comparison
    from pipeline.lessons.found import Found
    from pipeline.lessons.frames import Frames
    from pipeline.lessons.html_table import Html
    from pipeline.lessons.report_text import ReportText

__all__ = ["compare", "corpus_folder", "corpus_reports", "extract", "load", "queue", "search", "show", "train"]

# Names the dataset that `load()` opens; the notebooks' test sets it.
DATASET_VARIABLE = "LESSONS_DATASET"
_DATASET, _CORPUS = "dataset", "corpus"
BUDDHIST_OFFSET = 543


def extract(
    path: str | Path | Iterable[str | Path],
    out: str | Path | None = None,
    *,
    model: str = "auto",
    planned: bool = False,
    public: bool = False,
    taxonomy: str | Path | None = None,
    jobs: int | None = None,
    progress: bool = False,
) -> Frames:
    """The dataset of the reports below `path` (a folder, a report, or several of these) as tables.

    `out` is the dataset folder; without it the tables live in a temporary folder, removed with them. The other options are those of
    `lessons extract`. What could not be read stands in `.problems`. Raises UsageError for a path that does not exist or an unknown
    model, StoreError when `out` cannot be written.
    """
    from pipeline.classify.model import RULES, ModelError, chosen, folder_of
    from pipeline.lessons.frames import Frames
    from pipeline.run import extract_folder

    name = chosen(str(model))
    if name != RULES:
        try:
            folder_of(name)
        except ModelError as error:
            raise UsageError(error.reason, error.remedy) from error
    settings = Settings(
        planned=planned, public=public, taxonomy=Path(taxonomy).resolve() if taxonomy else None, model=name
    )
    kept = None if out else TemporaryDirectory(prefix="lessons-")
    folder = Path(out) if out else Path(kept.name if kept else "")
    inputs = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    extract_folder(inputs, folder, settings, jobs=jobs, progress=progress)
    return Frames(folder, kept)


def load(folder: str | Path | None = None) -> Frames:
    """The tables of a dataset folder that `lessons extract` or `make extract` has made.

    Without `folder` it is the one that the environment variable LESSONS_DATASET names, else `dataset` here or above. Raises UsageError when
    there is none.
    """
    from pipeline.dataset.store import STORE_NAME
    from pipeline.lessons.frames import Frames

    named = folder or os.environ.get(DATASET_VARIABLE)
    found = Path(named) if named else _above(_DATASET)
    if found is None or not (found / STORE_NAME).is_file():
        raise UsageError(
            f"{found or 'The folder dataset'} holds no dataset.",
            "Run `make extract`, or name its folder: load(FOLDER).",
        )
    return Frames(found)


def show(*what: ReportText | str | Path, titles: Iterable[str] = (), taxonomy: Path | None = None) -> Html:
    """HTML of the texts side by side, findings in the colours of their categories; a notebook shows it at once.

    Each is a ReportText (`data.report(key)`; only the surroundings of a lesson that was asked for) or the path of a report, which is then
    read by the rules.
    """
    from pipeline.lessons.show import show_texts

    return show_texts(*(_text(one) for one in what), titles=titles, taxonomy=taxonomy)


def _text(what: ReportText | str | Path) -> ReportText:
    """The text to show. Raises UsageError for a path that cannot be read."""
    if not isinstance(what, (str, Path)):
        return what
    data = extract(what, jobs=0)
    if len(data.reports) != 1 or data.reports["status"].iat[0] == "unreadable":
        reasons = " ".join(data.problems["reason"]) or "It holds several reports."
        raise UsageError(f"{what} cannot be shown. {reasons}", "Name one report.")
    return data.report(data.reports.iloc[0])


def corpus_folder(given: str | Path | None = None) -> Path:
    """The folder of the labelled corpus, with reports/ and gold/: `given`, else `corpus` here or above. Raises UsageError when there is none."""
    found = Path(given) if given else _above(_CORPUS)
    if found is None or not (found / "gold").is_dir():
        raise UsageError("There is no corpus folder with labels here or above.", "Name it: corpus=FOLDER.")
    return found


def corpus_reports(part: str = "", *, corpus: str | Path | None = None) -> list[str]:
    """The labelled reports of the corpus, sorted; those of one part (train, dev, test) or all."""
    from pipeline.evaluate.gold import load_gold
    from pipeline.evaluate.split import load_split, reports_in

    folder = corpus_folder(corpus)
    labelled = {row.report for row in load_gold(folder / "gold").reports}
    return sorted(labelled & set(reports_in(part, load_split(folder / "split.tsv"))) if part else labelled)


def compare(reports: Iterable[str], *, model: str | Path = "rules", corpus: str | Path | None = None) -> Comparison:
    """What a model finds in labelled reports beside what people marked: mistakes, confusion and calibration as tables.

    `reports` are names below corpus/reports; `corpus` is the folder that holds reports/ and gold/ (the one here or above when None).
    """
    from pipeline.evaluate.comparison import compare_reports

    return compare_reports(corpus_folder(corpus), list(reports), str(model))


def train(reports: Iterable[str], out: str | Path, *, corpus: str | Path | None = None) -> Path:
    """The folder of a model of the fast tier, trained on labelled reports; use it as `extract(path, model=folder)`.

    The word vectors are those of the shipped model, so that it takes seconds: `lessons train` also makes new ones. Raises TrainingError
    for fewer than two reports.
    """
    from pipeline.learn.small import train_fast

    folder = corpus_folder(corpus)
    return train_fast(folder / "gold", folder / "reports", list(reports), Path(out))


def queue(
    data: Frames,
    out: str | Path | None = None,
    *,
    size: int = 50,
    second: str | Path = "auto",
    options: Sequence[str] = (),
) -> pd.DataFrame:
    """The passages of a dataset that are worth labelling next, one row each, with the reason that brought them in.

    `out`: also written there to be filled in (.xlsx, .csv, .jsonl). `second` is the model that gives a second opinion ("none" for nobody).
    `options` are further arguments of `lessons queue`. Raises UsageError for a dataset that was made with public=True.
    """
    import argparse
    import contextlib
    import io
    import warnings

    import pandas as pd

    from pipeline.learn.arguments import add_queue_arguments
    from pipeline.learn.queue_commands import run_queue

    parser = argparse.ArgumentParser()
    add_queue_arguments(parser)
    with TemporaryDirectory(prefix="lessons-") as kept, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "IProgress not found")  # cleanlab asks for widgets that nothing here shows
        lines = Path(kept) / "queue.jsonl"
        asked = [str(data.folder), "--size", str(size), "--model", str(second)]
        if corpus := _above(_CORPUS):
            asked += ["--split", str(corpus / "split.tsv")]  # its parts dev and test are not to be labelled by
        for path in filter(None, (lines, out)):
            with contextlib.redirect_stdout(io.StringIO()):  # what it tells is in the rows
                run_queue(parser.parse_args([*asked, *options, "--out", str(path)]))
        found = pd.read_json(lines, lines=True, dtype=False)
    found["why"] = found["why"].astype("str").str.replace(str(second), Path(second).name, regex=False)
    return found


def search(
    data: Frames | str | Path,
    query: str,
    *,
    limit: int = 20,
    categories: Sequence[str] = (),
    issues: Sequence[str] = (),
    sdh: Sequence[str] = (),
    provinces: Sequence[str] = (),
    years_be: Sequence[int] = (),
    least_confidence: float = 0.0,
) -> Found:
    """The lessons of a dataset that answer `query`, best first: words, their other written forms, misspellings, meaning.

    Lists filter: a lesson passes that has one of the codes, places, years (Buddhist Era). Raises UsageError for a query without words, an
    unknown code, place or year.
    """
    from pipeline.lessons.found import Found
    from pipeline.lessons.search_filters import Filters

    frames = data if not isinstance(data, (str, Path)) else load(data)
    years = tuple(year - BUDDHIST_OFFSET for year in years_be)
    filters = Filters(
        tuple(categories), tuple(issues), tuple(sdh), tuple(provinces), (), years, least_confidence=least_confidence
    )
    return Found(query, frames.searcher.search(query, filters, limit), frames.rows.reports)


def _above(name: str) -> Path | None:
    """The folder called `name` in the working folder or the nearest above it; None when there is none."""
    here = Path.cwd()
    return next((folder / name for folder in (here, *here.parents) if (folder / name).is_dir()), None)
