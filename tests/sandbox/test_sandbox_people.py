"""People of the world answer the brand: they write in private and open rooms over real HTTP."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares every client the loading of certificates; all is plain HTTP here."""
TOKEN = "a-long-practice-token"
ROWS = [
    {"id": number, "text": f"@marca help {number}", "author": f"person{number}", "lang": "es"} for number in range(40)
]
ASK = "Escríbenos por privado: https://x.com/messages/compose?recipient_id=1001"


class Room(ThreadingHTTPServer):
    """A room as small as can be: shown by GET, entered by POST with its hidden field, then a form to write."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RoomDoor)
        self.entered = 0
        self.said: list[str] = []
        self.origins: list[str | None] = []
        self.ask_clock = ""
        self.closed = False

    @property
    def link(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/r/{TOKEN}"


class RoomDoor(BaseHTTPRequestHandler):
    server: Room

    def do_GET(self) -> None:
        if self.server.ask_clock:
            httpx.get(self.server.ask_clock, timeout=2, verify=PLAIN)
        if self.server.closed:
            self._page(404, "gone")
        elif self.path == f"/r/{TOKEN}":
            self._page(
                200, '<form id=enter method=post><input type=hidden name=proof value="q&amp;d"><button>Entrar</form>'
            )
        elif self.headers.get("Cookie") == "seat=1":
            self._page(200, '<form id="say" method="POST" action="/say"><textarea name="text"></textarea></form>')
        else:
            self._page(403, "no seat")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.origins.append(self.headers.get("Origin"))
        if self.path == f"/r/{TOKEN}" and form["proof"] == ["q&d"]:
            self.server.entered += 1
        elif self.path == "/say" and self.headers.get("Cookie") == "seat=1":
            self.server.said += form["text"]
        self.send_response(303)
        self.send_header("Set-Cookie", "seat=1; Path=/; HttpOnly")
        self.send_header("Location", "/room")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return

    def _page(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def room() -> Iterator[Room]:
    with Room() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def asked(opened: Any) -> Any:
    """A sandbox in which the brand has asked forty people to write in private, and time to do so has passed."""
    sandbox = opened(ROWS)
    sandbox.step_to_the_end()
    for post in sandbox.x.get_users_mentions(1001, max_results=100).data:
        sandbox.x.create_tweet(text=f"{ASK} {post.id}", in_reply_to_tweet_id=post.id)
    return sandbox


def writers(sandbox: Any) -> list[int]:
    events = sandbox.x.get_direct_message_events(dm_event_fields=["sender_id"]).data or []
    return [event.sender_id for event in events if event.sender_id != 1001]


def test_most_people_who_are_asked_write_in_private_after_a_while(asked: Any) -> None:
    before = asked.post("/_clock", advance_seconds=19)
    assert writers(asked) == []
    assert 20 <= before["reactions_left"] < 40
    after = asked.post("/_clock", advance_seconds=72)
    assert len(writers(asked)) == before["reactions_left"] == asked.get("/_summary")["messages_from_people"]
    assert after["reactions_left"] == 0


def test_a_step_goes_straight_to_what_a_person_does_next(opened: Any) -> None:
    far = [
        {"id": 1, "text": "@marca hi", "created_at": "2026-01-01"},
        {"id": 2, "text": "x", "created_at": "2026-01-09"},
    ]
    sandbox = opened(far)
    first = sandbox.post("/_clock", advance="step")
    assert first["posts_left"] == 1
    assert sandbox.post("/_clock", advance="step")["now"] == "2026-03-06T18:00:00.000Z"


def test_an_answer_that_asks_for_nothing_private_moves_nobody(opened: Any) -> None:
    sandbox = opened(ROWS)
    sandbox.step_to_the_end()
    sandbox.x.create_tweet(text="Thank you!", in_reply_to_tweet_id=sandbox.ids()["1"])
    assert sandbox.get("/_clock")["reactions_left"] == 0


def test_people_open_the_room_and_write_there(asked: Any, room: Room) -> None:
    room.ask_clock = f"{asked.url}/_clock"
    asked.post("/_clock", advance_seconds=91)
    people = writers(asked)[:12]
    for person in people:
        asked.x.create_direct_message(participant_id=person, text=f"Tu sala: {room.link} {person}")
    opens = asked.post("/_clock", advance_seconds=29)["reactions_left"]
    assert room.entered == 0
    asked.post("/_clock", advance_seconds=95)
    assert room.entered == len(room.said) == opens > 4
    assert set(room.origins) == {"null"}
    assert asked.get("/_summary")["rooms_visited"] == opens
    assert TOKEN not in asked.http.get("/_visits").text
    assert all(visit["ok"] and visit["url_host"] == "127.0.0.1" for visit in asked.get("/_visits"))


def test_a_room_that_cannot_be_entered_is_told_among_the_visits(asked: Any, room: Room) -> None:
    room.closed = True
    asked.post("/_clock", advance_seconds=91)
    for person in writers(asked)[:10]:
        asked.x.create_direct_message(participant_id=person, text=f"{room.link}")
    asked.post("/_clock", advance_seconds=125)
    visits = asked.get("/_visits")
    assert visits
    assert {(visit["status"], visit["ok"], visit["why"]) for visit in visits} == {
        (404, False, "the page was not served")
    }


def test_nobody_follows_a_link_that_leaves_this_machine(asked: Any) -> None:
    asked.post("/_clock", advance_seconds=91)
    for person in writers(asked)[:10]:
        asked.x.create_direct_message(participant_id=person, text="https://example.org/r/secret")
    asked.post("/_clock", advance_seconds=125)
    assert {visit["why"] for visit in asked.get("/_visits")} == {"the link does not lead to this machine"}


def test_a_message_with_only_a_code_is_answered_with_ok(asked: Any) -> None:
    asked.post("/_clock", advance_seconds=91)
    person = writers(asked)[0]
    asked.x.create_direct_message(participant_id=person, text="Tu clave de caso es AP7421.")
    asked.post("/_clock", advance_seconds=121)
    assert asked.x.get_direct_message_events(participant_id=person).data[0].text == "ok"


def test_in_played_time_people_act_by_themselves(opened: Any) -> None:
    sandbox = opened(ROWS, stepped=False, play_minutes=0.02)
    while not sandbox.get("/_clock")["finished"]:
        time.sleep(0.05)
    assert sandbox.get("/_clock")["rate"] == 1.0
    assert sandbox.http.post("/_clock", json={"advance": "step"}).status_code == 400
    assert sandbox.get("/_summary")["visible_inbound"] == len(ROWS)


def test_people_act_while_time_is_played(opened: Any) -> None:
    rows = [{"id": number, "text": f"@marca {number}", "author": f"person{number}"} for number in range(400)]
    sandbox = opened(rows, stepped=False, play_minutes=0.1)
    answered: set[int] = set()
    while len(answered) < 15:
        time.sleep(0.05)
        heard = {post.id for post in sandbox.x.get_users_mentions(1001, max_results=5).data or []}
        for post in heard - answered:
            sandbox.x.create_tweet(text=f"{ASK} {post}", in_reply_to_tweet_id=post)
        answered |= heard
    deadline = time.monotonic() + 60
    while not writers(sandbox) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert writers(sandbox)
