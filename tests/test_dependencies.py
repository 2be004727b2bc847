"""Every declared dependency is imported by product code, and what product code imports is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from tests.support.sources import PACKAGES, ROOT, product_sources

LOADED_BY_OTHERS = {"psycopg": "SQLAlchemy loads it by the address of the database"}
"""Declared, and named by no import of ours."""

PARTS_OF_OTHERS = {"pydantic-core": "pydantic raises its errors"}
"""Imported, and never had without what we declare."""


def test_every_declared_dependency_is_imported() -> None:
    assert _declared() - _imported() == set(LOADED_BY_OTHERS)


def test_every_imported_package_is_declared() -> None:
    assert _imported() - _declared() == set(PARTS_OF_OTHERS)


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {_normal(re.split(r"[\[<>=!~ ;]", each)[0]) for each in project["dependencies"]}


def _imported() -> set[str]:
    """Distributions that product code imports, at any depth."""
    provided = packages_distributions()
    return {
        _normal(distribution)
        for _, tree in product_sources()
        for module in _modules(tree)
        if module not in sys.stdlib_module_names and module not in PACKAGES
        for distribution in provided[module][:1]
    }


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
