"""Reads what holds for a whole brand or account at the moment of deciding:
rulebooks, pilots, crises, knowledge and sending limits.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from classifier.terms.phrases import fold, phrases_at, read_terms
from policies.rulebook.calendar import OFFICE_HOURS, Calendar
from policies.rulebook.rulebook import Rulebook
from records.enums import Mode
from records.models import Account
from records.tables.cases import CareCaseRow
from records.tables.listener import ReadSpendRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow, ArticleRow, DecisionRow
from replies.limits import MonthBudget
from service.brands.crisis_switch import brands_in_crisis
from service.brands.rulebook_versions import current_rulebooks
from service.deciding.context import MentionContext
from service.pilots.lifecycle import Pilot, pilot_invitations_since, pilot_verdicts_since, running_pilots
from service.wiring.app import App

SHARED_WORDS = 2
"""So many words of an article's title a post must share; all of them, where the title has fewer."""
_STEM = 5
"""Letters of a word that are compared, so that `oficina` and `oficinas` are one."""
_SHORTEST = 4
"""Shorter words carry no topic."""
_LONGEST_READ = 4_000
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESSES = re.compile(r"@\w+|https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Article:
    """One valid public article, as far as its topic goes."""

    language: str
    title: str

    @property
    def topic(self) -> frozenset[str]:
        return _topic(self.title, self.language)


def speaks_of(articles: Sequence[Article], text: str, *, language: str) -> bool:
    """True where an article in the person's language shares its topic with the text.

    Topics are compared by the content words of the title: two of them must occur in the text, by their first five
    letters, whatever their case and accents.
    """
    topics = [article.topic for article in articles if article.language == language]
    if not topics:
        return False
    said = content_stems(text[:_LONGEST_READ], language)
    return any(topic and len(topic & said) >= min(SHARED_WORDS, len(topic)) for topic in topics)


def content_stems(text: str, language: str) -> frozenset[str]:
    """The beginnings of the words that carry a topic."""
    return frozenset(_stems(_WORD.findall(_ADDRESSES.sub(" ", fold(text))), _function_words(language)))


def _stems(words: Iterable[str], function_words: frozenset[str]) -> Iterable[str]:
    return (word[:_STEM] for word in words if len(word) >= _SHORTEST and word not in function_words)


@lru_cache(maxsize=4096)
def _topic(title: str, language: str) -> frozenset[str]:
    return content_stems(title, language)


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, phrases_at(read_terms("function_words"), language)))


@dataclass(frozen=True, kw_only=True)
class DeskHours:
    """The desk at one moment, in the brand's zone."""

    open: bool = True
    holiday: bool = False
    opens_at: datetime | None = None
    """When it opens next; None while it is open, or where it does not within a year."""
    hours_until_open: float = 0.0


OPEN = DeskHours()


def desk_hours(local: datetime, calendar: Calendar = OFFICE_HOURS) -> DeskHours:
    """The desk at `local`, the present in the brand's zone."""
    is_open = calendar.is_open(local)
    return DeskHours(
        open=is_open,
        holiday=calendar.holiday(local) is not None,
        opens_at=None if is_open else calendar.opens(local),
        hours_until_open=0.0 if is_open else calendar.hours_until_open(local),
    )


def decisions_today(
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


INCIDENT_TEMPLATE = "incident"
"""Templates that begin so speak of an incident that was declared."""
INCIDENT_TITLES = ("incident:", "incidencia:")
"""A valid public article whose title begins so declares an incident of its brand."""
APPROVED_FOR = timedelta(hours=24)
"""How long the approval of one text about an incident stands for the same text under other posts."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class BrandContext:
    """One brand at one moment."""

    crisis: bool = False
    private_wait_minutes: float = 0.0
    """The longest that anybody now waits in private."""
    incident_known: bool = False
    incident_text_approved: bool = False
    articles: tuple[Article, ...] = ()


NO_BRAND_CONTEXT = BrandContext()


def read_brand_contexts(session: Session, app: App, *, now: datetime) -> Mapping[str, BrandContext]:
    """How every brand of the app stands. Three small queries, and a fourth while an incident is known."""
    crises = brands_in_crisis(session)
    waits = _private_waits(session, now)
    articles = _articles(session, now)
    struck = {brand for brand, known in articles.items() if any(map(_declares_incident, known))}
    approved = _incidents_approved(session, now) if struck else frozenset()
    return {
        brand: BrandContext(
            crisis=brand in crises,
            private_wait_minutes=waits.get(brand, 0.0),
            incident_known=brand in struck,
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


@dataclass(kw_only=True)
class ActiveRulebook:
    """A rulebook at work: its desk's hours, and what its rules have decided today."""

    rulebook: Rulebook
    hours: DeskHours = OPEN
    spent: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By account: today's decisions of each rule; grows while a batch is decided."""


@dataclass(kw_only=True)
class ActivePilot:
    """A pilot at work."""

    pilot: Pilot
    book: ActiveRulebook
    invitations_left: int
    """What is left of today's ceiling; shrinks while a batch is decided."""


@dataclass(frozen=True, kw_only=True)
class BrandPolicy:
    """What one brand has ordered."""

    book: ActiveRulebook
    standing: BrandContext = NO_BRAND_CONTEXT
    trial: ActivePilot | None = None


def read_brand_policies(session: Session, app: App, *, now: datetime) -> Mapping[str, BrandPolicy]:
    """The orders of every brand of the app."""
    rulebooks = current_rulebooks(session, app.settings.brands)
    standings = read_brand_contexts(session, app, now=now)
    spent = decisions_today(session, app, rulebooks, now=now)
    pilots = running_pilots(session)
    orders = {}
    for brand, rulebook in rulebooks.items():
        zone = app.settings.brands[brand].timezone
        local = now.astimezone(ZoneInfo(zone))
        ours = {account.id for account in app.accounts.values() if account.brand == brand}
        book = ActiveRulebook(rulebook=rulebook, hours=desk_hours(local, rulebook.calendar))
        book.spent.update({account_id: spent[account_id] for account_id in ours})
        pilot = pilots.get(brand)
        trial = None if pilot is None else _active_pilot(session, pilot, book, local=local, since=midnight(now, zone))
        orders[brand] = BrandPolicy(book=book, standing=standings.get(brand, NO_BRAND_CONTEXT), trial=trial)
    return orders


def _active_pilot(
    session: Session, pilot: Pilot, beside: ActiveRulebook, *, local: datetime, since: datetime
) -> ActivePilot:
    same = pilot.rulebook.calendar == beside.rulebook.calendar
    book = ActiveRulebook(
        rulebook=pilot.rulebook, hours=beside.hours if same else desk_hours(local, pilot.rulebook.calendar)
    )
    if any(rule.per_day for rule in pilot.rulebook.rules):
        book.spent.update(pilot_verdicts_since(session, pilot, since))
    left = pilot.most_invitations
    if pilot.mode is Mode.LIVE:
        left -= pilot_invitations_since(session, pilot, since)
    return ActivePilot(pilot=pilot, book=book, invitations_left=left)


@dataclass(frozen=True, kw_only=True)
class SendingLimits:
    """The bounds of one account at one moment."""

    own_external_ids: frozenset[str] = frozenset()
    """All accounts of the app on the same network."""
    known_bots: frozenset[str] = frozenset()
    """Handles, casefolded and without @."""
    month_spent: float = 0.0
    """US dollars since the month began, in UTC."""
    month_cap: float | None = None
    """US dollars; None where no cap is set."""

    @property
    def month(self) -> MonthBudget | None:
        return None if self.month_cap is None else MonthBudget(spent=self.month_spent, cap=self.month_cap)

    def is_ours(self, standing: MentionContext, account: Account) -> bool:
        """True where one of our own accounts wrote the post."""
        return standing.author_external_id in self.own_external_ids | {account.external_id}

    def is_bot(self, standing: MentionContext) -> bool:
        """True where the author declares to be a bot, or the settings name it as one."""
        return standing.declared_bot or standing.handle.casefold() in self.known_bots


NO_LIMITS = SendingLimits()


def read_sending_limits(session: Session, app: App, *, now: datetime) -> Mapping[int, SendingLimits]:
    """The bounds of every account of the app."""
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
