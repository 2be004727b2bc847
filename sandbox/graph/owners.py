"""The nodes that own others: a Facebook Page, an Instagram account, and people."""

from __future__ import annotations

from sandbox.graph import conversations, facebook, instagram
from sandbox.graph.edges import Edge, listed
from sandbox.graph.keys import Page
from sandbox.graph.reading import Json, NodeKind, Reading, part
from sandbox.graph.selection import Field
from sandbox.nouns import BrandAccount, Person


def page_edge(reading: Reading, asked: Edge) -> Json | None:
    """An edge of the Page; None where it has none of that name."""
    if asked.name in facebook.WALL:
        return listed(reading, facebook.POST, facebook.wall_posts(reading, asked.name), asked)
    if asked.name == "conversations":
        return conversations.of_page(reading, asked)
    return None


def instagram_edge(reading: Reading, asked: Edge) -> Json | None:
    """An edge of the Instagram account; None where it has none of that name."""
    if asked.name in {"media", "tags"}:
        return listed(reading, instagram.MEDIA, instagram.account_media(reading, asked.name), asked)
    if asked.name == "conversations":
        return conversations.of_page(reading, asked, platform="instagram")
    return None


def _page_edge_field(reading: Reading, page: Page, asked: Field) -> Json | None:
    return page_edge(reading, Edge(owner=str(page.id), name=asked.name, arguments=asked.told, fields=asked.fields))


def _instagram_edge_field(reading: Reading, account: BrandAccount, asked: Field) -> Json | None:
    edge = Edge(owner=str(account.id), name=asked.name, arguments=asked.told, fields=asked.fields)
    return instagram_edge(reading, edge)


def _page_name(page: Page) -> str:
    return page.accounts[0].person.name


def _linked_instagram(_reading: Reading, page: Page, asked: Field) -> Json | None:
    if page.instagram is None:
        return None
    person = page.instagram.person
    wanted = {each.name for each in asked.fields}
    return part({"id": str(person.id), **({"username": person.handle} if "username" in wanted else {})}, asked)


def _nowhere(_page: Page | BrandAccount | Person) -> tuple[float, int]:
    return 0.0, 0


PAGE: NodeKind[Page] = NodeKind(
    name="Page",
    usual="name,id",
    place=_nowhere,
    tellers={
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
    untold=frozenset(["website", "emails", "phone", "picture", "tasks", "verification_status", "is_published"]),
)
INSTAGRAM: NodeKind[BrandAccount] = NodeKind(
    name="IGUser",
    usual="id",
    place=_nowhere,
    tellers={
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
    untold=frozenset(["ig_id", "profile_picture_url", "website", "follows_count", "shopping_product_tag_eligibility"]),
)
PERSON: NodeKind[Person] = NodeKind(
    name="User",
    usual="id,name",
    place=_nowhere,
    tellers={
        "id": lambda _r, person, _f: str(person.id),
        "name": lambda _r, person, _f: person.name,
        "first_name": lambda _r, person, _f: person.name.partition(" ")[0],
        "last_name": lambda _r, person, _f: person.name.partition(" ")[2] or None,
        "username": lambda _r, person, _f: person.handle,
        "follower_count": lambda _r, person, _f: person.followers,
    },
    untold=frozenset(["profile_pic", "profile_picture_url", "locale", "timezone", "gender", "is_verified_user"]),
)
