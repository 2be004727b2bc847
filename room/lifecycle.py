"""The life of a room: prepared, invited, opened once by its link or code, closed or revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session, col

from cases.private_side import set_private_state
from records.enums import PrivateState, RoomStatus
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.room import RoomRow
from room.invitation import NO_SUCH_ROOM, assign_invitation_code, is_genuine_token, room_token
from room.ledger_entries import log_room
from room.verification.handle import handle_proof_by_invitation

OPEN_ROOM_STAYS = timedelta(days=7)
"""How long a room stays open after its last message."""
PERSON = Actor(tag="person:room")

_LIVE = (RoomStatus.PREPARED.value, RoomStatus.INVITED.value, RoomStatus.OPEN.value)
_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


class InvitationRefusal(StrEnum):
    """Why an invitation does not open. Only the holder of a genuine link learns more than `unknown`."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"
    USED = "used"


class RoomStateError(RefusalError):
    """A room does not allow this now; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class OpenedRoom:
    """The room that an invitation opened, and its session."""

    room_id: int
    session_token: str = field(repr=False)
    """For the browser alone; the row keeps its SHA-256."""


def prepare_room(  # noqa: PLR0913 - a room belongs to this many things
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
    entry: str = "link",
    room_key: bytes | None = None,
) -> RoomRow:
    """The live room of a case, made where there is none; its invitation opens until `now + lifetime`.

    `entry` is the brand's `invitation`: `link`, or `code`, for which `room_key` is needed (else ValueError). A room
    whose invitation ran out unopened is closed and a new one made. With `reissue` the room stays and gets a new
    generation: the former link, code and browser session open it no more, and proofs are to be given again. The
    conversation stays; `visible_since` says which part of it the next visitor may read.
    """
    row = _live_room(session, case_id)
    if row is not None and not reissue and row.expires_at > now:
        assign_invitation_code(session, row, entry, room_key)
        return row
    if row is not None and reissue:
        row.generation += 1
        row.status = RoomStatus.PREPARED.value
        row.session_hash = row.invited_at = None
        row.handle_held_at = row.handle_proof = None
        row.filed_at = row.file_proof = None
        row.prepared_at = now
        row.expires_at = now + lifetime
        row.code_digest = None
        assign_invitation_code(session, row, entry, room_key)
        log_room(session, row, "room:reissued", actor=actor, now=now)
        return row
    if row is not None:
        close_room(session, row.id or 0, actor=actor, now=now)
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
    assign_invitation_code(session, row, entry, room_key)
    session.add(row)
    log_room(session, row, "room:prepared", actor=actor, now=now)
    return row


def mark_invited(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Record that the invitation reached the network; a room that was opened meanwhile stays open."""
    row = lock_room(session, room_id)
    if row.status != RoomStatus.PREPARED:
        return
    row.status = RoomStatus.INVITED.value
    row.invited_at = now
    set_private_state(session, [row.case_id], PrivateState.INVITED, actor=actor, now=now)
    log_room(session, row, "room:invited", actor=actor, now=now)


def find_invitation(
    session: Session, public_id: str, token: str, *, room_key: bytes, now: datetime, held_session: str | None = None
) -> RoomRow | InvitationRefusal:
    """The room that a link opens, without opening it; `held_session` is the token that the browser already holds."""
    row = _by_public_id(session, public_id)
    # Computed for an unknown room as well, so that the answer takes as long.
    genuine = is_genuine_token(room_key, public_id, row.generation if row else 0, token)
    if row is None or not genuine:
        return InvitationRefusal.UNKNOWN
    if row.status == RoomStatus.REVOKED:
        return InvitationRefusal.REVOKED
    if row.status == RoomStatus.CLOSED:
        return InvitationRefusal.CLOSED
    if row.expires_at <= now:
        return InvitationRefusal.EXPIRED
    if row.status == RoomStatus.OPEN and not is_session_of(row, held_session):
        return InvitationRefusal.USED
    return row


def consume_invitation(
    session: Session,
    public_id: str,
    token: str,
    *,
    room_key: bytes,
    actor: Actor,
    now: datetime,
    held_session: str | None = None,
) -> OpenedRoom | InvitationRefusal:
    """Open a room by its link, once. The browser that opened it enters again by its session token.

    A room opens even if its invitation is not yet marked as sent: who knows the link was sent it.
    """
    found = find_invitation(session, public_id, token, room_key=room_key, now=now, held_session=held_session)
    if isinstance(found, InvitationRefusal):
        return found
    row = lock_room(session, found.id or 0)
    if row.status == RoomStatus.OPEN:
        again = held_session if held_session is not None and is_session_of(row, held_session) else None
        return OpenedRoom(room_id=row.id or 0, session_token=again) if again else InvitationRefusal.USED
    if row.status not in _LIVE or not is_genuine_token(room_key, public_id, row.generation, token):
        return InvitationRefusal.UNKNOWN
    session_token = secrets.token_urlsafe(32)
    row.status = RoomStatus.OPEN.value
    row.session_hash = _digest(session_token)
    row.opened_at = row.opened_at or now
    row.expires_at = max(row.expires_at, now + OPEN_ROOM_STAYS)
    proof = handle_proof_by_invitation(session, row) if row.handle_held_at is None else None
    if proof is not None:
        row.handle_held_at, row.handle_proof = now, proof.value
    set_private_state(session, [row.case_id], PrivateState.OPEN, actor=actor, now=now)
    log_room(
        session,
        row,
        "room:opened",
        actor=actor,
        now=now,
        body={"holds_the_handle": row.handle_held_at is not None, "entry": row.entry},
    )
    return OpenedRoom(room_id=row.id or 0, session_token=session_token)


def find_open_room(session: Session, public_id: str, session_token: str, *, now: datetime) -> RoomRow | None:
    """The open room with this session token; None where it is over, or the token is another's."""
    row = _by_public_id(session, public_id)
    if row is None or row.status != RoomStatus.OPEN or row.expires_at <= now:
        return None
    return row if is_session_of(row, session_token) else None


def is_session_of(row: RoomRow, session_token: str | None) -> bool:
    """True where `session_token` is the one that the room gave out when it was opened."""
    if row.session_hash is None or session_token is None:
        return False
    return hmac.compare_digest(row.session_hash, _digest(session_token))


def lock_room(session: Session, room_id: int) -> RoomRow:
    """The room, locked for this transaction after its case: one order for all, so that no two deadlock.

    Raises RoomStateError where there is no such room.
    """
    case_id = session.execute(select(col(RoomRow.case_id)).where(col(RoomRow.id) == room_id)).scalar()
    if case_id is not None:
        _lock_case(session, case_id)
    row = session.get(RoomRow, room_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise RoomStateError(f"There is no room {room_id}: load the case again.", code="no-such-room", room=room_id)
    return row


def visible_since(row: RoomRow) -> datetime | None:
    """Messages before this moment are hidden from the present visitor; None where all may be shown.

    Once somebody has proved to be on file, the conversation is theirs: after a reissue it is shown again when they
    have proved to be the same record, which stays in `customer_id`.
    """
    return row.prepared_at if row.customer_id is not None and row.filed_at is None else None


def revoke_room(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """Void the link and the browser session at once. No effect on a room that is over."""
    _end_room(session, room_id, RoomStatus.REVOKED, "room:revoked", actor=actor, now=now)


def close_room(session: Session, room_id: int, *, actor: Actor, now: datetime) -> None:
    """End the conversation. No effect on a room that is over."""
    _end_room(session, room_id, RoomStatus.CLOSED, "room:closed", actor=actor, now=now)


def mark_solved(session: Session, case_id: int, *, now: datetime) -> None:
    """Show the matter of a case as solved in its live room, until the person writes again."""
    row = _live_room(session, case_id)
    if row is not None:
        row.solved_at = now
        session.add(row)


def invitation_token(room_key: bytes, row: RoomRow) -> str:
    """The secret half of the room's present invitation."""
    return room_token(room_key, row.public_id, row.generation)


def _end_room(session: Session, room_id: int, status: RoomStatus, event: str, *, actor: Actor, now: datetime) -> None:
    row = lock_room(session, room_id)
    if row.status not in _LIVE:
        return
    row.status = status.value
    row.session_hash = row.code_digest = None
    row.closed_at = now
    log_room(session, row, event, actor=actor, now=now)


def _live_room(session: Session, case_id: int) -> RoomRow | None:
    # Without the lock, two processes would make two rooms.
    _lock_case(session, case_id)
    query = select(RoomRow).where(col(RoomRow.case_id) == case_id, col(RoomRow.status).in_(_LIVE))
    return session.execute(query.order_by(col(RoomRow.id).desc()).limit(1).with_for_update()).scalar()


def _lock_case(session: Session, case_id: int) -> None:
    session.execute(select(col(CareCaseRow.id)).where(col(CareCaseRow.id) == case_id).with_for_update())


def _by_public_id(session: Session, public_id: str) -> RoomRow | None:
    if not _PUBLIC_ID.fullmatch(public_id):
        public_id = NO_SUCH_ROOM
    return session.execute(select(RoomRow).where(col(RoomRow.public_id) == public_id)).scalar()


def _digest(session_token: str) -> str:
    return hashlib.sha256(session_token.encode("utf-8", "replace")).hexdigest()
