"""The private side of a thread: direct messages and the room."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.acting import act, plain
from dashboard.layout_page import session_over
from dashboard.pieces import piece
from dashboard.public_leg_page import who_wrote
from dashboard.reads.one_case import CaseHead
from dashboard.reads.private_leg import AttachedFile, PrivateLeg, PrivateMessage, RoomHead, private_leg
from dashboard.shown import addressed
from dashboard.times import moment, span
from dashboard.visit import SPEAKING, SignedOutError, Visit, begin_visit
from records.database import reading
from records.words import RoomStatus
from service import desk
from service.desk_files import read_file

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
    st.html(_standing(visit, case, room))
    for message in leg.said:
        st.html(_message(visit, case, message))
        for file in message.files:
            _download(visit, file)


def _standing(visit: Visit, case: CaseHead, room: RoomHead) -> str:
    say = visit.say
    came_in = ""
    if room.opened_at is not None:
        came_in = say("came_in", at=_at(visit, case, room.opened_at))
    elif room.status in {RoomStatus.PREPARED, RoomStatus.INVITED}:
        came_in = say("invitation_until", at=_at(visit, case, room.expires_at))
    waits = say("waits_in_private", span=span(visit.now - room.waiting_since)) if room.waiting_since else ""
    return piece(
        "room_head.html",
        say,
        room=room,
        came_in=came_in,
        holds_handle=_proved(visit, case, room.handle_held_at, room.handle_proof),
        on_file=_proved(visit, case, room.filed_at, room.file_proof),
        waits=waits,
        asked_human=_at(visit, case, room.asked_human_at) if room.asked_human_at else "",
        turned_away=say.word(f"way_{room.turned_away_because}") if room.turned_away_because else "",
    )


def _proved(visit: Visit, case: CaseHead, at: datetime | None, kind: str | None) -> str:
    """When and how something was proved; empty where it was not."""
    if at is None:
        return ""
    how = visit.say.word(f"proof_{kind}") if kind else ""
    return " · ".join(filter(None, (how, _at(visit, case, at))))


def _download(visit: Visit, file: AttachedFile) -> None:
    """A button that saves the file; it is opened, and that logged, only when somebody presses it."""
    house, actor, now = visit.house, visit.agent.actor, visit.now
    size = f"{file.size / 1_048_576:.1f} MB" if file.size >= 1_048_576 else f"{max(1, round(file.size / 1024))} KB"
    st.download_button(
        visit.say("save_file", name=plain(file.name), size=size),
        data=lambda: read_file(house, file.id, actor=actor, now=now).content,
        file_name=file.name,
        mime="application/octet-stream",
        key=f"file-{file.id}",
        icon=":material/download:",
        on_click="ignore",
        disabled=not visit.may(SPEAKING),
    )


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
    elif message.unproven:
        who = visit.say("somebody_by_email")
    return piece(
        "message.html", visit.say, message=message, who=who or visit.say("the_brand"), at=_at(visit, case, message.at)
    )


def _at(visit: Visit, case: CaseHead, at: object) -> str:
    return moment(at, visit.zone(case.brand), now=visit.now, say=visit.say)
