"""`aparte agent add|list`."""

from __future__ import annotations

import json as json_text
from typing import Annotated

import typer

from records.database import reading, writing
from records.enums import Role
from service.commands.context import configured_app
from service.commands.options import AsJson, Config
from service.desk.agents import add_agent, list_agents


def add(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="As colleagues know them.")] = "",
    role: Annotated[list[Role] | None, typer.Option(help="May be repeated; left out: agent.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="May be repeated; left out: es and en.")] = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for where left out.")
    ],
    config: Config = None,
) -> None:
    """Add a person who may sign in, or give one a new password and roles."""
    with configured_app(config) as app, writing(app.engine) as session:
        agent = add_agent(
            session,
            email=email,
            name=name or email.partition("@")[0],
            password=password,
            roles=frozenset(role or [Role.AGENT]),
            languages=tuple(language or ("es", "en")),
            now=app.clock.now(),
        )
    typer.echo(f"{agent.email} may sign in as {', '.join(sorted(agent.roles))}")


def list_all(*, config: Config = None, json: AsJson = False) -> None:
    """List who may sign in."""
    with configured_app(config) as app, reading(app.engine) as session:
        agents = list_agents(session)
    if json:
        rows = [{"email": agent.email, "name": agent.name, "roles": sorted(agent.roles)} for agent in agents]
        typer.echo(json_text.dumps({"agents": rows}))
        return
    for agent in agents:
        typer.echo(f"{agent.email}\t{agent.name}\t{', '.join(sorted(agent.roles))}")
