"""The world of the shipped cast: invented people, a retail bank and an airline on a busy Friday."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from sandbox.options import SandboxError
from sandbox.seeds.brands import ALCION, MIRALBA, NETWORKS, on_networks
from sandbox.world.feeds import meta_kind
from sandbox.world.ids import scattered, snowflake
from sandbox.world.models import BrandAccount, Person, Post, WorldSeed
from sandbox.world.texts import mentioned_handles
from sandbox.world.world import handle_key

SHIPPED = Path(__file__).parents[1] / "cast"
META_NUMBERS = 1 << 20
"""Where the numbering of Meta's rows begins, so that the ids of rows on X do not depend on them."""
Accounts = tuple[BrandAccount, ...]


class CastPerson(TypedDict):
    """One line of people.jsonl."""

    id: str
    handle: str
    name: str
    bio: NotRequired[str]
    followers: NotRequired[int]
    lang: NotRequired[str]
    bot: NotRequired[bool]
    writes_dm: NotRequired[bool]
    dm_text: NotRequired[str]
    opens_room: NotRequired[bool]
    room_text: NotRequired[str]
    reachable: NotRequired[bool]


class CastPost(TypedDict):
    """One line of posts.jsonl; `minute` counts from the start of the story."""

    id: str
    minute: float
    author: str
    text: str
    lang: NotRequired[str]
    brand: NotRequired[str | None]
    summons: NotRequired[bool]
    in_reply_to: NotRequired[str | None]
    media: NotRequired[list[str]]
    network: NotRequired[str]
    kind: NotRequired[str]


def cast_world(
    *, ends_at: float, limit: int | None = None, networks: tuple[str, ...] = NETWORKS, folder: Path = SHIPPED
) -> WorldSeed:
    """The cast in `folder` on some of the networks, its last post at `ends_at` (epoch seconds)."""
    people = {person.handle.casefold(): person for person in map(_person, _lines(folder / "people.jsonl"))}
    every = cast("list[CastPost]", _lines(folder / "posts.jsonl"))
    lines = [line for line in every if line.get("network", "x") in networks][:limit]
    if not lines:
        raise SandboxError(f"The cast in {folder} has no posts; reinstall the package or give a posts file.")
    accounts = on_networks(MIRALBA, networks) + on_networks(ALCION, networks)
    lines.sort(key=lambda line: line["minute"])
    start = int(ends_at) - lines[-1]["minute"] * 60
    made: dict[str, Post] = {}
    numbers = {"x": 0, "meta": META_NUMBERS}
    for line in lines:
        kind, make = ("x", _x_post) if line.get("network", "x") == "x" else ("meta", _meta_post)
        at = int(start + line["minute"] * 60)
        identifier = snowflake(scattered(at, line["id"]), numbers[kind])
        numbers[kind] += 1
        author = _author(line, people, accounts)
        made[line["id"]] = make(line, identifier, at=at, author=author, accounts=accounts, made=made)
    return WorldSeed(
        accounts=tuple(sorted(accounts, key=lambda account: NETWORKS.index(account.network))),
        people=tuple(people.values()),
        posts=tuple(made.values()),
        handles={handle_key(post.author.handle, post.network): post.author.id for post in made.values()}
        | {handle: person.id for handle, person in people.items()}
        | {handle_key(account.person.handle, account.network): account.id for account in accounts},
    )


def _lines(path: Path) -> list[dict[str, object]]:
    if not path.is_file():
        raise SandboxError(f"The cast file {path} is missing; reinstall the package or give a posts file.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _person(line: dict[str, object]) -> Person:
    given = cast("CastPerson", line)
    return Person(
        id=int(given["id"]),
        handle=given["handle"],
        name=given["name"],
        bio=given.get("bio") or "",
        followers=given.get("followers") or 0,
        lang=given.get("lang") or "und",
        bot=bool(given.get("bot")),
        writes_dm=bool(given.get("writes_dm")),
        dm_text=given.get("dm_text") or "Hola, os escribo por privado.",
        opens_room=bool(given.get("opens_room")),
        room_text=given.get("room_text") or "Hola, ya estoy aquí.",
        reachable=given.get("reachable", True),
    )


def _author(line: CastPost, people: dict[str, Person], accounts: Accounts) -> Person:
    handle, network = line["author"].casefold(), line.get("network", "x")
    own = [each.person for each in accounts if each.network == network and each.person.handle == handle]
    author = own[0] if own else people.get(handle)
    if author is None:
        raise SandboxError(
            f"Post {line['id']} of the cast is by {line['author']}, who is not in people.jsonl; add them."
        )
    return author


def _x_post(
    line: CastPost, identifier: int, *, at: int, author: Person, accounts: Accounts, made: dict[str, Post]
) -> Post:
    parent = made.get(line.get("in_reply_to") or "")
    handles = {handle.casefold() for handle in mentioned_handles(line["text"])}
    others = [each for each in accounts if each.person is not author and each.network == "x"]
    written = tuple(account.id for account in others if account.person.handle in handles)
    summoned = {account.id for account in others if line.get("summons") and account.brand == line.get("brand")}
    unwritten = tuple(sorted(summoned - set(written)))
    named = {account.id for account in others if account.brand == line.get("brand")}
    inbound = all(account.person is not author for account in accounts)
    return Post(
        id=identifier,
        author=author,
        text=line["text"],
        at=float(at),
        lang=line.get("lang") or "und",
        source_id=line["id"],
        parent=parent,
        conversation_id=parent.conversation_id if parent else identifier,
        media=tuple(line.get("media") or ()),
        concerns=tuple(sorted(named | set(written))) if inbound else (),
        mentioned=written + unwritten if inbound else (),
        unwritten=unwritten if inbound else (),
        inbound=inbound,
        history=[identifier],
    )


def _meta_post(
    line: CastPost, identifier: int, *, at: int, author: Person, accounts: Accounts, made: dict[str, Post]
) -> Post:
    network = line.get("network", "x")
    parent = made.get(line.get("in_reply_to") or "")
    page = next(each for each in accounts if each.network == network and each.brand == line.get("brand"))
    inbound = page.person is not author
    return Post(
        id=identifier,
        network=network,
        kind=meta_kind(network, line.get("kind"), parent=parent, inbound=inbound),
        page=page.id,
        author=author,
        text=line["text"],
        at=float(at),
        lang=line.get("lang") or "und",
        source_id=line["id"],
        parent=parent,
        conversation_id=parent.conversation_id if parent else identifier,
        media=tuple(line.get("media") or ()),
        inbound=inbound,
        history=[identifier],
    )
