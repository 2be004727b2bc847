"""Marketing: threads that are flagged, or seen by many."""

from __future__ import annotations

import streamlit as st

from dashboard.case_list_page import case_list, offset_of, pager
from dashboard.layout_page import session_over
from dashboard.reads.queued_cases import flagged_cases
from dashboard.visit import SignedOutError, begin_visit
from records.database import reading

REFRESH_SECONDS = 30
_NAME = "marketing"


def marketing() -> None:
    """The page."""
    _list()


@st.fragment(run_every=REFRESH_SECONDS)
def _list() -> None:
    try:
        visit = begin_visit()
    except SignedOutError:
        session_over()
        return
    st.caption(visit.say("marketing_lead"))
    with reading(visit.house.engine) as session:
        page = flagged_cases(session, now=visit.now, offset=offset_of(_NAME))
    if not page.cases:
        st.info(visit.say("queue_empty"))
    case_list(visit, page.cases, name=_NAME)
    pager(visit, page.total, name=_NAME)
