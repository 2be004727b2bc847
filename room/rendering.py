"""Renders templates; formats the brand's name and local time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from records.models import Brand
from room.wordings import Words

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(name: str, words: Words, *, status: int = 200, **shown: object) -> HTMLResponse:
    """The template `name` with the texts of one language; whatever is `shown` is escaped."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(words=words, **shown), status_code=status)


def brand_name(brand: Brand) -> str:
    """`banco-miralba` as people write it: Banco Miralba."""
    return " ".join(word[:1].upper() + word[1:] for word in brand.name.replace("-", " ").split())


def local_time(at: datetime, brand: Brand) -> datetime:
    """`at` on the brand's clocks."""
    return at.astimezone(ZoneInfo(brand.timezone))


STYLE = (Path(__file__).parent / "static" / "room.css").read_text(encoding="utf-8")


def refusal_page(words: Words, why: str, *, status: int) -> HTMLResponse:
    """A polite no: what happened, and how to get a new link. Says nothing about any room."""
    return render_page("refusal.html", words, status=status, brand="", why=why, here="")
