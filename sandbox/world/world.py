"""The state of the practice network: what is visible now, private messages, and who may do what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from hashlib import blake2b
from threading import RLock

from sandbox.world.clock import WorldClock
from sandbox.world.feeds import PostFeed, Walls
from sandbox.world.ids import ActIds
from sandbox.world.models import BrandAccount, DirectMessage, Person, Post, WorldSeed
from sandbox.world.texts import mentioned_handles

UNKNOWN_IDS = 1_000_000_000_000


class World:
    """A network with people, posts and messages, made from a seed and moved by a clock."""

    def __init__(self, seed: WorldSeed, clock: WorldClock) -> None:
        self.lock = RLock()
        self.seed = seed
        self.clock = clock
        self.accounts = {account.id: account for account in seed.accounts}
        self.people = {person.id: person for person in seed.people}
        self.people |= {account.id: account.person for account in seed.accounts}
        self.handles = dict(seed.handles)
        self.posts: dict[int, Post] = {}
        self.public = PostFeed()
        self.mentions: dict[int, PostFeed] = defaultdict(PostFeed)
        self.written: dict[int, PostFeed] = defaultdict(PostFeed)
        self.walls = Walls()
        self.messages: list[DirectMessage] = []
        self.answered_privately: set[int] = set()
        """Ids of comments that have had their one private reply."""
        self._wrote_at: dict[tuple[int, int], float] = {}
        self.ids = ActIds()
        self.changes = 0
        """Number of changes of the truth."""
        self.visible_inbound = 0
        self.served_inbound = 0
        self._sequence = sorted(seed.posts, key=appears_at)
        self._coming = 0

    def now(self) -> float:
        """Sandbox time, with everything that is due by then made visible."""
        now = self.clock.now()
        coming = self._sequence
        while self._coming < len(coming) and appears_at(coming[self._coming]) <= now:
            self.show(coming[self._coming])
            self._coming += 1
        return now

    @property
    def posts_left(self) -> int:
        """Posts of the seed that are not visible yet."""
        return len(self._sequence) - self._coming

    def next_post_at(self, ahead: int = 1) -> float | None:
        """When the `ahead`th next post appears; None where fewer are left."""
        number = self._coming + ahead - 1
        return appears_at(self._sequence[number]) if number < len(self._sequence) else None

    def show(self, post: Post) -> None:
        """Make a post visible in the feeds and on the walls that it belongs to."""
        self.posts[post.id] = post
        if post.network == "x":
            self._feed(post)
        else:
            self.walls.add(post)
        self.visible_inbound += post.inbound
        self.changes += 1

    def _feed(self, post: Post) -> None:
        self.public.add(post.id)
        self.written[post.author.id].add(post.id)
        for account in post.mentioned:
            if account != post.author.id:
                self.mentions[account].add(post.id)

    def visible(self, identifier: int) -> Post | None:
        """The post on X with that id, where it can be seen."""
        post = self.posts.get(identifier)
        return None if post is None or post.deleted or post.network != "x" else post

    def find(self, wire_id: str) -> Post | None:
        """The post of any network with that id, as its API writes it; on X the id of any version."""
        last = wire_id.rpartition("_")[2]
        post = self.posts.get(int(last)) if last.isascii() and last.isdigit() and len(last) < 20 else None
        if post is None or post.deleted:
            return None
        return post if wire_id == post.wire_id or post.network == "x" else None

    def current(self, identifier: int) -> bool:
        """True where a feed may show that id: visible and not replaced by an edit."""
        post = self.posts[identifier]
        return not post.deleted and not post.replaced

    def serve(self, post: Post) -> None:
        """Record that an answer contained the post."""
        if post.inbound and not post.served:
            post.served = True
            self.served_inbound += 1

    def account_of(self, handle: str | None) -> BrandAccount:
        """The account with that name, handle or brand; the first one where none is named."""
        for account in self.seed.accounts:
            names = {account.name.casefold(), account.person.handle.casefold(), account.brand.casefold()}
            if handle and handle.casefold() in names:
                return account
        return self.seed.accounts[0]

    def user_id(self, handle: str, network: str = "x") -> int:
        """The id behind a handle; an unknown handle gives an id derived from it."""
        key = handle_key(handle, network)
        known = self.handles.get(key)
        if known is None:
            digest = blake2b(key.encode(errors="surrogatepass"), digest_size=6).digest()
            return UNKNOWN_IDS + int.from_bytes(digest)
        return known

    def resident(self, handle: str, network: str = "x") -> Person:
        """The person with that handle, added to the world where unknown."""
        key = handle_key(handle, network)
        person = self.people.get(self.handles.get(key, 0))
        if person is None:
            identifier = self.user_id(handle, network)
            person = Person(id=identifier, handle=handle, name=handle, writes_dm=True, opens_room=True)
            self.people[person.id] = person
            self.handles[key] = person.id
        return person

    def mentioned_accounts(self, text: str, author: Person) -> tuple[int, ...]:
        """Brand accounts that the text mentions, its author left out."""
        found = {self.handles.get(handle.casefold(), 0) for handle in mentioned_handles(text)}
        return tuple(sorted((found & self.accounts.keys()) - {author.id}))

    def has_written_to(self, person_id: int, account_id: int) -> bool:
        """True where the person has sent the account a direct message."""
        return self.wrote_at(person_id, account_id) is not None

    def wrote_at(self, person_id: int, account_id: int) -> float | None:
        """When the person last sent the account a direct message."""
        return self._wrote_at.get((person_id, account_id))

    def receive(
        self, *, account_id: int, person: Person, text: str, outgoing: bool, comment: Post | None = None
    ) -> DirectMessage:
        """Add a direct message to its conversation; `comment` is the one that a private reply answers."""
        now = self.now()
        message = DirectMessage(
            id=self.ids.issue(now, f"message:{account_id}:{person.id}"),
            account_id=account_id,
            person=person,
            outgoing=outgoing,
            text=text,
            at=now,
            network=self.accounts[account_id].network,
            comment=comment,
        )
        self.messages.append(message)
        if not outgoing:
            self._wrote_at[person.id, account_id] = now
        if comment is not None:
            self.answered_privately.add(comment.id)
        self.changes += 1
        return message

    def delete(self, post: Post) -> None:
        """Delete a post in all its versions; on Meta's networks with all comments under it."""
        gone = [self.posts[identifier] for identifier in post.history]
        if post.network != "x":
            gone += self.walls.beneath(post)
        for each in gone:
            each.deleted = True
        self.changes += 1

    def edit(self, post: Post, text: str) -> Post:
        """Change a post's text: X makes a version with an id of its own, Meta's networks keep the id."""
        if post.network != "x":
            post.text, post.edited = text, True
            self.changes += 1
            return post
        post.replaced = True
        now = self.now()
        identifier = self.ids.issue(now, f"edit:{post.history[0]}")
        post.history.append(identifier)
        mentioned = self.mentioned_accounts(text, post.author)
        version = replace(
            post, id=identifier, text=text, mentioned=mentioned, unwritten=(), replaced=False, served=False
        )
        self.visible_inbound -= post.inbound
        self.served_inbound -= post.served
        self.show(version)
        return version


def appears_at(post: Post) -> float:
    """When the network begins to show a post."""
    return post.at + post.late


def handle_key(handle: str, network: str) -> str:
    """The key of a handle in `WorldSeed.handles`: on X the handle alone."""
    return handle.casefold() if network == "x" else f"{network}:{handle.casefold()}"
