"""The private side of a thread: direct messages and the room."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act
from dashboard.layout_page import session_over
from dashboard.pieces import piece
from dashboard.public_leg_page import who_wrote
from dashboard.reads.one_case import CaseHead
from dashboard.reads.private_leg import PrivateLeg, PrivateMessage, RoomHead, private_leg
from dashboard.shown import addressed
from dashboard.times import moment
from dashboard.visit import SignedOutError, Visit, begin_visit
from records.database import reading
from records.nouns import RoomStatus
from service import desk

REFRESH_SECONDS = 8
_MOST_CHARACTERS = 4_000


def show_private_leg(visit: Visit, case: CaseHead, leg: PrivateLeg) -> None:
    """Direct messages, then the room, which is looked at again every few seconds."""
    for message in leg.direct:
        st.html(_message(visit, case, message))
    if not leg.direct:
        st.caption(visit.say("no_messages"))
    _room(case)
    if leg.room is not None:
        _answer_box(visit, case, leg.room)


@st.fragment(run_every=REFRESH_SECONDS)
def _room(case: CaseHead) -> None:
    try:
        visit = begin_visit()
    except SignedOutError:
        session_over()
        return
    with reading(visit.house.engine) as session:
        leg = private_leg(session, case)
    room = leg.room
    if room is None:
        st.caption(visit.say("no_room"))
        return
    st.caption(f":material/meeting_room: {_standing(visit, case, room)}")
    for message in leg.said:
        st.html(_message(visit, case, message))


def _standing(visit: Visit, case: CaseHead, room: RoomHead) -> str:
    say = visit.say
    parts = [f"{say('room')}: {say.word('room_' + room.status)}"]
    if room.opened_at is not None:
        parts.append(say("came_in", at=_at(visit, case, room.opened_at)))
    elif room.status in {RoomStatus.PREPARED, RoomStatus.INVITED}:
        parts.append(say("invitation_until", at=_at(visit, case, room.expires_at)))
    parts.append(say("holds_the_handle") if room.handle_held_at else say("handle_not_proved"))
    return " · ".join(parts)


def _answer_box(visit: Visit, case: CaseHead, room: RoomHead) -> None:
    closed = room.status in {RoomStatus.CLOSED, RoomStatus.REVOKED} or case.closed_at is not None
    field = f"room-{room.id}"
    st.text_area(
        visit.say("say_in_room"),
        key=field,
        height=90,
        max_chars=_MOST_CHARACTERS,
        disabled=closed,
        placeholder=visit.say("placeholder_room"),
    )
    st.button(visit.say("send_to_room"), key=f"say-{field}", disabled=closed, on_click=_say, args=(room.id, field))


def _say(room_id: int, field: str) -> None:
    text = st.session_state.get(field, "")
    act(
        "said_in_room",
        lambda visit: desk.say_in_room(visit.house, room_id, text, actor=visit.agent.actor, now=visit.now),
        clears=[field],
    )


def _message(visit: Visit, case: CaseHead, message: PrivateMessage) -> str:
    who = addressed(case.handle)
    if message.outgoing:
        who = message.author if ":" not in message.author else who_wrote(visit, "", message.author)
    return piece(
        "message.html", visit.say, message=message, who=who or visit.say("the_brand"), at=_at(visit, case, message.at)
    )


def _at(visit: Visit, case: CaseHead, at: object) -> str:
    return moment(at, visit.zone(case.brand), now=visit.now, say=visit.say)
