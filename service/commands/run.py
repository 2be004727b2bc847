"""`aparte run` and `aparte once`: the steps, for ever or until nothing is due."""

from __future__ import annotations

import json as json_text

import typer

from records.database import reading
from service.commands.context import configured_app
from service.commands.failures import Failure
from service.commands.options import AsJson, Config
from service.operations.account_health import failing_accounts
from service.operations.process import stop_on_signals
from service.operations.schedule import StepScheduler, run_once


def run(*, config: Config = None) -> None:
    """Run every step as it falls due, until stopped."""
    stop = stop_on_signals()
    with configured_app(config) as app:
        running = StepScheduler(app)
        running.start()
        try:
            stop.wait()
        finally:
            running.stop()


def once(*, config: Config = None, json: AsJson = False) -> None:
    """Run every due step until nothing is due; for cron."""
    with configured_app(config) as app:
        done = run_once(app)
        with reading(app.engine) as session:
            ailing = failing_accounts(session, app)
    if json:
        typer.echo(json_text.dumps({"done": dict(done), "accounts_ailing": ailing}))
    else:
        typer.echo(", ".join(f"{name} {amount}" for name, amount in done.items() if amount) or "nothing was due")
    if ailing:
        raise Failure(f"These accounts could not be read: {', '.join(ailing)}; see `aparte doctor`.")
