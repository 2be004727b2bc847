"""The queue: who is served first, and why."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import show_outcome
from dashboard.case_list_page import alike_in, back_to_start, case_list, offset_of, pager, show_alike
from dashboard.layout_page import session_over
from dashboard.pieces import piece
from dashboard.private_figures import promised_waits
from dashboard.reads.queued_cases import QueueFilter, brands_with_open_cases, open_counts, queued_cases
from dashboard.visit import SignedOutError, Visit, begin_visit
from records.database import reading
from records.words import Queue

REFRESH_SECONDS = 10
_NAME = "queue"


def queue() -> None:
    """The page."""
    show_outcome()
    _list()


@st.fragment(run_every=REFRESH_SECONDS)
def _list() -> None:
    try:
        visit = begin_visit()
    except SignedOutError:
        session_over()
        return
    with reading(visit.house.engine) as session:
        counts = open_counts(session, now=visit.now, agent_id=visit.agent.id)
        brands = brands_with_open_cases(session)
    st.html(_figures(visit, counts))
    wanted = _filter(visit, brands)
    with reading(visit.house.engine) as session:
        page = queued_cases(session, wanted, now=visit.now, offset=offset_of(_NAME), promised=promised_waits(visit))
    if not page.cases and offset_of(_NAME):
        back_to_start(_NAME)
        st.rerun(scope="app")
    if wanted.alike is not None:
        st.button(visit.say("whole_queue"), key="whole-queue", on_click=show_alike, args=(_NAME, None))
    if not page.cases:
        st.info(visit.say("queue_empty"))
    case_list(visit, page.cases, name=_NAME)
    pager(visit, page.total, name=_NAME)


def _figures(visit: Visit, counts: dict[str, int]) -> str:
    figures = [
        (visit.say("open_cases"), counts["open"], ""),
        (visit.say("harm_lane"), counts["harm"], "late" if counts["harm"] else ""),
        (visit.say("human_lane"), counts["human"], "late" if counts["human"] else ""),
        (visit.say("late_cases"), counts["late"], "late" if counts["late"] else ""),
        (visit.say("my_cases"), counts["mine"], ""),
    ]
    return piece("figures.html", visit.say, figures=figures)


def _filter(visit: Visit, brands: tuple[str, ...]) -> QueueFilter:
    say = visit.say
    changed = {"on_change": back_to_start, "args": (_NAME,)}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        queue_name = st.selectbox(
            say("which_queue"),
            [None, *Queue],
            format_func=lambda one: say.word(one) if one else say("all"),
            width=150,
            **changed,
        )
        brand = st.selectbox(
            say("brand"),
            [None, *brands],
            format_func=lambda one: one or say("all"),
            disabled=len(brands) < 2,
            width=150,
            **changed,
        )
        mine = st.checkbox(say("only_mine"), width="content", **changed)
        harm = st.checkbox(say("only_harm"), width="content", **changed)
        asks_human = st.checkbox(say("only_human"), width="content", **changed)
        unanswered = st.checkbox(say("only_unanswered"), width="content", **changed)
    return QueueFilter(
        queue=queue_name,
        brand=brand,
        assignee_id=visit.agent.id if mine else None,
        harm=harm,
        unanswered=unanswered,
        asks_human=asks_human,
        alike=alike_in(_NAME),
    )
