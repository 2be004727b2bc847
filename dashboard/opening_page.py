"""The way from a list to a thread."""

from __future__ import annotations

import streamlit as st

THREAD = "thread"
CASE = "case"


def open_thread(reference: str) -> None:
    """Go to the thread of this case; its address can be kept and shared."""
    st.switch_page(st.Page(_nowhere, url_path=THREAD), query_params={CASE: reference})


def _nowhere() -> None:
    """Stands for the thread's page, which is found by its address."""
