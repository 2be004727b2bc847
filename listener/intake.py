"""Stores one page of a feed inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from listener.mentions import store_mentions
from listener.messages import store_messages
from listener.own_posts import store_own_posts
from listener.recognising import Recognise
from listener.settling import settle_answered
from listener.storable import storable_message, storable_own, storable_post
from listener.stored import Stored
from networks.protocol import OwnPost, Page
from records.nouns import Account, Actor, HeardPost
from records.tables.service import AccountRow
from records.words import Feed

OnMentions = Callable[[Session, list[int]], None]
"""Told, as the last thing in the transaction, what happened to which mentions."""


def nobody(_session: Session, _mention_ids: list[int]) -> None:
    """For whom it makes no difference."""


def turn_of(network: str) -> str:
    """Under which name transactions that store what a network served take turns: they touch the same people."""
    return f"intake:{network}"


def store_page(  # noqa: PLR0913 - one bundle more would only rename them
    session: Session,
    *,
    account: Account,
    feed: Feed,
    page: Page,
    recognise: Recognise,
    on_settled: OnMentions,
    on_edited: OnMentions = nobody,
    actor: Actor,
    now: datetime,
) -> Stored:
    """Store what is new in `page`; the same page again changes nothing.

    Posts by our own accounts never become mentions. `recognise` tells what we sent from what was written elsewhere,
    and settles what was in doubt. `on_settled` is told which mentions were answered outside Aparte, `on_edited` which
    have another text now.
    """
    ours = _our_accounts(session, account)
    posts = [storable_post(post) for post in page.posts]
    own = {account.id: [storable_own(post) for post in page.own]}
    for post in posts:
        writer = ours.get(post.author.external_id)
        if writer is not None:
            own.setdefault(writer, []).append(_as_own(post))
    stored_own = store_own_posts(session, network=account.network, posts=own, recognise=recognise, now=now)
    others = [post for post in posts if post.author.external_id not in ours]
    mentions = store_mentions(session, account=account, feed=feed, posts=others, actor=actor, now=now)
    messages = [storable_message(message) for message in page.messages]
    sent = recognise(session, account.id, messages=[message for message in messages if message.outgoing])
    new_messages = store_messages(session, account=account, messages=messages, actor=actor, now=now)
    settled = settle_answered(session, account=account, answers=stored_own.outside, heard=mentions.changed, now=now)
    for recognised in (*stored_own.recognised, sent):
        recognised.settle(session)
    if settled:
        on_settled(session, settled)
    if mentions.edited_ids:
        on_edited(session, list(mentions.edited_ids))
    return Stored(
        new_mentions=mentions.new_count,
        new_revisions=len(mentions.edited_ids),
        known=mentions.known,
        own_posts=stored_own.new,
        messages=new_messages,
        settled=len(settled),
    )


def _our_accounts(session: Session, account: Account) -> dict[str, int]:
    query = select(col(AccountRow.external_id), col(AccountRow.id)).where(col(AccountRow.network) == account.network)
    rows = session.connection().execute(query)
    return {external_id: identifier or 0 for external_id, identifier in rows} | {account.external_id: account.id}


def _as_own(post: HeardPost) -> OwnPost:
    return OwnPost(
        external_id=post.external_id,
        parent_external_id=post.parent_external_id,
        root_external_id=post.root_external_id,
        text=post.text,
        published_at=post.published_at,
    )
