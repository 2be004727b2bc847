"""How much automatic text may leave: a brand a minute and a day, a person and a thread an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlmodel import Session, col

from records.tables.listener import MentionAccountRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow
from records.words import Feed, ReplyStatus
from replies.drafts import AUTOMATIC

LEFT_OR_MAY_HAVE = (ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Most automatic acts in any minute, hour or day."""

    per_minute: int = 20
    per_person_hour: int = 3
    per_thread_hour: int = 5
    per_brand_day: int = 2000


@dataclass(frozen=True, kw_only=True)
class Cap:
    """One bound: at most `most` acts in any stretch of `window`, and what is said when it is reached."""

    most: int
    window: timedelta
    said: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A cap is reached: try again at `until`."""

    until: datetime
    why: str


def wait_for(cap: Cap, nth_latest: datetime | None, *, now: datetime) -> Wait | None:
    """Whether one more act breaks `cap`, given when the `cap.most`-th latest act left (None: there are fewer)."""
    if nth_latest is None or nth_latest + cap.window <= now:
        return None
    return Wait(until=nth_latest + cap.window, why=cap.said)


def longest(waits: Sequence[Wait | None]) -> Wait | None:
    """The wait that ends last; None where nothing need wait."""
    return max((wait for wait in waits if wait is not None), key=lambda wait: wait.until, default=None)


def check_caps(session: Session, reply: ReplyRow, caps: Caps, *, now: datetime) -> Wait | None:
    """How long this reply must wait; None where it may leave, or where a person wrote or approved it."""
    if reply.origin != AUTOMATIC or reply.approvals:
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
    return longest([wait_for(cap, _nth_latest(session, cap, where, now=now), now=now) for cap, where in bounds])


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
    """The thread; under a post of our own, where many speak, what stands with the comment that is answered."""
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
