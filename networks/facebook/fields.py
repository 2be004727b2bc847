"""What we ask Facebook to tell (Graph API reference: Page Feed, Comment)."""

from __future__ import annotations

from datetime import datetime, timedelta

from networks.protocol import FeedBounds
from records.words import Feed

NETWORK = "facebook"
TITLE = "Facebook"

COMMENTS = "comments"
POST = "id,message,created_time,from{id,name},full_picture"
COMMENT = (
    "id,message,created_time,from{id,name},is_hidden,parent{id,message,from{id,name}},attachment{media{image{src}},url}"
)
COMMENT_ALONE = f"{COMMENT},object{{id,message,from{{id,name}}}}"

POSTS_A_PAGE = 25
COMMENTS_WITH_A_POST = 25
"""Few, since Meta refuses answers that would be too large."""
COMMENTS_A_PAGE = 100
"""Of one post."""

COMMENTED_FOR = timedelta(days=365)
"""Comments under older posts are read on the first walk alone; later ones come by webhook."""

SOURCES: dict[Feed, tuple[str, ...]] = {
    Feed.OWN_POSTS: ("published_posts", "ads_posts"),
    Feed.MENTIONS: ("visitor_posts", "tagged"),
    Feed.COMMENTS: ("published_posts", "ads_posts", "visitor_posts"),
}
"""The Page's lists of posts that each feed is read from."""

ADS = "ads_posts"

FEEDS = (Feed.OWN_POSTS, Feed.COMMENTS, Feed.MENTIONS, Feed.DIRECT_MESSAGES)
"""Own posts first, so that a comment is known to be under one of ours when it is heard."""

BOUNDS = dict.fromkeys(FEEDS, FeedBounds())

SCOPES = (
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
)
"""Permissions that reading and answering take."""


def post_with_comments(*, since: datetime | None, after: str | None = None) -> str:
    """The fields of a post and one page of all that is said under it, newest first."""
    limits = f".limit({COMMENTS_WITH_A_POST if after is None else COMMENTS_A_PAGE})"
    if since is not None:
        limits += f".since({int(since.timestamp())})"
    if after is not None:
        limits += f".after({after})"
    return f"{POST},{COMMENTS}.filter(stream).order(reverse_chronological){limits}{{{COMMENT}}}"
