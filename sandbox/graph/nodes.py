"""Nodes of the Graph API: finds the node behind an id and renders it, or one of its edges."""

from __future__ import annotations

from sandbox.graph import conversations, facebook, instagram
from sandbox.graph.conversations import CONVERSATION, MESSAGE, GraphConversation, conversations_of, messages_of
from sandbox.graph.edges import EdgeRequest, listed
from sandbox.graph.refusals import missing_permission, no_such_object, refusal
from sandbox.graph.selection import Json, NodeKind, ReadCall, SelectedField, reduced, rendered
from sandbox.graph.tokens import PageAccounts
from sandbox.world.models import BrandAccount, DirectMessage, Person, Post

Node = PageAccounts | BrandAccount | Person | Post | GraphConversation | DirectMessage
NEEDED = {
    "conversations": {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"},
    "messages": {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"},
    "comments": {"facebook": "pages_read_user_content", "instagram": "instagram_manage_comments"},
    "replies": {"instagram": "instagram_manage_comments"},
    "visitor_posts": {"facebook": "pages_read_user_content"},
    "tagged": {"facebook": "pages_read_user_content"},
}
"""The scope that an edge needs, by the network of the caller's account."""


def find_node(reading: ReadCall, identifier: str) -> Node | None:
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


def render_node(reading: ReadCall, identifier: str, fields: tuple[SelectedField, ...]) -> Json:
    """The node with those fields; GraphRefusalError 100/33 where it is not there."""
    node = find_node(reading, identifier)
    if node is None:
        raise no_such_object(identifier)
    return _told(reading, node, fields)


def render_edge(reading: ReadCall, asked: EdgeRequest) -> Json:
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


def page_edge(reading: ReadCall, asked: EdgeRequest) -> Json | None:
    """An edge of the Page; None where it has none of that name."""
    if asked.name in facebook.WALL:
        return listed(reading, facebook.POST, facebook.wall_posts(reading, asked.name), asked)
    if asked.name == "conversations":
        return conversations.of_page(reading, asked)
    return None


def instagram_edge(reading: ReadCall, asked: EdgeRequest) -> Json | None:
    """An edge of the Instagram account; None where it has none of that name."""
    if asked.name in {"media", "tags"}:
        return listed(reading, instagram.MEDIA, instagram.account_media(reading, asked.name), asked)
    if asked.name == "conversations":
        return conversations.of_page(reading, asked, platform="instagram")
    return None


def _page_edge_field(reading: ReadCall, page: PageAccounts, asked: SelectedField) -> Json | None:
    return page_edge(
        reading,
        EdgeRequest(owner=str(page.id), name=asked.name, arguments=asked.arguments_by_name, fields=asked.fields),
    )


def _instagram_edge_field(reading: ReadCall, account: BrandAccount, asked: SelectedField) -> Json | None:
    edge = EdgeRequest(owner=str(account.id), name=asked.name, arguments=asked.arguments_by_name, fields=asked.fields)
    return instagram_edge(reading, edge)


def _page_name(page: PageAccounts) -> str:
    return page.accounts[0].person.name


def _linked_instagram(_reading: ReadCall, page: PageAccounts, asked: SelectedField) -> Json | None:
    if page.instagram is None:
        return None
    person = page.instagram.person
    wanted = {each.name for each in asked.fields}
    return reduced({"id": str(person.id), **({"username": person.handle} if "username" in wanted else {})}, asked)


def _nowhere(_page: PageAccounts | BrandAccount | Person) -> tuple[float, int]:
    return 0.0, 0


PAGE: NodeKind[PageAccounts] = NodeKind(
    name="Page",
    usual="name,id",
    place=_nowhere,
    renderers={
        "id": lambda _r, page, _f: str(page.id),
        "name": lambda _r, page, _f: _page_name(page),
        "username": lambda _r, page, _f: page.accounts[0].person.handle,
        "category": lambda _r, _p, _f: "Company",
        "about": lambda _r, page, _f: page.accounts[0].person.bio or None,
        "fan_count": lambda _r, page, _f: page.accounts[0].person.followers,
        "followers_count": lambda _r, page, _f: page.accounts[0].person.followers,
        "link": lambda _r, page, _f: f"https://www.facebook.com/{page.id}",
        "access_token": lambda reading, _p, _f: reading.session.token,
        "instagram_business_account": _linked_instagram,
        "connected_instagram_account": _linked_instagram,
        **dict.fromkeys([*facebook.WALL, "conversations"], _page_edge_field),
    },
    always_empty=frozenset(["website", "emails", "phone", "picture", "tasks", "verification_status", "is_published"]),
)


INSTAGRAM: NodeKind[BrandAccount] = NodeKind(
    name="IGUser",
    usual="id",
    place=_nowhere,
    renderers={
        "id": lambda _r, account, _f: str(account.id),
        "username": lambda _r, account, _f: account.person.handle,
        "name": lambda _r, account, _f: account.person.name,
        "biography": lambda _r, account, _f: account.person.bio or None,
        "followers_count": lambda _r, account, _f: account.person.followers,
        "media_count": lambda reading, _a, _f: len(instagram.account_media(reading, "media")),
        "mentioned_comment": lambda reading, _a, asked: instagram.mentioned_comment(reading, asked),
        "mentioned_media": lambda reading, _a, asked: instagram.mentioned_media(reading, asked),
        "media": _instagram_edge_field,
        "tags": _instagram_edge_field,
    },
    always_empty=frozenset(
        ["ig_id", "profile_picture_url", "website", "follows_count", "shopping_product_tag_eligibility"]
    ),
)


PERSON: NodeKind[Person] = NodeKind(
    name="User",
    usual="id,name",
    place=_nowhere,
    renderers={
        "id": lambda _r, person, _f: str(person.id),
        "name": lambda _r, person, _f: person.name,
        "first_name": lambda _r, person, _f: person.name.partition(" ")[0],
        "last_name": lambda _r, person, _f: person.name.partition(" ")[2] or None,
        "username": lambda _r, person, _f: person.handle,
        "follower_count": lambda _r, person, _f: person.followers,
    },
    always_empty=frozenset(["profile_pic", "profile_picture_url", "locale", "timezone", "gender", "is_verified_user"]),
)


def _told(reading: ReadCall, node: Node, fields: tuple[SelectedField, ...]) -> Json:
    match node:
        case PageAccounts():
            return rendered(reading, PAGE, node, fields)
        case BrandAccount():
            return rendered(reading, INSTAGRAM, node, fields)
        case Person():
            return rendered(reading, PERSON, node, fields)
        case GraphConversation():
            return rendered(reading, CONVERSATION, node, fields)
        case DirectMessage():
            return rendered(reading, MESSAGE, node, fields)
        case Post():
            return rendered(reading, _post_kind(node), node, fields)


def _edge(reading: ReadCall, node: Node, asked: EdgeRequest) -> Json | None:
    match node:
        case PageAccounts():
            return page_edge(reading, asked)
        case BrandAccount():
            return instagram_edge(reading, asked)
        case GraphConversation() if asked.name == "messages":
            return messages_of(reading, node, asked)
        case Post():
            return _post_edge(reading, node, asked)
    return None


def _post_edge(reading: ReadCall, post: Post, asked: EdgeRequest) -> Json | None:
    if post.network == "facebook":
        return facebook.comments(reading, post, asked) if asked.name == "comments" else None
    if _post_kind(post) is instagram.COMMENT:
        return instagram.replies(reading, post, asked) if asked.name == "replies" else None
    return instagram.media_comments(reading, post, asked) if asked.name == "comments" else None


def _post_kind(post: Post) -> NodeKind[Post]:
    if post.network == "facebook":
        return facebook.POST if post.parent is None else facebook.COMMENT
    return instagram.COMMENT if post.kind in {"comment", "mention"} else instagram.MEDIA


def _account_ids(reading: ReadCall) -> set[int]:
    return {account.id for account in reading.session.page.accounts}


def _ours(reading: ReadCall, message: DirectMessage) -> bool:
    return message.account_id in _account_ids(reading)


def _person(reading: ReadCall, identifier: str) -> Person | None:
    if not (identifier.isascii() and identifier.isdigit() and len(identifier) < 20):
        return None
    ours = _account_ids(reading)
    person = reading.world.people.get(int(identifier))
    wrote = any(each.person is person and each.account_id in ours for each in reading.world.messages)
    return person if wrote else None
