"""Where answers to a post or comment stand, and which of them are our own.

Facebook threads two levels: an answer to an answer stands beside it, under the same comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from networks.errors import Garbled, Invalid
from networks.facebook.fields import COMMENTS
from networks.facebook.posts import Root, read_comment, root_of_comment
from networks.json_values import JsonObject, mapping, text_of
from networks.meta.calls import Graph
from networks.meta.values import edge_of, moment
from networks.protocol import OwnPost
from records.nouns import PostAbove


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A post or comment as something that is answered."""

    thread: str
    """The id under which answers to it stand."""
    published_at: datetime | None = None
    """Where older answers in the thread are to something else; None where all are to this."""


def answered_at(graph: Graph, external_id: str) -> Answered:
    """Where answers to a comment, or to a post elsewhere, stand. Raises NetworkError."""
    try:
        found = graph.node(external_id, fields="id,created_time,parent{id}").body
    except Invalid:
        # A post elsewhere that names us has no parent to tell.
        return Answered(thread=external_id)
    parent = text_of(mapping(found.get("parent")), "id")
    if not parent:
        return Answered(thread=external_id)
    return Answered(thread=parent, published_at=moment(found, "created_time", what=f"the comment {external_id}"))


def own_answers(graph: Graph, thread: str, *, page_id: str) -> list[OwnPost]:
    """All that our Page wrote under a post or comment. Raises NetworkError."""
    asked = {"fields": "id,message,created_time,from{id,name},parent{id}", "limit": "100"}
    own: list[OwnPost] = []
    after: str | None = None
    while True:
        told = edge_of(graph.edge(thread, COMMENTS, **asked, **({"after": after} if after else {})).body)
        for item in told.items:
            comment = read_comment(item, root=_root(item, thread, page_id), page_id=page_id)
            if isinstance(comment, OwnPost):
                own.append(comment)
        if told.after is None:
            return own
        if told.after == after:
            raise Garbled("Meta names the same next page again and again; it will be asked again later.")
        after = told.after


def _root(comment: JsonObject, thread: str, page_id: str) -> Root:
    if mapping(comment.get("parent")):
        return root_of_comment(thread, page_id=page_id)
    return Root(above=PostAbove(external_id=thread))
