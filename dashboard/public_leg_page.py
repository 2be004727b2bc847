"""The public side of a thread."""

from __future__ import annotations

import streamlit as st

from dashboard.figures import thousands
from dashboard.pieces import piece
from dashboard.post_acts_page import deletion
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import Permitted
from dashboard.reads.public_leg import BrandPost, PersonPost, PublicLeg
from dashboard.shown import MOST
from dashboard.times import moment
from dashboard.visit import Visit


def show_public_leg(visit: Visit, case: CaseHead, leg: PublicLeg, permitted: Permitted) -> None:
    """Every post, oldest first; an answer of ours may be deleted where the network permits it."""
    if leg.left_out:
        st.caption(visit.say("left_out", count=leg.left_out))
    for post in leg.posts:
        if isinstance(post, PersonPost):
            st.html(_person(visit, case, post))
            continue
        st.html(_brand(visit, case, post))
        if permitted.delete_own and case.closed_at is None:
            deletion(visit, post)
    if not leg.posts:
        st.caption(visit.say("private_only"))
    if leg.others:
        st.caption(visit.say("others_in_thread", count=leg.others))


def who_wrote(visit: Visit, origin: str, author: str, name: str = "") -> str:
    """`rule aside`, `Ana`, or that it was written outside Aparte. `name` is that of an agent, where it is known."""
    kind, _, number = author.partition(":")
    if origin == "outside":
        return visit.say("written_outside")
    if kind == "rule":
        return visit.say("rule", name=number)
    if author == visit.agent.actor.tag:
        return visit.say("by_you")
    return name or (visit.say("by_agent", name=number) if kind == "agent" else author)


def _person(visit: Visit, case: CaseHead, post: PersonPost) -> str:
    return piece(
        "person_post.html",
        visit.say,
        case=case,
        post=post,
        reach=thousands(case.reach),
        at=_at(visit, case, post.at),
        more=thousands(post.length - MOST) if post.length > MOST else "",
    )


def _brand(visit: Visit, case: CaseHead, post: BrandPost) -> str:
    account = visit.house.accounts.get(post.account_id)
    return piece(
        "brand_post.html",
        visit.say,
        who=f"@{account.handle}" if account and account.handle else case.brand,
        by=who_wrote(visit, post.origin, post.author, post.author_name),
        status=post.status,
        deleted=post.deleted,
        reason=post.reason,
        text=post.text,
        moment=post.at,
        at=_at(visit, case, post.at),
    )


def _at(visit: Visit, case: CaseHead, moment_: object) -> str:
    return moment(moment_, visit.zone(case.brand), now=visit.now, say=visit.say)
