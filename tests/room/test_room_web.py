from __future__ import annotations

import html
import threading
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.enums import RoomStatus
from records.tables.ledger import LedgerEntryRow
from records.tables.room import RoomMessageRow
from room.conversation.messages import post_message as say_as
from room.lifecycle import close_room, invitation_token, revoke_room
from tests.support.forms import enter_room, post_message, read
from tests.support.rooms import AGENT, DISPLAY_NAME, HANDLE, PUBLIC_TEXT, ROOM_KEY, RoomSetup, path_of


def test_showing_a_link_two_hundred_times_does_not_consume_it(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    for _ in range(100):
        assert browser.get(path_of(room)).status_code == 200
        assert browser.head(path_of(room)).status_code == 200
    assert rooms.room(room.id).status == RoomStatus.INVITED
    assert "aparte_room" not in browser.cookies
    assert enter_room(browser, path_of(room)).url.path == "/room"


def test_a_posted_link_opens_the_room_and_the_person_can_write(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    page = enter_room(browser, path_of(room))
    assert page.status_code == 200
    assert [answer.status_code for answer in page.history] == [303]
    answer = post_message(browser, "Mi pedido no llega")
    assert "Mi pedido no llega" in answer.text
    assert rooms.room(room.id).status == RoomStatus.OPEN
    assert rooms.room(room.id).handle_held_at == rooms.clock()


def test_a_second_post_from_another_browser_is_refused_politely(
    rooms: RoomSetup, browser: httpx.Client, other_browser: httpx.Client
) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    refused = other_browser.post(path_of(room))
    assert refused.status_code == 410
    assert "El enlace ya se usó" in refused.text
    shown = other_browser.get(path_of(room))
    assert (shown.status_code, shown.content) == (410, refused.content), "it is said before anybody presses a button"
    assert "escríbenos por mensaje privado" in refused.text
    assert other_browser.get("/room").status_code == 403


def test_the_browser_that_opened_a_room_comes_in_again_by_the_same_link(
    rooms: RoomSetup, browser: httpx.Client
) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    post_message(browser, "primera línea")
    again = enter_room(browser, path_of(room))
    assert again.url.path == "/room"
    assert "primera línea" in again.text


def test_only_one_of_many_simultaneous_posts_opens_the_room(rooms: RoomSetup, address: str) -> None:
    room = rooms.invite()
    found: list[int] = []

    def post() -> None:
        found.append(httpx.post(address + path_of(room), trust_env=False).status_code)

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [303, *[410] * 11]


def test_forged_and_old_links_get_the_very_bytes_of_an_unknown_room(rooms: RoomSetup, browser: httpx.Client) -> None:
    first = rooms.invite()
    old = path_of(first)
    room = rooms.invite(reissue=True)
    token = invitation_token(ROOM_KEY, room)
    links = [
        old,
        f"/r/{room.public_id}/{'A' * 43}",
        f"/r/{room.public_id}/{token[:-1]}",
        f"/r/{room.public_id}/{token}x",
        f"/r/{room.public_id}/%00%F0%9F",
        f"/r/{'x' * 22}/{token}",
        f"/r/%00/{token}",
        f"/r/{'%E2%80%AE' * 8}/{token}",
    ]
    unknown_shown = browser.get(f"/r/{'u' * 22}/{'t' * 43}")
    unknown_posted = browser.post(f"/r/{'u' * 22}/{'t' * 43}")
    assert unknown_shown.status_code == unknown_posted.status_code == 404
    for link in links:
        shown, posted = browser.get(link), browser.post(link)
        assert (shown.status_code, shown.content) == (404, unknown_shown.content), link
        assert (posted.status_code, posted.content) == (404, unknown_posted.content), link
        assert _comparable(shown) == _comparable(unknown_shown)
        assert _comparable(posted) == _comparable(unknown_posted)
    assert browser.get(path_of(room)).status_code == 200


def test_a_reissued_invitation_shuts_out_the_browser_of_before(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    again = rooms.invite(reissue=True)
    assert browser.get("/room").status_code == 403
    assert enter_room(browser, path_of(again)).status_code == 200


def test_an_invitation_that_ran_out_says_so_and_how_to_get_another(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(lifetime=timedelta(hours=1))
    rooms.clock.advance(timedelta(hours=1))
    for answer in (browser.get(path_of(room)), browser.post(path_of(room))):
        assert answer.status_code == 410
        assert "La invitación ha caducado" in answer.text
        assert "te enviaremos otro" in answer.text


def test_an_open_room_outlives_its_invitation_while_people_talk(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite(lifetime=timedelta(hours=1))))
    for _ in range(3):
        rooms.clock.advance(timedelta(days=6))
        assert post_message(browser, "sigo aquí").status_code == 200
    rooms.clock.advance(timedelta(days=8))
    assert browser.get("/room").status_code == 403


def test_a_revoked_room_shuts_at_once(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    with writing(rooms.engine) as session:
        revoke_room(session, room.id or 0, actor=AGENT, now=rooms.clock())
    assert browser.get("/room").status_code == 403
    assert browser.post("/room", data={"text": "hola"}).status_code == 403
    assert "La invitación ya no vale" in browser.get(path_of(room)).text
    assert _said(rooms) == []


def test_a_closed_room_says_that_the_conversation_is_over(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    with writing(rooms.engine) as session:
        close_room(session, room.id or 0, actor=AGENT, now=rooms.clock())
    assert "La conversación ha terminado" in browser.post(path_of(room)).text


def test_no_page_tells_anything_of_the_public_thread(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    pages = [
        browser.get(path_of(room)),
        enter_room(browser, path_of(room)),
        post_message(browser, "buenas"),
        browser.get("/r/a/b"),
    ]
    for page in pages:
        for secret in (PUBLIC_TEXT, "4471", HANDLE, DISPLAY_NAME, "9001", "5001", "lo del pedido", "hola, os escribo"):
            assert secret not in page.text


def test_every_answer_carries_the_private_headers(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    answers = [
        browser.get(path_of(room)),
        browser.post(path_of(room)),
        browser.get("/room"),
        browser.get("/room.css"),
        browser.get("/nowhere"),
        browser.put("/room"),
        browser.get("/healthz"),
    ]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "style-src 'self'" in policy
        assert "script-src" not in policy
        assert "server" not in answer.headers
    assert answers[-1].text == "ok"


def test_the_session_cookie_is_for_this_site_and_not_for_scripts(rooms: RoomSetup, browser: httpx.Client) -> None:
    cookie = browser.post(path_of(rooms.invite())).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_no_page_needs_a_script_or_loads_anything_from_elsewhere(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    for page in (browser.get(path_of(room)), enter_room(browser, path_of(room)), browser.get("/nowhere")):
        forms = read(page)
        assert "script" not in forms.tags
        assert not [name for name, _ in forms.attributes if name.startswith("on") or name == "style"]
        links = [value or "" for name, value in forms.attributes if name in {"src", "href", "action"}]
        assert all(link.startswith(("/", "?")) for link in links), links


def test_a_form_posted_by_another_site_is_refused(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(path_of(room), headers=elsewhere).status_code == 403
    enter_room(browser, path_of(room))
    assert browser.post("/room", data={"text": "hola"}, headers=elsewhere).status_code == 403
    assert _said(rooms) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        '=HYPERLINK("http://evil.example")',
        "</textarea><h1>x",
        "\u202eodot ed séver la",
        "a\x00b",
        "&amp; &lt;b&gt;",
        "👩‍👩‍👧‍👦 ñandú 漢字 العربية",
        "línea una\r\nlínea dos",
    ],
)
def test_a_hostile_text_is_stored_and_shown_as_text(rooms: RoomSetup, browser: httpx.Client, text: str) -> None:
    enter_room(browser, path_of(rooms.invite()))
    page = post_message(browser, text)
    stored = text.replace("\x00", "�").replace("\r\n", "\n")
    assert _said(rooms) == [stored]
    assert str(html.escape(stored)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page.text
    assert "script" not in read(page).tags
    assert "img" not in read(page).tags


def test_lone_surrogates_in_a_form_do_no_harm(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.post("/room", content=b"text=a%ED%A0%80b%FF", headers=headers, follow_redirects=True)
    assert answer.status_code == 200
    assert _said(rooms)[0].startswith("a�")


@pytest.mark.parametrize("text", ["", "   \r\n\t ", "\u2028"])
def test_an_empty_message_is_asked_for_again(rooms: RoomSetup, browser: httpx.Client, text: str) -> None:
    enter_room(browser, path_of(rooms.invite()))
    answer = browser.post("/room", data={"text": text})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert _said(rooms) == []


def test_a_text_that_is_too_long_stays_in_the_form_to_be_shortened(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    text = "á" * 4_001
    answer = browser.post("/room", data={"text": text})
    assert answer.status_code == 400
    assert text in answer.text
    assert post_message(browser, "á" * 4_000).status_code == 200
    assert _said(rooms) == ["á" * 4_000]


def test_ten_megabytes_are_refused_politely_and_the_room_goes_on(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    answer = browser.post("/room", data={"text": "x" * 10_000_000})
    assert answer.status_code == 400
    assert "demasiado largo" in answer.text
    assert len(answer.content) < 10_000
    assert "sigo" in post_message(browser, "sigo").text


def test_a_flood_of_messages_is_slowed_down(rooms: RoomSetup, browser: httpx.Client) -> None:
    enter_room(browser, path_of(rooms.invite()))
    statuses = [browser.post("/room", data={"text": f"mensaje {n}"}).status_code for n in range(22)]
    assert statuses == [*[303] * 20, 400, 400]
    rooms.clock.advance(timedelta(minutes=2))
    assert post_message(browser, "otra vez").status_code == 200


def test_an_answer_of_the_team_appears_without_the_agent_s_name(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    with writing(rooms.engine) as session:
        say_as(session, room.id or 0, author="agent", text="Lo miramos", agent_id=1, actor=AGENT, now=rooms.clock())
    page = browser.get("/room").text
    assert "Lo miramos" in page
    assert "Equipo de Marca" in page
    assert "Turno de mañana" not in page


def test_the_page_speaks_the_language_of_the_room_and_switches(rooms: RoomSetup, browser: httpx.Client) -> None:
    room = rooms.invite(language="en")
    assert "A private room to carry on talking" in browser.get(path_of(room)).text
    assert "Una sala privada" in browser.get(path_of(room) + "?lang=es").text
    assert 'lang="es"' in enter_room(browser, path_of(room)).text
    assert 'lang="en"' in browser.get("/room?lang=en").text


def test_what_is_said_is_sealed_in_the_log_and_no_link_or_session_is_in_it(
    rooms: RoomSetup, browser: httpx.Client
) -> None:
    room = rooms.invite()
    enter_room(browser, path_of(room))
    post_message(browser, "mi secreto es largo")
    session_token = browser.cookies["aparte_room"].partition(".")[2]
    with reading(rooms.engine) as session:
        entries = select(col(LedgerEntryRow.kind), col(LedgerEntryRow.body)).order_by(col(LedgerEntryRow.index))
        logged = list(session.execute(entries))
    assert [kind for kind, _ in logged][-2:] == ["room:room:opened", "room:message:said"]
    everything = "".join(body for _, body in logged)
    for secret in ("mi secreto", invitation_token(ROOM_KEY, room), session_token, room.public_id, HANDLE):
        assert secret not in everything


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cookie=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,\\"'), max_size=90))
def test_no_made_up_cookie_opens_a_room(rooms: RoomSetup, address: str, cookie: str) -> None:
    answer = httpx.get(f"{address}/room", headers={"Cookie": f"aparte_room={cookie}"}, trust_env=False)
    assert answer.status_code == 403


def _said(rooms: RoomSetup) -> list[str]:
    with reading(rooms.engine) as session:
        return [text for (text,) in session.execute(select(RoomMessageRow.text).order_by(col(RoomMessageRow.id)))]  # type: ignore[call-overload]


def _comparable(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name != "date"]
