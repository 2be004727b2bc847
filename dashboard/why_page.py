"""Why a post was decided so: the rule, the facts that it read, and the rules that were near."""

from __future__ import annotations

import streamlit as st

from dashboard.pieces import piece
from dashboard.reads.explanations import further_reasons
from dashboard.reads.one_case import CaseHead
from dashboard.reads.public_leg import PersonPost
from dashboard.times import moment
from dashboard.visit import Visit
from policies.explanation import Explanation

_AT_ONCE = 5
"""Facts that are shown without being asked for."""


def why(visit: Visit, case: CaseHead, post: PersonPost, told: Explanation | None) -> None:
    """The decision in words; below it, collapsed, the near rules and every fact.

    `told` is None where only the reasons that were stored can tell.
    """
    say, decided = visit.say, post.decided
    if decided is None:
        st.caption(say("not_decided"))
        return
    reasons = decided.reasons if told is None else (told.sentence, *further_reasons(decided))
    facts = told.facts if told is not None else ()
    with st.container(border=True, key="why"):
        st.html(
            piece(
                "decision.html",
                say,
                decided=decided,
                reasons=[say.sentence(reason) for reason in reasons],
                facts=facts[:_AT_ONCE],
                at=moment(decided.made_at, visit.zone(case.brand), now=visit.now, say=say),
            )
        )
        if told is not None and told.near:
            with st.expander(say("near_rules", count=len(told.near))):
                st.html(piece("near_rules.html", say, near=[say.sentence(near.sentence) for near in told.near]))
        with st.expander(say("all_facts")):
            st.html(
                piece(
                    "decision_facts.html",
                    say,
                    decided=decided,
                    rest=facts[_AT_ONCE:],
                    evidence=post.found.evidence if post.found else (),
                )
            )
