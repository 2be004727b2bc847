"""Approvals: every text that waits for a person, oldest first."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import show_outcome
from dashboard.case_list_page import back_to_start, offset_of, pager
from dashboard.opening_page import beside_opening
from dashboard.reads.waiting_texts import PAGE, waiting_texts
from dashboard.visit import begin_visit
from dashboard.waiting_page import waiting
from records.database import reading

_NAME = "approvals"


def approvals() -> None:
    """The page."""
    visit = begin_visit()
    show_outcome()
    with reading(visit.house.engine) as session:
        page = waiting_texts(session, visit.house, now=visit.now, offset=offset_of(_NAME))
    if not page.texts and offset_of(_NAME):
        back_to_start(_NAME)
        st.rerun()
    if not page.texts:
        st.info(visit.say("nothing_waits"))
        return
    st.caption(visit.say("texts_wait", count=page.total))
    for text in page.texts:
        with beside_opening(text.reference, key=f"open-{text.reply_id}")[1]:
            waiting(visit, text, name=_NAME, with_post=True)
    pager(visit, page.total, name=_NAME, page=PAGE)
