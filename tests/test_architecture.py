"""The architecture is linted: who may import whom, and who may read the clock and the environment."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import ROOT, product_sources


def test_imports_follow_the_contracts() -> None:
    ended = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-3000:]


def test_only_the_clock_reads_the_system_clock() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file, tree in product_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and ast.unparse(node.func.value) in {"datetime", "date", "datetime.datetime", "datetime.date"}
    }
    allowed = {"service/wiring/clock.py"}
    assert {reader for reader in readers if not reader.startswith("sandbox/")} == allowed


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file, tree in product_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    assert readers == {"service/wiring/settings.py"}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_nothing_private_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    forbidden = (".db", ".sqlite", ".env", ".pem", ".key")
    assert not [name for name in listed.splitlines() if name.endswith(forbidden)]
