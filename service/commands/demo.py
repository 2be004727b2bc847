"""`aparte demo`: the whole service at work on a practice network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.commands.failures import Failure, reported
from service.commands.options import AsJson, Posts
from service.demo.run import run_demo, run_demo_once
from service.operations.process import leave_on_sigterm, set_up_logs, stop_on_signals


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="One whole pass, then a summary.")] = False,
    posts: Posts = None,
    home: Annotated[Path, typer.Option(help="The folder for all that it makes.")] = Path(".aparte"),
    classifier: Annotated[str, typer.Option(help="fast, balanced or accurate.")] = "balanced",
    json: AsJson = False,
) -> None:
    """Show the whole service at work on a practice network."""
    set_up_logs("text", verbose=False)
    errors = Console(stderr=True)
    with reported():
        if not once:
            run_demo(home, posts=posts, classifier=classifier, stop=stop_on_signals(), say=typer.echo)
            return
        leave_on_sigterm()
        afterwards: list[str] = []
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
            summary = run_demo_once(home, posts=posts, classifier=classifier, progress=progress, say=afterwards.append)
    typer.echo(summary.as_json() if json else "\n".join([summary.as_text(), *afterwards]))
    if not summary.log_verified:
        raise Failure("The log does not verify: run `aparte ledger verify` to see which entry.")
