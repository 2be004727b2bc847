"""Crises that are active, with the names of those who declared or began to lift them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.brands.crisis_switch import Crisis, ongoing_crises
from service.desk.agents import agent_names


@dataclass(frozen=True, kw_only=True)
class ActiveCrisis:
    """One crisis as the pages show it."""

    brand: str
    reason: str
    declared_by: str
    declared_at: datetime
    first_lift_by: str
    """Name of the first of two supervisors who lift it; empty where nobody has begun."""
    first_lift_tag: str
    """Their actor, such as `agent:3`."""


def active_crises(session: Session) -> Mapping[str, ActiveCrisis]:
    """By brand: the crises that last. One query while there is none."""
    found = ongoing_crises(session)
    if not found:
        return {}
    tags = {tag for crisis in found.values() for tag in (crisis.declared_by, crisis.first_lift_by or "")}
    names = agent_names(session, tags)
    return {brand: _shown(crisis, names) for brand, crisis in found.items()}


def _shown(crisis: Crisis, names: Mapping[str, str]) -> ActiveCrisis:
    return ActiveCrisis(
        brand=crisis.brand,
        reason=crisis.reason,
        declared_by=names.get(crisis.declared_by, crisis.declared_by),
        declared_at=crisis.declared_at,
        first_lift_by=names.get(crisis.first_lift_by or "", crisis.first_lift_by or ""),
        first_lift_tag=crisis.first_lift_by or "",
    )
