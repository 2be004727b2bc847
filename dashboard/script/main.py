"""The script that Streamlit runs: it checks the session and offers the pages of the agent's roles."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from dashboard.auth.request_context import SignedOutError, current_request, show_signed_out
from dashboard.pages.navigation import pages_of, show_frame

GREEN = "#0b6b63"


def main() -> None:
    """One run."""
    try:
        request = current_request()
    except SignedOutError:
        st.navigation([st.Page(show_signed_out, title="Aparte")], position="hidden").run()
        return
    page = st.navigation(pages_of(request))
    st.set_page_config(page_title=f"{page.title} · Aparte", page_icon=Image.new("RGB", (32, 32), GREEN), layout="wide")
    show_frame(request)
    page.run()


main()
