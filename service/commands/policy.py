"""`aparte policy check`."""

from __future__ import annotations

import json as json_text
from pathlib import Path

import typer

from policies.checking import check
from service.commands.failures import BAD_USAGE, FAILED, Failure
from service.commands.options import AsJson

app = typer.Typer(help="Rulebooks.", no_args_is_help=True)


@app.callback()
def policies() -> None:
    """Keep the commands of this family under one name, also while there is one."""


@app.command("check")
def check_rulebook(file: Path, *, json: AsJson = False) -> None:
    """Name every problem of a rulebook, with its line and rule."""
    try:
        source = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"The rulebook {file} cannot be read ({error}).", exit_code=BAD_USAGE) from error
    problems = check(source, name=file.name)
    if json:
        rows = [{"line": each.line, "rule": each.rule, "message": each.message, "hint": each.hint} for each in problems]
        typer.echo(json_text.dumps({"file": str(file), "problems": rows}, ensure_ascii=False))
    if problems:
        named = "\n".join(f"  {problem}" for problem in problems)
        raise Failure(f"{file} cannot be used yet ({len(problems)} problems):\n{named}", exit_code=FAILED)
    if not json:
        typer.echo(f"{file} may be used")
