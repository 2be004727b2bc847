"""Facebook's nodes: posts, ads and visitor posts on a Page, and their comments."""

from __future__ import annotations

from sandbox.graph.edges import EdgeRequest, listed
from sandbox.graph.refusals import invalid
from sandbox.graph.selection import Json, NodeKind, ReadCall, SelectedField, graph_time, reduced
from sandbox.world.feeds import place, stands_under
from sandbox.world.models import Post

PRIVATE_REPLY_SECONDS = 7 * 86_400
ORDERS = {"chronological": False, "reverse_chronological": True, "ranked": False}
WALL = {
    "feed": {"post", "visitor_post"},
    "posts": {"post"},
    "published_posts": {"post"},
    "visitor_posts": {"visitor_post"},
    "tagged": {"tag"},
    "ads_posts": {"ad"},
}


def wall_posts(reading: ReadCall, edge: str) -> list[Post]:
    """Posts of one of the Page's edges, oldest first."""
    account = reading.session.page.facebook
    posts = reading.world.walls.roots(account.id) if account is not None else []
    return [post for post in posts if post.kind in WALL[edge]]


def comments(reading: ReadCall, post: Post, asked: EdgeRequest) -> Json:
    """Comments under a post, or replies to a comment. `filter=stream` returns all levels at once."""
    given = asked.arguments
    order, level = given.get("order", "chronological"), given.get("filter", "toplevel")
    if order not in ORDERS or level not in {"toplevel", "stream"}:
        raise invalid("order must be chronological or reverse_chronological, and filter stream or toplevel")
    everything = level == "stream" and post.parent is None
    walls = reading.world.walls
    found = walls.thread(post) if everything else walls.answers(post)
    newest_first = ORDERS[order]
    edge = EdgeRequest(
        owner=asked.owner, name="comments", arguments=given, fields=asked.fields, newest_first=newest_first
    )
    return listed(reading, COMMENT, found, edge)


def can_reply_privately(reading: ReadCall, comment: Post) -> bool:
    """True for a person's comment of the last seven days that got no private reply yet."""
    recent = reading.now - comment.at <= PRIVATE_REPLY_SECONDS
    return comment.inbound and recent and comment.id not in reading.world.answered_privately


def _comments_field(reading: ReadCall, post: Post, asked: SelectedField) -> Json:
    edge = EdgeRequest(owner=post.wire_id, name="comments", arguments=asked.arguments_by_name, fields=asked.fields)
    return comments(reading, post, edge)


def _from(reading: ReadCall, post: Post, asked: SelectedField) -> Json | None:
    if post.inbound and "pages_read_user_content" in reading.session.state.missing:
        return None
    return reduced({"name": post.author.name, "id": str(post.author.id)}, asked)


def _updated(reading: ReadCall, post: Post, _asked: SelectedField) -> str:
    newest = reading.world.walls.thread(post)[-1:]
    return graph_time(max([post.at, *(comment.at for comment in newest)]))


def _parent(_reading: ReadCall, comment: Post, asked: SelectedField) -> Json | None:
    above = stands_under(comment)
    if above.parent is None:
        return None
    shape: Json = {
        "created_time": graph_time(above.at),
        "from": {"name": above.author.name, "id": str(above.author.id)},
        "message": above.text,
        "id": above.wire_id,
    }
    return reduced(shape, asked)


def _object(_reading: ReadCall, comment: Post, asked: SelectedField) -> Json:
    root = comment.root
    return reduced({"created_time": graph_time(root.at), "message": root.text, "id": root.wire_id}, asked)


def _attachment(_reading: ReadCall, comment: Post, _asked: SelectedField) -> Json | None:
    return _attached(comment.media[0]) if comment.media else None


def _attachments(_reading: ReadCall, post: Post, _asked: SelectedField) -> Json | None:
    return {"data": [_attached(url) for url in post.media]} if post.media else None


def _attached(url: str) -> Json:
    image = {"height": 720, "src": url, "width": 720}
    return {"media": {"image": image}, "media_type": "photo", "target": {"url": url}, "type": "photo", "url": url}


def _link(post: Post) -> str:
    root = post.root
    link = f"https://www.facebook.com/{root.page}/posts/{root.id}"
    return link if post is root else f"{link}?comment_id={post.id}"


def _empty(_reading: ReadCall, _post: Post, asked: SelectedField) -> Json:
    summary: Json = {"summary": {"total_count": 0}} if "summary" in asked.arguments_by_name else {}
    return {"data": [], **summary}


POST: NodeKind[Post] = NodeKind(
    name="PagePost",
    usual="created_time,message,id",
    place=place,
    renderers={
        "id": lambda _r, post, _f: post.wire_id,
        "message": lambda _r, post, _f: post.text,
        "created_time": lambda _r, post, _f: graph_time(post.at),
        "updated_time": _updated,
        "from": _from,
        "permalink_url": lambda _r, post, _f: _link(post),
        "full_picture": lambda _r, post, _f: post.media[0] if post.media else None,
        "picture": lambda _r, post, _f: post.media[0] if post.media else None,
        "attachments": _attachments,
        "status_type": lambda _r, post, _f: "added_photos" if post.media else "mobile_status_update",
        "is_published": lambda _r, post, _f: post.kind != "ad",
        "is_hidden": lambda _r, post, _f: post.hidden,
        "is_expired": lambda _r, _p, _f: False,
        "is_inline_created": lambda _r, post, _f: post.kind == "ad",
        "promotion_status": lambda _r, post, _f: "active" if post.kind == "ad" else "inactive",
        "comments": _comments_field,
        "likes": _empty,
        "reactions": _empty,
    },
    always_empty=frozenset(
        ["story", "story_tags", "message_tags", "shares", "to", "place", "properties", "icon", "parent_id"]
    ),
)
COMMENT: NodeKind[Post] = NodeKind(
    name="Comment",
    usual="created_time,from,message,id",
    place=place,
    renderers={
        "id": lambda _r, post, _f: post.wire_id,
        "message": lambda _r, post, _f: post.text,
        "created_time": lambda _r, post, _f: graph_time(post.at),
        "from": _from,
        "parent": _parent,
        "object": _object,
        "attachment": _attachment,
        "permalink_url": lambda _r, post, _f: _link(post),
        "is_hidden": lambda _r, post, _f: post.hidden,
        "is_private": lambda _r, _p, _f: False,
        "can_comment": lambda _r, _p, _f: True,
        "can_hide": lambda _r, post, _f: post.inbound and post.root.kind != "tag",
        "can_remove": lambda _r, post, _f: post.root.kind != "tag" or not post.inbound,
        "can_like": lambda _r, _p, _f: True,
        "can_reply_privately": lambda reading, post, _f: can_reply_privately(reading, post),
        "comment_count": lambda reading, post, _f: len(reading.world.walls.answers(post)),
        "like_count": lambda _r, _p, _f: 0,
        "user_likes": lambda _r, _p, _f: False,
        "comments": _comments_field,
        "likes": _empty,
        "reactions": _empty,
    },
    always_empty=frozenset(["message_tags", "private_reply_conversation", "admin_creator", "live_broadcast_timestamp"]),
)
