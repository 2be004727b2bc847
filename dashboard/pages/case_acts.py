"""The controls of a case and its posts: claim, hand over, invite, solve, close, hide, delete."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.auth.request_context import RequestContext
from dashboard.pages.actions import act
from dashboard.reads.case import CaseHead
from dashboard.reads.permissions import CLOSING, AnswerPermissions, propose_text
from dashboard.reads.public_side import BrandPost, PersonPost
from dashboard.wording.html_fragments import html_fragment
from records.enums import Act, CaseStatus, PrivateState, Queue, ReplyStatus
from service.desk import acts
from service.desk.authorise import SUPERVISORS
from service.desk.closing import closing_line, is_sent_by_person, mark_case_solved, revoke_invitation

_INVITED = frozenset({PrivateState.INVITED, PrivateState.OPEN})


def case_acts(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    """One row of controls; what cannot be done is disabled, and its help says why."""
    if case.closed_at is not None:
        st.caption(request.say("case_closed"))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _claim_or_release(request, case)
        _hand_over(request, case)
        _invite(request, case, permitted)
        _revoke_button(request, case)
        _solve_button(request, case, permitted)
        _hide_button(request, permitted)
        _close_in_public(request, case, permitted)
        _waive(request, case)
        _close(request, case)


def hide_proposal(request: RequestContext, case: CaseHead, post: PersonPost, permitted: AnswerPermissions) -> None:
    """The rule's question whether to hide the person's latest post, with its reason, and a button that does."""
    to, decision = permitted.to, post.decision
    if decision is None or not decision.propose_hide or post.hidden or post.deleted_at is not None or case.closed_at:
        return
    if to is None or to.mention_id != post.mention_id or not to.permissions.hide:
        return
    with st.container(border=True, key="propose-hide"):
        st.html(
            html_fragment(
                "propose_hide.html",
                request.say,
                reasons=[request.say.sentence(reason) for reason in decision.reasons[:1]],
            )
        )
        st.button(
            request.say("hide_this_post"),
            key="act-propose-hide",
            on_click=_change_visibility,
            args=(to.mention_id, to.account.id, False),
            disabled=not permitted.hide,
            help=request.say.sentence(permitted.why_not) if not permitted.hide else None,
        )


def delete_button(request: RequestContext, post: BrandPost) -> None:
    """A button, with a confirmation, under an answer of ours that is on the network."""
    if post.reply_id is None or post.status != ReplyStatus.SENT or post.deleted:
        return
    with st.popover(request.say("delete_answer")):
        st.caption(request.say("delete_is_final"))
        st.button(
            request.say("delete_answer"),
            key=f"delete-{post.reply_id}",
            type="primary",
            on_click=_delete,
            args=(post.reply_id,),
        )


def _claim_or_release(request: RequestContext, case: CaseHead) -> None:
    if case.assignee_id == request.agent.id:
        _button(
            request,
            "release",
            lambda: act("released", lambda request: acts.release_case(request.app, case.id, **request.by)),
        )
        return
    taken = case.assignee_id is not None and not request.may(SUPERVISORS)
    _button(
        request,
        "claim",
        lambda: act("claimed", lambda request: acts.claim_case(request.app, case.id, **request.by)),
        why_not=request.say("taken_by", name=case.assignee) if taken else "",
        primary=True,
    )


def _hand_over(request: RequestContext, case: CaseHead) -> None:
    say = request.say
    with st.popover(say("hand_over")):
        note, queue = f"note-{case.id}", f"to-queue-{case.id}"
        st.text_area(say("note"), key=note, height=90, max_chars=1_000, placeholder=say("placeholder_note"))
        st.selectbox(say("which_queue"), list(Queue), format_func=say.word, key=queue)
        st.button(say("hand_over"), key=f"hand-over-{case.id}", type="primary", on_click=_pass_on, args=(case.id,))


def _pass_on(case_id: int) -> None:
    note, queue = st.session_state[f"note-{case_id}"], Queue(st.session_state[f"to-queue-{case_id}"])
    act(
        "handed_over_done",
        lambda request: acts.hand_over(request.app, case_id, note=note, queue=queue, **request.by),
        clears=(f"note-{case_id}",),
    )


def _invite(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    _button(
        request,
        "invite",
        lambda: act("invited", lambda request: acts.invite(request.app, case.id, **request.by)),
        why_not="" if permitted.private_message else _why(request, permitted, "invite_not_yet"),
    )


def _close_in_public(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    say, field = request.say, f"closing-{case.id}"
    owed = case.status == CaseStatus.PRIVATE and case.public_closed_at is None
    why_not = _why(request, permitted, "closing_not_possible") if not permitted.reply else ""
    with st.popover(
        say("close_in_public"),
        disabled=bool(why_not) or not owed,
        help=why_not or ("" if owed else say("nothing_owed")),
    ):
        if permitted.to is not None and field not in st.session_state:
            st.session_state[field] = propose_text(request.app, permitted.to, CLOSING)
        st.text_area(say("closing_line"), key=field, height=110, width=420)
        st.button(
            say("send_closing"), key=f"send-{field}", type="primary", on_click=_send_closing, args=(case.id, field)
        )


def _send_closing(case_id: int, field: str) -> None:
    text = st.session_state.get(field, "")
    act("closing_on_its_way", lambda request: acts.close_in_public(request.app, case_id, text, **request.by))


def _waive(request: RequestContext, case: CaseHead) -> None:
    if not request.may(SUPERVISORS) or not case.owes_public_closing:
        return
    say, field = request.say, f"waiver-{case.id}"
    with st.popover(say("waive")):
        st.text_input(say("waive_reason"), key=field, max_chars=300)
        st.button(say("waive"), key=f"do-{field}", on_click=_waive_closing, args=(case.id, field))


def _waive_closing(case_id: int, field: str) -> None:
    reason = st.session_state.get(field, "")
    act("waived", lambda request: acts.waive_closing(request.app, case_id, reason, **request.by))


def _close(request: RequestContext, case: CaseHead) -> None:
    _button(
        request,
        "close",
        lambda: act("closed", lambda request: acts.close_case(request.app, case.id, **request.by)),
        why_not=request.say("owes_closing") if case.owes_public_closing else "",
    )


def _button(
    request: RequestContext, name: str, doing: Callable[[], None], *, why_not: str = "", primary: bool = False
) -> None:
    st.button(
        request.say(name),
        key=f"act-{name}",
        on_click=doing,
        disabled=bool(why_not),
        help=why_not or None,
        type="primary" if primary else "secondary",
    )


def _why(request: RequestContext, permitted: AnswerPermissions, otherwise: str) -> str:
    return request.say.sentence(permitted.why_not) if permitted.why_not else request.say(otherwise)


def _solve_button(request: RequestContext, case: CaseHead, permitted: AnswerPermissions) -> None:
    """A control that shows the public line before the case is marked; left out where nothing went private."""
    if case.status != CaseStatus.PRIVATE or case.private_state == PrivateState.SOLVED:
        return
    say, to = request.say, permitted.to
    tells = case.owes_public_closing and to is not None and to.permits(Act.PUBLIC_REPLY) and not to.hidden
    with st.popover(say("mark_solved"), type="primary" if case.assignee_id == request.agent.id else "secondary"):
        if not tells or to is None:
            st.caption(say("solved_without_line"))
            done = "solved_and_closed"
        else:
            by_person = is_sent_by_person(to)
            st.caption(say("solved_line_by_person") if by_person else say("solved_line_by_itself"))
            with request.reading() as session:
                st.text(closing_line(session, request.app, to).text)
            done = "solved_line_waits" if by_person else "solved_line_leaves"
        st.button(say("mark_solved"), key=f"solve-{case.id}", type="primary", on_click=_solve, args=(case.id, done))


def _revoke_button(request: RequestContext, case: CaseHead) -> None:
    """A control that voids the invitation, or the room; left out where there is none."""
    if case.private_state not in _INVITED:
        return
    with st.popover(request.say("revoke_invitation")):
        st.caption(request.say("revoke_effect"))
        st.button(request.say("revoke_invitation"), key=f"revoke-{case.id}", on_click=_revoke, args=(case.id,))


def _solve(case_id: int, done: str) -> None:
    act(done, lambda request: mark_case_solved(request.app, case_id, **request.by))


def _revoke(case_id: int) -> None:
    act("invitation_revoked", lambda request: revoke_invitation(request.app, case_id, **request.by))


def _hide_button(request: RequestContext, permitted: AnswerPermissions) -> None:
    """A button for the person's latest post; left out where the network lets nobody hide it."""
    to = permitted.to
    if to is None or not to.permits(Act.HIDE):
        return
    name = "show_post" if to.hidden else "hide_post"
    st.button(
        request.say(name),
        key=f"act-{name}",
        on_click=_change_visibility,
        args=(to.mention_id, to.account.id, to.hidden),
        disabled=not permitted.hide,
        help=request.say.sentence(permitted.why_not) if not permitted.hide else None,
    )


def _change_visibility(mention_id: int, account_id: int, hidden: bool) -> None:  # noqa: FBT001 - called by the widget
    def doing(request: RequestContext) -> None:
        change = acts.unhide if hidden else acts.hide
        change(request.app, mention_id=mention_id, account_id=account_id, **request.by)

    act("showing_on_its_way" if hidden else "hiding_on_its_way", doing)


def _delete(reply_id: int) -> None:
    act(
        "deletion_on_its_way",
        lambda request: acts.delete_own(request.app, reply_id, **request.by),
    )
