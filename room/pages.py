"""Renders the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import HTMLResponse

from records.nouns import Brand
from records.tables.room import RoomMessageRow
from room.conversation import MOST_CHARACTERS, Speaker
from room.rendering import brand_name, local_time, page
from room.wordings import Words

STYLE = (Path(__file__).parent / "static" / "room.css").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message as it is shown."""

    side: str
    """`person`, `agent` or `service`: how it looks."""
    speaker: str
    text: str
    at: str
    machine_time: str


def conversation_page(
    words: Words,
    brand: Brand,
    said: Sequence[RoomMessageRow],
    *,
    reference: str,
    wrong: str = "",
    typed: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The conversation and the form. `wrong` says what to mend about `typed`, which is kept in the form."""
    return page(
        "conversation.html",
        words,
        status=status,
        brand=brand_name(brand),
        here="/room",
        lines=[_line(words, brand, message) for message in said],
        waiting=bool(said) and said[-1].author == Speaker.PERSON,
        reference=reference,
        most=MOST_CHARACTERS,
        wrong=wrong.format(most=MOST_CHARACTERS) if wrong else "",
        typed=typed,
    )


def refusal_page(words: Words, why: str, *, status: int) -> HTMLResponse:
    """A polite no: what happened, and how to get a new link. Says nothing about any room."""
    return page("refusal.html", words, status=status, brand="", why=why, here="")


def _line(words: Words, brand: Brand, message: RoomMessageRow) -> Line:
    speakers = {
        Speaker.PERSON.value: words["you"],
        Speaker.AGENT.value: words["team"].format(brand=brand_name(brand)),
        Speaker.SERVICE.value: words["notice"],
    }
    at = local_time(message.said_at, brand)
    return Line(
        side=message.author,
        speaker=speakers[message.author],
        text=message.text,
        at=words.moment(at),
        machine_time=at.isoformat(timespec="seconds"),
    )
