"""Agents: the people who work here, and their local sign-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from records.enums import Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.service import AgentRow

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
"""OWASP Password Storage Cheat Sheet: scrypt with N=2^14, r=8 and a salt of its own each."""
_NOBODY = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "="
MIN_PASSWORD_LENGTH = 10
OPERATOR = Actor(tag="operator")
"""Whoever works at the machine itself, with the settings and the master key."""


class AgentRefusedError(RefusalError):
    """An agent cannot be added so; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A person who works here, as sessions and human acts know them."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    languages: tuple[str, ...]
    sign_ins_from: datetime

    @property
    def actor(self) -> Actor:
        return Actor(tag=f"agent:{self.id}", roles=self.roles)


def add_agent(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    roles: frozenset[Role],
    languages: tuple[str, ...],
    actor: Actor = OPERATOR,
    now: datetime,
) -> Agent:
    """Add a person, or give an existing one a new password and roles; their open sessions end. It is logged.

    Raises AgentRefusedError for a weak password, no role, or an address without an @.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise AgentRefusedError(
            f"The password is too short: use at least {MIN_PASSWORD_LENGTH} characters.",
            code="password-too-short",
            least=MIN_PASSWORD_LENGTH,
        )
    if "@" not in email:
        raise AgentRefusedError(
            f'"{email}" is no e-mail address: write one such as ana@brand.example.', code="address-unusable"
        )
    if not roles:
        raise AgentRefusedError(f"An agent needs a role: {', '.join(Role)}.", code="role-missing")
    known = _find(session, email)
    row = known or AgentRow(
        email=email.casefold(), name=name, password_hash="", roles=[], languages=[], added_at=now, sign_ins_from=now
    )
    before = None if known is None else [*known.roles]
    row.name, row.password_hash, row.disabled_at, row.sign_ins_from = name, hash_password(password), None, now
    row.roles, row.languages = sorted(roles), list(languages)
    session.add(row)
    session.flush()
    append(session, [_entry(row, before, actor, now)])
    return _to_agent(row)


def agent_with_password(session: Session, email: str, password: str) -> Agent | None:
    """The agent with this e-mail and password; None for a wrong one, a disabled or an unknown person alike."""
    row = _find(session, email)
    matches = password_matches(password, row.password_hash if row else _NOBODY)
    return _to_agent(row) if row is not None and matches and row.disabled_at is None else None


def agent_by_id(session: Session, agent_id: int) -> Agent | None:
    """The agent with this id, unless disabled."""
    row = session.get(AgentRow, agent_id)
    return _to_agent(row) if row is not None and row.disabled_at is None else None


def list_agents(session: Session) -> list[Agent]:
    """Everybody who may sign in."""
    rows = session.execute(select(AgentRow).where(col(AgentRow.disabled_at).is_(None)).order_by(col(AgentRow.email)))
    return [_to_agent(row) for row in rows.scalars()]


def hash_password(password: str) -> str:
    """`scrypt$salt$hash`, both in base64."""
    salt = secrets.token_bytes(16)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(_scrypt(password, salt)).decode()}"


def agent_names(session: Session, tags: Collection[str]) -> dict[str, str]:
    """By actor, such as `agent:3`: the name of each agent among `tags`."""
    numbers = {
        int(number)
        for kind, _, number in (tag.partition(":") for tag in tags)
        if kind == "agent" and number.isascii() and number.isdigit()
    }
    if not numbers:
        return {}
    rows = session.execute(select(col(AgentRow.id), col(AgentRow.name)).where(col(AgentRow.id).in_(sorted(numbers))))
    return {f"agent:{number}": name for number, name in rows}


def password_matches(password: str, stored: str) -> bool:
    """True where the password is the one that was hashed."""
    _, salt, expected = stored.split("$")
    return hmac.compare_digest(_scrypt(password, base64.b64decode(salt)), base64.b64decode(expected))


def _entry(row: AgentRow, roles_before: list[str] | None, actor: Actor, now: datetime) -> Entry:
    # Staff are named by number: name and address can be taken out of `agent` without touching the log.
    body: dict[str, Json] = {"agent": row.id, "roles": row.roles}
    if roles_before is not None:
        body["roles_before"] = roles_before
    kind = "agent:account:added" if roles_before is None else "agent:account:changed"
    return Entry(kind=kind, at=now, actor=actor.tag, body=body)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32
    )


def _find(session: Session, email: str) -> AgentRow | None:
    return session.execute(select(AgentRow).where(col(AgentRow.email) == email.casefold())).scalar_one_or_none()


def _to_agent(row: AgentRow) -> Agent:
    assert row.id is not None  # noqa: S101 - flushed rows have ids
    return Agent(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        languages=tuple(row.languages),
        sign_ins_from=row.sign_ins_from,
    )
