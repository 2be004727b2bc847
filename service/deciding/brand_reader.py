"""Reads what holds for a whole brand or account: rulebooks, pilots, crises, knowledge, sending limits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from policies.rulebook.rulebook import Rulebook
from records.enums import Mode
from records.tables.cases import CareCaseRow
from records.tables.listener import ReadSpendRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow, ArticleRow, DecisionRow
from replies.limits import MonthBudget
from service.brands.crisis_switch import brands_in_crisis
from service.brands.rulebook_versions import current_rulebooks
from service.deciding.context import (
    ActivePilot,
    ActiveRulebook,
    Article,
    BrandContext,
    BrandPolicy,
    SendingLimits,
    desk_hours,
)
from service.pilots.lifecycle import Pilot, pilot_invitations_since, pilot_verdicts_since, running_pilots
from service.wiring.app import App

INCIDENT_TEMPLATE = "incident"
"""Templates that begin so speak of an incident that was declared."""
INCIDENT_TITLES = ("incident:", "incidencia:")
"""A valid public article whose title begins so declares an incident of its brand."""
APPROVED_FOR = timedelta(hours=24)
"""How long the approval of one text about an incident stands for the same text under other posts."""
_MINUTE = timedelta(minutes=1)


def read_brand_policies(session: Session, app: App, *, now: datetime) -> Mapping[str, BrandPolicy]:
    """By brand: the rulebook in use, the pilot that runs, and what holds for the whole brand."""
    rulebooks = current_rulebooks(session, app.settings.brands)
    contexts = read_brand_contexts(session, app, now=now)
    spent = _decisions_today(session, app, rulebooks, now=now)
    pilots = running_pilots(session)
    policies = {}
    for brand, rulebook in rulebooks.items():
        zone = app.settings.brands[brand].timezone
        local = now.astimezone(ZoneInfo(zone))
        accounts = {account.id for account in app.accounts.values() if account.brand == brand}
        active = ActiveRulebook(rulebook=rulebook, hours=desk_hours(local, rulebook.calendar))
        active.spent.update({account_id: spent[account_id] for account_id in accounts})
        pilot = pilots.get(brand)
        policies[brand] = BrandPolicy(
            active=active,
            pilot=None
            if pilot is None
            else _active_pilot(session, pilot, active, local=local, since=midnight(now, zone)),
            brand=contexts[brand],
        )
    return policies


def _active_pilot(
    session: Session, pilot: Pilot, beside: ActiveRulebook, *, local: datetime, since: datetime
) -> ActivePilot:
    same = pilot.rulebook.calendar == beside.rulebook.calendar
    hours = beside.hours if same else desk_hours(local, pilot.rulebook.calendar)
    active = ActiveRulebook(rulebook=pilot.rulebook, hours=hours)
    if any(rule.per_day for rule in pilot.rulebook.rules):
        active.spent.update(pilot_verdicts_since(session, pilot, since))
    left = pilot.most_invitations
    if pilot.mode is Mode.LIVE:
        left -= pilot_invitations_since(session, pilot, since)
    return ActivePilot(pilot=pilot, active=active, invitations_left=left)


def read_brand_contexts(session: Session, app: App, *, now: datetime) -> Mapping[str, BrandContext]:
    """What holds for every brand of the settings. Three small queries, and a fourth while an incident is known."""
    crises = brands_in_crisis(session)
    waits = _private_waits(session, now)
    articles = _articles(session, now)
    with_incident = {brand for brand, known in articles.items() if any(map(_declares_incident, known))}
    approved = _incidents_approved(session, now) if with_incident else frozenset()
    return {
        brand: BrandContext(
            crisis=brand in crises,
            private_wait_minutes=waits.get(brand, 0.0),
            incident_known=brand in with_incident,
            incident_text_approved=brand in approved,
            articles=tuple(article for article in articles.get(brand, ()) if not _declares_incident(article)),
        )
        for brand in app.settings.brands
    }


def _declares_incident(article: Article) -> bool:
    return article.title.casefold().startswith(INCIDENT_TITLES)


def _private_waits(session: Session, now: datetime) -> Mapping[str, float]:
    since = CareCaseRow.__table__.c.private_waiting_since  # type: ignore[attr-defined]
    query = (
        select(col(CareCaseRow.brand), func.min(since, type_=since.type))
        .where(since.is_not(None), col(CareCaseRow.closed_at).is_(None))
        .group_by(col(CareCaseRow.brand))
    )
    return {brand: round((now - first) / _MINUTE, 1) for brand, first in session.execute(query)}


def _articles(session: Session, now: datetime) -> Mapping[str, list[Article]]:
    query = select(col(ArticleRow.brand), col(ArticleRow.language), col(ArticleRow.title)).where(
        col(ArticleRow.internal).is_(False),
        col(ArticleRow.valid_until).is_(None) | (col(ArticleRow.valid_until) > now),
    )
    found: dict[str, list[Article]] = defaultdict(list)
    for brand, language, title in session.execute(query):
        found[brand].append(Article(language=language, title=title))
    return found


def _incidents_approved(session: Session, now: datetime) -> frozenset[str]:
    """Brands of which a person approved a text about an incident lately: it may be said again."""
    query = (
        select(col(AccountRow.brand))
        .join(ReplyRow, col(ReplyRow.account_id) == col(AccountRow.id))
        .join(DecisionRow, col(DecisionRow.id) == col(ReplyRow.decision_id))
        .where(
            col(ReplyRow.sent_at) >= now - APPROVED_FOR,
            col(ReplyRow.approvals_needed) > 0,
            col(DecisionRow.template).startswith(INCIDENT_TEMPLATE, autoescape=True),
        )
        .distinct()
    )
    return frozenset(session.execute(query).scalars())


def read_sending_limits(session: Session, app: App, *, now: datetime) -> Mapping[int, SendingLimits]:
    """By account: what keeps it from speaking by rule."""
    return {
        account.id: SendingLimits(
            own_external_ids=frozenset(
                other.external_id for other in app.accounts.values() if other.network == account.network
            ),
            known_bots=app.known_bots(account.brand),
            month_spent=month_spent(session, account.id, now=now),
            month_cap=app.monthly_cap(account.id),
        )
        for account in app.accounts.values()
    }


def _decisions_today(
    session: Session, app: App, rulebooks: Mapping[str, Rulebook], *, now: datetime
) -> Mapping[int, Counter[str]]:
    """By account: the live decisions of each rule since midnight in the brand's zone, those of pilots left out.

    `rulebooks` are those in use, by brand; where one has no daily limits, nothing is counted.
    """
    spent: dict[int, Counter[str]] = defaultdict(Counter)
    for account in app.accounts.values():
        brand = app.settings.brands[account.brand]
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


def month_of(session: Session, app: App, account_id: int, *, now: datetime) -> MonthBudget | None:
    """What an account has cost this month beside its cap; None where it has none."""
    cap = app.monthly_cap(account_id) if account_id in app.accounts else None
    return None if cap is None else MonthBudget(spent=month_spent(session, account_id, now=now), cap=cap)


def midnight(now: datetime, zone: str) -> datetime:
    """When the present day began in a zone, in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
