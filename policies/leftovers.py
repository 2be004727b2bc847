"""Placeholders that nobody filled."""

from __future__ import annotations

import re

_LEFTOVER = re.compile(
    r"\{[^{}\n]{0,60}\}|\{\{|\}\}|\$\{|<[^\W\d_][^<>\n]{0,40}>|%\([a-z_]+\)s|%[sd](?!\w)"
    r"|\[(?:[A-ZÁÉÍÓÚÑ_ ]{3,40}|(?:tu |su |your |the )?(?:nombre|name|link|enlace|n[uú]mero|number|fecha|date|handle"
    r"|usuario|user|brand|marca|url|insert[^\]]{0,40})[^\]]{0,20})\]"
    r"|\b(?:lorem ipsum|TODO|FIXME|XXX+|TBD)\b"
)


def leftover_placeholder(text: str) -> bool:
    """Whether `text` still holds a placeholder in any of the usual notations, or a draft's mark."""
    return _LEFTOVER.search(text) is not None
