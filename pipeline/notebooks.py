"""Notebooks executed, written as pages, and kept clean: what `make notebooks` runs.

    python -m pipeline.notebooks run                     all notebooks of notebooks/ into build/notebooks, as .ipynb and .html
    python -m pipeline.notebooks run --dataset DIR       with the dataset in DIR (dataset when not given)
    python -m pipeline.notebooks strip                   takes outputs, counts and editors' metadata out of notebooks/*.ipynb
    python -m pipeline.notebooks check                   exit code 1, naming each notebook that holds any

Exit code 1 as well when a cell fails: its error is printed, the other notebooks still run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from pipeline.api import DATASET_VARIABLE
from pipeline.errors import PipelineError, UsageError

NOTEBOOKS, OUT = Path("notebooks"), Path("build/notebooks")
# What a clean notebook says of itself: enough for every editor to open it with Python.
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_SECONDS = 600  # of one cell
# Scripts that nbconvert's pages would fetch (formulas, widgets): ours use neither, and the pages open without a network.
_FROM_AFAR = re.compile(r'<script src="https?://[^"]*">\s*</script>')


class NotebookError(PipelineError):
    """A notebook that fails or is not clean."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line, described at the top of this module."""
    options = _parser().parse_args(arguments)
    try:
        paths = notebook_paths(options.notebooks)
        if options.action == "run":
            return run_all(paths, options.out, options.dataset)
        if options.action == "strip":
            return _strip_all(paths)
        return _told([path for path in paths if not is_clean(path)])
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m pipeline.notebooks", description="Runs and cleans the notebooks.")
    whole.add_argument("action", choices=("run", "strip", "check"), help="what to do")
    whole.add_argument("notebooks", nargs="*", type=Path, default=[NOTEBOOKS], help="notebooks, or folders of them")
    whole.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where executed copies go")
    whole.add_argument("--dataset", type=Path, default=Path("dataset"), metavar="DIR", help="the dataset they look at")
    return whole


def notebook_paths(given: Sequence[Path]) -> list[Path]:
    """The notebooks in the given folders and files, by name. Raises UsageError where there is none."""
    found = [path for one in given for path in (sorted(one.glob("*.ipynb")) if one.is_dir() else [one])]
    if not found or not all(path.is_file() for path in found):
        raise UsageError(f"No notebook in {', '.join(map(str, given))}.", "Name a notebook, or a folder of them.")
    return found


def run_all(paths: Sequence[Path], out: Path, dataset: Path) -> int:
    """0 when every notebook ran to its end, else 1. Each becomes `out`/name.ipynb and name.html."""
    failed = 0
    for path in paths:
        started = perf_counter()
        try:
            cells = execute(path, out, dataset)
        except NotebookError as error:
            failed += 1
            print(f"{path}: {error}", file=sys.stderr)
        else:
            print(f"{path}: {cells} cells, {perf_counter() - started:.0f} s: {out / path.with_suffix('.html').name}")
    return min(failed, 1)


def execute(path: Path, out: Path, dataset: Path) -> int:
    """How many cells of a notebook were executed, with its own folder as working folder.

    Raises NotebookError when a cell fails or takes too long; what ran is written all the same.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbconvert import HTMLExporter

    notebook = nbformat.read(path, as_version=4)
    environment = {
        **os.environ,
        DATASET_VARIABLE: str(dataset.resolve()),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]),
        "JUPYTER_PLATFORM_DIRS": "1",  # without it some versions warn of folders that will move
    }
    client = NotebookClient(
        notebook,
        timeout=_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # says on every start that it talks over the loopback device
    )
    out.mkdir(parents=True, exist_ok=True)
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(f"a cell failed.\n{error}", "Mend it, then run again.") from error
    finally:
        nbformat.write(notebook, out / path.name)
        page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
        (out / path.with_suffix(".html").name).write_text(_FROM_AFAR.sub("", page), encoding="utf-8", newline="\n")
    return sum(cell.cell_type == "code" for cell in notebook.cells)


def is_clean(path: Path) -> bool:
    """Whether a notebook is, byte for byte, what `stripped` makes of it."""
    text = path.read_text(encoding="utf-8")
    return text == stripped(text)


def stripped(text: str) -> str:
    """A notebook without outputs, execution counts and what editors note; cells are numbered, so that ids do not change by chance.

    Raises NotebookError for text that is no notebook of version 4.
    """
    try:
        notebook: dict[str, Any] = json.loads(text)
        cells = [_clean_cell(cell, number) for number, cell in enumerate(notebook["cells"], 1)]
    except (ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"This is no notebook ({error}).", "Save it again from its editor.") from error
    clean = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(clean, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _clean_cell(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """A cell with nothing but its kind and its source, as lines."""
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    clean: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": f"cell-{number}",
        "metadata": {},
        "source": source.strip().splitlines(keepends=True),
    }
    return {**clean, "execution_count": None, "outputs": []} if cell["cell_type"] == "code" else clean


def _strip_all(paths: Sequence[Path]) -> int:
    """0, when every notebook has been written clean."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        clean = stripped(text)
        if clean != text:
            path.write_text(clean, encoding="utf-8", newline="\n")
            print(f"{path}: cleaned")
    return 0


def _told(unclean: Sequence[Path]) -> int:
    """1 with a line for each notebook that is not clean, else 0."""
    for path in unclean:
        print(f"{path} holds outputs or metadata. Run: python -m pipeline.notebooks strip", file=sys.stderr)
    return int(bool(unclean))


if __name__ == "__main__":
    sys.exit(main())
