"""Audit: the log, its proofs, and what is sealed in it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from dashboard.acting import act, show_outcome
from dashboard.pieces import piece
from dashboard.reads.log_entries import FAMILIES, PAGE, EntryFilter, LogEntry, log_entries, log_head
from dashboard.times import moment
from dashboard.visit import Visit, begin_visit
from ledger.verification import verify
from records.database import reading
from service.keys import verification_key
from service.unsealing import unseal_entry

_BEFORE = "audit-before"
_OPENED = "audit-opened"


def audit() -> None:
    """The page."""
    visit = begin_visit()
    show_outcome()
    _head(visit)
    wanted = _filter(visit)
    with reading(visit.house.engine) as session:
        entries = log_entries(session, wanted, before=st.session_state.get(_BEFORE))
    if not entries:
        st.info(visit.say("no_entries"))
    for entry in entries:
        _entry(visit, entry)
    newest, older = st.columns([1, 7])
    newest.button(visit.say("newest"), disabled=_BEFORE not in st.session_state, on_click=_go, args=(None,))
    if len(entries) == PAGE:
        older.button(visit.say("older"), on_click=_go, args=(entries[-1].index,))


def _head(visit: Visit) -> None:
    with reading(visit.house.engine) as session:
        head = log_head(session)
    at = moment(head.checkpoint_at, "UTC", now=visit.now, say=visit.say) if head.checkpoint_at else ""
    st.html(piece("log_head.html", visit.say, head=head, at=at))
    if st.button(visit.say("verify"), key="verify-log", type="primary"):
        with st.spinner(visit.say("verifying")), reading(visit.house.engine) as session:
            found = verify(session, signing_keys=[verification_key(visit.house.master_key)])
        if found.sound:
            st.success(visit.say("log_sound", size=found.size))
        else:
            st.error(visit.say("log_not_sound", count=len(found.problems)))
            for problem in found.problems[:20]:
                st.text(problem.message)


def _filter(visit: Visit) -> EntryFilter:
    say = visit.say
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


def _entry(visit: Visit, entry: LogEntry) -> None:
    row, opening = st.columns([9, 1.2], vertical_alignment="top", gap="small")
    opened = st.session_state.get(_OPENED, {}).get(entry.index)
    at = moment(entry.at, "UTC", now=visit.now, say=visit.say)
    row.html(piece("log_entry.html", visit.say, entry=entry, at=at, by=_by(visit, entry), opened=opened))
    if entry.sealed and opened is None:
        opening.button(
            visit.say("unseal"),
            key=f"unseal-{entry.index}",
            width="stretch",
            on_click=_unseal,
            args=(entry.index,),
            help=visit.say("unseal_help"),
        )


def _by(visit: Visit, entry: LogEntry) -> str:
    """Who did it, in words."""
    source = entry.actor.partition(":")[0]
    if entry.name:
        return entry.name
    return visit.say.words.get(f"actor_{source}", entry.actor)


def _unseal(index: int) -> None:
    def doing(visit: Visit) -> None:
        fields = unseal_entry(visit.house, index, actor=visit.agent.actor, now=visit.now)
        st.session_state.setdefault(_OPENED, {})[index] = fields or {"": visit.say("erased")}

    act("unsealed", doing)


def _go(before: int | None) -> None:
    if before is None:
        st.session_state.pop(_BEFORE, None)
    else:
        st.session_state[_BEFORE] = before
