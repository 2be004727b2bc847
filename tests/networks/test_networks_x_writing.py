"""Writing to X, and telling what certainly failed from what may have been accepted."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from networks.credentials import XCredentials
from networks.errors import (
    DuplicateRefused,
    Invalid,
    NetworkError,
    RateLimited,
    Refused,
    Retry,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from networks.protocol import ReplyContext
from networks.x.network import open_x

WRONG = XCredentials(
    bearer_token="bearer%3D-which-must-not-be-seen",
    api_key="key-which-must-not-be-seen",
    api_secret="secret-which-must-not-be-seen",
    access_token="token-which-must-not-be-seen",
    access_token_secret="other-secret-which-must-not-be-seen",
)


@pytest.fixture
def mention(practice):
    return practice.tell("/_post", text="@marca ¿abren hoy?", author="eva", mentions=True)["id"]


def test_a_reply_is_named_by_the_network_and_found_again(practice, mention):
    network = practice.open()
    before = practice.now()

    sent = network.reply(mention, "Sí, hasta las 20 h & más: https://example.org/horario?a=1&b=2")

    assert [reply["id"] for reply in practice.truth()["replies"]] == [sent.external_id]
    found = network.own_replies_under(mention, since=before, until=before)
    assert [post.external_id for post in found] == [sent.external_id]
    assert found[0].text.endswith("Sí, hasta las 20 h & más: https://example.org/horario?a=1&b=2")


def test_an_unsummoned_reply_is_refused(practice):
    stranger = practice.tell("/_post", text="hace sol", author="eva", mentions=False)["id"]

    with pytest.raises(Refused, match="not been mentioned"):
        practice.open().reply(stranger, "hola")


def test_the_same_text_again_may_be_our_own(practice, mention):
    network = practice.open()
    network.reply(mention, "Sí.")

    with pytest.raises(DuplicateRefused) as raised:
        network.reply(mention, "Sí.")

    assert raised.value.retry is Retry.UNCERTAIN


def test_a_reply_to_a_deleted_post_has_no_target(practice, mention):
    practice.tell("/_delete", id=mention)

    with pytest.raises(TargetGone):
        practice.open().reply(mention, "Sí.")


def test_a_reply_over_the_length_is_too_long(practice, mention):
    with pytest.raises(TooLong):
        practice.open().reply(mention, "a" * 281)


def test_a_private_message_goes_only_to_who_wrote_first(practice):
    network = practice.open()
    eva = practice.tell("/_message", **{"from": "eva", "text": "hola"})["dm_conversation_id"]
    person = next(part for part in eva.split("-") if part != practice.account.external_id)

    sent = network.send_private(person, "Escríbanos aquí: https://example.org/r/1")

    messages = network.private_messages_with(person)
    assert [(message.external_id == sent.external_id, message.outgoing, message.text) for message in messages] == [
        (True, True, "Escríbanos aquí: https://example.org/r/1"),
        (False, False, "hola"),
    ]
    with pytest.raises(NetworkError):
        network.send_private("999999", "hola")


@pytest.mark.parametrize("kind", ["short_page", "empty_page"])
def test_what_was_written_privately_is_found_behind_a_page_that_is_short_or_empty(practice, kind):
    network = practice.open()
    eva = practice.tell("/_message", **{"from": "eva", "text": "hola"})["dm_conversation_id"]
    person = next(part for part in eva.split("-") if part != practice.account.external_id)
    sent = network.send_private(person, "Hola, Eva.")
    practice.tell("/_faults", method="GET", path="*/dm_events", kind=kind)

    assert sent.external_id in {message.external_id for message in network.private_messages_with(person)}


def test_a_post_under_ours_is_hidden_and_shown_again(practice_of):
    practice = practice_of(
        [
            {"id": "1", "text": "abrimos oficina", "author": "acme", "brand": "acme", "inbound": False},
            {"id": "2", "text": "spam", "author": "eva", "brand": "acme", "in_reply_to": "1"},
        ]
    )
    practice.advance(3600)
    under_ours = next(post["id"] for post in practice.truth()["posts"] if post["source_id"] == "2")
    network = practice.open()

    network.hide(under_ours, hidden=True)
    network.hide(under_ours, hidden=True)
    network.hide(under_ours, hidden=False)

    assert [act["hidden"] for act in practice.truth()["hides"]][-1] is False


def test_a_post_elsewhere_cannot_be_hidden(practice, mention):
    with pytest.raises(Refused):
        practice.open().hide(mention, hidden=True)


@pytest.mark.parametrize(
    ("kind", "error", "replies"),
    [
        ("accepted_then_500", Uncertain, 1),
        ("accepted_then_cut", Uncertain, 1),
        ("accepted_then_timeout:2", Uncertain, 1),  # longer than the adapter waits
        ("truncated", Uncertain, 1),
        ("status:500", Uncertain, 0),
        ("status:503", Uncertain, 0),
        ("html", Uncertain, 0),
        ("status:429", RateLimited, 0),
        ("401", TokenRefused, 0),
        ("403", Refused, 0),
    ],
)
def test_a_write_without_a_readable_answer_is_uncertain(practice, mention, kind, error, replies):
    practice.tell("/_faults", method="POST", path="/2/tweets", kind=kind)

    with pytest.raises(error):
        practice.open(timeout_seconds=0.5 if "timeout" in kind else 15.0).reply(mention, "Sí.")

    assert len(practice.truth()["replies"]) == replies


def test_a_host_that_refuses_connections_certainly_accepted_nothing(practice):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    network = practice.open(base_url=f"http://127.0.0.1:{port}", credentials=WRONG)

    with pytest.raises(Unreachable) as raised:
        network.reply("1", "Sí.")

    assert raised.value.retry is Retry.LATER
    assert "must-not-be-seen" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_name_that_does_not_resolve_certainly_accepted_nothing(practice):
    network = practice.open(base_url="http://nowhere.invalid", credentials=WRONG)

    with pytest.raises(Unreachable):
        network.reply("1", "Sí.")


def test_a_failed_handshake_is_never_taken_for_an_answer(practice):
    network = practice.open(base_url=practice.base_url.replace("http:", "https:"), credentials=WRONG)

    with pytest.raises((Unreachable, Uncertain)) as raised:
        network.reply("1", "Sí.")

    assert "must-not-be-seen" not in str(raised.value)


def test_wrong_credentials_are_refused_and_never_told(practice, caplog):
    caplog.set_level(logging.DEBUG)
    network = practice.open(credentials=WRONG)
    calls = (
        network.check_access,
        lambda: network.reply("1", "Sí."),
        lambda: network.send_private("1", "Sí."),
        lambda: network.hide("1", hidden=True),
        lambda: network.look_up("1"),
        lambda: network.own_replies_under("1", since=datetime(2026, 1, 1, tzinfo=UTC), until=practice.now()),
    )
    for call in calls:
        with pytest.raises(TokenRefused) as raised:
            call()
        assert "must-not-be-seen" not in str(raised.value)
    assert "must-not-be-seen" not in caplog.text
    assert "must-not-be-seen" not in repr(WRONG)


def test_a_token_of_another_account_is_refused(practice):
    other = replace(practice.account, external_id="4711")

    with pytest.raises(TokenRefused, match="belongs to the X account 1001"):
        open_x(other, practice.credentials, base_url=practice.base_url).check_access()


def test_a_base_url_must_be_an_address(practice):
    with pytest.raises(ValueError, match="base_url must be like"):
        practice.open(base_url="api.twitter.com")


def test_a_text_with_a_lone_surrogate_fails_cleanly(practice, mention):
    with suppress(Invalid, Refused, Uncertain):
        practice.open().reply(mention, "Sí \ud800 \x00")

    assert len(practice.truth()["replies"]) <= 1


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({"mentions_us": True, "person_wrote_first": True}, (True, True, False)),
        ({"mentions_us": True, "person_wrote_first": False}, (True, False, False)),
        ({"mentions_us": False, "person_wrote_first": True}, (False, True, False)),
        (
            {"mentions_us": True, "person_wrote_first": False, "root_is_ours": True, "kind": "reply"},
            (True, False, True),
        ),
        ({"mentions_us": True, "person_wrote_first": False, "hidden": True}, (False, False, False)),
    ],
)
def test_what_is_permitted_follows_the_rules_of_x(practice, standing, expected):
    now = practice.now()
    known = {"external_id": "1", "root_is_ours": False, "published_at": now, "kind": "post"} | standing

    found = practice.open().permissions(ReplyContext(**known), now=now)

    assert (found.reply, found.private_message, found.hide) == expected
    assert bool(found.why) is not (expected[0] and expected[1])
    assert found.compose_link.endswith(f"/messages/compose?recipient_id={practice.account.external_id}")


def test_a_number_is_needed_to_answer(practice):
    with pytest.raises(Invalid):
        practice.open().reply("1/../2", "hola")
