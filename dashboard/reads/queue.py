"""The queue: open cases in the order in which they are served, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlmodel import Session, col

from cases.queue_order import NO_PROMISES, near_breach, queue_order
from dashboard.reads.latest_posts import LatestPost, cases_in_campaign, grouped_by_campaign, latest_posts, ungrouped
from records.enums import Queue
from records.tables.cases import CareCaseRow
from records.tables.people import IdentityRow
from records.tables.room import RoomRow
from records.tables.service import AgentRow

PAGE = 25


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """Which cases are asked for; None or False means all."""

    queue: Queue | None = None
    brand: str | None = None
    assignee_id: int | None = None
    harm: bool = False
    unanswered: bool = False
    asks_human: bool = False
    campaign: str | None = None
    """The cases whose latest post belongs to this campaign of near-duplicates, each in a row of its own."""


@dataclass(frozen=True, kw_only=True)
class QueuedCase:
    """One open case as the queue shows it."""

    id: int
    reference: str
    brand: str
    network: str
    handle: str
    display_name: str
    reach: int
    status: str
    queue: str
    priority: str
    harm: bool
    near_breach: bool
    handed_over_note: str
    """Empty unless it was handed over and nobody has taken it yet."""
    exposure: float
    exposure_as_of: datetime | None
    waiting_since: datetime | None
    respond_by: datetime | None
    first_responded_at: datetime | None
    late_because: str | None
    assignee_id: int | None
    assignee: str
    opened_at: datetime
    private_state: str
    """A `PrivateState`."""
    private_waiting_since: datetime | None
    """Since when the person waits for us in private."""
    close_by: datetime | None
    """When the public closing line is due."""
    reopened: bool
    """True where the person came back after the case was closed."""
    asked_human_at: datetime | None
    """Since when the person waits in private for a human, having asked for one."""
    latest: LatestPost | None
    """None where the case has private messages alone."""
    campaign_size: int = 1
    """How many open cases this row represents: their latest posts are near-duplicates."""
    campaign: str = ""
    """Their campaign; empty where the row represents one case."""


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """Some cases of the queue, and how many there are."""

    cases: tuple[QueuedCase, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class OpenCounts:
    """How many open cases there are of each kind."""

    open_cases: int
    harm: int
    asking_human: int
    """The person waits in private for a human, having asked for one."""
    late: int
    mine: int


def queued_cases(
    session: Session,
    wanted: QueueFilter,
    *,
    now: datetime,
    offset: int = 0,
    most: int = PAGE,
    promised: Mapping[str, timedelta] = NO_PROMISES,
) -> QueuePage:
    """Open cases in the queue's order, from `offset` on. `promised` is the longest wait in private, by brand."""
    order = queue_order(now=now, promised=promised)
    grouped = wanted.campaign is None
    return _page(
        session, _conditions(wanted), order, now=now, offset=offset, most=most, grouped=grouped, promised=promised
    )


def flagged_cases(
    session: Session, *, now: datetime, queue: Queue | None = None, offset: int = 0, most: int = PAGE
) -> QueuePage:
    """What marketing looks at: the cases of its queue, then whatever is seen most; highest exposure first.

    With `queue`, those of one queue.
    """
    conditions = _flagged()
    if queue is not None:
        conditions.append(col(CareCaseRow.queue) == queue)
    order: tuple[ColumnElement[Any], ...] = (
        (col(CareCaseRow.queue) == Queue.MARKETING).desc(),
        col(CareCaseRow.exposure).desc(),
        col(CareCaseRow.reach).desc(),
        col(CareCaseRow.id).asc(),
    )
    return _page(session, conditions, order, now=now, offset=offset, most=most)


def flagged_counts(session: Session) -> dict[Queue, int]:
    """How many of those cases there are by queue; a queue without any is left out."""
    rows = session.execute(select(col(CareCaseRow.queue), func.count()).where(*_flagged()).group_by("queue"))
    counts = {str(row[0]): int(row[1]) for row in rows}
    return {queue: counts[queue] for queue in Queue if queue in counts}


def open_counts(session: Session, *, now: datetime, agent_id: int) -> OpenCounts:
    """How many open cases there are, and how many of them are late, urgent, or this agent's."""
    late = or_(
        (col(CareCaseRow.first_responded_at).is_(None)) & (col(CareCaseRow.respond_by) < now),
        col(CareCaseRow.close_by) < now,
    )
    open_cases, harm, asking_human, late_cases, mine = session.execute(
        select(
            func.count(),
            func.count().filter(col(CareCaseRow.harm)),
            func.count().filter(_asked_human().exists()),
            func.count().filter(late),
            func.count().filter(col(CareCaseRow.assignee_id) == agent_id),
        ).where(col(CareCaseRow.closed_at).is_(None))
    ).one()
    return OpenCounts(open_cases=open_cases, harm=harm, asking_human=asking_human, late=late_cases, mine=mine)


def next_case(session: Session, *, after: int, agent_id: int, now: datetime) -> str | None:
    """Reference of the first case but this one in which somebody waits, and that nobody else has; None for none."""
    free = or_(col(CareCaseRow.assignee_id).is_(None), col(CareCaseRow.assignee_id) == agent_id)
    query = (
        select(col(CareCaseRow.reference))
        .where(
            col(CareCaseRow.closed_at).is_(None),
            col(CareCaseRow.id) != after,
            or_(
                col(CareCaseRow.first_responded_at).is_(None),
                col(CareCaseRow.private_waiting_since).is_not(None),
            ),
            free,
        )
        .order_by(*queue_order(now=now))
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def brands_with_open_cases(session: Session) -> tuple[str, ...]:
    """Brands that have something open."""
    rows = session.execute(
        select(col(CareCaseRow.brand)).where(col(CareCaseRow.closed_at).is_(None)).distinct().order_by("brand")
    )
    return tuple(rows.scalars())


def _flagged() -> list[ColumnElement[bool]]:
    return [
        col(CareCaseRow.closed_at).is_(None),
        or_(col(CareCaseRow.queue) == Queue.MARKETING, col(CareCaseRow.exposure) > 0),
    ]


def _asked_human() -> Select[datetime | None]:
    """Since when a human was asked for in the rooms of a case, the first time first."""
    return (
        select(col(RoomRow.asked_human_at))
        .where(col(RoomRow.case_id) == col(CareCaseRow.id), col(RoomRow.asked_human_at).is_not(None))
        .order_by(col(RoomRow.asked_human_at))
        .limit(1)
        .correlate(CareCaseRow)
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(CareCaseRow.closed_at).is_(None)]
    if wanted.queue is not None:
        found.append(col(CareCaseRow.queue) == wanted.queue)
    if wanted.brand is not None:
        found.append(col(CareCaseRow.brand) == wanted.brand)
    if wanted.assignee_id is not None:
        found.append(col(CareCaseRow.assignee_id) == wanted.assignee_id)
    if wanted.harm:
        found.append(col(CareCaseRow.harm).is_(True))
    if wanted.unanswered:
        found.append(col(CareCaseRow.first_responded_at).is_(None))
    if wanted.asks_human:
        found.append(_asked_human().exists())
    if wanted.campaign is not None:
        found.append(col(CareCaseRow.id).in_(cases_in_campaign(wanted.campaign)))
    return found


def _page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    *,
    now: datetime,
    offset: int,
    most: int,
    grouped: bool = False,
    promised: Mapping[str, timedelta] = NO_PROMISES,
) -> QueuePage:
    groups = grouped_by_campaign(conditions, order) if grouped else ungrouped(conditions)
    total = session.execute(select(func.count()).select_from(groups)).scalar_one()
    rows = session.execute(
        select(
            CareCaseRow,
            IdentityRow,
            col(AgentRow.name),
            near_breach(now=now, promised=promised),
            groups.c.size,
            groups.c.campaign,
            _asked_human().scalar_subquery(),
        )
        .join(groups, groups.c.case_id == col(CareCaseRow.id))
        .join(IdentityRow, col(IdentityRow.id) == col(CareCaseRow.identity_id))
        .outerjoin(AgentRow, col(AgentRow.id) == col(CareCaseRow.assignee_id))
        .order_by(*order)
        .offset(offset)
        .limit(most)
    ).all()
    latest = latest_posts(session, [row[0].id for row in rows])
    return QueuePage(cases=tuple(_queued(row, latest) for row in rows), total=total)


def _queued(row: Row[*tuple[Any, ...]], latest: dict[int, LatestPost]) -> QueuedCase:
    case, identity, assignee, near, campaign_size, campaign, asked_human_at = row
    handed_over = case.handed_over_at is not None and case.assignee_id is None
    return QueuedCase(
        id=case.id,
        reference=case.reference,
        brand=case.brand,
        network=identity.network,
        handle=identity.handle,
        display_name=identity.display_name,
        reach=identity.reach,
        status=case.status,
        queue=case.queue,
        priority=case.priority,
        harm=case.harm,
        near_breach=bool(near),
        handed_over_note=(case.handed_over_note or "—") if handed_over else "",
        exposure=case.exposure,
        exposure_as_of=case.exposure_as_of,
        waiting_since=case.waiting_since,
        respond_by=case.respond_by,
        first_responded_at=case.first_responded_at,
        late_because=case.late_because,
        assignee_id=case.assignee_id,
        assignee=assignee or "",
        opened_at=case.opened_at,
        private_state=case.private_state,
        private_waiting_since=case.private_waiting_since,
        close_by=case.close_by,
        reopened=case.reopened_at is not None,
        asked_human_at=asked_human_at,
        latest=latest.get(case.id),
        campaign_size=campaign_size,
        campaign=campaign if campaign_size > 1 else "",
    )
