"""Finds a comment or a medium by its id, and our own replies to it: others' only through what mentions us in them.

Instagram Platform, "Mentioned Comment" and "Mentioned Media".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from networks.errors import Garbled, Invalid, Refused, TargetGone
from networks.meta.graph.client import Graph, node_id
from networks.meta.graph.values import nested_edge
from networks.meta.instagram.objects import (
    COMMENT_ALONE,
    COMMENTS,
    MEDIA,
    MENTIONED_COMMENT,
    REPLIES,
    TEXT,
    OwnAccount,
    comment_with_replies,
    page_at,
    read_comment,
    read_media,
    root_of,
)
from networks.protocol import Budget, OwnPost
from networks.values import JsonObject, mapping, text_of
from records.models import FetchedPost


class ItemKind(StrEnum):
    """How an item can be reached."""

    COMMENT = "comment"
    MEDIA = "media"
    MENTIONED_COMMENT = "mentioned_comment"
    MENTIONED_MEDIA = "mentioned_media"


@dataclass(frozen=True, kw_only=True)
class InstagramItem:
    """A comment or a medium, as it stands now."""

    kind: ItemKind
    content: JsonObject
    budget: Budget | None = None

    @property
    def is_media(self) -> bool:
        """Whether it is a medium rather than a comment."""
        return self.kind in {ItemKind.MEDIA, ItemKind.MENTIONED_MEDIA}

    def read(self, us: OwnAccount) -> FetchedPost | OwnPost:
        """As a post. Raises Garbled where it lacks what identifies it."""
        if self.is_media:
            return read_media(self.content, us=us)
        return read_comment(self.content, root=root_of(mapping(self.content.get("media")), us=us), us=us)


def find_item(graph: Graph, external_id: str, *, us: OwnAccount) -> InstagramItem | None:
    """The comment or medium; None where it is not there in any way. Raises NetworkError."""
    node_id(external_id, network=graph.network)
    for kind, fields in ((ItemKind.COMMENT, COMMENT_ALONE), (ItemKind.MEDIA, MEDIA)):
        try:
            answer = graph.node(external_id, fields=fields)
        except TargetGone:
            break
        except Invalid:
            # It is there, and has no such fields.
            continue
        return InstagramItem(kind=kind, content=answer.body, budget=answer.budget)
    return find_mention(graph, external_id, us=us)


def find_mention(graph: Graph, external_id: str, *, us: OwnAccount) -> InstagramItem | None:
    """A comment or medium of somebody else that mentions us; None where there is none. Raises NetworkError."""
    node_id(external_id, network=graph.network)
    asked = (
        (ItemKind.MENTIONED_COMMENT, f"mentioned_comment.comment_id({external_id}){{{MENTIONED_COMMENT}}}"),
        (ItemKind.MENTIONED_MEDIA, f"mentioned_media.media_id({external_id}){{{MEDIA}}}"),
    )
    for kind, fields in asked:
        try:
            answer = graph.node(us.external_id, fields=fields)
        except (TargetGone, Invalid):
            continue
        content = mapping(answer.body.get(kind.value))
        if content:
            return InstagramItem(kind=kind, content=content, budget=answer.budget)
    return None


_MENTION_TEXT = "id,text,timestamp,username"


def own_replies(graph: Graph, item: InstagramItem, *, us: OwnAccount) -> list[OwnPost]:
    """All that we wrote directly under a comment or medium. Raises NetworkError.

    Raises Refused where Instagram does not show what stands there: what we may have said cannot be seen.
    """
    edge, ask = _asking(graph, item, us)
    own: list[OwnPost] = []
    after: str | None = None
    while True:
        try:
            found = ask(after)
        except Invalid:
            raise Refused("Instagram does not show the answers under this mention: answer it there yourself.") from None
        listed = nested_edge(found, edge)
        root = root_of(found if item.is_media else mapping(found.get("media")), us=us)
        for each in listed.items:
            answer = read_comment(each, root=root, us=us, parent=None if item.is_media else found)
            if isinstance(answer, OwnPost):
                own.append(answer)
        if listed.after is None:
            return own
        if listed.after == after:
            raise Garbled("Meta names the same next page again and again; it will be asked again later.")
        after = listed.after


def _asking(graph: Graph, item: InstagramItem, us: OwnAccount) -> tuple[str, Callable[[str | None], JsonObject]]:
    """Under which edge the answers stand, and how one page of them is asked for."""
    external_id = text_of(item.content, "id")
    if item.kind is ItemKind.COMMENT:
        return REPLIES, lambda after: graph.node(external_id, fields=comment_with_replies(after=after)).body
    if item.kind is ItemKind.MEDIA:
        return (
            COMMENTS,
            lambda after: graph.node(external_id, fields=f"id,{COMMENTS}{page_at(after)}{{{TEXT}}}").body,
        )
    name, key, edge, content = (
        ("mentioned_media", "media_id", COMMENTS, "id")
        if item.is_media
        else ("mentioned_comment", "comment_id", REPLIES, "id,text,username,media{id}")
    )

    def ask(after: str | None) -> JsonObject:
        fields = f"{name}.{key}({external_id}){{{content},{edge}{page_at(after)}{{{_MENTION_TEXT}}}}}"
        return mapping(graph.node(us.external_id, fields=fields).body.get(name))

    return edge, ask
