"""Renders the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from records.nouns import Brand
from records.tables.room import RoomMessageRow, RoomRow
from room.conversation import MOST_CHARACTERS, Speaker
from room.wordings import Words

STYLE = (Path(__file__).parent / "static" / "room.css").read_text(encoding="utf-8")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message as it is shown."""

    side: str
    """`person`, `agent` or `service`: how it looks."""
    speaker: str
    text: str
    at: str
    machine_time: str


def invitation_page(words: Words, brand: Brand, room: RoomRow) -> HTMLResponse:
    """What a link shows before the person comes in."""
    until = words["expires"].format(moment=words.moment(_local(room.expires_at, brand)))
    return _page("invitation.html", words, brand=_shown(brand), expires=until, here="")


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
    return _page(
        "conversation.html",
        words,
        status=status,
        brand=_shown(brand),
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
    return _page("refusal.html", words, status=status, brand="", why=why, here="")


def _page(name: str, words: Words, *, status: int = 200, **shown: object) -> HTMLResponse:
    return HTMLResponse(_PAGES.get_template(name).render(words=words, **shown), status_code=status)


def _line(words: Words, brand: Brand, message: RoomMessageRow) -> Line:
    speakers = {
        Speaker.PERSON.value: words["you"],
        Speaker.AGENT.value: words["team"].format(brand=_shown(brand)),
        Speaker.SERVICE.value: words["notice"],
    }
    at = _local(message.said_at, brand)
    return Line(
        side=message.author,
        speaker=speakers[message.author],
        text=message.text,
        at=words.moment(at),
        machine_time=at.isoformat(timespec="seconds"),
    )


def _shown(brand: Brand) -> str:
    """`banco-miralba` as people write it: Banco Miralba."""
    return " ".join(word[:1].upper() + word[1:] for word in brand.name.replace("-", " ").split())


def _local(at: datetime, brand: Brand) -> datetime:
    return at.astimezone(ZoneInfo(brand.timezone))
