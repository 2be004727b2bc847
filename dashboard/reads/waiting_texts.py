"""Texts that wait for a person: drafts and held ones, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlmodel import Session, col

from records.enums import PRIVATE_ACTS, ReplyStatus
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from replies.lifecycle import delivery_unknown
from replies.send_context import pause_reason
from service.deciding.reader import permissions_for_reply
from service.delivery.holds import hold_if_approved
from service.desk.agents import agent_names
from service.wiring.app import App

PAGE = 15
EXCERPT = 600


@dataclass(frozen=True, kw_only=True)
class WaitingText:
    """One outgoing act that somebody must approve, revise or withhold."""

    reply_id: int
    account_id: int
    mention_id: int
    post_revision: int
    """Of the post in its present revision, which is shown beside the text."""
    case_id: int | None
    reference: str
    act: str
    slot: str
    text: str
    language: str
    status: str
    reason: str
    origin: str
    author: str
    author_name: str
    """Of the agent who wrote it; empty where a rule did."""
    approvals: tuple[str, ...]
    approvals_needed: int
    created_at: datetime
    handle: str
    post_text: str
    """The beginning of the post that is answered."""
    rule: str
    reasons: tuple[str, ...]
    promotion: bool
    """It advertises."""
    delivery_unknown: bool
    """True where it may have been sent already: who approves it must confirm to have looked at the network."""
    private_until: datetime | None
    """When the network stops taking it; None where it has no deadline."""
    paused: str
    """Why nothing can leave from its account now; empty where it can."""
    would_be_held: str
    """Why it would be held again if it were approved now: a crisis, a wait in private; empty where it would not."""

    def needs_another_person(self, actor_tag: str) -> bool:
        """True where two people must approve it, and this one has written or approved it already."""
        return self.approvals_needed > 1 and actor_tag in {self.author, *self.approvals}


@dataclass(frozen=True, kw_only=True)
class WaitingPage:
    """Some waiting texts, and how many there are."""

    texts: tuple[WaitingText, ...]
    total: int


def waiting_texts(
    session: Session,
    app: App,
    *,
    now: datetime,
    case_id: int | None = None,
    promotions: bool = False,
    offset: int = 0,
    most: int = PAGE,
) -> WaitingPage:
    """Texts that wait, of one case or of all, oldest first. With `promotions`, those alone that advertise."""
    conditions: list[ColumnElement[bool]] = [col(ReplyRow.status).in_((ReplyStatus.DRAFT, ReplyStatus.HELD))]
    if case_id is not None:
        conditions.append(col(ReplyRow.case_id) == case_id)
    if promotions:
        conditions.append(col(ReplyRow.promotion).is_(True))
    live = and_(
        col(MentionRevisionRow.mention_id) == col(MentionRow.id), col(MentionRevisionRow.superseded_at).is_(None)
    )
    rows = session.execute(
        select(
            ReplyRow,
            col(IdentityRow.handle),
            func.substr(col(MentionRevisionRow.text), 1, EXCERPT),
            col(CareCaseRow.reference),
            col(DecisionRow.rule),
            col(DecisionRow.reasons),
            col(MentionRow.revision),
        )
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .join(MentionRevisionRow, live)
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .outerjoin(CareCaseRow, col(CareCaseRow.id) == col(ReplyRow.case_id))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ReplyRow.decision_id))
        .where(*conditions)
        .order_by(col(ReplyRow.created_at), col(ReplyRow.id))
        .offset(offset)
        .limit(most)
    ).all()
    total = session.execute(select(func.count()).select_from(ReplyRow).where(*conditions)).scalar_one()
    names = agent_names(session, [row[0].author for row in rows])
    return WaitingPage(texts=tuple(_waiting(session, app, row, names, now) for row in rows), total=total)


def _private_until(session: Session, app: App, reply: ReplyRow, now: datetime) -> datetime | None:
    if reply.act not in PRIVATE_ACTS:
        return None
    permissions = permissions_for_reply(session, app, reply, now=now)
    return permissions.private_until if permissions is not None else None


def _waiting(
    session: Session, app: App, row: Row[*tuple[Any, ...]], names: Mapping[str, str], now: datetime
) -> WaitingText:
    reply, handle, asked, reference, rule, reasons, post_revision = row
    return WaitingText(
        reply_id=reply.id,
        account_id=reply.account_id,
        mention_id=reply.mention_id,
        case_id=reply.case_id,
        reference=reference or "",
        act=reply.act,
        slot=reply.slot,
        text=reply.text,
        language=reply.language,
        status=reply.status,
        reason=reply.reason,
        origin=reply.origin,
        author=reply.author,
        author_name=names.get(reply.author, ""),
        approvals=tuple(reply.approvals),
        approvals_needed=reply.approvals_needed,
        created_at=reply.created_at,
        handle=handle,
        post_text=asked,
        rule=rule or "",
        reasons=tuple(reasons or ()),
        post_revision=post_revision,
        promotion=reply.promotion,
        delivery_unknown=delivery_unknown(reply),
        private_until=_private_until(session, app, reply, now),
        paused=pause_reason(session, reply.account_id),
        would_be_held=hold_if_approved(app, session, reply, now=now) if reply.account_id in app.accounts else "",
    )
