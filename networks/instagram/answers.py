"""What we answered to a comment, or to a post that names us."""

from __future__ import annotations

from collections.abc import Callable

from networks.errors import Garbled, Invalid, Refused
from networks.instagram.fields import COMMENTS, REPLIES, TEXT, comment_with_replies, page_at
from networks.instagram.lookups import Kind, Thing
from networks.instagram.posts import Us, read_comment, root_of
from networks.json_values import JsonObject, mapping, text_of
from networks.meta.calls import Graph
from networks.meta.values import nested_edge
from networks.protocol import OwnPost

_MENTION_TEXT = "id,text,timestamp,username"


def own_answers(graph: Graph, thing: Thing, *, us: Us) -> list[OwnPost]:
    """All that we wrote directly under a comment or medium. Raises NetworkError.

    Raises Refused where Instagram does not show what stands there: what we may have said cannot be seen.
    """
    edge, ask = _asking(graph, thing, us)
    own: list[OwnPost] = []
    after: str | None = None
    while True:
        try:
            found = ask(after)
        except Invalid:
            raise Refused("Instagram does not show the answers under this mention: answer it there yourself.") from None
        told = nested_edge(found, edge)
        root = root_of(found if thing.is_media else mapping(found.get("media")), us=us)
        for item in told.items:
            answer = read_comment(item, root=root, us=us, parent=None if thing.is_media else found)
            if isinstance(answer, OwnPost):
                own.append(answer)
        if told.after is None:
            return own
        if told.after == after:
            raise Garbled("Meta names the same next page again and again; it will be asked again later.")
        after = told.after


def _asking(graph: Graph, thing: Thing, us: Us) -> tuple[str, Callable[[str | None], JsonObject]]:
    """Under which edge the answers stand, and how one page of them is asked for."""
    external_id = text_of(thing.told, "id")
    if thing.kind is Kind.COMMENT:
        return REPLIES, lambda after: graph.node(external_id, fields=comment_with_replies(after=after)).body
    if thing.kind is Kind.MEDIA:
        return (
            COMMENTS,
            lambda after: graph.node(external_id, fields=f"id,{COMMENTS}{page_at(after)}{{{TEXT}}}").body,
        )
    name, key, edge, told = (
        ("mentioned_media", "media_id", COMMENTS, "id")
        if thing.is_media
        else ("mentioned_comment", "comment_id", REPLIES, "id,text,username,media{id}")
    )

    def ask(after: str | None) -> JsonObject:
        fields = f"{name}.{key}({external_id}){{{told},{edge}{page_at(after)}{{{_MENTION_TEXT}}}}}"
        return mapping(graph.node(us.external_id, fields=fields).body.get(name))

    return edge, ask
