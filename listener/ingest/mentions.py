"""Stores the public posts of a page: new mentions, and newer revisions of known ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from listener.ingest.mention_accounts import ServedMention, link_to_account
from listener.ingest.minhash import text_digest
from listener.ingest.near_duplicates import link_near_duplicates, store_minhashes
from listener.ingest.threads import correct_roots, fill_in_parent, wrong_roots
from listener.ingest.visibility import record_hidden
from listener.recheck_schedule import is_charged, next_recheck
from people.identities import upsert_authors
from records.bulk import VALUES, add_missing, fetch_by
from records.enums import Feed
from records.models import Account, Actor, FetchedPost
from records.tables.listener import MentionRevisionRow, MentionRow

_OF_THESE = (
    col(MentionRow.network) == bindparam("network"),
    col(MentionRow.external_id).in_(VALUES),
)
_MENTION_IDS = select(col(MentionRow.external_id), col(MentionRow.id)).where(*_OF_THESE)
_DELETED = select(col(MentionRow.external_id)).where(*_OF_THESE, col(MentionRow.deleted_at).is_not(None))
_LIVE_REVISIONS = (
    select(
        col(MentionRow.external_id),
        col(MentionRow.id),
        col(MentionRow.revision),
        col(MentionRevisionRow.external_id),
        col(MentionRevisionRow.assess_due_at),
        col(MentionRow.parent_external_id),
        col(MentionRow.root_external_id),
        col(MentionRow.hidden_at),
    )
    .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
    .where(*_OF_THESE, col(MentionRevisionRow.superseded_at).is_(None))
)
_REVISION_IDS = select(col(MentionRevisionRow.mention_id), col(MentionRevisionRow.external_id)).where(
    col(MentionRevisionRow.mention_id).in_(VALUES)
)
_SUPERSEDE = (
    update(MentionRevisionRow)
    .where(
        col(MentionRevisionRow.mention_id) == bindparam("of_mention"),
        col(MentionRevisionRow.superseded_at).is_(None),
        col(MentionRevisionRow.revision) == bindparam("before"),
    )
    .values(superseded_at=bindparam("now"), assess_due_at=None)
)
_TAKE_REVISION = update(MentionRow).where(
    col(MentionRow.id) == bindparam("of_mention"), col(MentionRow.revision) == bindparam("before")
)


@dataclass(frozen=True, kw_only=True)
class StoredMentions:
    """What storing posts changed."""

    changed: Mapping[str, int]
    """Mention ids of posts that are new or edited, by every id they go by on the network."""
    new_count: int
    edited_ids: tuple[int, ...]
    """Mentions that have another text now."""
    known: int


@dataclass(frozen=True, kw_only=True)
class _Known:
    mention_id: int
    revision: int
    revision_external_id: str
    assessed: bool
    parent_external_id: str | None
    root_external_id: str
    hidden_at: datetime | None


def store_mentions(
    session: Session,
    *,
    account: Account,
    feed: Feed | None,
    posts: Sequence[FetchedPost],
    actor: Actor,
    now: datetime,
) -> StoredMentions:
    """Store posts by others, whose texts are sanitised, in bulk. Storing a post twice changes nothing.

    Without a `feed` they were fetched by id, and are as they are now. A post that was deleted stays deleted, whatever
    a network still serves.
    """
    newest = newest_versions(posts)
    deleted = {row[0] for row in fetch_by(session, _DELETED, list(newest), network=account.network)}
    newest = {external_id: post for external_id, post in newest.items() if external_id not in deleted}
    if not newest:
        return StoredMentions(changed={}, new_count=0, edited_ids=(), known=len(deleted))
    identities = upsert_authors(
        session, network=account.network, authors=[post.author for post in newest.values()], actor=actor, now=now
    )
    known = _known_mentions(session, account.network, list(newest))
    new = [post for external_id, post in newest.items() if external_id not in known]
    edited = _edited(session, [newest[name] for name in newest if name in known], known, as_it_stands=feed is None)
    ids = _add(session, new, identities, now)
    _supersede(session, edited, known, now)
    _mend(session, account.network, [post for name, post in newest.items() if name in known], known, now)
    mention_ids = {name: each.mention_id for name, each in known.items()} | ids
    _link_copies(session, [*new, *edited], mention_ids, now)
    edited_names = {post.external_id for post in edited}
    if feed is not None:
        served = [
            ServedMention(
                mention_id=mention_ids[external_id],
                is_new=external_id in ids,
                mentions_us=post.mentions_us,
                assessed=external_id in known and known[external_id].assessed and external_id not in edited_names,
            )
            for external_id, post in newest.items()
        ]
        link_to_account(session, account=account, feed=feed, served=served, now=now)
    changed = {
        name: mention_ids[post.external_id]
        for post in (*new, *edited)
        for name in (post.external_id, post.revision_external_id)
    }
    return StoredMentions(
        changed=changed,
        new_count=len(new),
        edited_ids=tuple(known[post.external_id].mention_id for post in edited),
        known=len(newest) + len(deleted) - len(new) - len(edited),
    )


def newest_versions(posts: Sequence[FetchedPost]) -> dict[str, FetchedPost]:
    """One post an external id, oldest first, so that rows are made in the order of what happened."""
    found: dict[str, FetchedPost] = {}
    for post in posts:
        other = found.get(post.external_id)
        if other is None or _counts_up(post.revision_external_id, after=other.revision_external_id):
            found[post.external_id] = post
    ordered = sorted(found.values(), key=lambda post: (post.published_at, _age(post.external_id)))
    return {post.external_id: post for post in ordered}


def is_newer(revision_id: str, *, live: str, seen: Collection[str], as_it_stands: bool) -> bool:
    """True where a text should take the place of the live one.

    Networks that keep an edit history count its ids up, so that an older version, which a search may still serve, is
    told by its id. Others are known by a digest of the text: one `seen` before is an old page or delivery, unless the
    post was asked for by id and this is how it stands now.
    """
    if revision_id == live:
        return False
    if revision_id.isdigit() and live.isdigit():
        return _counts_up(revision_id, after=live)
    return as_it_stands or revision_id not in seen


def _edited(
    session: Session, posts: Sequence[FetchedPost], known: Mapping[str, _Known], *, as_it_stands: bool
) -> list[FetchedPost]:
    others = [post for post in posts if post.revision_external_id != known[post.external_id].revision_external_id]
    if not others:
        return []
    seen = _seen(session, [known[post.external_id].mention_id for post in others])
    return [
        post
        for post in others
        if is_newer(
            post.revision_external_id,
            live=known[post.external_id].revision_external_id,
            seen=seen.get(known[post.external_id].mention_id, set()),
            as_it_stands=as_it_stands,
        )
    ]


def _seen(session: Session, mention_ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for mention_id, external_id in fetch_by(session, _REVISION_IDS, mention_ids):
        found.setdefault(mention_id, set()).add(external_id)
    return found


def _known_mentions(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, _Known]:
    rows = fetch_by(session, _LIVE_REVISIONS, external_ids, network=network)
    return {
        external_id: _Known(
            mention_id=mention_id,
            revision=number,
            revision_external_id=revision_external_id,
            assessed=due is None,
            parent_external_id=parent,
            root_external_id=root,
            hidden_at=hidden_at,
        )
        for external_id, mention_id, number, revision_external_id, due, parent, root, hidden_at in rows
    }


def _mend(
    session: Session, network: str, posts: Sequence[FetchedPost], known: Mapping[str, _Known], now: datetime
) -> None:
    """Correct known mentions by what an earlier answer did not say, or said otherwise."""
    mention_ids = {name: each.mention_id for name, each in known.items()}
    fill_in_parent(session, posts, mention_ids)
    record_hidden(session, posts, mention_ids, {name: each.hidden_at for name, each in known.items()}, now=now)
    stored = {name: (each.parent_external_id, each.root_external_id) for name, each in known.items()}
    correct_roots(session, network, wrong_roots(posts, stored))


def _add(
    session: Session, posts: Sequence[FetchedPost], identities: Mapping[str, int], now: datetime
) -> dict[str, int]:
    if not posts:
        return {}
    rows = [_mention(post, identities[post.author.external_id], now) for post in posts]
    # A JSON column bound to None holds the JSON value null: rows without it leave the column out.
    for answers in (True, False):
        chosen = [row for row in rows if ("above" in row) is answers]
        add_missing(session, MentionRow, chosen, unique=("network", "external_id"))
    names = [post.external_id for post in posts]
    ids = dict(fetch_by(session, _MENTION_IDS, names, network=posts[0].network))
    revisions = [_revision(post, ids[post.external_id], 1, now) for post in posts]
    add_missing(session, MentionRevisionRow, revisions, unique=("mention_id", "revision"))
    return ids


def _supersede(session: Session, posts: Sequence[FetchedPost], known: Mapping[str, _Known], now: datetime) -> None:
    for post in posts:
        before = known[post.external_id]
        these = {"of_mention": before.mention_id, "before": before.revision}
        session.connection().execute(_SUPERSEDE, {**these, "now": now})
        revision = _revision(post, before.mention_id, before.revision + 1, now)
        add_missing(session, MentionRevisionRow, [revision], unique=("mention_id", "revision"))
        newest = {"revision": before.revision + 1, "media_urls": list(post.media_urls)}
        session.connection().execute(_TAKE_REVISION, {**these, **newest})


def _link_copies(session: Session, posts: Sequence[FetchedPost], mention_ids: Mapping[str, int], now: datetime) -> None:
    texts = {(mention_ids[post.external_id], post.revision_external_id): post.text for post in posts}
    store_minhashes(session, texts, now=now)
    link_near_duplicates(session, [mention_id for mention_id, _ in texts], now=now)


def _mention(post: FetchedPost, identity_id: int, now: datetime) -> dict[str, object]:
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
        "hidden_at": now if post.hidden else None,
        "check_due_at": next_recheck(post.published_at, now=now, charged=is_charged(post.network)),
    }
    if post.above is not None:
        row["above"] = asdict(post.above)
    return row


def _revision(post: FetchedPost, mention_id: int, number: int, now: datetime) -> dict[str, object]:
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


def _counts_up(revision_id: str, *, after: str) -> bool:
    # Digests have no order: of two in one page the first, which is the newest, stands.
    return revision_id.isdigit() and after.isdigit() and _age(revision_id) > _age(after)


def _age(external_id: str) -> tuple[int, str]:
    """Orders ids as networks count them up: longer is later."""
    return (len(external_id), external_id)
