"""What can be done with a case: take it, pass it on, invite, close."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.acting import act
from dashboard.outcome_acts_page import revoke, solve
from dashboard.post_acts_page import hide_or_show
from dashboard.reads.one_case import CaseHead
from dashboard.reads.permitted import CLOSING, Permitted, proposal
from dashboard.visit import Visit
from records.words import CaseStatus, Queue, Role
from service import desk

_SUPERVISING = frozenset({Role.SUPERVISOR})


def case_acts(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    """One row of controls; what cannot be done is disabled, and its help says why."""
    if case.closed_at is not None:
        st.caption(visit.say("case_closed"))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _claim_or_release(visit, case)
        _hand_over(visit, case)
        _invite(visit, case, permitted)
        revoke(visit, case)
        solve(visit, case, permitted)
        hide_or_show(visit, permitted)
        _close_in_public(visit, case, permitted)
        _waive(visit, case)
        _close(visit, case)


def _claim_or_release(visit: Visit, case: CaseHead) -> None:
    if case.assignee_id == visit.agent.id:
        _button(
            visit,
            "release",
            lambda: _do("released", lambda present: desk.release_case(present.house, case.id, **_by(present))),
        )
        return
    taken = case.assignee_id is not None and not visit.may(_SUPERVISING)
    _button(
        visit,
        "claim",
        lambda: _do("claimed", lambda present: desk.claim_case(present.house, case.id, **_by(present))),
        why_not=visit.say("taken_by", name=case.assignee) if taken else "",
        primary=True,
    )


def _hand_over(visit: Visit, case: CaseHead) -> None:
    say = visit.say
    with st.popover(say("hand_over")):
        note, queue = f"note-{case.id}", f"to-queue-{case.id}"
        st.text_area(say("note"), key=note, height=90, max_chars=1_000, placeholder=say("placeholder_note"))
        st.selectbox(say("which_queue"), list(Queue), format_func=say.word, key=queue)
        st.button(say("hand_over"), key=f"hand-over-{case.id}", type="primary", on_click=_pass_on, args=(case.id,))


def _pass_on(case_id: int) -> None:
    note, queue = st.session_state[f"note-{case_id}"], Queue(st.session_state[f"to-queue-{case_id}"])
    _do(
        "handed_over_done",
        lambda present: desk.hand_over(present.house, case_id, note=note, queue=queue, **_by(present)),
        clears=(f"note-{case_id}",),
    )


def _invite(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    _button(
        visit,
        "invite",
        lambda: _do("invited", lambda present: desk.invite(present.house, case.id, **_by(present))),
        why_not="" if permitted.private_message else _why(visit, permitted, "invite_not_yet"),
    )


def _close_in_public(visit: Visit, case: CaseHead, permitted: Permitted) -> None:
    say, field = visit.say, f"closing-{case.id}"
    owed = case.status == CaseStatus.PRIVATE and case.public_closed_at is None
    why_not = _why(visit, permitted, "closing_not_possible") if not permitted.reply else ""
    with st.popover(
        say("close_in_public"),
        disabled=bool(why_not) or not owed,
        help=why_not or ("" if owed else say("nothing_owed")),
    ):
        if permitted.to is not None and field not in st.session_state:
            st.session_state[field] = proposal(visit.house, permitted.to, CLOSING)
        st.text_area(say("closing_line"), key=field, height=110, width=420)
        st.button(
            say("send_closing"), key=f"send-{field}", type="primary", on_click=_send_closing, args=(case.id, field)
        )


def _send_closing(case_id: int, field: str) -> None:
    text = st.session_state.get(field, "")
    _do("closing_on_its_way", lambda present: desk.close_in_public(present.house, case_id, text, **_by(present)))


def _waive(visit: Visit, case: CaseHead) -> None:
    if not visit.may(_SUPERVISING) or case.status != CaseStatus.PRIVATE or case.public_closed_at or case.waiver:
        return
    say, field = visit.say, f"waiver-{case.id}"
    with st.popover(say("waive")):
        st.text_input(say("waive_reason"), key=field, max_chars=300)
        st.button(say("waive"), key=f"do-{field}", on_click=_waive_closing, args=(case.id, field))


def _waive_closing(case_id: int, field: str) -> None:
    reason = st.session_state.get(field, "")
    _do("waived", lambda present: desk.waive_closing(present.house, case_id, reason, **_by(present)))


def _close(visit: Visit, case: CaseHead) -> None:
    owes = case.status == CaseStatus.PRIVATE and not case.public_closed_at and not case.waiver
    _button(
        visit,
        "close",
        lambda: _do("closed", lambda present: desk.close_case(present.house, case.id, **_by(present))),
        why_not=visit.say("owes_closing") if owes else "",
    )


def _button(visit: Visit, name: str, doing: Callable[[], None], *, why_not: str = "", primary: bool = False) -> None:
    st.button(
        visit.say(name),
        key=f"act-{name}",
        on_click=doing,
        disabled=bool(why_not),
        help=why_not or None,
        type="primary" if primary else "secondary",
    )


def _do(done: str, doing: Callable[[Visit], object], *, clears: tuple[str, ...] = ()) -> None:
    act(done, doing, clears=clears)


def _by(visit: Visit) -> dict[str, object]:
    return {"actor": visit.agent.actor, "now": visit.now}


def _why(visit: Visit, permitted: Permitted, otherwise: str) -> str:
    return visit.say.sentence(permitted.why_not) if permitted.why_not else visit.say(otherwise)
