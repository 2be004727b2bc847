"""What was spent: the decisions of each rule today, and the dollars of each account this month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from policies.rulebook import Rulebook
from records.tables.listener import ReadSpendRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from records.words import Mode
from replies.prices import Month
from service.house import House


def decisions_today(
    session: Session, house: House, rulebooks: Mapping[str, Rulebook], *, now: datetime
) -> Mapping[int, Counter[str]]:
    """By account: the live decisions of each rule since midnight in the brand's zone, those of pilots left out.

    `rulebooks` are those in use, by brand; where one has no daily limits, nothing is counted.
    """
    spent: dict[int, Counter[str]] = defaultdict(Counter)
    for account in house.accounts.values():
        brand = house.settings.brands[account.brand]
        if not any(rule.per_day for rule in rulebooks[brand.name].rules):
            continue
        query = (
            select(col(DecisionRow.rule), func.count())
            .where(
                col(DecisionRow.account_id) == account.id,
                col(DecisionRow.mode) == Mode.LIVE,
                col(DecisionRow.superseded_at).is_(None),
                col(DecisionRow.pilot_id).is_(None),
                col(DecisionRow.made_at) >= midnight(now, brand.timezone),
            )
            .group_by(col(DecisionRow.rule))
        )
        spent[account.id] = Counter({row[0]: row[1] for row in session.execute(query)})
    return spent


def month_spent(session: Session, account_id: int, *, now: datetime) -> float:
    """US dollars that an account has cost since the month began, in UTC: what it read, said and is saying."""
    began = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    said = select(func.sum(col(ReplyRow.cost))).where(
        col(ReplyRow.account_id) == account_id, col(ReplyRow.sending_at) >= began
    )
    read = select(func.sum(col(ReadSpendRow.dollars))).where(
        col(ReadSpendRow.account_id) == account_id, col(ReadSpendRow.month) == f"{began:%Y-%m}"
    )
    return sum(float(session.execute(query).scalar() or 0.0) for query in (said, read))


def month_of(session: Session, house: House, account_id: int, *, now: datetime) -> Month | None:
    """What an account has cost this month beside its cap; None where it has none."""
    cap = house.monthly_cap(account_id) if account_id in house.accounts else None
    return None if cap is None else Month(spent=month_spent(session, account_id, now=now), cap=cap)


def midnight(now: datetime, zone: str) -> datetime:
    """When the present day began in a zone, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
