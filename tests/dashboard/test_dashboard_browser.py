"""An agent at work in a real browser: the whole app on the practice network, from signing in to the truth."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.demo.home import SIGN_IN_EMAIL
from service.demo.setup import DemoSetup, set_up_demo
from service.operations.schedule import run_once

CHROMIUM = "/usr/bin/chromium"
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
POSTS = (
    ("ana", "@marca ¿a qué hora abre la oficina de Vigo?"),
    ("eva", "@marca <img src=x onerror=\"document.title='owned'\"> una pregunta \u202egnirts"),
    ("tom", "@marca someone has stolen my card and is using it right now, help!!"),
)
ANSWER = "Hola, @ana. La oficina abre a las nueve. — marca"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="Debian's chromium is not installed"
    ),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSetup]:
    folder = tmp_path_factory.mktemp("stage")
    rows = [
        {
            "id": str(number),
            "author": author,
            "text": text,
            "brand": "marca",
            "created_at": (START + timedelta(minutes=number)).isoformat(),
        }
        for number, (author, text) in enumerate(POSTS, 1)
    ]
    (folder / "posts.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with set_up_demo(folder / "home", posts=folder / "posts.jsonl", stepped=True, classifier="fast") as set_:
        run_once(set_.app)
        while not set_.practice.step().finished:
            run_once(set_.app)
        run_once(set_.app)
        set_.open_dashboard()
        yield set_


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="es-ES", viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    yield context
    context.close()


def signed_in(stage: DemoSetup, window: BrowserContext) -> Page:
    page = window.new_page()
    page.goto(f"http://127.0.0.1:{stage.dashboard_port}/")
    assert page.url.endswith("/sign-in?next=/")
    page.fill("#email", SIGN_IN_EMAIL)
    page.fill("#password", stage.home.password)
    page.click("button[type=submit]")
    page.wait_for_selector(".ap.row")
    return page


def open_thread_of(page: Page, handle: str) -> None:
    row = page.locator("[data-testid=stHorizontalBlock]", has=page.locator(".ap.row", has_text=f"@{handle}")).last
    row.get_by_role("button").click()
    page.wait_for_selector(".ap.post")


def test_an_answer_written_in_the_browser_is_found_in_the_truth(stage: DemoSetup, window: BrowserContext) -> None:
    page = signed_in(stage, window)
    assert page.evaluate("document.documentElement.lang") == "es"
    first = page.locator(".ap.row").first
    expect(first).to_contain_text("@tom")
    expect(first).to_contain_text("Daño")

    open_thread_of(page, "ana")
    withhold = page.get_by_role("button", name="No enviar")
    if withhold.count():
        withhold.click()
        page.get_by_label("Por qué no se envía").fill("responde una persona")
        page.get_by_label("Por qué no se envía").press("Tab")
        page.get_by_role("button", name="No enviar").last.click()
        page.get_by_text("No se enviará").wait_for()
    page.get_by_role("button", name="Tomar el caso").click()
    page.get_by_text("El caso es tuyo").wait_for()
    page.get_by_label("Tu respuesta a @ana").fill(ANSWER)
    page.get_by_label("Tu respuesta a @ana").press("Tab")
    page.get_by_role("button", name="Enviar en público").first.click()
    page.get_by_text("La respuesta está escrita").wait_for()

    run_once(stage.app)
    sent = [reply["text"] for reply in json.loads(stage.practice.truth())["replies"]]
    assert sent.count(ANSWER) == 1
    page.reload()
    expect(page.locator(".ap.post.brand", has_text="La oficina abre a las nueve")).to_have_count(1)


def test_what_a_stranger_wrote_runs_nothing_and_leads_nowhere(stage: DemoSetup, window: BrowserContext) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    page = signed_in(stage, window)
    open_thread_of(page, "eva")
    page.reload()
    page.wait_for_selector(".ap.post")
    expect(page.locator(".ap.post .said").first).to_contain_text("<img src=x")
    assert page.title() == "Hilo · Aparte"
    assert page.locator(".ap.post img").count() == 0
    assert {urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}


def test_the_switch_changes_the_language_and_signing_out_closes_the_dashboard(
    stage: DemoSetup, window: BrowserContext
) -> None:
    page = signed_in(stage, window)
    page.get_by_role("link", name="English").click()
    page.get_by_text("Mine only").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("#password")
    page.goto(f"http://127.0.0.1:{stage.dashboard_port}/queue")
    assert "/sign-in" in page.url
