"""Webhooks of the practice network, received over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS: list[dict[str, object]] = [
    {"id": "1", "text": "@marca hola", "author": "ana"},
    {"id": "2", "text": "Nueva app", "author": "marca", "inbound": "false", "network": "facebook"},
    {"id": "3", "text": "Foto", "author": "marca", "inbound": "false", "network": "instagram"},
]
VERIFY = "practice-verify"


@dataclass
class Receiver:
    """A subscriber that checks nothing and remembers everything; it answers as its lists say."""

    secret: str = ""
    challenged: bool = True
    statuses: list[int] = field(default_factory=list)
    """Statuses of the next answers; 200 where none is left."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def challenge(self, query: dict[str, list[str]]) -> bytes:
        if not self.challenged:
            return b"nonsense"
        if "crc_token" in query:
            mac = hmac.new(self.secret.encode(), query["crc_token"][0].encode(), hashlib.sha256).digest()
            return json.dumps({"response_token": f"sha256={base64.b64encode(mac).decode()}"}).encode()
        return query["hub.challenge"][0].encode() if query["hub.verify_token"] == [VERIFY] else b"no"


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, receiver.challenge(parse_qs(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self._answer(receiver.statuses.pop(0) if receiver.statuses else 200, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/marca"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class World:
    """A sandbox at the end of its posts."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.accounts = {account["network"]: account for account in http.get("/_accounts").json()}

    def tell(self, path: str, /, **told: object) -> Any:
        answer = self.http.post(path, content=json.dumps(told))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, seconds: float = 1) -> None:
        self.tell("/_clock", advance_seconds=seconds)

    def subscribe(self, receiver: Receiver, network: str = "x") -> dict[str, Any]:
        account: dict[str, Any] = self.accounts[network]
        receiver.secret = account["api_secret"] if network == "x" else account["app_secret"]
        self.tell("/_webhooks", account=account["name"], url=receiver.url, verify_token=VERIFY)
        return account

    def id_of(self, source: str) -> str:
        posts = self.http.get("/_truth").json()["posts"]
        return str(next(post["id"] for post in posts if post["source_id"] == source))


@contextmanager
def open_world(folder: Path, **options: Any) -> Iterator[World]:
    posts = folder / "posts.jsonl"
    posts.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    told = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT, **options)
    with running(told) as url, httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
        world = World(http)
        while world.tell("/_clock", advance="step")["posts_left"]:
            pass
        yield world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("webhooks")) as opened:
        yield opened


@pytest.fixture
def receiver(world: World) -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened
    for account in world.accounts.values():
        world.tell("/_webhooks", account=account["name"], unsubscribe=True)


def test_x_delivers_a_mention_signed_with_the_api_secret_before_the_clock_answers(
    world: World, receiver: Receiver
) -> None:
    account = world.subscribe(receiver)
    posted = world.tell("/_post", author="luis", text="@marca ¿cuándo abrís? " + "x" * 200)
    world.wait()
    ((headers, body),) = receiver.got
    mac = hmac.new(account["api_secret"].encode(), body, hashlib.sha256).digest()
    assert headers["x-twitter-webhooks-signature"] == f"sha256={base64.b64encode(mac).decode()}"
    told = json.loads(body)
    (post,) = told["tweet_create_events"]
    assert told["for_user_id"] == account["external_id"]
    assert post["id_str"] == posted["id"]
    assert post["truncated"] is True
    assert post["extended_tweet"]["full_text"].startswith("@marca ¿cuándo")
    assert post["entities"]["user_mentions"][0]["id_str"] == account["external_id"]


def test_x_delivers_deletions_messages_and_what_the_brand_says_elsewhere(world: World, receiver: Receiver) -> None:
    account = world.subscribe(receiver)
    gone = world.tell("/_post", author="eva", text="@marca me equivoqué")["id"]
    world.wait()
    outside = world.tell("/_outside_reply", in_reply_to=world.id_of("1"), text="Ya está")["id"]
    world.tell("/_delete", id=gone)
    message = world.tell("/_message", **{"from": "eva", "to": "marca-x", "text": "En privado"})["id"]
    world.wait()
    told = {name: body[name] for body in receiver.bodies() for name in body if name.endswith("_events")}
    assert told["tweet_delete_events"][0]["status"]["id"] == gone
    assert told["tweet_create_events"][0]["id_str"] == outside
    (heard,) = told["direct_message_events"]
    assert heard["id"] == message
    assert heard["message_create"]["target"]["recipient_id"] == account["external_id"]


def test_facebook_delivers_comments_edits_and_removals_as_feed_changes(world: World, receiver: Receiver) -> None:
    account = world.subscribe(receiver, "facebook")
    comment = world.tell("/_post", author="ana", text="Un comentario", in_reply_to=world.id_of("2"))["id"]
    world.wait()
    world.tell("/_edit", id=comment, text="Otro comentario")
    world.wait()
    world.tell("/_delete", id=comment)
    world.tell("/_message", **{"from": "ana", "to": "marca-facebook", "text": "Hola"})
    world.wait()
    headers, body = receiver.got[0]
    mac = hmac.new(account["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={mac}"
    entries = [body["entry"][0] for body in receiver.bodies()]
    assert {body["object"] for body in receiver.bodies()} == {"page"}
    values = [change["value"] for entry in entries for change in entry.get("changes", ())]
    assert [value["verb"] for value in values] == ["add", "edited", "remove"]
    assert {value["comment_id"] for value in values} == {comment}
    (message,) = [each for entry in entries for each in entry.get("messaging", ())]
    assert message["recipient"]["id"] == account["page_id"]


def test_instagram_delivers_comments_and_mentions_and_not_what_the_account_says(
    world: World, receiver: Receiver
) -> None:
    world.subscribe(receiver, "instagram")
    comment = world.tell("/_post", author="ana", text="Qué foto", in_reply_to=world.id_of("3"))["id"]
    mention = world.tell("/_post", author="eva", text="@marca", account="marca-instagram", kind="mention")["id"]
    world.tell("/_outside_reply", in_reply_to=comment, text="Gracias")
    world.wait()
    changes = [change for body in receiver.bodies() for change in body["entry"][0]["changes"]]
    assert [change["field"] for change in changes] == ["comments", "mentions"]
    assert changes[0]["value"]["id"] == comment
    assert changes[1]["value"]["comment_id"] == mention


def test_a_delivery_that_fails_is_tried_again_with_the_next_move_of_the_clock(world: World, receiver: Receiver) -> None:
    world.subscribe(receiver)
    receiver.statuses = [500, 503]
    world.tell("/_post", author="luis", text="@marca otra vez")
    for _ in range(4):
        world.wait()
    assert len(receiver.got) == 3
    assert len({body for _, body in receiver.got}) == 1
    assert world.http.get("/_webhooks").json()[-1]["attempts"] == 3


def test_deliveries_are_repeated_and_forged_on_demand(world: World, receiver: Receiver) -> None:
    account = world.subscribe(receiver)
    world.tell("/_post", author="luis", text="@marca una vez")
    world.wait()
    receiver.statuses = [200, 403, 403]
    assert world.tell("/_webhooks", account="marca-x", repeat=1) == {"statuses": [200]}
    assert receiver.got[0][1] == receiver.got[1][1]
    body = {"for_user_id": account["external_id"], "tweet_create_events": []}
    assert world.tell("/_webhooks", account="marca-x", forge="secret", body=body) == {"status": 403}
    assert world.tell("/_webhooks", account="marca-x", forge="missing", body=body) == {"status": 403}
    forged = [headers.get("x-twitter-webhooks-signature") for headers, _ in receiver.got[2:]]
    right = hmac.new(account["api_secret"].encode(), receiver.got[2][1], hashlib.sha256).digest()
    assert forged[0] not in {None, f"sha256={base64.b64encode(right).decode()}"}
    assert forged[1] is None


@pytest.mark.parametrize("network", ["x", "facebook"])
def test_who_fails_the_challenge_is_not_subscribed(world: World, receiver: Receiver, network: str) -> None:
    receiver.challenged = False
    told = {"account": f"marca-{network}", "url": receiver.url, "verify_token": VERIFY}
    answer = world.http.post("/_webhooks", content=json.dumps(told))
    assert answer.status_code == 400
    assert "challenge" in answer.text


@pytest.mark.parametrize("told", [{"url": "https://elsewhere.example/hook"}, {"account": "nobody"}, {}])
def test_an_address_elsewhere_and_an_unclear_wish_are_refused(world: World, told: dict[str, object]) -> None:
    assert world.http.post("/_webhooks", content=json.dumps(told)).status_code == 400


def test_the_echo_of_our_own_reply_arrives_before_the_answer_to_it(world: World, receiver: Receiver) -> None:
    account = world.subscribe(receiver)
    world.tell("/_faults", kind="echo_first", method="POST", path="/2/tweets")
    answer = world.http.post(
        "/2/tweets",
        headers={"Authorization": f"Bearer {account['user_token']}"},
        json={"text": "Respuesta", "reply": {"in_reply_to_tweet_id": world.id_of("1")}},
    )
    (told,) = receiver.bodies()
    assert told["tweet_create_events"][0]["id_str"] == answer.json()["data"]["id"]


def test_a_fault_seed_repeats_loses_and_reorders_deliveries_the_same_way_each_time(tmp_path: Path) -> None:
    def run(seed: int) -> list[list[str]]:
        with open_world(tmp_path, faults=seed, fault_share=0.0) as world, receiving() as receiver:
            world.subscribe(receiver)
            for number in range(60):
                world.tell("/_post", author=f"p{number}", text=f"@marca {number}")
            world.wait()
            return [[post["text"] for post in body["tweet_create_events"]] for body in receiver.bodies()]

    first, second = run(7), run(7)
    said = [text for batch in first for text in batch]
    once = list(dict.fromkeys(said))
    assert first == second
    assert len(said) > len(once)
    assert len(once) < 60
    assert once != sorted(once, key=lambda text: int(text.split()[1]))


def test_where_time_runs_deliveries_come_by_themselves(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    with (
        running(SandboxOptions(posts=posts, play_minutes=0.001)) as url,
        httpx.Client(base_url=url, timeout=5, trust_env=False) as http,
        receiving() as receiver,
    ):
        world = World(http)
        world.subscribe(receiver)
        world.tell("/_post", author="luis", text="@marca en directo")
        deadline = datetime.now(UTC).timestamp() + 60
        while not receiver.got and datetime.now(UTC).timestamp() < deadline:
            world.http.get("/_clock")
        assert any("en directo" in post["text"] for body in receiver.bodies() for post in body["tweet_create_events"])
