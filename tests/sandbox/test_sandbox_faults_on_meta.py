"""Failures as a client of Meta's Graph API meets them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS = [
    {"id": "ours", "text": "Nueva app", "author": "marca", "inbound": "false", "network": "facebook"},
    *(
        {"id": f"c{number}", "text": f"Comentario {number}", "author": f"p{number}", "in_reply_to": "ours"}
        | {"network": "facebook", "created_at": f"2026-03-01T10:{number:02d}:00Z"}
        for number in range(6)
    ),
    {"id": "photo", "text": "Foto", "author": "marca", "inbound": "false", "network": "instagram"},
]
WAITING = 600


class Page:
    """A stepped sandbox at the end of its posts, and calls of the Page's account to it."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        accounts = {account["network"]: account for account in http.get("/_accounts").json()}
        self.facebook, self.instagram = accounts["facebook"], accounts["instagram"]

    def tell(self, path: str, /, **told: object) -> Any:
        answer = self.http.post(path, content=json.dumps(told))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fail(self, kind: str, **told: object) -> None:
        self.tell("/_faults", kind=kind, **told)

    def signed(self, account: dict[str, str] | None = None) -> dict[str, str]:
        chosen = account or self.facebook
        token, secret = chosen["page_token"], chosen["app_secret"]
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return {"access_token": token, "appsecret_proof": proof}

    def read(self, path: str, account: dict[str, str] | None = None, **query: str | int) -> httpx.Response:
        return self.http.get(f"/v25.0{path}", params={**self.signed(account), **query})

    def ours(self) -> str:
        found = self.tell_truth("ours")
        assert isinstance(found, str)
        return found

    def tell_truth(self, source: str) -> object:
        posts = self.http.get("/_truth").json()["posts"]
        return next(post["id"] for post in posts if post["source_id"] == source)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    posts = tmp_path_factory.mktemp("meta-faults") / "posts.jsonl"
    posts.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    options = SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT)
    with running(options) as url, httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
        page = Page(http)
        while page.tell("/_clock", advance="step")["posts_left"]:
            pass
        yield page


@pytest.fixture
def page(served: Page) -> Iterator[Page]:
    yield served
    served.tell("/_faults", kind="restore")


@pytest.mark.parametrize(
    ("kind", "status", "code", "subcode"),
    [
        ("token_expired", 401, 190, 463),
        ("suspended", 403, 368, None),
        ("storm", 400, 80001, None),
        ("status:429", 403, 4, None),
        ("status:500", 500, 1, None),
        ("code:190/460", 401, 190, 460),
        ("code:32", 403, 32, None),
    ],
)
def test_a_refusal_speaks_in_metas_codes(page: Page, kind: str, status: int, code: int, subcode: int | None) -> None:
    page.fail(kind, account="marca-facebook")
    answer = page.read(f"/{page.facebook['external_id']}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (status, code, subcode)
    assert error["fbtrace_id"]


def test_a_storm_says_in_minutes_when_the_page_may_ask_again(page: Page) -> None:
    page.fail("storm", account="marca-facebook", seconds=WAITING)
    usage = page.read(f"/{page.facebook['external_id']}/feed").headers["x-business-use-case-usage"]
    (case,) = json.loads(usage)[page.facebook["page_id"]]
    assert case["estimated_time_to_regain_access"] == WAITING // 60
    assert case["call_count"] == 100


def test_an_expired_token_of_one_account_leaves_its_sister_alone_and_is_told_by_debug_token(page: Page) -> None:
    page.fail("token_expired", account="marca-facebook")
    page.read(f"/{page.facebook['external_id']}")
    app = {"access_token": f"1|{page.facebook['app_secret']}"}
    debugged = page.http.get("/debug_token", params=app | {"input_token": page.facebook["page_token"]}).json()
    assert debugged["data"]["is_valid"] is False
    assert page.read(f"/{page.instagram['external_id']}", page.instagram).status_code == 200


def test_a_revoked_permission_refuses_the_comment_and_still_lets_read(page: Page) -> None:
    page.fail("permission_revoked", account="marca-facebook")
    said = page.http.post(f"/{page.ours()}/comments", data=page.signed() | {"message": "Hola"})
    assert (said.status_code, said.json()["error"]["code"]) == (403, 200)
    assert page.read(f"/{page.ours()}/comments").status_code == 200


def test_a_comment_whose_answer_was_lost_is_in_the_truth(page: Page) -> None:
    page.fail("accepted_then_500", method="POST", path="*/comments", account="marca-facebook")
    failed = page.http.post(f"/{page.ours()}/comments", data=page.signed() | {"message": "Respuesta perdida"})
    assert failed.status_code == 500
    assert failed.json()["error"]["code"] == 1
    replies = page.http.get("/_truth").json()["replies"]
    assert [reply["text"] for reply in replies] == ["Respuesta perdida"]


@pytest.mark.parametrize("kind", ["short_page", "empty_page", "overlapping_pages", "reordered_page"])
@pytest.mark.parametrize("order", ["chronological", "reverse_chronological"])
def test_pages_served_otherwise_lead_on_to_everything(page: Page, kind: str, order: str) -> None:
    path = f"/{page.ours()}/comments"
    whole = {comment["id"] for comment in page.read(path, limit=50).json()["data"]}
    page.fail(kind, path=f"*{path}", times=2)
    pages: list[list[str]] = []
    answer = page.read(path, limit=3, order=order)
    while True:
        pages.append([comment["id"] for comment in answer.json()["data"]])
        following = answer.json().get("paging", {}).get("next")
        if following is None:
            break
        parts = urlsplit(following)
        answer = page.http.get(f"{parts.path}?{parts.query}")
    found = [identifier for each in pages for identifier in each]
    assert set(found) == whole
    assert (len(found) > len(whole)) == (kind == "overlapping_pages")
    assert ([] in pages) == (kind == "empty_page")
    happened = page.http.get("/_faults").json()["carried_out"]
    assert happened[-1]["kind"] == kind


@pytest.mark.parametrize("kind", ["duplicated_page", "reordered_page"])
def test_comments_inside_a_post_come_twice_or_in_another_order(page: Page, kind: str) -> None:
    fields = "id,comments.limit(50){id,message}"
    whole = page.read(f"/{page.ours()}", fields=fields).json()["comments"]["data"]
    page.fail(kind, path="*")
    changed = page.read(f"/{page.ours()}", fields=fields).json()["comments"]["data"]
    assert changed != whole
    assert {each["id"] for each in changed} == {each["id"] for each in whole}
