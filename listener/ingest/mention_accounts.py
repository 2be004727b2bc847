"""Which of our accounts a mention concerns, by which feed, and whether it mentions them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from records.bulk import VALUES, add_missing, fetch_by
from records.enums import Feed
from records.models import Account
from records.tables.listener import MentionAccountRow

_LINKS = select(col(MentionAccountRow.mention_id), col(MentionAccountRow.summoned), col(MentionAccountRow.feed)).where(
    col(MentionAccountRow.account_id) == bindparam("of_account"), col(MentionAccountRow.mention_id).in_(VALUES)
)
_CHANGE = update(MentionAccountRow).where(
    col(MentionAccountRow.mention_id) == bindparam("of_mention"),
    col(MentionAccountRow.account_id) == bindparam("of_account"),
)


@dataclass(frozen=True, kw_only=True)
class ServedMention:
    """One mention as a feed of an account has just served it."""

    mention_id: int
    is_new: bool
    """Stored for the first time, for any account."""
    mentions_us: bool
    assessed: bool
    """Its live text was assessed already, so that only this makes it due for a decision."""


def link_to_account(
    session: Session, *, account: Account, feed: Feed, served: Sequence[ServedMention], now: datetime
) -> None:
    """Link mentions to the account.

    A mention that was assessed already becomes due for a decision where the account is new to it, or turns out to be
    mentioned in it; one that is not assessed yet becomes due when it is.
    """
    links = _links_of(session, account.id, [each.mention_id for each in served if not each.is_new])
    missing = [each for each in served if each.mention_id not in links]
    add_missing(
        session,
        MentionAccountRow,
        [_row(each, account, feed, now) for each in missing],
        unique=("mention_id", "account_id"),
    )
    for each in served:
        before = links.get(each.mention_id)
        if before is None:
            continue
        mentioned_us, by_feed = before
        if each.mentions_us and not mentioned_us:
            due = {"decide_due_at": now} if each.assessed else {}
            _change(session, each, account, {"summoned": True, "feed": feed.value, **due})
        elif feed is Feed.MENTIONS and by_feed != feed:
            _change(session, each, account, {"feed": feed.value})


def _links_of(session: Session, account_id: int, mention_ids: Sequence[int]) -> dict[int, tuple[bool, str]]:
    """By mention, whether it mentions the account, and by which feed it came."""
    rows = fetch_by(session, _LINKS, mention_ids, of_account=account_id)
    return {mention_id: (mentions_us, by_feed) for mention_id, mentions_us, by_feed in rows}


def _row(each: ServedMention, account: Account, feed: Feed, now: datetime) -> dict[str, object]:
    return {
        "mention_id": each.mention_id,
        "account_id": account.id,
        "feed": feed.value,
        "summoned": each.mentions_us,
        "decide_due_at": now if each.assessed else None,
    }


def _change(session: Session, each: ServedMention, account: Account, values: Mapping[str, object]) -> None:
    session.connection().execute(_CHANGE, {"of_mention": each.mention_id, "of_account": account.id, **values})
