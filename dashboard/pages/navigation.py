"""Which pages there are and which roles see them, and what surrounds every page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from dashboard.auth.request_context import RequestContext
from dashboard.pages.approvals import approvals
from dashboard.pages.audit import audit
from dashboard.pages.crisis import crisis, crisis_banner
from dashboard.pages.marketing import marketing
from dashboard.pages.pilots import pilots
from dashboard.pages.queue import queue
from dashboard.pages.thread import thread
from dashboard.wording.html_fragments import html_fragment, stylesheet
from dashboard.wording.texts import LANGUAGES
from records.enums import Role
from service.desk.authorise import SPEAKERS
from service.desk.reveal import AUDITORS

_MARKETING = frozenset({Role.MARKETING, Role.SUPERVISOR})
_PAGES: tuple[tuple[str, Callable[[], None], frozenset[Role]], ...] = (
    ("queue", queue, SPEAKERS),
    ("thread", thread, SPEAKERS),
    ("approvals", approvals, SPEAKERS),
    ("marketing", marketing, _MARKETING),
    ("crisis", crisis, _MARKETING),
    ("pilots", pilots, _MARKETING),
    ("audit", audit, AUDITORS),
)
"""Address, page, and the roles that see it; the name of its title is its address.

They have no symbols: browsers would fetch those from another site, to be the icon of the window.
"""


def pages_of(request: RequestContext) -> list[st.Page]:
    """The pages of the agent's roles; an agent with compliance alone sees only the audit."""
    return [st.Page(show, title=request.say(name), url_path=name) for name, show, roles in _PAGES if request.may(roles)]


def names_of_pages(request: RequestContext) -> list[str]:
    """The addresses of those pages."""
    return [name for name, _, roles in _PAGES if request.may(roles)]


def show_frame(request: RequestContext) -> None:
    """The stylesheet, the agent's account with the language switch, and the banner of a crisis."""
    st.html(stylesheet())
    other = next(language for language in LANGUAGES if language != request.say.language)
    roles = ", ".join(request.say.word(role) for role in sorted(request.agent.roles))
    with st.sidebar:
        st.html(
            html_fragment("account.html", request.say, name=request.agent.name, roles=roles, other=other, here=_here())
        )
    crisis_banner(request)


def _here() -> str:
    parts = urlsplit(st.context.url or "/")
    query = "&".join(f"{name}={value}" for name, value in st.query_params.items())
    return (parts.path or "/") + (f"?{query}" if query else "")
