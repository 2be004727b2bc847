"""Replaces what no database stores in all texts of a post or message."""

from __future__ import annotations

from dataclasses import replace

from networks.protocol import OwnPost
from records.database import is_storable, sanitise_text
from records.models import Author, FetchedMessage, FetchedPost, ParentPost

LONGEST_TEXT_ABOVE = 5_000
"""Characters kept of an answered post: it is repeated in each of its answers."""


def sanitise_post(post: FetchedPost) -> FetchedPost:
    """The same post with every text storable."""
    if _is_storable_post(post):
        return post
    return replace(
        post,
        external_id=sanitise_text(post.external_id),
        revision_external_id=sanitise_text(post.revision_external_id),
        author=_author(post.author),
        text=sanitise_text(post.text),
        language_hint=sanitise_text(post.language_hint),
        parent_external_id=_optional(post.parent_external_id),
        root_external_id=sanitise_text(post.root_external_id),
        above=_above(post.above),
        media_urls=tuple(sanitise_text(url) for url in post.media_urls),
    )


def sanitise_message(message: FetchedMessage) -> FetchedMessage:
    """The same message with every text storable."""
    return replace(
        message,
        external_id=sanitise_text(message.external_id),
        conversation_id=sanitise_text(message.conversation_id),
        other_external_id=sanitise_text(message.other_external_id),
        other=None if message.other is None else _author(message.other),
        text=sanitise_text(message.text),
    )


def sanitise_own_post(post: OwnPost) -> OwnPost:
    """The same own post with every text storable."""
    return replace(
        post,
        external_id=sanitise_text(post.external_id),
        parent_external_id=_optional(post.parent_external_id),
        root_external_id=sanitise_text(post.root_external_id),
        text=sanitise_text(post.text),
    )


def _is_storable_post(post: FetchedPost) -> bool:
    """True for nearly all posts: looked at once, as a whole, since there are many."""
    texts = [post.external_id, post.revision_external_id, post.text, post.language_hint, post.root_external_id]
    texts += [post.parent_external_id or "", *post.media_urls]
    texts += [post.author.external_id, post.author.handle, post.author.display_name, post.author.biography]
    if post.above is not None:
        if len(post.above.text) > LONGEST_TEXT_ABOVE:
            return False
        texts += [post.above.external_id, post.above.author_handle, post.above.author_external_id, post.above.text]
    return is_storable("".join(texts))


def _author(author: Author) -> Author:
    return replace(
        author,
        external_id=sanitise_text(author.external_id),
        handle=sanitise_text(author.handle),
        display_name=sanitise_text(author.display_name),
        biography=sanitise_text(author.biography),
    )


def _above(above: ParentPost | None) -> ParentPost | None:
    if above is None:
        return None
    return replace(
        above,
        external_id=sanitise_text(above.external_id),
        author_handle=sanitise_text(above.author_handle),
        author_external_id=sanitise_text(above.author_external_id),
        text=sanitise_text(above.text[:LONGEST_TEXT_ABOVE]),
    )


def _optional(text: str | None) -> str | None:
    return None if text is None else sanitise_text(text)
