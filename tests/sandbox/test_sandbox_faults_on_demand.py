"""Every kind of failure on demand, as a client of X meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS = [
    {"id": str(number), "text": f"@marca {number}", "author": f"p{number}", **({"in_reply_to": "0"} if number else {})}
    for number in range(8)
] + [{"id": "on-facebook", "text": "On the Page", "author": "p9", "network": "facebook"}]
MENTIONS = "/2/users/1001/mentions"
HOUR = 3600


class World:
    """A stepped sandbox at the end of its posts, with the account's token."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.account = http.get("/_accounts").json()[0]
        self.read = {"Authorization": f"Bearer {self.account['bearer_token']}"}
        self.write = {"Authorization": f"Bearer {self.account['user_token']}"}

    def tell(self, path: str, /, **told: object) -> Any:
        answer = self.http.post(path, content=json.dumps(told))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mentions(self, **query: str | int) -> httpx.Response:
        return self.http.get(MENTIONS, headers=self.read, params={"max_results": 5, **query})

    def walk(self) -> list[str]:
        """Every id on every page, as it came."""
        found: list[str] = []
        token: dict[str, str] = {}
        for _ in range(20):
            page = self.mentions(**token).json()
            found += [post["id"] for post in page.get("data", [])]
            if "next_token" not in page["meta"]:
                return found
            token = {"pagination_token": page["meta"]["next_token"]}
        raise AssertionError("the pages have no end")

    def fail(self, kind: str, **told: object) -> None:
        self.tell("/_faults", kind=kind, **told)

    def happened(self) -> list[str]:
        return [each["kind"] for each in self.http.get("/_faults").json()["carried_out"]]

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.get("/_clock").json()["now"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    posts = tmp_path_factory.mktemp("faults") / "posts.jsonl"
    posts.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    options = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT)
    with running(options) as url, httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
        world = World(http)
        while world.tell("/_clock", advance="step")["posts_left"]:
            pass
        yield world


@pytest.fixture
def world(served: World) -> Iterator[World]:
    yield served
    served.tell("/_faults", kind="restore")


@pytest.mark.parametrize("kind", ["short_page", "empty_page", "overlapping_pages", "duplicated_page", "reordered_page"])
def test_a_page_served_otherwise_hides_no_post_from_who_follows_every_token(world: World, kind: str) -> None:
    whole = world.walk()
    world.fail(kind, path=MENTIONS, after=0)
    found = world.walk()
    assert set(found) == set(whole)
    assert found != whole or kind in {"short_page", "empty_page"}
    assert world.happened()[-1] == kind


def test_a_short_page_and_an_empty_one_carry_a_token(world: World) -> None:
    whole = world.mentions().json()["meta"]["result_count"]
    world.fail("short_page", path=MENTIONS)
    short = world.mentions().json()
    world.fail("empty_page", path=MENTIONS)
    empty = world.mentions().json()
    assert 0 < short["meta"]["result_count"] == len(short["data"]) < whole
    assert empty["meta"]["result_count"] == 0
    assert "data" not in empty
    assert short["meta"]["next_token"]
    assert empty["meta"]["next_token"]


def test_a_partial_page_names_in_errors_what_it_keeps_back(world: World) -> None:
    asked = {"tweet.fields": "referenced_tweets", "expansions": "referenced_tweets.id"}
    whole = world.mentions(**asked).json()
    world.fail("partial", path=MENTIONS)
    page = world.mentions(**asked)
    assert page.status_code == 200
    told = page.json()
    assert [post["id"] for post in told["data"]] == [post["id"] for post in whole["data"]]
    assert told["errors"][0]["resource_id"] == whole["includes"]["tweets"][0]["id"]
    assert "includes" not in told


def test_a_page_fault_leaves_other_answers_alone_and_is_not_counted_there(world: World) -> None:
    before = len(world.happened())
    world.fail("short_page", path="/2/users/1001")
    assert world.http.get("/2/users/1001", headers=world.read).json()["data"]["username"] == "marca"
    assert len(world.happened()) == before


def test_a_connection_cut_in_the_body_leaves_the_act_done(world: World) -> None:
    before = len(world.http.get("/_truth").json()["replies"])
    world.fail("cut_mid_body", method="POST", path="/2/tweets")
    with pytest.raises(httpx.RemoteProtocolError):
        world.http.post("/2/tweets", headers=world.write, json={"text": "Half of an answer"})
    assert len(world.http.get("/_truth").json()["replies"]) == before + 1


@pytest.mark.parametrize("kind", ["cut", "timeout:0.05"])
def test_a_call_cut_before_it_was_accepted_did_nothing(world: World, kind: str) -> None:
    before = world.http.get("/_truth").json()["replies"]
    world.fail(kind, method="POST", path="/2/tweets")
    with pytest.raises(httpx.RemoteProtocolError):
        world.http.post("/2/tweets", headers=world.write, json={"text": f"Never arrives: {kind}"})
    assert world.http.get("/_truth").json()["replies"] == before


def test_html_with_a_status_of_success_can_follow_an_accepted_post(world: World) -> None:
    before = len(world.http.get("/_truth").json()["replies"])
    world.fail("accepted_then_html", method="POST", path="/2/tweets")
    answer = world.http.post("/2/tweets", headers=world.write, json={"text": "Said, and answered in HTML"})
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    assert len(world.http.get("/_truth").json()["replies"]) == before + 1


def test_a_token_expires_between_two_pages_and_works_again_once_restored(world: World) -> None:
    world.fail("token_expired", path=MENTIONS, after=1, account="marca-x")
    first = world.mentions()
    second = world.mentions(pagination_token=first.json()["meta"]["next_token"])
    elsewhere = world.http.get("/2/users/me", headers=world.write)
    assert [first.status_code, second.status_code, elsewhere.status_code] == [200, 401, 401]
    world.fail("restore", account="marca")
    assert world.mentions().status_code == 200


def test_a_storm_answers_429_at_its_endpoint_until_its_end_in_sandbox_time(world: World) -> None:
    world.fail("storm", path=MENTIONS, seconds=120)
    refused = world.mentions()
    assert refused.status_code == 429
    wait = int(refused.headers["x-rate-limit-reset"]) - world.now().timestamp()
    assert 119 <= wait <= 121
    assert world.http.get("/2/users/1001", headers=world.read).status_code == 200
    world.tell("/_clock", advance_seconds=121)
    assert world.mentions().status_code == 200


def test_a_revoked_permission_stops_writing_and_a_suspended_account_everything(world: World) -> None:
    world.fail("permission_revoked")
    post = {"text": "Not permitted"}
    assert world.http.post("/2/tweets", headers=world.write, json=post).status_code == 403
    assert world.mentions().status_code == 200
    world.fail("suspended")
    refused = world.mentions()
    assert refused.status_code == 403
    assert "suspended" in refused.json()["detail"]


def test_clocks_an_hour_off_are_off_in_the_date_and_in_the_rate_headers_alike(world: World) -> None:
    right = world.mentions()
    world.fail("clock_off")
    wrong = world.mentions()
    ahead = parsedate_to_datetime(wrong.headers["date"]) - parsedate_to_datetime(right.headers["date"])
    assert ahead.total_seconds() == HOUR
    assert int(wrong.headers["x-rate-limit-reset"]) - int(right.headers["x-rate-limit-reset"]) == HOUR
    assert wrong.json() == right.json()


def test_a_fault_of_another_account_does_not_touch_this_one(world: World) -> None:
    world.fail("suspended", account="marca-facebook")
    assert world.mentions().status_code == 200
    refused = world.http.post("/_faults", content=json.dumps({"kind": "401", "account": "nobody"}))
    assert refused.status_code == 400
    assert "/_accounts" in refused.text


def test_the_list_of_faults_tells_when_where_and_whom_they_hit(world: World) -> None:
    world.fail("status:503", path=MENTIONS)
    world.mentions()
    last = world.http.get("/_faults").json()["carried_out"][-1]
    assert {name: last[name] for name in ("account", "method", "path", "kind")} == {
        "account": "1001",
        "method": "GET",
        "path": MENTIONS,
        "kind": "status:503",
    }
    assert datetime.fromisoformat(last["at"]) == world.now()
    assert last["until"] is None


def test_the_list_of_faults_tells_until_when_a_spell_stands(world: World) -> None:
    world.fail("storm", path=MENTIONS, seconds=90)
    world.mentions()
    world.mentions()
    last = world.http.get("/_faults").json()["carried_out"][-1]
    assert last["kind"] == "storm"
    assert datetime.fromisoformat(last["until"]) == world.now() + timedelta(seconds=90)


def test_calm_ends_and_forgets_everything(world: World) -> None:
    world.fail("suspended")
    assert world.mentions().status_code == 403
    world.fail("html", times=50)
    world.fail("calm")
    assert world.mentions().status_code == 200
    assert world.http.get("/_faults").json()["standing"] == []


@pytest.mark.parametrize(
    "told",
    [{"kind": "storm", "seconds": 0}, {"kind": "storm", "seconds": "long"}, {"kind": "code:x"}, {"kind": "later:"}],
)
def test_a_fault_told_wrongly_is_refused(world: World, told: dict[str, object]) -> None:
    assert world.http.post("/_faults", content=json.dumps(told)).status_code == 400
