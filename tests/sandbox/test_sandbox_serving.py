"""Starting and stopping the practice network, its truth file, and the worlds it can be."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.options import SandboxError, SandboxOptions
from sandbox.seeds.cast import cast_world
from sandbox.server import running, serve

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares every client the loading of certificates; all is plain HTTP here."""
CHILD = """
import sys
from pathlib import Path
from sandbox.options import SandboxOptions
from sandbox.server import serve
options = SandboxOptions(posts=Path(sys.argv[1]), truth_file=Path(sys.argv[2]))
serve(options, on_ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_with_the_truth_written(tmp_path: Path, posts_file: Any, number: int) -> None:
    posts = posts_file([{"id": "a", "text": "@marca hi"}])
    truth = tmp_path / "deep" / "truth.json"
    command = [sys.executable, "-c", CHILD, str(posts), str(truth)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        with httpx.Client(base_url=url, trust_env=False, verify=PLAIN) as client:
            while not client.get("/_clock").json()["finished"]:
                time.sleep(0.05)
            begun = time.monotonic()
            child.send_signal(number)
            assert child.wait(60) == 0
        assert time.monotonic() - begun < 2
        assert child.stdout.read() == "stopped\n"
    told = json.loads(truth.read_text())
    assert [post["source_id"] for post in told["posts"]] == ["a"]
    assert list(truth.parent.iterdir()) == [truth]


def test_the_truth_file_follows_the_truth_while_it_runs(tmp_path: Path, opened: Any) -> None:
    path = tmp_path / "truth.json"
    sandbox = opened([{"id": "a", "text": "@marca hi"}], truth_file=path)
    assert json.loads(path.read_text())["posts"] == []
    sandbox.step_to_the_end()
    deadline = time.monotonic() + 60
    while json.loads(path.read_text()) != sandbox.truth() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert json.loads(path.read_text()) == sandbox.truth() != {}


def test_a_port_in_use_is_refused_with_what_to_do() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Port {port} of 127.0.0.1 cannot be used"):
            serve(SandboxOptions(port=port))


def test_bad_posts_are_refused_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no posts file"), running(SandboxOptions(posts=tmp_path / "none.csv")):
        pytest.fail("it was served")


def test_skipped_lines_are_in_the_summary(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"id": 1, "text": "a"}\n{oops\n')
    with running(SandboxOptions(posts=path, stepped=True)) as url:
        summary = httpx.get(f"{url}/_summary").json()
    assert (summary["rows"], summary["skipped"], summary["skipped_lines"]) == (1, 1, [{"line": 2, "why": "not JSON"}])


def test_accounts_carry_practice_credentials_and_a_domain(opened: Any) -> None:
    account = opened([{"id": 1, "text": "a"}]).get("/_accounts")[0]
    assert (account["external_id"], account["handle"], account["display_name"]) == ("1001", "marca", "La Marca")
    secrets = [account[name] for name in account if name.endswith(("token", "key", "secret"))]
    assert len(secrets) == 6
    assert all(secret.startswith("sandbox-") for secret in secrets)
    assert account["domains"] == ["marca.example"]


def test_a_cast_becomes_a_world_with_two_brands(tmp_path: Path) -> None:
    people = [{"id": "5001", "handle": "marta", "name": "Marta", "followers": 3, "lang": "es", "writes_dm": True}]
    posts: list[dict[str, object]] = [
        {
            "id": "c2",
            "minute": 4,
            "author": "bancomiralba",
            "text": "@marta hi",
            "in_reply_to": "c1",
            "brand": "bancomiralba",
        },
        {
            "id": "c1",
            "minute": 1,
            "author": "marta",
            "text": "@BancoMiralba!",
            "brand": "bancomiralba",
            "summons": True,
        },
        {"id": "c3", "minute": 9, "author": "marta", "text": "Miralba, mal", "summons": False},
    ]
    posts = [post | {"brand": "bancomiralba"} for post in posts]
    for name, lines in (("people", people), ("posts", posts)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    seed = cast_world(ends_at=1_700_000_000.0, folder=tmp_path)
    assert [account.id for account in seed.accounts][:2] == [1001, 1002]
    assert [account.network for account in seed.accounts] == ["x", "x", *["facebook"] * 2, *["instagram"] * 2]
    alone = cast_world(ends_at=1_700_000_000.0, folder=tmp_path, networks=("x",))
    assert [account.id for account in alone.accounts] == [1001, 1002]
    assert [(post.source_id, post.inbound, post.mentioned) for post in seed.posts] == [
        ("c1", True, (1001,)),
        ("c2", False, ()),
        ("c3", True, ()),
    ]
    assert seed.posts[1].parent is seed.posts[0]
    assert seed.posts[2].concerns == (1001,)
    assert seed.posts[-1].at - seed.posts[0].at == 480
    with pytest.raises(SandboxError, match="missing"):
        cast_world(ends_at=0.0, folder=tmp_path / "none")


def test_the_shipped_cast_is_served_to_both_brands() -> None:
    options = SandboxOptions(stepped=True, limits=False, networks=("x",))
    with running(options) as url, httpx.Client(base_url=url, timeout=30) as client:
        client.post("/_clock", json={"advance_seconds": 86_400})
        for account in client.get("/_accounts").json():
            bearer = {"Authorization": f"Bearer {account['bearer_token']}"}
            _read_all(client, f"/2/users/{account['external_id']}/mentions?max_results=100", bearer)
            query = f'({account["handle"]} OR "{account["display_name"]}") -from:{account["handle"]}'
            _read_all(client, f"/2/tweets/search/recent?max_results=100&query={query}", bearer)
        summary = client.get("/_summary").json()
    assert summary["inbound"] == summary["visible_inbound"] == summary["served_inbound"] >= 400


DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "threads"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["twcs_threads_dev.jsonl", "es_bank_mentions_unlabelled.csv"])
def test_every_inbound_row_of_real_files_is_served(name: str) -> None:
    path = DATA / name
    if not path.is_file():
        pytest.skip("the shared data sets are not beside the project")
    options = SandboxOptions(posts=path, stepped=True, limits=False)
    with running(options) as url, httpx.Client(base_url=url, timeout=60) as client:
        bearer = {"Authorization": f"Bearer {client.get('/_accounts').json()[0]['bearer_token']}"}
        search = '/2/tweets/search/recent?max_results=100&query=(@marca OR "La Marca") -from:marca -is:retweet'
        clock = {"posts_left": 1, "now": ""}
        while clock["posts_left"]:
            clock = client.post("/_clock", json={"advance_seconds": 6 * 86_400}).json()
            _read_all(client, f"{search}&end_time={clock['now']}", bearer)
        summary = client.get("/_summary").json()
        found = summary["served_inbound"]
        mentions = _read_all(client, "/2/users/1001/mentions?max_results=100", bearer)
    assert summary["skipped"] == 0
    assert found == summary["visible_inbound"] == summary["inbound"] > 1800
    assert 0 < len(mentions) < summary["inbound"]


def _read_all(client: httpx.Client, path: str, bearer: dict[str, str]) -> set[str]:
    seen: set[str] = set()
    token = ""
    while True:
        answer = client.get(f"{path}{token}", headers=bearer)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen |= {post["id"] for post in page.get("data", [])}
        if "next_token" not in page["meta"]:
            return seen
        token = f"&pagination_token={page['meta']['next_token']}"


def test_time_that_waits_is_started_by_a_request() -> None:
    hour = [{"id": str(number), "text": "hola", "created_at": f"2026-09-01T09:{number:02}:00Z"} for number in range(60)]
    with (
        running(SandboxOptions(waits=True), rows=hour) as url,
        httpx.Client(base_url=url, timeout=30, trust_env=False, verify=PLAIN) as client,
    ):
        before = client.get("/_clock").json()
        assert client.get("/_clock").json() == before
        assert (before["rate"], before["posts_left"]) == (0, len(hour))
        assert client.post("/_clock", json={"start": True}).json()["rate"] > 1
        assert client.post("/_clock", json={"advance": "step"}).status_code == 400
