"""How a brand stands at the moment of deciding: its crisis, its private desk, its known incident, what it knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow, ArticleRow, DecisionRow
from service.articles import Article
from service.crises import in_crisis
from service.house import House

INCIDENT_TEMPLATE = "incident"
"""Templates that begin so speak of an incident that was declared."""
INCIDENT_TITLES = ("incident:", "incidencia:")
"""A valid public article whose title begins so declares an incident of its brand."""
APPROVED_FOR = timedelta(hours=24)
"""How long the approval of one text about an incident stands for the same text under other posts."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class BrandStanding:
    """One brand at one moment."""

    crisis: bool = False
    private_wait_minutes: float = 0.0
    """The longest that anybody now waits in private."""
    incident_known: bool = False
    incident_text_approved: bool = False
    articles: tuple[Article, ...] = ()


QUIET = BrandStanding()


def read_brands(session: Session, house: House, *, now: datetime) -> Mapping[str, BrandStanding]:
    """How every brand of the house stands. Three small queries, and a fourth while an incident is known."""
    crises = in_crisis(session)
    waits = _private_waits(session, now)
    articles = _articles(session, now)
    struck = {brand for brand, known in articles.items() if any(map(_declares_incident, known))}
    approved = _incidents_approved(session, now) if struck else frozenset()
    return {
        brand: BrandStanding(
            crisis=brand in crises,
            private_wait_minutes=waits.get(brand, 0.0),
            incident_known=brand in struck,
            incident_text_approved=brand in approved,
            articles=tuple(article for article in articles.get(brand, ()) if not _declares_incident(article)),
        )
        for brand in house.settings.brands
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
