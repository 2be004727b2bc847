"""A person opens the link of a private message, or types its code, and fills in the room's forms."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

from sandbox.world.texts import urlsplit_host

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT_SECONDS = 10.0
MOST_REDIRECTS = 5
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "es,en;q=0.7",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}


@dataclass(frozen=True, kw_only=True)
class RoomVisit:
    """The result of a visit to a room. `status` is the last answer's, 0 where there was none; no secret is kept."""

    url_host: str
    person: str
    status: int
    ok: bool
    why: str


def visit_room(link: str, *, person: str, text: str) -> RoomVisit:
    """Open the link, enter, and write `text`; a failure is part of the visit, never an exception.

    A code to be typed at the address is the link's fragment, which no browser sends.
    """
    host = urlsplit_host(link)
    if host not in LOOPBACK:
        return RoomVisit(url_host=host, person=person, status=0, ok=False, why="the link does not lead to this machine")
    try:
        with httpx.Client(headers=BROWSER, timeout=TIMEOUT_SECONDS, trust_env=False, verify=_trust()) as client:
            status = _enter_and_say(client, link, text)
    except _RefusedError as refused:
        return RoomVisit(url_host=host, person=person, status=refused.status, ok=False, why=str(refused))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return RoomVisit(url_host=host, person=person, status=0, ok=False, why=f"no answer ({type(error).__name__})")
    return RoomVisit(url_host=host, person=person, status=status, ok=True, why="")


@dataclass(kw_only=True)
class Form:
    """A form: action, method, and its named fields with the values of the page."""

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    areas: list[str] = field(default_factory=list)
    """Names of its text areas."""


def find_form(page: str, form_id: str) -> Form | None:
    """The form with that id, or None."""
    parser = _FormParser()
    parser.feed(page)
    parser.close()
    return next((form for form in parser.forms if form.id == form_id), None)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(
                id=attributes.get("id", ""),
                action=attributes.get("action", ""),
                method=attributes.get("method", "get").lower(),
            )
            self.forms.append(self._open)
        elif self._open is not None and attributes.get("name"):
            self._note(self._open, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _note(self, form: Form, tag: str, attributes: dict[str, str]) -> None:
        if tag == "textarea":
            form.areas.append(attributes["name"])
            form.fields[attributes["name"]] = ""
        elif tag == "input" and attributes.get("type", "text").lower() in {"hidden", "text", "email", "tel"}:
            form.fields[attributes["name"]] = attributes.get("value", "")


class _RefusedError(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@cache
def _trust() -> ssl.SSLContext:
    """Loading the certificates takes longer than a whole visit, so it is done once."""
    return ssl.create_default_context()


def _enter_and_say(client: httpx.Client, link: str, text: str) -> int:
    address, code = urldefrag(link)
    page = _follow(client, client.get(address, headers={"Sec-Fetch-Site": "none" if code else "cross-site"}))
    enter = _form(page, "enter")
    if code:
        enter.fields["code"] = code
    room = _submit(client, page, enter)
    say = _form(room, "say")
    if "text" not in say.areas:
        raise _RefusedError(room.status_code, "the form say has no textarea named text")
    say.fields["text"] = text
    return _submit(client, room, say).status_code


def _form(page: httpx.Response, form_id: str) -> Form:
    form = find_form(page.text, form_id)
    if form is None:
        raise _RefusedError(page.status_code, f"the page has no form with the id {form_id}")
    if form.method != "post":
        raise _RefusedError(page.status_code, f"the form {form_id} does not post")
    return form


def _submit(client: httpx.Client, page: httpx.Response, form: Form) -> httpx.Response:
    target = urljoin(str(page.url), form.action)
    if urlsplit_host(target) not in LOOPBACK:
        raise _RefusedError(page.status_code, f"the form {form.id} does not lead to this machine")
    headers = {"Origin": _origin(page, target), "Sec-Fetch-Site": "same-origin"}
    answer = client.post(target, data=form.fields, headers=headers)
    if answer.status_code >= 400:
        raise _RefusedError(answer.status_code, f"the form {form.id} was refused")
    if not answer.is_redirect:
        raise _RefusedError(answer.status_code, f"the form {form.id} was not answered with a redirect")
    return _follow(client, answer)


def _origin(page: httpx.Response, target: str) -> str:
    """The Origin a browser would send: `null` where the page forbids referrers."""
    if page.headers.get("referrer-policy", "").strip().lower() == "no-referrer":
        return "null"
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc}"


def _follow(client: httpx.Client, answer: httpx.Response) -> httpx.Response:
    for _ in range(MOST_REDIRECTS):
        if not answer.is_redirect:
            break
        target = urljoin(str(answer.url), answer.headers.get("location", ""))
        if urlsplit_host(target) not in LOOPBACK:
            raise _RefusedError(answer.status_code, "a redirect does not lead to this machine")
        answer = client.get(target, headers={"Sec-Fetch-Site": "same-origin"})
    if answer.status_code != httpx.codes.OK:
        raise _RefusedError(answer.status_code, "the page was not served")
    return answer
