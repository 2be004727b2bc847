"""What people did with a post, to compare it with what a pilot would have done. Pure, but for one bulk read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from records.nouns import PRIVATE_ACTS, Act, Action, PrivateState, ReplyStatus
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.replies import ReplyRow
from records.tables.rules import PilotVerdictRow
from records.tables.service import AccountRow, DecisionRow
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


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One post as people left it so far."""

    verdict_id: int
    action: Action
    """What the pilot would have done."""
    made_at: datetime
    said: tuple[Said, ...] = ()
    answered_outside: bool = False
    gone: bool = False
    went_private: bool = False
    closed: bool = False
    """Its case was closed after the pilot had spoken."""
    taken: bool = False
    """Somebody has the case, or it was handed over."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One post that needs no further look."""

    verdict_id: int
    done: Action | None
    """None where no person did anything that could be compared."""
    agreed: bool | None
    """None also where the pilot left the post to people, so that there is nothing to agree with."""


def compared(seen: Seen, *, window: timedelta, now: datetime) -> Comparison | None:
    """What people did beside what the pilot would have done; None while they may still do something.

    A text that left without anybody's approval, or a post that is gone, tells nothing about people. Who answered in
    public, or moved the person aside, did that; who closed the case without a word, or let the window pass, listened;
    who took the case and has said nothing by then, held it.
    """
    over = seen.made_at + window <= now
    done = _done(seen, over=over)
    if done is not None:
        agreed = None if seen.action is Action.HOLD else seen.action is done
        return Comparison(verdict_id=seen.verdict_id, done=done, agreed=agreed)
    tells_nothing = seen.gone or (bool(seen.said) and not any(said.by_people for said in seen.said))
    if tells_nothing or over:
        return Comparison(verdict_id=seen.verdict_id, done=None, agreed=None)
    return None


def _done(seen: Seen, *, over: bool) -> Action | None:
    said = [each for each in seen.said if each.by_people]
    if any(each.act in PRIVATE_ACTS or each.moves for each in said):
        return Action.MOVE_PRIVATE
    if said or seen.answered_outside:
        return Action.MOVE_PRIVATE if said and seen.went_private else Action.REPLY_PUBLICLY
    if seen.said or seen.gone or not (seen.closed or over):
        return None
    return Action.HOLD if seen.taken and not seen.closed else Action.LISTEN


def read_seen(session: Session, pilot_id: int, *, after: int, most: int) -> list[Seen]:
    """Posts that a pilot has spoken of and that were not yet compared, in order, from after the verdict `after`."""
    rows = session.connection().execute(_waiting(pilot_id, after, most)).all()
    if not rows:
        return []
    said = _said(session, [row.mention_id for row in rows])
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
        answered_outside=row.settled_at is not None,
        gone=row.deleted_at is not None,
        went_private=any(
            case.private_state != PrivateState.NONE and (case.private_since or row.made_at) >= row.made_at
            for case in of_post
        ),
        closed=any(case.closed_at is not None for case in of_post),
        taken=any(case.assignee_id is not None or case.handed_over_at is not None for case in of_post),
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


def _said(session: Session, mention_ids: Sequence[int]) -> Mapping[tuple[int, int], tuple[Said, ...]]:
    names = ("account_id", "mention_id", "act", "origin", "approvals")
    columns: list[Any] = [*(col(getattr(ReplyRow, name)) for name in names), col(DecisionRow.action)]
    query = (
        select(*columns)
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ReplyRow.decision_id))
        .where(
            col(ReplyRow.mention_id).in_(mention_ids),
            col(ReplyRow.status).in_(_SPOKEN),
            col(ReplyRow.act).in_([Act.PUBLIC_REPLY, *sorted(PRIVATE_ACTS)]),
        )
        .order_by(col(ReplyRow.id))
    )
    found: dict[tuple[int, int], list[Said]] = defaultdict(list)
    for row in session.connection().execute(query).all():
        automatic = row.origin != PERSON
        found[row.account_id, row.mention_id].append(
            Said(
                act=Act(row.act),
                by_people=not automatic or bool(row.approvals),
                moves=automatic and row.action == Action.MOVE_PRIVATE,
            )
        )
    return {key: tuple(said) for key, said in found.items()}


def _cases(session: Session, identities: Sequence[int]) -> Mapping[tuple[int, str], Sequence[Row[Any]]]:
    names = ("identity_id", "brand", "closed_at", "assignee_id", "handed_over_at", "private_state", "private_since")
    columns: list[Any] = [col(getattr(CareCaseRow, name)) for name in names]
    query = select(*columns).where(col(CareCaseRow.identity_id).in_(identities))
    found: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
    for row in session.connection().execute(query):
        found[row.identity_id, row.brand].append(row)
    return found
