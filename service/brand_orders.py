"""What each brand has ordered, and how it stands, at the moment of deciding: read once for a whole batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from policies.rulebook import Rulebook
from records.words import Mode
from service.brand_standing import QUIET, BrandStanding, read_brands
from service.desk_hours import OPEN, DeskHours, desk_hours
from service.house import House
from service.pilots import Pilot, invitations_since, running, verdicts_since
from service.rulebooks import current_of_all
from service.spending import decisions_today, midnight


@dataclass(kw_only=True)
class Book:
    """A rulebook at work: its desk's hours, and what its rules have decided today."""

    rulebook: Rulebook
    hours: DeskHours = OPEN
    spent: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By account: today's decisions of each rule; grows while a batch is decided."""


@dataclass(kw_only=True)
class Trial:
    """A pilot at work."""

    pilot: Pilot
    book: Book
    invitations_left: int
    """What is left of today's ceiling; shrinks while a batch is decided."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one brand has ordered."""

    book: Book
    standing: BrandStanding = QUIET
    trial: Trial | None = None


def read_orders(session: Session, house: House, *, now: datetime) -> Mapping[str, Orders]:
    """The orders of every brand of the house."""
    rulebooks = current_of_all(session, house)
    standings = read_brands(session, house, now=now)
    spent = decisions_today(session, house, rulebooks, now=now)
    pilots = running(session)
    orders = {}
    for brand, rulebook in rulebooks.items():
        zone = house.settings.brands[brand].timezone
        local = now.astimezone(ZoneInfo(zone))
        ours = {account.id for account in house.accounts.values() if account.brand == brand}
        book = Book(rulebook=rulebook, hours=desk_hours(local, rulebook.calendar))
        book.spent.update({account_id: spent[account_id] for account_id in ours})
        pilot = pilots.get(brand)
        trial = None if pilot is None else _trial(session, pilot, book, local=local, since=midnight(now, zone))
        orders[brand] = Orders(book=book, standing=standings.get(brand, QUIET), trial=trial)
    return orders


def _trial(session: Session, pilot: Pilot, beside: Book, *, local: datetime, since: datetime) -> Trial:
    same = pilot.rulebook.calendar == beside.rulebook.calendar
    book = Book(rulebook=pilot.rulebook, hours=beside.hours if same else desk_hours(local, pilot.rulebook.calendar))
    if any(rule.per_day for rule in pilot.rulebook.rules):
        book.spent.update(verdicts_since(session, pilot, since))
    left = pilot.most_invitations
    if pilot.mode is Mode.LIVE:
        left -= invitations_since(session, pilot, since)
    return Trial(pilot=pilot, book=book, invitations_left=left)
