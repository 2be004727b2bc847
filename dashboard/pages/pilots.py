"""The pilots page: how each rulebook pilot does, where people decided otherwise, and how it ends."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_request
from dashboard.pages.actions import act, show_action_result
from dashboard.pages.case_list import columns_with_open_button
from dashboard.reads.pilots import Disagreement, PilotView, pilot_of
from dashboard.wording.formats import format_percent, format_thousands
from dashboard.wording.html_fragments import html_fragment
from service.desk.authorise import SUPERVISORS
from service.desk.pilots import LONGEST_NOTE, promote_pilot, stop_pilot
from service.pilots.report import Agreement


def pilots() -> None:
    """The page: each brand, and its pilot that runs or ran last."""
    request = current_request()
    show_action_result()
    st.caption(request.say("pilots_lead"))
    for name, brand in sorted(request.app.settings.brands.items()):
        with request.reading() as session:
            pilot = pilot_of(session, brand, now=request.now)
        with st.container(border=True, key=f"pilot-{name}"):
            if pilot is None:
                st.html(html_fragment("no_pilot.html", request.say, brand=name))
            else:
                _pilot(request, pilot)


def _pilot(request: RequestContext, pilot: PilotView) -> None:
    say = request.say
    head, acts = st.columns([7, 2], vertical_alignment="top")
    head.html(html_fragment("pilot_head.html", say, pilot=pilot, head=_head(request, pilot)))
    if pilot.ended_at is None:
        with acts:
            _promote(request, pilot)
            _stop(request, pilot)
    if pilot.disagreements:
        with st.expander(say("pilot_against", count=len(pilot.disagreements)), expanded=pilot.ended_at is None):
            for each in pilot.disagreements:
                _disagreement(request, pilot, each)
    by_rule = sorted(pilot.report.by_rule.items(), key=_most_disagreement_first)
    rules = [(rule, each, _share(request, each), _instead(request, each)) for rule, each in by_rule]
    if rules:
        with st.expander(say("pilot_rules", count=len(rules)), expanded=pilot.ended_at is None):
            st.html(html_fragment("pilot_rules.html", say, rules=rules))


def _head(request: RequestContext, pilot: PilotView) -> dict[str, str]:
    report = pilot.report
    overall = report.overall
    return {
        "share": format_percent(pilot.share, request.say),
        "started": request.local_time(pilot.started_at, pilot.brand),
        "ended": request.local_time(pilot.ended_at, pilot.brand) if pilot.ended_at else "",
        "agreement": format_percent(overall.share, request.say) if overall.share is not None else "",
        "agreement_look": "" if not report.enough else "late" if report.fails else "ok",
        "least": format_percent(pilot.least_agreement, request.say),
        "compared": format_thousands(overall.compared),
        "agreed": format_thousands(overall.agreed),
        "posts": format_thousands(overall.posts),
        "changed": format_thousands(report.changed),
        "invitations": format_thousands(report.invitations),
    }


def _promote(request: RequestContext, pilot: PilotView) -> None:
    say, field = request.say, f"although-{pilot.brand}"
    proved = pilot.report.enough and not pilot.report.fails
    supervising = request.may(SUPERVISORS)
    with st.popover(
        say("promote_pilot"),
        width="stretch",
        disabled=not supervising,
        help=None if supervising else say("supervisor_act"),
    ):
        st.caption(say("promote_effect", brand=pilot.brand, rulebook=pilot.rulebook))
        if not proved:
            st.caption(say("promote_too_few") if not pilot.report.enough else say("promote_disagrees"))
            st.text_area(say("promote_although"), key=field, height=90, max_chars=LONGEST_NOTE)
        st.button(
            say("promote_confirm", rulebook=pilot.rulebook),
            key=f"promote-{pilot.brand}",
            type="primary",
            on_click=_do_promote,
            args=(pilot.brand, field),
        )


def _stop(request: RequestContext, pilot: PilotView) -> None:
    say, supervising = request.say, request.may(SUPERVISORS)
    with st.popover(
        say("stop_pilot"),
        width="stretch",
        disabled=not supervising,
        help=None if supervising else say("supervisor_act"),
    ):
        st.caption(say("stop_effect", brand=pilot.brand))
        st.button(say("stop_confirm"), key=f"stop-{pilot.brand}", on_click=_do_stop, args=(pilot.brand,))


def _disagreement(request: RequestContext, pilot: PilotView, each: Disagreement) -> None:
    _, row = columns_with_open_button(each.reference, key=f"against-{each.verdict_id}")
    at = request.local_time(each.made_at, pilot.brand)
    row.html(html_fragment("pilot_against.html", request.say, each=each, at=at))


def _most_disagreement_first(rule: tuple[str, Agreement]) -> tuple[int, int, int, str]:
    """Where people disagreed most comes first, then what was compared most."""
    name, agreement = rule
    return (agreement.agreed - agreement.compared, -agreement.compared, -agreement.posts, name)


def _share(request: RequestContext, agreement: Agreement) -> str:
    return format_percent(agreement.share, request.say) if agreement.share is not None else "—"


def _instead(request: RequestContext, agreement: Agreement) -> str:
    done = sorted(agreement.done.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{request.say.word(action)} {format_thousands(count)}" for action, count in done)


def _do_promote(brand: str, field: str) -> None:
    although = st.session_state.get(field, "")
    act(
        "pilot_promoted",
        lambda request: promote_pilot(request.app, brand, **request.by, although=although),
        clears=(field,),
    )


def _do_stop(brand: str) -> None:
    act("pilot_stopped", lambda request: stop_pilot(request.app, brand, **request.by))
