"""What a command imports, by the names of modules in a fresh interpreter: seconds would depend on the machine."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from service.cli import COMMANDS, CommandGroup, DeferredCommand
from tests.support.command_line import RunAparte

OURS = {
    *("records", "ledger", "people", "networks", "classifier", "policies", "cases"),
    *("listener", "replies", "room", "service", "dashboard", "sandbox"),
}
COSTLY = {
    *("numpy", "scipy", "pandas", "pyarrow", "sklearn", "sqlalchemy", "sqlmodel", "requests", "httpx"),
    *("starlette", "uvicorn", "streamlit", "jinja2", "cryptography", "apscheduler", "structlog", "tweepy", "facebook"),
    *("cel_expr_python", "phonenumbers", "aiosmtpd", "alembic"),
}
"""Each takes a tenth of a second or more, or brings another that does."""

CALLED = """
import json, sys
from service.cli import app
sys.argv = ["aparte", *json.loads(sys.argv[1])]
try:
    app()
except SystemExit:
    pass
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""
IMPORTED = """
import json, sys
import service.commands.run
from classifier.judging.judge import load_judge
load_judge("balanced").warm_up()
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""


def modules_after(code: str, *arguments: str) -> frozenset[str]:
    ended = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments)], capture_output=True, text=True, check=True
    )
    return frozenset(json.loads(ended.stderr.splitlines()[-1]))


def ours(modules: frozenset[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in OURS}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["policy", "--help"]])
def test_help_imports_no_command(arguments: list[str]) -> None:
    found = modules_after(CALLED, *arguments)
    assert ours(found) == {"service", "service.cli", "service.commands", "service.commands.failures"}
    assert not found & COSTLY


def test_a_line_is_classified_by_the_classifier_alone(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "mi pedido no llega"}\n', encoding="utf-8")
    found = modules_after(CALLED, "classify", str(file))
    packages = {name.partition(".")[0] for name in ours(found)}
    assert packages == {"service", "classifier", "records"}
    assert {name for name in ours(found) if name.startswith("service")} == {
        *("service", "service.cli", "service.commands"),
        *("service.commands.classifier", "service.commands.failures", "service.commands.options"),
    }
    # Learning is another command's: scikit-learn brings pandas and scipy.stats.
    assert not found & {*("sklearn", "pandas", "pyarrow", "scipy.stats", "sqlalchemy", "requests", "structlog", "rich")}


def test_what_runs_the_steps_needs_no_page_no_demo_and_no_learning() -> None:
    found = modules_after(IMPORTED)
    assert not found & {"streamlit", "uvicorn", "sklearn", "pandas", "pyarrow", "scipy.stats", "aiosmtpd", "httpx"}
    assert not {
        name
        for name in ours(found)
        if name.startswith(("dashboard", "sandbox", "service.demo", "service.simulation", "room.web"))
    }


def commands(table: Mapping[str, object] = COMMANDS, *before: str) -> Iterator[tuple[str, DeferredCommand]]:
    for name, each in table.items():
        if isinstance(each, DeferredCommand):
            yield " ".join((*before, name)), each
        elif isinstance(each, CommandGroup):
            yield from commands(each.commands, *before, name)


def own_summary(command: DeferredCommand) -> str:
    module, _, function = command.target.partition(":")
    summary, _, _ = (inspect.getdoc(getattr(importlib.import_module(module), function)) or "").partition("\n\n")
    return " ".join(summary.split())


def test_the_table_says_of_each_command_what_its_own_help_says() -> None:
    found = dict(commands())
    assert len(found) > 25
    assert {name: each.help for name, each in found.items()} == {
        name: own_summary(each) for name, each in found.items()
    }


def test_the_version_is_that_of_the_package(aparte: RunAparte) -> None:
    assert aparte("--version").out == f"aparte {version('aparte')}\n"
