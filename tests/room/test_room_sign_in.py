"""The company's sign-in, as the room sees it come back."""

from __future__ import annotations

from datetime import datetime

from records.database import writing
from records.models import Brand
from room.lifecycle import PERSON, close_room
from room.verification.ports import VerificationPorts
from room.web.routes.sign_in import BACK_PATH
from tests.support.forms import browser_of, enter_room
from tests.support.room_verification import CODE_KEY, RECORDS_KEY
from tests.support.rooms import RoomSetup, path_of, room_app


class ClosingSignIn:
    """A company sign-in that takes so long that the room is closed meanwhile."""

    def __init__(self, rooms: RoomSetup) -> None:
        self.rooms, self.state = rooms, ""

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        self.state = state
        return f"https://sign-in.example/?{nonce}{challenge}"

    def reference(self, *, code: str, verifier: str, nonce: str, now: datetime) -> str:  # noqa: ARG002 - as called
        with writing(self.rooms.engine) as session:
            close_room(session, 1, actor=PERSON, now=now)
        return "C-1"


def test_a_sign_in_into_a_room_that_closed_meanwhile_is_refused_and_its_cookie_goes(rooms: RoomSetup) -> None:
    sign_in = ClosingSignIn(rooms)
    ports = VerificationPorts(records_key=RECORDS_KEY, code_key=CODE_KEY, sign_in=sign_in)
    with browser_of(room_app(rooms, Brand(name="marca"), proof=ports)) as browser:
        enter_room(browser, path_of(rooms.invite()))
        (begun,) = browser.get("/room/sign-in").headers.get_list("set-cookie")
        cookie = begun.partition("=")[0]
        assert cookie in browser.cookies
        answer = browser.get(BACK_PATH, params={"state": sign_in.state, "code": "x"})
    assert answer.status_code == 403
    assert cookie not in browser.cookies
