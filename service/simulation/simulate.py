"""Simulates rulebooks on stored decisions: finds them by name, selects the decisions, and shows example posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlmodel import Session, col

from policies.rulebook.problems import RulebookError
from records.database import reading
from records.enums import Act
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.draft import PERSON
from service.brands.rulebook_versions import UnknownRulebookError, stored_source, versions_in_use
from service.simulation.counts import DifferenceCounts, SimulationCounts, Totals
from service.simulation.estimate import Assumptions
from service.simulation.masked_posts import masked_posts_by_decision
from service.simulation.redecide import DecisionFilter, SimulatedAccount
from service.simulation.trial import RulebookText, Trial, run_one_rulebook, run_two_rulebooks
from service.wiring.app import App
from service.wiring.settings import SettingsError

LIVE = "live"
"""Names the rulebook in use."""
UNMEASURED_MINUTES = 60.0
"""The assumed minutes of a person where too few have answered yet to measure them."""
ENOUGH = 20
_MOST_MEASURED = 2_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class SimulationScope:
    """Which stored decisions a simulation reads, and what it assumes."""

    brand: str | None = None
    """None for all brands."""
    days: int | None = None
    """None for all there are."""
    person_minutes: float | None = None
    """How long a post waits that a person answers; None for what was measured."""


@dataclass(frozen=True, kw_only=True)
class SimulationBasis:
    """What the simulation of one rulebook and the comparison of two have in common."""

    rulebooks: tuple[RulebookText, ...]
    person_minutes: float
    measured: bool
    """Whether those minutes were measured, and not merely assumed."""
    posts: Mapping[int, str]
    """By decision: the posts of the examples, masked."""


def simulate(
    app: App, named: str, choice: SimulationScope, *, now: datetime, on_part: Callable[[float], None]
) -> tuple[SimulationCounts, SimulationBasis]:
    """What a rulebook would do with the stored posts.

    Raises SettingsError, UnknownRulebookError or RulebookError, each saying what to do.
    """
    trial, minutes, measured = _prepared(app, (named,), choice, now)
    counted = run_one_rulebook(trial, on_part=on_part)
    return counted, _shown(app, trial, minutes, counted.by_decision.values(), measured=measured)


def compare(
    app: App, before: str, after: str, choice: SimulationScope, *, now: datetime, on_part: Callable[[float], None]
) -> tuple[DifferenceCounts, SimulationBasis]:
    """How two rulebooks differ on the stored posts. Raises as `simulate` does."""
    trial, minutes, measured = _prepared(app, (before, after), choice, now)
    differences = run_two_rulebooks(trial, on_part=on_part)
    return differences, _shown(app, trial, minutes, differences.by_change.values(), measured=measured)


def find_rulebook(session: Session, app: App, named: str, *, brand: str | None) -> RulebookText:
    """The rulebook of a file, of a stored version, or `live`.

    Raises SettingsError, UnknownRulebookError or RulebookError, each saying what to do.
    """
    if named == LIVE:
        return _in_use(session, one_brand(app, brand))
    path = Path(named)
    if not path.is_file():
        try:
            row = stored_source(session, named)
        except UnknownRulebookError as error:
            raise SettingsError(f'There is no file "{named}". {error}') from error
        return RulebookText(name=row.name, text=row.source)
    try:
        return RulebookText(name=path.stem, text=path.read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The rulebook {path} cannot be read ({error}): check its path and its rights.") from None


def one_brand(app: App, brand: str | None) -> str:
    """The brand that is meant. Raises SettingsError where none is named and there are several, or it is unknown."""
    brands = sorted(app.settings.brands)
    if brand is None and len(brands) == 1:
        return brands[0]
    if brand not in brands:
        wrong = "Say which brand is meant" if brand is None else f'There is no brand "{brand}"'
        raise SettingsError(f"{wrong}: --brand is one of {', '.join(brands)}.")
    return brand


def _in_use(session: Session, brand: str) -> RulebookText:
    row = stored_source(session, versions_in_use(session)[brand])
    return RulebookText(name=row.name, text=row.source)


def _prepared(app: App, named: tuple[str, ...], choice: SimulationScope, now: datetime) -> tuple[Trial, float, bool]:
    if choice.brand is not None:
        one_brand(app, choice.brand)
    accounts = [one for one in app.accounts.values() if choice.brand in {None, one.brand}]
    with reading(app.engine) as session:
        rulebooks = tuple(find_rulebook(session, app, name, brand=choice.brand) for name in named)
        measured = None if choice.person_minutes is not None else _minutes_of_people(session)
    for name, written in zip(named, rulebooks, strict=True):
        try:
            written.compiled()
        except RulebookError as error:
            raise SettingsError(f"{name} cannot be used yet; `aparte policy check` says why:\n{error}") from error
    minutes = choice.person_minutes or measured or UNMEASURED_MINUTES
    places = {
        account.id: SimulatedAccount(
            zone=app.brand_of(account.id).timezone,
            assumed=Assumptions(
                person_minutes=minutes, window_minutes=60.0 * app.brand_of(account.id).max_reply_age_hours
            ),
        )
        for account in accounts
    }
    since = None if choice.days is None else now - timedelta(days=choice.days)
    selection = DecisionFilter(account_ids=tuple(sorted(places)), since=since)
    trial = Trial(database=app.settings.database, selection=selection, places=places, rulebooks=rulebooks)
    return trial, minutes, measured is not None


def _minutes_of_people(session: Session) -> float | None:
    """The median minutes from a post to an answer that a person wrote or approved; None where too few have."""
    query = (
        select(col(MentionRow.published_at), col(ReplyRow.sent_at))
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(
            col(ReplyRow.sent_at).is_not(None),
            col(ReplyRow.act) == Act.PUBLIC_REPLY,
            (col(ReplyRow.origin) == PERSON) | (col(ReplyRow.approvals_needed) > 0),
        )
        .order_by(col(ReplyRow.id).desc())
        .limit(_MOST_MEASURED)
    )
    waits = [(sent_at - published_at) / _MINUTE for published_at, sent_at in session.execute(query)]
    return round(median(waits), 1) if len(waits) >= ENOUGH else None


def _shown(app: App, trial: Trial, minutes: float, tallies: Iterable[Totals], *, measured: bool) -> SimulationBasis:
    wanted = {decision_id for tally in tallies for decision_id in tally.examples}
    with reading(app.engine) as session:
        posts = masked_posts_by_decision(session, wanted)
    return SimulationBasis(rulebooks=trial.rulebooks, person_minutes=minutes, measured=measured, posts=posts)
