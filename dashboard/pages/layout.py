"""What surrounds every page: stylesheet, account, language switch, crisis banner."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from dashboard.auth.request_context import RequestContext, current_wording
from dashboard.pages.crisis import crisis_banner
from dashboard.wording.html_fragments import html_fragment, stylesheet
from dashboard.wording.texts import LANGUAGES


def frame(request: RequestContext) -> None:
    """The sidebar's foot, the stylesheet, and the banner of a crisis."""
    st.html(stylesheet())
    other = next(language for language in LANGUAGES if language != request.say.language)
    roles = ", ".join(request.say.word(role) for role in sorted(request.agent.roles))
    with st.sidebar:
        st.html(
            html_fragment("account.html", request.say, name=request.agent.name, roles=roles, other=other, here=_here())
        )
    crisis_banner(request)


def session_over() -> None:
    """What is shown once the session has ended."""
    say = current_wording()
    st.subheader(say("session_over"))
    st.html(f'<a href="/sign-in" target="_self">{say("sign_in")}</a>')


def _here() -> str:
    parts = urlsplit(st.context.url or "/")
    query = "&".join(f"{name}={value}" for name, value in st.query_params.items())
    return (parts.path or "/") + (f"?{query}" if query else "")
