"""The marketing page: posts to hide, promotions to approve, the crisis switch, and threads of high exposure."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request, refreshing
from dashboard.pages.actions import show_action_result
from dashboard.pages.approvals import waiting_text
from dashboard.pages.case_list import back_to_start, case_list, columns_with_open_button, offset_of, pager
from dashboard.pages.crisis import crisis_switches
from dashboard.reads.hide_questions import hide_questions
from dashboard.reads.queue import flagged_cases, flagged_counts
from dashboard.reads.waiting_texts import waiting_texts
from dashboard.wording.html_fragments import html_fragment
from records.enums import Queue

REFRESH_SECONDS = 30
_NAME = "marketing"


def marketing() -> None:
    """The page."""
    request = current_request()
    show_action_result()
    with st.expander(request.say("crisis_switch")):
        st.caption(request.say("crisis_lead"))
        crisis_switches(request)
    _hide_questions(request)
    _promotions(request)
    _list()


def _hide_questions(request: RequestContext) -> None:
    with request.reading() as session:
        questions, total = hide_questions(session)
    if not questions:
        return
    st.subheader(request.say("hide_questions", count=total))
    st.caption(request.say("criticism_stays"))
    for question in questions:
        _, row = columns_with_open_button(question.reference, key=f"hide-{question.decision_id}")
        at = request.local_time(question.at, question.brand)
        reasons = [request.say.sentence(reason) for reason in question.reasons[:1]]
        row.html(html_fragment("hide_question.html", request.say, question=question, at=at, reasons=reasons))


def _promotions(request: RequestContext) -> None:
    with request.reading() as session:
        page = waiting_texts(session, request.app, now=request.now, promotions=True)
    if not page.texts:
        return
    st.subheader(request.say("promotions", count=page.total))
    for text in page.texts:
        with columns_with_open_button(text.reference, key=f"promotion-{text.reply_id}")[1]:
            waiting_text(request, text, name=_NAME, with_post=True)


@refreshing(REFRESH_SECONDS)
def _list(request: RequestContext) -> None:
    st.subheader(request.say("flagged_threads"))
    st.caption(request.say("marketing_lead"))
    with request.reading() as session:
        counts = flagged_counts(session)
    queue = _queue(request, counts)
    with request.reading() as session:
        page = flagged_cases(session, now=request.now, queue=queue, offset=offset_of(_NAME))
    if not page.cases:
        st.info(request.say("queue_empty"))
    case_list(request, page.cases, name=_NAME)
    pager(request, page.total, name=_NAME)


def _queue(request: RequestContext, counts: dict[Queue, int]) -> Queue | None:
    say = request.say
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
