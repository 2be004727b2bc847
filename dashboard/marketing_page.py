"""Marketing: posts to hide or not, promotions that wait, the crisis switch, and threads flagged or seen by many."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import show_outcome
from dashboard.case_list_page import back_to_start, case_list, offset_of, pager
from dashboard.crisis_page import switches
from dashboard.layout_page import session_over
from dashboard.opening_page import beside_opening
from dashboard.pieces import piece
from dashboard.reads.hide_questions import hide_questions
from dashboard.reads.queued_cases import flagged_cases, flagged_counts
from dashboard.reads.waiting_texts import waiting_texts
from dashboard.times import moment
from dashboard.visit import SignedOutError, Visit, begin_visit
from dashboard.waiting_page import waiting
from records.database import reading
from records.words import Queue

REFRESH_SECONDS = 30
_NAME = "marketing"


def marketing() -> None:
    """The page."""
    visit = begin_visit()
    show_outcome()
    with st.expander(visit.say("crisis_switch")):
        st.caption(visit.say("crisis_lead"))
        switches(visit)
    _hide_questions(visit)
    _promotions(visit)
    _list()


def _hide_questions(visit: Visit) -> None:
    with reading(visit.house.engine) as session:
        questions, total = hide_questions(session)
    if not questions:
        return
    st.subheader(visit.say("hide_questions", count=total))
    st.caption(visit.say("criticism_stays"))
    for question in questions:
        _, row = beside_opening(question.reference, key=f"hide-{question.decision_id}")
        at = moment(question.at, visit.zone(question.brand), now=visit.now, say=visit.say)
        reasons = [visit.say.sentence(reason) for reason in question.reasons[:1]]
        row.html(piece("hide_question.html", visit.say, question=question, at=at, reasons=reasons))


def _promotions(visit: Visit) -> None:
    with reading(visit.house.engine) as session:
        page = waiting_texts(session, visit.house, now=visit.now, promotions=True)
    if not page.texts:
        return
    st.subheader(visit.say("promotions", count=page.total))
    for text in page.texts:
        with beside_opening(text.reference, key=f"promotion-{text.reply_id}")[1]:
            waiting(visit, text, name=_NAME, with_post=True)


@st.fragment(run_every=REFRESH_SECONDS)
def _list() -> None:
    try:
        visit = begin_visit()
    except SignedOutError:
        session_over()
        return
    st.subheader(visit.say("flagged_threads"))
    st.caption(visit.say("marketing_lead"))
    with reading(visit.house.engine) as session:
        counts = flagged_counts(session)
    queue = _queue(visit, counts)
    with reading(visit.house.engine) as session:
        page = flagged_cases(session, now=visit.now, queue=queue, offset=offset_of(_NAME))
    if not page.cases:
        st.info(visit.say("queue_empty"))
    case_list(visit, page.cases, name=_NAME)
    pager(visit, page.total, name=_NAME)


def _queue(visit: Visit, counts: dict[Queue, int]) -> Queue | None:
    say = visit.say
    chosen: Queue | None = st.pills(
        say("which_queue"),
        list(counts),
        format_func=lambda one: f"{say.word(one)} ({counts.get(one, 0)})",
        key=f"{_NAME}-queue",
        on_change=back_to_start,
        args=(_NAME,),
        label_visibility="collapsed",
    )
    return chosen
