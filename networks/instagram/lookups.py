"""Finds a comment or a medium by its id: our own directly, others' only through what mentions us in them.

Instagram Platform, "Mentioned Comment" and "Mentioned Media".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from networks.errors import Invalid, TargetGone
from networks.instagram.fields import COMMENT_ALONE, MEDIA, MENTIONED_COMMENT
from networks.instagram.posts import Us, read_comment, read_media, root_of
from networks.json_values import JsonObject, mapping
from networks.meta.calls import Graph, node_id
from networks.protocol import Budget, OwnPost
from records.nouns import HeardPost


class Kind(StrEnum):
    """How a thing can be reached."""

    COMMENT = "comment"
    MEDIA = "media"
    MENTIONED_COMMENT = "mentioned_comment"
    MENTIONED_MEDIA = "mentioned_media"


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A comment or a medium, as it stands now."""

    kind: Kind
    told: JsonObject
    budget: Budget | None = None

    @property
    def is_media(self) -> bool:
        """Whether it is a medium rather than a comment."""
        return self.kind in {Kind.MEDIA, Kind.MENTIONED_MEDIA}

    def read(self, us: Us) -> HeardPost | OwnPost:
        """As a post. Raises Garbled where it lacks what identifies it."""
        if self.is_media:
            return read_media(self.told, us=us)
        return read_comment(self.told, root=root_of(mapping(self.told.get("media")), us=us), us=us)


def find(graph: Graph, external_id: str, *, us: Us) -> Thing | None:
    """The comment or medium; None where it is not there in any way. Raises NetworkError."""
    node_id(external_id, network=graph.network)
    for kind, fields in ((Kind.COMMENT, COMMENT_ALONE), (Kind.MEDIA, MEDIA)):
        try:
            answer = graph.node(external_id, fields=fields)
        except TargetGone:
            break
        except Invalid:
            # It is there, and has no such fields.
            continue
        return Thing(kind=kind, told=answer.body, budget=answer.budget)
    return find_mention(graph, external_id, us=us)


def find_mention(graph: Graph, external_id: str, *, us: Us) -> Thing | None:
    """A comment or medium of somebody else that mentions us; None where there is none. Raises NetworkError."""
    node_id(external_id, network=graph.network)
    asked = (
        (Kind.MENTIONED_COMMENT, f"mentioned_comment.comment_id({external_id}){{{MENTIONED_COMMENT}}}"),
        (Kind.MENTIONED_MEDIA, f"mentioned_media.media_id({external_id}){{{MEDIA}}}"),
    )
    for kind, fields in asked:
        try:
            answer = graph.node(us.external_id, fields=fields)
        except (TargetGone, Invalid):
            continue
        told = mapping(answer.body.get(kind.value))
        if told:
            return Thing(kind=kind, told=told, budget=answer.budget)
    return None
