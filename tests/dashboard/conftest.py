"""A house on SQLite files with a clock that stands still, and its real server."""

from __future__ import annotations

import base64
import threading
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

from dashboard.gate import Gate
from dashboard.registry import FrontDesk, register
from dashboard.sign_in import sign_in_routes
from service.house import House, open_house
from service.settings import load_settings
from tests.support.dashboard_data import KINDS, SETTINGS, FixedClock, Seeder
from tests.support.screen import Screen


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    (tmp_path / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    secrets = [f"APARTE_MASTER_KEY={base64.b64encode(bytes(range(32))).decode()}"]
    secrets += [f"APARTE_ACME_X_{kind}=practice" for kind in KINDS]
    (tmp_path / "secrets.env").write_text("\n".join(secrets), encoding="utf-8")
    opened = open_house(load_settings(tmp_path / "aparte.toml"), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def front_desk(house: House) -> FrontDesk:
    return register(house)


@pytest.fixture
def seeder(house: House) -> Seeder:
    return Seeder(house)


@pytest.fixture
def address(front_desk: FrontDesk) -> Iterator[str]:
    """Where the gate and the sign-in pages are served, before a stand-in for what lies behind them."""

    def page(_: Request) -> HTMLResponse:
        return HTMLResponse('<!DOCTYPE html><html lang="en"><body>inside</body></html>', headers={"etag": "x"})

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("inside")
        await socket.close()

    app = Starlette(
        routes=[
            *sign_in_routes(front_desk),
            Route("/static/a.js", lambda _: PlainTextResponse("inside")),
            WebSocketRoute("/_stcore/stream", talk),
            Route("/{path:path}", page),
        ],
        middleware=[Middleware(Gate, front_desk=front_desk)],
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture
def screen(front_desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setattr("dashboard.visit.session_token", lambda: None)
    return Screen(front_desk, monkeypatch)
