"""Sessions: signed tokens, what this process remembers of them, and the agent to whom one belongs.

The agent is read from the database each time, so that a revoked or expired session opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from dashboard.auth.throttling import SignInThrottle
from records.database import reading
from service.desk.agents import Agent, agent_by_id
from service.wiring.app import App
from service.wiring.keys import session_key

SESSION_COOKIE = "aparte_session"
LIFETIME = timedelta(hours=12)
PRACTICE_LIFETIME = timedelta(days=366)
"""A practice network's time runs faster than ours and jumps: a session there ends with the browser's cookie."""

_MAX_REMEMBERED = 100_000
_MAX_TOKEN = 300
_SIGNED_PARTS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One sign-in."""

    agent_id: int
    opened_at: datetime
    nonce: str
    """Random: tells two sessions opened at the same moment apart."""

    def expired(self, *, now: datetime, lifetime: timedelta) -> bool:
        """True once `lifetime` has passed since it was opened."""
        return now >= self.opened_at + lifetime


class RevokedSessions:
    """Sessions that were ended by their owner before their time; remembered by this process."""

    def __init__(self) -> None:
        self._nonces: dict[str, None] = {}
        self._lock = Lock()

    def add(self, session: Session) -> None:
        """Make `session` void from now on."""
        with self._lock:
            self._nonces[session.nonce] = None
            while len(self._nonces) > _MAX_REMEMBERED:
                del self._nonces[next(iter(self._nonces))]

    def __contains__(self, session: Session) -> bool:
        return session.nonce in self._nonces


class NoAppError(RuntimeError):
    """A page ran before the dashboard application was made."""


@dataclass(frozen=True, kw_only=True)
class AuthState:
    """The app, and what this process remembers of sign-ins."""

    app: App
    session_key: bytes
    revoked: RevokedSessions
    throttle: SignInThrottle


_registered: list[AuthState] = []


def new_session(agent_id: int, *, now: datetime) -> Session:
    """A new session of this agent."""
    return Session(agent_id=agent_id, opened_at=now, nonce=secrets.token_urlsafe(12))


def write_token(session: Session, key: bytes) -> str:
    """`agent.micros.nonce.mac`: the session as the cookie holds it."""
    signed = f"{session.agent_id}.{_micros(session.opened_at)}.{session.nonce}"
    return f"{signed}.{_mac(signed, key)}"


def read_token(token: str | None, key: bytes) -> Session | None:
    """The session in a token; None for one that this key did not sign."""
    if not token or len(token) > _MAX_TOKEN or not token.isascii():
        return None
    signed, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac, _mac(signed, key)):
        return None
    parts = signed.split(".")
    if len(parts) != _SIGNED_PARTS:
        return None
    opened_at = _EPOCH + timedelta(microseconds=int(parts[1]))
    return Session(agent_id=int(parts[0]), opened_at=opened_at, nonce=parts[2])


def register_app(app: App) -> AuthState:
    """Make `app` the one whose pages this process serves, in the place of any app before."""
    auth = AuthState(
        app=app, session_key=session_key(app.master_key), revoked=RevokedSessions(), throttle=SignInThrottle()
    )
    _registered[:] = [auth]
    return auth


def current_auth() -> AuthState:
    """What was registered. Raises NoAppError before that."""
    if not _registered:
        raise NoAppError("No app is registered: start the dashboard with `aparte dashboard`.")
    return _registered[0]


def session_of_token(auth: AuthState, token: str | None) -> Session | None:
    """The session of a token that we signed and that was not signed out; its age is not looked at."""
    session = read_token(token, auth.session_key)
    return None if session is None or session in auth.revoked else session


def current_agent(auth: AuthState, token: str | None, *, now: datetime) -> Agent | None:
    """The agent whose session this is; None where it is over, was revoked, or the agent may no longer sign in."""
    session = session_of_token(auth, token)
    if session is None or session.expired(now=now, lifetime=session_lifetime(auth.app)):
        return None
    with reading(auth.app.engine) as database:
        agent = agent_by_id(database, session.agent_id)
    return agent if agent is not None and session.opened_at >= agent.sign_ins_from else None


def session_lifetime(app: App) -> timedelta:
    """How long a session lasts, in the app's own time."""
    return PRACTICE_LIFETIME if app.settings.document.service.clock else LIFETIME


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _mac(signed: str, key: bytes) -> str:
    digest = hmac.new(key, signed.encode("ascii"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
