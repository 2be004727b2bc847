"""Stores the public posts of a page: new ones, edited ones, and which of our accounts they concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.accounts_concerned import Concern, concern
from listener.bulk import add_missing, parts
from listener.text_digest import text_digest
from people.identities import know
from records.nouns import Account, Actor, Feed, HeardPost
from records.tables.listener import MentionRevisionRow, MentionRow

_OF_THESE = (
    col(MentionRow.network) == bindparam("network"),
    col(MentionRow.external_id).in_(bindparam("external_ids", expanding=True)),
)
_MENTION_IDS = select(col(MentionRow.external_id), col(MentionRow.id)).where(*_OF_THESE)
_LIVE_REVISIONS = (
    select(
        col(MentionRow.external_id),
        col(MentionRow.id),
        col(MentionRow.revision),
        col(MentionRevisionRow.external_id),
        col(MentionRevisionRow.assess_due_at),
    )
    .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
    .where(*_OF_THESE, col(MentionRevisionRow.superseded_at).is_(None))
)


@dataclass(frozen=True, kw_only=True)
class StoredMentions:
    """What storing posts came to."""

    changed: Mapping[str, int]
    """Mention ids of posts that are new or edited, by every id they go by on the network."""
    new_count: int
    edited: int
    known: int


@dataclass(frozen=True, kw_only=True)
class _Known:
    mention_id: int
    revision: int
    revision_external_id: str
    assessed: bool


def store_mentions(
    session: Session, *, account: Account, feed: Feed, posts: Sequence[HeardPost], actor: Actor, now: datetime
) -> StoredMentions:
    """Store posts by others, whose texts are storable, in bulk. Hearing a post twice changes nothing."""
    newest = _newest_versions(posts)
    if not newest:
        return StoredMentions(changed={}, new_count=0, edited=0, known=0)
    identities = know(
        session, network=account.network, authors=[post.author for post in newest.values()], actor=actor, now=now
    )
    known = _known_mentions(session, account.network, list(newest))
    new = [post for external_id, post in newest.items() if external_id not in known]
    edited = [post for external_id, post in newest.items() if external_id in known and _is_newer(post, known)]
    ids = _add(session, new, identities, now)
    _supersede(session, edited, known, now)
    mention_ids = {name: each.mention_id for name, each in known.items()} | ids
    edited_ids = {post.external_id for post in edited}
    concern(
        session,
        account=account,
        feed=feed,
        concerns=[
            Concern(
                mention_id=mention_ids[external_id],
                is_new=external_id in ids,
                summoned=post.summoned,
                assessed=external_id in known and known[external_id].assessed and external_id not in edited_ids,
            )
            for external_id, post in newest.items()
        ],
        now=now,
    )
    changed = {
        name: mention_ids[post.external_id]
        for post in (*new, *edited)
        for name in (post.external_id, post.revision_external_id)
    }
    return StoredMentions(
        changed=changed, new_count=len(new), edited=len(edited), known=len(newest) - len(new) - len(edited)
    )


def _newest_versions(posts: Sequence[HeardPost]) -> dict[str, HeardPost]:
    """One post an external id, oldest first, so that rows are made in the order of what happened."""
    found: dict[str, HeardPost] = {}
    for post in posts:
        other = found.get(post.external_id)
        if other is None or _age(post.revision_external_id) > _age(other.revision_external_id):
            found[post.external_id] = post
    ordered = sorted(found.values(), key=lambda post: (post.published_at, _age(post.external_id)))
    return {post.external_id: post for post in ordered}


def _age(external_id: str) -> tuple[int, str]:
    """Orders ids as networks count them up: longer is later."""
    return (len(external_id), external_id)


def _is_newer(post: HeardPost, known: Mapping[str, _Known]) -> bool:
    # A search may still serve an older version after a newer one was heard.
    return _age(post.revision_external_id) > _age(known[post.external_id].revision_external_id)


def _known_mentions(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for part in parts(external_ids):
        rows = session.connection().execute(_LIVE_REVISIONS, {"network": network, "external_ids": part})
        for external_id, mention_id, number, revision_external_id, due in rows:
            found[external_id] = _Known(
                mention_id=mention_id or 0,
                revision=number,
                revision_external_id=revision_external_id,
                assessed=due is None,
            )
    return found


def _add(session: Session, posts: Sequence[HeardPost], identities: Mapping[str, int], now: datetime) -> dict[str, int]:
    if not posts:
        return {}
    rows = [_mention(post, identities[post.author.external_id], now) for post in posts]
    # A JSON column bound to None holds the JSON value null: rows without it leave the column out.
    for answers in (True, False):
        chosen = [row for row in rows if ("above" in row) is answers]
        add_missing(session, MentionRow, chosen, unique=("network", "external_id"))
    ids = _ids(session, posts[0].network, [post.external_id for post in posts])
    revisions = [_revision(post, ids[post.external_id], 1, now) for post in posts]
    add_missing(session, MentionRevisionRow, revisions, unique=("mention_id", "revision"))
    return ids


def _ids(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts(external_ids):
        rows = session.connection().execute(_MENTION_IDS, {"network": network, "external_ids": part})
        found |= {external_id: identifier or 0 for external_id, identifier in rows}
    return found


def _supersede(session: Session, posts: Sequence[HeardPost], known: Mapping[str, _Known], now: datetime) -> None:
    for post in posts:
        before = known[post.external_id]
        connection = session.connection()
        connection.execute(
            update(MentionRevisionRow)
            .where(
                col(MentionRevisionRow.mention_id) == before.mention_id,
                col(MentionRevisionRow.superseded_at).is_(None),
                col(MentionRevisionRow.revision) == before.revision,
            )
            .values(superseded_at=now, assess_due_at=None)
        )
        revision = _revision(post, before.mention_id, before.revision + 1, now)
        add_missing(session, MentionRevisionRow, [revision], unique=("mention_id", "revision"))
        connection.execute(
            update(MentionRow)
            .where(col(MentionRow.id) == before.mention_id, col(MentionRow.revision) == before.revision)
            .values(revision=before.revision + 1, media_urls=list(post.media_urls))
        )


def _mention(post: HeardPost, identity_id: int, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "network": post.network,
        "external_id": post.external_id,
        "kind": post.kind,
        "identity_id": identity_id,
        "parent_external_id": post.parent_external_id,
        "root_external_id": post.root_external_id,
        "media_urls": list(post.media_urls),
        "revision": 1,
        "published_at": post.published_at,
        "heard_at": now,
    }
    if post.above is not None:
        row["above"] = asdict(post.above)
    return row


def _revision(post: HeardPost, mention_id: int, number: int, now: datetime) -> dict[str, object]:
    return {
        "mention_id": mention_id,
        "revision": number,
        "external_id": post.revision_external_id,
        "text": post.text,
        "text_digest": text_digest(post.text),
        "language_hint": post.language_hint,
        "heard_at": now,
        "assess_due_at": now,
    }
