"""Renders the templates of the room's pages."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from room.wordings import Words

_FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = (_FOLDER / "static" / "room.css").read_text(encoding="utf-8")


def render_page(name: str, words: Words, *, status: int = 200, **shown: object) -> HTMLResponse:
    """The template `name` with the texts of one language; whatever is `shown` is escaped."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(words=words, **shown), status_code=status)
