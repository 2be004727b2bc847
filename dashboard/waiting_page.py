"""A text that waits for a person: approve, revise, withhold."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act
from dashboard.permitted_page import is_near, until_words
from dashboard.pieces import piece
from dashboard.public_leg_page import who_wrote
from dashboard.reads.permitted import length_on
from dashboard.reads.waiting_texts import WaitingText
from dashboard.times import span
from dashboard.visit import Visit
from records.words import PRIVATE_ACTS
from replies.acts import TEXT_ACTS
from service import desk


def waiting(visit: Visit, text: WaitingText, *, name: str, with_post: bool) -> None:
    """One waiting text in a frame; `with_post` shows what it answers too."""
    say = visit.say
    field = f"{name}-revise-{text.reply_id}"
    with st.container(border=True, key=f"{name}-waiting-{text.reply_id}"):
        st.html(_head(visit, text, with_post=with_post))
        st.html(piece("own_text.html", say, text=text.text or say("no_text")))
        looked = _looked(visit, text, name)
        why_not = _why_not_approved(visit, text, looked=looked)
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
            account = visit.house.accounts.get(text.account_id)
            privately = text.act in PRIVATE_ACTS
            length, most = length_on(account.network if account else "x", text.text, privately=privately)
            count.caption(say("length", length=length, most=most))
        if text.doubtful:
            _it_is_there(visit, text, name)


def _looked(visit: Visit, text: WaitingText, name: str) -> bool:
    """Whether the agent says to have looked at the network, where the text may have been sent already."""
    if not text.doubtful:
        return False
    return st.checkbox(visit.say("looked_and_absent"), key=f"{name}-looked-{text.reply_id}")


def _it_is_there(visit: Visit, text: WaitingText, name: str) -> None:
    """Settles the doubt the other way: the agent has seen it on the network."""
    field = f"{name}-there-{text.reply_id}"
    with st.popover(visit.say("it_is_there")):
        if text.act in TEXT_ACTS:
            st.text_input(visit.say("its_link_or_id"), key=field, max_chars=300)
        st.button(
            visit.say("settle_as_sent"),
            key=f"do-{field}",
            type="primary",
            on_click=_settle_as_sent,
            args=(text.reply_id, field),
        )


def _why_not_approved(visit: Visit, text: WaitingText, *, looked: bool) -> str:
    if _seconded_by(visit, text):
        return visit.say("second_person")
    if text.paused or text.held_now:
        return visit.say.sentence(text.paused or text.held_now)
    return visit.say("look_first") if text.doubtful and not looked else ""


def _head(visit: Visit, text: WaitingText, *, with_post: bool) -> str:
    return piece(
        "waiting_text.html",
        visit.say,
        waiting=text,
        with_post=with_post,
        waits=span(visit.now - text.created_at),
        by=who_wrote(visit, text.origin, text.author, text.author_name),
        why=" ".join(visit.say.sentence(reason) for reason in text.reasons[:1]),
        until=until_words(visit, _brand_of(visit, text), text.private_until),
        near=is_near(text.private_until, visit.now),
        paused=visit.say.sentence(text.paused),
    )


def _brand_of(visit: Visit, text: WaitingText) -> str:
    account = visit.house.accounts.get(text.account_id)
    return account.brand if account else ""


def _seconded_by(visit: Visit, text: WaitingText) -> bool:
    """True where two must approve and this agent has written or approved it already."""
    return text.approvals_needed > 1 and visit.agent.actor.tag in {text.author, *text.approvals}


def _approve(reply_id: int, read: str, revision: int, looked: bool) -> None:  # noqa: FBT001 - called by the widget
    def doing(visit: Visit) -> None:
        desk.approve(
            visit.house,
            reply_id,
            actor=visit.agent.actor,
            now=visit.now,
            seen_text=read,
            seen_revision=revision,
            seen_doubt=looked,
        )

    act("approved", doing)


def _revise(reply_id: int, field: str) -> None:
    text = st.session_state.get(field, "").strip()

    def doing(visit: Visit) -> None:
        if not text:
            raise desk.DeskRefusalError("There is nothing to say yet: write a text first.")
        desk.revise(visit.house, reply_id, text, actor=visit.agent.actor, now=visit.now)

    act("revised", doing)


def _settle_as_sent(reply_id: int, field: str) -> None:
    named = st.session_state.get(field, "").strip()

    def doing(visit: Visit) -> None:
        desk.settle_as_sent(visit.house, reply_id, external_id=named or None, actor=visit.agent.actor, now=visit.now)

    act("settled_as_sent", doing)


def _withhold(reply_id: int, field: str) -> None:
    reason = st.session_state.get(field, "").strip()

    def doing(visit: Visit) -> None:
        if not reason:
            raise desk.DeskRefusalError("Say why it is not sent: the reason is kept.")
        desk.withhold(visit.house, reply_id, reason, actor=visit.agent.actor, now=visit.now)

    act("withheld", doing)
