"""One-time codes that prove a customer record: requested, sent by e-mail or text message, typed.

Whoever is named, known or not, the same statements run over the same rows: the record is looked up later, by the
step that sends notifications, so neither size nor time of an answer depends on it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from people.blind_index import KeyKind, LookupKey, key_digest
from records.enums import ProofKind
from records.models import Actor
from records.tables.room import ProofCodeRow, RoomRow
from room.ledger_entries import log_room
from room.notifications.queue import enqueue
from room.verification.ports import VerificationPorts

CODE_LIVES = timedelta(minutes=10)
MOST_MISSES = 5
"""Wrong attempts at one code."""
MOST_MISSES_A_DAY = 10
"""Wrong attempts at all codes of one record."""
MOST_CODES_A_DAY = 5
"""Codes for one record: nobody can fill another person's mailbox."""
MOST_CODES_OF_A_ROOM = 10
"""Codes requested in one room in a day."""
DIGITS = 6

_DAY = timedelta(days=1)
_MOST_TYPED = 64
_PROVES = {
    KeyKind.EMAIL: (ProofKind.EMAIL_CODE, "email"),
    KeyKind.MOBILE: (ProofKind.MOBILE_CODE, "sms"),
    # To the mailbox on file, or else to the mobile: the step that sends it sees which there is.
    KeyKind.BOOKING: (ProofKind.EMAIL_CODE, "email"),
}


class CodeCheck(StrEnum):
    """The outcome of checking a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    """No code of this room is valid any more: a new one must be requested."""


def request_code(
    session: Session, room: RoomRow, key: LookupKey, *, ports: VerificationPorts, actor: Actor, now: datetime
) -> bool:
    """Queue a code for whoever `key` names, and void the room's former code.

    False where this record or this room has reached its limit of the day, whether or not the record exists.
    """
    digest = key_digest(ports.records_key, key)
    if _over_daily_limit(session, room, digest, now):
        return False
    proof, way = _PROVES[key.kind]
    session.execute(
        update(ProofCodeRow)
        .where(col(ProofCodeRow.room_id) == room.id, col(ProofCodeRow.dead_at).is_(None))
        .values(dead_at=now)
        .execution_options(synchronize_session=False)
    )
    code = ProofCodeRow(
        room_id=room.id or 0,
        kind=proof.value,
        record_digest=digest,
        nonce=secrets.token_urlsafe(18),
        made_at=now,
        expires_at=now + CODE_LIVES,
    )
    session.add(code)
    session.flush()
    enqueue(
        session,
        room_id=room.id or 0,
        kind="code",
        way=way,
        once=f"code:{code.id}",
        customer_id=None,
        proof_code_id=code.id,
        now=now,
    )
    log_room(session, room, "proof:asked", actor=actor, now=now, body={"code": code.id, "by": key.kind.value})
    return True


def check_code(
    session: Session, room: RoomRow, typed: str, *, ports: VerificationPorts, actor: Actor, now: datetime
) -> tuple[CodeCheck, ProofCodeRow | None]:
    """Check `typed` against the room's newest code; a right code is used up and returned.

    `MOST_MISSES` misses void the code, `MOST_MISSES_A_DAY` all codes of its record for the day.
    """
    query = select(ProofCodeRow).where(col(ProofCodeRow.room_id) == room.id).order_by(col(ProofCodeRow.id).desc())
    code = session.execute(query.limit(1).with_for_update()).scalar()
    if (
        code is None
        or not is_live(code, now)
        or _misses_in_a_day(session, code.record_digest, now) >= (MOST_MISSES_A_DAY)
    ):
        return CodeCheck.OVER, None
    expected = one_time_code(ports.code_key, code.nonce)
    # Without a record no code was sent, so none is right, whatever is typed.
    if hmac.compare_digest(expected.encode(), parse_digits(typed).encode()) and code.customer_id is not None:
        code.used_at = code.dead_at = now
        session.flush()
        return CodeCheck.RIGHT, code
    code.misses += 1
    if code.misses >= MOST_MISSES:
        code.dead_at = now
    log_room(session, room, "proof:missed", actor=actor, now=now, body={"code": code.id, "misses": code.misses})
    return (CodeCheck.OVER if code.dead_at is not None else CodeCheck.WRONG), None


def is_live(code: ProofCodeRow, now: datetime) -> bool:
    """True while a code is neither used, void nor expired."""
    return code.used_at is None and code.dead_at is None and now < code.expires_at


def one_time_code(code_key: bytes, nonce: str) -> str:
    """The six digits derived from `nonce` by HMAC-SHA256: the same however often it is sent."""
    digest = hmac.digest(code_key, b"aparte proof code\x00" + nonce.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def parse_digits(typed: str) -> str:
    """The digits in `typed`, full-width ones too, without blanks and dashes; empty where they are not six."""
    if len(typed) > _MOST_TYPED:
        return ""
    bare = "".join(character for character in unicodedata.normalize("NFKC", typed) if character.isalnum())
    return bare if len(bare) == DIGITS and bare.isascii() and bare.isdigit() else ""


def _over_daily_limit(session: Session, room: RoomRow, digest: str, now: datetime) -> bool:
    since = now - _DAY
    of_record = select(func.count(), func.coalesce(func.sum(col(ProofCodeRow.misses)), 0)).where(
        col(ProofCodeRow.record_digest) == digest, col(ProofCodeRow.made_at) > since
    )
    of_room = select(func.count()).where(col(ProofCodeRow.room_id) == room.id, col(ProofCodeRow.made_at) > since)
    codes, misses = session.execute(of_record).one()
    in_room = int(session.execute(of_room).scalar_one())
    return int(codes) >= MOST_CODES_A_DAY or int(misses) >= MOST_MISSES_A_DAY or in_room >= MOST_CODES_OF_A_ROOM


def _misses_in_a_day(session: Session, digest: str, now: datetime) -> int:
    query = select(func.coalesce(func.sum(col(ProofCodeRow.misses)), 0)).where(
        col(ProofCodeRow.record_digest) == digest, col(ProofCodeRow.made_at) > now - _DAY
    )
    return int(session.execute(query).scalar_one())
