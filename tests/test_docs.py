"""The documentation cannot drift: what a user can type is in the README, what a developer can call has a docstring."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from pipeline.cli import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def targets() -> list[str]:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return [match[1] for line in lines if (match := re.match(r"([a-z-]+):.*##", line))]


@pytest.mark.parametrize("name", subcommands())
def test_every_command_is_in_the_readme(name):
    assert f"lessons {name}" in README


@pytest.mark.parametrize("name", subcommands())
def test_every_option_is_explained(name):
    for action in subcommands()[name]._actions:
        assert action.help, f"lessons {name} {action.dest} has no help"


@pytest.mark.parametrize("name", targets())
def test_every_make_target_is_in_the_readme(name):
    assert f"make {name}" in README


@pytest.mark.parametrize("mentioned", sorted(set(re.findall(r"`make ([a-z-]+)", README))))
def test_every_target_in_the_readme_exists(mentioned):
    assert mentioned in targets()


@pytest.mark.parametrize("mentioned", sorted(set(re.findall(r"`lessons ([a-z]+)", README))))
def test_every_command_in_the_readme_exists(mentioned):
    assert mentioned in subcommands()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_file_the_readme_links_to_exists(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pipeline").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_everything_public_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name} does not say what it is"
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    for node in [*tree.body, *(member for of in classes for member in of.body)]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}:{node.lineno} {node.name} has no docstring"


def test_the_changelog_has_an_open_part():
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_rule_table_is_unused():
    data = ROOT / "pipeline" / "data"
    named = [*(ROOT / "pipeline").rglob("*.py"), *data.rglob("*.tsv")]  # taxonomies.tsv names the taxonomies
    texts = "\n".join(path.read_text(encoding="utf-8") for path in named)
    tables = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.tsv"))
    assert tables
    assert [name for name in tables if name not in texts] == []
