"""Acts of an agent from a page: each one asks again who is acting, and a refusal becomes a sentence on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.visit import SignedOutError, Visit, begin_visit
from service.desk import DeskRefusalError
from service.desk_reading import NothingToAnswerError

_OUTCOME = "outcome"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the last act ended."""

    refused: bool
    sentence: str


def act(done: str, doing: Callable[[Visit], object], *, clears: Sequence[str] = ()) -> None:
    """Do it, remember how it ended for the next run, and empty the fields named in `clears` where it went well.

    `done` is the name of the text that says so.
    """
    try:
        visit = begin_visit()
    except SignedOutError:
        return
    try:
        doing(visit)
    except (DeskRefusalError, NothingToAnswerError) as refusal:
        st.session_state[_OUTCOME] = Outcome(refused=True, sentence=visit.say.sentence(str(refusal)))
        return
    for field in clears:
        st.session_state[field] = ""
    st.session_state[_OUTCOME] = Outcome(refused=False, sentence=visit.say(done))


def show_outcome() -> None:
    """Show how the last act ended, once."""
    outcome = st.session_state.pop(_OUTCOME, None)
    if outcome is None:
        return
    if outcome.refused:
        st.error(plain(outcome.sentence))
    else:
        st.success(plain(outcome.sentence))


def plain(sentence: str) -> str:
    """A sentence that may quote a text, with nothing in it read as Markdown."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()#+-.!|<>$~:" else mark for mark in sentence)
