"""Opting out of a room or of proving who one is. Each reason leads to a person of the brand."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import phonenumbers
from sqlmodel import Session

from cases.escalation import hold_for_specialists
from cases.private_side import set_private_state, waits_in_private
from ledger.canonical import Json
from ledger.entry import Sealer
from ledger.log import append
from records.enums import PrivateState, Speaker
from records.models import Actor
from room.conversation.messages import count_messages_since, post_message
from room.ledger_entries import log_room
from room.lifecycle import lock_room, revoke_room

MOST_AN_HOUR = 5
"""Notices of opting out that one room takes in an hour; further ones are not posted."""
MOST_PHONE_CHARACTERS = 40


class OptOut(StrEnum):
    """The reason that the person gives, as stored in `turned_away_because`."""

    NOT_ME = "not_me"
    FOR_ANOTHER = "for_another"
    NOT_A_CUSTOMER = "not_a_customer"
    MINOR = "minor"
    NO_CODE = "no_code"


WITHOUT_PROOF = frozenset({OptOut.FOR_ANOTHER, OptOut.NOT_A_CUSTOMER, OptOut.MINOR})
"""After these nobody is asked to prove that they are on file."""


def record_opt_out(
    session: Session,
    room_id: int,
    way: OptOut,
    *,
    notice: str,
    phone: str = "",
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> None:
    """Record the person's reason, post `notice` for the team, and ask for a human.

    `not_me` revokes the room: the invitation reached somebody else. `minor` hands the case to specialists. All others
    leave the room open. The log keeps the last two digits of `phone`, which the notice names in full. Raises
    RoomStateError where the room is over.
    """
    row = lock_room(session, room_id)
    if count_messages_since(session, room_id, Speaker.SERVICE, now - timedelta(hours=1)) < MOST_AN_HOUR:
        post_message(
            session,
            room_id,
            author=Speaker.SERVICE,
            text=notice,
            agent_id=None,
            actor=actor,
            now=now,
            sealer=sealer,
        )
    row.turned_away_at, row.turned_away_because = now, way.value
    row.asked_human_at = row.asked_human_at or now
    if way is OptOut.NOT_ME:
        set_private_state(session, [row.case_id], PrivateState.DECLINED, actor=actor, now=now)
    else:
        waits_in_private(session, row.case_id, now)
    if way is OptOut.MINOR and (entry := hold_for_specialists(session, row.case_id, note=notice, actor=actor, now=now)):
        append(session, [entry])
    body: dict[str, Json] = {"because": way.value}
    if phone:
        body["phone"] = masked_phone(phone)
    event = "room:declined" if way is OptOut.NOT_ME else "room:asked-human"
    log_room(session, row, event, actor=actor, now=now, body=body)
    if way is OptOut.NOT_ME:
        revoke_room(session, room_id, actor=actor, now=now)


def parse_phone(typed: str, market: str) -> str | None:
    """The number in international form, read as people of `market` write it; None where it can be none."""
    if len(typed) > MOST_PHONE_CHARACTERS:
        return None
    try:
        number = phonenumbers.parse(typed, market)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def masked_phone(phone: str) -> str:
    """`phone` with all but its last two digits taken out."""
    return f"…{''.join(sign for sign in phone if sign.isdigit())[-2:]}"
