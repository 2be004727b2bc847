"""How an agent ends a matter that went private: mark it solved, see the line that follows, revoke an invitation."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import Permitted
from dashboard.visit import Visit
from records.database import reading
from records.words import CaseStatus, PrivateState
from service.closing import closing_line, is_sent_by_person
from service.desk_closing import mark_solved, revoke_invitation

_INVITED = frozenset({PrivateState.INVITED, PrivateState.OPEN})


def solve(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    """A control that shows the public line before the case is marked; left out where nothing went private."""
    if case.status != CaseStatus.PRIVATE or case.private_state == PrivateState.SOLVED:
        return
    say, to = visit.say, permitted.to
    owed = case.public_closed_at is None and not case.waiver
    tells = owed and to is not None and to.permissions.reply and not to.hidden
    with st.popover(say("mark_solved"), type="primary" if case.assignee_id == visit.agent.id else "secondary"):
        if not tells or to is None:
            st.caption(say("solved_without_line"))
            done = "solved_and_closed"
        else:
            by_person = is_sent_by_person(to)
            st.caption(say("solved_line_by_person") if by_person else say("solved_line_by_itself"))
            with reading(visit.house.engine) as session:
                st.text(closing_line(session, visit.house, to).text)
            done = "solved_line_waits" if by_person else "solved_line_leaves"
        st.button(say("mark_solved"), key=f"solve-{case.id}", type="primary", on_click=_solve, args=(case.id, done))


def revoke(visit: Visit, case: CaseHead) -> None:
    """A control that voids the invitation, or the room; left out where there is none."""
    if case.private_state not in _INVITED:
        return
    with st.popover(visit.say("revoke_invitation")):
        st.caption(visit.say("revoke_effect"))
        st.button(visit.say("revoke_invitation"), key=f"revoke-{case.id}", on_click=_revoke, args=(case.id,))


def _solve(case_id: int, done: str) -> None:
    act(done, lambda visit: mark_solved(visit.house, case_id, actor=visit.agent.actor, now=visit.now))


def _revoke(case_id: int) -> None:
    act(
        "invitation_revoked",
        lambda visit: revoke_invitation(visit.house, case_id, actor=visit.agent.actor, now=visit.now),
    )
