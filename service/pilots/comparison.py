"""Compares what a pilot would have done with a post, or did, with what people did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from records.enums import CLOSING_SLOT, DELETE_SLOT, PRIVATE_ACTS, Act, Action, PrivateState, ReplyStatus
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.replies import ReplyRow
from records.tables.rules import PilotVerdictRow
from records.tables.service import AccountRow, DecisionRow
from replies.draft import PERSON

_SPOKEN = frozenset({ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.SENT, ReplyStatus.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class OurReply:
    """One reply of ours to the post."""

    act: Act
    by_people: bool
    """A person wrote or approved it."""
    moves: bool
    """It is the public reply of a decision to move to private."""
    by_pilot: bool = False
    """It was sent, or is about to be, because the pilot decided so, without anybody's approval."""
    closing: bool = False
    """It is the public closing line of a case."""
    at: datetime | None = None
    """When it was sent; of a person's text that is not sent yet, when it was written."""
    deleted_at: datetime | None = None
    """When a person had it deleted."""


@dataclass(frozen=True, kw_only=True)
class PostOutcome:
    """What has happened to one post so far."""

    verdict_id: int
    action: Action
    """What the pilot would have done, or did."""
    made_at: datetime
    said: tuple[OurReply, ...] = ()
    answered_outside_at: datetime | None = None
    gone: bool = False
    went_private: bool = False
    closed: bool = False
    """Its case was closed after the pilot's verdict."""
    taken: bool = False
    """Somebody has the case, or it was handed over."""
    handed_over_at: datetime | None = None


def read_post_outcomes(session: Session, pilot_id: int, *, after: int, most: int) -> list[PostOutcome]:
    """Posts with a verdict of the pilot that are not compared yet, in order, from after the verdict `after`."""
    rows = session.connection().execute(_uncompared_query(pilot_id, after, most)).all()
    if not rows:
        return []
    said = _our_replies(session, pilot_id, [row.mention_id for row in rows])
    cases = _cases(session, [row.identity_id for row in rows])
    return [_post_outcome(row, said.get((row.account_id, row.mention_id), ()), cases) for row in rows]


def _post_outcome(
    row: Row[Any], said: tuple[OurReply, ...], cases: Mapping[tuple[int, str], Sequence[Row[Any]]]
) -> PostOutcome:
    of_post = [
        case
        for case in cases.get((row.identity_id, row.brand), ())
        if case.closed_at is None or case.closed_at >= row.made_at
    ]
    return PostOutcome(
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


def _uncompared_query(pilot_id: int, after: int, most: int) -> Any:
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


def _our_replies(
    session: Session, pilot_id: int, mention_ids: Sequence[int]
) -> Mapping[tuple[int, int], tuple[OurReply, ...]]:
    rows = session.connection().execute(_reply_query(mention_ids)).all()
    deleted = {
        (row.account_id, row.mention_id, row.slot): row.created_at
        for row in rows
        if row.act == Act.DELETE and row.origin == PERSON
    }
    found: dict[tuple[int, int], list[OurReply]] = defaultdict(list)
    for row in rows:
        if row.act == Act.DELETE:
            continue
        automatic, approved = row.origin != PERSON, bool(row.approvals)
        found[row.account_id, row.mention_id].append(
            OurReply(
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


def _reply_query(mention_ids: Sequence[int]) -> Any:
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


AFTERWARDS = timedelta(days=1)
"""How long people have to undo what a live pilot sent by itself; afterwards they count as agreeing."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One post that needs no further look."""

    verdict_id: int
    done: Action | None
    """None where no person did anything that could be compared."""
    agreed: bool | None
    """None also where the pilot left the post to people, so that there is nothing to agree with."""


def compare_with_people(seen: PostOutcome, *, window: timedelta, now: datetime) -> Comparison | None:
    """Compare what people did with what the pilot would have done; None while they may still do something.

    A text of another rule that left without anybody's approval, or a post that is gone, tells nothing about people. Who
    answered in public, or moved the person aside, did that; who closed the case without a word, or let the window pass,
    listened; who took the case and has said nothing by then, held it. What a live pilot said by itself is compared with
    what people did about it afterwards.
    """
    own = [said for said in seen.said if said.by_pilot]
    if own:
        return _afterwards(seen, own, window=window, now=now)
    over = seen.made_at + window <= now
    done = _done(seen, over=over)
    if done is not None:
        agreed = None if seen.action is Action.HOLD else seen.action is done
        return Comparison(verdict_id=seen.verdict_id, done=done, agreed=agreed)
    tells_nothing = seen.gone or (bool(seen.said) and not any(said.by_people for said in seen.said))
    return _nothing(seen) if tells_nothing or over else None


def _done(seen: PostOutcome, *, over: bool) -> Action | None:
    said = [each for each in seen.said if each.by_people]
    if any(each.act in PRIVATE_ACTS or each.moves for each in said):
        return Action.MOVE_PRIVATE
    if said or seen.answered_outside_at is not None:
        return Action.MOVE_PRIVATE if said and seen.went_private else Action.REPLY_PUBLICLY
    if seen.said or seen.gone or not (seen.closed or over):
        return None
    return Action.HOLD if seen.taken and not seen.closed else Action.LISTEN


def _afterwards(seen: PostOutcome, own: Sequence[OurReply], *, window: timedelta, now: datetime) -> Comparison | None:
    left = [said.at for said in own if said.at is not None]
    if not left:
        return _nothing(seen) if seen.gone or seen.made_at + window <= now else None
    first = min(left)
    instead = _instead(seen, own, first, first + AFTERWARDS)
    if instead is not None:
        return Comparison(verdict_id=seen.verdict_id, done=instead, agreed=False)
    if seen.gone:
        return _nothing(seen)
    if now < first + AFTERWARDS:
        return None
    return Comparison(verdict_id=seen.verdict_id, done=seen.action, agreed=True)


def _instead(seen: PostOutcome, own: Sequence[OurReply], since: datetime, until: datetime) -> Action | None:
    """What people did instead of what the pilot sent; None where they left it.

    Whom the pilot moved aside is spoken to in private, and handed on, by design.
    """

    def within(at: datetime | None) -> bool:
        return at is not None and since <= at <= until

    added = [said.act for said in seen.said if said.by_people and not said.closing and within(said.at)]
    if any(within(said.deleted_at) for said in own):
        return Action.LISTEN
    if Act.PUBLIC_REPLY in added or within(seen.answered_outside_at):
        return Action.REPLY_PUBLICLY
    if seen.action is Action.MOVE_PRIVATE:
        return None
    if added:
        return Action.MOVE_PRIVATE
    return Action.HOLD if within(seen.handed_over_at) else None


def _nothing(seen: PostOutcome) -> Comparison:
    return Comparison(verdict_id=seen.verdict_id, done=None, agreed=None)
