"""Every route of the room's application, found by walking it, keeps other sites and other browsers out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import SQLModel
from starlette.applications import Starlette
from starlette.routing import Route

from people.consents import wording_version
from records.database import reading
from records.enums import Purpose
from records.models import Brand
from records.tables.ledger import LedgerEntryRow
from records.tables.people import ConsentRow
from records.tables.room import FailedAttemptRow, NotificationRow, ProofCodeRow, RoomFileRow, RoomMessageRow, RoomRow
from room.verification.ports import VerificationPorts
from room.web.pages.consent import question_text
from room.wordings import words_for
from tests.support.attachments import png
from tests.support.forms import browser_of, enter_room
from tests.support.room_verification import CODE_KEY, EMAIL, RECORDS_KEY, import_customers
from tests.support.rooms import RoomSetup, path_of, room_app

BRAND = Brand(name="marca")
PUBLIC = {"/room.css", "/healthz", "/entrar", "/enter", "/r/{public_id}/{token}", "/r/{public_id}/{token}/out"}
"""Routes that anybody may see. A new one is named here, or asks for the session of a room."""
KEPT: tuple[type[SQLModel], ...] = (
    RoomRow,
    RoomMessageRow,
    RoomFileRow,
    FailedAttemptRow,
    ProofCodeRow,
    ConsentRow,
    NotificationRow,
    LedgerEntryRow,
)
FORM = {
    "text": "hola",
    "rating": "5",
    "way": "for_another",
    "contact": EMAIL,
    "code": "123456",
    "purpose": Purpose.LEARN.value,
    Purpose.LEARN.value: "yes",
    f"wording_{Purpose.LEARN.value}": wording_version("es", question_text(words_for("es", BRAND), Purpose.LEARN)),
}
"""What every form of the room would send."""


class AnySignIn:
    """A company sign-in that accepts everybody as the customer C-1."""

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        return f"https://sign-in.example/?{state}{nonce}{challenge}"

    def reference(self, *, code: str, verifier: str, nonce: str, now: datetime) -> str:  # noqa: ARG002 - as called
        return "C-1"


@pytest.fixture
def whole_app(rooms: RoomSetup) -> Starlette:
    """The application with everything that can be switched on."""
    import_customers(rooms)
    ports = VerificationPorts(records_key=RECORDS_KEY, code_key=CODE_KEY, sign_in=AnySignIn())
    return room_app(rooms, BRAND, proof=ports)


@pytest.fixture
def stranger(whole_app: Starlette) -> Iterator[httpx.Client]:
    with browser_of(whole_app) as client:
        yield client


@pytest.fixture
def guest(rooms: RoomSetup, stranger: httpx.Client) -> httpx.Client:
    """A browser that holds the session of an open room, in which a message and a file lie."""
    enter_room(stranger, path_of(rooms.invite()))
    stranger.post("/room", data={"text": "primera"})
    stranger.post("/room/files", files={"file": ("a.png", png(), "image/png")})
    return stranger


def test_the_walk_finds_the_routes_of_the_room(whole_app: Starlette) -> None:
    writes = [path for path, method in _routes(whole_app) if method == "POST"]
    inside = [path for path, _ in _routes(whole_app) if path not in PUBLIC]
    assert len(writes) >= 12
    assert len(inside) >= 16
    assert all(path.startswith("/room") for path in inside)
    assert {method for _, method in _routes(whole_app)} <= {"GET", "POST"}, "a new method needs a request here"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_makes_a_browser_change_anything(
    rooms: RoomSetup, whole_app: Starlette, guest: httpx.Client, site: str
) -> None:
    before = _kept(rooms)
    for path, method in _routes(whole_app):
        if method == "GET":
            continue
        answer = _ask(rooms, guest, path, method, {"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), path
        assert _kept(rooms) == before, path


def test_no_route_of_a_room_answers_a_browser_without_its_session(
    rooms: RoomSetup, whole_app: Starlette, guest: httpx.Client
) -> None:
    room = rooms.room(1)
    session = guest.cookies["aparte_room"]
    held = [{}, {"aparte_room": f"{room.public_id}.forged"}, {"aparte_room": session.replace(room.public_id, "x" * 22)}]
    before = _kept(rooms)
    refusals = set()
    for path, method in _routes(whole_app):
        if path in PUBLIC:
            continue
        for cookies in held:
            with browser_of(whole_app, cookies=cookies) as other:
                for query in ("", f"?room={room.public_id}"):
                    answer = _ask(rooms, other, path + query, method, {"Sec-Fetch-Site": "same-origin"})
                    assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), (path, method)
                    refusals.add(answer.content)
        assert _kept(rooms) == before, (path, method)
    assert len(refusals) == 1


def test_the_same_requests_are_answered_where_site_and_session_are_right(
    rooms: RoomSetup, whole_app: Starlette, guest: httpx.Client
) -> None:
    for path, method in _routes(whole_app):
        # Opting out is last: what follows it is answered by other pages.
        if path not in PUBLIC and path != "/room/out":
            answer = _ask(rooms, guest, path, method, {"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code in {200, 303, 400}, (path, method, answer.status_code)
    assert _ask(rooms, guest, "/room/out", "POST", {}).status_code == 303


def _routes(app: Starlette) -> list[tuple[str, str]]:
    """Path and method of every route."""
    assert all(isinstance(route, Route) for route in app.routes), "a mounted application escapes the walk"
    return [
        (route.path, method)
        for route in app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def _ask(rooms: RoomSetup, client: httpx.Client, path: str, method: str, headers: dict[str, str]) -> httpx.Response:
    link = path_of(rooms.room(1))
    address = path.replace("/r/{public_id}/{token}", link).replace("{file_id:int}", "1")
    if method == "POST" and address.partition("?")[0] == "/room/files":
        return client.post(address, data=FORM, files={"file": ("b.png", png(), "image/png")}, headers=headers)
    return client.request(method, address, data=FORM if method == "POST" else None, headers=headers)


def _kept(rooms: RoomSetup) -> list[list[dict[str, object]]]:
    """All that the room stores, but for how far a conversation was read."""
    with reading(rooms.engine) as session:
        return [
            [row.model_dump(exclude={"read_until"}) for row in session.execute(select(table)).scalars()]
            for table in KEPT
        ]
