"""`aparte policy simulate` and `aparte policy diff`: what rulebooks would do, without doing it."""

from __future__ import annotations

import json as json_text
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from service.commands.context import configured_app
from service.commands.failures import BAD_USAGE, Failure, reported
from service.commands.options import AsJson, Config
from service.operations.process import set_up_logs
from service.simulation.counts import SimulationCounts
from service.simulation.replay import replay
from service.simulation.report import counts_as_json, counts_as_text, differences_as_json, differences_as_text
from service.simulation.simulate import SimulationBasis, SimulationScope, compare, simulate
from service.wiring.app import App

OneBrand = Annotated[str | None, typer.Option("--brand", help="Only of this brand; left out: of all.")]
Days = Annotated[int | None, typer.Option(min=1, help="Only decisions of the last days; left out: all.")]
PersonMinutes = Annotated[
    float | None,
    typer.Option(min=0.1, help="How long a post waits that a person answers; left out: as measured, else 60."),
]


def simulate_rulebook(  # noqa: PLR0913 - one parameter an option
    rulebook: Annotated[str, typer.Argument(help="A file, a stored version, or `live`.")],
    *,
    posts: Annotated[Path | None, typer.Option(help="A JSONL or CSV file; left out: the stored posts.")] = None,
    handle: Annotated[
        list[str] | None, typer.Option(help="With --posts: a handle of the brand. May be repeated.")
    ] = None,
    brand: OneBrand = None,
    days: Days = None,
    person_minutes: PersonMinutes = None,
    classifier: Annotated[str, typer.Option(help="With --posts: fast, balanced or accurate.")] = "balanced",
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Count what a rulebook would do with stored posts, or with those of a file; nothing is written or sent."""
    choice = SimulationScope(brand=brand, days=days, person_minutes=person_minutes)
    if posts is None:
        with configured_app(config) as app:
            counted, rehearsed = _simulated(app, rulebook, choice)
    else:
        counted, rehearsed = _replayed(posts, Path(rulebook), choice, handles=handle or [], classifier=classifier)
    if json:
        typer.echo(json_text.dumps(counts_as_json(counted, rehearsed), ensure_ascii=False))
    else:
        typer.echo(counts_as_text(counted, rehearsed))


def diff_rulebooks(
    before: Annotated[str, typer.Argument(help="A file, a stored version, or `live`.")],
    after: Annotated[str, typer.Argument(help="The same.")],
    *,
    brand: OneBrand = None,
    days: Days = None,
    person_minutes: PersonMinutes = None,
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Show which stored decisions would change from one rulebook to another, and how."""
    choice = SimulationScope(brand=brand, days=days, person_minutes=person_minutes)
    with configured_app(config) as app, reported(), _progress() as on_part:
        found, rehearsed = compare(app, before, after, choice, now=app.clock.now(), on_part=on_part)
    if json:
        typer.echo(json_text.dumps(differences_as_json(found, rehearsed), ensure_ascii=False))
    else:
        typer.echo(differences_as_text(found, rehearsed))


def _simulated(app: App, rulebook: str, choice: SimulationScope) -> tuple[SimulationCounts, SimulationBasis]:
    with reported(), _progress() as on_part:
        return simulate(app, rulebook, choice, now=app.clock.now(), on_part=on_part)


def _replayed(
    posts: Path, rulebook: Path, choice: SimulationScope, *, handles: list[str], classifier: str
) -> tuple[SimulationCounts, SimulationBasis]:
    if not rulebook.is_file():
        raise Failure(f"With --posts the rulebook is a file, and there is no {rulebook}.", exit_code=BAD_USAGE)
    set_up_logs("text", verbose=False)
    found: list[tuple[SimulationCounts, SimulationBasis]] = []
    errors = Console(stderr=True)
    with (
        reported(),
        tempfile.TemporaryDirectory(prefix="aparte-") as folder,
        Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress,
    ):
        task = progress.add_task("rows", total=None)
        replay(
            posts,
            home=Path(folder),
            rulebook=rulebook,
            classifier=classifier,
            brand_handles=handles,
            on_rows=lambda count: progress.advance(task, count),
            look=lambda app: found.append(_simulated(app, str(rulebook), choice)),
        )
    return found[0]


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    errors = Console(stderr=True)
    with Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task("posts", total=1.0)
        yield lambda share: progress.update(task, completed=share)
