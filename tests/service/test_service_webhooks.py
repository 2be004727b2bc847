"""`aparte webhooks`: what is signed is stored, once; what is forged, repeated or too large changes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlmodel import col

from networks.credentials import XCredentials
from records.database import reading
from records.tables.listener import MentionRow
from service.intake.webhooks import MOST_BYTES, make_webhooks
from service.steps.recheck import recheck
from service.wiring.app import App, open_app
from service.wiring.settings import MASTER_KEY, account_secret_name, settings_from
from service.wiring.settings_document import AccountSettings, Document
from tests.listener.test_listener_intake import post
from tests.support.asgi import serving
from tests.support.databases import copy_databases
from tests.support.scenario import TEXTS, Scenario, open_scenario
from tests.support.scripted_network import ScriptedNetwork

NOWHERE = "http://127.0.0.1:1"
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECRETS = {"acme-x": "x-secret", "acme-facebook": "page-secret", "other-facebook": "other-secret"}
COUNTS = "SELECT (SELECT count(*) FROM mention), (SELECT count(*) FROM direct_message), (SELECT count(*) FROM own_post)"


@dataclass
class StoppedClock:
    rate: float = 0.0

    def now(self) -> datetime:
        return AT


@dataclass
class Door:
    """The application, called as a network would."""

    http: httpx.Client
    app: App

    def deliver(self, account: str, told: dict[str, Any], *, secret: str = "", header: str | None = None) -> int:
        body = json.dumps(told).encode()
        secret = secret or SECRETS[account]
        name, value = _signature(account, secret, body)
        answer = self.http.post(
            f"/webhooks/{account}", content=body, headers={name: value if header is None else header}
        )
        return answer.status_code

    def rows(self, query: str = COUNTS) -> list[tuple[Any, ...]]:
        with self.app.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    accounts = [
        AccountSettings(name="acme-x", network="x", external_id="1001", handle="acme", base_url=NOWHERE),
        AccountSettings(name="acme-facebook", network="facebook", external_id="2002", base_url=NOWHERE),
        AccountSettings(name="other-facebook", network="facebook", external_id="2003", base_url=NOWHERE),
        AccountSettings(name="exports", network="files", external_id="f", folder="exports"),
    ]
    given = {MASTER_KEY: base64.b64encode(secrets.token_bytes(32)).decode()}
    given |= {account_secret_name("acme-x", kind): "unused" for kind in XCredentials.__dataclass_fields__}
    given[account_secret_name("acme-x", "api_secret")] = SECRETS["acme-x"]
    for name in ("acme-facebook", "other-facebook"):
        given[account_secret_name(name, "page_token")] = "unused"
        given[account_secret_name(name, "app_secret")] = SECRETS[name]
    given[account_secret_name("acme-facebook", "verify_token")] = "we-agreed"
    (tmp_path / "exports").mkdir()
    copy_databases(tmp_path)
    settings = settings_from(Document(accounts=accounts), folder=tmp_path, secrets=given, path=tmp_path)
    app = open_app(settings, clock=StoppedClock())
    with serving(make_webhooks(app)) as address, httpx.Client(base_url=address, trust_env=False) as http:
        yield Door(http=http, app=app)
    app.close()


def _signature(account: str, secret: str, body: bytes) -> tuple[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256)
    if account.endswith("-x"):
        return "x-twitter-webhooks-signature", f"sha256={base64.b64encode(made.digest()).decode()}"
    return "x-hub-signature-256", f"sha256={made.hexdigest()}"


def on_x(number: int = 12, words: str = "@acme mirad esto", **events: Any) -> dict[str, Any]:
    post = {
        "created_at": "Mon May 04 11:59:00 +0000 2026",
        "id_str": str(number),
        "text": words,
        "truncated": False,
        "user": {"id_str": "7", "screen_name": "ana", "name": "Ana"},
        "entities": {"urls": [], "user_mentions": [{"id_str": "1001", "screen_name": "acme"}]},
        "lang": "es",
    }
    return {"for_user_id": "1001", "tweet_create_events": [post], **events}


def on_facebook(page: str = "2002", number: int = 1) -> dict[str, Any]:
    comment = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"9_{number}",
        "post_id": f"{page}_9",
        "parent_id": f"{page}_9",
        "from": {"id": "77", "name": "Ana"},
        "message": "no funciona nada hoy",
        "created_time": int(AT.timestamp()) - 60,
    }
    entry = {"id": page, "time": int(AT.timestamp()), "changes": [{"field": "feed", "value": comment}]}
    return {"object": "page", "entry": [entry]}


def test_a_signed_delivery_is_stored_and_a_repeated_one_changes_nothing(door: Door) -> None:
    assert [door.deliver("acme-x", on_x()) for _ in range(3)] == [200, 200, 200]
    assert door.deliver("acme-facebook", on_facebook()) == 200
    assert door.rows("SELECT network, external_id, kind FROM mention ORDER BY id") == [
        ("x", "12", "post"),
        ("facebook", "9_1", "comment"),
    ]
    assert door.rows("SELECT count(*) FROM webhook_delivery") == [(2,)]


@pytest.mark.parametrize("account", ["acme-x", "acme-facebook"])
def test_a_forged_delivery_changes_nothing(door: Door, account: str) -> None:
    told = on_x() if account == "acme-x" else on_facebook()
    assert door.deliver(account, told, secret="guessed") == 403
    assert [door.deliver(account, told, header=header) for header in ("", "sha256=", "nonsense")] == [403] * 3
    assert door.rows() == [(0, 0, 0)]
    assert door.rows("SELECT count(*) FROM webhook_delivery") == [(0,)]


def test_a_known_post_told_with_another_text_is_asked_for_again_and_not_overwritten(door: Door) -> None:
    door.deliver("acme-x", on_x())
    assert door.deliver("acme-x", on_x(words="@acme otra cosa", tweet_delete_events=[])) == 200
    assert door.rows("SELECT text FROM mention_revision") == [("@acme mirad esto",)]
    deleted = {"for_user_id": "1001", "tweet_delete_events": [{"status": {"id": "12", "user_id": "7"}}]}
    assert door.deliver("acme-x", deleted) == 200
    assert door.rows("SELECT deleted_at, check_due_at FROM mention") == [(None, "2026-05-04 12:00:00.000000")]


def test_an_account_is_told_of_only_by_those_who_hold_its_own_secret(door: Door) -> None:
    assert door.deliver("acme-facebook", on_facebook(page="2003")) == 200
    assert door.rows() == [(0, 0, 0)]
    assert door.deliver("other-facebook", on_facebook(page="2003", number=2)) == 200
    assert door.rows("SELECT account_id, feed FROM mention_account") == [(3, "comments")]


def test_each_networks_challenge_is_answered(door: Door) -> None:
    answered = door.http.get("/webhooks/acme-x", params={"crc_token": "a-token"})
    digest = hmac.new(b"x-secret", b"a-token", hashlib.sha256).digest()
    assert answered.json() == {"response_token": f"sha256={base64.b64encode(digest).decode()}"}
    asked = {"hub.mode": "subscribe", "hub.verify_token": "we-agreed", "hub.challenge": "<b>1158"}
    answered = door.http.get("/webhooks/acme-facebook", params=asked)
    assert (answered.status_code, answered.text) == (200, "<b>1158")
    assert answered.headers["content-type"].startswith("text/plain")


def test_a_comment_that_a_delivery_only_names_is_read_from_the_network(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [
        {"field": "feed", "value": {"item": "comment", "verb": verb, "comment_id": number, "post_id": "2002_7"}}
        for verb, number in (("edited", "7_8"), ("remove", "7_9"))
    ]
    told = {"object": "page", "entry": [{"id": "2002", "time": 1, "changes": changes}]}
    assert door.deliver("acme-facebook", told) == 200
    assert door.rows("SELECT external_id, account_id FROM told_post") == [("7_8", 2)]

    comment = post(8, network="facebook", external_id="7_8", kind="comment", root_external_id="2002_7")
    network = ScriptedNetwork(name="facebook", standing={"7_8": comment})
    monkeypatch.setitem(door.app.networks, 2, network)
    assert recheck(door.app, now=AT) == 1
    assert network.reread_asked == [("7_8",)]
    assert door.rows("SELECT m.external_id, feed FROM mention m JOIN mention_account a ON a.mention_id = m.id") == [
        ("7_8", "mentions")
    ]
    assert door.rows("SELECT count(*) FROM told_post") == [(0,)]


def test_a_wrong_challenge_is_refused(door: Door) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "1158"}
    assert door.http.get("/webhooks/acme-facebook", params=asked).status_code == 403
    # Of this account no verify token was agreed on.
    empty = {**asked, "hub.verify_token": ""}
    assert door.http.get("/webhooks/other-facebook", params=empty).status_code == 403
    assert door.http.get("/webhooks/acme-x").status_code == 403


def test_what_is_not_there_too_large_or_unreadable_is_refused(door: Door) -> None:
    assert door.http.get("/webhooks/nobody").status_code == 404
    assert door.http.post("/webhooks/nobody", content=b"{}").status_code == 404
    assert door.http.post("/webhooks/exports", content=b"{}").status_code == 404
    assert door.http.post("/webhooks/acme-x", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert door.deliver("acme-x", {"hello": 1}) == 400
    assert door.deliver("acme-facebook", {"object": "instagram", "entry": [{"id": "2002"}]}) == 400
    assert door.http.get("/healthz").text == "ok"
    assert door.rows() == [(0, 0, 0)]


def test_hostile_words_are_stored_as_they_can_be(door: Door) -> None:
    assert door.deliver("acme-x", on_x(words="@acme \x00 \ud800 \u202e <script>" + "a" * 500_000)) == 200
    ((words,),) = door.rows("SELECT text FROM mention_revision")
    assert words.startswith("@acme \ufffd \ufffd \u202e <script>aaa")


def test_what_the_practice_network_delivers_is_heard_before_any_polling(tmp_path: Path) -> None:
    with open_scenario(tmp_path, texts={"praise": TEXTS["praise"]}, played=False) as scenario:
        (account,) = scenario.app.accounts.values()
        with serving(make_webhooks(scenario.app)) as address:
            scenario.tell("/_webhooks", account=account.name, url=f"{address}/webhooks/{account.name}")
            made = scenario.tell("/_post", text=TEXTS["hours"], author="eva", mentions=True)
            scenario.tell("/_webhooks", deliver=True)
            assert heard(scenario) == [made["id"]]

            again = scenario.tell("/_webhooks", account=account.name, repeat=1)
            forged = [
                scenario.tell("/_webhooks", account=account.name, forge=way, body=on_x())["status"]
                for way in ("secret", "missing")
            ]
            assert (again["statuses"], forged) == ([200], [403, 403])
            assert heard(scenario) == [made["id"]]

            scenario.tell("/_delete", id=made["id"])
            scenario.tell("/_webhooks", deliver=True)
            assert heard(scenario) == [made["id"]]
            recheck(scenario.app, now=scenario.now)
            assert heard(scenario) == []


def heard(scenario: Scenario) -> list[str]:
    with reading(scenario.app.engine) as session:
        query = select(col(MentionRow.external_id)).where(col(MentionRow.deleted_at).is_(None))
        return list(session.execute(query).scalars())
