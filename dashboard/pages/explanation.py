"""The explanation of a decision: its rule, the facts that it read, and the rules that nearly matched."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext
from dashboard.reads.case import CaseHead
from dashboard.reads.explanations import further_reasons
from dashboard.reads.public_side import PersonPost
from dashboard.wording.html_fragments import html_fragment
from dashboard.wording.times import format_time
from policies.explaining.explanation import Explanation

_FACTS_SHOWN = 5
"""Facts that are shown without being asked for."""


def explanation(request: RequestContext, case: CaseHead, post: PersonPost, told: Explanation | None) -> None:
    """The decision in words; below it, collapsed, the near rules and every fact.

    `told` is None where only the reasons that were stored can tell.
    """
    say, decided = request.say, post.decided
    if decided is None:
        st.caption(say("not_decided"))
        return
    reasons = decided.reasons if told is None else (told.sentence, *further_reasons(decided))
    facts = told.facts if told is not None else ()
    with st.container(border=True, key="why"):
        st.html(
            html_fragment(
                "decision.html",
                say,
                decided=decided,
                reasons=[say.sentence(reason) for reason in reasons],
                facts=facts[:_FACTS_SHOWN],
                at=format_time(decided.made_at, request.zone(case.brand), now=request.now, say=say),
            )
        )
        if told is not None and told.near:
            with st.expander(say("near_rules", count=len(told.near))):
                st.html(html_fragment("near_rules.html", say, near=[say.sentence(near.sentence) for near in told.near]))
        with st.expander(say("all_facts")):
            st.html(
                html_fragment(
                    "decision_facts.html",
                    say,
                    decided=decided,
                    rest=facts[_FACTS_SHOWN:],
                    evidence=post.found.evidence if post.found else (),
                )
            )
