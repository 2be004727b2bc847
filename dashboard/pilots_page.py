"""Pilots: how each does, where people did something else, and the two ways in which a person ends one."""

from __future__ import annotations

import streamlit as st

from dashboard.acting import act, show_outcome
from dashboard.figures import thousands
from dashboard.opening_page import beside_opening
from dashboard.pieces import piece
from dashboard.reads.pilots import Disagreement, ShownPilot, pilot_of
from dashboard.times import moment
from dashboard.visit import Visit, begin_visit
from records.database import reading
from records.words import Role
from service.desk_pilots import LONGEST_NOTE, promote_pilot, stop_pilot
from service.pilot_reports import Agreement
from service.spending import midnight

_SUPERVISING = frozenset({Role.SUPERVISOR})


def pilots() -> None:
    """The page: each brand, and its pilot that runs or ran last."""
    visit = begin_visit()
    show_outcome()
    st.caption(visit.say("pilots_lead"))
    for name, brand in sorted(visit.house.settings.brands.items()):
        with reading(visit.house.engine) as session:
            pilot = pilot_of(session, name, midnight=midnight(visit.now, brand.timezone))
        with st.container(border=True, key=f"pilot-{name}"):
            if pilot is None:
                st.html(piece("no_pilot.html", visit.say, brand=name))
            else:
                _pilot(visit, pilot)


def _pilot(visit: Visit, pilot: ShownPilot) -> None:
    say = visit.say
    told, acts = st.columns([7, 2], vertical_alignment="top")
    told.html(piece("pilot_head.html", say, pilot=pilot, head=_head(visit, pilot)))
    if pilot.ended_at is None:
        with acts:
            _promote(visit, pilot)
            _stop(visit, pilot)
    if pilot.against:
        with st.expander(say("pilot_against", count=len(pilot.against)), expanded=pilot.ended_at is None):
            for each in pilot.against:
                _disagreement(visit, pilot, each)
    by_rule = sorted(pilot.report.by_rule.items(), key=_telling)
    rules = [(rule, each, _share(visit, each), _instead(visit, each)) for rule, each in by_rule]
    if rules:
        with st.expander(say("pilot_rules", count=len(rules)), expanded=pilot.ended_at is None):
            st.html(piece("pilot_rules.html", say, rules=rules))


def _head(visit: Visit, pilot: ShownPilot) -> dict[str, str]:
    say, report = visit.say, pilot.report
    zone = visit.zone(pilot.brand)
    overall = report.overall
    return {
        "share": _percent(visit, pilot.share),
        "started": moment(pilot.started_at, zone, now=visit.now, say=say),
        "ended": moment(pilot.ended_at, zone, now=visit.now, say=say) if pilot.ended_at else "",
        "agreement": _percent(visit, overall.share) if overall.share is not None else "",
        "agreement_look": "" if not report.enough else "late" if report.fails else "ok",
        "least": _percent(visit, pilot.least_agreement),
        "compared": thousands(overall.compared),
        "agreed": thousands(overall.agreed),
        "posts": thousands(overall.posts),
        "changed": thousands(report.changed),
        "invitations": thousands(report.invitations),
    }


def _promote(visit: Visit, pilot: ShownPilot) -> None:
    say, field = visit.say, f"although-{pilot.brand}"
    proved = pilot.report.enough and not pilot.report.fails
    supervising = visit.may(_SUPERVISING)
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


def _stop(visit: Visit, pilot: ShownPilot) -> None:
    say, supervising = visit.say, visit.may(_SUPERVISING)
    with st.popover(
        say("stop_pilot"),
        width="stretch",
        disabled=not supervising,
        help=None if supervising else say("supervisor_act"),
    ):
        st.caption(say("stop_effect", brand=pilot.brand))
        st.button(say("stop_confirm"), key=f"stop-{pilot.brand}", on_click=_do_stop, args=(pilot.brand,))


def _disagreement(visit: Visit, pilot: ShownPilot, each: Disagreement) -> None:
    _, row = beside_opening(each.reference, key=f"against-{each.verdict_id}")
    at = moment(each.made_at, visit.zone(pilot.brand), now=visit.now, say=visit.say)
    row.html(piece("pilot_against.html", visit.say, each=each, at=at))


def _telling(rule: tuple[str, Agreement]) -> tuple[int, int, int, str]:
    """Where people disagreed most comes first, then what was compared most."""
    name, agreement = rule
    return (agreement.agreed - agreement.compared, -agreement.compared, -agreement.posts, name)


def _share(visit: Visit, agreement: Agreement) -> str:
    return _percent(visit, agreement.share) if agreement.share is not None else "—"


def _instead(visit: Visit, agreement: Agreement) -> str:
    done = sorted(agreement.done.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{visit.say.word(action)} {thousands(count)}" for action, count in done)


def _percent(visit: Visit, share: float) -> str:
    """`87.5 %`, with the decimal sign of the language."""
    written = f"{100 * share:.1f}".removesuffix(".0")
    return f"{written.replace('.', visit.say('decimal_sign'))} %"


def _do_promote(brand: str, field: str) -> None:
    although = st.session_state.get(field, "")
    act(
        "pilot_promoted",
        lambda visit: promote_pilot(visit.house, brand, actor=visit.agent.actor, now=visit.now, although=although),
        clears=(field,),
    )


def _do_stop(brand: str) -> None:
    act("pilot_stopped", lambda visit: stop_pilot(visit.house, brand, actor=visit.agent.actor, now=visit.now))
