"""The context of one page run or one act: app, agent, language and time, read anew each time.

The session is checked at every run, at every act, and whenever a part of a page refreshes itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypedDict

import streamlit as st
from sqlmodel import Session

from dashboard.auth.sessions import SESSION_COOKIE, current_agent, current_auth
from dashboard.wording.formats import format_time
from dashboard.wording.texts import LANGUAGE_COOKIE, Wording, preferred_language, wording_in
from records.database import reading
from records.enums import Role
from records.models import Actor
from service.desk.agents import Agent
from service.wiring.app import App

_Arguments = ParamSpec("_Arguments")


class ActedBy(TypedDict):
    """Who acts, and when: the last arguments of every act of `service.desk`."""

    actor: Actor
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """Agent, app, language and time of one page run or one act."""

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

    def local_time(self, at: datetime, brand: str) -> str:
        """A moment as people read it, in the time zone of a brand."""
        return format_time(at, self.zone(brand), now=self.now, say=self.say)

    def reading(self) -> AbstractContextManager[Session]:
        """A database session for one of `dashboard.reads`; nothing can be written in it."""
        return reading(self.app.engine)


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


def refreshing(
    seconds: int,
) -> Callable[[Callable[Concatenate[RequestContext, _Arguments], None]], Callable[_Arguments, None]]:
    """Make a function that draws a part of a page into one that Streamlit runs again every few seconds.

    The part is given the request of each run; once the session is over, it shows the way to sign in instead.
    """

    def decorate(draw: Callable[Concatenate[RequestContext, _Arguments], None]) -> Callable[_Arguments, None]:
        @st.fragment(run_every=seconds)
        @wraps(draw)
        def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
            try:
                request = current_request()
            except SignedOutError:
                show_signed_out()
                return
            draw(request, *args, **kwargs)

        return run

    return decorate


def show_signed_out() -> None:
    """Say that the session is over, with a link to the sign-in page."""
    say = current_wording()
    st.subheader(say("session_over"))
    st.html(f'<a href="/sign-in" target="_self">{say("sign_in")}</a>')


def current_wording() -> Wording:
    """The texts in the language of the switch, else of the browser."""
    return wording_in(preferred_language(chosen_language(), st.context.locale))


def session_token() -> str | None:
    """The session cookie of this browser."""
    return st.context.cookies.get(SESSION_COOKIE)


def chosen_language() -> str | None:
    """The language that was chosen by the switch."""
    return st.context.cookies.get(LANGUAGE_COOKIE)
