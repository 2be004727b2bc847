"""Reads the Page's posts, and the comments under them, page by page.

What a poll costs: one call for 25 posts of the last year on each list, whether or not anybody commented, and one for
every 100 new comments of a post beyond its first 25.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from networks.errors import Refused, TargetGone
from networks.facebook.fields import ADS, COMMENTED_FOR, COMMENTS, POST, POSTS_A_PAGE, SOURCES, post_with_comments
from networks.facebook.posts import read_comment, read_post, root_of, sorted_out
from networks.json_values import JsonObject
from networks.meta.calls import Answer, Graph
from networks.meta.values import Edge, edge_of, moment, nested_edge, required
from networks.meta.walks import Branch, Place, after_branch, following, place_of
from networks.protocol import Budget, OwnPost, Page
from records.nouns import HeardPost
from records.words import Feed


def read_posts(graph: Graph, feed: Feed, *, page_id: str, since: datetime | None, page: str | None) -> Page:
    """One page of the posts of a feed, without their comments."""
    place, sources = place_of(page), SOURCES[feed]
    told, budget = _list(graph, page_id, sources[place.source % len(sources)], place, fields=POST)
    posts, own = sorted_out(read_post(post, page_id=page_id) for post in told.items)
    return Page(
        posts=tuple(post for post in posts if since is None or post.published_at >= since),
        own=tuple(post for post in own if since is None or post.published_at >= since),
        next_page=following(
            place, after=told.after, goes_on=_any_since(told.items, since), sources=len(sources), branches=()
        ),
        budget=budget,
    )


def read_comments(graph: Graph, *, page_id: str, since: datetime | None, page: str | None) -> Page:
    """One page of the comments from `since` under posts on the Page and under its ads."""
    place, sources = place_of(page), SOURCES[Feed.COMMENTS]
    if place.branches:
        return _read_branch(graph, place, page_id=page_id, since=since, sources=len(sources))
    fields = post_with_comments(since=since)
    told, budget = _list(graph, page_id, sources[place.source % len(sources)], place, fields=fields)
    found: list[HeardPost | OwnPost] = []
    branches: list[Branch] = []
    for post in told.items:
        comments = nested_edge(post, COMMENTS)
        found += _comments_of(post, comments.items, page_id=page_id)
        if comments.after and _any_since(comments.items, since):
            branches.append(
                Branch(external_id=required(post, "id", what="a post"), edge=COMMENTS, after=comments.after)
            )
    wanted = _any_since(told.items, None if since is None else since - COMMENTED_FOR)
    return _page(
        found,
        next_page=following(place, after=told.after, goes_on=wanted, sources=len(sources), branches=tuple(branches)),
        budget=budget,
    )


def _read_branch(graph: Graph, place: Place, *, page_id: str, since: datetime | None, sources: int) -> Page:
    branch = place.branches[0]
    try:
        answer = graph.node(branch.external_id, fields=post_with_comments(since=since, after=branch.after))
    except TargetGone:
        # Deleted since its first comments were read: there is no more to hear under it.
        return _page((), next_page=after_branch(place, after=None, goes_on=False, sources=sources), budget=None)
    comments = nested_edge(answer.body, COMMENTS)
    return _page(
        _comments_of(answer.body, comments.items, page_id=page_id),
        next_page=after_branch(place, after=comments.after, goes_on=_any_since(comments.items, since), sources=sources),
        budget=answer.budget,
    )


def _list(graph: Graph, page_id: str, source: str, place: Place, *, fields: str) -> tuple[Edge, Budget | None]:
    asked = {"fields": fields, "limit": str(POSTS_A_PAGE)}
    if place.after is not None:
        asked["after"] = place.after
    try:
        answer: Answer = graph.edge(page_id, source, **asked)
    except Refused:
        # A Page without advertising need not grant it: `check_access` names what else is missing.
        if source != ADS:
            raise
        return Edge(items=(), after=None), None
    return edge_of(answer.body), answer.budget


def _comments_of(post: JsonObject, comments: Sequence[JsonObject], *, page_id: str) -> list[HeardPost | OwnPost]:
    root = root_of(post)
    return [read_comment(comment, root=root, page_id=page_id) for comment in comments]


def _any_since(items: Sequence[JsonObject], since: datetime | None) -> bool:
    """Whether a further page may hold something from `since`: one older item alone may be out of order."""
    if since is None or not items:
        return True
    return any(moment(item, "created_time", what="a post") >= since - timedelta(seconds=1) for item in items)


def _page(found: Iterable[HeardPost | OwnPost], *, next_page: str | None, budget: Budget | None) -> Page:
    posts, own = sorted_out(found)
    return Page(posts=posts, own=own, next_page=next_page, budget=budget)
