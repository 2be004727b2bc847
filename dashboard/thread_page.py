"""A thread: what was said in public and in private, why it was decided so, and what can be done now."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import show_outcome
from dashboard.case_acts_page import case_acts
from dashboard.composer_page import composer
from dashboard.figures import figures_of
from dashboard.opening_page import CASE, open_thread
from dashboard.permitted_page import show_permitted
from dashboard.pieces import piece
from dashboard.post_acts_page import propose_hiding
from dashboard.private_figures import private_chips
from dashboard.private_leg_page import show_private_leg
from dashboard.public_leg_page import show_public_leg
from dashboard.reads.explanations import explanation_of
from dashboard.reads.one_case import CaseHead, case_by_reference, typed_reference
from dashboard.reads.permitted import permitted_in
from dashboard.reads.private_leg import private_leg
from dashboard.reads.public_leg import public_leg
from dashboard.reads.queued_cases import next_case
from dashboard.reads.waiting_texts import waiting_texts
from dashboard.times import moment
from dashboard.visit import Visit, begin_visit
from dashboard.waiting_page import waiting
from dashboard.why_page import why
from records.database import reading


def thread() -> None:
    """The page; the case is named in its address."""
    visit = begin_visit()
    show_outcome()
    reference = typed_reference(st.query_params.get(CASE, ""))
    if not reference:
        _ask_for_reference(visit)
        return
    with reading(visit.house.engine) as session:
        case = case_by_reference(session, reference)
    if case is None:
        st.warning(visit.say("no_such_case"))
        _ask_for_reference(visit)
        return
    _show(visit, case)


def _show(visit: Visit, case: CaseHead) -> None:
    with reading(visit.house.engine) as session:
        public = public_leg(session, case)
        private = private_leg(session, case)
        texts = waiting_texts(session, visit.house, now=visit.now, case_id=case.id)
        permitted = permitted_in(session, visit.house, case_id=case.id, now=visit.now)
        decided = public.latest.decided if public.latest is not None else None
        told = explanation_of(session, decided, language=visit.say.language) if decided is not None else None
        following = next_case(session, after=case.id, agent_id=visit.agent.id, now=visit.now)
    head, onward = st.columns([7, 2.4], vertical_alignment="top")
    head.html(_head(visit, case))
    if onward.button(visit.say("next_case"), disabled=following is None, width="stretch", shortcut="Alt+N"):
        open_thread(following or "")
    show_permitted(visit, case, permitted)
    case_acts(visit, case, permitted)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(visit.say("in_public"))
        show_public_leg(visit, case, public, permitted)
        if public.latest is not None:
            propose_hiding(visit, case, public.latest, permitted)
        for text in texts.texts:
            waiting(visit, text, name="thread", with_post=False)
        composer(visit, case, permitted)
    with right:
        # Whoever talks in a room looks there first.
        first = st.container()
        st.subheader(visit.say("in_private"))
        show_private_leg(visit, case, private)
        if public.latest is not None:
            with st.container() if private.room is not None else first:
                why(visit, case, public.latest, told)


def _head(visit: Visit, case: CaseHead) -> str:
    figures = figures_of(case, visit)
    handed_over = case.handed_over_at
    head = {
        "clock": figures.clock,
        "clock_class": figures.clock_class,
        "waits": figures.waits,
        "exposure": figures.exposure,
        "as_of": figures.as_of,
        "reach": figures.reach,
        "private": private_chips(case, visit),
        "handed_over_note": visit.say.sentence(case.handed_over_note),
        "waiver": visit.say.sentence(case.waiver or ""),
        "handed_over": moment(handed_over, visit.zone(case.brand), now=visit.now, say=visit.say) if handed_over else "",
    }
    return piece("case_head.html", visit.say, case=case, head=head)


def _ask_for_reference(visit: Visit) -> None:
    with st.form("find-case", width=420):
        wanted = st.text_input(visit.say("reference"), max_chars=20, placeholder="AP-…")
        if st.form_submit_button(visit.say("open")) and wanted.strip():
            open_thread(typed_reference(wanted))
    st.caption(visit.say("choose_from_queue"))
