"""What the network permits in a thread right now, until when, and what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from dashboard.pieces import piece
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import Permitted
from dashboard.times import moment, span
from dashboard.visit import Visit
from service.desk_reading import Addressee

NEAR = timedelta(hours=2)
"""A way that closes within this is shown as near its end."""


def show_permitted(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    """One line under the head of the case; a paused account says so first."""
    to = permitted.to
    if case.closed_at is not None or to is None:
        return
    if to.paused:
        st.warning(visit.say("account_paused"), icon=":material/pause_circle:")
        st.text(visit.say.sentence(to.paused))
    month = permitted.month
    told = {
        "private_word": visit.say.word(to.permissions.private_act),
        "until": until_words(visit, case.brand, to.permissions.private_until),
        "near": is_near(to.permissions.private_until, visit.now),
        "month": visit.say("month_spent", spent=dollars(month.spent), cap=dollars(month.cap)) if month else "",
        "why": visit.say.sentence(to.permissions.why),
    }
    costs = {name: dollars(cost) if cost else "" for name, cost in _costs(to).items()}
    st.html(piece("permitted.html", visit.say, to=to, permissions=to.permissions, told=told, costs=costs))


def until_words(visit: Visit, brand: str, until: datetime | None) -> str:
    """`until 10:42 (3 h 05 min left)`; empty where there is no deadline."""
    if until is None:
        return ""
    at = moment(until, visit.zone(brand), now=visit.now, say=visit.say)
    return visit.say("permitted_until", at=at, left=span(until - visit.now))


def is_near(until: datetime | None, now: datetime) -> bool:
    """True where a deadline is close enough to hurry."""
    return until is not None and until - now <= NEAR


def dollars(amount: float) -> str:
    """`$0.015`, `$12.50`."""
    return f"${amount:.3f}".removesuffix("0") if amount < 1 else f"${amount:,.2f}"


def _costs(to: Addressee) -> dict[str, float]:
    permissions = to.permissions
    return {
        "reply": permissions.reply_cost,
        "private": permissions.private_cost,
        "hide": permissions.hide_cost,
        "link": permissions.link_cost,
    }
