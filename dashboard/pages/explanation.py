"""The explanation of a decision: its rule, the facts that it read, and the rules that nearly matched."""

from __future__ import annotations

import streamlit as st

from dashboard.auth.request_context import RequestContext
from dashboard.reads.case import CaseHead
from dashboard.reads.explanations import further_reasons
from dashboard.reads.public_side import PersonPost
from dashboard.wording.html_fragments import html_fragment
from policies.explaining.explanation import Explanation

_FACTS_SHOWN = 5
"""Facts that are shown without being asked for."""


def explanation(request: RequestContext, case: CaseHead, post: PersonPost, explained: Explanation | None) -> None:
    """The decision in words; below it, collapsed, the near rules and every fact.

    `explained` is None where only the stored reasons are left.
    """
    say, decision = request.say, post.decision
    if decision is None:
        st.caption(say("not_decided"))
        return
    reasons = decision.reasons if explained is None else (explained.sentence, *further_reasons(decision))
    facts = explained.facts if explained is not None else ()
    with st.container(border=True, key="why"):
        st.html(
            html_fragment(
                "decision.html",
                say,
                decision=decision,
                reasons=[say.sentence(reason) for reason in reasons],
                facts=facts[:_FACTS_SHOWN],
                at=request.local_time(decision.made_at, case.brand),
            )
        )
        if explained is not None and explained.near:
            with st.expander(say("near_rules", count=len(explained.near))):
                near = [say.sentence(rule.sentence) for rule in explained.near]
                st.html(html_fragment("near_rules.html", say, near=near))
        with st.expander(say("all_facts")):
            st.html(
                html_fragment(
                    "decision_facts.html",
                    say,
                    decision=decision,
                    rest=facts[_FACTS_SHOWN:],
                    evidence=post.assessment.evidence if post.assessment else (),
                )
            )
