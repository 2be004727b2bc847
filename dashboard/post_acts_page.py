"""What can be done to posts: hide one, show it again, delete an answer of ours."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act
from dashboard.pieces import piece
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import Permitted
from dashboard.reads.public_leg import BrandPost, PersonPost
from dashboard.visit import Visit
from records.words import ReplyStatus
from service import desk


def hide_or_show(visit: Visit, permitted: Permitted) -> None:
    """A button for the person's latest post; left out where the network lets nobody hide it."""
    to = permitted.to
    if to is None or not to.permissions.hide:
        return
    name = "show_post" if to.hidden else "hide_post"
    st.button(
        visit.say(name),
        key=f"act-{name}",
        on_click=_change,
        args=(to.mention_id, to.account.id, to.hidden),
        disabled=not permitted.hide,
        help=visit.say.sentence(permitted.why_not) if not permitted.hide else None,
    )


def propose_hiding(visit: Visit, case: CaseHead, post: PersonPost, permitted: Permitted) -> None:
    """The rule's question whether to hide the person's latest post, with its reason, and a button that does."""
    to, decided = permitted.to, post.decided
    if decided is None or not decided.propose_hide or post.hidden or post.deleted_at is not None or case.closed_at:
        return
    if to is None or to.mention_id != post.mention_id or not to.permissions.hide:
        return
    with st.container(border=True, key="propose-hide"):
        st.html(
            piece(
                "propose_hide.html", visit.say, reasons=[visit.say.sentence(reason) for reason in decided.reasons[:1]]
            )
        )
        st.button(
            visit.say("hide_this_post"),
            key="act-propose-hide",
            on_click=_change,
            args=(to.mention_id, to.account.id, False),
            disabled=not permitted.hide,
            help=visit.say.sentence(permitted.why_not) if not permitted.hide else None,
        )


def deletion(visit: Visit, post: BrandPost) -> None:
    """A button under an answer of ours that stands on the network; it asks once more."""
    if post.reply_id is None or post.status != ReplyStatus.SENT or post.deleted:
        return
    with st.popover(visit.say("delete_answer")):
        st.caption(visit.say("delete_is_final"))
        st.button(
            visit.say("delete_answer"),
            key=f"delete-{post.reply_id}",
            type="primary",
            on_click=_delete,
            args=(post.reply_id,),
        )


def _change(mention_id: int, account_id: int, hidden: bool) -> None:  # noqa: FBT001 - called by the widget
    def doing(visit: Visit) -> None:
        change = desk.unhide if hidden else desk.hide
        change(visit.house, mention_id=mention_id, account_id=account_id, actor=visit.agent.actor, now=visit.now)

    act("showing_on_its_way" if hidden else "hiding_on_its_way", doing)


def _delete(reply_id: int) -> None:
    act(
        "deletion_on_its_way",
        lambda visit: desk.delete_own(visit.house, reply_id, actor=visit.agent.actor, now=visit.now),
    )
