"""Where an agent writes: a public answer, or a direct message."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act, plain
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import ACKNOWLEDGE, Permitted, length_on, proposal
from dashboard.shown import addressed
from dashboard.visit import Visit
from records.words import Act
from service import desk
from service.desk_reading import Addressee

_SHORTENED = 23
"""What X counts for a link, however long it is."""


def composer(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    """Both ways of answering, each with what the network permits."""
    if case.closed_at is not None:
        st.caption(visit.say("case_closed"))
        return
    if permitted.to is None:
        st.caption(visit.say.sentence(permitted.why_not))
        return
    to = permitted.to
    as_reply = to.permissions.private_act is Act.PRIVATE_REPLY
    public, private = st.tabs(
        [visit.say("answer_in_public"), visit.say("private_reply_tab" if as_reply else "direct_message")]
    )
    with public:
        _box(visit, to, allowed=permitted.reply, why=permitted.why_not, privately=False)
    with private:
        if as_reply and permitted.private_message:
            st.caption(visit.say("only_one_private_reply"))
        _box(visit, to, allowed=permitted.private_message, why=permitted.why_not, privately=True)


def _box(visit: Visit, to: Addressee, *, allowed: bool, why: str, privately: bool) -> None:
    say = visit.say
    field = f"{'message' if privately else 'answer'}-{to.mention_id}"
    if not allowed:
        st.caption(f":material/block: {say('account_paused') if to.paused else say('not_permitted')}")
        if why:
            st.text(say.sentence(why))
    written = st.text_area(
        say("your_message") if privately else say("your_answer", handle=plain(addressed(to.handle))),
        key=field,
        height=110,
        max_chars=_longest(to, privately=privately),
        disabled=not allowed,
        placeholder=say("placeholder_private") if privately else say("placeholder_public"),
    )
    length, most = length_on(to.account.network, written, privately=privately)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("send_message") if privately else say("send_answer"),
            key=f"send-{field}",
            type="primary",
            disabled=not allowed,
            on_click=_send,
            args=(to.mention_id, to.account.id, field, privately),
        )
        if not privately:
            st.button(
                say("propose"), key=f"propose-{field}", disabled=not allowed, on_click=_propose, args=(visit, to, field)
            )
        if written:
            st.caption(
                say("length", length=length, most=most) if length <= most else say("too_long", by=length - most),
                width="content",
            )


def _send(mention_id: int, account_id: int, field: str, privately: bool) -> None:  # noqa: FBT001 - called by the widget
    text = st.session_state.get(field, "")
    act(
        "message_on_its_way" if privately else "answer_on_its_way",
        lambda visit: desk.answer(
            visit.house,
            mention_id=mention_id,
            account_id=account_id,
            text=_something(text),
            privately=privately,
            actor=visit.agent.actor,
            now=visit.now,
        ),
        clears=[field],
    )


def _something(text: str) -> str:
    if not text.strip():
        raise desk.DeskRefusalError("There is nothing to say yet: write a text first.")
    return text.strip()


def _propose(visit: Visit, to: Addressee, field: str) -> None:
    st.session_state[field] = proposal(visit.house, to, ACKNOWLEDGE)


def _longest(to: Addressee, *, privately: bool) -> int:
    most = length_on(to.account.network, "", privately=privately)[1]
    link = to.permissions.compose_link
    return most if privately or not link else most + max(0, len(link) - _SHORTENED)
