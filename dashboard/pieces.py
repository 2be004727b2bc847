"""Pieces of pages: templates that escape whatever strangers wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.shown import addressed, excerpt, shown, veiled
from dashboard.wording import Wording

_FOLDER = Path(__file__).parent / "templates"


def piece(template: str, say: Wording, **values: object) -> str:
    """A template with its values put in, every one of them escaped."""
    return _environment().get_template(template).render(say=say, **values)


def stylesheet() -> str:
    """The look of all pieces, as a `<style>` element."""
    return f"<style>{(_FOLDER / 'dashboard.css').read_text(encoding='utf-8')}</style>"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    environment.filters["veiled"] = veiled
    environment.filters["excerpt"] = excerpt
    environment.filters["addressed"] = addressed
    environment.filters["is_link"] = lambda address: str(address).startswith(("https://", "http://"))
    return environment
