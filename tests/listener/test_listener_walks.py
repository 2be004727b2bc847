"""A walk that is cut goes on where it was cut, and the cursor moves only when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.polling.feed_cursors import DueFeed, due_feeds, in_turns
from listener.polling.poll import PollOutcome
from networks.errors import Invalid, RateLimited, TokenRefused, Unreachable
from networks.protocol import Budget
from records.database import reading
from records.enums import Feed
from tests.listener.test_listener_intake import post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import IntakeSetup
from tests.support.scripted_network import ScriptedNetwork

MINUTE = timedelta(minutes=1)


def six_posts() -> ScriptedNetwork:
    """Three pages, newest first."""
    return ScriptedNetwork(
        posts=[post(100 + n, published_at=NOW - timedelta(minutes=10 - n)) for n in reversed(range(6))]
    )


def heard(intake: IntakeSetup) -> int:
    return intake.rows("SELECT count(*) FROM mention")[0][0]


def cursor(intake: IntakeSetup) -> tuple[object, object]:
    return intake.rows("SELECT read_until, walk_page FROM feed_cursor")[0]


def test_a_turn_ends_after_its_pages_and_the_next_one_goes_on(intake):
    network = six_posts()
    first = intake.poll(network, Feed.MENTIONS, now=NOW, most_pages=2)
    assert (first.outcome, first.pages, heard(intake)) == (PollOutcome.TURN_OVER, 2, 4)
    assert cursor(intake) == (None, "4")

    second = intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE, most_pages=2)

    assert (second.outcome, second.pages, heard(intake)) == (PollOutcome.READ, 1, 6)
    assert [page for _, page, _, _ in network.asked] == [None, "2", "4"]
    began = NOW.strftime("%Y-%m-%d %H:%M")
    assert str(cursor(intake)[0]).startswith(began)
    assert cursor(intake)[1] is None


@pytest.mark.parametrize(
    "error",
    [RateLimited("wait", until=NOW + MINUTE / 2), Unreachable("no way"), TokenRefused("no")],
    ids=["rate limit", "unreachable", "token"],
)
def test_a_walk_cut_by_a_failure_keeps_its_place(intake, error):
    network = six_posts()
    network.fails = {"2": error}
    intake.poll(network, Feed.MENTIONS, now=NOW)
    assert cursor(intake) == (None, "2")
    network.fails = {}
    intake.run("UPDATE account_health SET state = 'working'")

    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE)

    assert [page for _, page, _, _ in network.asked] == [None, "2", "2", "4"]
    assert heard(intake) == 6
    # What was published after the walk began is asked for by the next one.
    assert str(cursor(intake)[0]).startswith(NOW.strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize(("read_before", "again_from"), [(5, 5), (45, 30)])
def test_a_walk_that_stood_still_is_walked_again_as_far_back_as_posts_could_be_edited(intake, read_before, again_from):
    network = six_posts()
    intake.poll(network, Feed.MENTIONS, now=NOW - read_before * MINUTE)
    network.fails = {"2": Unreachable("no way")}
    network.posts = [post(200 + n, published_at=NOW - timedelta(seconds=9 + n)) for n in range(6)]
    intake.poll(network, Feed.MENTIONS, now=NOW)
    network.fails = {}
    # Of the last page, read before its turn came: it was edited, and has another place in the feed.
    edited = network.posts.pop()
    intake.poll(network, Feed.MENTIONS, now=NOW + 20 * MINUTE)
    network.posts.insert(0, edited)

    intake.poll(network, Feed.MENTIONS, now=NOW + 21 * MINUTE)

    assert network.asked[-1][2] == NOW - again_from * MINUTE - MINUTE
    assert "205" in {external_id for (external_id,) in intake.rows("SELECT external_id FROM mention")}
    assert str(cursor(intake)[0]).startswith((NOW + 21 * MINUTE).strftime("%Y-%m-%d %H:%M"))


def test_the_rest_of_a_walk_is_asked_for_as_its_beginning_was(intake):
    network = six_posts()
    intake.poll(network, Feed.MENTIONS, now=NOW)
    network.posts = [post(200 + n, published_at=NOW + timedelta(seconds=9 - n)) for n in range(6)]
    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE, most_pages=1)
    intake.poll(network, Feed.MENTIONS, now=NOW + 2 * MINUTE)
    asked = [(since, until) for _, _, since, until in network.asked[3:]]
    assert asked == [(NOW - MINUTE, NOW + MINUTE)] * 3


def test_a_page_that_the_network_no_longer_knows_begins_the_walk_anew(intake):
    network = six_posts()
    intake.poll(network, Feed.MENTIONS, now=NOW, most_pages=1)
    network.fails = {"2": Invalid("no such page")}
    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE)
    assert cursor(intake) == (None, None)
    network.fails = {}

    assert intake.poll(network, Feed.MENTIONS, now=NOW + 2 * MINUTE).outcome is PollOutcome.READ
    assert heard(intake) == 6
    assert str(cursor(intake)[0]).startswith((NOW + 2 * MINUTE).strftime("%Y-%m-%d %H:%M"))


def test_a_walk_that_another_process_took_over_is_not_moved_by_the_first(intake):
    network = six_posts()

    def taken_over(_stored):
        intake.run("UPDATE feed_cursor SET claimed_by = 'elsewhere:1:a'")

    lost = intake.poll(network, Feed.MENTIONS, now=NOW, on_page=taken_over)
    assert (lost.outcome, heard(intake)) == (PollOutcome.LOST, 2)
    assert intake.rows("SELECT claimed_by, walk_page FROM feed_cursor") == [("elsewhere:1:a", "2")]


def test_what_is_left_of_a_budget_is_kept_for_replies(intake):
    network = six_posts()
    network.budget = Budget(endpoint="GET /mentions", remaining=29, resets_at=NOW + 10 * MINUTE, limit=300)
    resting = intake.poll(network, Feed.MENTIONS, now=NOW)
    assert (resting.outcome, resting.pages) == (PollOutcome.RATE_LIMITED, 1)
    assert intake.poll(network, Feed.MENTIONS, now=NOW + 9 * MINUTE).outcome is PollOutcome.NOT_DUE
    assert intake.rows("SELECT endpoint, remaining, whole FROM network_budget") == [("GET /mentions", 29, 300)]
    network.budget = Budget(endpoint="GET /mentions", remaining=30, resets_at=NOW + 25 * MINUTE, limit=300)

    assert intake.poll(network, Feed.MENTIONS, now=NOW + 10 * MINUTE).outcome is PollOutcome.READ
    assert heard(intake) == 6


def test_feeds_about_no_post_ask_nobody(intake):
    network = six_posts()
    for feed in (Feed.THREADS, Feed.QUOTES):
        assert intake.poll(network, feed, now=NOW).outcome is PollOutcome.READ
    assert network.asked == []
    intake.poll(network, Feed.QUOTES, now=NOW + MINUTE, about=("5",))
    assert [since for _, _, since, _ in network.asked] == [NOW - MINUTE]


def test_what_reading_costs_is_added_up_by_the_month(intake):
    network = six_posts()
    intake.poll(network, Feed.MENTIONS, now=NOW, price=0.005)
    intake.poll(network, Feed.SEARCH, now=NOW, price=0.001)
    assert intake.rows("SELECT month, posts, round(dollars, 4) FROM read_spend") == [("2026-05", 12, 0.036)]


def test_the_longest_waiting_feed_comes_first_and_accounts_take_turns(intake):
    network = six_posts()
    for feed in (Feed.MENTIONS, Feed.OWN_POSTS):
        intake.poll(network, feed, now=NOW, poll_every=MINUTE if feed is Feed.MENTIONS else 2 * MINUTE)
    feeds_of = {1: (Feed.OWN_POSTS, Feed.MENTIONS, Feed.SEARCH), 2: (Feed.OWN_POSTS, Feed.MENTIONS)}
    with reading(intake.engine) as session:
        due = due_feeds(session, feeds_of, now=NOW + 5 * MINUTE)
    assert [(each.account_id, each.feed) for each in due] == [
        (1, Feed.SEARCH),
        (2, Feed.OWN_POSTS),
        (2, Feed.MENTIONS),
        (1, Feed.MENTIONS),
        (1, Feed.OWN_POSTS),
    ]
    assert [each.account_id for each in in_turns(due)] == [1, 2, 2, 1, 1]
    noisy = [DueFeed(account_id=1, feed=feed) for feed in (Feed.MENTIONS, Feed.SEARCH, Feed.OWN_POSTS)]
    quiet = DueFeed(account_id=2, feed=Feed.MENTIONS)
    assert in_turns([*noisy, quiet])[1] == quiet
