"""How people react when the brand writes to them: write in private, open a room, say thank you."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from zlib import crc32

from sandbox.people.room_visits import LOOPBACK, RoomVisit
from sandbox.world.models import DirectMessage, Person, Post
from sandbox.world.texts import link_spans, urlsplit_host
from sandbox.world.world import World

ASKS_FOR_PRIVATE = re.compile(
    r"/messages/compose|\bm\.me/|\big\.me/|\bprivado\b|\bmensajes? directos?\b|\bprivate message\b|\bDMs?\b",
    re.IGNORECASE,
)
ROOM_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
TYPED_ADDRESS = re.compile(r"\b(?:127\.0\.0\.1|localhost):\d{2,5}(?:/[\w/-]*)?")
SHORT_CODE = re.compile(r"\b(?=\w*\d)[A-Z0-9]{4,10}\b")
WRITES_AFTER = (20, 90)
OPENS_AFTER = (30, 120)

RoomVisitor = Callable[[str, Person], RoomVisit]


@dataclass(frozen=True, kw_only=True, order=True)
class Reaction:
    """Something a person will do at `due` (sandbox time): `write`, `open` or `thank`."""

    due: float
    number: int
    kind: str = field(compare=False)
    account_id: int = field(compare=False)
    person: Person = field(compare=False)
    link: str = field(compare=False, default="", repr=False)


class Crowd:
    """The people of a world and their pending reactions. Guarded by the world's lock, except for visits."""

    def __init__(self, world: World, *, seed: int, visit: RoomVisitor) -> None:
        self._world = world
        self._seed = seed
        self._visit = visit
        self._due: list[Reaction] = []
        self._number = 0
        self._counts: dict[str, int] = {}
        self.visits: list[RoomVisit] = []
        self.messages_sent = 0

    @property
    def left(self) -> int:
        """Number of pending reactions."""
        return len(self._due)

    def next_due(self) -> float | None:
        """When the next reaction falls due."""
        return self._due[0].due if self._due else None

    def on_reply(self, post: Post, text: str) -> None:
        """The brand answered in public: the person who is asked to write in private may do so."""
        if post.parent is None or post.parent.author.id in self._world.accounts:
            return
        person = post.parent.author
        if person.writes_dm and ASKS_FOR_PRIVATE.search(text):
            self._plan("write", post.author.id, person, WRITES_AFTER)

    def on_message(self, message: DirectMessage) -> None:
        """The brand wrote in private: the person may open a link, type a code at an address, or say thank you."""
        links = [message.text[start:end] for start, end in link_spans(message.text)]
        typed = _to_be_typed(message.text)
        if links or typed:
            link = typed or next((link for link in links if urlsplit_host(link) in LOOPBACK), links[0])
            if message.person.opens_room:
                self._plan("open", message.account_id, message.person, OPENS_AFTER, link)
        elif SHORT_CODE.search(message.text):
            self._plan("thank", message.account_id, message.person, OPENS_AFTER)

    def carry_out_next(self, until: float) -> bool:
        """Carry out the earliest reaction that is due by `until`; False where there is none."""
        with self._world.lock:
            if not self._due or self._due[0].due > until:
                return False
            reaction = heappop(self._due)
        self._carry_out(reaction)
        return True

    def _carry_out(self, reaction: Reaction) -> None:
        if reaction.kind == "open":
            visit = self._visit(reaction.link, reaction.person)
            with self._world.lock:
                self.visits.append(visit)
            return
        text = reaction.person.dm_text if reaction.kind == "write" else "ok"
        with self._world.lock:
            self._world.receive(account_id=reaction.account_id, person=reaction.person, text=text, outgoing=False)
            self.messages_sent += 1

    def _plan(self, kind: str, account_id: int, person: Person, span: tuple[int, int], link: str = "") -> None:
        subject = f"{self._seed}:{kind}:{person.id}"
        count = self._counts[subject] = self._counts.get(subject, 0) + 1
        low, high = span
        delay = low + crc32(f"{subject}:{count}".encode()) % (high - low + 1)
        self._number += 1
        due = self._world.now() + delay
        reaction = Reaction(due=due, number=self._number, kind=kind, account_id=account_id, person=person, link=link)
        heappush(self._due, reaction)


def _to_be_typed(text: str) -> str:
    """The address to type, with the code for it as its fragment; empty where the text has not both."""
    address, code = TYPED_ADDRESS.search(text), ROOM_CODE.search(text)
    return f"http://{address.group()}#{code.group()}" if address and code else ""
