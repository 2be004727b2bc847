"""Acts of an agent from a page: the session is checked again, and a refusal becomes a sentence on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.auth.request_context import RequestContext, SignedOutError, current_request
from records.refusals import RefusalError

_RESULT = "action-result"


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """How the last act ended."""

    refused: bool
    sentence: str


def act(done: str, doing: Callable[[RequestContext], object], *, clears: Sequence[str] = ()) -> None:
    """Do it, remember how it ended for the next run, and empty the fields named in `clears` where it went well.

    `done` is the name of the text that says so.
    """
    try:
        request = current_request()
    except SignedOutError:
        return
    try:
        doing(request)
    except RefusalError as refusal:
        st.session_state[_RESULT] = ActionResult(refused=True, sentence=request.say.sentence(str(refusal)))
        return
    for field in clears:
        st.session_state[field] = ""
    st.session_state[_RESULT] = ActionResult(refused=False, sentence=request.say(done))


def required_text(text: str) -> str:
    """The text without spaces around it. Raises RefusalError where nothing is left."""
    if not text.strip():
        raise RefusalError("There is nothing to say yet: write a text first.", code="text-missing")
    return text.strip()


def show_action_result() -> None:
    """Show how the last act ended, once."""
    result = st.session_state.pop(_RESULT, None)
    if result is None:
        return
    if result.refused:
        st.error(escape_markdown(result.sentence))
    else:
        st.success(escape_markdown(result.sentence))


def escape_markdown(sentence: str) -> str:
    """A sentence that may quote a text, with nothing in it read as Markdown."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()#+-.!|<>$~:" else mark for mark in sentence)
