"""A world made of a file of real posts, put into threads; all brands become one practice account.

Files are not always in time order, point at rows that they do not hold, or answer themselves in a circle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

from sandbox.seeds.brands import MARCA, on_networks
from sandbox.seeds.posts_file import Row, RowFile, read_rows
from sandbox.world.feeds import meta_kind
from sandbox.world.ids import scattered, snowflake
from sandbox.world.models import BrandAccount, Person, Post, WorldSeed
from sandbox.world.texts import mentioned_handles
from sandbox.world.world import handle_key

UNDATED_SPACING = 30.0
AFTER_PARENT = 1.0
WRITES_PERCENT = 75
OPENS_PERCENT = 80
INVENTED_IDS = 5_000_000_000
UNNAMED_IDS = 4_000_000_000
WORDS = {
    "es": ("Hola, os escribo por privado, como habéis pedido.", "Hola, soy quien os escribió. ¿Qué necesitáis de mí?"),
    "pt": ("Olá, escrevo em privado, como pediram.", "Olá, sou a pessoa que escreveu. Do que precisam?"),
    "en": ("Hi, I am writing to you in private, as you asked.", "Hi, it is me who wrote to you. What do you need?"),
}


def file_world(path: Path, *, ends_at: float, seed: int, limit: int | None = None) -> WorldSeed:
    """Read the file and shift its dates so that the last post falls at `ends_at` (epoch seconds)."""
    return rows_world(read_rows(path, limit), ends_at=ends_at, seed=seed)


def rows_world(read: RowFile, *, ends_at: float, seed: int) -> WorldSeed:
    """The same for rows that are read already. The brand has an account on X and on the networks of the rows."""
    placed = placed_rows(read.rows)
    accounts = on_networks(MARCA, ("x", *(row.network for row in read.rows)))
    census = Census(
        accounts={account.network: account for account in accounts}, brands=brand_handles(read.rows), seed=seed
    )
    shift = int(ends_at) - max(place.at for place in placed)
    posts = _posts(placed, census, shift)
    return WorldSeed(
        accounts=accounts,
        people=tuple(census.people.values()),
        posts=tuple(sorted(posts, key=lambda post: post.at)),
        handles=census.handles(),
        skipped=read.skipped,
        skipped_lines=read.skipped_lines,
    )


@dataclass(frozen=True, kw_only=True)
class ThreadedRow:
    """A row with the index of the row it answers (None for a root) and its date in the file's own time."""

    row: Row
    parent: int | None
    at: float
    depth: int
    """How many rows above it share its date; parents come first among equals."""


def placed_rows(rows: tuple[Row, ...]) -> list[ThreadedRow]:
    """Place every row, in file order. A row dated before its parent moves to just after it."""
    index = {row.id: number for number, row in enumerate(rows)}
    parents = _without_circles([index.get(row.in_reply_to) if row.in_reply_to else None for row in rows])
    dates = _dates(rows)
    placed: list[ThreadedRow | None] = [None] * len(rows)
    for number in range(len(rows)):
        chain = _unplaced_chain(number, parents, placed)
        for member in reversed(chain):
            above = parents[member]
            parent = placed[above] if above is not None else None
            at = dates[member]
            if parent is not None and at < parent.at:
                at = parent.at + AFTER_PARENT
            depth = parent.depth + 1 if parent is not None and parent.at == at else 0
            placed[member] = ThreadedRow(row=rows[member], parent=above, at=at, depth=depth)
    return [place for place in placed if place is not None]


def _dates(rows: tuple[Row, ...]) -> list[float]:
    latest = next((row.at for row in rows if row.at is not None), 0.0) - UNDATED_SPACING
    dates = []
    for row in rows:
        latest = row.at if row.at is not None else latest + UNDATED_SPACING
        dates.append(latest)
    return dates


def _unplaced_chain(number: int, parents: list[int | None], placed: list[ThreadedRow | None]) -> list[int]:
    chain: list[int] = []
    current: int | None = number
    while current is not None and placed[current] is None:
        chain.append(current)
        current = parents[current]
    return chain


def _without_circles(parents: list[int | None]) -> list[int | None]:
    settled = [False] * len(parents)
    free = list(parents)
    for number in range(len(parents)):
        walked: set[int] = set()
        current: int | None = number
        while current is not None and not settled[current]:
            walked.add(current)
            above = free[current]
            if above is not None and above in walked:
                free[current] = above = None
            current = above
        for member in walked:
            settled[member] = True
    return free


def brand_handles(rows: tuple[Row, ...]) -> frozenset[str]:
    """Every handle under which the file knows the brand, casefolded."""
    named = {row.brand for row in rows if row.brand} | {row.author for row in rows if row.author and not row.inbound}
    return frozenset(_handle(name).casefold() for name in named) | {MARCA.person.handle}


@dataclass(kw_only=True)
class Census:
    """The people of a file, counted as they appear."""

    accounts: dict[str, BrandAccount]
    """By network."""
    brands: frozenset[str]
    seed: int
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    """By network and the file's name for the author."""
    taken: set[int] = field(default_factory=lambda: {MARCA.id})

    def author(self, row: Row, number: int) -> Person:
        """Who wrote the row; a row without an author gets an invented person of its own."""
        if not row.inbound:
            return self.accounts[row.network].person
        key = (row.network, row.author or f"{UNNAMED_IDS + number}")
        known = self.people.get(key)
        if known is None:
            known = self.people[key] = self._person(*key, row.lang)
        return known

    def handles(self) -> dict[str, int]:
        """Handle, keyed as `WorldSeed.handles` says, to id."""
        found = {handle_key(person.handle, network): person.id for (network, _), person in self.people.items()}
        for network, account in self.accounts.items():
            found |= {handle_key(brand, network): account.id for brand in self.brands}
        return found

    def _person(self, network: str, key: str, lang: str) -> Person:
        handle = _handle(key)
        if handle.casefold() == MARCA.person.handle:
            handle += "_"
        message, said = WORDS.get(lang, WORDS["en"])
        return Person(
            id=self._id(key if network == "x" else f"{network}:{key}"),
            handle=handle,
            name=key,
            followers=crc32(f"reach:{handle}".encode()) % 5000,
            lang=lang,
            writes_dm=self._percent("writes", handle) < WRITES_PERCENT,
            dm_text=message,
            opens_room=self._percent("opens", handle) < OPENS_PERCENT,
            room_text=said,
        )

    def _percent(self, trait: str, handle: str) -> int:
        return crc32(f"{self.seed}:{trait}:{handle}".encode()) % 100

    def _id(self, key: str) -> int:
        if key.isascii() and key.isdigit() and 0 < len(key) < 19:
            wanted = int(key)
        else:
            digest = blake2b(key.encode(errors="surrogatepass"), digest_size=6).digest()
            wanted = INVENTED_IDS + int.from_bytes(digest)
        while wanted in self.taken:
            wanted += 1
        self.taken.add(wanted)
        return wanted


def _posts(placed: list[ThreadedRow], census: Census, shift: float) -> list[Post]:
    made: dict[int, Post] = {}
    order = sorted(range(len(placed)), key=lambda number: (placed[number].at, placed[number].depth, number))
    for low, number in enumerate(order):
        place = placed[number]
        parent = made[place.parent] if place.parent is not None else None
        if parent is not None and parent.network != place.row.network:
            parent = None
        make = _x_post if place.row.network == "x" else _meta_post
        made[number] = make(place, census, number=number, low=low, at=place.at + shift, parent=parent)
    return list(made.values())


def _x_post(place: ThreadedRow, census: Census, *, number: int, low: int, at: float, parent: Post | None) -> Post:
    row, account = place.row, census.accounts["x"].id
    identifier = snowflake(scattered(at, row.id), low)
    named = any(handle.casefold() in census.brands for handle in mentioned_handles(row.text))
    answers = parent is not None and not parent.inbound
    mentioned = (account,) if row.inbound and (named or answers) else ()
    return Post(
        id=identifier,
        author=census.author(row, number),
        text=row.text,
        at=at,
        lang=row.lang,
        source_id=row.id,
        parent=parent,
        conversation_id=parent.conversation_id if parent else identifier,
        concerns=(account,) if row.inbound else (),
        mentioned=mentioned,
        unwritten=mentioned if not named else (),
        inbound=row.inbound,
        history=[identifier],
    )


def _meta_post(place: ThreadedRow, census: Census, *, number: int, low: int, at: float, parent: Post | None) -> Post:
    row = place.row
    identifier = snowflake(scattered(at, row.id), low)
    return Post(
        id=identifier,
        network=row.network,
        kind=meta_kind(row.network, row.kind, parent=parent, inbound=row.inbound),
        page=parent.page if parent else census.accounts[row.network].id,
        author=census.author(row, number),
        text=row.text,
        at=at,
        lang=row.lang,
        source_id=row.id,
        parent=parent,
        conversation_id=parent.conversation_id if parent else identifier,
        inbound=row.inbound,
        history=[identifier],
    )


def _handle(name: str) -> str:
    return re.sub(r"\W+", "_", name.removeprefix("@"))[:50] or "_"
