"""The queue page: open cases in the order in which they are served, with filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import streamlit as st

from dashboard.auth.request_context import RequestContext, refreshing
from dashboard.pages.actions import show_action_result
from dashboard.pages.case_figures import promised_waits
from dashboard.pages.case_list import back_to_start, case_list, offset_of, open_campaign, opened_campaign, pager
from dashboard.reads.queue import OpenCounts, QueueFilter, brands_with_open_cases, open_counts, queued_cases
from dashboard.wording.html_fragments import html_fragment
from records.enums import Queue

REFRESH_SECONDS = 10
_NAME = "queue"


def queue() -> None:
    """The page."""
    show_action_result()
    _list()


@refreshing(REFRESH_SECONDS)
def _list(request: RequestContext) -> None:
    with request.reading() as session:
        counts = open_counts(session, now=request.now, agent_id=request.agent.id)
        brands = brands_with_open_cases(session)
    st.html(_figures(request, counts))
    wanted = _filter(request, brands)
    with request.reading() as session:
        page = queued_cases(session, wanted, now=request.now, offset=offset_of(_NAME), promised=promised_waits(request))
    if not page.cases and offset_of(_NAME):
        back_to_start(_NAME)
        st.rerun(scope="app")
    if wanted.campaign is not None:
        st.button(request.say("whole_queue"), key="whole-queue", on_click=open_campaign, args=(_NAME, None))
    if not page.cases:
        st.info(request.say("queue_empty"))
    case_list(request, page.cases, name=_NAME)
    pager(request, page.total, name=_NAME)


def _figures(request: RequestContext, counts: OpenCounts) -> str:
    figures = [
        (request.say("open_cases"), counts.open_cases, ""),
        (request.say("harm_lane"), counts.harm, "late" if counts.harm else ""),
        (request.say("human_lane"), counts.asking_human, "late" if counts.asking_human else ""),
        (request.say("late_cases"), counts.late, "late" if counts.late else ""),
        (request.say("my_cases"), counts.mine, ""),
    ]
    return html_fragment("figures.html", request.say, figures=figures)


class _OnChange(TypedDict):
    on_change: Callable[[str], None]
    args: tuple[str]


def _filter(request: RequestContext, brands: tuple[str, ...]) -> QueueFilter:
    say = request.say
    changed: _OnChange = {"on_change": back_to_start, "args": (_NAME,)}
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
        assignee_id=request.agent.id if mine else None,
        harm=harm,
        unanswered=unanswered,
        asks_human=asks_human,
        campaign=opened_campaign(_NAME),
    )
