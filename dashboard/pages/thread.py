"""The thread page: both sides of a case, why it was decided so, and what can be done now."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request
from dashboard.pages.actions import show_action_result
from dashboard.pages.approvals import waiting_text
from dashboard.pages.case_acts import case_acts, hide_proposal
from dashboard.pages.case_figures import figures_of
from dashboard.pages.case_list import CASE, open_thread
from dashboard.pages.composer import composer, show_permissions
from dashboard.pages.conversation import show_private_side, show_public_side
from dashboard.pages.explanation import explanation
from dashboard.reads.case import CaseHead, case_by_reference, typed_reference
from dashboard.reads.explanations import explanation_of
from dashboard.reads.permissions import answer_permissions
from dashboard.reads.private_side import private_side
from dashboard.reads.public_side import public_side
from dashboard.reads.queue import next_case
from dashboard.reads.waiting_texts import waiting_texts
from dashboard.wording.html_fragments import html_fragment


def thread() -> None:
    """The page; the case is named in its address."""
    request = current_request()
    show_action_result()
    reference = typed_reference(st.query_params.get(CASE, ""))
    if not reference:
        _ask_for_reference(request)
        return
    with request.reading() as session:
        case = case_by_reference(session, reference)
    if case is None:
        st.warning(request.say("no_such_case"))
        _ask_for_reference(request)
        return
    _show(request, case)


def _show(request: RequestContext, case: CaseHead) -> None:
    with request.reading() as session:
        public = public_side(session, case)
        private = private_side(session, case)
        texts = waiting_texts(session, request.app, now=request.now, case_id=case.id)
        permitted = answer_permissions(session, request.app, case_id=case.id, now=request.now)
        decision = public.latest.decision if public.latest is not None else None
        explained = explanation_of(session, decision, language=request.say.language) if decision is not None else None
        following = next_case(session, after=case.id, agent_id=request.agent.id, now=request.now)
    head, onward = st.columns([7, 2.4], vertical_alignment="top")
    head.html(_head(request, case))
    if onward.button(request.say("next_case"), disabled=following is None, width="stretch", shortcut="Alt+N"):
        open_thread(following or "")
    show_permissions(request, case, permitted)
    case_acts(request, case, permitted)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(request.say("in_public"))
        show_public_side(request, case, public, permitted)
        if public.latest is not None:
            hide_proposal(request, case, public.latest, permitted)
        for text in texts.texts:
            waiting_text(request, text, name="thread", with_post=False)
        composer(request, case, permitted)
    with right:
        # Where there is a room its messages come first, and the explanation after them.
        first = st.container()
        st.subheader(request.say("in_private"))
        show_private_side(request, case, private)
        if public.latest is not None:
            with st.container() if private.room is not None else first:
                explanation(request, case, public.latest, explained)


def _head(request: RequestContext, case: CaseHead) -> str:
    return html_fragment(
        "case_head.html",
        request.say,
        case=case,
        figures=figures_of(case, request),
        handed_over=request.local_time(case.handed_over_at, case.brand) if case.handed_over_at else "",
        handed_over_note=request.say.sentence(case.handed_over_note),
        waiver=request.say.sentence(case.waiver or ""),
    )


def _ask_for_reference(request: RequestContext) -> None:
    with st.form("find-case", width=420):
        wanted = st.text_input(request.say("reference"), max_chars=20, placeholder="AP-…")
        if st.form_submit_button(request.say("open")) and wanted.strip():
            open_thread(typed_reference(wanted))
    st.caption(request.say("choose_from_queue"))
