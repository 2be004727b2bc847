"""Meta's webhooks: the question, the signature, and deliveries real, hostile and forged."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.meta.webhooks import challenge, deliveries, signed
from records.enums import Feed
from tests.support.meta_practice import NETWORKS, all_pages, fetched_posts, open_meta_practice

VERIFY = "the-verify-token"
OURS = {"author": "marca", "inbound": False}
ROWS = (
    {"id": "facebook", "network": "facebook", "text": "abrimos", **OURS},
    {"id": "instagram", "network": "instagram", "text": "foto", **OURS},
)
HOSTILE = "\u202e<b>hola</b> & \x00 \ud800"


class Receiver:
    """Takes deliveries as `aparte webhooks` does."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[tuple[bytes, str]] = []

    def bodies(self) -> list[bytes]:
        taken, self.taken = self.taken, []
        return [body for body, _ in taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _say(self, status: int, text: str = "") -> None:
            self.send_response_only(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            answer = challenge(dict(parse_qsl(urlsplit(self.path).query)), VERIFY)
            self._say(403 if answer is None else 200, answer or "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            receiver.taken.append((body, self.headers.get("x-hub-signature-256", "")))
            self._say(200)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def practice(tmp_path_factory, receiver):
    with open_meta_practice(ROWS, tmp_path_factory.mktemp("webhooks")) as found:
        for name in NETWORKS:
            found.tell("/_webhooks", account=found.name(name), url=receiver.url, verify_token=VERIFY)
        yield found


@pytest.fixture(params=NETWORKS)
def name(request):
    return request.param


def delivered(practice, receiver, name):
    """What the sandbox tells of an account now."""
    practice.tell("/_webhooks", deliver=True)
    return [each for body in receiver.bodies() for each in deliveries(body, network=name)]


def test_a_comment_is_the_same_by_webhook_and_by_asking(practice, receiver, name):
    delivered(practice, receiver, name)
    text = f"{HOSTILE} {name}"
    practice.tell("/_post", text=text, author="ana", in_reply_to=practice.ids()[name])

    told = delivered(practice, receiver, name)

    account = practice.account(name)
    asked = fetched_posts(practice.open(name), Feed.COMMENTS)[text]
    assert [each.account_external_id for each in told] == [account.external_id]
    assert [each.changed for each in told] == [()]
    post = told[0].page.posts[0]
    for same in ("external_id", "revision_external_id", "kind", "author", "text", "parent_external_id", "mentions_us"):
        assert getattr(post, same) == getattr(asked, same), same
    assert post.root_external_id == asked.root_external_id
    assert post.above.external_id == asked.above.external_id


def test_our_own_comment_is_told_as_our_own(practice, receiver):
    target = practice.tell("/_post", text="¿hola?", author="ana", in_reply_to=practice.ids()["facebook"])["id"]
    delivered(practice, receiver, "facebook")
    sent = practice.open("facebook").reply(target, "sí")

    told = delivered(practice, receiver, "facebook")

    assert [(post.external_id, post.parent_external_id, post.text) for each in told for post in each.page.own] == [
        (sent.external_id, target, "sí")
    ]


def test_edits_deletions_and_hides_are_to_be_asked_for_again(practice, receiver):
    target = practice.tell("/_post", text="mal", author="ana", in_reply_to=practice.ids()["facebook"])["id"]
    delivered(practice, receiver, "facebook")

    practice.tell("/_edit", id=target, text="muy mal")
    edited = delivered(practice, receiver, "facebook")
    practice.open("facebook").hide(target, hidden=True)
    hidden = delivered(practice, receiver, "facebook")
    practice.tell("/_delete", id=target)
    deleted = delivered(practice, receiver, "facebook")

    for told in (edited, hidden, deleted):
        assert {external_id for each in told for external_id in each.changed} == {target}
        assert not [post for each in told for post in each.page.posts]
    # What is gone or hidden is not to be looked for where it is not known.
    assert [[each.named for each in told] for told in (edited, hidden, deleted)] == [[(target,)], [()], [()]]


def test_a_hidden_comment_says_so_when_it_is_asked_for_and_in_its_feed(practice, receiver, name):
    network, text = practice.open(name), f"feo {name}"
    target = practice.tell("/_post", text=text, author="ana", in_reply_to=practice.ids()[name])["id"]
    assert network.refetch((target,)).page.posts[0].hidden is False
    network.hide(target, hidden=True)
    assert network.refetch((target,)).page.posts[0].hidden is True
    network.hide(target, hidden=False)
    assert fetched_posts(network, Feed.COMMENTS)[text].hidden is False
    practice.tell("/_webhooks", deliver=True)
    receiver.bodies()


def test_a_message_is_the_same_by_webhook_and_by_asking(practice, receiver, name):
    delivered(practice, receiver, name)
    practice.tell("/_message", **{"from": "eva", "to": practice.name(name), "text": f"hola {name}"})

    told = [message for each in delivered(practice, receiver, name) for message in each.page.messages]

    asked = [message for page in all_pages(practice.open(name), Feed.DIRECT_MESSAGES) for message in page.messages]
    known = next(message for message in asked if message.text == f"hola {name}")
    assert len(told) == 1
    for same in ("external_id", "conversation_id", "other_external_id", "outgoing", "text", "network"):
        assert getattr(told[0], same) == getattr(known, same), same


def test_an_instagram_mention_is_told_without_words_and_then_asked_for(practice, receiver):
    delivered(practice, receiver, "instagram")
    account = practice.name("instagram")
    identifier = practice.tell("/_post", text="@marca ¿sí?", author="luis", kind="mention", account=account)["id"]

    named = [external_id for each in delivered(practice, receiver, "instagram") for external_id in each.named]

    posts = practice.open("instagram").refetch(tuple(named)).page.posts
    assert [(post.external_id, post.text) for post in posts] == [(identifier, "@marca ¿sí?")]


def test_real_signatures_hold_and_forged_ones_do_not(practice, receiver, name):
    delivered(practice, receiver, name)
    practice.tell("/_message", **{"from": "eva", "to": practice.name(name), "text": "firmado"})
    practice.tell("/_webhooks", deliver=True)
    body, header = receiver.taken[-1]
    secret = practice.credentials(name).app_secret
    for forgery in ("secret", "missing"):
        practice.tell("/_webhooks", account=practice.name(name), forge=forgery, body={"object": "page"})
    forged = receiver.taken[-2:]
    receiver.bodies()

    assert signed(body, header, secret)
    assert not signed(body + b" ", header, secret)
    assert not signed(body, header, "another secret")
    assert not signed(body, header, "")
    assert [signed(*each, secret) for each in forged] == [False, False]


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha1=abc", "sha256=ñ", "\ud800", "sha256=" + "0" * 64, "0" * 10_000]
)
def test_a_signature_of_any_shape_is_only_false(header):
    assert not signed(b"{}", header, "secret")


def test_the_signature_is_metas():
    body = b'{"object":"page"}'
    digest = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    without = hmac.new(b"", body, hashlib.sha256).hexdigest()

    assert signed(body, f"sha256={digest}", "secret")
    assert not signed(body, f"sha256={without}", "")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "115"}, "115"),
        ({"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "115"}, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "ñ\ud800", "hub.challenge": "115"}, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": VERIFY, "hub.challenge": "115"}, None),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY}, None),
        ({}, None),
    ],
)
def test_only_who_knows_the_verify_token_is_answered(query, answer):
    assert challenge(query, VERIFY) == answer


def test_without_a_verify_token_nobody_is_answered():
    assert challenge({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "115"}, "") is None


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"<html>", b'{"object": "user", "entry": [{"id": "1"}]}', b'{"object": "page", "entry": []}'],
)
def test_what_is_no_delivery_says_so_in_one_sentence(body):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        deliveries(body, network="facebook")


def test_metas_own_shapes_are_read():
    visit = {
        "field": "feed",
        "value": {
            "item": "photo",
            "verb": "add",
            "post_id": "2002_7",
            "from": {"id": "9", "name": "Ana"},
            "message": "mirad",
            "photo": "https://example.org/a.jpg",
            "created_time": 1_777_896_000,
        },
    }
    mention = {
        "field": "mention",
        "value": {
            "item": "comment",
            "verb": "add",
            "post_id": "5_6",
            "comment_id": "6_8",
            "sender_id": "9",
            "sender_name": "Ana",
            "message": "¿qué dice Acme?",
            "created_time": 1_777_896_000,
        },
    }
    reaction = {"field": "feed", "value": {"item": "reaction", "verb": "add", "post_id": "2002_7"}}
    entry = {"id": "2002", "time": 1_777_896_001, "changes": [visit, mention, reaction, {"field": "ratings"}, 5]}

    told = deliveries(json.dumps({"object": "page", "entry": [entry, {"time": 1}]}).encode(), network="facebook")

    first, second = told[0].page.posts
    assert len(told) == 1
    assert (first.kind, first.external_id, first.media_urls) == ("post", "2002_7", ("https://example.org/a.jpg",))
    assert first.published_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert (second.kind, second.external_id, second.root_external_id) == ("comment", "6_8", "5_6")
    assert (second.author.external_id, second.author.display_name) == ("9", "Ana")


def test_receipts_reactions_and_deletions_are_no_messages():
    base = {"sender": {"id": "9"}, "recipient": {"id": "2002"}, "timestamp": 1_777_896_000_123}
    events = [
        base | {"message": {"mid": "m_1", "text": "hola"}},
        base | {"delivery": {"mids": ["m_1"]}},
        base | {"message": {"mid": "m_1", "is_deleted": True}},
        base | {"reaction": {"mid": "m_1"}},
        base | {"message": {"text": "sin id"}},
        {"sender": {"id": "2002"}, "recipient": {"id": "9"}, "timestamp": 1_777_896_000_123}
        | {"message": {"mid": "m_2", "text": "sí", "is_echo": True}},
    ]
    body = json.dumps({"object": "page", "entry": [{"id": "2002", "time": 1, "messaging": events}]}).encode()

    messages = deliveries(body, network="facebook")[0].page.messages

    assert [(each.external_id, each.outgoing, each.other_external_id) for each in messages] == [
        ("m_1", False, "9"),
        ("m_2", True, "9"),
    ]
    assert messages[0].sent_at == datetime(2026, 5, 4, 12, 0, 0, 123_000, tzinfo=UTC)


KEYS = st.sampled_from(
    [
        *("id", "time", "changes", "messaging", "field", "value", "item", "verb", "comment_id", "post_id", "parent_id"),
        *("media", "from", "text", "message", "mid", "sender", "recipient", "timestamp", "created_time"),
    ]
)
WORDS = st.sampled_from(["feed", "mention", "comments", "mentions", "comment", "add", "edited", "1", ""]) | st.text()
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(entry=ANY, name=st.sampled_from(NETWORKS))
def test_a_delivery_of_any_shape_is_read_or_refused(entry, name):
    body = json.dumps({"object": {"facebook": "page", "instagram": "instagram"}[name], "entry": [entry]}).encode()
    with suppress(ValueError):
        for each in deliveries(body, network=name):
            assert each.account_external_id
            assert all(each.changed)
