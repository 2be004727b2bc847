"""Which fields we ask of Instagram's media and comments, and how they are read (IG Media, IG Comment)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from networks.meta.graph.values import ThreadRoot, author_of, moment, required, told_flag
from networks.protocol import OwnPost
from networks.values import JsonObject, mapping, revision_of, text_of
from records.enums import Feed
from records.models import Author, FetchedPost, ParentPost

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
"""Comments under older media are polled once; later ones come by webhook."""

ANSWERED_FOR = timedelta(days=7)
"""Beyond the newest 25 comments of a medium, answers to older comments come by webhook."""

SOURCES: dict[Feed, str] = {Feed.OWN_POSTS: "media", Feed.MENTIONS: "tags", Feed.COMMENTS: "media"}
"""The account's lists that each feed is read from."""

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


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """Our account: media and mentioned comments name their author by handle alone."""

    external_id: str
    handle: str

    def wrote(self, item: JsonObject) -> bool:
        """Whether a medium or a comment is our own."""
        author = text_of(mapping(item.get("from")), "id") or text_of(mapping(item.get("owner")), "id")
        if author:
            return author == self.external_id
        return bool(self.handle) and text_of(item, "username").casefold() == self.handle.casefold()

    def named_in(self, text: str) -> bool:
        """Whether a text mentions us; taken for granted where our name is not known."""
        return re.search(rf"@{re.escape(self.handle)}(?![\w.])", text, re.IGNORECASE) is not None


def root_of(media: JsonObject, *, us: OwnAccount) -> ThreadRoot:
    """What an answer needs of the medium above it, or of as much as is given of it. Raises Garbled without an id."""
    return ThreadRoot(
        above=ParentPost(
            external_id=required(media, "id", what="a medium"),
            author_handle=text_of(media, "username"),
            author_external_id=us.external_id if us.wrote(media) else "",
            text=text_of(media, "caption"),
        ),
        media_urls=_links(media),
    )


def read_own_media(media: JsonObject) -> OwnPost:
    """A medium of our own. Raises Garbled where it lacks what identifies it."""
    external_id = required(media, "id", what="a medium")
    return OwnPost(
        external_id=external_id,
        root_external_id=external_id,
        text=text_of(media, "caption"),
        published_at=moment(media, "timestamp", what=f"the medium {external_id}"),
    )


def read_media(media: JsonObject, *, us: OwnAccount) -> FetchedPost | OwnPost:
    """A medium in which we are tagged, or one of our own. Raises Garbled where it lacks what identifies it.

    Being tagged in the picture permits no answer: only being named in the caption does.
    """
    external_id = required(media, "id", what="a medium")
    if us.wrote(media):
        return read_own_media(media)
    text = text_of(media, "caption")
    return FetchedPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind="post",
        author=author_in(media),
        text=text,
        published_at=moment(media, "timestamp", what=f"the medium {external_id}"),
        root_external_id=external_id,
        media_urls=_links(media),
        mentions_us=us.named_in(text),
    )


def read_comment(
    comment: JsonObject, *, root: ThreadRoot, us: OwnAccount, parent: JsonObject | None = None
) -> FetchedPost | OwnPost:
    """A comment, or an answer to `parent`. Raises Garbled where it lacks what identifies it.

    An answer is of the kind `reply`: Instagram lets nobody answer those.
    """
    external_id = required(comment, "id", what="a comment")
    published_at = moment(comment, "timestamp", what=f"the comment {external_id}")
    text = text_of(comment, "text")
    above = _above(comment, parent) or root.above
    if us.wrote(comment):
        return OwnPost(
            external_id=external_id,
            parent_external_id=above.external_id,
            root_external_id=root.above.external_id,
            text=text,
            published_at=published_at,
        )
    return FetchedPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind="comment" if above is root.above else "reply",
        author=author_in(comment),
        text=text,
        published_at=published_at,
        parent_external_id=above.external_id,
        root_external_id=root.above.external_id,
        above=above,
        media_urls=root.media_urls,
        mentions_us=True,
        hidden=told_flag(comment, "hidden"),
    )


def author_in(item: JsonObject) -> Author:
    """Who wrote a medium or a comment."""
    author = mapping(item.get("from")) or mapping(item.get("owner"))
    username = text_of(author, "username") or text_of(item, "username")
    return author_of({"id": text_of(author, "id"), "username": username}, of=text_of(item, "id"))


def _above(comment: JsonObject, parent: JsonObject | None) -> ParentPost | None:
    if parent is not None:
        author = author_in(parent)
        return ParentPost(
            external_id=text_of(parent, "id"),
            author_handle=author.handle,
            author_external_id=author.external_id,
            text=text_of(parent, "text"),
        )
    parent_id = text_of(comment, "parent_id")
    return ParentPost(external_id=parent_id) if parent_id else None


def _links(media: JsonObject) -> tuple[str, ...]:
    link = text_of(media, "media_url")
    return (link,) if link else ()
