"""`aparte crisis declare|lift|list`."""

from __future__ import annotations

import json as json_text
from typing import Annotated

import typer

from records.database import reading
from service.brands.crisis_switch import ongoing_crises
from service.commands.context import configured_app, signed_in_actor
from service.commands.options import AsJson, Config, Password, Who
from service.desk.crisis import declare_crisis, lift_crisis


def declare(
    brand: str,
    *,
    reason: Annotated[str, typer.Option(help="What has happened; everybody who works here reads it.")],
    who: Who,
    password: Password,
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Hold everything of a brand that is automatic or approved. One supervisor, or somebody of marketing."""
    with configured_app(config) as app:
        actor = signed_in_actor(app, who, password)
        declared = declare_crisis(app, brand, reason, actor=actor, now=app.clock.now())
    if json:
        told = {"brand": brand, "held": declared.held, "on_their_way": declared.on_their_way}
        typer.echo(json_text.dumps(told))
        return
    typer.echo(f"{brand} is in a crisis: {declared.held} held, {declared.on_their_way} already on their way")


def lift(brand: str, *, who: Who, password: Password, config: Config = None, json: AsJson = False) -> None:
    """Agree that the crisis of a brand is over. It ends with the second of two different supervisors."""
    with configured_app(config) as app:
        actor = signed_in_actor(app, who, password)
        lifted = lift_crisis(app, brand, actor=actor, now=app.clock.now())
    if json:
        typer.echo(json_text.dumps({"brand": brand, "over": lifted.over}))
    elif lifted.over:
        typer.echo(f"The crisis of {brand} is over; what was held waits for a person")
    else:
        typer.echo(f"A second supervisor must lift the crisis of {brand} too")


def list_all(*, config: Config = None, json: AsJson = False) -> None:
    """List the crises that last."""
    with configured_app(config) as app, reading(app.engine) as session:
        found = list(ongoing_crises(session).values())
    if json:
        rows = [
            {
                "brand": crisis.brand,
                "reason": crisis.reason,
                "declared_by": crisis.declared_by,
                "declared_at": crisis.declared_at.isoformat(),
                "first_lift_by": crisis.first_lift_by,
            }
            for crisis in found
        ]
        typer.echo(json_text.dumps({"crises": rows}))
        return
    for crisis in found:
        half = f", lifted by {crisis.first_lift_by} so far" if crisis.first_lift_by else ""
        typer.echo(f"{crisis.brand}\tsince {crisis.declared_at:%Y-%m-%d %H:%M} UTC\t{crisis.reason}{half}")
