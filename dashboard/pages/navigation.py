"""Which pages there are, and which roles see them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.auth.request_context import ANSWERING_ROLES, AUDITING_ROLES, RequestContext
from dashboard.pages.approvals import approvals
from dashboard.pages.audit import audit
from dashboard.pages.crisis import crisis
from dashboard.pages.marketing import marketing
from dashboard.pages.pilots import pilots
from dashboard.pages.queue import queue
from dashboard.pages.thread import thread
from records.enums import Role

_MARKETING = frozenset({Role.MARKETING, Role.SUPERVISOR})
_PAGES: tuple[tuple[str, Callable[[], None], frozenset[Role]], ...] = (
    ("queue", queue, ANSWERING_ROLES),
    ("thread", thread, ANSWERING_ROLES),
    ("approvals", approvals, ANSWERING_ROLES),
    ("marketing", marketing, _MARKETING),
    ("crisis", crisis, _MARKETING),
    ("pilots", pilots, _MARKETING),
    ("audit", audit, AUDITING_ROLES),
)
"""Address, page, and the roles that see it; the name of its title is its address.

They have no symbols, since browsers would fetch those from abroad to be the icon of the window.
"""


def pages_of(request: RequestContext) -> list[st.Page]:
    """The pages of the agent's roles; whoever has only compliance sees the audit alone."""
    return [st.Page(show, title=request.say(name), url_path=name) for name, show, roles in _PAGES if request.may(roles)]


def names_of_pages(request: RequestContext) -> list[str]:
    """The addresses of those pages."""
    return [name for name, _, roles in _PAGES if request.may(roles)]
