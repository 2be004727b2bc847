"""`aparte crisis declare|lift|list`."""

from __future__ import annotations

import json as json_text
from typing import Annotated

import typer

from records.database import reading
from service.commands.failures import Failure
from service.commands.options import AsJson, Config, house_of
from service.commands.signing import Password, Who, actor_of
from service.crises import lasting
from service.desk_acting import DeskRefusalError
from service.desk_crisis import declare_crisis, lift_crisis

app = typer.Typer(help="The crisis switch: it holds all that would leave for a brand.", no_args_is_help=True)


@app.command("declare")
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
    with house_of(config) as house:
        actor = actor_of(house, who, password)
        try:
            declared = declare_crisis(house, brand, reason, actor=actor, now=house.clock.now())
        except DeskRefusalError as refusal:
            raise Failure(str(refusal)) from refusal
    if json:
        told = {"brand": brand, "held": declared.held, "on_their_way": declared.on_their_way}
        typer.echo(json_text.dumps(told))
        return
    typer.echo(f"{brand} is in a crisis: {declared.held} held, {declared.on_their_way} already on their way")


@app.command("lift")
def lift(brand: str, *, who: Who, password: Password, config: Config = None, json: AsJson = False) -> None:
    """Agree that the crisis of a brand is over. It ends with the second of two different supervisors."""
    with house_of(config) as house:
        actor = actor_of(house, who, password)
        try:
            lifted = lift_crisis(house, brand, actor=actor, now=house.clock.now())
        except DeskRefusalError as refusal:
            raise Failure(str(refusal)) from refusal
    if json:
        typer.echo(json_text.dumps({"brand": brand, "over": lifted.over}))
    elif lifted.over:
        typer.echo(f"The crisis of {brand} is over; what was held waits for a person")
    else:
        typer.echo(f"A second supervisor must lift the crisis of {brand} too")


@app.command("list")
def list_all(*, config: Config = None, json: AsJson = False) -> None:
    """List the crises that last."""
    with house_of(config) as house, reading(house.engine) as session:
        found = list(lasting(session).values())
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
