"""The approvals page: texts that wait for a person, oldest first, to approve, revise or withhold."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request
from dashboard.pages.actions import act, required_text, show_action_result
from dashboard.pages.case_figures import deadline_text, is_near
from dashboard.pages.case_list import back_to_start, columns_with_open_button, offset_of, pager
from dashboard.pages.conversation import who_wrote
from dashboard.reads.permissions import text_length
from dashboard.reads.waiting_texts import PAGE, WaitingText, waiting_texts
from dashboard.wording.formats import format_duration
from dashboard.wording.html_fragments import html_fragment
from records.enums import PRIVATE_ACTS
from replies.draft import TEXT_ACTS
from service.desk import acts
from service.desk.confirm_sent import confirm_sent

_NAME = "approvals"


def approvals() -> None:
    """The page."""
    request = current_request()
    show_action_result()
    with request.reading() as session:
        page = waiting_texts(session, request.app, now=request.now, offset=offset_of(_NAME))
    if not page.texts and offset_of(_NAME):
        back_to_start(_NAME)
        st.rerun()
    if not page.texts:
        st.info(request.say("nothing_waits"))
        return
    st.caption(request.say("texts_wait", count=page.total))
    for text in page.texts:
        with columns_with_open_button(text.reference, key=f"open-{text.reply_id}")[1]:
            waiting_text(request, text, name=_NAME, with_post=True)
    pager(request, page.total, name=_NAME, page=PAGE)


def waiting_text(request: RequestContext, text: WaitingText, *, name: str, with_post: bool) -> None:
    """One waiting text in a frame; `with_post` shows what it answers too."""
    say = request.say
    field = f"{name}-revise-{text.reply_id}"
    with st.container(border=True, key=f"{name}-waiting-{text.reply_id}"):
        st.html(_head(request, text, with_post=with_post))
        st.html(html_fragment("own_text.html", say, text=text.text or say("no_text")))
        looked = _says_looked(request, text, name)
        why_not = _why_not_approved(request, text, looked=looked)
        approve, revise, withhold, count = st.columns([1.6, 1.4, 1.4, 3], vertical_alignment="center")
        approve.button(
            say("approve"),
            key=f"{name}-approve-{text.reply_id}",
            type="primary",
            width="stretch",
            on_click=_approve,
            args=(text.reply_id, text.text, text.post_revision, looked),
            disabled=bool(why_not),
            help=why_not or None,
        )
        with revise.popover(say("revise"), width="stretch", disabled=text.act not in TEXT_ACTS):
            st.text_area(say("revised_text"), value=text.text, key=field, height=140, width=460)
            st.button(
                say("keep_revision"), key=f"do-{field}", type="primary", on_click=_revise, args=(text.reply_id, field)
            )
        with withhold.popover(say("withhold"), width="stretch"):
            reason = f"{name}-reason-{text.reply_id}"
            st.text_input(say("withhold_reason"), key=reason, max_chars=300)
            st.button(say("withhold"), key=f"do-{reason}", on_click=_withhold, args=(text.reply_id, reason))
        if text.act in TEXT_ACTS:
            account = request.app.accounts.get(text.account_id)
            privately = text.act in PRIVATE_ACTS
            length, most = text_length(account.network if account else "x", text.text, privately=privately)
            count.caption(say("length", length=length, most=most))
        if text.delivery_unknown:
            _already_sent(request, text, name)


def _says_looked(request: RequestContext, text: WaitingText, name: str) -> bool:
    """Whether the agent says to have looked at the network, where the text may have been sent already."""
    if not text.delivery_unknown:
        return False
    return st.checkbox(request.say("looked_and_absent"), key=f"{name}-looked-{text.reply_id}")


def _already_sent(request: RequestContext, text: WaitingText, name: str) -> None:
    """A control for a text that the agent has seen on the network: it was sent."""
    field = f"{name}-there-{text.reply_id}"
    with st.popover(request.say("it_is_there")):
        if text.act in TEXT_ACTS:
            st.text_input(request.say("its_link_or_id"), key=field, max_chars=300)
        st.button(
            request.say("settle_as_sent"),
            key=f"do-{field}",
            type="primary",
            on_click=_confirm_sent,
            args=(text.reply_id, field),
        )


def _why_not_approved(request: RequestContext, text: WaitingText, *, looked: bool) -> str:
    if text.needs_another_person(request.agent.actor.tag):
        return request.say("second_person")
    if text.paused or text.would_be_held:
        return request.say.sentence(text.paused or text.would_be_held)
    return request.say("look_first") if text.delivery_unknown and not looked else ""


def _head(request: RequestContext, text: WaitingText, *, with_post: bool) -> str:
    return html_fragment(
        "waiting_text.html",
        request.say,
        waiting=text,
        with_post=with_post,
        waits=format_duration(request.now - text.created_at),
        by=who_wrote(request, text.origin, text.author, text.author_name),
        why=" ".join(request.say.sentence(reason) for reason in text.reasons[:1]),
        until=deadline_text(request, _brand_of(request, text), text.private_until),
        near=is_near(text.private_until, request.now),
        paused=request.say.sentence(text.paused),
    )


def _brand_of(request: RequestContext, text: WaitingText) -> str:
    account = request.app.accounts.get(text.account_id)
    return account.brand if account else ""


def _approve(reply_id: int, read: str, revision: int, looked: bool) -> None:  # noqa: FBT001 - called by the widget
    act(
        "approved",
        lambda request: acts.approve(
            request.app, reply_id, seen_text=read, seen_revision=revision, seen_doubt=looked, **request.by
        ),
    )


def _revise(reply_id: int, field: str) -> None:
    text = st.session_state.get(field, "")
    act("revised", lambda request: acts.revise(request.app, reply_id, required_text(text), **request.by))


def _confirm_sent(reply_id: int, field: str) -> None:
    external_id = st.session_state.get(field, "").strip() or None
    act(
        "settled_as_sent",
        lambda request: confirm_sent(request.app, reply_id, external_id=external_id, **request.by),
    )


def _withhold(reply_id: int, field: str) -> None:
    reason = st.session_state.get(field, "").strip()
    act("withheld", lambda request: acts.withhold(request.app, reply_id, reason, **request.by))
