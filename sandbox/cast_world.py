"""The world of the shipped cast: invented people, a retail bank and an airline on a busy Friday."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from sandbox.nouns import BrandAccount, Person, Post, Seed
from sandbox.options import SandboxError
from sandbox.snowflakes import scattered, snowflake
from sandbox.texts import mentioned_handles

SHIPPED = Path(__file__).parent / "cast"
ACCOUNTS = (
    BrandAccount(
        person=Person(id=1001, handle="bancomiralba", name="Banco Miralba", followers=84_000, lang="es"),
        brand="bancomiralba",
        domains=("miralba.example",),
    ),
    BrandAccount(
        person=Person(id=1002, handle="aeroalcion", name="Aeroalción", followers=132_000, lang="es"),
        brand="aeroalcion",
        domains=("aeroalcion.example",),
    ),
)


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


def cast_world(*, ends_at: float, limit: int | None = None, folder: Path = SHIPPED) -> Seed:
    """The cast in `folder`, its last post at `ends_at` (epoch seconds)."""
    people = {person.handle.casefold(): person for person in map(_person, _lines(folder / "people.jsonl"))}
    lines = cast("list[CastPost]", _lines(folder / "posts.jsonl"))[:limit]
    if not lines:
        raise SandboxError(f"The cast in {folder} has no posts; reinstall the package or give a posts file.")
    residents = people | {account.person.handle: account.person for account in ACCOUNTS}
    lines.sort(key=lambda line: line["minute"])
    start = int(ends_at) - lines[-1]["minute"] * 60
    made: dict[str, Post] = {}
    for number, line in enumerate(lines):
        made[line["id"]] = _post(line, number, int(start + line["minute"] * 60), residents, made)
    return Seed(
        accounts=ACCOUNTS,
        people=tuple(people.values()),
        posts=tuple(made.values()),
        handles={handle: person.id for handle, person in residents.items()},
    )


def _lines(path: Path) -> list[dict[str, object]]:
    if not path.is_file():
        raise SandboxError(f"The cast file {path} is missing; reinstall the package or give a posts file.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _person(line: dict[str, object]) -> Person:
    told = cast("CastPerson", line)
    return Person(
        id=int(told["id"]),
        handle=told["handle"],
        name=told["name"],
        bio=told.get("bio") or "",
        followers=told.get("followers") or 0,
        lang=told.get("lang") or "und",
        bot=bool(told.get("bot")),
        writes_dm=bool(told.get("writes_dm")),
        dm_text=told.get("dm_text") or "Hola, os escribo por privado.",
        opens_room=bool(told.get("opens_room")),
        room_text=told.get("room_text") or "Hola, ya estoy aquí.",
    )


def _post(line: CastPost, number: int, at: int, residents: dict[str, Person], made: dict[str, Post]) -> Post:
    author = residents.get(line["author"].casefold())
    if author is None:
        raise SandboxError(
            f"Post {line['id']} of the cast is by {line['author']}, who is not in people.jsonl; add them."
        )
    identifier = snowflake(scattered(at, line["id"]), number)
    parent = made.get(line.get("in_reply_to") or "")
    handles = {handle.casefold() for handle in mentioned_handles(line["text"])}
    others = [account for account in ACCOUNTS if account.person is not author]
    written = tuple(account.id for account in others if account.person.handle in handles)
    summoned = {account.id for account in others if line.get("summons") and account.brand == line.get("brand")}
    unwritten = tuple(sorted(summoned - set(written)))
    named = {account.id for account in others if account.brand == line.get("brand")}
    inbound = all(account.person is not author for account in ACCOUNTS)
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
