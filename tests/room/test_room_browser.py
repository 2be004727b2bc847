"""The pages before the room in a real browser: small screen, no script, keyboard alone, WCAG AA."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from records.enums import RoomStatus
from room.invitation import invitation_code
from tests.support.rooms import ROOM_KEY, RoomSetup, path_of

CHROMIUM = "/usr/bin/chromium"
AUDIT = (Path(__file__).parent / "room_audit.js").read_text(encoding="utf-8")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="Debian's chromium is not installed"
    ),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def telephone(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A small telephone that runs no script."""
    context = chromium.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="es-ES"
    )
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.mark.parametrize(("path", "button"), [("/entrar", "Entrar en la sala"), ("/enter", "Enter the room")])
def test_a_person_types_the_code_and_is_in_with_the_keyboard_alone(
    rooms: RoomSetup, telephone: BrowserContext, path: str, button: str
) -> None:
    room = rooms.invite(entry="code")
    page = telephone.new_page()
    page.goto(path)
    reach(page, "code")
    page.keyboard.type("7k3m 90x1")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page.get_by_role("button", name=button)).to_be_visible()
    reach(page, "code")
    page.keyboard.type(invitation_code(ROOM_KEY, room.public_id, room.generation).lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url("**/room")
    assert rooms.room(room.id).status == RoomStatus.OPEN


def test_a_person_for_whom_it_was_not_says_so_with_the_keyboard_alone(
    rooms: RoomSetup, telephone: BrowserContext
) -> None:
    room = rooms.invite()
    page = telephone.new_page()
    page.goto(path_of(room))
    page.get_by_role("link", name="No soy yo").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="No soy yo, cerrar").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gracias por decirlo")).to_be_visible()
    assert rooms.room(room.id).status == RoomStatus.REVOKED


@pytest.mark.parametrize(("language", "scheme"), [("es", "light"), ("en", "dark")])
def test_every_page_before_the_room_can_be_read_and_used_by_everybody(
    rooms: RoomSetup, chromium: Browser, address: str, language: str, scheme: str
) -> None:
    link = path_of(rooms.invite(entry="code"))
    context = chromium.new_context(
        base_url=address,
        viewport={"width": 320, "height": 640},
        color_scheme=scheme,  # type: ignore[arg-type]
        extra_http_headers={"Accept-Language": language},
    )
    page = context.new_page()
    page.goto(f"/entrar?lang={language}")
    for name, visit in visits(page, link).items():
        visit()
        found = page.evaluate(AUDIT)
        assert found["problems"] == [], name
        assert found["lang"] == language, name
        assert found["weakest"] >= 4.5, name
        keep(page, f"{name}-{language}-{scheme}")
    context.close()


def visits(page: Page, link: str) -> dict[str, Callable[[], object]]:
    """How to come to each page, by its name, in an order in which they can be visited."""

    def send(path: str, button: str, **typed: str) -> None:
        page.goto(path)
        for field, text in typed.items():
            page.fill(f"#{field}", text)
        with page.expect_navigation():
            page.click(f"#{button} button")

    return {
        "code": lambda: page.goto("/entrar"),
        "wrong-code": lambda: send("/entrar", "enter", code="7K3M-90X1"),
        "invitation": lambda: page.goto(link),
        "ways-out": lambda: page.goto(f"{link}/out"),
        "wrong-phone": lambda: send(f"{link}/out", "take-no_code", phone="12"),
        "unknown": lambda: page.goto("/r/x/y"),
        "farewell": lambda: send(f"{link}/out", "take-not_me"),
        "revoked": lambda: page.goto(link),
        "too-many": lambda: [spray(page), send("/entrar", "enter", code="x")],
    }


def spray(page: Page) -> None:
    """Miss as often as one address may."""
    for _ in range(20):
        page.request.post("/entrar", form={"code": "x"})


def reach(page: Page, field: str) -> None:
    """Go to a field by the tabulator."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.locator(f"#{field}:focus").count():
            return
    raise AssertionError(f"no tabulator reaches #{field}")


def keep(page: Page, name: str) -> None:
    """Keep a picture where the environment says so, for people to look at."""
    folder = os.environ.get("ROOM_PICTURES")
    if folder:
        page.set_viewport_size({"width": 360, "height": 740})
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.set_viewport_size({"width": 320, "height": 640})
