"""The stages form one direction: each imports the shared vocabulary and stages to its left, never to its right."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"
SHARED = ("errors", "spans", "records", "resources", "phrases", "headings_table", "line_bounds")
STAGES = ("ingest", "segment", "extract", "classify", "dataset", "lessons")
# What stands above all stages and may use any of them.
ABOVE = (
    "run",
    "learn",
    "process",
    "sources",
    "assembly",
    "passages",
    "bounded",
    "bench",
    "cli",
    "__main__",
    "evaluate",
    "exchange",
    "api",
    "notebooks",
)
# Each library lives in the rooms named here.
ROOMS = {
    "pandas": {"dataset", "lessons", "evaluate", "api"},
    "pyarrow": {"dataset", "lessons", "evaluate"},
    "openpyxl": {"ingest", "dataset", "lessons", "learn"},
    "xlsxwriter": {"dataset", "lessons", "learn"},
    "sqlite3": {"dataset", "lessons", "evaluate"},
    "trafilatura": {"ingest"},
    "pythainlp": {"segment", "ingest", "extract"},
    "spacy": {"lessons", "evaluate"},
    "sklearn": {"classify", "evaluate", "learn"},
    "tqdm": {"run", "lessons", "evaluate", "learn"},
    "matplotlib": {"lessons"},
    "nbformat": {"notebooks"},
    "nbclient": {"notebooks"},
    "nbconvert": {"notebooks"},
    "cleanlab": {"learn"},
    "floret": {"evaluate"},
}


def imports(path: Path) -> set[str]:
    """The dotted names that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    """The stage or module below `pipeline` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def allowed(own: str) -> set[str]:
    """The rooms that code in `own` may import from."""
    if own in SHARED:
        return set(SHARED)
    if own in STAGES:
        return {*SHARED, *STAGES[: STAGES.index(own) + 1]}
    return {*SHARED, *STAGES, *ABOVE}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_what_stands_to_its_left(path):
    own = room(path)
    assert own in {*SHARED, *STAGES, *ABOVE}, f"{own} is no stage: say in tests/test_layers.py where it stands"
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("pipeline.")}
    assert ours <= allowed(own), f"{path.name} imports {ours - allowed(own)}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_each_library_stays_in_its_room(path):
    own = room(path)
    for name in {name.split(".")[0] for name in imports(path)} & set(ROOMS):
        assert own in ROOMS[name] or own == "bench", f"{path.name} imports {name}, which belongs in {ROOMS[name]}"


def test_the_rule_can_fail(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from pipeline.dataset import store\n", encoding="utf-8")
    assert {name.split(".")[1] for name in imports(bad)} - allowed("segment") == {"dataset"}
