"""Sessions: who signed in and when, signed, in a cookie that scripts cannot read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

COOKIE = "aparte_session"
LIFETIME = timedelta(hours=12)
PRACTICE_LIFETIME = timedelta(days=366)
"""A practice network's time runs faster than ours and jumps: a session there ends with the browser's cookie."""

_PARTS = 4
_LONGEST = 300


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


class SignedOut:
    """Sessions that were ended by their owner before their time; remembered by this process."""

    def __init__(self) -> None:
        self._nonces: dict[str, None] = {}
        self._lock = Lock()

    def add(self, session: Session) -> None:
        """From now on `session` is void."""
        with self._lock:
            self._nonces[session.nonce] = None
            while len(self._nonces) > _MOST_REMEMBERED:
                del self._nonces[next(iter(self._nonces))]

    def __contains__(self, session: Session) -> bool:
        return session.nonce in self._nonces


_MOST_REMEMBERED = 100_000


def open_session(agent_id: int, *, now: datetime) -> Session:
    """A new session of this agent."""
    return Session(agent_id=agent_id, opened_at=now, nonce=secrets.token_urlsafe(12))


def write_token(session: Session, key: bytes) -> str:
    """`agent.micros.nonce.mac`: the session as it travels."""
    told = f"{session.agent_id}.{_micros(session.opened_at)}.{session.nonce}"
    return f"{told}.{_mac(told, key)}"


def read_token(token: str | None, key: bytes) -> Session | None:
    """The session that a token tells of; None for one that this key did not sign."""
    if not token or len(token) > _LONGEST or not token.isascii():
        return None
    told, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac, _mac(told, key)):
        return None
    parts = told.split(".")
    if len(parts) != _PARTS - 1:
        return None
    opened_at = _EPOCH + timedelta(microseconds=int(parts[1]))
    return Session(agent_id=int(parts[0]), opened_at=opened_at, nonce=parts[2])


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _mac(told: str, key: bytes) -> str:
    digest = hmac.new(key, told.encode("ascii"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
