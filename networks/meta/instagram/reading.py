"""Reads the account's media and the comments under them page by page.

Instagram cannot be asked for comments since a time, and an answer may come to an old comment. So every poll reads,
of each medium of the last year, the newest 25 comments with their answers, and further pages while they hold
comments of the last 7 days. That is one call for 20 media, one for each further 50 comments, and one for each
further 50 answers to one comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from networks.errors import TargetGone
from networks.meta.graph.client import Graph, GraphResponse
from networks.meta.graph.pagination import Branch, NestedCursor, cursor_of, next_token, page_of, token_after_branch
from networks.meta.graph.values import Edge, ThreadRoot, edge_of, moment, nested_edge, required
from networks.meta.instagram.objects import (
    ANSWERED_FOR,
    COMMENTED_FOR,
    COMMENTS,
    MEDIA,
    MEDIA_A_PAGE,
    REPLIES,
    SOURCES,
    OwnAccount,
    comment_with_replies,
    media_with_comments,
    read_comment,
    read_media,
    root_of,
)
from networks.protocol import FeedPage, OwnPost
from networks.values import JsonObject, mapping
from records.enums import Feed
from records.models import FetchedPost

_Found = list[FetchedPost | OwnPost]


def read_posts(graph: Graph, feed: Feed, *, us: OwnAccount, since: datetime | None, page: str | None) -> FeedPage:
    """One page of our own media, or of those in which we are tagged."""
    cursor = cursor_of(page)
    answer = _list(graph, us, SOURCES[feed], cursor, fields=MEDIA)
    listed = edge_of(answer.body)
    found = [read_media(media, us=us) for media in listed.items]
    return page_of(
        [each for each in found if since is None or each.published_at >= since],
        next_page=next_token(
            cursor, after=listed.after, goes_on=_any_since(listed.items, since), sources=1, branches=()
        ),
        budget=answer.budget,
    )


def read_comments(graph: Graph, *, us: OwnAccount, since: datetime | None, page: str | None) -> FeedPage:
    """One page of the comments from `since` under our own media, and of the answers to them."""
    cursor = cursor_of(page)
    if cursor.branches:
        return _read_branch(graph, cursor, us=us, since=since)
    answer = _list(graph, us, SOURCES[Feed.COMMENTS], cursor, fields=media_with_comments())
    listed = edge_of(answer.body)
    found: _Found = []
    branches: list[Branch] = []
    for media in listed.items:
        fetched, further = _under_media(media, us=us, since=since)
        found += fetched
        branches += further
    wanted = _any_since(listed.items, None if since is None else since - COMMENTED_FOR)
    return page_of(
        _recent(found, since),
        next_page=next_token(cursor, after=listed.after, goes_on=wanted, sources=1, branches=tuple(branches)),
        budget=answer.budget,
    )


def _read_branch(graph: Graph, cursor: NestedCursor, *, us: OwnAccount, since: datetime | None) -> FeedPage:
    branch = cursor.branches[0]
    of_media = branch.edge == COMMENTS
    fields = media_with_comments(after=branch.after) if of_media else comment_with_replies(after=branch.after)
    try:
        answer = graph.node(branch.external_id, fields=fields)
    except TargetGone:
        # Deleted since its first comments were read: there are no more under it.
        return page_of((), next_page=token_after_branch(cursor, after=None, goes_on=False, sources=1))
    listed = nested_edge(answer.body, branch.edge)
    if of_media:
        found, further = _under_media(answer.body, us=us, since=since)
        deeper, goes_on = tuple(each for each in further if each.edge == REPLIES), _any_answerable(listed.items, since)
    else:
        root = root_of(mapping(answer.body.get("media")), us=us)
        found, deeper, goes_on = _answers(listed, answer.body, root=root, us=us), (), True
    return page_of(
        _recent(found, since),
        next_page=token_after_branch(cursor, after=listed.after, goes_on=goes_on, sources=1, more=deeper),
        budget=answer.budget,
    )


def _under_media(media: JsonObject, *, us: OwnAccount, since: datetime | None) -> tuple[_Found, list[Branch]]:
    """What stands under a medium in this answer, and where there is more of it."""
    root, comments = root_of(media, us=us), nested_edge(media, COMMENTS)
    found: _Found = []
    branches: list[Branch] = []
    if comments.after and _any_answerable(comments.items, since):
        branches.append(Branch(external_id=root.above.external_id, edge=COMMENTS, after=comments.after))
    for comment in comments.items:
        found.append(read_comment(comment, root=root, us=us))
        answers = nested_edge(comment, REPLIES)
        found += _answers(answers, comment, root=root, us=us)
        if answers.after:
            # They come oldest first: the newest is on the last page.
            comment_id = required(comment, "id", what="a comment")
            branches.append(Branch(external_id=comment_id, edge=REPLIES, after=answers.after))
    return found, branches


def _answers(answers: Edge, comment: JsonObject, *, root: ThreadRoot, us: OwnAccount) -> _Found:
    return [read_comment(answer, root=root, us=us, parent=comment) for answer in answers.items]


def _list(graph: Graph, us: OwnAccount, source: str, cursor: NestedCursor, *, fields: str) -> GraphResponse:
    asked = {"fields": fields, "limit": str(MEDIA_A_PAGE)}
    if cursor.after is not None:
        asked["after"] = cursor.after
    return graph.edge(us.external_id, source, **asked)


def _recent(found: Sequence[FetchedPost | OwnPost], since: datetime | None) -> list[FetchedPost | OwnPost]:
    return [each for each in found if since is None or each.published_at >= since]


def _any_answerable(comments: Sequence[JsonObject], since: datetime | None) -> bool:
    return _any_since(comments, None if since is None else since - ANSWERED_FOR)


def _any_since(items: Sequence[JsonObject], since: datetime | None) -> bool:
    """Whether a further page may hold something from `since`: one older item alone may be out of order."""
    if since is None or not items:
        return True
    return any(moment(item, "timestamp", what="a post") >= since for item in items)
