"""Reads and submits the forms of a room's pages as a browser without scripts does."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx
from starlette.types import ASGIApp

from tests.support.asgi import AsgiTransport


class Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.hidden: dict[str, str] = {}
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms[found["id"]] = found
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")


def browser_of(app: ASGIApp, *, cookies: dict[str, str] | None = None) -> httpx.Client:
    """A browser whose person reads Spanish, at `app`."""
    return httpx.Client(
        transport=AsgiTransport(app),
        base_url="http://127.0.0.1",
        headers={"Accept-Language": "es-ES,es;q=0.9"},
        cookies=cookies,
    )


def read(page: httpx.Response) -> Forms:
    forms = Forms()
    forms.feed(page.text)
    return forms


def enter_room(browser: httpx.Client, path: str) -> httpx.Response:
    """Open a link, submit its form and follow where it leads."""
    page = browser.get(path)
    assert page.status_code == 200, page.text
    forms = read(page)
    form = forms.forms["enter"]
    assert form["method"] == "post"
    return browser.post(form.get("action") or path, data=forms.hidden, follow_redirects=True)


def post_message(browser: httpx.Client, text: str) -> httpx.Response:
    form = read(browser.get("/room")).forms["say"]
    return browser.post(form["action"], data={"text": text}, follow_redirects=True)
