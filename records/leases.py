"""Leases on due rows, so that several processes may run the same step at once.

A lease is taken by a conditional UPDATE and honoured until it expires. A lease of a process of this host that no
longer lives is void at once, so that a restart carries on without waiting.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col

from records.database import reading, writing

LEASE = timedelta(seconds=120)


def new_claimant() -> str:
    """Name this process for its leases: `host:process:unique`."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def claim(
    session: Session,
    table: type[SQLModel],
    *,
    due: Mapped[datetime | None],
    where: Sequence[ColumnElement[bool]] = (),
    order_by: Sequence[ColumnElement[object]] = (),
    claimant: str,
    now: datetime,
    most: int,
) -> list[int]:
    """Lease up to `most` rows of `table` whose `due` moment has come, and return their ids, oldest due first."""
    identifier = col(table.id)  # type: ignore[attr-defined]
    claimed_by = col(table.claimed_by)  # type: ignore[attr-defined]
    claimed_until = col(table.claimed_until)  # type: ignore[attr-defined]
    due_now = [due.is_not(None), due <= now, *where]
    free = or_(claimed_by.is_(None), claimed_until < now, claimed_by.in_(_dead_claimants(session, due_now, claimed_by)))
    chosen = select(identifier).where(*due_now, free).order_by(*(order_by or (due, identifier))).limit(most)
    if session.get_bind().dialect.name == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    ids = list(session.connection().execute(chosen).scalars())
    if ids:
        session.connection().execute(
            update(table).where(identifier.in_(ids)).values(claimed_by=claimant, claimed_until=now + LEASE)
        )
    return ids


def claim_due(
    engine: Engine,
    table: type[SQLModel],
    *,
    due: Mapped[datetime | None],
    where: Sequence[ColumnElement[bool]] = (),
    claimant: str,
    now: datetime,
    most: int,
) -> list[int]:
    """`claim` in a transaction of its own, which is begun only where something is due.

    Steps look several times a second: a writer each time would keep others waiting for nothing.
    """
    identifier = col(table.id)  # type: ignore[attr-defined]
    with reading(engine) as session:
        any_due = select(identifier).where(due.is_not(None), due <= now, *where).limit(1)
        if session.connection().execute(any_due).first() is None:
            return []
    with writing(engine) as session:
        return claim(session, table, due=due, where=where, claimant=claimant, now=now, most=most)


def still_held(session: Session, table: type[SQLModel], ids: Sequence[int], claimant: str) -> set[int]:
    """The ids of `ids` whose lease is still this claimant's: what may be written after computing."""
    identifier = col(table.id)  # type: ignore[attr-defined]
    claimed_by = col(table.claimed_by)  # type: ignore[attr-defined]
    query = select(identifier).where(identifier.in_(ids), claimed_by == claimant)
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update()
    return set(session.connection().execute(query).scalars())


def _dead_claimants(
    session: Session, due_now: Sequence[ColumnElement[bool]], claimed_by: Mapped[str | None]
) -> list[str]:
    query = select(claimed_by).where(*due_now, claimed_by.is_not(None)).distinct()
    return [name for name in session.connection().execute(query).scalars() if name is not None and _is_dead(name)]


def _is_dead(claimant: str) -> bool:
    host, _, rest = claimant.partition(":")
    process, _, _ = rest.partition(":")
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
