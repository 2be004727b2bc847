"""Which of two texts of one post is the newer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from records.nouns import HeardPost


def newest_versions(posts: Sequence[HeardPost]) -> dict[str, HeardPost]:
    """One post an external id, oldest first, so that rows are made in the order of what happened."""
    found: dict[str, HeardPost] = {}
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


def _counts_up(revision_id: str, *, after: str) -> bool:
    # Digests have no order: of two in one page the first, which is the newest, stands.
    return revision_id.isdigit() and after.isdigit() and _age(revision_id) > _age(after)


def _age(external_id: str) -> tuple[int, str]:
    """Orders ids as networks count them up: longer is later."""
    return (len(external_id), external_id)
