"""The life of a room: prepared, invited, opened once by its link, closed or revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select
from sqlmodel import Session, col

from records.nouns import Actor, RoomStatus
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.room import RoomRow
from room.entries import log_room
from room.links import is_token_of, room_token

OPEN_ROOM_STAYS = timedelta(days=7)
"""How long a room stays open after the last thing said in it."""
PERSON = Actor(tag="person:room")

_LIVE = (RoomStatus.PREPARED.value, RoomStatus.INVITED.value, RoomStatus.OPEN.value)
_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NO_ROOM = "no-such-room-"


class Refusal(StrEnum):
    """Why an invitation does not open. Only who holds a true link learns more than `unknown`."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"
    USED = "used"


class RoomStateError(Exception):
    """A room does not allow this now; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Consumed:
    """The person is in."""

    room_id: int
    session_token: str = field(repr=False)
    """For the browser alone; the row keeps its SHA-256."""


def prepare(  # noqa: PLR0913 - a room belongs to this many things
    session: Session,
    *,
    case_id: int,
    account_id: int,
    mention_id: int,
    identity_id: int,
    language: str,
    lifetime: timedelta,
    actor: Actor,
    now: datetime,
    reissue: bool = False,
) -> RoomRow:
    """The live room of a case, made where there is none; its invitation opens until `now + lifetime`.

    A room whose invitation ran out unopened is closed and a new one made. With `reissue` the room stays and gets a
    new generation: the link and the browser of before open it no more.
    """
    row = _live_room(session, case_id)
    if row is not None and not reissue and row.expires_at > now:
        return row
    if row is not None and reissue:
        row.generation += 1
        row.status = RoomStatus.PREPARED.value
        row.session_hash = None
        row.invited_at = None
        row.expires_at = now + lifetime
        log_room(session, row, "room:reissued", actor=actor, now=now)
        return row
    if row is not None:
        close(session, row.id or 0, actor=actor, now=now)
    row = RoomRow(
        public_id=secrets.token_urlsafe(16),
        case_id=case_id,
        account_id=account_id,
        mention_id=mention_id,
        identity_id=identity_id,
        language=language,
        status=RoomStatus.PREPARED.value,
        prepared_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    log_room(session, row, "room:prepared", actor=actor, now=now)
    return row


def mark_invited(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that the invitation reached the network; a room that was opened meanwhile stays open."""
    row = _locked(session, room_id)
    if row.status != RoomStatus.PREPARED:
        return
    row.status = RoomStatus.INVITED.value
    row.invited_at = now
    log_room(session, row, "room:invited", actor=actor, now=now)


def find_invitation(
    session: Session, public_id: str, token: str, *, room_key: bytes, now: datetime, held_session: str | None = None
) -> RoomRow | Refusal:
    """The room that a link opens, without opening it; `held_session` is what the browser kept from before."""
    row = _by_public_id(session, public_id)
    # Reckoned for a room that does not exist as well, so that the answer takes as long.
    genuine = is_token_of(room_key, public_id, row.generation if row else 0, token)
    if row is None or not genuine:
        return Refusal.UNKNOWN
    if row.status == RoomStatus.REVOKED:
        return Refusal.REVOKED
    if row.status == RoomStatus.CLOSED:
        return Refusal.CLOSED
    if row.expires_at <= now:
        return Refusal.EXPIRED
    if row.status == RoomStatus.OPEN and not is_session_of(row, held_session):
        return Refusal.USED
    return row


def consume(
    session: Session,
    public_id: str,
    token: str,
    *,
    room_key: bytes,
    actor: Actor,
    now: datetime,
    held_session: str | None = None,
) -> Consumed | Refusal:
    """Open a room by its link, once. The browser that opened it comes in again by what it holds.

    A room whose invitation was not yet seen to leave opens too: who knows the link was sent it.
    """
    found = find_invitation(session, public_id, token, room_key=room_key, now=now, held_session=held_session)
    if isinstance(found, Refusal):
        return found
    row = _locked(session, found.id or 0)
    if row.status == RoomStatus.OPEN:
        again = held_session if held_session is not None and is_session_of(row, held_session) else None
        return Consumed(room_id=row.id or 0, session_token=again) if again else Refusal.USED
    if row.status not in _LIVE or not is_token_of(room_key, public_id, row.generation, token):
        return Refusal.UNKNOWN
    session_token = secrets.token_urlsafe(32)
    row.status = RoomStatus.OPEN.value
    row.session_hash = _digest(session_token)
    row.opened_at = row.opened_at or now
    row.expires_at = max(row.expires_at, now + OPEN_ROOM_STAYS)
    if row.handle_held_at is None and _answers_their_own_message(session, row):
        row.handle_held_at = now
    log_room(
        session,
        row,
        "room:opened",
        actor=actor,
        now=now,
        body={"holds_the_handle": row.handle_held_at is not None},
    )
    return Consumed(room_id=row.id or 0, session_token=session_token)


def find_open(session: Session, public_id: str, session_token: str, *, now: datetime) -> RoomRow | None:
    """The open room of a browser; None where it may not come in (any more)."""
    row = _by_public_id(session, public_id)
    if row is None or row.status != RoomStatus.OPEN or row.expires_at <= now:
        return None
    return row if is_session_of(row, session_token) else None


def is_session_of(row: RoomRow, session_token: str | None) -> bool:
    """True where the browser holds what the room gave out when it was opened."""
    if row.session_hash is None or session_token is None:
        return False
    return hmac.compare_digest(row.session_hash, _digest(session_token))


def revoke(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Void the link and the browser session at once; a room that is over stays as it is."""
    _end(session, room_id, RoomStatus.REVOKED, "room:revoked", actor=actor, now=now)


def close(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """End the conversation; a room that is over stays as it is."""
    _end(session, room_id, RoomStatus.CLOSED, "room:closed", actor=actor, now=now)


def token_of(room_key: bytes, row: RoomRow) -> str:
    """The secret half of the room's present invitation."""
    return room_token(room_key, row.public_id, row.generation)


def _end(session: Session, room_id: int, status: RoomStatus, event: str, *, actor: Actor, now: datetime) -> None:
    row = _locked(session, room_id)
    if row.status not in _LIVE:
        return
    row.status = status.value
    row.session_hash = None
    row.closed_at = now
    log_room(session, row, event, actor=actor, now=now)


def _live_room(session: Session, case_id: int) -> RoomRow | None:
    # The case is kept meanwhile, so that two processes do not make it two rooms.
    session.execute(select(col(CareCaseRow.id)).where(col(CareCaseRow.id) == case_id).with_for_update())
    query = select(RoomRow).where(col(RoomRow.case_id) == case_id, col(RoomRow.status).in_(_LIVE))
    return session.execute(query.order_by(col(RoomRow.id).desc()).limit(1).with_for_update()).scalar()


def _by_public_id(session: Session, public_id: str) -> RoomRow | None:
    if not _PUBLIC_ID.fullmatch(public_id):
        public_id = _NO_ROOM
    return session.execute(select(RoomRow).where(col(RoomRow.public_id) == public_id)).scalar()


def _locked(session: Session, room_id: int) -> RoomRow:
    row = session.get(RoomRow, room_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise RoomStateError(f"There is no room {room_id}: load the case again.")
    return row


def _answers_their_own_message(session: Session, row: RoomRow) -> bool:
    wrote_first = exists().where(
        col(DirectMessageRow.account_id) == row.account_id,
        col(DirectMessageRow.identity_id) == row.identity_id,
        col(DirectMessageRow.outgoing).is_(False),
        col(DirectMessageRow.sent_at) <= (row.invited_at or row.opened_at),
    )
    return bool(session.execute(select(wrote_first)).scalar())


def _digest(session_token: str) -> str:
    return hashlib.sha256(session_token.encode("utf-8", "replace")).hexdigest()
