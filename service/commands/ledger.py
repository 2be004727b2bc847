"""`aparte ledger verify|checkpoint|export`: the log, for auditors."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from ledger.stored import stored_entries
from ledger.verification import Verification, verify
from people.master_key import MasterKeyError, parse_master_key
from records.database import existing_engine, reading
from service.commands.failures import Failure, reported
from service.commands.options import AsJson, Config, house_of, settings_of
from service.keys import verification_key
from service.settings import MASTER_KEY, Settings
from service.steps.checkpoint import checkpoint

Out = Annotated[Path | None, typer.Option(help="Left out: stdout.")]

app = typer.Typer(help="The log of what was decided and said.", no_args_is_help=True)


@app.command("verify")
def verify_log(*, config: Config = None, json: AsJson = False) -> None:
    """Rebuild the tree from every stored entry and compare it with all that was written about it."""
    settings = settings_of(config)
    errors = Console(stderr=True)
    with reported(), Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task("entries", total=None)
        found = _verify(settings, lambda count: progress.update(task, completed=count))
    if json:
        problems = [{"entry": problem.index, "message": problem.message} for problem in found.problems]
        typer.echo(json_text.dumps({"size": found.size, "root": found.root, "problems": problems}))
    elif found.sound:
        typer.echo(f"The log is sound: {found.size} entries, root {found.root}")
    if not found.sound:
        named = "\n".join(f"  entry {problem.index}: {problem.message}" for problem in found.problems)
        raise Failure(f"The log does not verify ({len(found.problems)} problems):\n{named}")


@app.command("checkpoint")
def sign_checkpoint(*, config: Config = None) -> None:
    """Sign the head of the log as it stands."""
    with house_of(config) as house:
        signed = checkpoint(house, now=house.clock.now())
    typer.echo("signed" if signed else "nothing new to sign")


@app.command("export")
def export(*, config: Config = None, out: Out = None) -> None:
    """Write every entry as it was hashed, one JSON object a line; sealed fields stay sealed."""
    settings = settings_of(config)
    with reported():
        engine = existing_engine(settings.database)
        with reading(engine) as session:
            lines = (entry.body + b"\n" for entry in stored_entries(session))
            if out is None:
                sys.stdout.buffer.writelines(lines)
                return
            with out.open("wb") as file:
                file.writelines(lines)


def _verify(settings: Settings, on_progress: Callable[[int], None]) -> Verification:
    try:
        master_key = parse_master_key(settings.secret(MASTER_KEY))
    except MasterKeyError as error:
        raise Failure(str(error)) from error
    with reading(existing_engine(settings.database)) as session:
        return verify(session, signing_keys=[verification_key(master_key)], on_progress=on_progress)
