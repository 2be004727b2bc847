"""What surrounds every page: the look, who is signed in, the language switch, the way out."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from dashboard.crisis_page import banner
from dashboard.pieces import piece, stylesheet
from dashboard.visit import Visit, present_wording
from dashboard.wording import LANGUAGES


def frame(visit: Visit) -> None:
    """The sidebar's foot, the stylesheet, and the banner of a crisis."""
    st.html(stylesheet())
    other = next(language for language in LANGUAGES if language != visit.say.language)
    roles = ", ".join(visit.say.word(role) for role in sorted(visit.agent.roles))
    with st.sidebar:
        st.html(piece("account.html", visit.say, name=visit.agent.name, roles=roles, other=other, here=_here()))
    banner(visit)


def session_over() -> None:
    """What is shown once the session has ended."""
    say = present_wording()
    st.subheader(say("session_over"))
    st.html(f'<a href="/sign-in" target="_self">{say("sign_in")}</a>')


def _here() -> str:
    parts = urlsplit(st.context.url or "/")
    query = "&".join(f"{name}={value}" for name, value in st.query_params.items())
    return (parts.path or "/") + (f"?{query}" if query else "")
