"""Step `access`: tries every account's credentials from time to time, and a refused one's until they work again."""

from __future__ import annotations

from datetime import datetime

from listener.access import Checked, check_access
from service.house import House

_TOLD = frozenset({Checked.WORKING, Checked.REPAIRED, Checked.REFUSED})


def access(house: House, *, now: datetime) -> int:
    """Check the accounts whose time has come. Returns of how many the network said how they stand."""
    found = [
        check_access(house.engine, network, account=house.accounts[account_id], now=now)
        for account_id, network in house.networks.items()
    ]
    return sum(each in _TOLD for each in found)
