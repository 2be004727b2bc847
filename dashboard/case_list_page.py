"""A list of cases, a row each, as the queue and marketing show it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.figures import figures_of
from dashboard.opening_page import beside_opening
from dashboard.pieces import piece
from dashboard.private_figures import private_chips
from dashboard.reads.queued_cases import PAGE, QueuedCase
from dashboard.times import span
from dashboard.visit import Visit


def case_list(visit: Visit, cases: Sequence[QueuedCase], *, name: str) -> None:
    """Rows with a button each that opens the thread."""
    for case in cases:
        opening, row = beside_opening(case.reference, key=f"{name}-{case.reference}")
        if case.copies > 1:
            opening.button(
                visit.say("show_alike", count=case.copies),
                key=f"{name}-alike-{case.reference}",
                on_click=show_alike,
                args=(name, case.alike),
                width="stretch",
            )
        row.html(_row(visit, case))


def pager(visit: Visit, total: int, *, name: str, page: int = PAGE) -> None:
    """Earlier and later pages; the offset is kept under `name` in the session."""
    offset = offset_of(name)
    if total <= page:
        return
    before, after, where = st.columns([1, 1, 6], vertical_alignment="center")
    before.button(
        visit.say("previous"), key=f"{name}-previous", disabled=offset == 0, on_click=_move, args=(name, -page)
    )
    after.button(
        visit.say("next"), key=f"{name}-next", disabled=offset + page >= total, on_click=_move, args=(name, page)
    )
    where.caption(visit.say("shown_of", first=offset + 1, last=min(total, offset + page), total=total))


def show_alike(name: str, wave: str | None) -> None:
    """Show in the list called `name` the cases of this wave of copies and no others; None shows all again."""
    st.session_state[f"{name}-alike"] = wave
    back_to_start(name)


def alike_in(name: str) -> str | None:
    """Which wave the cases of the list called `name` must belong to, where one was opened."""
    found: str | None = st.session_state.get(f"{name}-alike")
    return found


def offset_of(name: str) -> int:
    """Where the list called `name` starts."""
    return int(st.session_state.get(f"{name}-offset", 0))


def back_to_start(name: str) -> None:
    """Show the list called `name` from its beginning."""
    st.session_state[f"{name}-offset"] = 0


def _move(name: str, by: int) -> None:
    st.session_state[f"{name}-offset"] = max(0, offset_of(name) + by)


def _row(visit: Visit, case: QueuedCase) -> str:
    figures = figures_of(case, visit)
    latest = case.latest
    handed_over = visit.say.sentence(case.handed_over_note)
    why = " ".join(visit.say.sentence(reason) for reason in latest.reasons[:1]) if latest else ""
    row = {
        "clock": figures.clock,
        "clock_class": figures.clock_class,
        "waits": figures.waits,
        "exposure": figures.exposure,
        "as_of": figures.as_of,
        "reach": figures.reach,
        "handed_over": handed_over,
        "language": latest.language if latest else "",
        "why": why,
        "private": private_chips(case, visit),
        "asked_human": span(visit.now - case.asked_human_at) if case.asked_human_at is not None else "",
    }
    return piece("queue_row.html", visit.say, case=case, row=row)
