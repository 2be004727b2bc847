"""The two sides of a thread: public posts, and direct messages with the room."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.auth.request_context import RequestContext, refreshing
from dashboard.pages.actions import act, escape_markdown
from dashboard.pages.case_acts import delete_button
from dashboard.reads.case import CaseHead
from dashboard.reads.permissions import AnswerPermissions
from dashboard.reads.private_side import AttachedFile, PrivateMessage, PrivateSide, RoomHead, private_side
from dashboard.reads.public_side import BrandPost, PersonPost, PublicSide
from dashboard.wording.formats import format_duration, format_thousands
from dashboard.wording.html_fragments import MAX_SHOWN, format_handle, html_fragment
from records.enums import RoomStatus
from service.desk import acts
from service.desk.authorise import SPEAKERS
from service.desk.reveal import read_file

REFRESH_SECONDS = 8
_MAX_CHARACTERS = 4_000


def show_public_side(request: RequestContext, case: CaseHead, side: PublicSide, permitted: AnswerPermissions) -> None:
    """Every post, oldest first; an answer of ours may be deleted where the network permits it."""
    if side.left_out:
        st.caption(request.say("left_out", count=side.left_out))
    for post in side.posts:
        if isinstance(post, PersonPost):
            st.html(_person(request, case, post))
            continue
        st.html(_brand(request, case, post))
        if permitted.delete_own and case.closed_at is None:
            delete_button(request, post)
    if not side.posts:
        st.caption(request.say("private_only"))
    if side.others:
        st.caption(request.say("others_in_thread", count=side.others))


def show_private_side(request: RequestContext, case: CaseHead, side: PrivateSide) -> None:
    """Direct messages, then the room, which is looked at again every few seconds."""
    for message in side.direct_messages:
        st.html(_message(request, case, message))
    if not side.direct_messages:
        st.caption(request.say("no_messages"))
    _room(case)
    if side.room is not None:
        _answer_box(request, case, side.room)


def who_wrote(request: RequestContext, origin: str, author: str, name: str = "") -> str:
    """`rule aside`, `Ana`, or that it was written outside Aparte. `name` is that of an agent, where it is known."""
    kind, _, number = author.partition(":")
    if origin == "outside":
        return request.say("written_outside")
    if kind == "rule":
        return request.say("rule", name=number)
    if author == request.agent.actor.tag:
        return request.say("by_you")
    return name or (request.say("by_agent", name=number) if kind == "agent" else author)


def _person(request: RequestContext, case: CaseHead, post: PersonPost) -> str:
    return html_fragment(
        "person_post.html",
        request.say,
        case=case,
        post=post,
        reach=format_thousands(case.reach),
        at=request.local_time(post.at, case.brand),
        more=format_thousands(post.length - MAX_SHOWN) if post.length > MAX_SHOWN else "",
    )


def _brand(request: RequestContext, case: CaseHead, post: BrandPost) -> str:
    account = request.app.accounts.get(post.account_id)
    return html_fragment(
        "brand_post.html",
        request.say,
        who=f"@{account.handle}" if account and account.handle else case.brand,
        by=who_wrote(request, post.origin, post.author, post.author_name),
        status=post.status,
        deleted=post.deleted,
        reason=post.reason,
        text=post.text,
        moment=post.at,
        at=request.local_time(post.at, case.brand),
    )


@refreshing(REFRESH_SECONDS)
def _room(request: RequestContext, case: CaseHead) -> None:
    with request.reading() as session:
        side = private_side(session, case)
    room = side.room
    if room is None:
        st.caption(request.say("no_room"))
        return
    st.html(_room_head(request, case, room))
    for message in side.room_messages:
        st.html(_message(request, case, message))
        for file in message.files:
            _download(request, file)


def _room_head(request: RequestContext, case: CaseHead, room: RoomHead) -> str:
    say = request.say
    came_in = ""
    if room.opened_at is not None:
        came_in = say("came_in", at=request.local_time(room.opened_at, case.brand))
    elif room.status in {RoomStatus.PREPARED, RoomStatus.INVITED}:
        came_in = say("invitation_until", at=request.local_time(room.expires_at, case.brand))
    waits = ""
    if room.waiting_since is not None:
        waits = say("waits_in_private", span=format_duration(request.now - room.waiting_since))
    return html_fragment(
        "room_head.html",
        say,
        room=room,
        came_in=came_in,
        holds_handle=_proof(request, case, room.handle_held_at, room.handle_proof),
        on_file=_proof(request, case, room.filed_at, room.file_proof),
        waits=waits,
        asked_human=request.local_time(room.asked_human_at, case.brand) if room.asked_human_at else "",
        turned_away=say.word(f"way_{room.turned_away_because}") if room.turned_away_because else "",
    )


def _proof(request: RequestContext, case: CaseHead, at: datetime | None, kind: str | None) -> str:
    """When and how something was proved; empty where it was not."""
    if at is None:
        return ""
    how = request.say.word(f"proof_{kind}") if kind else ""
    return " · ".join(filter(None, (how, request.local_time(at, case.brand))))


def _download(request: RequestContext, file: AttachedFile) -> None:
    """A button that saves the file; it is opened, and that logged, only when somebody presses it."""
    app, actor, now = request.app, request.agent.actor, request.now
    size = f"{file.size / 1_048_576:.1f} MB" if file.size >= 1_048_576 else f"{max(1, round(file.size / 1024))} KB"
    st.download_button(
        request.say("save_file", name=escape_markdown(file.name), size=size),
        data=lambda: read_file(app, file.id, actor=actor, now=now).content,
        file_name=file.name,
        mime="application/octet-stream",
        key=f"file-{file.id}",
        icon=":material/download:",
        on_click="ignore",
        disabled=not request.may(SPEAKERS),
    )


def _answer_box(request: RequestContext, case: CaseHead, room: RoomHead) -> None:
    closed = room.status in {RoomStatus.CLOSED, RoomStatus.REVOKED} or case.closed_at is not None
    field = f"room-{room.id}"
    st.text_area(
        request.say("say_in_room"),
        key=field,
        height=90,
        max_chars=_MAX_CHARACTERS,
        disabled=closed,
        placeholder=request.say("placeholder_room"),
    )
    st.button(request.say("send_to_room"), key=f"say-{field}", disabled=closed, on_click=_say, args=(room.id, field))


def _say(room_id: int, field: str) -> None:
    text = st.session_state.get(field, "")
    act(
        "said_in_room",
        lambda request: acts.say_in_room(request.app, room_id, text, **request.by),
        clears=[field],
    )


def _message(request: RequestContext, case: CaseHead, message: PrivateMessage) -> str:
    who = format_handle(case.handle)
    if message.outgoing:
        who = message.author if ":" not in message.author else who_wrote(request, "", message.author)
    elif message.unproven:
        who = request.say("somebody_by_email")
    return html_fragment(
        "message.html",
        request.say,
        message=message,
        who=who or request.say("the_brand"),
        at=request.local_time(message.at, case.brand),
    )
