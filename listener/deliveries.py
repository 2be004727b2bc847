"""Stores what a webhook delivered, through the same intake as polling; a delivery repeated changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from listener.bulk import parts
from listener.checks import check_now
from listener.intake import OnMentions, nobody, store_page
from listener.recognising import Recognise
from listener.roots import with_known_roots
from listener.storable import storable
from listener.stored import Stored
from listener.told_posts import keep_told
from networks.protocol import Delivery, Page
from records.nouns import Account, Actor, HeardPost
from records.tables.listener import MentionRevisionRow, MentionRow, WebhookDeliveryRow
from records.words import Feed

KEPT_FOR = timedelta(days=60)
"""Networks repeat a delivery for some days at most."""

_COMMENT = "comment"


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A delivery whose signature is right, and the account that it is about."""

    account: Account
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a delivery brought."""

    repeated: bool
    stored: Stored = field(default_factory=Stored)
    checked: int = 0
    """Known mentions that will be asked for again."""
    told: int = 0
    """Posts that were only named, and will be asked for."""


@dataclass(frozen=True, kw_only=True)
class _Known:
    mention_id: int
    revision_external_id: str


def take(
    session: Session,
    verified: Sequence[Verified],
    *,
    network: str,
    digest: str,
    recognise: Recognise,
    on_settled: OnMentions,
    actor: Actor,
    now: datetime,
) -> Brought:
    """Store what is new in one delivery, known by the `digest` of its body, inside the caller's transaction.

    What is known already is not overwritten, since a delivery may be late or replayed: where it says that something
    changed, the network itself is asked again, as it is for posts that are only named. Whatever was taken before
    changes nothing.
    """
    if not _is_first(session, network, digest, verified, now):
        return Brought(repeated=True)
    stored, checked, told = Stored(), 0, 0
    for each in verified:
        known = _known(session, network, [storable(post.external_id) for post in each.delivery.page.posts])
        for feed, page in _new_by_feed(with_known_roots(session, network, each.delivery.page), known):
            stored += store_page(
                session,
                account=each.account,
                feed=feed,
                page=page,
                recognise=recognise,
                on_settled=on_settled,
                on_edited=nobody,
                actor=actor,
                now=now,
            )
        doubtful = _doubtful(session, network, each.delivery, known)
        check_now(session, sorted(doubtful), now=now)
        checked += len(doubtful)
        told += keep_told(session, each.account, each.delivery.named, now=now)
    return Brought(repeated=False, stored=stored, checked=checked, told=told)


def forget_deliveries(session: Session, *, now: datetime) -> None:
    """Forget deliveries so old that they do not come again."""
    session.connection().execute(delete(WebhookDeliveryRow).where(col(WebhookDeliveryRow.received_at) < now - KEPT_FOR))


def _is_first(session: Session, network: str, digest: str, verified: Sequence[Verified], now: datetime) -> bool:
    row = {
        "network": network,
        "digest": digest,
        "received_at": now,
        "posts": sum(len(each.delivery.page.posts) for each in verified),
    }
    try:
        with session.begin_nested():
            session.connection().execute(insert(WebhookDeliveryRow).values(**row))
    except IntegrityError:
        return False
    return True


def _known(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for part in parts(external_ids):
        query = (
            select(col(MentionRow.external_id), col(MentionRow.id), col(MentionRevisionRow.external_id))
            .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
            .where(
                col(MentionRow.network) == network,
                col(MentionRow.external_id).in_(part),
                col(MentionRevisionRow.superseded_at).is_(None),
            )
        )
        for external_id, mention_id, revision_external_id in session.connection().execute(query):
            found[external_id] = _Known(mention_id=mention_id or 0, revision_external_id=revision_external_id)
    return found


def _new_by_feed(page: Page, known: dict[str, _Known]) -> list[tuple[Feed, Page]]:
    """The unknown posts, each under the feed that polling would have found it in; the rest goes with the first."""
    new = [post for post in page.posts if storable(post.external_id) not in known]
    feeds = list(dict.fromkeys(_feed_of(post) for post in new)) or [Feed.MENTIONS]
    pages = [Page(posts=tuple(post for post in new if _feed_of(post) is feed)) for feed in feeds]
    pages[0] = replace(pages[0], own=page.own, messages=page.messages)
    return list(zip(feeds, pages, strict=True))


def _feed_of(post: HeardPost) -> Feed:
    if post.kind == _COMMENT:
        return Feed.COMMENTS
    return Feed.MENTIONS if post.summoned else Feed.THREADS


def _doubtful(session: Session, network: str, delivery: Delivery, known: dict[str, _Known]) -> set[int]:
    """Known mentions of which the delivery tells another text, or that something happened to them."""
    differing = {
        known[storable(post.external_id)].mention_id
        for post in delivery.page.posts
        if storable(post.external_id) in known
        and known[storable(post.external_id)].revision_external_id != storable(post.revision_external_id)
    }
    return differing | _by_any_id(session, network, [storable(each) for each in delivery.changed])


def _by_any_id(session: Session, network: str, external_ids: Sequence[str]) -> set[int]:
    """Mentions that go by these ids, or whose texts do: an edited post may be named by its newest id."""
    found = {name: known.mention_id for name, known in _known(session, network, external_ids).items()}
    for part in parts([each for each in external_ids if each not in found]):
        query = (
            select(col(MentionRow.id))
            .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
            .where(col(MentionRow.network) == network, col(MentionRevisionRow.external_id).in_(part))
        )
        found |= {f"text of {mention_id}": mention_id or 0 for mention_id in session.execute(query).scalars()}
    return set(found.values())
