from __future__ import annotations

import httpx
import pytest
from sqlmodel import select
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.auth.sessions import LIFETIME, SESSION_COOKIE, AuthState
from records.database import reading, writing
from records.tables.ledger import LedgerEntryRow
from records.tables.service import AgentRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, PASSWORD, FixedClock, add_staff, token_of

HTML = {"accept": "text/html"}


def talk(browser: httpx.Client) -> str:
    """What the websocket says to whoever holds these cookies."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    there = str(browser.base_url).replace("http://", "ws://") + "/_stcore/stream"
    with connect(there, additional_headers={"Cookie": cookies}, proxy=None) as socket:
        return str(socket.recv())


def sign_in(browser: httpx.Client, password: str = PASSWORD, next_page: str = "/queue", **headers: str):
    form = {"email": "agent@acme.example", "password": password, "next": next_page}
    return browser.post("/sign-in", data=form, headers=headers)


def test_whoever_has_no_session_signs_in_first_and_then_comes_to_where_they_wished(
    browser: httpx.Client,
) -> None:
    answer = browser.get("/thread?case=AP-1", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/thread%3Fcase%3DAP-1"
    assert "inside" not in answer.text


@pytest.mark.parametrize("path", ["/static/a.js", "/_stcore/upload_file/x", "/anything"])
def test_nothing_else_is_served_without_a_session(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 403
    assert browser.put(path, content=b"x").status_code == 403


def test_the_websocket_is_closed_to_whoever_has_no_session(browser: httpx.Client) -> None:
    with pytest.raises(InvalidStatus):
        talk(browser)


def test_the_right_password_opens_the_dashboard_and_the_cookie_is_out_of_reach_of_scripts(
    app: App, browser: httpx.Client
) -> None:
    add_staff(app)
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert PASSWORD not in cookie
    assert "inside" in browser.get("/queue", headers=HTML).text
    assert browser.get("/static/a.js").text == "inside"
    assert talk(browser) == "inside"


def test_over_https_the_cookie_is_secure(app: App, browser: httpx.Client) -> None:
    add_staff(app)
    assert "; secure" not in sign_in(browser).headers["set-cookie"].lower()
    behind_tls = sign_in(browser, **{"x-forwarded-proto": "https"})
    assert "; secure" in behind_tls.headers["set-cookie"].lower()


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer_and_both_are_logged(
    app: App, browser: httpx.Client
) -> None:
    add_staff(app)
    wrong = sign_in(browser, "wrong")
    unknown = browser.post("/sign-in", data={"email": "nobody@acme.example", "password": "wrong", "next": "/"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("agent@", "x@").replace("/queue", "/") == unknown.text.replace("nobody@", "x@")
    assert SESSION_COOKIE not in wrong.cookies
    with reading(app.engine) as session:
        kinds = [row.kind for row in session.exec(select(LedgerEntryRow))]
    assert [kind for kind in kinds if kind.startswith("agent:session:")] == ["agent:session:refused"] * 2


def test_guessing_is_stopped_even_where_the_last_guess_is_right(app: App, browser: httpx.Client) -> None:
    add_staff(app)
    for _ in range(5):
        sign_in(browser, "wrong")
    assert sign_in(browser).status_code == 429


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\r\nX: y",
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(app: App, browser: httpx.Client, elsewhere: str) -> None:
    add_staff(app)
    assert sign_in(browser, next_page=elsewhere).headers["location"] == "/"


def test_a_form_from_another_site_is_refused(app: App, browser: httpx.Client) -> None:
    add_staff(app)
    assert sign_in(browser, origin="https://evil.example").status_code == 403
    assert sign_in(browser, origin=str(browser.base_url)).status_code == 303


def test_signing_out_voids_the_session_everywhere(app: App, browser: httpx.Client) -> None:
    add_staff(app)
    sign_in(browser)
    kept = browser.cookies[SESSION_COOKIE]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    browser.cookies.set(SESSION_COOKIE, kept)
    assert browser.get("/queue", headers=HTML).status_code == 303
    assert browser.get("/static/a.js").status_code == 403


def test_a_session_that_is_over_leads_to_the_sign_in_page_not_in_a_circle(
    app: App, auth: AuthState, clock: FixedClock, browser: httpx.Client
) -> None:
    browser.cookies.set(SESSION_COOKIE, token_of(auth, add_staff(app)))
    clock.moment = NOW + LIFETIME
    assert browser.get("/queue", headers=HTML).headers["location"].startswith("/sign-in")
    assert browser.get("/sign-in", headers=HTML).status_code == 200


def test_a_revoked_agent_cannot_open_a_websocket(app: App, auth: AuthState, browser: httpx.Client) -> None:
    agent = add_staff(app)
    browser.cookies.set(SESSION_COOKIE, token_of(auth, agent))
    with writing(app.engine) as session:
        session.get_one(AgentRow, agent.id).disabled_at = NOW
    with pytest.raises(InvalidStatus):
        talk(browser)


def test_the_page_says_its_language_and_is_not_kept(app: App, auth: AuthState, browser: httpx.Client) -> None:
    browser.cookies.set(SESSION_COOKIE, token_of(auth, add_staff(app)))
    answer = browser.get("/queue", headers=HTML | {"accept-language": "es-MX", "if-none-match": "x"})
    assert '<html lang="es">' in answer.text
    assert len(answer.content) == int(answer.headers["content-length"])
    assert "etag" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"
    browser.get("/language?to=en&next=/queue")
    assert '<html lang="en">' in browser.get("/queue", headers=HTML | {"accept-language": "es"}).text


def test_the_sign_in_page_speaks_both_languages_and_escapes_what_was_typed(app: App, browser: httpx.Client) -> None:
    assert "Contraseña" in browser.get("/sign-in", headers={"accept-language": "es"}).text
    browser.get("/language?to=en&next=//evil.example")
    assert "Password" in browser.get("/sign-in").text
    answer = browser.post("/sign-in", data={"email": '"><script>alert(1)</script>', "password": "\x00", "next": "/"})
    assert "<script>" not in answer.text


@pytest.mark.parametrize("email", ["a\x00b@acme.example", "\ud800@acme.example", "x" * 100_000, ""])
def test_what_no_database_takes_is_just_a_wrong_address(browser: httpx.Client, email: str) -> None:
    form = {"email": email.encode("utf-8", "surrogatepass"), "password": "wrong", "next": "/"}
    assert browser.post("/sign-in", data=form).status_code == 401


def test_the_dashboard_says_that_it_lives(browser: httpx.Client) -> None:
    assert browser.get("/healthz").text == "ok"
