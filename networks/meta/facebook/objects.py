"""Which fields we ask of Facebook's posts and comments, and how they are read (Graph API: Page Feed, Comment)."""

from __future__ import annotations

from datetime import datetime, timedelta

from networks.meta.graph.values import ThreadRoot, author_of, moment, required, told_flag
from networks.protocol import OwnPost
from networks.values import JsonObject, mapping, revision_of, text_of
from records.enums import Feed
from records.models import FetchedPost, ParentPost

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
"""Comments under older posts are polled once; later ones come by webhook."""

SOURCES: dict[Feed, tuple[str, ...]] = {
    Feed.OWN_POSTS: ("published_posts", "ads_posts"),
    Feed.MENTIONS: ("visitor_posts", "tagged"),
    Feed.COMMENTS: ("published_posts", "ads_posts", "visitor_posts"),
}
"""The Page's lists of posts that each feed is read from."""

ADS = "ads_posts"

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


def root_of(post: JsonObject) -> ThreadRoot:
    """What an answer needs of the post above it. Raises Garbled where it has no id."""
    external_id = required(post, "id", what="a post")
    author = author_of(mapping(post.get("from")), of=external_id)
    return ThreadRoot(
        above=ParentPost(
            external_id=external_id,
            author_handle=author.handle,
            author_external_id=author.external_id,
            text=text_of(post, "message"),
        ),
        media_urls=_links(text_of(post, "full_picture")),
    )


def root_of_comment(comment_id: str, *, page_id: str) -> ThreadRoot:
    """The post of a comment, as far as the comment's own id says: `POST_COMMENT` hangs under `PAGE_POST`."""
    return ThreadRoot(above=ParentPost(external_id=f"{page_id}_{comment_id.partition('_')[0]}"))


def read_post(post: JsonObject, *, page_id: str) -> FetchedPost | OwnPost:
    """A post on the Page or one that names it. Raises Garbled where it lacks what identifies it."""
    external_id = required(post, "id", what="a post")
    published_at = moment(post, "created_time", what=f"the post {external_id}")
    text = text_of(post, "message")
    if text_of(mapping(post.get("from")), "id") == page_id:
        return OwnPost(external_id=external_id, root_external_id=external_id, text=text, published_at=published_at)
    return FetchedPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind="post",
        author=author_of(mapping(post.get("from")), of=external_id),
        text=text,
        published_at=published_at,
        root_external_id=external_id,
        media_urls=_links(text_of(post, "full_picture")),
        mentions_us=True,
    )


def read_comment(comment: JsonObject, *, root: ThreadRoot, page_id: str) -> FetchedPost | OwnPost:
    """A comment, or an answer to one. Raises Garbled where it lacks what identifies it."""
    external_id = required(comment, "id", what="a comment")
    published_at = moment(comment, "created_time", what=f"the comment {external_id}")
    text = text_of(comment, "message")
    above = _above(mapping(comment.get("parent"))) or root.above
    if text_of(mapping(comment.get("from")), "id") == page_id:
        return OwnPost(
            external_id=external_id,
            parent_external_id=above.external_id,
            root_external_id=root.above.external_id,
            text=text,
            published_at=published_at,
        )
    attachment = mapping(comment.get("attachment"))
    image = mapping(mapping(attachment.get("media")).get("image"))
    return FetchedPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind="comment",
        author=author_of(mapping(comment.get("from")), of=external_id),
        text=text,
        published_at=published_at,
        parent_external_id=above.external_id,
        root_external_id=root.above.external_id,
        above=above,
        # What a comment shows comes first; then what it is about.
        media_urls=_links(text_of(image, "src") or text_of(attachment, "url"), *root.media_urls),
        mentions_us=True,
        hidden=told_flag(comment, "is_hidden"),
    )


def _above(parent: JsonObject) -> ParentPost | None:
    external_id = text_of(parent, "id")
    if not external_id:
        return None
    author = author_of(mapping(parent.get("from")), of=external_id)
    return ParentPost(
        external_id=external_id,
        author_handle=author.handle,
        author_external_id=author.external_id,
        text=text_of(parent, "message"),
    )


def _links(*links: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in links if link))
