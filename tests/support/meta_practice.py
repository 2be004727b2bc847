"""The practice network's Facebook Page and Instagram account, and a server that answers what a test scripts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from networks.credentials import MetaCredentials
from networks.meta.facebook.network import open_facebook
from networks.meta.instagram.network import open_instagram
from networks.protocol import FeedPage, Network
from records.enums import Feed
from records.models import Account
from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NETWORKS = ("facebook", "instagram")
_OPENERS: Mapping[str, Callable[..., Network]] = {"facebook": open_facebook, "instagram": open_instagram}
TOKEN = "EAAtoken%2Bwhich-must-not-be-seen"
SECRET = "app-secret-which-must-not-be-seen"


@dataclass(frozen=True, kw_only=True)
class MetaPractice:
    """The running sandbox, and its accounts by network."""

    base_url: str
    accounts: Mapping[str, Mapping[str, Any]]
    http: httpx.Client

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.get("/_clock").json()["now"])

    def advance(self, **span: float) -> datetime:
        seconds = timedelta(**span).total_seconds()
        self.http.post("/_clock", json={"advance_seconds": seconds}).raise_for_status()
        return self.now()

    def tell(self, door: str, **told: Any) -> dict[str, Any]:
        answer = self.http.post(door, content=json.dumps(told))
        assert answer.is_success, answer.text
        return dict(answer.json())

    def truth(self) -> dict[str, Any]:
        return dict(json.loads(self.http.get("/_truth").content))

    def ids(self) -> dict[str, str]:
        """Wire ids by the ids in the rows."""
        return {post["source_id"]: post["id"] for post in self.truth()["posts"] if post.get("source_id")}

    def name(self, network: str) -> str:
        return str(self.accounts[network]["name"])

    def account(self, network: str) -> Account:
        told = self.accounts[network]
        return account_on(network, external_id=told["external_id"], handle=told["handle"])

    def credentials(self, network: str) -> MetaCredentials:
        told = self.accounts[network]
        return MetaCredentials(page_token=told["page_token"], app_secret=told["app_secret"])

    def open(self, network: str, **changes: Any) -> Network:
        options = {"base_url": self.base_url, "timeout_seconds": 15.0, "clock": self.now} | changes
        credentials = options.pop("credentials", self.credentials(network))
        account = options.pop("account", self.account(network))
        return _OPENERS[network](account, credentials, **options)


@contextmanager
def open_meta_practice(rows: Sequence[Mapping[str, Any]], folder: Path, **options: Any) -> Iterator[MetaPractice]:
    """Run a sandbox on rows, all of them visible, three hours after the last."""
    posts = folder / "posts.jsonl"
    posts.write_bytes("\n".join(json.dumps(row) for row in rows).encode())
    sandbox = running(SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT, **options))
    with sandbox as base_url, httpx.Client(base_url=base_url, trust_env=False) as http:
        accounts = {told["network"]: told for told in http.get("/_accounts").json()}
        practice = MetaPractice(base_url=base_url, accounts=accounts, http=http)
        practice.advance(hours=3)
        yield practice


def all_pages(network: Network, feed: Feed, *, since: datetime | None = None) -> list[FeedPage]:
    """Every page of a feed."""
    pages: list[FeedPage] = []
    token: str | None = None
    while True:
        page = network.read(feed, since=since, until=ENDS_AT, page=token)
        pages.append(page)
        token = page.next_page
        if token is None:
            return pages
        assert len(pages) < 1_000


def fetched_posts(network: Network, feed: Feed, *, since: datetime | None = None) -> dict[str, Any]:
    """The posts of a feed, by their texts."""
    return {post.text: post for page in all_pages(network, feed, since=since) for post in page.posts}


def own_posts(network: Network, feed: Feed, *, since: datetime | None = None) -> dict[str, Any]:
    """Our own posts of a feed, by their texts."""
    return {post.text: post for page in all_pages(network, feed, since=since) for post in page.own}


def account_on(network: str, *, external_id: str = "2002", handle: str = "acme") -> Account:
    return Account(
        id=1,
        name=f"acme-{network}",
        network=network,
        brand="acme",
        external_id=external_id,
        handle=handle,
        connected_at=ENDS_AT,
    )


@dataclass(kw_only=True)
class ScriptedGraph:
    """Answers requests in turn; the last answer again and again."""

    base_url: str = ""
    answers: list[tuple[int, Mapping[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, str, Mapping[str, str], str]] = field(default_factory=list)
    """Method, path with query, headers and body of each request."""

    def say(self, *answers: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Script what comes next: JSON values, or bytes as they are."""
        bodies = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in answers]
        self.answers += [(status, headers or {}, body) for body in bodies]

    def refuse(self, code: int, subcode: int | None = None, *, status: int = 400, message: str = "No.") -> None:
        """Script one of Meta's errors."""
        error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A"}
        self.say({"error": error | ({"error_subcode": subcode} if subcode else {})}, status=status)

    def open(self, network: str, **changes: Any) -> Network:
        credentials = MetaCredentials(page_token=TOKEN, app_secret=SECRET, page_id="2002")
        options = {"base_url": self.base_url, "timeout_seconds": 15.0, "clock": lambda: ENDS_AT} | changes
        return _OPENERS[network](account_on(network), options.pop("credentials", credentials), **options)


@contextmanager
def scripted() -> Iterator[ScriptedGraph]:
    """Serve scripted answers."""
    graph = ScriptedGraph()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            graph.asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, content = graph.answers.pop(0) if len(graph.answers) > 1 else graph.answers[0]
            self.send_response_only(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        graph.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield graph
        finally:
            server.shutdown()
            thread.join()
