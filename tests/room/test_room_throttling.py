"""Guessing: it opens nothing, it is slowed down and seen, and it keeps nobody out who holds the true code."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import Session
from starlette.requests import Request

from records.database import reading, writing
from records.enums import RoomStatus
from records.models import Brand
from records.tables.room import FailedAttemptRow
from room.invitation import invitation_code
from room.verification.throttling import (
    ThrottleScope,
    delete_old_attempts,
    find_spray_attacks,
    is_throttled,
    record_failed_attempt,
    source_digest,
)
from room.web.access import request_source
from tests.support.forms import enter_room
from tests.support.rooms import ROOM_KEY, SOURCE_HEADER, START, RoomSetup, path_of, room_context

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ODD = (1 << 40) - 87
"""Coprime to the number of codes, so that the guesses below never repeat."""


def test_three_hundred_guesses_get_nowhere_and_are_seen(rooms: RoomSetup, browser: httpx.Client) -> None:
    guess(rooms, browser, tries=300)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_thousand_guesses_get_nowhere_and_are_seen(rooms: RoomSetup, browser: httpx.Client) -> None:
    guess(rooms, browser, tries=10_000)


def guess(rooms: RoomSetup, browser: httpx.Client, *, tries: int) -> None:
    """Half from one address, half each from another; codes and links in turn, all distinct, none the true one."""
    room = rooms.invite(entry="code")
    true = invitation_code(ROOM_KEY, room.public_id, room.generation)
    before = rooms.room(room.id).model_dump()
    answered: dict[int, int] = {}
    for number in range(tries):
        code = nth_code(number)
        assert code != true
        source = "203.0.113.7" if number % 4 < 2 else f"2001:db8:{number:x}::1"
        if number % 2:
            answer = browser.post("/entrar", data={"code": code}, headers={SOURCE_HEADER: source})
        else:
            link = f"/r/{room.public_id}/{code}{'A' * 34}"
            answer = browser.request("POST" if number % 8 else "GET", link, headers={SOURCE_HEADER: source})
        answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
        assert answer.status_code in {403, 404, 429}
        if number % 50 == 49:
            rooms.clock.advance(timedelta(seconds=1))
    assert sum(answered.values()) == tries
    assert answered[429] > tries // 5
    assert not browser.cookies
    assert rooms.room(room.id).model_dump() == before
    with reading(rooms.engine) as session:
        seen = {spray.scope: spray for spray in find_spray_attacks(session, now=rooms.clock())}
    assert set(seen) == {"link", "code"}
    assert min(spray.misses for spray in seen.values()) >= 20
    # Whoever holds the true code comes in while it goes on.
    answer = browser.post("/entrar", data={"code": true}, headers={SOURCE_HEADER: "198.51.100.1"})
    assert answer.status_code == 303
    assert rooms.room(room.id).status == RoomStatus.OPEN


def test_an_address_is_turned_away_after_twenty_misses_and_heard_again_a_minute_later(
    rooms: RoomSetup, browser: httpx.Client
) -> None:
    room = rooms.invite(entry="code")
    true = {"code": invitation_code(ROOM_KEY, room.public_id, room.generation)}
    tries = [browser.post("/entrar", data={"code": nth_code(number)}) for number in range(22)]
    assert [answer.status_code for answer in tries] == [*[403] * 20, 429, 429]
    assert tries[-1].headers["retry-after"] == "60"
    assert "Demasiados intentos" in tries[-1].text
    # Not even the true code is looked at: else guessing would only be slower.
    assert browser.post("/entrar", data=true).status_code == 429
    assert browser.post("/entrar", data=true, headers={SOURCE_HEADER: "198.51.100.1"}).status_code == 303
    rooms.clock.advance(timedelta(minutes=1))
    assert browser.post("/entrar", data={"code": nth_code(0)}).status_code == 403


def test_a_true_link_opens_whatever_else_its_address_tried(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    for number in range(20):
        assert browser.get(f"/r/{room.public_id}/{nth_code(number)}").status_code == 404
    assert browser.get(f"/r/{room.public_id}/x").status_code == 429
    assert enter_room(browser, path_of(room)).url.path == "/room"


def test_mistyping_a_few_times_costs_nothing(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(entry="code")
    for number in range(5):
        browser.post("/entrar", data={"code": nth_code(number)})
    true = invitation_code(ROOM_KEY, room.public_id, room.generation)
    assert browser.post("/entrar", data={"code": true}).status_code == 303
    with reading(rooms.engine) as session:
        assert not find_spray_attacks(session, now=rooms.clock())


def test_in_a_flood_each_address_has_three_tries_and_the_fresh_are_heard(rooms: RoomSetup) -> None:
    with writing(rooms.engine) as session:
        for number in range(300):
            miss(session, rooms, f"10.0.{number // 250}.{number % 250}")
        for _ in range(3):
            assert not is_too_many(session, rooms, "192.0.2.1")
            miss(session, rooms, "192.0.2.1")
        assert is_too_many(session, rooms, "192.0.2.1")
        assert not is_too_many(session, rooms, "192.0.2.2")
        # Of who is turned away nothing more is kept.
        kept = count(session)
        miss(session, rooms, "192.0.2.1")
        assert count(session) == kept
        # At another door nothing happened.
        assert not is_throttled(session, ThrottleScope.LINK, digest(rooms, "192.0.2.1"), now=rooms.clock())
        rooms.clock.advance(timedelta(seconds=61))
        assert not is_too_many(session, rooms, "192.0.2.1")


def test_a_spray_is_many_misses_at_one_door_or_as_many_as_one_address_may_have(rooms: RoomSetup) -> None:
    with writing(rooms.engine) as session:
        for number in range(99):
            miss(session, rooms, f"10.0.0.{number}")
        for _ in range(19):
            record_failed_attempt(session, ThrottleScope.PROOF, digest(rooms, "10.1.1.1"), now=rooms.clock())
        assert not find_spray_attacks(session, now=rooms.clock())
        miss(session, rooms, "10.0.1.1")
        record_failed_attempt(session, ThrottleScope.PROOF, digest(rooms, "10.1.1.1"), now=rooms.clock())
        code, proof = find_spray_attacks(session, now=rooms.clock())
    assert (code.scope, code.misses, code.sources, code.since) == ("code", 100, 100, START)
    assert (proof.scope, proof.misses, proof.sources) == ("proof", 20, 1)
    with reading(rooms.engine) as session:
        assert not find_spray_attacks(session, now=START + timedelta(minutes=11))


def test_misses_are_kept_for_a_day_and_without_the_address(rooms: RoomSetup) -> None:
    with writing(rooms.engine) as session:
        miss(session, rooms, "192.0.2.1")
        stored = session.execute(select(FailedAttemptRow)).scalar_one()
        assert "192.0.2.1" not in str(stored.model_dump())
        delete_old_attempts(session, now=START + timedelta(days=1))
        assert count(session) == 1
        delete_old_attempts(session, now=START + timedelta(days=1, seconds=1))
        assert count(session) == 0


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 3), st.integers(0, 3))
def test_an_address_is_one_within_a_day_and_no_two_days_can_be_matched(one: str, other: str, a: int, b: int) -> None:
    first = source_digest(ROOM_KEY, one, START + timedelta(days=a))
    second = source_digest(ROOM_KEY, other, START + timedelta(days=b))
    readable = [text.encode("utf-8", "replace") for text in (one, other)]
    assert (first == second) is (readable[0] == readable[1] and a == b)


@pytest.mark.parametrize(
    ("named", "same_as"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:ff:ffff::2"),  # a household is given a /56
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("10.0.0.9, 192.0.2.1", "192.0.2.1"),  # what the client claimed stands before what our proxy adds
        ("nonsense", "<script>"),
        ("", "198.51.100.9"),  # the connection's own
    ],
)
def test_where_a_request_comes_from_is_the_last_address_that_our_proxy_names(
    rooms: RoomSetup, named: str, same_as: str
) -> None:
    assert at(rooms, named) == at(rooms, same_as)
    assert at(rooms, named) != at(rooms, "203.0.113.99")


def test_no_header_is_believed_unless_the_settings_name_it(rooms: RoomSetup) -> None:
    assert at(rooms, "192.0.2.1", believed="") == at(rooms, "192.0.2.2", believed="")


def at(rooms: RoomSetup, named: str, *, believed: str = SOURCE_HEADER) -> str:
    context = room_context(rooms, Brand(name="marca"), source_header=believed)
    headers = [(SOURCE_HEADER.lower().encode(), named.encode())] if named else []
    request = Request({"type": "http", "headers": headers, "client": ("198.51.100.9", 1)})
    return request_source(context, request, now=START)


def nth_code(number: int) -> str:
    value = (number + 1) * ODD % (1 << 40)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(35, -1, -5))


def digest(rooms: RoomSetup, address: str) -> str:
    return source_digest(ROOM_KEY, address, rooms.clock())


def miss(session: Session, rooms: RoomSetup, address: str) -> None:
    record_failed_attempt(session, ThrottleScope.CODE, digest(rooms, address), now=rooms.clock())


def is_too_many(session: Session, rooms: RoomSetup, address: str) -> bool:
    return is_throttled(session, ThrottleScope.CODE, digest(rooms, address), now=rooms.clock())


def count(session: Session) -> int:
    return int(session.execute(select(func.count()).select_from(FailedAttemptRow)).scalar_one())
