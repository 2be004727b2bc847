"""Posts that deliveries only name are asked for until the network shows them, or is asked in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.ingest.ports import IngestPorts
from listener.webhooks import pending_posts
from listener.webhooks.pending_posts import KEPT_FOR, PAUSES, PendingResult, add_pending, fetch_pending, forget_pending
from networks.errors import Garbled, Invalid, RateLimited, TokenRefused, Unreachable
from networks.protocol import FeedPage
from records.database import writing
from records.enums import Feed
from records.leases import new_claimant
from tests.listener.test_listener_intake import own, post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import LISTEN, IntakeSetup
from tests.support.scripted_network import ScriptedNetwork

MINUTE = timedelta(minutes=1)


def keep(intake: IntakeSetup, *external_ids: str) -> int:
    with writing(intake.engine) as session:
        return add_pending(session, intake.account, external_ids, now=NOW)


def ask(intake: IntakeSetup, network: ScriptedNetwork, *, now=NOW) -> PendingResult:
    return fetch_pending(
        intake.engine,
        network,
        account=intake.account,
        claimant=new_claimant(),
        actor=LISTEN,
        now=now,
        ports=IngestPorts(),
        price=0.005,
    )


def waiting(intake: IntakeSetup) -> list[tuple[str, int]]:
    return intake.rows("SELECT external_id, attempts FROM told_post ORDER BY external_id")


def heard(intake: IntakeSetup) -> list[tuple[str, str]]:
    return intake.rows(
        "SELECT m.external_id, feed FROM mention m JOIN mention_account a ON a.mention_id = m.id ORDER BY m.external_id"
    )


def test_what_was_named_is_read_and_stored_as_a_mention_or_as_a_comment_under_our_own(intake):
    intake.store(Feed.OWN_POSTS, FeedPage(own=(own(700, None),)))
    comments = {
        "101": post(101, kind="comment", root_external_id="9"),
        "102": post(102, kind="comment", root_external_id="700"),
    }
    assert keep(intake, "101", "102", "103", "101") == 3
    assert keep(intake, "101") == 0

    network = ScriptedNetwork(standing={**comments, "103": post(103)})
    assert ask(intake, network) == PendingResult(asked=3, read=3)

    assert heard(intake) == [("101", "mentions"), ("102", "comments"), ("103", "mentions")]
    assert waiting(intake) == []
    assert intake.rows("SELECT posts FROM read_spend") == [(3,)]
    assert ask(intake, network) == PendingResult()


def test_what_is_known_or_no_id_is_not_waited_for(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101, revision_external_id="601"),), own=(own(801, 101),)))
    assert keep(intake, "101", "601", "801", "", "\ud800", "\x00", "../me", "1" * 41, "7\n", "٣") == 0
    assert keep(intake, "12_34", "1" * 40) == 2


@pytest.mark.parametrize("standing", [{}, {"101": None}])
def test_a_post_that_is_never_shown_is_given_up_after_five_tries_with_growing_pauses(intake, standing):
    keep(intake, "101")
    network, moment = ScriptedNetwork(standing=standing), NOW
    for number, pause in enumerate(PAUSES, start=1):
        assert ask(intake, network, now=moment).asked == 1
        assert waiting(intake) == [("101", number)]
        assert ask(intake, network, now=moment + pause - timedelta(seconds=1)).asked == 0
        moment += pause
    assert list(PAUSES) == sorted(PAUSES)
    assert ask(intake, network, now=moment).asked == 1
    assert (waiting(intake), len(network.reread_asked)) == ([], 5)


def test_a_post_shown_late_is_heard_all_the_same(intake):
    keep(intake, "101")
    network = ScriptedNetwork(standing={"101": None})
    ask(intake, network)
    network.standing = {"101": post(101)}
    assert ask(intake, network, now=NOW + MINUTE).read == 1
    assert heard(intake) == [("101", "mentions")]


@pytest.mark.parametrize(
    ("error", "again_after", "attempts"),
    [
        (RateLimited("wait", until=NOW + 5 * MINUTE), 5 * MINUTE, 0),
        (Unreachable("no way"), 15 * MINUTE, 0),
        (Garbled("what?"), 15 * MINUTE, 0),
        (Invalid("what?"), 15 * MINUTE, 1),
    ],
)
def test_a_failure_puts_the_next_attempt_off_and_only_an_answer_counts_as_a_try(intake, error, again_after, attempts):
    keep(intake, "101")
    network = ScriptedNetwork(reread_fails=error, standing={"101": post(101)})
    assert ask(intake, network).error is error
    assert waiting(intake) == [("101", attempts)]
    network.reread_fails = None
    assert ask(intake, network, now=NOW + again_after - timedelta(seconds=1)).asked == 0
    assert ask(intake, network, now=NOW + again_after).read == 1


def test_a_paused_account_asks_nothing(intake):
    keep(intake, "101")
    network = ScriptedNetwork(reread_fails=TokenRefused("It expired."))
    ask(intake, network)
    assert ask(intake, network, now=NOW + timedelta(hours=9)) == PendingResult()
    assert waiting(intake) == [("101", 0)]


def test_a_flood_is_bounded_for_each_account(intake, monkeypatch):
    monkeypatch.setattr(pending_posts, "MOST_PENDING", 3)
    assert keep(intake, *(str(each) for each in range(100, 110))) == 3
    assert keep(intake, "500") == 0
    assert ask(intake, ScriptedNetwork(refetch_at_most=2)).asked == 2


def test_another_process_that_took_the_lease_over_keeps_its_rows(intake):
    keep(intake, "101")
    network = ScriptedNetwork(standing={})
    read = network.refetch

    def meanwhile(external_ids):
        intake.run("UPDATE told_post SET claimed_by = 'elsewhere:1:a'")
        return read(external_ids)

    network.refetch = meanwhile
    ask(intake, network)
    assert waiting(intake) == [("101", 0)]


def test_what_waited_for_two_months_is_forgotten(intake):
    keep(intake, "101")
    for now, left in ((NOW + KEPT_FOR, 1), (NOW + KEPT_FOR + MINUTE, 0)):
        with writing(intake.engine) as session:
            forget_pending(session, now=now)
        assert len(waiting(intake)) == left


def test_our_own_words_that_were_named_become_own_posts(intake):
    keep(intake, "801")
    network = ScriptedNetwork()
    found = network.refetch(())
    network.refetch = lambda _: replace(found, page=FeedPage(own=(own(801, 101),)))
    assert ask(intake, network).read == 1
    assert intake.rows("SELECT external_id FROM own_post") == [("801",)]
