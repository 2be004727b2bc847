"""What keeps an account from speaking by rule, whatever a rulebook says: its own voice, bots, and the month's money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from records.nouns import Account
from replies.prices import Month
from service.house import House
from service.spending import month_spent
from service.standing import Standing


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The bounds of one account at one moment."""

    own_external_ids: frozenset[str] = frozenset()
    """All accounts of the house on the same network."""
    known_bots: frozenset[str] = frozenset()
    """Handles, casefolded and without @."""
    month_spent: float = 0.0
    """US dollars since the month began, in UTC."""
    month_cap: float | None = None
    """US dollars; None where no cap is set."""

    @property
    def month(self) -> Month | None:
        return None if self.month_cap is None else Month(spent=self.month_spent, cap=self.month_cap)

    def is_ours(self, standing: Standing, account: Account) -> bool:
        """True where one of our own accounts wrote the post."""
        return standing.author_external_id in self.own_external_ids | {account.external_id}

    def is_bot(self, standing: Standing) -> bool:
        """True where the author declares to be a bot, or the settings name it as one."""
        return standing.declared_bot or standing.handle.casefold() in self.known_bots


NO_BOUNDS = Bounds()


def read_bounds(session: Session, house: House, *, now: datetime) -> Mapping[int, Bounds]:
    """The bounds of every account of the house."""
    return {
        account.id: Bounds(
            own_external_ids=frozenset(
                other.external_id for other in house.accounts.values() if other.network == account.network
            ),
            known_bots=house.known_bots(account.brand),
            month_spent=month_spent(session, account.id, now=now),
            month_cap=house.monthly_cap(account.id),
        )
        for account in house.accounts.values()
    }
