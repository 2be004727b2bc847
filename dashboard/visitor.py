"""Who a session belongs to, asked of the database each time: a revoked or expired one opens nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.registry import FrontDesk
from dashboard.sessions import LIFETIME, PRACTICE_LIFETIME, Session, read_token
from records.database import reading
from service.agents import Agent, agent_by_id
from service.house import House


def present_session(front_desk: FrontDesk, token: str | None) -> Session | None:
    """The session of a token that we signed and that was not signed out; its age is not looked at."""
    session = read_token(token, front_desk.session_key)
    return None if session is None or session in front_desk.signed_out else session


def signed_in_agent(front_desk: FrontDesk, token: str | None, *, now: datetime) -> Agent | None:
    """The agent whose session this is; None where it is over, was revoked, or the agent may no longer sign in."""
    session = present_session(front_desk, token)
    if session is None or session.expired(now=now, lifetime=lifetime_of(front_desk.house)):
        return None
    with reading(front_desk.house.engine) as database:
        agent = agent_by_id(database, session.agent_id)
    return agent if agent is not None and session.opened_at >= agent.sign_ins_from else None


def lifetime_of(house: House) -> timedelta:
    """How long a session lasts, in the house's own time."""
    return PRACTICE_LIFETIME if house.settings.document.service.clock else LIFETIME
