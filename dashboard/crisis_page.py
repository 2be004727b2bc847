"""The crisis switch: the banner that everybody sees, and the page on which it is turned."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act, show_outcome
from dashboard.pieces import piece
from dashboard.reads.crises import LastingCrisis, lasting_crises
from dashboard.times import moment
from dashboard.visit import Visit, begin_visit
from records.database import reading
from records.words import Role
from service.desk_crisis import DECLARERS, LONGEST_REASON, declare_crisis, lift_crisis

_SUPERVISING = frozenset({Role.SUPERVISOR})


def banner(visit: Visit) -> None:
    """One line a crisis that lasts, above whatever page is shown."""
    with reading(visit.house.engine) as session:
        found = lasting_crises(session)
    if found:
        told = [(crisis, _since(visit, crisis)) for crisis in found.values()]
        st.html(piece("crisis_banner.html", visit.say, crises=told))


def crisis() -> None:
    """The page: each brand, whether its switch is on, and what can be done about it."""
    visit = begin_visit()
    show_outcome()
    st.caption(visit.say("crisis_lead"))
    switches(visit)


def switches(visit: Visit) -> None:
    """The switch of each brand, on or off."""
    with reading(visit.house.engine) as session:
        found = lasting_crises(session)
    for brand in sorted({*visit.house.settings.brands, *found}):
        with st.container(border=True, key=f"crisis-{brand}"):
            if brand in found:
                _lasting(visit, found[brand])
            else:
                _quiet(visit, brand)


def _quiet(visit: Visit, brand: str) -> None:
    say, field = visit.say, f"crisis-reason-{brand}"
    name, acts = st.columns([6, 2], vertical_alignment="center")
    name.html(piece("crisis_state.html", say, brand=brand, crisis=None, since=""))
    with acts.popover(say("declare_crisis"), width="stretch", disabled=not visit.may(DECLARERS)):
        st.text_area(
            say("crisis_reason"), key=field, height=90, max_chars=LONGEST_REASON, placeholder=say("placeholder_crisis")
        )
        st.caption(say("crisis_effect", brand=brand))
        st.button(
            say("declare_crisis_of", brand=brand),
            key=f"declare-{brand}",
            type="primary",
            on_click=_declare,
            args=(brand, field),
        )


def _lasting(visit: Visit, crisis: LastingCrisis) -> None:
    say = visit.say
    name, acts = st.columns([6, 2], vertical_alignment="center")
    name.html(piece("crisis_state.html", say, brand=crisis.brand, crisis=crisis, since=_since(visit, crisis)))
    why_not = _why_not_lifted(visit, crisis)
    acts.button(
        say("lift_crisis_second") if crisis.first_lift_tag else say("lift_crisis"),
        key=f"lift-{crisis.brand}",
        type="primary",
        width="stretch",
        on_click=_lift,
        args=(crisis.brand, bool(crisis.first_lift_tag)),
        disabled=bool(why_not),
        help=why_not or None,
    )


def _why_not_lifted(visit: Visit, crisis: LastingCrisis) -> str:
    if not visit.may(_SUPERVISING):
        return visit.say("supervisors_lift")
    if crisis.first_lift_tag == visit.agent.actor.tag:
        return visit.say("second_supervisor")
    return ""


def _since(visit: Visit, crisis: LastingCrisis) -> str:
    return moment(crisis.declared_at, visit.zone(crisis.brand), now=visit.now, say=visit.say)


def _declare(brand: str, field: str) -> None:
    reason = st.session_state.get(field, "")
    act(
        "crisis_declared",
        lambda visit: declare_crisis(visit.house, brand, reason, actor=visit.agent.actor, now=visit.now),
        clears=(field,),
    )


def _lift(brand: str, second: bool) -> None:  # noqa: FBT001 - called by the widget
    act(
        "crisis_lifted" if second else "crisis_half_lifted",
        lambda visit: lift_crisis(visit.house, brand, actor=visit.agent.actor, now=visit.now),
    )
