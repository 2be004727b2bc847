"""The network's state: what is visible by now, what was said privately, and who may do what.

One lock guards it; callers hold it over a whole request.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from hashlib import blake2b
from threading import RLock

from sandbox.clock import WorldClock
from sandbox.feeds import Feed
from sandbox.nouns import BrandAccount, DirectMessage, Person, Post, Seed
from sandbox.snowflakes import ActIds
from sandbox.texts import mentioned_handles

UNKNOWN_IDS = 1_000_000_000_000


class World:
    """A network with people, posts and messages, born from a seed and living by a clock."""

    def __init__(self, seed: Seed, clock: WorldClock) -> None:
        self.lock = RLock()
        self.seed = seed
        self.clock = clock
        self.accounts = {account.id: account for account in seed.accounts}
        self.people = {person.id: person for person in seed.people}
        self.people |= {account.id: account.person for account in seed.accounts}
        self.handles = dict(seed.handles)
        self.posts: dict[int, Post] = {}
        self.public = Feed()
        self.mentions: dict[int, Feed] = defaultdict(Feed)
        self.written: dict[int, Feed] = defaultdict(Feed)
        self.messages: list[DirectMessage] = []
        self.ids = ActIds()
        self.changes = 0
        """Counts what changed the truth."""
        self.visible_inbound = 0
        self.served_inbound = 0
        self._coming = 0

    def now(self) -> float:
        """Sandbox time, with everything that is due by then made visible."""
        now = self.clock.now()
        coming = self.seed.posts
        while self._coming < len(coming) and coming[self._coming].at <= now:
            self.show(coming[self._coming])
            self._coming += 1
        return now

    @property
    def posts_left(self) -> int:
        """Posts of the seed that are not visible yet."""
        return len(self.seed.posts) - self._coming

    def next_post_at(self, ahead: int = 1) -> float | None:
        """When the `ahead`th next post appears; None where fewer are left."""
        number = self._coming + ahead - 1
        return self.seed.posts[number].at if number < len(self.seed.posts) else None

    def show(self, post: Post) -> None:
        """Make a post visible in the feeds it belongs to."""
        self.posts[post.id] = post
        self.public.add(post.id)
        self.written[post.author.id].add(post.id)
        for account in post.mentioned:
            if account != post.author.id:
                self.mentions[account].add(post.id)
        self.visible_inbound += post.inbound
        self.changes += 1

    def visible(self, identifier: int) -> Post | None:
        """The post with that id, where it can be seen."""
        post = self.posts.get(identifier)
        return None if post is None or post.deleted else post

    def current(self, identifier: int) -> bool:
        """True where a feed may show that id: visible and not replaced by an edit."""
        post = self.posts[identifier]
        return not post.deleted and not post.replaced

    def serve(self, post: Post) -> None:
        """Note that a post went out in an answer."""
        if post.inbound and not post.served:
            post.served = True
            self.served_inbound += 1

    def account_of(self, handle: str | None) -> BrandAccount:
        """The account with that handle or brand; the first one where none is named."""
        for account in self.seed.accounts:
            if handle and handle.casefold() in {account.person.handle.casefold(), account.brand.casefold()}:
                return account
        return self.seed.accounts[0]

    def user_id(self, handle: str) -> int:
        """The id behind a handle; a stranger's id is made from the handle."""
        key = handle.casefold()
        known = self.handles.get(key)
        if known is None:
            digest = blake2b(key.encode(errors="surrogatepass"), digest_size=6).digest()
            return UNKNOWN_IDS + int.from_bytes(digest)
        return known

    def resident(self, handle: str) -> Person:
        """The person with that handle, who moves in where unknown."""
        person = self.people.get(self.handles.get(handle.casefold(), 0))
        if person is None:
            person = Person(id=self.user_id(handle), handle=handle, name=handle, writes_dm=True, opens_room=True)
            self.people[person.id] = person
            self.handles[handle.casefold()] = person.id
        return person

    def mentioned_accounts(self, text: str, author: Person) -> tuple[int, ...]:
        """Brand accounts that the text mentions, its author left out."""
        found = {self.handles.get(handle.casefold(), 0) for handle in mentioned_handles(text)}
        return tuple(sorted((found & self.accounts.keys()) - {author.id}))

    def has_written_to(self, person_id: int, account_id: int) -> bool:
        """True where the person has sent the account a direct message."""
        return any(
            not message.outgoing and message.person.id == person_id and message.account_id == account_id
            for message in self.messages
        )

    def receive(self, *, account_id: int, person: Person, text: str, outgoing: bool) -> DirectMessage:
        """Put a direct message into its conversation."""
        now = self.now()
        message = DirectMessage(
            id=self.ids.issue(now, f"message:{account_id}:{person.id}"),
            account_id=account_id,
            person=person,
            outgoing=outgoing,
            text=text,
            at=now,
        )
        self.messages.append(message)
        self.changes += 1
        return message

    def edit(self, post: Post, text: str) -> Post:
        """Put a new version, with an id of its own, in the place of a post."""
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
