"""The rulebooks and templates that are shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from policies.source import Block, read_document

STANDARD_TEMPLATES = "templates"

_OF_SECTOR = {"bank": "retail-bank", "airline": "airline"}

_FOLDER = Path(__file__).parent / "rulebooks"


def shipped_name(sector: str) -> str:
    """The shipped rulebook that a brand of a sector starts with."""
    return _OF_SECTOR.get(sector, "default")


@cache
def shipped_source(name: str) -> str:
    """The text of a shipped file by its bare name, such as `default`. Raises FileNotFoundError where there is none."""
    return (_FOLDER / f"{name}.yaml").read_bytes().decode()


@cache
def standard_templates() -> Block:
    """The templates that every rulebook may use without writing them; its own of the same name come first."""
    document = read_document(shipped_source(STANDARD_TEMPLATES))
    templates = getattr(document, "templates", None)
    if not isinstance(templates, Block):
        raise TypeError("The shipped templates.yaml is damaged; install the program again.")
    return templates
