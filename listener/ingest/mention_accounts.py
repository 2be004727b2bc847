"""Which of our accounts a mention concerns, by which feed, and whether it mentions them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from records.bulk import add_missing, parts
from records.enums import Feed
from records.models import Account
from records.tables.listener import MentionAccountRow


@dataclass(frozen=True, kw_only=True)
class ServedMention:
    """One mention as a feed of an account has just served it."""

    mention_id: int
    is_new: bool
    """Heard for the first time by any account."""
    summoned: bool
    assessed: bool
    """Its live text was judged already, so that nothing but this makes it due for the policy."""


def link_to_account(
    session: Session, *, account: Account, feed: Feed, concerns: Sequence[ServedMention], now: datetime
) -> None:
    """Tie mentions to the account.

    A mention judged already becomes due for the policy where the account is new to it, or is found to be summoned;
    one not judged yet becomes due when it is.
    """
    heard = _links_of(session, account.id, [each.mention_id for each in concerns if not each.is_new])
    missing = [each for each in concerns if each.mention_id not in heard]
    add_missing(
        session,
        MentionAccountRow,
        [_row(each, account, feed, now) for each in missing],
        unique=("mention_id", "account_id"),
    )
    for each in concerns:
        before = heard.get(each.mention_id)
        if before is None:
            continue
        summoned, by_feed = before
        if each.summoned and not summoned:
            _upgrade(session, each, account, feed, now)
        elif feed is Feed.MENTIONS and by_feed != feed:
            _name_feed(session, each, account, feed)


def _links_of(session: Session, account_id: int, mention_ids: Sequence[int]) -> dict[int, tuple[bool, str]]:
    found: dict[int, tuple[bool, str]] = {}
    for part in parts(mention_ids):
        query = select(
            col(MentionAccountRow.mention_id), col(MentionAccountRow.summoned), col(MentionAccountRow.feed)
        ).where(col(MentionAccountRow.account_id) == account_id, col(MentionAccountRow.mention_id).in_(part))
        for mention_id, summoned, by_feed in session.connection().execute(query):
            found[mention_id] = (summoned, by_feed)
    return found


def _row(each: ServedMention, account: Account, feed: Feed, now: datetime) -> dict[str, object]:
    return {
        "mention_id": each.mention_id,
        "account_id": account.id,
        "feed": feed.value,
        "summoned": each.summoned,
        "decide_due_at": now if each.assessed else None,
    }


def _upgrade(session: Session, each: ServedMention, account: Account, feed: Feed, now: datetime) -> None:
    due = {"decide_due_at": now} if each.assessed else {}
    session.connection().execute(
        update(MentionAccountRow)
        .where(col(MentionAccountRow.mention_id) == each.mention_id, col(MentionAccountRow.account_id) == account.id)
        .values(summoned=True, feed=feed.value, **due)
    )


def _name_feed(session: Session, each: ServedMention, account: Account, feed: Feed) -> None:
    session.connection().execute(
        update(MentionAccountRow)
        .where(col(MentionAccountRow.mention_id) == each.mention_id, col(MentionAccountRow.account_id) == account.id)
        .values(feed=feed.value)
    )
