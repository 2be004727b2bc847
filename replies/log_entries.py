"""Ledger entries of outgoing acts: ids and status in the open, personal fields sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry, Sealer
from ledger.log import append
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow


@dataclass(frozen=True, kw_only=True)
class LogSubject:
    """The person whom an act addresses, as log entries name them."""

    subject: str
    handle: str


def log_subjects(session: Session, mention_ids: Collection[int]) -> Mapping[int, LogSubject]:
    """Who wrote each of the mentions, by mention."""
    query = (
        select(col(MentionRow.id), col(IdentityRow.subject), col(IdentityRow.handle))
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .where(col(MentionRow.id).in_(mention_ids))
    )
    return {id_: LogSubject(subject=subject, handle=handle) for id_, subject, handle in session.execute(query)}


def log_replies(
    session: Session, rows: Sequence[ReplyRow], action: str, *, actor: Actor, now: datetime, sealer: Sealer | None
) -> None:
    """Append one entry an act: the last statement of the transaction."""
    session.flush()
    subjects = log_subjects(session, {row.mention_id for row in rows})
    append(session, reply_entries(rows, action, subjects=subjects, sealer=sealer, actor=actor, now=now))


def reply_entries(
    rows: Sequence[ReplyRow],
    action: str,
    *,
    subjects: Mapping[int, LogSubject],
    sealer: Sealer | None,
    actor: Actor,
    now: datetime,
) -> list[Entry]:
    """One entry an act: ids and status in the open; text, handle and reasons given by people sealed.

    The text is logged as it is stored, with placeholders where secrets go. Without a `sealer` it is left out, and
    the fingerprint alone ties the entry to it.
    """
    who = [subjects[row.mention_id] for row in rows]
    sealed: Sequence[str | None] = [None] * len(rows)
    if sealer is not None:
        personal = [_personal(row, person, actor) for row, person in zip(rows, who, strict=True)]
        sealed = sealer.seal_many([(person.subject, fields) for person, fields in zip(who, personal, strict=True)])
    source = actor.tag.partition(":")[0]
    return [
        Entry(
            kind=f"{source}:reply:{action}",
            at=now,
            actor=actor.tag,
            mention_id=row.mention_id,
            case_id=row.case_id,
            subject=person.subject,
            body=_body(row, actor),
            sealed=secret,
        )
        for row, person, secret in zip(rows, who, sealed, strict=True)
    ]


def _body(row: ReplyRow, actor: Actor) -> Mapping[str, Json]:
    body: dict[str, Json] = {
        "reply": row.id,
        "account": row.account_id,
        "revision": row.revision,
        "decision": row.decision_id,
        "room": row.room_id,
        "slot": row.slot,
        "act": row.act,
        "author": row.author,
        "origin": row.origin,
        "status": row.status,
        "fingerprint": row.fingerprint,
        "approvals": [*row.approvals],
        "attempts": row.attempts,
        "external_id": row.external_id,
    }
    if row.cost:
        body["cost"] = row.cost
    if row.reason and _is_a_step(actor):
        body["reason"] = row.reason
    return body


def _personal(row: ReplyRow, person: LogSubject, actor: Actor) -> dict[str, str]:
    fields = {"handle": person.handle, "text": row.text}
    if row.reason and not _is_a_step(actor):
        fields["reason"] = row.reason
    return fields


def _is_a_step(actor: Actor) -> bool:
    return actor.tag.startswith("step:")
