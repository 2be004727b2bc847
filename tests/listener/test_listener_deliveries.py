"""What webhooks bring goes through the same intake, once, and never overwrites what is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.ingest.ports import IngestPorts
from listener.webhooks.deliveries import KEPT_FOR, DeliveryResult, VerifiedDelivery, forget_deliveries, store_delivery
from networks.protocol import FeedPage, WebhookDelivery
from records.database import writing
from records.enums import Feed
from records.models import ParentPost
from tests.listener.test_listener_intake import message, own, post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import LISTEN, IntakeSetup

EVERYTHING = FeedPage(posts=(post(101), post(102, mentions_us=False)), own=(own(801, 101),), messages=(message(1),))


def deliver(
    intake: IntakeSetup,
    page: FeedPage = FeedPage(),  # noqa: B008
    *,
    digest: str = "a",
    changed: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
) -> DeliveryResult:
    delivery = WebhookDelivery(account_external_id="1001", page=page, changed=changed, named=named)
    with writing(intake.engine) as session:
        return store_delivery(
            session,
            [VerifiedDelivery(account=intake.account, delivery=delivery)],
            network="x",
            digest=digest,
            ports=IngestPorts(on_answered_elsewhere=lambda _, ids: intake.settled.extend(ids)),
            actor=LISTEN,
            now=NOW + timedelta(minutes=1),
        )


def due_now(intake: IntakeSetup) -> list[str]:
    at = (NOW + timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")
    rows = intake.rows("SELECT external_id, check_due_at FROM mention ORDER BY external_id")
    return [external_id for external_id, due in rows if str(due).startswith(at)]


def test_new_posts_messages_and_own_posts_are_stored_as_polling_stores_them(intake):
    brought = deliver(intake, EVERYTHING)
    assert (brought.stored.new_mentions, brought.stored.messages, brought.stored.own_posts) == (2, 1, 1)
    assert intake.rows("SELECT m.external_id, feed FROM mention_account a JOIN mention m ON m.id = mention_id") == [
        ("101", "mentions"),
        ("102", "threads"),
    ]
    assert len(intake.settled) == 1
    polled = intake.store(Feed.MENTIONS, EVERYTHING)
    assert (polled.new_mentions, polled.new_revisions, polled.messages, polled.own_posts) == (0, 0, 0, 0)


def test_a_comment_is_heard_as_one(intake):
    deliver(intake, FeedPage(posts=(post(101, kind="comment"),)))
    assert intake.rows("SELECT feed FROM mention_account") == [("comments",)]


def test_a_delivery_repeated_changes_nothing(intake):
    deliver(intake, EVERYTHING)
    intake.run("DELETE FROM direct_message")
    again = deliver(intake, EVERYTHING, changed=("101",))
    assert again == DeliveryResult(repeated=True)
    assert due_now(intake) == []
    assert intake.rows("SELECT count(*) FROM direct_message") == [(0,)]
    assert intake.rows("SELECT network, digest, posts FROM webhook_delivery") == [("x", "a", 2)]


@pytest.mark.parametrize("revision", ["601", "101#abc", "99"])
def test_another_text_of_a_known_post_is_asked_for_not_believed(intake, revision):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101), post(102))))
    brought = deliver(intake, FeedPage(posts=(post(101, "falso", revision_external_id=revision), post(102))))
    assert (brought.rechecks, due_now(intake)) == (1, ["101"])
    assert intake.rows("SELECT text FROM mention_revision ORDER BY id") == [("texto 101",), ("texto 102",)]


def test_what_is_said_to_have_changed_is_asked_for_by_any_of_its_ids(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101, revision_external_id="601"), post(102), post(103))))
    brought = deliver(intake, changed=("601", "102", "404"))
    assert (brought.rechecks, due_now(intake)) == (2, ["101", "102"])


def test_what_is_only_named_is_asked_for_but_not_what_is_said_to_be_gone(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    brought = deliver(intake, changed=("101", "404", "405"), named=("101", "404"))
    assert (brought.rechecks, brought.pending) == (1, 1)
    assert intake.rows("SELECT external_id FROM told_post") == [("404",)]


def test_old_deliveries_are_forgotten(intake):
    deliver(intake, EVERYTHING)
    received = NOW + timedelta(minutes=1)
    for now, left in ((received + KEPT_FOR, 1), (received + KEPT_FOR + timedelta(seconds=1), 0)):
        with writing(intake.engine) as session:
            forget_deliveries(session, now=now)
        assert intake.rows("SELECT count(*) FROM webhook_delivery") == [(left,)]


def test_a_deleted_post_is_neither_asked_for_nor_heard_again(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    intake.run("UPDATE mention SET deleted_at = heard_at, check_due_at = NULL")
    intake.run("UPDATE mention_revision SET text = ''")
    deliver(intake, FeedPage(posts=(post(101, "otra vez", revision_external_id="601"),)), changed=("101",))
    assert due_now(intake) == []
    assert intake.rows("SELECT text FROM mention_revision") == [("",)]


def test_hostile_texts_are_stored_like_any_other(intake):
    hostile = post(101, "\x00\ud800 <script> \u202e" + "a" * 10_000_000, external_id="1\x0001")
    deliver(intake, FeedPage(posts=(hostile,)), changed=("\ud800", "\x00"))
    assert intake.rows(
        "SELECT m.external_id, length(text) > 10000000 FROM mention m JOIN mention_revision r ON r.mention_id = m.id"
    ) == [("1\ufffd01", 1)]


def test_the_words_above_that_a_delivery_did_not_tell_come_by_polling(intake):
    named = post(101, above=ParentPost(external_id="9"), parent_external_id="9")
    told = post(101, above=ParentPost(external_id="9", text="abrimos el lunes"), parent_external_id="9")
    deliver(intake, FeedPage(posts=(named,)))
    intake.store(Feed.MENTIONS, FeedPage(posts=(told,)))
    assert intake.rows("SELECT above ->> '$.text' FROM mention") == [("abrimos el lunes",)]
    intake.run("UPDATE mention SET above = NULL")
    intake.store(Feed.MENTIONS, FeedPage(posts=(told,)))
    assert intake.rows("SELECT above FROM mention") == [(None,)]
