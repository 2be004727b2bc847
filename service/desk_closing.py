"""How an agent ends a matter that went private: solved aside, told to the square or waived, the invitation revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from cases.closing import finished, solved
from cases.handling import waive
from cases.private import moved
from ledger.log import append
from records.nouns import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from records.words import PRIVATE_ACTS, PrivateState, RoomStatus
from replies import outbox
from replies.drafts import Draft
from room import rooms
from service.closing import closing_draft, closing_line, is_sent_by_person
from service.desk_acting import SPEAKERS, DeskRefusalError, acting, addressing
from service.desk_entries import log_act
from service.desk_reading import Addressee, NothingToAnswerError, addressee_of_case
from service.house import House
from service.sent_acts import POST_DELETED, POST_HIDDEN

AUTOMATIC_WAIVER = Actor(tag="service:closing")
NO_POST = "there is no public post"
NOT_ANSWERABLE = "the network permits no public answer"
REVOKED = "The invitation was revoked."
_LIVE = (RoomStatus.PREPARED.value, RoomStatus.INVITED.value, RoomStatus.OPEN.value)


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What follows once a case was marked as solved."""

    reply_id: int | None
    """The public closing line; None where the square need not, or cannot, be told, and the case is closed."""
    sent_by_person: bool = False
    """True where a person must approve the line before it leaves."""
    waived: str = ""
    """Why there is no line."""


def mark_solved(house: House, case_id: int, *, actor: Actor, now: datetime) -> Solved:
    """The matter is solved in private: write the public closing line, or close the case where none can be said.

    On X a person sends the line; elsewhere it leaves by itself, since its actor has just decided so. Raises
    DeskRefusalError.
    """
    with addressing(house, actor) as session:
        to, why_none = _told_to(session, house, case_id, now)
        line = closing_line(session, house, to) if to is not None else None
    with acting(house, actor, SPEAKERS) as session:
        case = session.get(CareCaseRow, case_id)
        hours = house.settings.brands[case.brand].close_within_hours if case is not None else 0
        entry = solved(session, case_id, by=actor, close_by=now + timedelta(hours=hours), now=now)
        rooms.note_solved(session, case_id, now=now)
        done = session.get_one(CareCaseRow, case_id)
        owed = done.public_closed_at is None and done.waiver is None
        append(session, [entry])
        if owed and to is not None and line is not None:
            draft = closing_draft(to, line)
            return _write(session, house, draft, to, actor, now)
        entries = []
        if owed:
            entries.append(waive(session, case_id, reason=why_none, actor=AUTOMATIC_WAIVER, now=now))
        append(session, [*entries, *finished(session, case_id, actor=actor, now=now)])
    return Solved(reply_id=None, waived=why_none if owed else "")


def revoke_invitation(house: House, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Void the room of a case: its invitation opens nothing from now on, and one that waits does not leave.

    Raises DeskRefusalError where there is none.
    """
    with acting(house, actor, SPEAKERS) as session:
        query = select(RoomRow).where(col(RoomRow.case_id) == case_id, col(RoomRow.status).in_(_LIVE))
        room = session.execute(query.order_by(col(RoomRow.id).desc()).limit(1)).scalar()
        if room is None:
            raise DeskRefusalError("This case has no invitation that could be revoked.")
        for reply_id in _unsent_invitations(session, room.id or 0):
            outbox.withhold(session, reply_id, REVOKED, actor=actor, now=now, sealer=house.vault)
        rooms.revoke(session, room.id or 0, actor=actor, now=now)
        moved(session, [case_id], PrivateState.NONE, actor=actor, now=now)
        log_act(session, "agent:case:invitation-revoked", actor, now, case_id=case_id, body={"room": room.id})


def _told_to(session: Session, house: House, case_id: int, now: datetime) -> tuple[Addressee | None, str]:
    """Whom the closing line reaches; or None, and why nobody can be told."""
    try:
        to = addressee_of_case(session, house, case_id=case_id, now=now)
    except NothingToAnswerError:
        return None, NO_POST
    if to.hidden:
        return None, POST_HIDDEN
    if _is_deleted(session, to.mention_id):
        return None, POST_DELETED
    return (to, "") if to.permissions.reply else (None, NOT_ANSWERABLE)


def _write(session: Session, house: House, draft: Draft, to: Addressee, actor: Actor, now: datetime) -> Solved:
    (reply_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=house.vault)
    if reply_id is None:
        # A closing line was written before the matter was marked as solved: that one goes on.
        return Solved(reply_id=None, sent_by_person=False)
    by_person = is_sent_by_person(to)
    if not by_person:
        outbox.approve(session, reply_id, actor=actor, now=now, sealer=house.vault)
    return Solved(reply_id=reply_id, sent_by_person=by_person)


def _unsent_invitations(session: Session, room_id: int) -> list[int]:
    query = select(col(ReplyRow.id)).where(
        col(ReplyRow.room_id) == room_id,
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.status).in_(sorted(status.value for status in outbox.IN_OUR_HANDS)),
    )
    return [reply_id for reply_id in session.execute(query.order_by(col(ReplyRow.id))).scalars() if reply_id]


def _is_deleted(session: Session, mention_id: int) -> bool:
    return session.get_one(MentionRow, mention_id).deleted_at is not None
