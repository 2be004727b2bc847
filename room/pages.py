"""What every visit may need: the style of the pages, and a polite no."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import HTMLResponse

from room.rendering import page
from room.wordings import Words

STYLE = (Path(__file__).parent / "static" / "room.css").read_text(encoding="utf-8")


def refusal_page(words: Words, why: str, *, status: int) -> HTMLResponse:
    """A polite no: what happened, and how to get a new link. Says nothing about any room."""
    return page("refusal.html", words, status=status, brand="", why=why, here="")
