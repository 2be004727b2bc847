"""What an act costs, and whether the month's budget of its account still holds it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from policies.links import find_links
from records.nouns import Permissions
from records.words import PRIVATE_ACTS, Act

_HALF_A_MICRODOLLAR = 0.5e-6


@dataclass(frozen=True, kw_only=True)
class Month:
    """What an account has cost since the month began (in UTC), and may cost at most; in US dollars."""

    spent: float
    cap: float
    """The account's `monthly_cap_dollars`."""


def price(act: Act, text: str, permissions: Permissions) -> float:
    """US dollars that the network charges for one act."""
    if act in PRIVATE_ACTS:
        return permissions.private_cost
    if act in {Act.HIDE, Act.UNHIDE}:
        return permissions.hide_cost
    if act is Act.DELETE:
        return 0.0
    return permissions.reply_cost + (permissions.link_cost if any(find_links(text)) else 0.0)


def over_budget(month: Month | None, cost: float) -> str:
    """Why one more act of this price does not fit into the month; empty where it does, or costs nothing."""
    if month is None or cost <= 0 or month.spent + cost <= month.cap + _HALF_A_MICRODOLLAR:
        return ""
    return f"The month's budget of ${month.cap:,.2f} is spent: approve it where it should be said nevertheless."
