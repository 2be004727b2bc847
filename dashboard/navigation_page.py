"""Which pages there are, and who sees them."""

from __future__ import annotations

import streamlit as st

from dashboard.approvals_page import approvals
from dashboard.audit_page import audit
from dashboard.marketing_page import marketing
from dashboard.opening_page import THREAD
from dashboard.queue_page import queue
from dashboard.thread_page import thread
from dashboard.visit import AUDITING, SPEAKING, Visit
from records.nouns import Role

_MARKETING = frozenset({Role.MARKETING, Role.SUPERVISOR})


def pages_of(visit: Visit) -> list[st.Page]:
    """The pages of the agent's roles; whoever has only compliance sees the audit alone."""
    say, pages = visit.say, []
    if visit.may(SPEAKING):
        pages += [
            st.Page(queue, title=say("queue"), icon=":material/format_list_numbered:", url_path="queue"),
            st.Page(thread, title=say("thread"), icon=":material/forum:", url_path=THREAD),
            st.Page(approvals, title=say("approvals"), icon=":material/check_circle:", url_path="approvals"),
        ]
    if visit.may(_MARKETING):
        pages.append(st.Page(marketing, title=say("marketing"), icon=":material/campaign:", url_path="marketing"))
    if visit.may(AUDITING):
        pages.append(st.Page(audit, title=say("audit"), icon=":material/verified:", url_path="audit"))
    return pages
