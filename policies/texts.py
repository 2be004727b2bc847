"""Filling templates: declared placeholders and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

ROOM_LINK = "room_link"
"""Filled in memory, at the send boundary, after the outbox and the log."""

_BRACED = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class TemplateError(ValueError):
    """A template asks for something that it may not have; the message says what to do."""


def render(template: str, *, variables: Mapping[str, str]) -> str:
    """`template` with each `{name}` replaced by its variable; values are put in as they are, never read again.

    `{room_link}` stays as it stands unless it is given. Raises TemplateError for a name that is not declared,
    for doubled or stray braces and for anything in braces but a name: no format, no attribute, no index.
    """
    return _BRACED.sub(lambda met: _value(met, variables), template)


def _value(met: re.Match[str], variables: Mapping[str, str]) -> str:
    name = met.group(1)
    if name is None:
        raise TemplateError(f"The template has a stray {met.group()!r}; write placeholders as {{name}}.")
    if _NAME.fullmatch(name) is None:
        raise TemplateError(f"The template has {{{name}}}, which is not a plain name; write placeholders as {{name}}.")
    if name in variables:
        return variables[name]
    if name == ROOM_LINK:
        return met.group()
    known = ", ".join(sorted(variables)) or "none"
    raise TemplateError(f"The template asks for {{{name}}}, which is not declared; use one of: {known}.")
