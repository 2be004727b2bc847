"""How often each rule has decided today, for rules with a daily limit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from records.nouns import Mode
from records.tables.service import DecisionRow
from service.house import House


def decisions_today(session: Session, house: House, *, now: datetime) -> Mapping[int, Counter[str]]:
    """By account: the live decisions of each rule since midnight in the brand's zone."""
    spent: dict[int, Counter[str]] = defaultdict(Counter)
    for account in house.accounts.values():
        brand = house.settings.brands[account.brand]
        if not any(rule.per_day for rule in house.rulebooks[brand.name].rules):
            continue
        query = (
            select(col(DecisionRow.rule), func.count())
            .where(
                col(DecisionRow.account_id) == account.id,
                col(DecisionRow.mode) == Mode.LIVE,
                col(DecisionRow.superseded_at).is_(None),
                col(DecisionRow.made_at) >= _midnight(now, brand.timezone),
            )
            .group_by(col(DecisionRow.rule))
        )
        spent[account.id] = Counter({row[0]: row[1] for row in session.execute(query)})
    return spent


def _midnight(now: datetime, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
