"""The way from a list to a thread."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

THREAD = "thread"
CASE = "case"


def beside_opening(reference: str, *, key: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """A narrow column with a button that opens the thread, and the wide one beside it.

    Without a reference there is no button.
    """
    opening, row = st.columns([1.2, 9], vertical_alignment="top", gap="small")
    with opening.container(key=f"opening-{key}"):
        if reference and st.button(reference, key=key, width="stretch"):
            open_thread(reference)
    return opening, row


def open_thread(reference: str) -> None:
    """Go to the thread of this case; its address can be kept and shared."""
    st.switch_page(st.Page(_nowhere, url_path=THREAD), query_params={CASE: reference})


def _nowhere() -> None:
    """Stands for the thread's page, which is found by its address."""
