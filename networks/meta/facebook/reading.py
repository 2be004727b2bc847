"""Reads a Page's posts and the comments under them page by page, and our own replies in a thread.

What a poll costs: one call for 25 posts of the last year on each list, whether or not anybody commented, and one for
every 100 new comments of a post beyond its first 25.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from networks.errors import Garbled, Invalid, Refused, TargetGone
from networks.meta.facebook.objects import (
    ADS,
    COMMENTED_FOR,
    COMMENTS,
    POST,
    POSTS_A_PAGE,
    SOURCES,
    post_with_comments,
    read_comment,
    read_post,
    root_of,
    root_of_comment,
)
from networks.meta.graph.client import Graph, GraphResponse
from networks.meta.graph.pagination import Branch, NestedCursor, cursor_of, next_token, page_of, token_after_branch
from networks.meta.graph.values import Edge, ThreadRoot, edge_of, moment, nested_edge, required
from networks.protocol import Budget, FeedPage, OwnPost
from networks.values import JsonObject, mapping, text_of
from records.enums import Feed
from records.models import FetchedPost, ParentPost


def read_posts(graph: Graph, feed: Feed, *, page_id: str, since: datetime | None, page: str | None) -> FeedPage:
    """One page of the posts of a feed, without their comments."""
    cursor, sources = cursor_of(page), SOURCES[feed]
    listed, budget = _list(graph, page_id, sources[cursor.source % len(sources)], cursor, fields=POST)
    found = [read_post(post, page_id=page_id) for post in listed.items]
    return page_of(
        [post for post in found if since is None or post.published_at >= since],
        next_page=next_token(
            cursor, after=listed.after, goes_on=_any_since(listed.items, since), sources=len(sources), branches=()
        ),
        budget=budget,
    )


def read_comments(graph: Graph, *, page_id: str, since: datetime | None, page: str | None) -> FeedPage:
    """One page of the comments from `since` under posts on the Page and under its ads."""
    cursor, sources = cursor_of(page), SOURCES[Feed.COMMENTS]
    if cursor.branches:
        return _read_branch(graph, cursor, page_id=page_id, since=since, sources=len(sources))
    fields = post_with_comments(since=since)
    listed, budget = _list(graph, page_id, sources[cursor.source % len(sources)], cursor, fields=fields)
    found: list[FetchedPost | OwnPost] = []
    branches: list[Branch] = []
    for post in listed.items:
        comments = nested_edge(post, COMMENTS)
        found += _comments_of(post, comments.items, page_id=page_id)
        if comments.after and _any_since(comments.items, since):
            branches.append(
                Branch(external_id=required(post, "id", what="a post"), edge=COMMENTS, after=comments.after)
            )
    wanted = _any_since(listed.items, None if since is None else since - COMMENTED_FOR)
    return page_of(
        found,
        next_page=next_token(
            cursor, after=listed.after, goes_on=wanted, sources=len(sources), branches=tuple(branches)
        ),
        budget=budget,
    )


def _read_branch(graph: Graph, cursor: NestedCursor, *, page_id: str, since: datetime | None, sources: int) -> FeedPage:
    branch = cursor.branches[0]
    try:
        answer = graph.node(branch.external_id, fields=post_with_comments(since=since, after=branch.after))
    except TargetGone:
        # Deleted since its first comments were read: there are no more under it.
        return page_of(
            (), next_page=token_after_branch(cursor, after=None, goes_on=False, sources=sources), budget=None
        )
    comments = nested_edge(answer.body, COMMENTS)
    return page_of(
        _comments_of(answer.body, comments.items, page_id=page_id),
        next_page=token_after_branch(
            cursor, after=comments.after, goes_on=_any_since(comments.items, since), sources=sources
        ),
        budget=answer.budget,
    )


def _list(graph: Graph, page_id: str, source: str, cursor: NestedCursor, *, fields: str) -> tuple[Edge, Budget | None]:
    asked = {"fields": fields, "limit": str(POSTS_A_PAGE)}
    if cursor.after is not None:
        asked["after"] = cursor.after
    try:
        answer: GraphResponse = graph.edge(page_id, source, **asked)
    except Refused:
        # A Page without advertising need not grant it: `check_access` names what else is missing.
        if source != ADS:
            raise
        return Edge(items=(), after=None), None
    return edge_of(answer.body), answer.budget


def _comments_of(post: JsonObject, comments: Sequence[JsonObject], *, page_id: str) -> list[FetchedPost | OwnPost]:
    root = root_of(post)
    return [read_comment(comment, root=root, page_id=page_id) for comment in comments]


def _any_since(items: Sequence[JsonObject], since: datetime | None) -> bool:
    """Whether a further page may hold something from `since`: one older item alone may be out of order."""
    if since is None or not items:
        return True
    return any(moment(item, "created_time", what="a post") >= since - timedelta(seconds=1) for item in items)


@dataclass(frozen=True, kw_only=True)
class ReplyThread:
    """A post or comment as something that is answered."""

    thread: str
    """The id under which answers to it stand."""
    published_at: datetime | None = None
    """Where older answers in the thread are to something else; None where all are to this."""


def reply_thread_of(graph: Graph, external_id: str) -> ReplyThread:
    """Where answers to a comment, or to a post elsewhere, stand. Raises NetworkError."""
    try:
        found = graph.node(external_id, fields="id,created_time,parent{id}").body
    except Invalid:
        # A post elsewhere that names us has no parent.
        return ReplyThread(thread=external_id)
    parent = text_of(mapping(found.get("parent")), "id")
    if not parent:
        return ReplyThread(thread=external_id)
    return ReplyThread(thread=parent, published_at=moment(found, "created_time", what=f"the comment {external_id}"))


def own_replies(graph: Graph, thread: str, *, page_id: str) -> list[OwnPost]:
    """All that our Page wrote under a post or comment. Raises NetworkError."""
    asked = {"fields": "id,message,created_time,from{id,name},parent{id}", "limit": "100"}
    own: list[OwnPost] = []
    after: str | None = None
    while True:
        listed = edge_of(graph.edge(thread, COMMENTS, **asked, **({"after": after} if after else {})).body)
        for item in listed.items:
            comment = read_comment(item, root=_root(item, thread, page_id), page_id=page_id)
            if isinstance(comment, OwnPost):
                own.append(comment)
        if listed.after is None:
            return own
        if listed.after == after:
            raise Garbled("Meta names the same next page again and again; it will be asked again later.")
        after = listed.after


def _root(comment: JsonObject, thread: str, page_id: str) -> ThreadRoot:
    if mapping(comment.get("parent")):
        return root_of_comment(thread, page_id=page_id)
    return ThreadRoot(above=ParentPost(external_id=thread))
