"""The context of one page run or one act: app, agent, language and time, read anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import streamlit as st

from dashboard.auth.sessions import SESSION_COOKIE, current_agent, current_auth
from dashboard.wording.texts import LANGUAGE_COOKIE, Wording, preferred_language, wording_in
from records.enums import Role
from records.models import Actor
from service.desk.agents import Agent
from service.wiring.app import App

ANSWERING_ROLES = frozenset({Role.AGENT, Role.MARKETING, Role.SUPERVISOR})
AUDITING_ROLES = frozenset({Role.COMPLIANCE, Role.SUPERVISOR})


class ActedBy(TypedDict):
    """Who acts, and when: the last arguments of every act of `service.desk`."""

    actor: Actor
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """What every page is given."""

    app: App
    agent: Agent
    say: Wording
    now: datetime

    @property
    def by(self) -> ActedBy:
        """The agent and the present time, as `desk_act(request.app, ..., **request.by)` takes them."""
        return {"actor": self.agent.actor, "now": self.now}

    def may(self, roles: frozenset[Role]) -> bool:
        """True where the agent has one of these roles."""
        return bool(self.agent.roles & roles)

    def zone(self, brand: str) -> str:
        """The time zone of a brand; UTC for one that is no longer in the settings."""
        known = self.app.settings.brands.get(brand)
        return known.timezone if known is not None else "UTC"


class SignedOutError(Exception):
    """There is no valid session (any more)."""


def current_request() -> RequestContext:
    """The present request. Raises SignedOutError where the session is over or was revoked."""
    auth = current_auth()
    now = auth.app.clock.now()
    agent = current_agent(auth, session_token(), now=now)
    if agent is None:
        raise SignedOutError
    return RequestContext(app=auth.app, agent=agent, say=current_wording(), now=now)


def current_wording() -> Wording:
    """The texts in the language of the switch, else of the browser."""
    return wording_in(preferred_language(chosen_language(), st.context.locale))


def session_token() -> str | None:
    """The session cookie of this browser."""
    return st.context.cookies.get(SESSION_COOKIE)


def chosen_language() -> str | None:
    """The language that was chosen by the switch."""
    return st.context.cookies.get(LANGUAGE_COOKIE)
