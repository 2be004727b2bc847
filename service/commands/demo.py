"""`aparte demo` and `aparte sandbox`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sandbox.options import SandboxOptions
from sandbox.server import serve
from service.commands.failures import Failure, reported
from service.commands.options import AsJson, leave_on_sigterm, stop_on_signals
from service.demo.run import run_demo, run_demo_once
from service.operations.child_processes import listening_line
from service.operations.process import set_up_logs

Posts = Annotated[Path | None, typer.Option(help="A JSONL or CSV file of posts, in place of the shipped cast.")]


def add_to(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("demo")(demo)
    app.command("sandbox")(sandbox)


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


def sandbox(
    *,
    posts: Posts = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8500,
    faults: Annotated[int | None, typer.Option(help="Seed of a schedule of faults.")] = None,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="No rate limits, for benchmarks.")] = False,
    truth: Annotated[Path | None, typer.Option(help="Where to write what really happened.")] = None,
    stepped: Annotated[bool, typer.Option("--stepped", help="Time moves only when told to, at /_clock.")] = False,
    ends_at: Annotated[datetime | None, typer.Option(help="When the last post falls; left out: now.")] = None,
    play_minutes: Annotated[float, typer.Option(min=0.1, help="In which all posts appear, where time runs.")] = 6,
) -> None:
    """Serve a practice network that speaks X's and Meta's APIs and remembers the truth."""
    options = SandboxOptions(
        posts=posts,
        port=port,
        faults=faults,
        limits=not no_limits,
        truth_file=truth,
        stepped=stepped,
        ends_at=ends_at.astimezone() if ends_at else None,
        play_minutes=play_minutes,
    )
    with reported():
        serve(options, on_ready=lambda address: typer.echo(listening_line("practice network", address)))
