"""Limits of automatic sending: acts a minute, hour and day, and the account's budget a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlmodel import Session, col

from policies.links import find_links
from records.enums import PRIVATE_ACTS, Act, Feed, ReplyStatus
from records.models import Permissions
from records.tables.listener import MentionAccountRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow
from replies.draft import AUTOMATIC

LEFT_OR_MAY_HAVE = (ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN)
_HALF_A_MICRODOLLAR = 0.5e-6


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Most automatic acts in any minute, hour or day."""

    per_minute: int = 20
    per_person_hour: int = 3
    per_thread_hour: int = 5
    per_brand_day: int = 2000


@dataclass(frozen=True, kw_only=True)
class Cap:
    """At most `most` acts in any interval of `window`; `said` is the reason given when it is reached."""

    most: int
    window: timedelta
    said: str


@dataclass(frozen=True, kw_only=True)
class MonthBudget:
    """What an account has cost since the month began (in UTC), and may cost at most; in US dollars."""

    spent: float
    cap: float
    """The account's `monthly_cap_dollars`."""


@dataclass(frozen=True, kw_only=True)
class CapWait:
    """A cap is reached: try again at `until`."""

    until: datetime
    why: str


def wait_for(cap: Cap, nth_latest: datetime | None, *, now: datetime) -> CapWait | None:
    """Whether one more act breaks `cap`, given when the `cap.most`-th latest act left (None: there are fewer)."""
    if nth_latest is None or nth_latest + cap.window <= now:
        return None
    return CapWait(until=nth_latest + cap.window, why=cap.said)


def longest_wait(waits: Sequence[CapWait | None]) -> CapWait | None:
    """The wait that ends last; None where nothing need wait."""
    return max((wait for wait in waits if wait is not None), key=lambda wait: wait.until, default=None)


def is_automatic(reply: ReplyRow) -> bool:
    """True where no person wrote or approved the text: limits hold for these alone."""
    return reply.origin == AUTOMATIC and not reply.approvals


def check_caps(session: Session, reply: ReplyRow, caps: Caps, *, now: datetime) -> CapWait | None:
    """How long this reply must wait; None where it need not, or where a person wrote or approved it."""
    if not is_automatic(reply):
        return None
    of_brand = [col(ReplyRow.account_id).in_(_accounts_of_the_brand(session, reply.account_id))]
    of_person = [*of_brand, col(ReplyRow.mention_id).in_(_mentions_of_the_person(reply.mention_id))]
    of_thread = [*of_brand, col(ReplyRow.mention_id).in_(_mentions_in_the_conversation(session, reply))]
    bounds: list[tuple[Cap, Sequence[ColumnElement[bool]]]] = [
        (Cap(most=caps.per_minute, window=timedelta(minutes=1), said="The brand's cap a minute is reached."), of_brand),
        (Cap(most=caps.per_brand_day, window=timedelta(days=1), said="The brand's cap a day is reached."), of_brand),
        (Cap(most=caps.per_person_hour, window=timedelta(hours=1), said="The person's cap is reached."), of_person),
        (Cap(most=caps.per_thread_hour, window=timedelta(hours=1), said="The thread's cap is reached."), of_thread),
    ]
    return longest_wait([wait_for(cap, _nth_latest(session, cap, where, now=now), now=now) for cap, where in bounds])


def price(act: Act, text: str, permissions: Permissions) -> float:
    """US dollars that the network charges for one act."""
    if act in PRIVATE_ACTS:
        return permissions.private_cost
    if act in {Act.HIDE, Act.UNHIDE}:
        return permissions.hide_cost
    if act is Act.DELETE:
        return 0.0
    return permissions.reply_cost + (permissions.link_cost if any(find_links(text)) else 0.0)


def over_budget(month: MonthBudget | None, cost: float) -> str:
    """Why one more act of this price does not fit into the month; empty where it does, or costs nothing."""
    if month is None or cost <= 0 or month.spent + cost <= month.cap + _HALF_A_MICRODOLLAR:
        return ""
    return f"The month's budget of ${month.cap:,.2f} is spent: approve it where it should be said nevertheless."


def _nth_latest(session: Session, cap: Cap, where: Sequence[ColumnElement[bool]], *, now: datetime) -> datetime | None:
    left_at = col(ReplyRow.sending_at)
    return session.execute(
        select(left_at)
        .where(
            *where,
            left_at > now - cap.window,
            col(ReplyRow.origin) == AUTOMATIC,
            col(ReplyRow.status).in_(LEFT_OR_MAY_HAVE),
        )
        .order_by(left_at.desc())
        .offset(cap.most - 1)
        .limit(1)
    ).scalar()


def _accounts_of_the_brand(session: Session, account_id: int) -> list[int]:
    brand = select(AccountRow.brand).where(col(AccountRow.id) == account_id).scalar_subquery()  # type: ignore[call-overload]
    return list(session.execute(select(col(AccountRow.id)).where(col(AccountRow.brand) == brand)).scalars())


def _mentions_of_the_person(mention_id: int):  # type: ignore[no-untyped-def]
    person = select(col(MentionRow.identity_id)).where(col(MentionRow.id) == mention_id).scalar_subquery()
    return select(col(MentionRow.id)).where(col(MentionRow.identity_id) == person)


def _mentions_in_the_conversation(session: Session, reply: ReplyRow) -> Select[int | None]:
    """The mentions of the thread; under a post of our own, which many comment on, those of the answered branch."""
    mention = session.get_one(MentionRow, reply.mention_id)
    root = mention.root_external_id
    together = select(col(MentionRow.id)).where(
        col(MentionRow.network) == mention.network, col(MentionRow.root_external_id) == root
    )
    if not _began_by_us(session, reply, mention):
        return together
    under = mention.parent_external_id
    branch = mention.external_id if under in {None, root} else under
    return together.where((col(MentionRow.external_id) == branch) | (col(MentionRow.parent_external_id) == branch))


def _began_by_us(session: Session, reply: ReplyRow, mention: MentionRow) -> bool:
    own = exists().where(
        col(OwnPostRow.network) == mention.network,
        col(OwnPostRow.external_id) == mention.root_external_id,
        col(OwnPostRow.account_id) == reply.account_id,
    )
    on_own = exists().where(
        col(MentionAccountRow.mention_id) == mention.id,
        col(MentionAccountRow.account_id) == reply.account_id,
        col(MentionAccountRow.feed) == Feed.COMMENTS.value,
    )
    return bool(session.execute(select(own | on_own)).scalar())
