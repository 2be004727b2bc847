"""The crisis switch: the banner above every page, and the page on which it is turned."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request
from dashboard.pages.actions import act, show_action_result
from dashboard.reads.crises import ActiveCrisis, active_crises
from dashboard.wording.html_fragments import html_fragment
from service.desk.authorise import SUPERVISORS
from service.desk.crisis import DECLARERS, LONGEST_REASON, declare_crisis, lift_crisis


def crisis_banner(request: RequestContext) -> None:
    """One line for each active crisis, above whatever page is shown."""
    with request.reading() as session:
        active = active_crises(session)
    if active:
        crises = [(crisis, _since(request, crisis)) for crisis in active.values()]
        st.html(html_fragment("crisis_banner.html", request.say, crises=crises))


def crisis() -> None:
    """The page: each brand, whether its switch is on, and what can be done about it."""
    request = current_request()
    show_action_result()
    st.caption(request.say("crisis_lead"))
    crisis_switches(request)


def crisis_switches(request: RequestContext) -> None:
    """The switch of each brand, on or off."""
    with request.reading() as session:
        active = active_crises(session)
    for brand in sorted({*request.app.settings.brands, *active}):
        with st.container(border=True, key=f"crisis-{brand}"):
            if brand in active:
                _active(request, active[brand])
            else:
                _inactive(request, brand)


def _inactive(request: RequestContext, brand: str) -> None:
    say, field = request.say, f"crisis-reason-{brand}"
    name, acts = st.columns([6, 2], vertical_alignment="center")
    name.html(html_fragment("crisis_state.html", say, brand=brand, crisis=None, since=""))
    with acts.popover(say("declare_crisis"), width="stretch", disabled=not request.may(DECLARERS)):
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


def _active(request: RequestContext, crisis: ActiveCrisis) -> None:
    say = request.say
    name, acts = st.columns([6, 2], vertical_alignment="center")
    name.html(html_fragment("crisis_state.html", say, brand=crisis.brand, crisis=crisis, since=_since(request, crisis)))
    why_not = _why_not_lifted(request, crisis)
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


def _why_not_lifted(request: RequestContext, crisis: ActiveCrisis) -> str:
    if not request.may(SUPERVISORS):
        return request.say("supervisors_lift")
    if crisis.first_lift_tag == request.agent.actor.tag:
        return request.say("second_supervisor")
    return ""


def _since(request: RequestContext, crisis: ActiveCrisis) -> str:
    return request.local_time(crisis.declared_at, crisis.brand)


def _declare(brand: str, field: str) -> None:
    reason = st.session_state.get(field, "")
    act(
        "crisis_declared",
        lambda request: declare_crisis(request.app, brand, reason, **request.by),
        clears=(field,),
    )


def _lift(brand: str, second: bool) -> None:  # noqa: FBT001 - called by the widget
    act(
        "crisis_lifted" if second else "crisis_half_lifted",
        lambda request: lift_crisis(request.app, brand, **request.by),
    )
