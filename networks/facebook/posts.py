"""Turns Facebook's posts and comments into heard posts and own posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from networks.facebook.fields import NETWORK
from networks.json_values import JsonObject, mapping, text_of
from networks.meta.values import author_of, moment, required, revision_of, told_flag
from networks.protocol import OwnPost
from records.nouns import HeardPost, PostAbove


@dataclass(frozen=True, kw_only=True)
class Root:
    """The post that comments hang under."""

    above: PostAbove
    media_urls: tuple[str, ...] = ()


def root_of(post: JsonObject) -> Root:
    """What an answer needs of the post above it. Raises Garbled where it has no id."""
    external_id = required(post, "id", what="a post")
    author = author_of(mapping(post.get("from")), of=external_id)
    return Root(
        above=PostAbove(
            external_id=external_id,
            author_handle=author.handle,
            author_external_id=author.external_id,
            text=text_of(post, "message"),
        ),
        media_urls=_links(text_of(post, "full_picture")),
    )


def root_of_comment(comment_id: str, *, page_id: str) -> Root:
    """The post of a comment, as far as the comment's own id tells: `POST_COMMENT` hangs under `PAGE_POST`."""
    return Root(above=PostAbove(external_id=f"{page_id}_{comment_id.partition('_')[0]}"))


def read_post(post: JsonObject, *, page_id: str) -> HeardPost | OwnPost:
    """A post on the Page or one that names it. Raises Garbled where it lacks what identifies it."""
    external_id = required(post, "id", what="a post")
    published_at = moment(post, "created_time", what=f"the post {external_id}")
    text = text_of(post, "message")
    if text_of(mapping(post.get("from")), "id") == page_id:
        return OwnPost(external_id=external_id, root_external_id=external_id, text=text, published_at=published_at)
    return HeardPost(
        network=NETWORK,
        external_id=external_id,
        revision_external_id=revision_of(external_id, text),
        kind="post",
        author=author_of(mapping(post.get("from")), of=external_id),
        text=text,
        published_at=published_at,
        root_external_id=external_id,
        media_urls=_links(text_of(post, "full_picture")),
        summoned=True,
    )


def read_comment(comment: JsonObject, *, root: Root, page_id: str) -> HeardPost | OwnPost:
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
    return HeardPost(
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
        # What a comment shows comes first; then what it speaks of.
        media_urls=_links(text_of(image, "src") or text_of(attachment, "url"), *root.media_urls),
        summoned=True,
        hidden=told_flag(comment, "is_hidden"),
    )


def sorted_out(found: Iterable[HeardPost | OwnPost]) -> tuple[tuple[HeardPost, ...], tuple[OwnPost, ...]]:
    """The posts of others, and those of our own account."""
    every: Sequence[HeardPost | OwnPost] = tuple(found)
    return (
        tuple(each for each in every if isinstance(each, HeardPost)),
        tuple(each for each in every if isinstance(each, OwnPost)),
    )


def _above(parent: JsonObject) -> PostAbove | None:
    external_id = text_of(parent, "id")
    if not external_id:
        return None
    author = author_of(mapping(parent.get("from")), of=external_id)
    return PostAbove(
        external_id=external_id,
        author_handle=author.handle,
        author_external_id=author.external_id,
        text=text_of(parent, "message"),
    )


def _links(*links: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for link in links if link))
