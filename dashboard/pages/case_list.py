"""Lists of cases, their pager, and the button that opens a thread."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.auth.request_context import RequestContext
from dashboard.pages.case_figures import figures_of
from dashboard.reads.queue import PAGE, QueuedCase
from dashboard.wording.formats import format_duration
from dashboard.wording.html_fragments import html_fragment

THREAD = "thread"
CASE = "case"
"""Address of the thread page, and the name of its parameter."""


def case_list(request: RequestContext, cases: Sequence[QueuedCase], *, name: str) -> None:
    """Rows with a button each that opens the thread."""
    for case in cases:
        opening, row = columns_with_open_button(case.reference, key=f"{name}-{case.reference}")
        if case.campaign_size > 1:
            opening.button(
                request.say("show_alike", count=case.campaign_size),
                key=f"{name}-alike-{case.reference}",
                on_click=open_campaign,
                args=(name, case.campaign),
                width="stretch",
            )
        row.html(_row(request, case))


def pager(request: RequestContext, total: int, *, name: str, page: int = PAGE) -> None:
    """Earlier and later pages; the offset is kept under `name` in the session."""
    offset = offset_of(name)
    if total <= page:
        return
    before, after, where = st.columns([1, 1, 6], vertical_alignment="center")
    before.button(
        request.say("previous"), key=f"{name}-previous", disabled=offset == 0, on_click=_move, args=(name, -page)
    )
    after.button(
        request.say("next"), key=f"{name}-next", disabled=offset + page >= total, on_click=_move, args=(name, page)
    )
    where.caption(request.say("shown_of", first=offset + 1, last=min(total, offset + page), total=total))


def open_campaign(name: str, campaign: str | None) -> None:
    """Show in the list called `name` the cases of this campaign and no others; None shows all again."""
    st.session_state[f"{name}-alike"] = campaign
    back_to_start(name)


def opened_campaign(name: str) -> str | None:
    """The campaign that is open in the list called `name`; None where all cases are shown."""
    campaign: str | None = st.session_state.get(f"{name}-alike")
    return campaign


def offset_of(name: str) -> int:
    """Where the list called `name` starts."""
    return int(st.session_state.get(f"{name}-offset", 0))


def back_to_start(name: str) -> None:
    """Show the list called `name` from its beginning."""
    st.session_state[f"{name}-offset"] = 0


def _move(name: str, by: int) -> None:
    st.session_state[f"{name}-offset"] = max(0, offset_of(name) + by)


def _row(request: RequestContext, case: QueuedCase) -> str:
    latest = case.latest
    return html_fragment(
        "queue_row.html",
        request.say,
        case=case,
        figures=figures_of(case, request),
        handed_over=request.say.sentence(case.handed_over_note),
        language=latest.language if latest else "",
        why=" ".join(request.say.sentence(reason) for reason in latest.reasons[:1]) if latest else "",
        asked_human=format_duration(request.now - case.asked_human_at) if case.asked_human_at is not None else "",
    )


def columns_with_open_button(reference: str, *, key: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """A narrow column with a button that opens the thread, and the wide one beside it.

    Without a reference there is no button.
    """
    opening, row = st.columns([1.2, 9], vertical_alignment="top", gap="small")
    with opening.container(key=f"opening-{key}"):
        if reference and st.button(reference, key=key, width="stretch"):
            open_thread(reference)
    return opening, row


def open_thread(reference: str) -> None:
    """Go to the thread of this case; its address can be kept and shared."""
    st.switch_page(st.Page(_thread_page, url_path=THREAD), query_params={CASE: reference})


def _thread_page() -> None:
    """A placeholder for the thread page, which Streamlit finds by its address."""
