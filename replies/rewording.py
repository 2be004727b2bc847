"""Other words by rule for what has not left: the earlier ones may no longer be said."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ledger.entry import Sealer
from ledger.log import append
from records.nouns import Actor
from records.words import ReplyStatus
from replies.changes import change, locked
from replies.doubt import keeping_doubt
from replies.entries import addressees, entries
from replies.fingerprint import fingerprint
from replies.outbox import IN_OUR_HANDS


def reword(
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
    """Put `text`, by `author`, in the place of the words; a person approves it anew. False where it is on its way.

    Raises NoSuchReplyError.
    """
    row = locked(session, reply_id)
    if ReplyStatus(row.status) not in IN_OUR_HANDS:
        return False
    change(row, ReplyStatus.DRAFT, reason=keeping_doubt(row, reason))
    row.text = text
    row.fingerprint = fingerprint(text)
    row.author = author
    row.approvals = []
    row.approved_at = None
    session.flush()
    who = addressees(session, {row.mention_id})
    append(session, entries([row], "reworded", addressees=who, sealer=sealer, actor=actor, now=now))
    return True
