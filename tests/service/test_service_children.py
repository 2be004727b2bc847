"""Child processes: one is started when it listens itself, not when somebody answers at its address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from service.operations.child_processes import ChildProcesses, ChildProcessFailedError, free_port

POST = '{"id": "1", "text": "@marca hola", "author": "ana", "brand": "marca"}\n'


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which another process answers everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def practice(folder: Path, port: int) -> list[str]:
    posts = folder / "posts.jsonl"
    posts.write_text(POST, encoding="utf-8")
    return ["sandbox", "--port", str(port), "--posts", str(posts), "--stepped"]


def test_the_answer_of_another_process_is_not_taken_for_the_child_s(taken: int, tmp_path: Path) -> None:
    with (
        ChildProcesses(tmp_path) as children,
        pytest.raises(ChildProcessFailedError, match=f"The sandbox ended with code 2: .*{taken}"),
    ):
        children.start("sandbox", practice(tmp_path, taken), answers_at=f"http://127.0.0.1:{taken}/_clock")


def test_a_child_that_listens_is_awaited_and_stopped(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{(port := free_port())}/_clock"
    # What an earlier child wrote into the log says nothing about this one.
    (tmp_path / "sandbox.log").write_text(f"practice network at http://127.0.0.1:{port}\n", encoding="utf-8")
    with ChildProcesses(tmp_path) as children:
        children.start("sandbox", practice(tmp_path, port), answers_at=address)
        assert requests.get(address, timeout=5).ok
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)


def test_children_that_are_launched_together_are_awaited_together(tmp_path: Path) -> None:
    ports = {"first": free_port(), "second": free_port()}
    with ChildProcesses(tmp_path) as children:
        for name, port in ports.items():
            children.launch(name, practice(tmp_path, port), answers_at=f"http://127.0.0.1:{port}/_clock")
        children.wait()
        assert all(requests.get(f"http://127.0.0.1:{port}/_clock", timeout=5).ok for port in ports.values())
