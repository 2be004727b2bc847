"""Leases on due rows, so that several processes may run the same step at once.

A lease is taken by a conditional UPDATE and honoured until it expires. A lease of a process of this host that no
longer lives is void at once, so that a restart carries on without waiting. Every step has the same frame:

    due = DueRows(SomeRow, due=col(SomeRow.due_at))  # once, at module level

    lease = due.lease(engine, claimant=claimant, now=now, most=100)
    if not lease:
        return 0
    with reading(engine) as session:
        rows = read(session, lease.ids)
    found = compute(rows)  # outside any transaction; takes as long as it takes
    with writing(engine) as session:
        held = lease.settle(session)  # rechecks: another may have taken over what ran out
        write(session, [each for each in found if each.id in held])
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, case, or_, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col

from records.bulk import VALUES
from records.database import is_sqlite, reading, writing

LEASE = timedelta(seconds=120)
_FREE: Mapping[str, object] = {"claimed_by": None, "claimed_until": None}
_NOTHING_ELSE: Mapping[str, object] = {}


def new_claimant() -> str:
    """Name this process for its leases: `host:process:unique`."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class _Statements:
    """The statements on the due rows of one table; building one costs more than running it."""

    def __init__(
        self, table: type[SQLModel], due: Mapped[datetime | None], where: Sequence[ColumnElement[bool]]
    ) -> None:
        self.due_column: str = due.key  # type: ignore[attr-defined]
        identifier: Any = col(table.id)  # type: ignore[attr-defined]
        claimed_by: Any = col(table.claimed_by)  # type: ignore[attr-defined]
        claimed_until: Any = col(table.claimed_until)  # type: ignore[attr-defined]
        due_now = [due.is_not(None), due <= bindparam("now"), *where]
        dead = claimed_by.in_(bindparam("dead", expanding=True))
        free = or_(claimed_by.is_(None), claimed_until < bindparam("now"), dead)
        mine = [identifier.in_(VALUES), claimed_by == bindparam("claimant")]
        again: Any = bindparam("again", type_=due.type)  # type: ignore[attr-defined]
        self.any = select(identifier).where(*due_now).limit(1)
        self.claimants = select(claimed_by).where(*due_now, claimed_by.is_not(None)).distinct()
        self.free = select(identifier).where(*due_now, free).order_by(due, identifier).limit(bindparam("most"))
        self.free_unlocked = self.free.with_for_update(skip_locked=True)
        self.take = update(table).where(identifier.in_(VALUES))
        self.held = select(identifier).where(*mine)
        self.held_locked = self.held.with_for_update()
        self.give_back = update(table).where(*mine)
        self.settle = self.give_back.returning(identifier)
        self.postpone = (
            update(table)
            .where(identifier == bindparam("row"), claimed_by == bindparam("claimant"))
            .values({self.due_column: case((due <= bindparam("now"), again), else_=due)})
        )


class DueRows:
    """The due rows of one table, leased batch by batch. Made once, at module level, since its statements are.

    `where` narrows them; its parameters are given to each call.
    """

    def __init__(
        self, table: type[SQLModel], *, due: Mapped[datetime | None], where: Sequence[ColumnElement[bool]] = ()
    ) -> None:
        self._statements = _Statements(table, due, where)

    def lease(
        self,
        engine: Engine,
        *,
        claimant: str,
        now: datetime,
        most: int,
        allowed: Callable[[Session], bool] | None = None,
        **asked: object,
    ) -> Lease:
        """Lease up to `most` rows, the longest due first, in a transaction begun only where something is due.

        Steps look several times a second: a writer each time would keep others waiting for nothing. Where `allowed`,
        asked in that transaction, says no, nothing is leased. The lease is false where it holds no row.
        """
        none = Lease(statements=self._statements, claimant=claimant)
        with reading(engine) as session:
            if session.connection().execute(self._statements.any, {"now": now, **asked}).first() is None:
                return none
        with writing(engine) as session:
            if allowed is not None and not allowed(session):
                return none
            return self.claim(session, claimant=claimant, now=now, most=most, **asked)

    def claim(self, session: Session, *, claimant: str, now: datetime, most: int, **asked: object) -> Lease:
        """The same in the caller's transaction."""
        connection = session.connection()
        due = {"now": now, **asked}
        claimants = connection.execute(self._statements.claimants, due).scalars()
        dead = [name for name in claimants if name is not None and _is_dead(name)]
        free = self._statements.free if is_sqlite(session) else self._statements.free_unlocked
        ids = list(connection.execute(free, {**due, "dead": dead, "most": most}).scalars())
        if ids:
            connection.execute(
                self._statements.take, {"values": ids, "claimed_by": claimant, "claimed_until": now + LEASE}
            )
        return Lease(statements=self._statements, claimant=claimant, ids=tuple(ids))


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Rows on which this claimant alone works, until it settles them or the lease runs out."""

    statements: _Statements
    claimant: str
    ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ids)

    def held(self, session: Session, ids: Sequence[int] | None = None) -> set[int]:
        """The ids of the rows, or of some of them, that are still held; locked until the transaction ends."""
        held = self.statements.held if is_sqlite(session) else self.statements.held_locked
        return set(session.connection().execute(held, self._mine(ids)).scalars())

    def settle(
        self,
        session: Session,
        ids: Sequence[int] | None = None,
        *,
        due_at: datetime | None = None,
        values: Mapping[str, object] = _NOTHING_ELSE,
    ) -> set[int]:
        """Recheck, and end the lease of what is still held: due again at `due_at`, or no more.

        `ids` narrows it to some of the rows, `values` are further columns. Returns the ids that were still held: only
        about those may anything be written.
        """
        settle = self.statements.settle.values(dict(values)) if values else self.statements.settle
        changes = {self.statements.due_column: due_at, **_FREE}
        return set(session.connection().execute(settle, {**self._mine(ids), **changes}).scalars())

    def postpone(
        self,
        session: Session,
        due_at: Mapping[int, datetime | None],
        *,
        now: datetime,
        values: Mapping[str, object] = _NOTHING_ELSE,
    ) -> None:
        """End the lease of these rows, each due again at its own time, or no more.

        What became due anew meanwhile stays so.
        """
        if not due_at:
            return
        postpone = self.statements.postpone.values(dict(values)) if values else self.statements.postpone
        known = {"claimant": self.claimant, "now": now, **_FREE}
        rows = [{"row": identifier, "again": at, **known} for identifier, at in due_at.items()]
        session.connection().execute(postpone, rows)

    def give_back(self, session: Session, ids: Sequence[int] | None = None) -> None:
        """End the lease of rows that stay due as they are."""
        session.connection().execute(self.statements.give_back, {**self._mine(ids), **_FREE})

    def _mine(self, ids: Sequence[int] | None) -> dict[str, object]:
        return {"values": list(self.ids if ids is None else ids), "claimant": self.claimant}


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
