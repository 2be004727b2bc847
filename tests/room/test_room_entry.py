"""Coming in: nothing but a person's own POST opens a room, and nothing of anybody is shown before."""

from __future__ import annotations

import threading
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.enums import PrivateState, ProofKind, RoomStatus
from records.models import Brand
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from room.invitation import invitation_code
from room.lifecycle import close_room, invitation_token, revoke_room, visible_since
from tests.support.forms import enter_room, post_message, read
from tests.support.rooms import AGENT, DISPLAY_NAME, HANDLE, PUBLIC_TEXT, ROOM_KEY, START, RoomSetup, path_of

SECRETS = (PUBLIC_TEXT, "4471", HANDLE, DISPLAY_NAME, "Rosa", "9001", "5001", "lo del pedido", "hola, os escribo")


def code_for(room: RoomRow) -> str:
    return invitation_code(ROOM_KEY, room.public_id, room.generation)


def test_two_hundred_looks_at_true_invitations_consume_none(rooms: RoomSetup, browser: httpx.Client) -> None:
    look(rooms, browser, times=200)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_ten_thousand_looks_at_true_invitations_consume_none(rooms: RoomSetup, browser: httpx.Client) -> None:
    look(rooms, browser, times=10_000)


def look(rooms: RoomSetup, browser: httpx.Client, *, times: int) -> None:
    """As link scanners do: GET and HEAD, the invitation, its ways out and the page of codes, with true secrets."""
    room = rooms.invite(entry="code")
    before = rooms.room(room.id).model_dump()
    code = code_for(room)
    paths = (path_of(room), f"{path_of(room)}/out", f"{path_of(room)}?utm_source=scan", f"/entrar?code={code}")
    for number in range(times):
        path = paths[number // 2 % len(paths)]
        assert browser.request("HEAD" if number % 2 else "GET", path).status_code == 200
    assert rooms.room(room.id).model_dump() == before
    assert not browser.cookies
    with reading(rooms.engine) as session:
        kinds = list(session.execute(select(col(LedgerEntryRow.kind))).scalars())
    assert sorted(kinds) == ["step:room:invited", "step:room:prepared"]
    assert enter_room(browser, path_of(room)).url.path == "/room"


@pytest.mark.parametrize(
    ("path", "said"), [("/entrar", "Código de la invitación"), ("/enter", "Code of the invitation")]
)
def test_a_typed_code_opens_the_room_once(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client, path: str, said: str
) -> None:
    room = rooms.invite(entry="code")
    page = browser.get(path)
    assert page.status_code == 200
    assert said in page.text
    inside = type_code(browser, path, code_for(room))
    assert inside.url.path == "/room"
    assert [answer.status_code for answer in inside.history] == [303]
    assert rooms.room(room.id).status == RoomStatus.OPEN
    refused = type_code(other_browser, path, code_for(room))
    assert refused.status_code == 403
    assert other_browser.get("/room").status_code == 403
    assert type_code(browser, path, code_for(room).lower().replace("-", " ")).url.path == "/room"


def test_only_one_of_many_who_type_a_code_at_once_comes_in(rooms: RoomSetup, address: str) -> None:
    code = code_for(rooms.invite(entry="code"))
    found: list[int] = []

    def post() -> None:
        found.append(httpx.post(f"{address}/entrar", data={"code": code}, trust_env=False).status_code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [303, *[403] * 7]


def test_every_wrong_code_gets_the_same_bytes_whatever_the_reason(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client
) -> None:
    unknown = other_browser.post("/entrar", data={"code": "7K3M-90X1"})
    assert unknown.status_code == 403
    codes = {"no code": "x", "nothing": "", "markup": "<script>", "long": "7" * 5_000, "bytes": "\x00\ud7ff"}
    used = rooms.invite(entry="code")
    type_code(browser, "/entrar", code_for(used))
    codes["used"] = code_for(used)
    reissued = rooms.invite(entry="code", reissue=True)
    codes["replaced"] = code_for(used)
    with writing(rooms.engine) as session:
        revoke_room(session, used.id or 0, actor=AGENT, now=rooms.clock())
    codes["withdrawn"] = code_for(reissued)
    closed = rooms.invite(entry="code")
    with writing(rooms.engine) as session:
        close_room(session, closed.id or 0, actor=AGENT, now=rooms.clock())
    codes["closed"] = code_for(closed)
    expired = rooms.invite(entry="code", lifetime=timedelta(hours=1))
    rooms.clock.advance(timedelta(hours=2))
    codes["expired"] = code_for(expired)
    for why, code in codes.items():
        answer = other_browser.post("/entrar", data={"code": code})
        assert (answer.status_code, answer.content) == (403, unknown.content), why
        assert comparable(answer) == comparable(unknown), why
    assert other_browser.post("/entrar", content=b"x" * 200_000).content == unknown.content


def test_a_true_code_posted_by_another_site_opens_nothing(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(entry="code")
    answer = browser.post("/entrar", data={"code": code_for(room)}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert rooms.room(room.id).status == RoomStatus.INVITED


def test_the_page_of_codes_helps_those_who_cannot_get_in(browser: httpx.Client) -> None:
    page = browser.get("/entrar")
    assert "Responde al mensaje privado" in page.text
    assert 'href="tel:900234567"' in page.text
    attributes = dict(read(page).attributes)
    assert attributes["inputmode"] == "text"
    assert attributes["autocapitalize"] == "characters"
    assert 'lang="en"' in browser.get("/entrar?lang=en").text
    assert 'lang="en"' in browser.get("/entrar").text


def test_an_invitation_says_in_words_and_local_time_until_when_it_is_good(
    rooms: RoomSetup, browser: httpx.Client
) -> None:
    room = rooms.invite()
    assert "hasta el domingo 22 de noviembre a las 10:30, hora de Madrid." in browser.get(path_of(room)).text
    assert "until Sunday 22 November at 10:30, Madrid time." in browser.get(f"{path_of(room)}?lang=en").text


def test_nothing_of_anybody_is_in_any_byte_before_proof(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(entry="code")
    link = path_of(room)
    answers = [
        browser.get(link),
        browser.get(f"{link}/out"),
        browser.get(f"{link}?lang=en"),
        browser.get("/entrar"),
        browser.post("/entrar", data={"code": "7K3M-90X1"}),
        browser.get(f"/r/{room.public_id}/x"),
        browser.get("/room"),
        browser.get("/room/out"),
        browser.post(f"{link}/out", data={"way": "no_code", "how": "call", "phone": "1"}),
        type_code(browser, "/entrar", code_for(room)),
        browser.get("/room/out"),
        browser.post("/room/out", data={"way": "for_another"}, follow_redirects=True),
        browser.post("/room/out", data={"way": "not_me"}),
        browser.get(link),
    ]
    for answer in answers:
        everything = (answer.text + str(answer.headers)).casefold()
        for secret in SECRETS:
            assert secret.casefold() not in everything, (answer.url, secret)


def test_a_reissue_voids_link_code_and_session(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client
) -> None:
    first = rooms.invite(entry="code")
    enter_room(browser, path_of(first))
    post_message(browser, "sigo esperando")
    again = rooms.invite(entry="code", reissue=True)
    assert again.id == first.id
    assert browser.get("/room").status_code == 403
    assert browser.post("/room", data={"text": "hola"}).status_code == 403
    assert browser.get("/room/out").status_code == 403
    assert browser.get(path_of(first)).status_code == 404
    assert browser.post(path_of(first)).status_code == 404
    assert type_code(browser, "/entrar", code_for(first)).status_code == 403
    inside = type_code(other_browser, "/entrar", code_for(again))
    assert "sigo esperando" in inside.text


def test_a_reissue_asks_for_proof_again_before_it_shows_what_was_said(rooms: RoomSetup, browser: httpx.Client) -> None:
    first = rooms.invite()
    enter_room(browser, path_of(first))
    with writing(rooms.engine) as session:
        row = session.get_one(RoomRow, first.id)
        row.filed_at, row.file_proof, row.customer_id = rooms.clock(), ProofKind.EMAIL_CODE.value, None
    rooms.clock.advance(timedelta(hours=1))
    again = rooms.invite(reissue=True)
    stored = rooms.room(again.id)
    assert (stored.handle_held_at, stored.handle_proof, stored.filed_at, stored.file_proof) == (None,) * 4
    stored.customer_id = 7
    assert visible_since(stored) == rooms.clock()
    stored.filed_at = rooms.clock()
    assert visible_since(stored) is None
    enter_room(browser, path_of(again))
    assert rooms.room(again.id).handle_proof == ProofKind.OWN_MESSAGE


def test_coming_in_by_a_private_reply_proves_the_handle_too(rooms: RoomSetup, browser: httpx.Client) -> None:
    with writing(rooms.engine) as session:
        other = IdentityRow(
            network="x",
            external_id="5002",
            subject="subject-5002",
            handle="otra",
            display_name="",
            biography="",
            reach=0,
            declared_bot=False,
            first_heard_at=START,
            last_heard_at=START,
        )
        session.add(other)
        session.flush()
        identity_id = other.id
    room = rooms.invite()
    with writing(rooms.engine) as session:
        session.get_one(RoomRow, room.id).identity_id = identity_id or 0
        session.add(
            ReplyRow(
                account_id=1,
                mention_id=1,
                revision=1,
                room_id=room.id,
                slot="private",
                act="private_reply",
                target_external_id="9001",
                text="",
                language="es",
                status="sent",
                origin="automatic",
                author="rule:x",
                approvals=[],
                created_at=START,
            )
        )
    enter_room(browser, path_of(room))
    assert rooms.room(room.id).handle_proof == ProofKind.PRIVATE_REPLY


def test_the_case_knows_how_its_private_side_stands(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    assert private_state(rooms) == PrivateState.INVITED
    browser.get(path_of(room))
    assert private_state(rooms) == PrivateState.INVITED
    enter_room(browser, path_of(room))
    assert private_state(rooms) == PrivateState.OPEN


@pytest.mark.parametrize("address_form", ["tu", "usted"])
def test_the_page_of_codes_speaks_as_the_brand_does(address_form: str) -> None:
    from room.web.pages.entry import invitation_code_page  # noqa: PLC0415 - beside its only use
    from room.wordings import words_for  # noqa: PLC0415

    brand = Brand(name="marca", address=address_form)
    page = invitation_code_page(words_for("es", brand), (brand,), here="/entrar", wrong=True)
    assert ("Escríbalo aquí" in bytes(page.body).decode()) is (address_form == "usted")


def test_no_log_and_no_row_holds_a_code_or_a_link(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(entry="code")
    type_code(browser, "/entrar", code_for(room))
    with reading(rooms.engine) as session:
        bodies = "".join(session.execute(select(col(LedgerEntryRow.body))).scalars())
    for secret in (code_for(room), code_for(room).replace("-", ""), invitation_token(ROOM_KEY, room), room.public_id):
        assert secret not in bodies
    stored = str(rooms.room(room.id).model_dump())
    assert code_for(room) not in stored
    assert invitation_token(ROOM_KEY, room) not in stored


def type_code(browser: httpx.Client, path: str, code: str) -> httpx.Response:
    """Type a code into the form of the page and follow where it leads."""
    form = read(browser.get(path)).forms["enter"]
    assert form["method"] == "post"
    assert urlsplit(form["action"]).path == path
    return browser.post(form["action"], data={"code": code}, follow_redirects=True)


def private_state(rooms: RoomSetup) -> str:
    with reading(rooms.engine) as session:
        return session.get_one(CareCaseRow, rooms.case_id).private_state


def comparable(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name != "date"]
