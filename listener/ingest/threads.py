"""The thread of a mention: its root and its parent, corrected when a later answer of the network says more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TypeVar

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from cases.threads import move_threads
from networks.protocol import FeedPage, OwnPost
from records.bulk import VALUES, fetch_by
from records.database import sanitise_text
from records.models import FetchedPost
from records.tables.listener import MentionRevisionRow, MentionRow, OwnPostRow

P = TypeVar("P", FetchedPost, OwnPost)

_ROOTS = (
    select(col(MentionRevisionRow.external_id), col(MentionRow.root_external_id))
    .join(MentionRow, col(MentionRow.id) == col(MentionRevisionRow.mention_id))
    .where(col(MentionRow.network) == bindparam("network"), col(MentionRevisionRow.external_id).in_(VALUES)),
    select(col(MentionRow.external_id), col(MentionRow.root_external_id)).where(
        col(MentionRow.network) == bindparam("network"), col(MentionRow.external_id).in_(VALUES)
    ),
    select(col(OwnPostRow.external_id), col(OwnPostRow.root_external_id)).where(
        col(OwnPostRow.network) == bindparam("network"), col(OwnPostRow.external_id).in_(VALUES)
    ),
)
_MOVE = tuple(
    update(table)
    .where(col(table.network) == bindparam("of_network"), col(table.root_external_id) == bindparam("before"))
    .values(root_external_id=bindparam("after"))
    for table in (MentionRow, OwnPostRow)
)
_PARENTS = select(col(MentionRow.id), col(MentionRow.above)).where(
    col(MentionRow.id).in_(VALUES), col(MentionRow.above).is_not(None)
)
_FILL_IN = update(MentionRow).where(col(MentionRow.id) == bindparam("of_mention"))


def with_known_roots(session: Session, network: str, page: FeedPage) -> FeedPage:
    """The page with the stored root of the parent, for each post whose root is said to be that parent."""
    every: list[FetchedPost | OwnPost] = [*page.posts, *page.own]
    above = {sanitise_text(each.root_external_id) for each in every if _is_guessed(each)}
    roots = known_roots(session, network, sorted(above))
    if not roots:
        return page
    return replace(
        page,
        posts=tuple(_rooted(post, roots) for post in page.posts),
        own=tuple(_rooted(post, roots) for post in page.own),
    )


def known_roots(session: Session, network: str, external_ids: Sequence[str]) -> dict[str, str]:
    """The roots of stored posts, by any id that they go by."""
    found: dict[str, str] = {}
    for statement in _ROOTS:
        found |= dict(fetch_by(session, statement, external_ids, network=network))
    return found


def correct_roots(session: Session, network: str, roots: Mapping[str, str]) -> None:
    """Move all that was stored under a post that turns out not to begin its conversation, given as `{post: root}`.

    The threads of cases move with it.
    """
    for before, after in roots.items():
        for statement in _MOVE:
            session.connection().execute(statement, {"of_network": network, "before": before, "after": after})
        move_threads(session, network=network, before=before, after=after)


def wrong_roots(posts: Iterable[FetchedPost], stored: Mapping[str, tuple[str | None, str]]) -> dict[str, str]:
    """Posts that were taken for roots and their true ones, of `stored` as `{id: (parent, root)}`.

    Only where a page names the same parent, and another root than that.
    """
    found: dict[str, str] = {}
    for post in posts:
        parent, root = stored.get(post.external_id, (None, ""))
        if parent is not None and parent == root == post.parent_external_id and post.root_external_id != root:
            found[root] = post.root_external_id
    return found


def fill_in_parent(session: Session, posts: Sequence[FetchedPost], mention_ids: Mapping[str, int]) -> None:
    """Store the text above known posts where none is stored: webhooks give its id alone. A forgotten one stays so."""
    parents = {
        mention_ids[post.external_id]: asdict(post.above)
        for post in posts
        if post.above is not None and post.above.text
    }
    for mention_id, above in fetch_by(session, _PARENTS, list(parents)):
        if isinstance(above, dict) and not above.get("text"):
            session.connection().execute(_FILL_IN, {"of_mention": mention_id, "above": parents[mention_id]})


def _is_guessed(post: FetchedPost | OwnPost) -> bool:
    return post.parent_external_id is not None and post.parent_external_id == post.root_external_id


def _rooted(post: P, roots: Mapping[str, str]) -> P:
    known = roots.get(sanitise_text(post.root_external_id))
    return replace(post, root_external_id=known) if known and _is_guessed(post) else post
