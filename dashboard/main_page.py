"""The script that Streamlit runs: checks the session, and offers the pages of the agent's roles."""

from __future__ import annotations

import streamlit as st

from dashboard.layout_page import frame, session_over
from dashboard.navigation_page import pages_of
from dashboard.visit import SignedOutError, begin_visit


def main() -> None:
    """One run."""
    st.set_page_config(page_title="Aparte", layout="wide")
    try:
        visit = begin_visit()
    except SignedOutError:
        st.navigation([st.Page(session_over, title="Aparte")], position="hidden").run()
        return
    page = st.navigation(pages_of(visit))
    frame(visit)
    page.run()


main()
