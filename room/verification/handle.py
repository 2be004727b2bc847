"""Whether opening a room by its invitation proves that the person holds the handle."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlmodel import Session, col

from records.enums import Act, ProofKind, ReplyStatus
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow

_LEFT = (ReplyStatus.SENDING.value, ReplyStatus.SENT.value, ReplyStatus.UNKNOWN.value)


def handle_proof_by_invitation(session: Session, row: RoomRow) -> ProofKind | None:
    """The proof that opening the invitation of `row` gives; None where it proves nothing.

    The network delivered it to the account that wrote to us first, or that wrote the comment it answers privately.
    """
    if _answers_their_own_message(session, row):
        return ProofKind.OWN_MESSAGE
    return ProofKind.PRIVATE_REPLY if _answers_their_comment(session, row) else None


def _answers_their_own_message(session: Session, row: RoomRow) -> bool:
    wrote_first = exists().where(
        col(DirectMessageRow.account_id) == row.account_id,
        col(DirectMessageRow.identity_id) == row.identity_id,
        col(DirectMessageRow.outgoing).is_(False),
        col(DirectMessageRow.sent_at) <= (row.invited_at or row.opened_at),
    )
    return bool(session.execute(select(wrote_first)).scalar())


def _answers_their_comment(session: Session, row: RoomRow) -> bool:
    act = session.execute(
        select(col(ReplyRow.act))
        .where(col(ReplyRow.room_id) == row.id, col(ReplyRow.status).in_(_LEFT))
        .order_by(col(ReplyRow.id).desc())
        .limit(1)
    ).scalar()
    return act == Act.PRIVATE_REPLY
