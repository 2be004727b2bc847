"""The ways out of a room: what a person says instead of proving who they are. Each leads to a person of the brand."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import phonenumbers
from sqlmodel import Session

from cases.private import moved, waits_in_private
from cases.specialists import hold_for_specialists
from ledger.canonical import Json
from ledger.entry import Sealer
from ledger.log import append
from records.nouns import Actor
from records.words import PrivateState
from room.conversation import Speaker, said_since, say
from room.entries import log_room
from room.rooms import locked, revoke

MOST_AN_HOUR = 5
"""So often a way out is told in one room; after that it is known."""
MOST_CHARACTERS = 40


class WayOut(StrEnum):
    """What the person says, as stored in `turned_away_because`."""

    NOT_ME = "not_me"
    FOR_ANOTHER = "for_another"
    NOT_A_CUSTOMER = "not_a_customer"
    MINOR = "minor"
    NO_CODE = "no_code"


WITHOUT_PROOF = frozenset({WayOut.FOR_ANOTHER, WayOut.NOT_A_CUSTOMER, WayOut.MINOR})
"""After these nobody is asked to prove that they are on file."""


def take_way_out(
    session: Session,
    room_id: int,
    way: WayOut,
    *,
    told: str,
    phone: str = "",
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> None:
    """Record what the person says, tell the team by the notice `told`, and ask for a human.

    `not_me` revokes the room: the invitation reached somebody else. `minor` hands the case to specialists. All others
    leave the room open. `phone` stands in the notice for the agent; the log keeps its last two digits open. Raises
    RoomStateError where the room is over.
    """
    row = locked(session, room_id)
    if said_since(session, room_id, Speaker.SERVICE, now - timedelta(hours=1)) < MOST_AN_HOUR:
        say(
            session,
            room_id,
            author=Speaker.SERVICE,
            text=told,
            agent_id=None,
            actor=actor,
            now=now,
            sealer=sealer,
        )
    row.turned_away_at, row.turned_away_because = now, way.value
    row.asked_human_at = row.asked_human_at or now
    if way is WayOut.NOT_ME:
        moved(session, [row.case_id], PrivateState.DECLINED, actor=actor, now=now)
    else:
        waits_in_private(session, row.case_id, now)
    if way is WayOut.MINOR and (entry := hold_for_specialists(session, row.case_id, note=told, actor=actor, now=now)):
        append(session, [entry])
    body: dict[str, Json] = {"because": way.value}
    if phone:
        body["phone"] = masked(phone)
    event = "room:declined" if way is WayOut.NOT_ME else "room:asked-human"
    log_room(session, row, event, actor=actor, now=now, body=body)
    if way is WayOut.NOT_ME:
        revoke(session, room_id, actor=actor, now=now)


def read_phone(typed: str, market: str) -> str | None:
    """The number in international form, read as people of `market` write it; None where it can be none."""
    if len(typed) > MOST_CHARACTERS:
        return None
    try:
        number = phonenumbers.parse(typed, market)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def masked(phone: str) -> str:
    """`phone` with all but its last two digits taken out."""
    return f"…{''.join(sign for sign in phone if sign.isdigit())[-2:]}"
