"""Stores direct messages; incoming ones become due for an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from people.identities import upsert_authors
from records.bulk import VALUES, add_missing, fetch_by
from records.models import Account, Actor, Author, FetchedMessage
from records.tables.listener import DirectMessageRow

LINK_LEFT_OUT = "{room_link}"
"""Stands for any link in our own direct messages: it may be an invitation, and who could read it could come in."""
CODE_LEFT_OUT = "{room_code}"
"""Stands for whatever looks like the short code of an invitation there."""

_KNOWN = select(col(DirectMessageRow.external_id)).where(
    col(DirectMessageRow.network) == bindparam("network"), col(DirectMessageRow.external_id).in_(VALUES)
)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w-])[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}(?![\w-])")


def store_direct_messages(
    session: Session, *, account: Account, messages: Sequence[FetchedMessage], actor: Actor, now: datetime
) -> int:
    """Store messages, whose texts are sanitised, in bulk, oldest first, and return how many are new.

    What was written before the account was connected is history: kept, but not due.
    """
    by_id = {message.external_id: message for message in messages}
    known = {row[0] for row in fetch_by(session, _KNOWN, list(by_id), network=account.network)}
    new = [message for external_id, message in by_id.items() if external_id not in known]
    if not new:
        return 0
    new.sort(key=lambda message: (message.sent_at, len(message.external_id), message.external_id))
    identities = upsert_authors(
        session, network=account.network, authors=[_person(each) for each in new], actor=actor, now=now
    )
    rows = [_row(each, account, identities[each.other_external_id], now) for each in new]
    add_missing(session, DirectMessageRow, rows, unique=("network", "external_id"))
    return len(new)


def _person(message: FetchedMessage) -> Author:
    return message.other or Author(external_id=message.other_external_id, handle="")


def _row(message: FetchedMessage, account: Account, identity_id: int, now: datetime) -> dict[str, object]:
    is_history = message.sent_at < account.connected_at
    return {
        "network": message.network,
        "account_id": account.id,
        "external_id": message.external_id,
        "conversation_id": message.conversation_id,
        "identity_id": identity_id,
        "outgoing": message.outgoing,
        "text": _without_invitations(message.text) if message.outgoing else message.text,
        "sent_at": message.sent_at,
        "heard_at": now,
        "answer_due_at": None if message.outgoing or is_history else now,
    }


def _without_invitations(text: str) -> str:
    return _CODE.sub(CODE_LEFT_OUT, _LINK.sub(LINK_LEFT_OUT, text))
