"""Stores what a webhook delivered, by the same intake as polling; a repeated delivery changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from listener.ingest.intake import IngestResult, store_page
from listener.ingest.ports import IngestPorts
from listener.ingest.threads import with_known_roots
from listener.recheck_schedule import recheck_now
from listener.webhooks.pending_posts import add_pending
from networks.protocol import FeedPage, WebhookDelivery
from records.bulk import VALUES, fetch_by
from records.database import sanitise_text
from records.enums import Feed
from records.models import Account, Actor, FetchedPost
from records.tables.listener import MentionRevisionRow, MentionRow, WebhookDeliveryRow

KEPT_FOR = timedelta(days=60)
"""Networks repeat a delivery for some days at most."""

_COMMENT = "comment"

_LIVE_REVISIONS = (
    select(col(MentionRow.external_id), col(MentionRow.id), col(MentionRevisionRow.external_id))
    .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
    .where(
        col(MentionRow.network) == bindparam("network"),
        col(MentionRow.external_id).in_(VALUES),
        col(MentionRevisionRow.superseded_at).is_(None),
    )
)
_BY_REVISION = (
    select(col(MentionRow.id))
    .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
    .where(col(MentionRow.network) == bindparam("network"), col(MentionRevisionRow.external_id).in_(VALUES))
)
_INSERT = insert(WebhookDeliveryRow)
_FORGET = delete(WebhookDeliveryRow).where(col(WebhookDeliveryRow.received_at) < bindparam("before"))


@dataclass(frozen=True, kw_only=True)
class VerifiedDelivery:
    """A delivery whose signature is right, and the account that it is about."""

    account: Account
    delivery: WebhookDelivery


@dataclass(frozen=True, kw_only=True)
class DeliveryResult:
    """What a delivery brought."""

    repeated: bool
    stored: IngestResult = field(default_factory=IngestResult)
    rechecks: int = 0
    """Known mentions that will be fetched again."""
    pending: int = 0
    """Posts that were only named, and will be fetched."""


@dataclass(frozen=True, kw_only=True)
class _Known:
    mention_id: int
    revision_external_id: str


def store_delivery(
    session: Session,
    verified: Sequence[VerifiedDelivery],
    *,
    network: str,
    digest: str,
    ports: IngestPorts,
    actor: Actor,
    now: datetime,
) -> DeliveryResult:
    """Store what is new in one delivery, known by the `digest` of its body, inside the caller's transaction.

    Known mentions are not overwritten, since a delivery may be late or replayed: where it says that something
    changed, the network itself is asked, as it is for posts that are only named. A delivery that was stored before
    changes nothing.
    """
    if not _is_first(session, network, digest, verified, now):
        return DeliveryResult(repeated=True)
    stored, rechecks, pending = IngestResult(), 0, 0
    for each in verified:
        known = _known(session, network, [sanitise_text(post.external_id) for post in each.delivery.page.posts])
        for feed, page in _new_by_feed(with_known_roots(session, network, each.delivery.page), known):
            stored += store_page(
                session,
                account=each.account,
                feed=feed,
                page=page,
                ports=ports,
                actor=actor,
                now=now,
            )
        doubtful = _doubtful(session, network, each.delivery, known)
        recheck_now(session, sorted(doubtful), now=now)
        rechecks += len(doubtful)
        pending += add_pending(session, each.account, each.delivery.named, now=now)
    return DeliveryResult(repeated=False, stored=stored, rechecks=rechecks, pending=pending)


def forget_deliveries(session: Session, *, now: datetime) -> None:
    """Forget deliveries so old that they do not come again."""
    session.connection().execute(_FORGET, {"before": now - KEPT_FOR})


def _is_first(session: Session, network: str, digest: str, verified: Sequence[VerifiedDelivery], now: datetime) -> bool:
    row = {
        "network": network,
        "digest": digest,
        "received_at": now,
        "posts": sum(len(each.delivery.page.posts) for each in verified),
    }
    try:
        with session.begin_nested():
            session.connection().execute(_INSERT, row)
    except IntegrityError:
        return False
    return True


def _known(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, _Known]:
    rows = fetch_by(session, _LIVE_REVISIONS, external_ids, network=network)
    return {
        external_id: _Known(mention_id=mention_id, revision_external_id=revision_external_id)
        for external_id, mention_id, revision_external_id in rows
    }


def _new_by_feed(page: FeedPage, known: dict[str, _Known]) -> list[tuple[Feed, FeedPage]]:
    """The unknown posts, each under the feed that polling would have found it in; the rest goes with the first."""
    new = [post for post in page.posts if sanitise_text(post.external_id) not in known]
    feeds = list(dict.fromkeys(_feed_of(post) for post in new)) or [Feed.MENTIONS]
    pages = [FeedPage(posts=tuple(post for post in new if _feed_of(post) is feed)) for feed in feeds]
    pages[0] = replace(pages[0], own=page.own, messages=page.messages)
    return list(zip(feeds, pages, strict=True))


def _feed_of(post: FetchedPost) -> Feed:
    if post.kind == _COMMENT:
        return Feed.COMMENTS
    return Feed.MENTIONS if post.mentions_us else Feed.THREADS


def _doubtful(session: Session, network: str, delivery: WebhookDelivery, known: dict[str, _Known]) -> set[int]:
    """Known mentions of which the delivery says another text, or that something happened to them."""
    differing = {
        known[sanitise_text(post.external_id)].mention_id
        for post in delivery.page.posts
        if sanitise_text(post.external_id) in known
        and known[sanitise_text(post.external_id)].revision_external_id != sanitise_text(post.revision_external_id)
    }
    return differing | _by_any_id(session, network, [sanitise_text(each) for each in delivery.changed])


def _by_any_id(session: Session, network: str, external_ids: Sequence[str]) -> set[int]:
    """Mentions that go by these ids, or whose texts do: an edited post may be named by its newest id."""
    found = {name: known.mention_id for name, known in _known(session, network, external_ids).items()}
    others = [each for each in external_ids if each not in found]
    return {*found.values(), *(row[0] for row in fetch_by(session, _BY_REVISION, others, network=network))}
