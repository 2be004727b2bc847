"""What people left of a post that a pilot has spoken of, read in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.replies import ReplyRow
from records.tables.rules import PilotVerdictRow
from records.tables.service import AccountRow, DecisionRow
from records.words import CLOSING_SLOT, DELETE_SLOT, PRIVATE_ACTS, Act, Action, PrivateState, ReplyStatus
from replies.drafts import PERSON

_SPOKEN = frozenset({ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class Said:
    """One text of ours under the post."""

    act: Act
    by_people: bool
    """A person wrote or approved it."""
    moves: bool
    """It is the public line of a decision to move aside."""
    by_pilot: bool = False
    """It left, or is about to leave, because the pilot decided so, without anybody's approval."""
    closing: bool = False
    """It is the public closing line of a case."""
    at: datetime | None = None
    """When it was sent; of a person's text that has not left yet, when it was written."""
    deleted_at: datetime | None = None
    """When a person had it deleted."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One post as people left it so far."""

    verdict_id: int
    action: Action
    """What the pilot would have done, or did."""
    made_at: datetime
    said: tuple[Said, ...] = ()
    answered_outside_at: datetime | None = None
    gone: bool = False
    went_private: bool = False
    closed: bool = False
    """Its case was closed after the pilot had spoken."""
    taken: bool = False
    """Somebody has the case, or it was handed over."""
    handed_over_at: datetime | None = None


def read_seen(session: Session, pilot_id: int, *, after: int, most: int) -> list[Seen]:
    """Posts that a pilot has spoken of and that were not yet compared, in order, from after the verdict `after`."""
    rows = session.connection().execute(_waiting(pilot_id, after, most)).all()
    if not rows:
        return []
    said = _said(session, pilot_id, [row.mention_id for row in rows])
    cases = _cases(session, [row.identity_id for row in rows])
    return [_seen(row, said.get((row.account_id, row.mention_id), ()), cases) for row in rows]


def _seen(row: Row[Any], said: tuple[Said, ...], cases: Mapping[tuple[int, str], Sequence[Row[Any]]]) -> Seen:
    of_post = [
        case
        for case in cases.get((row.identity_id, row.brand), ())
        if case.closed_at is None or case.closed_at >= row.made_at
    ]
    return Seen(
        verdict_id=row.id,
        action=Action(row.action),
        made_at=row.made_at,
        said=said,
        answered_outside_at=row.settled_at,
        gone=row.deleted_at is not None,
        went_private=any(
            case.private_state != PrivateState.NONE and (case.private_since or row.made_at) >= row.made_at
            for case in of_post
        ),
        closed=any(case.closed_at is not None for case in of_post),
        taken=any(case.assignee_id is not None or case.handed_over_at is not None for case in of_post),
        handed_over_at=max((case.handed_over_at for case in of_post if case.handed_over_at is not None), default=None),
    )


def _waiting(pilot_id: int, after: int, most: int) -> Any:
    columns: list[Any] = [
        *(col(getattr(PilotVerdictRow, name)) for name in ("id", "mention_id", "account_id", "action", "made_at")),
        *(col(MentionRow.identity_id), col(MentionRow.deleted_at)),
        *(col(MentionAccountRow.settled_at), col(AccountRow.brand)),
    ]
    return (
        select(*columns)
        .join(MentionRow, col(MentionRow.id) == col(PilotVerdictRow.mention_id))
        .join(AccountRow, col(AccountRow.id) == col(PilotVerdictRow.account_id))
        .outerjoin(
            MentionAccountRow,
            (col(MentionAccountRow.mention_id) == col(PilotVerdictRow.mention_id))
            & (col(MentionAccountRow.account_id) == col(PilotVerdictRow.account_id)),
        )
        .where(
            col(PilotVerdictRow.pilot_id) == pilot_id,
            col(PilotVerdictRow.done_at).is_(None),
            col(PilotVerdictRow.id) > after,
        )
        .order_by(col(PilotVerdictRow.id))
        .limit(most)
    )


def _said(session: Session, pilot_id: int, mention_ids: Sequence[int]) -> Mapping[tuple[int, int], tuple[Said, ...]]:
    rows = session.connection().execute(_spoken(mention_ids)).all()
    deleted = {
        (row.account_id, row.mention_id, row.slot): row.created_at
        for row in rows
        if row.act == Act.DELETE and row.origin == PERSON
    }
    found: dict[tuple[int, int], list[Said]] = defaultdict(list)
    for row in rows:
        if row.act == Act.DELETE:
            continue
        automatic, approved = row.origin != PERSON, bool(row.approvals)
        found[row.account_id, row.mention_id].append(
            Said(
                act=Act(row.act),
                by_people=not automatic or approved,
                moves=automatic and row.action == Action.MOVE_PRIVATE,
                by_pilot=automatic and not approved and row.pilot_id == pilot_id,
                closing=row.slot == CLOSING_SLOT,
                at=row.sent_at or (None if automatic else row.created_at),
                deleted_at=deleted.get((row.account_id, row.mention_id, f"{DELETE_SLOT}-{row.id}")),
            )
        )
    return {key: tuple(said) for key, said in found.items()}


def _spoken(mention_ids: Sequence[int]) -> Any:
    names = ("id", "account_id", "mention_id", "slot", "act", "origin", "approvals", "created_at", "sent_at")
    columns: list[Any] = [col(getattr(ReplyRow, name)) for name in names]
    return (
        select(*columns, col(DecisionRow.action), col(DecisionRow.pilot_id))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ReplyRow.decision_id))
        .where(
            col(ReplyRow.mention_id).in_(mention_ids),
            col(ReplyRow.status).in_(_SPOKEN),
            col(ReplyRow.act).in_([Act.PUBLIC_REPLY, Act.DELETE, *sorted(PRIVATE_ACTS)]),
        )
        .order_by(col(ReplyRow.id))
    )


def _cases(session: Session, identities: Sequence[int]) -> Mapping[tuple[int, str], Sequence[Row[Any]]]:
    names = ("identity_id", "brand", "closed_at", "assignee_id", "handed_over_at", "private_state", "private_since")
    columns: list[Any] = [col(getattr(CareCaseRow, name)) for name in names]
    query = select(*columns).where(col(CareCaseRow.identity_id).in_(identities))
    found: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
    for row in session.connection().execute(query):
        found[row.identity_id, row.brand].append(row)
    return found
