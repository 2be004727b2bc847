"""Serves the practice network over HTTP until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.control.faults import token_routes
from sandbox.control.interventions import intervention_routes
from sandbox.control.state import control_routes
from sandbox.faults.middleware import CuttableProtocol, FaultMiddleware
from sandbox.graph.endpoint import GraphEndpoint
from sandbox.network import PracticeNetwork, Rows, open_network
from sandbox.options import SandboxError, SandboxOptions
from sandbox.people.stepping import LivePeople
from sandbox.world.truth import TruthFile
from sandbox.x_api.reads import read_routes
from sandbox.x_api.writes import write_routes

STOP_SECONDS = 1
LOOK_EVERY = 0.01
START_SECONDS = 60.0
OnReady = Callable[[str], None]


def serve(options: SandboxOptions, *, on_ready: OnReady | None = None, rows: Rows | None = None) -> None:
    """Serve until SIGTERM or SIGINT; the truth file is written before it returns.

    `on_ready` is given the base URL once requests are answered; `rows` take the place of a posts file. Raises
    SandboxError where posts cannot be read or the port is taken.
    """
    _serve(options, on_ready or (lambda _: None), threading.Event(), rows)


@contextmanager
def running(options: SandboxOptions, rows: Rows | None = None) -> Iterator[str]:
    """Serve in a thread of this process for the length of a `with`; gives the base URL.

    `rows`, with the columns of a posts file, take the place of a file.
    """
    ready, stop = threading.Event(), threading.Event()
    urls: list[str] = []
    failures: list[BaseException] = []

    def note(url: str) -> None:
        urls.append(url)
        ready.set()

    def work() -> None:
        try:
            _serve(options, note, stop, rows)
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that asked
            failures.append(failure)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="sandbox")
    thread.start()
    try:
        ready.wait(START_SECONDS)
        if failures:
            raise failures[0]
        yield urls[0]
    finally:
        stop.set()
        thread.join()


def _serve(options: SandboxOptions, on_ready: OnReady, stop: threading.Event, rows: Rows | None) -> None:
    listening = _listen(options)
    with listening:
        network = open_network(options, rows)
        port = listening.getsockname()[1]
        server = _Server(_config(network), lambda: on_ready(f"http://{options.host}:{port}"), stop)
        truth_file = TruthFile(options.truth_file, network.world, network.acts) if options.truth_file else None
        runs = network.stepper is None
        people = LivePeople(network.world, network.crowd, network.later_changes) if runs else None
        for part in (truth_file, people, network.webhooks if runs else None):
            if part is not None:
                part.start()
        try:
            with _stopped_by_signals(server):
                asyncio.run(server.serve(sockets=[listening]))
        finally:
            for part in (people, network.webhooks, truth_file):
                if part is not None:
                    part.stop()


def application(network: PracticeNetwork) -> ASGIApp:
    """The web application of a network."""
    routes = [
        *read_routes(network),
        *write_routes(network),
        *control_routes(network),
        *intervention_routes(network),
        *token_routes(network),
    ]
    served = Starlette(routes=routes)
    served.router.default = GraphEndpoint(network)
    return FaultMiddleware(
        served,
        network.faults,
        now=network.world.clock.now,
        callers=network.callers,
        echo=network.webhooks.deliver,
    )


class _Server(uvicorn.Server):
    """Reports when it is ready, stops when an event is set, and leaves signals to its caller.

    uvicorn would raise a caught signal again at the end, and so kill the process before the truth is written.
    """

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def main_loop(self) -> None:
        """Check often whether to stop: a test suite starts and stops hundreds of sandboxes."""
        await self.on_tick(0)
        while not (self._stop.is_set() or self.should_exit):
            await asyncio.sleep(LOOK_EVERY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the sockets, wait for calls in progress, then cut them off; uvicorn's own pauses are left out."""
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        until = monotonic() + STOP_SECONDS
        while (self.server_state.connections or self.server_state.tasks) and monotonic() < until:
            await asyncio.sleep(LOOK_EVERY)
        for task in self.server_state.tasks:
            task.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(options: SandboxOptions) -> socket.socket:
    try:
        return socket.create_server((options.host, options.port), backlog=512)
    except OSError as error:
        raise SandboxError(
            f"Port {options.port} of {options.host} cannot be used ({error.strerror}); give another one."
        ) from None


def _config(network: PracticeNetwork) -> uvicorn.Config:
    return uvicorn.Config(
        application(network),
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=30,
    )
