"""`aparte policy check`."""

from __future__ import annotations

import json as json_text
from collections.abc import Sequence
from pathlib import Path

import typer

from policies.checking import report
from policies.rulebook.problems import RulebookProblem
from service.commands.failures import BAD_USAGE, FAILED, Failure
from service.commands.options import AsJson


def check_rulebook(file: Path, *, json: AsJson = False) -> None:
    """Name every problem of a rulebook, with its line and rule, and run its examples."""
    try:
        source = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"The rulebook {file} cannot be read ({error}).", exit_code=BAD_USAGE) from error
    found = report(source, name=file.name)
    if json:
        told = {"file": str(file), "problems": _rows(found.problems), "warnings": _rows(found.warnings)}
        typer.echo(json_text.dumps(told, ensure_ascii=False))
    if found.problems:
        count = _counted(found.problems, "problem")
        raise Failure(f"{file} cannot be used yet ({count}):\n{_listed(found.problems)}", exit_code=FAILED)
    if not json:
        warned = f", with {_counted(found.warnings, 'warning')}:\n{_listed(found.warnings)}" if found.warnings else ""
        typer.echo(f"{file} may be used{warned}")


def _rows(problems: Sequence[RulebookProblem]) -> list[dict[str, str | int | None]]:
    return [{"line": each.line, "rule": each.rule, "message": each.message, "hint": each.hint} for each in problems]


def _counted(problems: Sequence[RulebookProblem], what: str) -> str:
    return f"{len(problems)} {what}" + ("" if len(problems) == 1 else "s")


def _listed(problems: Sequence[RulebookProblem]) -> str:
    return "\n".join(f"  {problem}" for problem in problems)
