"""Who does what a command asks for, where that is a person's act and not the machine's."""

from __future__ import annotations

from typing import Annotated

import typer

from records.database import reading
from records.nouns import Actor
from service.agents import agent_with_password
from service.commands.failures import Failure
from service.house import House

Who = Annotated[str, typer.Option("--as", help="E-mail of the person who does it.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for where left out.")]


def actor_of(house: House, email: str, password: str) -> Actor:
    """The person who signs in so. Raises Failure for a wrong password and an unknown person alike."""
    with reading(house.engine) as session:
        agent = agent_with_password(session, email, password)
    if agent is None:
        raise Failure("E-mail or password is wrong.")
    return agent.actor
