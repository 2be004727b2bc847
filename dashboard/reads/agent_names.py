"""Names of agents by the actor tags that are stored."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.service import AgentRow


def agent_names(session: Session, tags: Collection[str]) -> dict[str, str]:
    """By actor, such as `agent:3`: the name of each agent among them."""
    numbers = {
        int(number)
        for kind, _, number in (tag.partition(":") for tag in tags)
        if kind == "agent" and number.isascii() and number.isdigit()
    }
    if not numbers:
        return {}
    rows = session.execute(select(col(AgentRow.id), col(AgentRow.name)).where(col(AgentRow.id).in_(sorted(numbers))))
    return {f"agent:{number}": name for number, name in rows}
