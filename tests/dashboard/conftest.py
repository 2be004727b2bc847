"""An app on SQLite files with a clock that stands still, and its real server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboard.auth.gate import AuthGate
from dashboard.auth.sessions import AuthState, register_app
from dashboard.auth.sign_in import sign_in_routes
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.support.asgi import serving
from tests.support.dashboard_data import KINDS, SETTINGS, FixedClock, Seeder
from tests.support.databases import copy_databases
from tests.support.screen import Screen


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def app(tmp_path: Path, clock: FixedClock) -> Iterator[App]:
    copy_databases(tmp_path)
    (tmp_path / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    secrets = [f"APARTE_MASTER_KEY={base64.b64encode(bytes(range(32))).decode()}"]
    secrets += [f"APARTE_ACME_X_{kind}=practice" for kind in KINDS]
    (tmp_path / "secrets.env").write_text("\n".join(secrets), encoding="utf-8")
    opened = open_app(load_settings(tmp_path / "aparte.toml"), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def auth(app: App) -> AuthState:
    return register_app(app)


@pytest.fixture
def seeder(app: App) -> Seeder:
    return Seeder(app)


@pytest.fixture
def address(auth: AuthState) -> Iterator[str]:
    """Where the gate and the sign-in pages are served, before a stand-in for what lies behind them."""

    def page(_: Request) -> HTMLResponse:
        return HTMLResponse('<!DOCTYPE html><html lang="en"><body>inside</body></html>', headers={"etag": "x"})

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("inside")
        await socket.close()

    web_app = Starlette(
        routes=[
            *sign_in_routes(auth),
            Route("/static/a.js", lambda _: PlainTextResponse("inside")),
            WebSocketRoute("/_stcore/stream", talk),
            Route("/{path:path}", page),
        ],
        middleware=[Middleware(AuthGate, auth=auth)],
    )
    config = uvicorn.Config(web_app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio")
    with serving(uvicorn.Server(config)) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture
def screen(auth: AuthState, monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setattr("dashboard.auth.request_context.session_token", lambda: None)
    return Screen(auth, monkeypatch)
