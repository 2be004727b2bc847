"""The audit page: the log, its verification, and the opening of sealed fields."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request
from dashboard.pages.actions import act, show_action_result
from dashboard.reads.log_entries import FAMILIES, PAGE, EntryFilter, LogEntry, log_entries, log_head, verify_log
from dashboard.wording.formats import format_time
from dashboard.wording.html_fragments import html_fragment
from service.desk.reveal import reveal_entry

_BEFORE = "audit-before"
_OPENED = "audit-opened"


def audit() -> None:
    """The page."""
    request = current_request()
    show_action_result()
    _head(request)
    wanted = _filter(request)
    with request.reading() as session:
        entries = log_entries(session, wanted, before=st.session_state.get(_BEFORE))
    if not entries:
        st.info(request.say("no_entries"))
    for entry in entries:
        _entry(request, entry)
    newest, older = st.columns([1, 7])
    newest.button(request.say("newest"), disabled=_BEFORE not in st.session_state, on_click=_go, args=(None,))
    if len(entries) == PAGE:
        older.button(request.say("older"), on_click=_go, args=(entries[-1].index,))


def _head(request: RequestContext) -> None:
    with request.reading() as session:
        head = log_head(session)
    at = format_time(head.checkpoint_at, "UTC", now=request.now, say=request.say) if head.checkpoint_at else ""
    st.html(html_fragment("log_head.html", request.say, head=head, at=at))
    if st.button(request.say("verify"), key="verify-log", type="primary"):
        with st.spinner(request.say("verifying")), request.reading() as session:
            found = verify_log(session, request.app)
        if found.sound:
            st.success(request.say("log_sound", size=found.size))
        else:
            st.error(request.say("log_not_sound", count=len(found.problems)))
            for problem in found.problems[:20]:
                st.text(problem.message)


def _filter(request: RequestContext) -> EntryFilter:
    say = request.say
    kind, reference, since, until = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
    chosen = kind.selectbox(
        say("kind"),
        ["", *FAMILIES],
        format_func=lambda one: say.words.get(f"log_{one}", one) if one else say("all"),
        on_change=_go,
        args=(None,),
        accept_new_options=True,
        help=say("kind_help"),
    )
    case = reference.text_input(say("reference"), max_chars=20, placeholder="AP-…", on_change=_go, args=(None,))
    first = since.date_input(say("since"), value=None, format="DD/MM/YYYY", on_change=_go, args=(None,))
    last = until.date_input(say("until"), value=None, format="DD/MM/YYYY", on_change=_go, args=(None,))
    return EntryFilter(
        kind="" if chosen in FAMILIES else chosen or "",
        family=chosen if chosen in FAMILIES else "",
        reference=case,
        since=datetime.combine(first, time(), UTC) if first else None,
        until=datetime.combine(last, time(), UTC) + timedelta(days=1) if last else None,
    )


def _entry(request: RequestContext, entry: LogEntry) -> None:
    row, opening = st.columns([9, 1.2], vertical_alignment="top", gap="small")
    opened = st.session_state.get(_OPENED, {}).get(entry.index)
    at = format_time(entry.at, "UTC", now=request.now, say=request.say)
    row.html(html_fragment("log_entry.html", request.say, entry=entry, at=at, by=_by(request, entry), opened=opened))
    if entry.sealed and opened is None:
        opening.button(
            request.say("unseal"),
            key=f"unseal-{entry.index}",
            width="stretch",
            on_click=_unseal,
            args=(entry.index,),
            help=request.say("unseal_help"),
        )


def _by(request: RequestContext, entry: LogEntry) -> str:
    """Who did it, in words."""
    source = entry.actor.partition(":")[0]
    if entry.name:
        return entry.name
    return request.say.words.get(f"actor_{source}", entry.actor)


def _unseal(index: int) -> None:
    def doing(request: RequestContext) -> None:
        fields = reveal_entry(request.app, index, **request.by)
        st.session_state.setdefault(_OPENED, {})[index] = fields or {"": request.say("erased")}

    act("unsealed", doing)


def _go(before: int | None) -> None:
    if before is None:
        st.session_state.pop(_BEFORE, None)
    else:
        st.session_state[_BEFORE] = before
