"""Rehearses rulebooks on what is stored: finds them by name, chooses the decisions, and shows the posts behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlmodel import Session, col

from policies.problems import RulebookError
from records.database import reading
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.words import Act
from replies.drafts import PERSON
from service.house import House
from service.masked_posts import posts_of
from service.outcomes import Assumed
from service.redeciding import Place
from service.rulebooks import UnknownRulebookError, source_of, versions_in_use
from service.settings import SettingsError
from service.stored_facts import Selection
from service.tallies import Counted, Differences, Tally
from service.trying import Trial, Written, differ, simulate

LIVE = "live"
"""Names the rulebook in use."""
UNMEASURED_MINUTES = 60.0
"""How long a person is taken to need where too few have answered yet to measure it."""
ENOUGH = 20
_MOST_MEASURED = 2_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which stored decisions a rehearsal looks at, and what it takes for granted."""

    brand: str | None = None
    """None for all brands."""
    days: int | None = None
    """None for all there are."""
    person_minutes: float | None = None
    """How long a post waits that a person answers; None for what was measured."""


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What is the same for one rulebook and two."""

    rulebooks: tuple[Written, ...]
    person_minutes: float
    measured: bool
    """Whether those minutes were measured, and not merely assumed."""
    posts: Mapping[int, str]
    """By decision: the posts of the examples, masked."""


def rehearse(
    house: House, named: str, choice: Choice, *, now: datetime, on_part: Callable[[float], None]
) -> tuple[Counted, Rehearsed]:
    """What a rulebook would do with the stored posts.

    Raises SettingsError, UnknownRulebookError or RulebookError, each saying what to do.
    """
    trial, minutes, measured = _prepared(house, (named,), choice, now)
    counted = simulate(trial, on_part=on_part)
    return counted, _shown(house, trial, minutes, counted.by_decision.values(), measured=measured)


def compare(
    house: House, before: str, after: str, choice: Choice, *, now: datetime, on_part: Callable[[float], None]
) -> tuple[Differences, Rehearsed]:
    """How two rulebooks differ on the stored posts. Raises as `rehearse` does."""
    trial, minutes, measured = _prepared(house, (before, after), choice, now)
    differences = differ(trial, on_part=on_part)
    return differences, _shown(house, trial, minutes, differences.by_change.values(), measured=measured)


def find_rulebook(session: Session, house: House, named: str, *, brand: str | None) -> Written:
    """The rulebook of a file, of a stored version, or `live`.

    Raises SettingsError, UnknownRulebookError or RulebookError, each saying what to do.
    """
    if named == LIVE:
        return _in_use(session, one_brand(house, brand))
    path = Path(named)
    if not path.is_file():
        try:
            row = source_of(session, named)
        except UnknownRulebookError as error:
            raise SettingsError(f'There is no file "{named}". {error}') from error
        return Written(name=row.name, text=row.source)
    try:
        return Written(name=path.stem, text=path.read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The rulebook {path} cannot be read ({error}): check its path and its rights.") from None


def one_brand(house: House, brand: str | None) -> str:
    """The brand that is meant. Raises SettingsError where none is named and there are several, or it is unknown."""
    brands = sorted(house.settings.brands)
    if brand is None and len(brands) == 1:
        return brands[0]
    if brand not in brands:
        wrong = "Say which brand is meant" if brand is None else f'There is no brand "{brand}"'
        raise SettingsError(f"{wrong}: --brand is one of {', '.join(brands)}.")
    return brand


def _in_use(session: Session, brand: str) -> Written:
    row = source_of(session, versions_in_use(session)[brand])
    return Written(name=row.name, text=row.source)


def _prepared(house: House, named: tuple[str, ...], choice: Choice, now: datetime) -> tuple[Trial, float, bool]:
    if choice.brand is not None:
        one_brand(house, choice.brand)
    accounts = [one for one in house.accounts.values() if choice.brand in {None, one.brand}]
    with reading(house.engine) as session:
        rulebooks = tuple(find_rulebook(session, house, name, brand=choice.brand) for name in named)
        measured = None if choice.person_minutes is not None else _minutes_of_people(session)
    for name, written in zip(named, rulebooks, strict=True):
        try:
            written.compiled()
        except RulebookError as error:
            raise SettingsError(f"{name} cannot be used yet; `aparte policy check` says why:\n{error}") from error
    minutes = choice.person_minutes or measured or UNMEASURED_MINUTES
    places = {
        account.id: Place(
            zone=house.brand_of(account.id).timezone,
            assumed=Assumed(
                person_minutes=minutes, window_minutes=60.0 * house.brand_of(account.id).max_reply_age_hours
            ),
        )
        for account in accounts
    }
    since = None if choice.days is None else now - timedelta(days=choice.days)
    selection = Selection(account_ids=tuple(sorted(places)), since=since)
    trial = Trial(database=house.settings.database, selection=selection, places=places, rulebooks=rulebooks)
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


def _shown(house: House, trial: Trial, minutes: float, tallies: Iterable[Tally], *, measured: bool) -> Rehearsed:
    wanted = {decision_id for tally in tallies for decision_id in tally.examples}
    with reading(house.engine) as session:
        posts = posts_of(session, wanted)
    return Rehearsed(rulebooks=trial.rulebooks, person_minutes=minutes, measured=measured, posts=posts)
