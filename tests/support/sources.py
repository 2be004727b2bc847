"""The product's own source files, parsed: for tests that hold the code itself to a rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("records", "ledger", "people", "networks", "classifier", "policies", "cases"),
    *("listener", "replies", "room", "service", "dashboard", "sandbox"),
)


def product_sources() -> Iterator[tuple[Path, ast.Module]]:
    """Each file with its syntax tree."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file, ast.parse(file.read_text(encoding="utf-8"))
