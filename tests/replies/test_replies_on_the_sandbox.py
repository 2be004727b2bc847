"""The whole way over real HTTP: approved, sent, lost, found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from networks.credentials import XCredentials
from networks.x.network import open_x
from records.database import writing
from records.enums import ReplyStatus
from records.models import Account
from records.tables.listener import MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.service import AccountRow
from sandbox.options import SandboxOptions
from sandbox.server import running
from tests.support.outbox import ROOM_LINK, OutboxSetup, answer, private

ENDS_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
POSTS = (
    {"id": "1", "text": "@marca no me llega el pedido", "author": "rosa", "brand": "marca"},
    {"id": "2", "text": "@marca gracias por todo", "author": "luis", "brand": "marca"},
    {"id": "3", "text": "la marca abre tienda", "author": "eva", "brand": "marca"},
)


@dataclass(frozen=True, kw_only=True)
class Practice:
    outbox: OutboxSetup
    http: httpx.Client
    ids: tuple[str, ...]
    """The network's ids of the three posts."""

    def tell(self, door: str, **told: Any) -> None:
        answered = self.http.post(door, json=told)
        assert answered.is_success, answered.text

    def advance(self, seconds: float) -> None:
        self.tell("/_clock", advance_seconds=seconds)
        self.outbox.clock.time = datetime.fromisoformat(self.http.get("/_clock").json()["now"])

    def said(self) -> list[tuple[str, str]]:
        return [(reply["in_reply_to"], reply["text"]) for reply in self.http.get("/_truth").json()["replies"]]

    def messages(self) -> list[str]:
        return [message["text"] for message in self.http.get("/_truth").json()["messages"]]


@pytest.fixture
def practice(outbox: OutboxSetup, tmp_path: Path) -> Iterator[Practice]:
    posts = tmp_path / "posts.jsonl"
    posts.write_text("\n".join(json.dumps(row) for row in POSTS))
    with (
        running(SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT)) as base_url,
        httpx.Client(base_url=base_url, trust_env=False) as http,
    ):
        http.post("/_clock", json={"advance_seconds": 3600})
        told = http.get("/_accounts").json()[0]
        names = ("bearer_token", "api_key", "api_secret", "access_token", "access_token_secret")
        account = Account(
            id=1,
            name="marca-x",
            network="x",
            brand="marca",
            external_id=str(told["external_id"]),
            handle=told["handle"],
            connected_at=ENDS_AT - timedelta(days=1),
        )
        credentials = XCredentials(**{name: told[name] for name in names})
        outbox.network = open_x(account, credentials, base_url=base_url, timeout_seconds=1.0, search_lag=timedelta(0))
        ids = tuple(post["id"] for post in http.get("/_truth").json()["posts"])
        found = Practice(outbox=outbox, http=http, ids=ids)
        found.advance(1)
        _adopt(found)
        yield found


def test_a_reply_reaches_the_network_once(practice: Practice) -> None:
    reply_id = practice.outbox.draft(answer(1, target_external_id=practice.ids[0]))
    assert practice.outbox.deliver().sent == 1
    assert practice.said() == [(practice.ids[0], "Gracias por escribirnos (1).")]
    assert practice.outbox.reply(reply_id).external_id


@pytest.mark.parametrize("kind", ["accepted_then_500", "accepted_then_cut", "accepted_then_timeout:2", "truncated"])
def test_an_accepted_reply_whose_answer_is_lost_is_found_and_not_repeated(practice: Practice, kind: str) -> None:
    practice.tell("/_faults", method="POST", path="/2/tweets", kind=kind, times=1, after=0)
    practice.outbox.draft(
        answer(1, target_external_id=practice.ids[0], text="Hola & gracias: https://marca.example/a?b=1")
    )
    assert practice.outbox.deliver().unknown == 1
    practice.advance(11)
    assert practice.outbox.reconcile().sent == 1
    assert practice.outbox.deliver().looked_at == 0
    assert len(practice.said()) == 1


@pytest.mark.parametrize("kind", ["status:500", "status:503"])
def test_a_refusal_that_might_be_an_acceptance_is_repeated_only_after_two_readings(
    practice: Practice, kind: str
) -> None:
    practice.tell("/_faults", method="POST", path="/2/tweets", kind=kind, times=1, after=0)
    practice.outbox.draft(answer(1, target_external_id=practice.ids[0]))
    assert practice.outbox.deliver().unknown == 1
    practice.advance(11)
    assert practice.outbox.reconcile().waiting == 1
    practice.advance(61)
    assert practice.outbox.reconcile().returned == 1
    assert practice.outbox.deliver().sent == 1
    assert len(practice.said()) == 1


def test_a_rate_limit_postpones(practice: Practice) -> None:
    practice.tell("/_faults", method="POST", path="/2/tweets", kind="status:429", times=1, after=0)
    practice.outbox.draft(answer(1, target_external_id=practice.ids[0]))
    assert practice.outbox.deliver().postponed == 1
    assert practice.said() == []


def test_an_unsummoned_reply_fails_with_what_the_network_says(practice: Practice) -> None:
    reply_id = practice.outbox.draft(answer(3, target_external_id=practice.ids[2]))
    assert practice.outbox.deliver().failed == 1
    assert practice.outbox.reply(reply_id).reason


def test_somebody_else_s_answer_and_a_deleted_post_stop_the_rules(practice: Practice) -> None:
    practice.tell("/_outside_reply", in_reply_to=practice.ids[0], text="Te contesto desde la oficina")
    practice.tell("/_delete", id=practice.ids[1])
    practice.advance(2)
    practice.outbox.draft(answer(1, target_external_id=practice.ids[0]))
    practice.outbox.draft(answer(2, target_external_id=practice.ids[1]))
    run = practice.outbox.deliver()
    assert (run.held, run.withheld, practice.said()) == (1, 1, [])


@pytest.mark.parametrize("kind", ["accepted_then_cut", "none"])
def test_a_private_message_with_a_link_is_sent_and_recognised(practice: Practice, kind: str) -> None:
    person = _author_of(practice, 1)
    practice.tell("/_message", **{"from": "rosa", "text": "hola"})
    if kind != "none":
        path = "/2/dm_conversations/with/*/messages"
        practice.tell("/_faults", method="POST", path=path, kind=kind, times=1, after=0)
    reply_id = practice.outbox.draft(private(1, target_external_id=person))
    practice.outbox.deliver()
    practice.advance(11)
    practice.outbox.reconcile()
    row = practice.outbox.reply(reply_id)
    assert row.status == ReplyStatus.SENT, row.reason
    assert practice.messages() == [f"Seguimos aquí en privado: {ROOM_LINK}"]


def _adopt(practice: Practice) -> None:
    """Give the first three mentions the network's ids and times."""
    now = practice.outbox.clock()
    with writing(practice.outbox.engine) as session:
        session.get_one(AccountRow, 1).external_id = "1001"
        for number, external_id in enumerate(practice.ids, start=1):
            mention = session.get_one(MentionRow, number)
            mention.external_id = mention.root_external_id = external_id
            mention.published_at = mention.heard_at = now - timedelta(minutes=5)
            session.get_one(MentionRevisionRow, number).external_id = external_id


def _author_of(practice: Practice, number: int) -> str:
    bearer = practice.http.get("/_accounts").json()[0]["bearer_token"]
    found = practice.http.get(
        f"/2/tweets/{practice.ids[number - 1]}",
        params={"tweet.fields": "author_id"},
        headers={"Authorization": f"Bearer {bearer}"},
    ).json()
    author = str(found["data"]["author_id"])
    with writing(practice.outbox.engine) as session:
        session.get_one(IdentityRow, number).external_id = author
    return author
