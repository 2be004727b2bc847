"""A network in memory whose writes succeed, get lost, fail or appear late, and that keeps what was written."""

# ruff: noqa: ARG002 - the signatures are the protocol's

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from networks.errors import NetworkError, Uncertain
from networks.protocol import Access, FeedBounds, FeedPage, OwnPost, PostState, Refetched, ReplyContext, SendReceipt
from records.enums import Feed
from records.models import FetchedMessage, Permissions


@dataclass
class Written:
    external_id: str
    target: str
    text: str
    at: datetime
    shown_from: datetime


@dataclass
class NextWrite:
    """What happens to the next write."""

    takes: bool = True
    raises: Exception | None = None
    shown_after: timedelta = timedelta(0)


@dataclass
class MemoryNetwork:
    """One account on an invented network."""

    clock: Callable[[], datetime]
    plans: list[NextWrite] = field(default_factory=list)
    read_errors: list[NetworkError] = field(default_factory=list)
    taken: list[Written] = field(default_factory=list)
    outside: list[Written] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    edited: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    hides: list[tuple[str, bool]] = field(default_factory=list)
    """Every hide and unhide, in order."""
    people: dict[str, str] = field(default_factory=dict)
    """Who wrote each comment: where a private reply to it goes."""
    reads: int = 0
    name: str = "x"
    feeds: tuple[Feed, ...] = ()

    def bounds(self, feed: Feed) -> FeedBounds:
        return FeedBounds()

    def read(
        self, feed: Feed, *, since: datetime | None, until: datetime, page: str | None, about: tuple[str, ...] = ()
    ) -> FeedPage:
        return FeedPage()

    @property
    def refetch_at_most(self) -> int:
        return 100

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        return Refetched(page=FeedPage(), gone=())

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        return self._take(target_external_id, text)

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        return self._take(person_external_id, text)

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        return self._take(self.people[comment_external_id], text)

    def delete_own(self, external_id: str) -> None:
        self._change_state(lambda: self.gone.add(external_id))

    def hide(self, external_id: str, *, hidden: bool) -> None:
        def done() -> None:
            self.hides.append((external_id, hidden))
            (self.hidden.add if hidden else self.hidden.discard)(external_id)

        self._change_state(done)

    def _change_state(self, done: Callable[[], None]) -> None:
        plan = self.plans.pop(0) if self.plans else NextWrite()
        if plan.takes:
            done()
        if plan.raises is not None:
            raise plan.raises

    def own_replies_under(self, external_id: str, *, since: datetime, until: datetime) -> tuple[OwnPost, ...]:
        self._maybe_fail()
        return tuple(
            OwnPost(
                external_id=took.external_id,
                parent_external_id=took.target,
                root_external_id=took.target,
                text=f"@persona {took.text}",
                published_at=took.at,
            )
            for took in [*self.taken, *self.outside]
            if took.target == external_id and since <= took.at and took.shown_from <= self.clock()
        )

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        self._maybe_fail()
        return tuple(
            FetchedMessage(
                network="x",
                external_id=took.external_id,
                conversation_id=f"1001-{took.target}",
                other_external_id=took.target,
                outgoing=True,
                text=took.text,
                sent_at=took.at,
            )
            for took in [*self.taken, *self.outside]
            if took.target == person_external_id and took.shown_from <= self.clock()
        )

    def look_up(self, external_id: str) -> PostState:
        self._maybe_fail()
        if external_id in self.gone:
            return PostState(exists=False)
        revision = self.edited.get(external_id, external_id)
        return PostState(exists=True, revision_external_id=revision, hidden=external_id in self.hidden)

    def permissions(self, standing: ReplyContext, *, now: datetime) -> Permissions:
        return Permissions(reply=True, private_message=True, hide=True)

    def check_access(self) -> Access:
        return Access()

    def answer_outside(self, target: str, text: str) -> None:
        now = self.clock()
        self.outside.append(
            Written(external_id=f"o{len(self.outside)}", target=target, text=text, at=now, shown_from=now)
        )

    def _take(self, target: str, text: str) -> SendReceipt:
        plan = self.plans.pop(0) if self.plans else NextWrite()
        now = self.clock()
        external_id = f"r{len(self.taken)}"
        if plan.takes:
            took = Written(external_id=external_id, target=target, text=text, at=now, shown_from=now + plan.shown_after)
            self.taken.append(took)
        if plan.raises is not None:
            raise plan.raises
        if not plan.takes:
            raise Uncertain("The network did not answer.")
        return SendReceipt(external_id=external_id)

    def _maybe_fail(self) -> None:
        self.reads += 1
        if self.read_errors:
            raise self.read_errors.pop(0)
