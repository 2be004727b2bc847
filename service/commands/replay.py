"""`aparte replay`: a file of real posts through the whole pipeline, in shadow mode."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from service.commands.failures import reported
from service.commands.options import AsJson
from service.operations.process import set_up_logs
from service.simulation.replay import replay


def replay_file(
    file: Path,
    *,
    home: Annotated[Path, typer.Option(help="The folder for its databases.")] = Path(".aparte-replay"),
    rulebook: Annotated[Path | None, typer.Option(help="Left out: the rulebook that is shipped.")] = None,
    brand: Annotated[
        list[str] | None, typer.Option(help="A handle of the brand; posts naming it may be answered. May be repeated.")
    ] = None,
    classifier: Annotated[str, typer.Option(help="fast, balanced or accurate.")] = "balanced",
    json: AsJson = False,
) -> None:
    """Judge and decide a file of real posts (JSONL or CSV) in shadow mode; nothing is sent."""
    set_up_logs("text", verbose=False)
    errors = Console(stderr=True)
    with reported(), Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task("rows", total=None)
        result = replay(
            file,
            home=home,
            rulebook=rulebook,
            brand_handles=brand or (),
            classifier=classifier,
            on_rows=lambda count: progress.advance(task, count),
        )
    if json:
        typer.echo(json_text.dumps(asdict(result), ensure_ascii=False))
        return
    typer.echo(f"rows {result.rows}, heard {result.heard}, skipped {len(result.skipped)}")
    for line, why in list(result.skipped.items())[:20]:
        typer.echo(f"  line {line}: {why}")
    for title, counts in (("action", result.decided), ("rule", result.rules)):
        typer.echo("\n".join(f"{title}  {name:<28} {count}" for name, count in counts.items()))
