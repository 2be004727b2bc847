"""The crisis switch of a brand: while it is on, nothing automatic or approved is sent.

One supervisor or somebody of marketing turns it on; two different supervisors turn it off. What it held stays held:
after a crisis a person reads every text again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry, Sealer
from ledger.log import append
from records.database import is_sqlite
from records.enums import Act, ReplyStatus
from records.models import Actor
from records.refusals import RefusalError
from records.tables.replies import ReplyRow
from records.tables.rules import CrisisRow
from records.tables.service import AccountRow
from replies.cancel import hold_all

IN_CRISIS = "The brand is in a crisis: nothing leaves until two supervisors have lifted it."
MADE_IN_CRISIS = "It was written or approved before a crisis of the brand ended: read it again, then approve."
_MAY_BE_ON_ITS_WAY = (ReplyStatus.SENDING.value, ReplyStatus.UNKNOWN.value)


@dataclass(frozen=True, kw_only=True)
class Crisis:
    """A crisis that has not ended."""

    id: int
    brand: str
    reason: str
    declared_by: str
    declared_at: datetime
    first_lift_by: str | None
    """The first of the two supervisors who lift it."""
    first_lift_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a declaration held, and what had been sent before it."""

    held: int
    """Texts and acts that were approved and now wait for a person."""
    on_their_way: int
    """Acts that were sent, or may have been, when it was declared."""


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """How far a crisis is lifted."""

    over: bool
    """False where a second supervisor must still agree."""


def brands_in_crisis(session: Session) -> frozenset[str]:
    """Brands whose switch is on."""
    return frozenset(ongoing_crises(session))


def ongoing_crises(session: Session) -> Mapping[str, Crisis]:
    """By brand: the crises that have not ended."""
    query = select(CrisisRow).where(col(CrisisRow.ended_at).is_(None)).order_by(col(CrisisRow.brand))
    return {row.brand: _crisis(row) for row in session.execute(query).scalars()}


def held_by_crisis(session: Session, reply: ReplyRow) -> str:
    """Why a crisis holds this act, in one sentence; empty where none does.

    Exempt are acts of a rule that speaks even in a crisis, and taking back an answer of our own: nothing is said.
    """
    if reply.even_in_crisis or reply.act == Act.DELETE:
        return ""
    lasts = (
        select(col(CrisisRow.id))
        .join(AccountRow, col(AccountRow.brand) == col(CrisisRow.brand))
        .where(col(AccountRow.id) == reply.account_id, col(CrisisRow.ended_at).is_(None))
    )
    return IN_CRISIS if session.execute(lasts.limit(1)).first() is not None else ""


def declare(
    session: Session, brand: str, reason: str, *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> Declared:
    """Turn the switch of `brand` on and hold, each once, what is approved; one entry in the log says so.

    Raises RefusalError where it is on already.
    """
    if not reason.strip():
        raise RefusalError("Say what has happened: everybody who works here reads it.", code="reason-missing")
    if not _begin(session, brand, reason.strip(), actor, now):
        raise RefusalError(f"A crisis of {brand} is declared already.", code="crisis-declared", brand=brand)
    held = _hold_approved(session, brand, IN_CRISIS, actor=actor, now=now, sealer=sealer)
    on_their_way = _on_their_way(session, brand)
    body: dict[str, Json] = {"brand": brand, "reason": reason.strip(), "held": len(held), "on_their_way": on_their_way}
    append(session, [Entry(kind=_kind(actor, "declared"), at=now, actor=actor.tag, body=body)])
    return Declared(held=len(held), on_their_way=on_their_way)


def lift(session: Session, brand: str, *, actor: Actor, now: datetime, sealer: Sealer | None = None) -> Lifted:
    """Agree that the crisis of `brand` is over: it ends where another person has agreed before.

    Raises RefusalError where none lasts, or where the first of the two asks again.
    """
    query = select(CrisisRow).where(col(CrisisRow.brand) == brand, col(CrisisRow.ended_at).is_(None))
    found = session.execute(query.with_for_update(), execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise RefusalError(f"No crisis of {brand} lasts: there is nothing to lift.", code="no-crisis", brand=brand)
    if found.first_lift_by is None:
        found.first_lift_by, found.first_lift_at = actor.tag, now
        what = "lift-begun"
    elif found.first_lift_by == actor.tag:
        raise RefusalError(
            "You have lifted it already: a second supervisor must do so too.", code="second-person-needed"
        )
    else:
        found.ended_by, found.ended_at = actor.tag, now
        what = "lifted"
        # What was approved meanwhile and not yet delivered must not be sent now without a person reading it again.
        _hold_approved(session, brand, MADE_IN_CRISIS, actor=actor, now=now, sealer=sealer)
    session.add(found)
    session.flush()
    body = {"brand": brand, "first": found.first_lift_by, "second": found.ended_by}
    append(session, [Entry(kind=_kind(actor, what), at=now, actor=actor.tag, body=body)])
    return Lifted(over=found.ended_at is not None)


def _begin(session: Session, brand: str, reason: str, actor: Actor, now: datetime) -> bool:
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    values = {"brand": brand, "reason": reason, "declared_by": actor.tag, "declared_at": now}
    statement = insert(CrisisRow).values(values).on_conflict_do_nothing().returning(col(CrisisRow.id))
    return session.execute(statement).scalar() is not None


def _hold_approved(
    session: Session, brand: str, reason: str, *, actor: Actor, now: datetime, sealer: Sealer | None
) -> list[int]:
    where = [
        col(ReplyRow.account_id).in_(_accounts(session, brand)),
        col(ReplyRow.status) == ReplyStatus.APPROVED.value,
        col(ReplyRow.even_in_crisis).is_(False),
        col(ReplyRow.act) != Act.DELETE.value,
    ]
    return hold_all(session, where, reason, actor=actor, now=now, sealer=sealer)


def _on_their_way(session: Session, brand: str) -> int:
    query = select(func.count()).where(
        col(ReplyRow.account_id).in_(_accounts(session, brand)), col(ReplyRow.status).in_(_MAY_BE_ON_ITS_WAY)
    )
    return int(session.execute(query).scalar_one())


def _accounts(session: Session, brand: str) -> list[int]:
    found = session.execute(select(col(AccountRow.id)).where(col(AccountRow.brand) == brand)).scalars()
    return [account_id for account_id in found if account_id is not None]


def _kind(actor: Actor, what: str) -> str:
    return f"{actor.tag.partition(':')[0]}:crisis:{what}"


def _crisis(row: CrisisRow) -> Crisis:
    return Crisis(
        id=row.id or 0,
        brand=row.brand,
        reason=row.reason,
        declared_by=row.declared_by,
        declared_at=row.declared_at,
        first_lift_by=row.first_lift_by,
        first_lift_at=row.first_lift_at,
    )
