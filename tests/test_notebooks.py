"""Notebooks: clean in git, short, and each runs to its end."""

import json
from pathlib import Path

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("nbconvert")

from pipeline.notebooks import NotebookError, execute, is_clean, main, notebook_paths, stripped

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS = 15


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def a_notebook(*sources: str) -> str:
    made = [
        {"cell_type": "code", "execution_count": 7, "metadata": {"scrolled": True}, "source": source, "outputs": [{}]}
        for source in sources
    ]
    return json.dumps({"cells": made, "metadata": {"kernelspec": {"name": "mine"}}, "nbformat": 4, "nbformat_minor": 5})


def test_the_five_notebooks_are_there():
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_holds_no_outputs_and_no_noise(path):
    import nbformat

    nbformat.validate(nbformat.read(path, as_version=4))
    assert is_clean(path), "run: python -m pipeline.notebooks strip"
    for cell in cells(path):
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert cell["metadata"] == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_short_and_told_in_thai_and_english(path):
    assert len(cells(path)) <= MOST_CELLS
    told = ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "markdown"]
    assert len(told) >= 4
    assert all(any("\u0e00" <= letter <= "\u0e7f" for letter in text) for text in told)
    assert sum("\n*" in text for text in told) >= 3, "the gist in English, in italics"
    assert all(len(cell["source"]) <= 10 for cell in cells(path) if cell["cell_type"] == "code"), "move it to pipeline/"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_to_its_end(path, small_dataset, tmp_path):
    before = path.read_bytes()
    assert execute(path, tmp_path, small_dataset) > 0
    assert path.read_bytes() == before
    run = json.loads((tmp_path / path.name).read_text(encoding="utf-8"))
    noise = [
        "".join(output.get("text", "")) for cell in run["cells"] for output in cell.get("outputs", ())
        if output.get("name") == "stderr"
    ]  # fmt: skip
    assert noise == []
    page = (tmp_path / f"{path.stem}.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert "<link" not in page or 'href="http' not in page


def test_cleaning_takes_everything_out_and_changes_nothing_twice(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(a_notebook("x = 1", "x"), encoding="utf-8")
    assert not is_clean(path)
    assert main(["check", str(path)]) == 1
    assert main(["strip", str(path)]) == 0
    assert is_clean(path)
    assert main(["check", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert stripped(text) == text
    assert ["".join(cell["source"]) for cell in cells(path)] == ["x = 1", "x"]


def test_a_failing_cell_is_told(tmp_path, small_dataset, capsys):
    path = tmp_path / "bad.ipynb"
    path.write_text(stripped(a_notebook("raise ValueError('ข้อผิดพลาดนี้')")), encoding="utf-8")
    with pytest.raises(NotebookError, match="ข้อผิดพลาดนี้"):
        execute(path, tmp_path / "out", small_dataset)
    assert main(["run", str(path), "--out", str(tmp_path / "out"), "--dataset", str(small_dataset)]) == 1
    assert "ข้อผิดพลาดนี้" in capsys.readouterr().err


def test_what_is_no_notebook(tmp_path, capsys):
    (tmp_path / "a.ipynb").write_text("[]", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 2
    assert main(["check", str(tmp_path / "ไม่มี")]) == 2
    assert "No notebook" in capsys.readouterr().err
    assert notebook_paths([tmp_path]) == [tmp_path / "a.ipynb"]
