"""Stores one page of a feed inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from listener.ingest.direct_messages import store_direct_messages
from listener.ingest.mentions import store_mentions
from listener.ingest.own_posts import mark_answered_elsewhere, store_own_posts
from listener.ingest.ports import IngestPorts
from listener.ingest.sanitise import sanitise_message, sanitise_own_post, sanitise_post
from networks.protocol import FeedPage, OwnPost
from records.enums import Feed
from records.models import Account, Actor, FetchedPost
from records.tables.service import AccountRow

_OUR_ACCOUNTS = select(col(AccountRow.external_id), col(AccountRow.id)).where(
    col(AccountRow.network) == bindparam("network")
)


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """Counts of what one or more pages brought."""

    new_mentions: int = 0
    new_revisions: int = 0
    """Edited texts of mentions that were known."""
    known: int = 0
    """Posts that were stored already, as they are."""
    own_posts: int = 0
    """New posts of the brand itself."""
    messages: int = 0
    """New direct messages, in and out."""
    answered_elsewhere: int = 0
    """Mentions under which an answer that is not ours was found."""

    def __add__(self, other: IngestResult) -> IngestResult:
        return IngestResult(
            new_mentions=self.new_mentions + other.new_mentions,
            new_revisions=self.new_revisions + other.new_revisions,
            known=self.known + other.known,
            own_posts=self.own_posts + other.own_posts,
            messages=self.messages + other.messages,
            answered_elsewhere=self.answered_elsewhere + other.answered_elsewhere,
        )


def ingest_turn(network: str) -> str:
    """The name under which transactions that store what a network served take turns: they touch the same authors."""
    return f"intake:{network}"


def store_page(
    session: Session,
    *,
    account: Account,
    feed: Feed,
    page: FeedPage,
    ports: IngestPorts,
    actor: Actor,
    now: datetime,
) -> IngestResult:
    """Store what is new in `page`; the same page again changes nothing.

    Posts by our own accounts never become mentions: they are attributed to the outbox, or mark what they answer as
    answered elsewhere.
    """
    ours = _our_accounts(session, account)
    posts = [sanitise_post(post) for post in page.posts]
    own = {account.id: [sanitise_own_post(post) for post in page.own]}
    for post in posts:
        writer = ours.get(post.author.external_id)
        if writer is not None:
            own.setdefault(writer, []).append(_as_own(post))
    stored_own = store_own_posts(session, network=account.network, posts=own, attribute=ports.attribute, now=now)
    others = [post for post in posts if post.author.external_id not in ours]
    mentions = store_mentions(session, account=account, feed=feed, posts=others, actor=actor, now=now)
    messages = [sanitise_message(message) for message in page.messages]
    sent_messages = ports.attribute(session, account.id, messages=[each for each in messages if each.outgoing])
    new_messages = store_direct_messages(session, account=account, messages=messages, actor=actor, now=now)
    answered = mark_answered_elsewhere(
        session, account=account, answers=stored_own.outside, changed=mentions.changed, now=now
    )
    for sent in (*stored_own.sent, sent_messages):
        sent.confirm(session)
    if answered:
        ports.on_answered_elsewhere(session, answered)
    if mentions.edited_ids:
        ports.on_edited(session, list(mentions.edited_ids))
    return IngestResult(
        new_mentions=mentions.new_count,
        new_revisions=len(mentions.edited_ids),
        known=mentions.known,
        own_posts=stored_own.new,
        messages=new_messages,
        answered_elsewhere=len(answered),
    )


def _our_accounts(session: Session, account: Account) -> dict[str, int]:
    rows = session.connection().execute(_OUR_ACCOUNTS, {"network": account.network})
    return {external_id: identifier or 0 for external_id, identifier in rows} | {account.external_id: account.id}


def _as_own(post: FetchedPost) -> OwnPost:
    return OwnPost(
        external_id=post.external_id,
        parent_external_id=post.parent_external_id,
        root_external_id=post.root_external_id,
        text=post.text,
        published_at=post.published_at,
    )
