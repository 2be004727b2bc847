"""Finds the node behind an id, among what the caller's Page may see, and tells it or one of its edges."""

from __future__ import annotations

from sandbox.graph import facebook, instagram, owners
from sandbox.graph.conversations import CONVERSATION, MESSAGE, Conversation, conversations_of, messages_of
from sandbox.graph.edges import Edge
from sandbox.graph.keys import Page
from sandbox.graph.reading import Json, NodeKind, Reading, told
from sandbox.graph.refusals import missing_permission, no_such_object, refusal
from sandbox.graph.selection import Field
from sandbox.nouns import BrandAccount, DirectMessage, Person, Post

Node = Page | BrandAccount | Person | Post | Conversation | DirectMessage
NEEDED = {
    "conversations": {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"},
    "messages": {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"},
    "comments": {"facebook": "pages_read_user_content", "instagram": "instagram_manage_comments"},
    "replies": {"instagram": "instagram_manage_comments"},
    "visitor_posts": {"facebook": "pages_read_user_content"},
    "tagged": {"facebook": "pages_read_user_content"},
}
"""The scope that an edge needs, by the network of the caller's account."""


def find_node(reading: Reading, identifier: str) -> Node | None:
    """The node with that id; `me` is the caller's Page."""
    session, world = reading.session, reading.world
    if identifier in {"me", str(session.page.id)}:
        return session.page
    for account in session.page.accounts:
        if identifier == str(account.id):
            return account
    if identifier.startswith("t_"):
        threads = [each for account in session.page.accounts for each in conversations_of(world, account)]
        return next((each for each in threads if each.id == identifier), None)
    if identifier.startswith("m_"):
        return next((each for each in world.messages if each.wire_id == identifier and _ours(reading, each)), None)
    post = world.find(identifier)
    if post is not None:
        return post if post.network != "x" and post.page in _account_ids(reading) else None
    return _person(reading, identifier)


def tell_node(reading: Reading, identifier: str, fields: tuple[Field, ...]) -> Json:
    """The node with those fields; GraphRefusalError 100/33 where it is not there."""
    node = find_node(reading, identifier)
    if node is None:
        raise no_such_object(identifier)
    return _told(reading, node, fields)


def _told(reading: Reading, node: Node, fields: tuple[Field, ...]) -> Json:
    match node:
        case Page():
            return told(reading, owners.PAGE, node, fields)
        case BrandAccount():
            return told(reading, owners.INSTAGRAM, node, fields)
        case Person():
            return told(reading, owners.PERSON, node, fields)
        case Conversation():
            return told(reading, CONVERSATION, node, fields)
        case DirectMessage():
            return told(reading, MESSAGE, node, fields)
        case Post():
            return told(reading, _post_kind(node), node, fields)


def tell_edge(reading: Reading, asked: Edge) -> Json:
    """An edge of a node; GraphRefusalError where the node or the edge is not there, or a scope is missing."""
    node = find_node(reading, asked.owner)
    if node is None:
        raise no_such_object(asked.owner)
    needed = NEEDED.get(asked.name, {}).get(reading.session.account.network)
    if needed in reading.session.state.missing:
        raise missing_permission(str(needed))
    answer = _edge(reading, node, asked)
    if answer is None:
        raise refusal(100, f"(#100) Tried accessing nonexistent field ({asked.name})")
    return answer


def _edge(reading: Reading, node: Node, asked: Edge) -> Json | None:
    match node:
        case Page():
            return owners.page_edge(reading, asked)
        case BrandAccount():
            return owners.instagram_edge(reading, asked)
        case Conversation() if asked.name == "messages":
            return messages_of(reading, node, asked)
        case Post():
            return _post_edge(reading, node, asked)
    return None


def _post_edge(reading: Reading, post: Post, asked: Edge) -> Json | None:
    if post.network == "facebook":
        return facebook.comments(reading, post, asked) if asked.name == "comments" else None
    if _post_kind(post) is instagram.COMMENT:
        return instagram.replies(reading, post, asked) if asked.name == "replies" else None
    return instagram.media_comments(reading, post, asked) if asked.name == "comments" else None


def _post_kind(post: Post) -> NodeKind[Post]:
    if post.network == "facebook":
        return facebook.POST if post.parent is None else facebook.COMMENT
    return instagram.COMMENT if post.kind in {"comment", "mention"} else instagram.MEDIA


def _account_ids(reading: Reading) -> set[int]:
    return {account.id for account in reading.session.page.accounts}


def _ours(reading: Reading, message: DirectMessage) -> bool:
    return message.account_id in _account_ids(reading)


def _person(reading: Reading, identifier: str) -> Person | None:
    if not (identifier.isascii() and identifier.isdigit() and len(identifier) < 20):
        return None
    ours = _account_ids(reading)
    person = reading.world.people.get(int(identifier))
    wrote = any(each.person is person and each.account_id in ours for each in reading.world.messages)
    return person if wrote else None
