"""The outbox: drafts take their slots, people approve, revise, hold or withhold them.

Nothing here speaks to a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from ledger.entry import Sealer
from ledger.log import append
from records.database import is_sqlite
from records.enums import PRIVATE_ACTS, ReplyStatus
from records.models import Actor
from records.refusals import RefusalError
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.draft import ANSWERS_THE_TEXT, AUTOMATIC, PERSON, Draft
from replies.fingerprint import fingerprint
from replies.lifecycle import (
    UNSENT,
    DeliveryUnknownError,
    IllegalTransitionError,
    change,
    delivery_unknown,
    keep_delivery_unknown,
    locked,
    locked_unsent,
    void_approvals,
)
from replies.log_entries import log_replies, log_subjects, reply_entries

TWO_PEOPLE = 2
_NO_LONGER_INVITES = (ReplyStatus.WITHHELD.value, ReplyStatus.FAILED.value)


class StaleTextError(RefusalError):
    """The text, or the post that it answers, was changed after the approver read it."""


def write_drafts(
    session: Session, drafts: Sequence[Draft], *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> list[int | None]:
    """Put drafts into their slots and return their ids in order; None where the slot is taken.

    A draft that needs no approval is approved at once and due now. Rules invite into a room once: of two posts of one
    person that are decided together, the first invites.
    """
    wanted = _without_second_invitations(session, drafts)
    if not wanted:
        return [None] * len(drafts)
    taken_as = _insert(session, [_values(draft, now) for draft in wanted])
    ids = [taken_as.pop((draft.account_id, draft.mention_id, draft.slot), None) for draft in drafts]
    rows = _rows(session, [id_ for id_ in ids if id_ is not None])
    _log_by_status(session, rows, actor=actor, now=now, sealer=sealer)
    return ids


def approve(
    session: Session,
    reply_id: int,
    *,
    actor: Actor,
    now: datetime,
    seen_text: str | None = None,
    seen_revision: int | None = None,
    seen_doubt: bool = False,
    sealer: Sealer | None = None,
) -> ReplyStatus:
    """Count `actor`'s approval; once enough different people agree the reply is `approved` and due now.

    Where two must approve, the author of the text is not one of them. What was held answers the post as it stands
    from now on. Returns the status it has now. Raises IllegalTransitionError, NoSuchReplyError, StaleTextError where
    `seen_text` is no longer the text or `seen_revision` no longer the post's, or DeliveryUnknownError where it may
    have been sent already and `seen_doubt` is False.
    """
    row = locked(session, reply_id)
    if ReplyStatus(row.status) not in {ReplyStatus.DRAFT, ReplyStatus.HELD}:
        raise IllegalTransitionError(ReplyStatus(row.status), ReplyStatus.APPROVED)
    if seen_text is not None and seen_text != row.text:
        raise StaleTextError(
            "The text was changed while you read it: read it again, then approve.", code="text-changed"
        )
    _check_revision(session, row, seen_revision)
    if delivery_unknown(row) and not seen_doubt:
        raise DeliveryUnknownError
    row.approvals = sorted({*row.approvals, actor.tag})
    if _counted(row) >= max(1, row.approvals_needed):
        # What a person did not find on the network is looked for once more, by reading, before it is sent.
        row.absent_at = now if delivery_unknown(row) else row.absent_at
        change(row, ReplyStatus.APPROVED, due_at=now)
        row.approved_at = now
    else:
        change(row, ReplyStatus.DRAFT, reason=keep_delivery_unknown(row, "One more person must approve."))
    log_replies(
        session,
        [row],
        row.status if row.status == ReplyStatus.APPROVED else "seconded",
        actor=actor,
        now=now,
        sealer=sealer,
    )
    return ReplyStatus(row.status)


def revise(
    session: Session, reply_id: int, text: str, *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> None:
    """Replace the text; it is `actor`'s from now on, and every approval is asked for again.

    Raises IllegalTransitionError, NoSuchReplyError.
    """
    row = locked_unsent(session, reply_id, ReplyStatus.DRAFT)
    change(row, ReplyStatus.DRAFT, reason=keep_delivery_unknown(row, ""))
    row.text = text
    row.fingerprint = fingerprint(text)
    row.author = actor.tag
    row.origin = PERSON
    void_approvals(row)
    log_replies(session, [row], "revised", actor=actor, now=now, sealer=sealer)


def rewrite(
    session: Session,
    reply_id: int,
    text: str,
    *,
    author: str,
    reason: str,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> bool:
    """Replace the text by a rule's, by `author`; a person must approve it again. False where it is no longer unsent.

    Raises NoSuchReplyError.
    """
    row = locked(session, reply_id)
    if ReplyStatus(row.status) not in UNSENT:
        return False
    change(row, ReplyStatus.DRAFT, reason=keep_delivery_unknown(row, reason))
    row.text = text
    row.fingerprint = fingerprint(text)
    row.author = author
    void_approvals(row)
    log_replies(session, [row], "reworded", actor=actor, now=now, sealer=sealer)
    return True


def hold(
    session: Session, reply_id: int, reason: str, *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> None:
    """Stop a reply until a person has looked; earlier approvals no longer count.

    Raises IllegalTransitionError, NoSuchReplyError.
    """
    row = locked_unsent(session, reply_id, ReplyStatus.HELD)
    change(row, ReplyStatus.HELD, reason=keep_delivery_unknown(row, reason))
    log_replies(session, [row], "held", actor=actor, now=now, sealer=sealer)


def withhold(
    session: Session, reply_id: int, reason: str, *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> None:
    """Decide that a reply is not sent; its slot is free again.

    Raises IllegalTransitionError, NoSuchReplyError.
    """
    row = locked_unsent(session, reply_id, ReplyStatus.WITHHELD)
    change(row, ReplyStatus.WITHHELD, reason=reason)
    log_replies(session, [row], "withheld", actor=actor, now=now, sealer=sealer)


def _check_revision(session: Session, row: ReplyRow, seen_revision: int | None) -> None:
    if row.act not in ANSWERS_THE_TEXT:
        return
    live = session.execute(select(col(MentionRow.revision)).where(col(MentionRow.id) == row.mention_id)).scalar_one()
    if seen_revision is not None and seen_revision != live:
        raise StaleTextError("The post was edited while you read it: read it again, then approve.", code="post-edited")
    if row.status == ReplyStatus.HELD:
        row.revision = live


def _counted(row: ReplyRow) -> int:
    if row.approvals_needed < TWO_PEOPLE:
        return len(row.approvals)
    return len({*row.approvals} - {row.author})


def _values(draft: Draft, now: datetime) -> dict[str, Any]:
    free = draft.approvals_needed == 0
    return {
        "account_id": draft.account_id,
        "mention_id": draft.mention_id,
        "revision": draft.revision,
        "decision_id": draft.decision_id,
        "case_id": draft.case_id,
        "room_id": draft.room_id,
        "slot": draft.slot,
        "act": draft.act.value,
        "target_external_id": draft.target_external_id,
        "text": draft.text,
        "language": draft.language,
        "fingerprint": fingerprint(draft.text),
        "status": (ReplyStatus.APPROVED if free else ReplyStatus.DRAFT).value,
        "reason": draft.reason,
        "origin": draft.origin,
        "author": draft.author,
        "promotion": draft.promotion,
        "even_in_crisis": draft.even_in_crisis,
        "approvals_needed": draft.approvals_needed,
        "approvals": [],
        "created_at": now,
        "approved_at": now if free else None,
        "due_at": now if free else None,
        "attempts": 0,
    }


def _insert(session: Session, values: list[dict[str, Any]]) -> dict[tuple[int, int, str], int]:
    dialect = sqlite if is_sqlite(session) else postgresql
    table = ReplyRow.__table__  # type: ignore[attr-defined]
    statement = dialect.insert(table).on_conflict_do_nothing()
    returning = statement.returning(table.c.id, table.c.account_id, table.c.mention_id, table.c.slot)
    return {
        (account_id, mention_id, slot): id_
        for id_, account_id, mention_id, slot in session.connection().execute(returning, values)
    }


def _rows(session: Session, ids: Sequence[int]) -> list[ReplyRow]:
    return list(session.execute(select(ReplyRow).where(col(ReplyRow.id).in_(ids)).order_by(col(ReplyRow.id))).scalars())


def _log_by_status(
    session: Session, rows: Sequence[ReplyRow], *, actor: Actor, now: datetime, sealer: Sealer | None
) -> None:
    who = log_subjects(session, {row.mention_id for row in rows})
    drafted = [row for row in rows if row.status == ReplyStatus.DRAFT]
    approved = [row for row in rows if row.status == ReplyStatus.APPROVED]
    told = [
        entry
        for action, some in (("drafted", drafted), ("approved", approved))
        for entry in reply_entries(some, action, subjects=who, sealer=sealer, actor=actor, now=now)
    ]
    append(session, told)


def _without_second_invitations(session: Session, drafts: Sequence[Draft]) -> list[Draft]:
    """`drafts` without those of rules that would invite into a room that an invitation leads to already.

    The caller holds the case of the room locked, so that no other process writes one meanwhile.
    """
    leads_to = _invited(session, sorted({draft.room_id for draft in drafts if draft.room_id is not None}))
    wanted = []
    for draft in drafts:
        if draft.room_id is not None and draft.origin == AUTOMATIC:
            if draft.room_id in leads_to:
                continue
            leads_to.add(draft.room_id)
        wanted.append(draft)
    return wanted


def _invited(session: Session, room_ids: Sequence[int]) -> set[int]:
    if not room_ids:
        return set()
    query = select(col(ReplyRow.room_id)).where(
        col(ReplyRow.room_id).in_(room_ids),
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.status).not_in(_NO_LONGER_INVITES),
    )
    return {room_id for room_id in session.execute(query).scalars() if room_id is not None}
