"""The drawings of docs/concepts.md show every import between packages, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    *("records", "ledger", "people", "networks", "classifier", "policies", "cases"),
    *("listener", "replies", "room", "service", "dashboard", "sandbox"),
)
MERMAID = re.compile(r"```mermaid\nflowchart TD\n\s*%% (?P<title>[^\n]*)\n(?P<body>.*?)```", re.DOTALL)
ARROW = re.compile(r"^\s*(?P<sources>[\w &]+?)\s*-->\s*(?P<targets>[\w &]+?)\s*$", re.MULTILINE)

Arrow = tuple[str, str]


def test_the_packages_are_drawn_as_they_import_one_another() -> None:
    imported = {(source.split(".")[0], target.split(".")[0]) for source, target in imports()}
    between = {(source, target) for source, target in imported if source != target}
    to_records = {(package, "records") for package in PACKAGES if package not in {"records", "sandbox"}}
    assert to_records <= between, "the drawing leaves out these arrows, since everyone has them"
    compare(drawn("packages"), between - to_records)


def test_the_folders_of_the_service_are_drawn_as_they_import_one_another() -> None:
    inside = between_parts("service")
    to_wiring = {(source, target) for source, target in inside if target == "wiring"}
    compare(drawn("folders of service"), inside - to_wiring)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folders_of_a_package_import_each_other_in_a_circle(package: str) -> None:
    folders = {folder.name for folder in (ROOT / package).iterdir() if (folder / "__init__.py").exists()}
    needs: dict[str, set[str]] = {folder: set() for folder in folders}
    for source, target in between_parts(package):
        if {source, target} <= folders:
            needs[source].add(target)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def compare(drawn_arrows: set[Arrow], imported: set[Arrow]) -> None:
    missing = [f"{source} --> {target}" for source, target in sorted(imported - drawn_arrows)]
    false = [f"{source} --> {target}" for source, target in sorted(drawn_arrows - imported)]
    assert not missing, "draw these in docs/concepts.md"
    assert not false, "nothing imports so any more: take these out of docs/concepts.md"


def drawn(title: str) -> set[Arrow]:
    page = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
    (body,) = [found["body"] for found in MERMAID.finditer(page) if found["title"] == title]
    return {
        (source.strip(), target.strip())
        for row in ARROW.finditer(body)
        for source in row["sources"].split("&")
        for target in row["targets"].split("&")
    }


def between_parts(package: str) -> set[Arrow]:
    """The imports between what lies directly in a package, folders and modules alike."""
    found = set()
    for source, target in imports():
        whole, part = source.split("."), target.split(".")
        if whole[0] == part[0] == package and len(whole) > 1 and len(part) > 1 and whole[1] != part[1]:
            found.add((whole[1], part[1]))
    return found


@cache
def imports() -> frozenset[Arrow]:
    """Every import of a module of ours by another, also inside functions, by their dotted names."""
    found = set()
    files = {file.relative_to(ROOT): file for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    modules = {".".join(name.with_suffix("").parts).removesuffix(".__init__") for name in files}
    for name, file in files.items():
        source = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for target in _targets(node, modules):
                if target.split(".")[0] in PACKAGES:
                    found.add((source, target))
    return frozenset(found)


def _targets(node: ast.AST, modules: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for name in node.names:
            whole = f"{node.module}.{name.name}"
            yield whole if whole in modules else node.module
