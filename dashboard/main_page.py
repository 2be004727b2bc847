"""The script that Streamlit runs: checks the session, and offers the pages of the agent's roles."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from dashboard.layout_page import frame, session_over
from dashboard.navigation_page import pages_of
from dashboard.visit import SignedOutError, begin_visit

GREEN = "#0b6b63"


def main() -> None:
    """One run."""
    try:
        visit = begin_visit()
    except SignedOutError:
        st.navigation([st.Page(session_over, title="Aparte")], position="hidden").run()
        return
    page = st.navigation(pages_of(visit))
    st.set_page_config(page_title=f"{page.title} · Aparte", page_icon=Image.new("RGB", (32, 32), GREEN), layout="wide")
    frame(visit)
    page.run()


main()
