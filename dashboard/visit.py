"""One visit of an agent: who it is, in which house, language and moment. Asked anew at every run and every act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from dashboard.registry import front_desk
from dashboard.sessions import COOKIE
from dashboard.visitor import signed_in_agent
from dashboard.wording import COOKIE as LANGUAGE_COOKIE
from dashboard.wording import Wording, preferred, wording_in
from records.words import Role
from service.agents import Agent
from service.house import House

SPEAKING = frozenset({Role.AGENT, Role.MARKETING, Role.SUPERVISOR})
AUDITING = frozenset({Role.COMPLIANCE, Role.SUPERVISOR})


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What every page is given."""

    house: House
    agent: Agent
    say: Wording
    now: datetime

    def may(self, roles: frozenset[Role]) -> bool:
        """True where the agent has one of these roles."""
        return bool(self.agent.roles & roles)

    def zone(self, brand: str) -> str:
        """The time zone of a brand; UTC for one that is no longer in the settings."""
        known = self.house.settings.brands.get(brand)
        return known.timezone if known is not None else "UTC"


class SignedOutError(Exception):
    """There is no valid session (any more)."""


def begin_visit() -> Visit:
    """The present visit. Raises SignedOutError where the session is over or was revoked."""
    desk = front_desk()
    now = desk.house.clock.now()
    agent = signed_in_agent(desk, session_token(), now=now)
    if agent is None:
        raise SignedOutError
    return Visit(house=desk.house, agent=agent, say=present_wording(), now=now)


def present_wording() -> Wording:
    """The texts in the language of the switch, else of the browser."""
    return wording_in(preferred(chosen_language(), st.context.locale))


def session_token() -> str | None:
    """The session cookie of this browser."""
    return st.context.cookies.get(COOKIE)


def chosen_language() -> str | None:
    """The language that was chosen by the switch."""
    return st.context.cookies.get(LANGUAGE_COOKIE)
