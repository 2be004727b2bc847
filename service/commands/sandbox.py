"""`aparte sandbox`: a practice network that speaks X's and Meta's APIs over HTTP."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sandbox.options import SandboxOptions
from sandbox.server import serve
from service.commands.failures import reported
from service.commands.options import Posts
from service.operations.child_processes import listening_line


def sandbox(  # noqa: PLR0913 - one parameter an option
    *,
    posts: Posts = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8500,
    faults: Annotated[int | None, typer.Option(help="Seed of a schedule of faults.")] = None,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="No rate limits, for benchmarks.")] = False,
    truth: Annotated[Path | None, typer.Option(help="Where to write what really happened.")] = None,
    stepped: Annotated[bool, typer.Option("--stepped", help="Time moves only when told to, at /_clock.")] = False,
    waits: Annotated[bool, typer.Option("--waits", help="Time runs only once it is told to, at /_clock.")] = False,
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
        waits=waits,
        ends_at=ends_at.astimezone() if ends_at else None,
        play_minutes=play_minutes,
    )
    with reported():
        serve(options, on_ready=lambda address: typer.echo(listening_line("practice network", address)))
