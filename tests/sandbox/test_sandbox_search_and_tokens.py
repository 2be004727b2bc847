"""Search operators, quotes and user tokens, as the newer clients of X use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from oauthlib.oauth1 import Client

from sandbox.options import SandboxOptions
from sandbox.server import running
from sandbox.world.models import BrandAccount, Person
from sandbox.x_api.query import QueryError, compiled

ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS = [
    {"id": "1", "text": "Nueva app", "author": "marca", "inbound": "false"},
    {"id": "2", "text": "@marca lee https://Help.Marca.example/faq?x=1 por favor", "author": "ana"},
    {"id": "3", "text": "@marca otra cosa", "author": "eva"},
    {"id": "4", "text": "sin enlace", "author": "luis", "in_reply_to": "3"},
]
MARCA = BrandAccount(person=Person(id=1, handle="marca", name="Marca"), brand="marca", domains=())


class World:
    """A stepped sandbox at the end of its posts."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.account = http.get("/_accounts").json()[0]
        self.ids = {post["source_id"]: post["id"] for post in http.get("/_truth").json()["posts"]}

    def tell(self, path: str, /, **told: object) -> Any:
        return self.http.post(path, content=json.dumps(told)).json()

    def get(self, path: str, credential: str = "bearer_token", **query: str) -> httpx.Response:
        return self.http.get(path, headers={"Authorization": f"Bearer {self.account[credential]}"}, params=query)

    def search(self, query: str) -> set[str]:
        now = datetime.fromisoformat(self.http.get("/_clock").json()["now"]) + timedelta(seconds=1)
        page = self.get("/2/tweets/search/recent", query=query, end_time=now.isoformat())
        assert page.status_code == 200, page.text
        return {post["id"] for post in page.json().get("data", [])}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    options = SandboxOptions(stepped=True, ends_at=ENDS_AT)
    with running(options, rows=ROWS) as url, httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
        while http.post("/_clock", content='{"advance": "step"}').json()["posts_left"]:
            pass
        yield World(http)


def test_quotes_are_found_by_search_and_listed_under_the_post_they_quote(world: World) -> None:
    ours = world.ids["1"]
    quote = world.tell("/_post", author="eva", text="Mirad esto", quotes=ours)["id"]
    assert world.search(f"quotes_of_tweet_id:{ours}") == {quote}
    listed = world.get(f"/2/tweets/{ours}/quote_tweets", max_results="10").json()
    assert [post["id"] for post in listed["data"]] == [quote]
    assert world.get(f"/2/tweets/{world.ids['2']}/quote_tweets").json()["meta"]["result_count"] == 0


def test_several_threads_are_searched_at_once(world: World) -> None:
    second, third = world.ids["2"], world.ids["3"]
    found = world.search(f"(conversation_id:{second} OR conversation_id:{third}) -from:luis")
    assert found == {second, third}
    assert world.search(f"in_reply_to_tweet_id:{third}") == {world.ids["4"]}


@pytest.mark.parametrize("query", ['url:"help.marca.example"', "url:marca.example", 'url:"https://help.marca"'])
def test_a_link_is_found_by_a_part_of_its_address(world: World, query: str) -> None:
    assert world.search(query) == {world.ids["2"]}


@pytest.mark.parametrize("query", ["url:", "nonsense:1", "(a", "a)", "OR"])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        compiled(query, (MARCA,))


def test_a_users_token_is_user_context_and_an_apps_token_is_not(world: World) -> None:
    assert world.get("/2/users/me", "user_token").json()["data"]["username"] == "marca"
    assert world.get("/2/users/me", "bearer_token").status_code == 403


def test_a_signature_made_for_the_sandboxs_own_address_is_accepted_and_a_wrong_one_is_not(world: World) -> None:
    account = world.account
    url = f"{world.http.base_url}/2/users/me?{urlencode({'user.fields': 'public_metrics'})}"
    for secret, status in ((account["access_token_secret"], 200), ("wrong", 401)):
        signer = Client(account["api_key"], account["api_secret"], account["access_token"], secret)
        _, headers, _ = signer.sign(url)
        assert world.http.get(url, headers=headers).status_code == status


def test_user_metrics_are_told_in_both_vocabularies(world: World) -> None:
    fields = {"user.fields": "public_metrics"}
    metrics = world.get("/2/users/me", "user_token", **fields).json()["data"]["public_metrics"]
    assert metrics["post_count"] == metrics["tweet_count"]


def test_a_late_post_appears_with_an_older_date_and_id(world: World) -> None:
    newer = world.tell("/_post", author="ana", text="@marca a tiempo")["id"]
    older = world.tell("/_post", author="eva", text="@marca con retraso", seconds_ago=40)["id"]
    page = world.get("/2/users/1001/mentions", **{"max_results": "5", "tweet.fields": "created_at"}).json()["data"]
    dates = {post["id"]: datetime.fromisoformat(post["created_at"]) for post in page}
    assert int(older) < int(newer)
    assert (dates[newer] - dates[older]).total_seconds() == 40
    refused = world.http.post("/_post", content=json.dumps({"author": "a", "text": "b", "seconds_ago": -1}))
    assert refused.status_code == 400
