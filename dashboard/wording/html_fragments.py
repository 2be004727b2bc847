"""HTML fragments: templates that escape every value, and filters that make foreign text safe to show."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.wording.texts import Wording

_FOLDER = Path(__file__).parent.parent / "templates"

MAX_SHOWN = 4_000
"""Characters of one text that are shown at once."""

_SECRETS = {
    "{room_link}": "secret_link",
    "{room_code}": "secret_code",
    "{room_address}": "secret_address",
}
"""The text that stands for each placeholder."""
_DIRECTIONS = dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), " ")
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")
_TABLE = _DIRECTIONS | _CONTROLS | _SURROGATES


def html_fragment(template: str, say: Wording, **values: object) -> str:
    """A template with its values put in, every one of them escaped."""
    return _environment().get_template(template).render(say=say, **values)


def stylesheet() -> str:
    """The style of all fragments, as a `<style>` element."""
    return f"<style>{(_FOLDER / 'dashboard.css').read_text(encoding='utf-8')}</style>"


def safe_text(text: str, *, most: int = MAX_SHOWN) -> str:
    """At most `most` characters of `text`; overriding directions and control characters are made visible or blank."""
    return text[:most].translate(_TABLE)


def excerpt(text: str, *, most: int = 280) -> str:
    """The beginning of `text` on one line, with an ellipsis where more follows."""
    line = " ".join(safe_text(text, most=most * 2).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def format_handle(handle: str) -> str:
    """A handle with its @; a name with a space, as on Facebook, as it is."""
    return handle if not handle or " " in handle else f"@{handle}"


def mask_placeholders(text: str, say: Callable[[str], str]) -> str:
    """A text of ours with words for the placeholders, whose values only the person may read."""
    for placeholder, name in _SECRETS.items():
        text = text.replace(placeholder, say(name))
    return text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["safe_text"] = safe_text
    environment.filters["mask_placeholders"] = mask_placeholders
    environment.filters["excerpt"] = excerpt
    environment.filters["handle"] = format_handle
    environment.filters["is_link"] = lambda address: str(address).startswith(("https://", "http://"))
    return environment
