"""Where an agent writes an answer, and what the network permits, until when, and at what cost."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext
from dashboard.pages.actions import act, escape_markdown, required_text
from dashboard.pages.case_figures import deadline_text, is_near
from dashboard.reads.case import CaseHead
from dashboard.reads.permissions import ACKNOWLEDGE, AnswerPermissions, propose_text, text_length
from dashboard.wording.formats import format_dollars
from dashboard.wording.html_fragments import format_handle, html_fragment
from records.enums import Act
from replies.limits import MonthBudget
from service.deciding.addressee import Addressee
from service.desk import acts

_X_LINK_LENGTH = 23
"""Characters that X counts for a link, however long it is."""


def show_permissions(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    """One line under the head of the case; a paused account says so first."""
    to = permitted.to
    if case.closed_at is not None or to is None:
        return
    if to.paused:
        st.warning(request.say("account_paused"), icon=":material/pause_circle:")
        st.text(request.say.sentence(to.paused))
    texts = {
        "private_word": request.say.word(to.permissions.private_act),
        "until": deadline_text(request, case.brand, to.permissions.private_until),
        "near": is_near(to.permissions.private_until, request.now),
        "month": _month_spent(request, permitted.month),
        "why": request.say.sentence(to.permissions.why),
    }
    costs = {name: format_dollars(cost) if cost else "" for name, cost in _costs(to).items()}
    st.html(html_fragment("permitted.html", request.say, to=to, permissions=to.permissions, texts=texts, costs=costs))


def composer(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    """Both ways of answering, each with what the network permits."""
    if case.closed_at is not None:
        st.caption(request.say("case_closed"))
        return
    if permitted.to is None:
        st.caption(request.say.sentence(permitted.why_not))
        return
    to = permitted.to
    as_reply = to.permissions.private_act is Act.PRIVATE_REPLY
    public, private = st.tabs(
        [request.say("answer_in_public"), request.say("private_reply_tab" if as_reply else "direct_message")]
    )
    with public:
        _box(request, to, allowed=permitted.reply, why=permitted.why_not, privately=False)
    with private:
        if as_reply and permitted.private_message:
            st.caption(request.say("only_one_private_reply"))
        _box(request, to, allowed=permitted.private_message, why=permitted.why_not, privately=True)


def _box(request: RequestContext, to: Addressee, *, allowed: bool, why: str, privately: bool) -> None:
    say = request.say
    field = f"{'message' if privately else 'answer'}-{to.mention_id}"
    if not allowed:
        st.caption(f":material/block: {say('account_paused') if to.paused else say('not_permitted')}")
        if why:
            st.text(say.sentence(why))
    written = st.text_area(
        say("your_message") if privately else say("your_answer", handle=escape_markdown(format_handle(to.handle))),
        key=field,
        height=110,
        max_chars=_longest(to, privately=privately),
        disabled=not allowed,
        placeholder=say("placeholder_private") if privately else say("placeholder_public"),
    )
    length, most = text_length(to.account.network, written, privately=privately)
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
                say("propose"),
                key=f"propose-{field}",
                disabled=not allowed,
                on_click=_propose,
                args=(request, to, field),
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
        lambda request: acts.answer(
            request.app,
            mention_id=mention_id,
            account_id=account_id,
            text=required_text(text),
            privately=privately,
            **request.by,
        ),
        clears=[field],
    )


def _propose(request: RequestContext, to: Addressee, field: str) -> None:
    st.session_state[field] = propose_text(request.app, to, ACKNOWLEDGE)


def _longest(to: Addressee, *, privately: bool) -> int:
    most = text_length(to.account.network, "", privately=privately)[1]
    link = to.permissions.compose_link
    return most if privately or not link else most + max(0, len(link) - _X_LINK_LENGTH)


def _month_spent(request: RequestContext, month: MonthBudget | None) -> str:
    if month is None:
        return ""
    return request.say("month_spent", spent=format_dollars(month.spent), cap=format_dollars(month.cap))


def _costs(to: Addressee) -> dict[str, float]:
    permissions = to.permissions
    return {
        "reply": permissions.reply_cost,
        "private": permissions.private_cost,
        "hide": permissions.hide_cost,
        "link": permissions.link_cost,
    }
