"""What we ask Instagram to tell (Instagram Platform reference: IG User, IG Media, IG Comment)."""

from __future__ import annotations

from datetime import timedelta

from networks.protocol import FeedBounds
from records.words import Feed

NETWORK = "instagram"
TITLE = "Instagram"

COMMENTS = "comments"
REPLIES = "replies"

MEDIA = "id,caption,media_type,media_url,permalink,timestamp,username"
TEXT = "id,text,timestamp,username,from{id,username},parent_id,hidden"
COMMENT_ALONE = f"{TEXT},media{{id}}"
MENTIONED_COMMENT = "id,text,timestamp,username,media{id}"

MEDIA_A_PAGE = 20
BESIDE = 25
"""Comments that come with a medium, and answers that come with a comment: few, since Meta refuses large answers."""
A_PAGE = 50
"""Comments of one medium, or answers to one comment: the most that Instagram serves."""

COMMENTED_FOR = timedelta(days=365)
"""Comments under older media are read on the first walk alone; later ones come by webhook."""

ANSWERED_FOR = timedelta(days=7)
"""Beyond the newest 25 comments of a medium, answers to older comments come by webhook."""

SOURCES: dict[Feed, str] = {Feed.OWN_POSTS: "media", Feed.MENTIONS: "tags", Feed.COMMENTS: "media"}
"""The account's lists that each feed is read from."""

FEEDS = (Feed.OWN_POSTS, Feed.COMMENTS, Feed.MENTIONS, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a comment is known to be under one of ours when it is heard."""

BOUNDS = dict.fromkeys(FEEDS, FeedBounds())

SCOPES = (
    "instagram_basic",
    "instagram_manage_comments",
    "instagram_manage_messages",
    "pages_manage_metadata",
    "pages_read_engagement",
)
"""Permissions that reading and answering take."""


def media_with_comments(*, after: str | None = None) -> str:
    """The fields of a medium and one page of the comments under it, newest first, each with its answers."""
    return f"{MEDIA},{COMMENTS}{page_at(after)}{{{TEXT},{REPLIES}{page_at(None)}{{{TEXT}}}}}"


def comment_with_replies(*, after: str | None = None) -> str:
    """The fields of a comment and one page of the answers to it."""
    return f"{COMMENT_ALONE},{REPLIES}{page_at(after)}{{{TEXT}}}"


def page_at(after: str | None) -> str:
    """How much of an edge is asked for, and from where on."""
    return f".limit({BESIDE})" if after is None else f".limit({A_PAGE}).after({after})"
