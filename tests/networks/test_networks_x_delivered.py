"""What the practice network delivers by webhook is what polling reads from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from networks.protocol import FeedPage, WebhookDelivery
from networks.x.webhooks import answer_crc, deliveries, signed
from records.enums import Feed

SIGNATURE = "x-twitter-webhooks-signature"


@dataclass(kw_only=True)
class Subscriber:
    """Answers X's challenge and keeps what is delivered with a right signature."""

    secret: str
    url: str = ""
    delivered: list[WebhookDelivery] = field(default_factory=list)
    refused: int = 0

    def take(self, body: bytes, header: str) -> int:
        if not signed(body, header, self.secret):
            self.refused += 1
            return 403
        self.delivered += deliveries(body)
        return 200

    def page(self) -> FeedPage:
        pages = [each.page for each in self.delivered]
        return FeedPage(
            posts=tuple(post for page in pages for post in page.posts),
            own=tuple(post for page in pages for post in page.own),
            messages=tuple(message for page in pages for message in page.messages),
        )


@pytest.fixture
def subscriber(practice: Any) -> Iterator[Subscriber]:
    found = Subscriber(secret=practice.credentials.api_secret)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query)["crc_token"][0]
            self._say(200, orjson.dumps({"response_token": answer_crc(token, found.secret)}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._say(found.take(body, self.headers.get(SIGNATURE, "")), b"{}")

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/webhooks/acme-x"
    practice.tell("/_webhooks", account=practice.http.get("/_accounts").json()[0]["name"], url=found.url)
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_posts_and_messages_are_delivered_as_polling_reads_them(practice, subscriber):
    own = practice.open().read(Feed.OWN_POSTS, since=None, until=practice.now(), page=None).own[0].external_id
    for text in ("@marca <hola> & https://example.org/a?b=1&c=2", "@marca \u202e \x00 ñ", "@marca " + "largo " * 60):
        practice.tell("/_post", text=text, author="eva", mentions=True)
    practice.tell("/_post", text="@marca bajo lo vuestro", author="luis", in_reply_to=own)
    question = practice.tell("/_post", text="@marca ¿hola?", author="luis")["id"]
    practice.tell("/_outside_reply", text="lo vemos ya", in_reply_to=question)
    practice.tell("/_message", **{"from": "eva", "text": "hola & adiós https://example.org/1"})
    now = practice.advance(1)

    network, told = practice.open(), subscriber.page()
    polled = network.read(Feed.MENTIONS, since=None, until=now, page=None).posts
    known = {post.external_id: post for post in polled}
    assert len(told.posts) == 5
    for post in told.posts:
        # What the older API does not tell: the conversation, and the text of what was answered.
        alike = replace(known[post.external_id], root_external_id=post.root_external_id, above=post.above)
        assert post == alike
    ours = {post.external_id: post for post in network.read(Feed.OWN_POSTS, since=None, until=now, page=None).own}
    assert [ours[post.external_id].text for post in told.own] == [post.text for post in told.own]
    (message,) = told.messages
    (same,) = network.read(Feed.DIRECT_MESSAGES, since=None, until=now, page=None).messages
    assert (message.external_id, message.conversation_id, message.text) == (
        same.external_id,
        same.conversation_id,
        same.text,
    )
    assert (message.other_external_id, message.outgoing) == (same.other_external_id, False)


def test_edits_and_deletions_are_told_by_the_first_id(practice, subscriber):
    made = practice.tell("/_post", text="@marca uno", author="eva", mentions=True)["id"]
    other = practice.tell("/_post", text="@marca dos", author="eva", mentions=True)["id"]
    practice.advance(1)
    practice.tell("/_edit", id=made, text="@marca tres")
    practice.tell("/_delete", id=other)
    practice.advance(1)

    changed = {each for delivery in subscriber.delivered for each in delivery.changed}

    assert changed >= {made, other}
    edited = [post for post in subscriber.page().posts if post.external_id == made]
    assert [post.text for post in edited] == ["@marca uno", "@marca tres"]
