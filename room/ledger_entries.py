"""The ledger entry of an event in a room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry, Sealer
from ledger.log import append
from records.models import Actor
from records.tables.people import IdentityRow
from records.tables.room import RoomRow


def log_room(
    session: Session,
    row: RoomRow,
    event: str,
    *,
    actor: Actor,
    now: datetime,
    body: Mapping[str, Json] | None = None,
    personal: Mapping[str, str] | None = None,
    sealer: Sealer | None = None,
) -> None:
    """Append `SOURCE:EVENT` about `row`, where SOURCE is `room` for the person and else the kind of the actor.

    `personal` is sealed under the person's key, or left out where there is no `sealer`. The last statement of the
    caller's transaction.
    """
    session.flush()
    subject = session.execute(
        select(col(IdentityRow.subject)).where(col(IdentityRow.id) == row.identity_id)
    ).scalar_one()
    kind = actor.tag.partition(":")[0]
    source = "room" if kind == "person" else kind
    sealed = sealer.seal(subject, personal) if sealer is not None and personal else None
    append(
        session,
        [
            Entry(
                kind=f"{source}:{event}",
                at=now,
                actor=actor.tag,
                mention_id=row.mention_id,
                case_id=row.case_id,
                subject=subject,
                body={"room": row.id, "generation": row.generation, "status": row.status, **(body or {})},
                sealed=sealed,
            )
        ],
    )
