"""Records a proof or a consent, and what follows: the room's customer record, the link, the training label."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ledger.canonical import Json
from people.consents import give_consent, live_consent, withdraw_consent
from people.identity_links import link_identity, withdraw_links
from records.enums import ProofKind, Purpose
from records.models import Actor
from records.tables.room import RoomRow
from room.ledger_entries import log_room
from room.verification.ports import LabelSink


def record_proof(
    session: Session,
    room: RoomRow,
    *,
    customer_id: int,
    proof: ProofKind,
    label_sink: LabelSink | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Record that the visitor of `room` proved to be `customer_id`.

    False where the room belongs to another record: its conversation is not for this person, who needs a room of their
    own.
    """
    if room.customer_id is not None and room.customer_id != customer_id:
        log_room(session, room, "proof:other-record", actor=actor, now=now, body={"proof": proof.value})
        return False
    room.customer_id, room.file_proof, room.filed_at = customer_id, proof.value, now
    linked = _link_if_agreed(session, room, now=now)
    _label_if_agreed(session, room, label_sink, actor=actor, now=now)
    log_room(session, room, "proved:file", actor=actor, now=now, body={"proof": proof.value, "linked": linked})
    return True


def record_consent(
    session: Session,
    room: RoomRow,
    purpose: Purpose,
    *,
    wording_version: str,
    label_sink: LabelSink | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a consent, and do what it allows."""
    consent_id = give_consent(
        session,
        identity_id=room.identity_id,
        purpose=purpose,
        wording_version=wording_version,
        room_id=room.id,
        now=now,
    )
    if purpose is Purpose.LINK_HANDLE:
        _link_if_agreed(session, room, now=now)
    if purpose is Purpose.LEARN:
        _label_if_agreed(session, room, label_sink, actor=actor, now=now)
    body: dict[str, Json] = {"consent": consent_id, "wording": wording_version}
    log_room(session, room, f"consented:{purpose.value}", actor=actor, now=now, body=body)


def record_withdrawal(
    session: Session, room: RoomRow, purpose: Purpose, *, label_sink: LabelSink | None, actor: Actor, now: datetime
) -> bool:
    """Withdraw a consent, and undo what it allowed; false where there was none."""
    ended = withdraw_consent(session, identity_id=room.identity_id, purpose=purpose, now=now)
    if not ended:
        return False
    if purpose is Purpose.LINK_HANDLE:
        withdraw_links(session, identity_id=room.identity_id, now=now)
    if purpose is Purpose.LEARN and label_sink is not None:
        label_sink.withdrawn(session, ended, now=now)
    log_room(session, room, f"withdrew:{purpose.value}", actor=actor, now=now, body={"consents": list(ended)})
    return True


def _link_if_agreed(session: Session, room: RoomRow, *, now: datetime) -> bool:
    """Link on both proofs and the consent: without the proof of the handle, a stranger's handle would be linked."""
    held_and_filed = room.handle_held_at is not None and room.filed_at is not None
    if not held_and_filed or live_consent(session, room.identity_id, Purpose.LINK_HANDLE) is None:
        return False
    link_identity(
        session,
        identity_id=room.identity_id,
        customer_id=room.customer_id or 0,
        proof=ProofKind(room.file_proof or ""),
        proved_at=room.filed_at or now,
        now=now,
    )
    return True


def _label_if_agreed(
    session: Session, room: RoomRow, label_sink: LabelSink | None, *, actor: Actor, now: datetime
) -> None:
    consent_id = live_consent(session, room.identity_id, Purpose.LEARN)
    if label_sink is None or consent_id is None or room.filed_at is None or room.handle_held_at is None:
        return
    proof = ProofKind(room.file_proof or "")
    label_sink.proved(session, room, proof, consent_id=consent_id, actor=actor, now=now)
