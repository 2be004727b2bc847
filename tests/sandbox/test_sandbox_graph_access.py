"""Tokens, proofs, permissions and rate limits of the Graph API, and the shipped cast on it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.graph.rate_limits import UsageCounter
from sandbox.graph.refusals import GraphRefusalError
from tests.support.meta_sandbox import MetaSandbox, facebook_row, instagram_row, open_meta_sandbox

ROWS = [
    facebook_row("post", "Our news", 0, inbound=False),
    facebook_row("asks", "Help", 1, author="ana", in_reply_to="post"),
    instagram_row("medium", "Our picture", 2, inbound=False),
    instagram_row("top", "Nice", 3, author="ana", in_reply_to="medium"),
]


@pytest.fixture
def place() -> Iterator[MetaSandbox]:
    with open_meta_sandbox(ROWS) as opened:
        yield opened


def error(place: MetaSandbox, path: str, **query: str) -> dict[str, object]:
    answer = place.http.get(path, params=query)
    assert answer.status_code in {400, 401, 403}
    assert "json" in answer.headers["content-type"]
    told: dict[str, object] = answer.json()["error"]
    return told


def test_a_call_needs_a_token_and_the_proof_of_the_app(place: MetaSandbox) -> None:
    key = place.facebook.key
    assert error(place, "/me")["code"] == 104
    assert error(place, "/me", access_token="nonsense")["code"] == 190
    assert error(place, "/me", access_token=key["access_token"])["type"] == "GraphMethodException"
    wrong = error(place, "/me", **(key | {"appsecret_proof": "0" * 64}))
    assert (wrong["code"], wrong["message"]) == (100, "Invalid appsecret_proof provided in the API argument")
    other = {"appsecret_proof": place.instagram.key["appsecret_proof"], "access_token": key["access_token"]}
    assert error(place, "/me", **other)["code"] == 100


@pytest.mark.parametrize("scheme", ["Bearer", "OAuth"])
def test_a_token_may_stand_in_the_header_and_parameters_in_json(place: MetaSandbox, scheme: str) -> None:
    key, target = place.facebook.key, place.ids()["asks"]
    headers = {"Authorization": f"{scheme} {key['access_token']}"}
    told = {"message": "Hola", "appsecret_proof": key["appsecret_proof"]}
    assert "id" in place.http.post(f"/{target}/comments", headers=headers, json=told).json()
    assert "id" in place.http.post(f"/{target}/comments", files={"message": (None, "Hola")}, params=key).json()
    proof = {"appsecret_proof": key["appsecret_proof"]}
    assert place.http.get("/me", headers=headers, params=proof).json()["id"] == place.facebook.id


def test_a_page_sees_nothing_of_another(place: MetaSandbox) -> None:
    with open_meta_sandbox(None) as cast:
        accounts = {account["name"]: account for account in cast.http.get("/_accounts").json()}
        assert accounts["bancomiralba-facebook"]["page_id"] == accounts["bancomiralba-instagram"]["page_id"]
        other = accounts["aeroalcion-facebook"]["external_id"]
        assert cast.facebook.refused("GET", f"/{other}/feed") == (400, 100, 33)
        visits = [post["id"] for post in cast.truth()["posts"] if post["id"].startswith(f"{other}_")]
        assert cast.facebook.refused("GET", f"/{visits[0]}") == (400, 100, 33)
        assert cast.facebook.refused("POST", f"/{visits[0]}/comments", message="x") == (400, 100, 33)


def test_debug_token_tells_when_a_token_ends_and_what_it_may(place: MetaSandbox) -> None:
    token = place.facebook.key["access_token"]
    told = place.facebook.get("/debug_token", input_token=token)["data"]
    assert (told["is_valid"], told["expires_at"], told["type"]) == (True, 0, "PAGE")
    assert "pages_messaging" in told["scopes"]
    place.tell("/_token", account="marca-facebook", expires_in=5 * 86_400, missing=["pages_messaging"])
    app = f"1|{place.facebook.account['app_secret']}"
    told = place.http.get("/debug_token", params={"input_token": token, "access_token": app}).json()["data"]
    assert (told["is_valid"], "pages_messaging" in told["scopes"]) == (True, False)
    assert told["expires_at"] > 0
    assert place.facebook.get("/debug_token", input_token="none")["data"]["is_valid"] is False


def test_an_expired_token_and_a_missing_permission_are_told_apart(place: MetaSandbox) -> None:
    told = place.facebook.message("Hola", comment_id=place.ids()["asks"])
    place.tell("/_token", account="marca-facebook", missing=["pages_messaging", "pages_read_user_content"])
    assert place.facebook.refused("POST", "/me/messages", **told) == (403, 10, None)
    assert place.facebook.refused("GET", f"/{place.ids()['post']}/comments") == (403, 10, None)
    assert "from" not in place.facebook.get(f"/{place.ids()['asks']}")
    place.tell("/_token", account="marca-facebook", expires_in=0)
    assert place.facebook.refused("GET", "/me") == (400, 190, 463)
    assert place.truth()["messages"] == []
    place.tell("/_token", account="marca-facebook")
    place.facebook.post("/me/messages", **told)


def test_every_answer_tells_what_is_used(place: MetaSandbox) -> None:
    answer = place.http.get("/v25.0/me", params=place.instagram.key)
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[place.facebook.id]
    assert (usage["type"], usage["call_count"], usage["estimated_time_to_regain_access"]) == ("instagram", 0, 0)
    assert json.loads(answer.headers["x-app-usage"])["call_count"] == 0
    assert answer.headers["facebook-api-version"] == "v25.0"


def test_private_messages_have_an_hour_of_their_own() -> None:
    book = UsageCounter(lifted=False)
    for _ in range(750):
        book.take(1, "messenger", 0.0)
    with pytest.raises(GraphRefusalError, match="80006"):
        book.take(1, "messenger", 1800.0)
    (usage,) = json.loads(book.headers(1, "messenger", 1800.0)["x-business-use-case-usage"])["1"]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 30)
    book.take(1, "pages", 1800.0)
    book.take(2, "messenger", 1800.0)
    book.take(1, "messenger", 3600.0)
    lifted = UsageCounter(lifted=True)
    for _ in range(5000):
        lifted.take(1, "pages", 0.0)


def test_hostile_requests_are_refused_in_the_shape_of_the_api(place: MetaSandbox) -> None:
    key = place.facebook.key
    for path in ("/%ff/%fe", "/me/feed/more", "/v99.9/me/nothing", "//me//x", "/" + "a" * 5000):
        assert place.http.get(path, params=key).json()["error"]["code"] in {100, 2500}
    for body in (b"\xff\xfe", b"{", b"[" * 10_000, b'"text"'):
        headers = {"content-type": "application/json"}
        answer = place.http.post(f"/{place.ids()['asks']}/comments", params=key, content=body, headers=headers)
        assert answer.json()["error"]["code"] == 100
    assert place.http.put("/me", params=key).status_code == 400
    assert (
        place.http.get("/me/feed", params=key | {"after": "\ud800!".encode("utf-8", "replace").decode()}).status_code
        == 400
    )


def test_texts_with_half_characters_are_told_and_taken(place: MetaSandbox) -> None:
    key, target = place.facebook.key, place.ids()["asks"]
    body = b'{"message": "odd \\ud83d text"}'
    headers = {"content-type": "application/json"}
    made = place.http.post(f"/{target}/comments", params=key, content=body, headers=headers).json()["id"]
    assert place.facebook.get(f"/{made}")["message"] == "odd \ud83d text"
    assert place.truth()["replies"][0]["text"] == "odd \ud83d text"


def test_the_shipped_cast_lives_on_metas_networks_beside_x() -> None:
    with open_meta_sandbox(None) as place:
        posts = place.truth()["posts"]
        assert sum(post["network"] != "x" for post in posts) >= 70
        assert place.facebook.get("/me")["name"] == "Banco Miralba"
        alone = {post["source_id"]: post["id"] for post in posts if post["network"] == "x"}
        nobody = place.facebook.message("Hola", comment_id=place.ids()["m0048"])
        assert place.facebook.refused("POST", "/me/messages", **nobody)[1] == 551
    with open_meta_sandbox(None, networks=("x",)) as place:
        assert place.ids() == alone
        assert [account["network"] for account in place.http.get("/_accounts").json()] == ["x", "x"]
