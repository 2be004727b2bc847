"""Instagram's nodes: media of the account, their comments and replies, and what mentions or tags the account."""

from __future__ import annotations

from dataclasses import replace

from sandbox.graph.edges import EdgeRequest, listed
from sandbox.graph.refusals import no_such_object
from sandbox.graph.selection import Json, NodeKind, ReadCall, SelectedField, graph_time, reduced, rendered
from sandbox.world.feeds import place, stands_under
from sandbox.world.models import Post

FOREIGN_MEDIA = 1 << 62


def account_media(reading: ReadCall, edge: str) -> list[Post]:
    """The account's own media, or those that tag it, oldest first."""
    account = reading.session.page.instagram
    posts = reading.world.walls.roots(account.id) if account is not None else []
    kinds = {"tag"} if edge == "tags" else {"post", "ad"}
    return [post for post in posts if post.kind in kinds]


def media_comments(reading: ReadCall, media: Post, asked: EdgeRequest) -> Json:
    """Top-level comments of a medium, newest first."""
    return listed(reading, COMMENT, reading.world.walls.answers(media), asked)


def replies(reading: ReadCall, comment: Post, asked: EdgeRequest) -> Json:
    """Replies to a top-level comment, oldest first."""
    found = reading.world.walls.answers(comment)
    return listed(reading, COMMENT, found, replace(asked, newest_first=False))


def mentioned_comment(reading: ReadCall, asked: SelectedField) -> Json:
    """A comment under somebody's medium that mentions the account."""
    identifier = asked.arguments_by_name.get("comment_id", "")
    comment = reading.world.find(identifier)
    if comment is None or comment.kind not in {"mention", "comment"} or comment.network != "instagram":
        raise no_such_object(identifier)
    return rendered(reading, COMMENT, comment, asked.fields)


def mentioned_media(reading: ReadCall, asked: SelectedField) -> Json:
    """Somebody's medium whose caption mentions the account."""
    identifier = asked.arguments_by_name.get("media_id", "")
    media = reading.world.find(identifier)
    if media is None or media.kind != "tag" or media.network != "instagram":
        raise no_such_object(identifier)
    return rendered(reading, MEDIA, media, asked.fields)


def media_id(comment: Post) -> str:
    """The medium that a comment stands under; of a mention's medium only the id is known."""
    return str(comment.id ^ FOREIGN_MEDIA) if comment.kind == "mention" else comment.root.wire_id


def _comments_field(reading: ReadCall, media: Post, asked: SelectedField) -> Json:
    edge = EdgeRequest(owner=media.wire_id, name="comments", arguments=asked.arguments_by_name, fields=asked.fields)
    return media_comments(reading, media, edge)


def _replies_field(reading: ReadCall, comment: Post, asked: SelectedField) -> Json | None:
    if not reading.world.walls.answers(comment):
        return None
    edge = EdgeRequest(owner=comment.wire_id, name="replies", arguments=asked.arguments_by_name, fields=asked.fields)
    return replies(reading, comment, edge)


def _from(_reading: ReadCall, post: Post, asked: SelectedField) -> Json:
    return reduced({"id": str(post.author.id), "username": post.author.handle}, asked)


def _parent_id(_reading: ReadCall, comment: Post, _asked: SelectedField) -> str | None:
    above = stands_under(comment)
    return above.wire_id if above.parent is not None else None


def _media(_reading: ReadCall, comment: Post, asked: SelectedField) -> Json:
    return reduced({"id": media_id(comment), "media_product_type": "FEED"}, asked)


def _own(_reading: ReadCall, post: Post, _asked: SelectedField) -> Json | None:
    if post.inbound:
        return None
    return {"id": str(post.author.id)}


def _picture(_reading: ReadCall, media: Post, _asked: SelectedField) -> str:
    return media.media[0] if media.media else f"https://media.example/{media.id}.jpg"


def _link(media: Post) -> str:
    return f"https://www.instagram.com/p/{media.root.id:x}/"


MEDIA: NodeKind[Post] = NodeKind(
    name="Media",
    usual="id",
    place=place,
    renderers={
        "id": lambda _r, post, _f: post.wire_id,
        "caption": lambda _r, post, _f: post.text,
        "media_type": lambda _r, _p, _f: "IMAGE",
        "media_product_type": lambda _r, post, _f: "AD" if post.kind == "ad" else "FEED",
        "media_url": _picture,
        "permalink": lambda _r, post, _f: _link(post),
        "shortcode": lambda _r, post, _f: f"{post.id:x}",
        "timestamp": lambda _r, post, _f: graph_time(post.at),
        "username": lambda _r, post, _f: post.author.handle,
        "owner": _own,
        "comments_count": lambda reading, post, _f: len(reading.world.walls.thread(post)),
        "like_count": lambda _r, _p, _f: 0,
        "is_comment_enabled": lambda _r, _p, _f: True,
        "comments": _comments_field,
    },
    always_empty=frozenset(["children", "thumbnail_url", "ig_id", "boost_ads_list", "alt_text"]),
)
COMMENT: NodeKind[Post] = NodeKind(
    name="IGComment",
    usual="id,text,timestamp",
    place=place,
    renderers={
        "id": lambda _r, post, _f: post.wire_id,
        "text": lambda _r, post, _f: post.text,
        "timestamp": lambda _r, post, _f: graph_time(post.at),
        "username": lambda _r, post, _f: post.author.handle,
        "from": _from,
        "user": _own,
        "parent_id": _parent_id,
        "hidden": lambda _r, post, _f: post.hidden,
        "media": _media,
        "like_count": lambda _r, _p, _f: 0,
        "replies": _replies_field,
    },
    always_empty=frozenset(["legacy_instagram_comment_id"]),
)
