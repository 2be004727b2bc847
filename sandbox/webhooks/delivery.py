"""Delivers webhooks to subscribers: signed, retried, and by a fault seed twice or out of order."""

from __future__ import annotations

import hmac
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic

import httpx

from sandbox.faults.schedule import SeededDraw
from sandbox.people.room_visits import LOOPBACK
from sandbox.problems import invalid
from sandbox.webhooks.changes import Change, ChangeWatch
from sandbox.webhooks.payloads import body_of, crc_response, signature
from sandbox.world.models import BrandAccount
from sandbox.world.texts import urlsplit_host
from sandbox.world.world import World

ANSWER_SECONDS = 10.0
PATIENCE = 2.0
"""Seconds to wait for deliveries in progress; a subscriber may call the sandbox before it answers."""
MOST_ATTEMPTS = 6
LOOK_EVERY = 0.05
BUSY_SHARE = 20
"""The pause before the next look at the world, as a multiple of how long the last one took."""
TWICE, LOST, LATE = 0.2, 0.05, 0.3
"""Shares of deliveries that arrive twice, never, and after later ones, where a fault seed is given."""
LARGEST_BATCH = 4
LIST_KEPT = 2_000
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""No certificates are loaded: subscribers are on this machine."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """An address that receives an account's deliveries."""

    account: BrandAccount
    url: str


@dataclass(kw_only=True)
class OutgoingDelivery:
    """One body to be delivered. `status` is the last answer's, 0 where there was none."""

    subscription: Subscription
    body: bytes
    order: float
    attempts: int = 0
    status: int = 0

    @property
    def settled(self) -> bool:
        """True where it is not to be sent again."""
        return 200 <= self.status < 300 or self.attempts >= MOST_ATTEMPTS


class WebhookSender:
    """The subscriptions of a world. `seed` makes deliveries unsteady; without one each comes once and in order."""

    def __init__(self, world: World, seed: int | None = None) -> None:
        self._world = world
        self._seed = seed
        self._subscriptions: dict[int, Subscription] = {}
        self._watch: ChangeWatch | None = None
        self._waiting: list[OutgoingDelivery] = []
        self._delivered: deque[OutgoingDelivery] = deque(maxlen=LIST_KEPT)
        self._number = 0
        self._one_at_a_time = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._live, name="sandbox-webhooks", daemon=True)
        self._client = httpx.Client(timeout=ANSWER_SECONDS, trust_env=False, verify=PLAIN)

    def subscribe(self, account: BrandAccount, url: str, verify_token: str) -> None:
        """Send what happens from now on to `url`; XRefusalError 400 where it fails the network's challenge."""
        if urlsplit_host(url) not in LOOPBACK:
            raise invalid("url must be on this machine (127.0.0.1, localhost or ::1).")
        self._challenge(account, url, verify_token)
        with self._one_at_a_time, self._world.lock:
            self._watch = self._watch or ChangeWatch(self._world)
            self._subscriptions[account.id] = Subscription(account=account, url=url)

    def unsubscribe(self, account: BrandAccount) -> None:
        """Send nothing more to the account's address."""
        with self._one_at_a_time:
            self._subscriptions.pop(account.id, None)
            self._waiting = [each for each in self._waiting if each.subscription.account.id != account.id]

    def deliver(self) -> int:
        """Deliver what changed since the last time and retry what failed; the number of accepted deliveries."""
        if self._watch is None or not self._one_at_a_time.acquire(timeout=PATIENCE):
            return 0
        try:
            with self._world.lock:
                self._collect(self._watch.look())
            due = sorted(self._waiting, key=lambda delivery: delivery.order)
            for delivery in due:
                self._attempt(delivery)
            self._waiting = [delivery for delivery in due if not delivery.settled]
            return sum(200 <= delivery.status < 300 for delivery in due)
        finally:
            self._one_at_a_time.release()

    def repeat(self, account: BrandAccount, count: int) -> list[int]:
        """Send the account's last bodies again, byte for byte; the answers' statuses."""
        with self._one_at_a_time:
            own = [each for each in self._delivered if each.subscription.account.id == account.id]
            return [self._send(each.subscription, each.body, None) for each in own[-count:]]

    def forge(self, account: BrandAccount, body: bytes, secret: str | None) -> int:
        """Send a body signed with another secret, or unsigned where `secret` is None; the answer's status."""
        subscription = self._subscriptions.get(account.id)
        if subscription is None:
            raise invalid("The account has no webhook; subscribe one first.")
        with self._one_at_a_time:
            return self._send(subscription, body, {} if secret is None else dict([signature(account, body, secret)]))

    def steady(self) -> None:
        """From now on deliver everything once and in order."""
        self._seed = None

    def sent(self) -> list[OutgoingDelivery]:
        """Deliveries that were tried, oldest first; the last 2,000."""
        with self._one_at_a_time:
            return list(self._delivered)

    def start(self) -> None:
        """Start a thread that delivers as time passes."""
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)
        self._client.close()

    def _live(self) -> None:
        pause = LOOK_EVERY
        while not self._stop.wait(pause):
            begun = monotonic()
            self.deliver()
            pause = max(LOOK_EVERY, min(1.0, BUSY_SHARE * (monotonic() - begun)))

    def _collect(self, changes: Sequence[Change]) -> None:
        by_account: dict[int, list[Change]] = {}
        for change in changes:
            if change.account.id in self._subscriptions:
                by_account.setdefault(change.account.id, []).append(change)
        for account_id, own in by_account.items():
            for batch in self._batches(own):
                self._queue(self._subscriptions[account_id], batch)

    def _batches(self, changes: list[Change]) -> list[list[Change]]:
        if self._seed is None:
            return [[change] for change in changes]
        batches: list[list[Change]] = []
        position = 0
        while position < len(changes):
            size = 1 + SeededDraw(f"{self._seed}:batch:{changes[position].key}").number("size") % LARGEST_BATCH
            batches.append(changes[position : position + size])
            position += size
        return batches

    def _queue(self, subscription: Subscription, batch: list[Change]) -> None:
        body = body_of(self._world, subscription.account, batch, self._world.clock.now())
        if body is None:
            return
        self._number += 1
        lot = SeededDraw(f"{self._seed}:delivery:{batch[0].key}")
        unsteady = self._seed is not None
        if unsteady and lot.share("lost") < LOST:
            return
        order = self._number + (2.5 if unsteady and lot.share("late") < LATE else 0.0)
        self._waiting.append(OutgoingDelivery(subscription=subscription, body=body, order=order))
        if unsteady and lot.share("twice") < TWICE:
            self._waiting.append(OutgoingDelivery(subscription=subscription, body=body, order=order + 1.5))

    def _attempt(self, delivery: OutgoingDelivery) -> None:
        if delivery.attempts == 0:
            self._delivered.append(delivery)
        delivery.attempts += 1
        delivery.status = self._send(delivery.subscription, delivery.body, None)

    def _send(self, subscription: Subscription, body: bytes, signed: dict[str, str] | None) -> int:
        proof = dict([signature(subscription.account, body)]) if signed is None else signed
        headers = {"content-type": "application/json; charset=utf-8"} | proof
        return _status(lambda: self._client.post(subscription.url, content=body, headers=headers))

    def _challenge(self, account: BrandAccount, url: str, verify_token: str) -> None:
        token = SeededDraw(f"challenge:{account.id}:{url}").number("token")
        meta = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": str(token)}
        query = {"crc_token": str(token)} if account.network == "x" else meta
        try:
            answer = self._client.get(url, params=query)
            answered = answer.json().get("response_token", "") if account.network == "x" else answer.text
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise invalid(f"url did not answer the challenge ({type(error).__name__}).") from None
        wanted = crc_response(account, str(token)) if account.network == "x" else str(token)
        if answer.status_code != httpx.codes.OK or not hmac.compare_digest(str(answered).encode(), wanted.encode()):
            raise invalid(f"url answered the challenge wrongly (status {answer.status_code}).")


def _status(call: Callable[[], httpx.Response]) -> int:
    try:
        return call().status_code
    except httpx.HTTPError:
        return 0
