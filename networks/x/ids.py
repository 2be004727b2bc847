"""Ids as X gives them."""

from __future__ import annotations

from networks.errors import Invalid


def is_numeric(external_id: str) -> bool:
    """True where X may have given this id: digits only, which stand safely in an address or a query."""
    return external_id.isascii() and external_id.isdigit() and len(external_id) <= 20


def numeric(external_id: str) -> str:
    """The same id. Raises Invalid where it is none of X's."""
    if not is_numeric(external_id):
        raise Invalid(f"X names posts and people by numbers; got {external_id[:40]!r}.")
    return external_id
