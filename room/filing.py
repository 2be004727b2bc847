"""What follows from a proof or a consent: the room knows the record, the handle is linked, models may learn."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ledger.canonical import Json
from people.consents import give, live_consent, withdraw
from people.links import link, withdraw_links
from records.nouns import Actor
from records.tables.room import RoomRow
from records.words import ProofKind, Purpose
from room.entries import log_room
from room.proof_ports import Learner


def file_proof(
    session: Session,
    room: RoomRow,
    *,
    customer_id: int,
    proof: ProofKind,
    learner: Learner | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Record that whoever is in `room` proved to be `customer_id`.

    False where the room was another record's before: what was said there is not for this person, who needs a room of
    their own.
    """
    if room.customer_id is not None and room.customer_id != customer_id:
        log_room(session, room, "proof:other-record", actor=actor, now=now, body={"proof": proof.value})
        return False
    room.customer_id, room.file_proof, room.filed_at = customer_id, proof.value, now
    linked = _link_if_agreed(session, room, now=now)
    _learn_if_agreed(session, room, learner, actor=actor, now=now)
    log_room(session, room, "proved:file", actor=actor, now=now, body={"proof": proof.value, "linked": linked})
    return True


def agree(
    session: Session,
    room: RoomRow,
    purpose: Purpose,
    *,
    wording_version: str,
    learner: Learner | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a yes to one question, and do what it allows."""
    consent_id = give(
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
        _learn_if_agreed(session, room, learner, actor=actor, now=now)
    body: dict[str, Json] = {"consent": consent_id, "wording": wording_version}
    log_room(session, room, f"consented:{purpose.value}", actor=actor, now=now, body=body)


def take_back(
    session: Session, room: RoomRow, purpose: Purpose, *, learner: Learner | None, actor: Actor, now: datetime
) -> bool:
    """End a consent, and what it allowed; false where there was none."""
    ended = withdraw(session, identity_id=room.identity_id, purpose=purpose, now=now)
    if not ended:
        return False
    if purpose is Purpose.LINK_HANDLE:
        withdraw_links(session, identity_id=room.identity_id, now=now)
    if purpose is Purpose.LEARN and learner is not None:
        learner.withdrawn(session, ended, now=now)
    log_room(session, room, f"withdrew:{purpose.value}", actor=actor, now=now, body={"consents": list(ended)})
    return True


def _link_if_agreed(session: Session, room: RoomRow, *, now: datetime) -> bool:
    """Both proofs and the consent are needed: without the handle's, a stranger's record would be tied to it."""
    held_and_filed = room.handle_held_at is not None and room.filed_at is not None
    if not held_and_filed or live_consent(session, room.identity_id, Purpose.LINK_HANDLE) is None:
        return False
    link(
        session,
        identity_id=room.identity_id,
        customer_id=room.customer_id or 0,
        proof=ProofKind(room.file_proof or ""),
        proved_at=room.filed_at or now,
        now=now,
    )
    return True


def _learn_if_agreed(session: Session, room: RoomRow, learner: Learner | None, *, actor: Actor, now: datetime) -> None:
    consent_id = live_consent(session, room.identity_id, Purpose.LEARN)
    if learner is None or consent_id is None or room.filed_at is None or room.handle_held_at is None:
        return
    proof = ProofKind(room.file_proof or "")
    learner.proved(session, room, proof, consent_id=consent_id, actor=actor, now=now)
