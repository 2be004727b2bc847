"""Which pages there are, and who sees them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.approvals_page import approvals
from dashboard.audit_page import audit
from dashboard.crisis_page import crisis
from dashboard.marketing_page import marketing
from dashboard.pilots_page import pilots
from dashboard.queue_page import queue
from dashboard.thread_page import thread
from dashboard.visit import AUDITING, SPEAKING, Visit
from records.words import Role

_MARKETING = frozenset({Role.MARKETING, Role.SUPERVISOR})
_PAGES: tuple[tuple[str, Callable[[], None], frozenset[Role]], ...] = (
    ("queue", queue, SPEAKING),
    ("thread", thread, SPEAKING),
    ("approvals", approvals, SPEAKING),
    ("marketing", marketing, _MARKETING),
    ("crisis", crisis, _MARKETING),
    ("pilots", pilots, _MARKETING),
    ("audit", audit, AUDITING),
)
"""Address, page, and the roles that see it; the name of its title is its address.

They have no symbols, since browsers would fetch those from abroad to be the icon of the window.
"""


def pages_of(visit: Visit) -> list[st.Page]:
    """The pages of the agent's roles; whoever has only compliance sees the audit alone."""
    return [st.Page(show, title=visit.say(name), url_path=name) for name, show, roles in _PAGES if visit.may(roles)]


def names_of_pages(visit: Visit) -> list[str]:
    """The addresses of those pages."""
    return [name for name, _, roles in _PAGES if visit.may(roles)]
