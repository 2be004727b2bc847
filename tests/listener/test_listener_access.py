"""Token health: a refused account is paused, a repaired one has its missed spans written down and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.health import is_paused
from listener.polling.access import AccessCheck, check_access
from listener.polling.poll import PollOutcome
from networks.errors import Invalid, RateLimited, Refused, TokenRefused, Unreachable
from networks.protocol import Access
from records.database import reading
from records.enums import Feed
from tests.listener.test_listener_intake import post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import IntakeSetup
from tests.support.scripted_network import ScriptedNetwork

MINUTE = timedelta(minutes=1)
GAPS = "SELECT feed, cause, reason, recovered_at IS NULL FROM gap ORDER BY feed, id"


def check(intake: IntakeSetup, network: ScriptedNetwork, now) -> AccessCheck:
    return check_access(intake.engine, network, account=intake.account, now=now)


def paused(intake: IntakeSetup) -> bool:
    with reading(intake.engine) as session:
        return is_paused(session, intake.account.id)


def reason(intake: IntakeSetup) -> tuple[str, str]:
    return intake.rows("SELECT state, reason FROM account_health")[0]


def test_credentials_are_checked_every_hour_and_until_when_they_are_valid_is_kept(intake):
    network = ScriptedNetwork(access=Access(valid_until=NOW + timedelta(days=5)))
    assert check(intake, network, NOW) is AccessCheck.WORKING
    assert intake.rows("SELECT state, valid_until IS NULL FROM account_health") == [("working", 0)]
    assert check(intake, network, NOW + 59 * MINUTE) is AccessCheck.NOT_DUE
    assert check(intake, network, NOW + 60 * MINUTE) is AccessCheck.WORKING


@pytest.mark.parametrize("error", [TokenRefused("It expired."), Refused("It is suspended.")])
def test_a_refused_account_is_paused_until_a_check_works(intake, error):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    network.access = network.fails[None] = error
    assert intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE).outcome is PollOutcome.REFUSED
    if isinstance(error, Refused):
        assert not paused(intake), "one refused feed does not speak for the account"
        assert check(intake, network, NOW + MINUTE) is AccessCheck.REFUSED
    assert (paused(intake), reason(intake)) == (True, ("refused", str(error)))
    assert check(intake, network, NOW + timedelta(seconds=119)) is AccessCheck.NOT_DUE
    for minutes in (2, 3, 5, 9, 17):
        assert check(intake, network, NOW + minutes * MINUTE) is AccessCheck.REFUSED, (
            "after as long as it has been refused"
        )
    asked = len(network.asked)
    assert intake.poll(network, Feed.SEARCH, now=NOW + 17 * MINUTE).outcome is PollOutcome.PAUSED
    assert len(network.asked) == asked
    network.access, network.fails = Access(), {}

    assert check(intake, network, NOW + 32 * MINUTE) is AccessCheck.REPAIRED

    assert not paused(intake)
    assert intake.rows(GAPS) == [("mentions", "outage", str(error), 1)]
    late = post(2, published_at=NOW + 10 * MINUTE)
    network.posts = [late, *network.posts]
    assert intake.poll(network, Feed.MENTIONS, now=NOW + 32 * MINUTE).stored.new_mentions == 1
    assert intake.rows(GAPS) == [("mentions", "outage", str(error), 0)]


def test_an_outage_that_begins_again_before_it_was_read_is_one_gap(intake):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    for start in (1, 32):
        network.fails[None] = TokenRefused("It expired.")
        intake.poll(network, Feed.MENTIONS, now=NOW + start * MINUTE)
        assert check(intake, network, NOW + (start + 30) * MINUTE) is AccessCheck.REPAIRED
    (gap,) = intake.rows("SELECT until FROM gap")
    assert str(gap[0]).startswith((NOW + 62 * MINUTE).strftime("%Y-%m-%d %H:%M"))


def test_a_walk_begun_before_an_outage_does_not_close_its_gap(intake):
    network = ScriptedNetwork(posts=[post(n) for n in range(4)])
    intake.poll(network, Feed.MENTIONS, now=NOW, most_pages=1)
    network.fails["2"] = TokenRefused("It expired.")
    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE)
    check(intake, network, NOW + 20 * MINUTE)
    network.fails = {}

    intake.poll(network, Feed.MENTIONS, now=NOW + 21 * MINUTE)
    assert intake.rows(GAPS) == [("mentions", "outage", "It expired.", 1)]
    intake.poll(network, Feed.MENTIONS, now=NOW + 22 * MINUTE)
    assert intake.rows(GAPS) == [("mentions", "outage", "It expired.", 0)]


@pytest.mark.parametrize(("minutes", "gaps"), [(4, 0), (6, 1)])
def test_being_unreachable_for_more_than_five_minutes_is_an_outage(intake, minutes, gaps):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    network.fails[None] = Unreachable("The name is not known.")
    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE)
    assert (paused(intake), reason(intake)) == (False, ("unreachable", "The name is not known."))
    network.fails = {}

    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE + minutes * MINUTE)

    assert intake.rows(GAPS) == [("mentions", "outage", "The name is not known.", 0)] * gaps
    assert reason(intake) == ("working", "")


def test_a_feed_that_stumbled_is_asked_again_at_once_and_then_ever_more_rarely(intake):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    network.fails[None] = Unreachable("It did not answer.")
    for seconds in (60, 61, 63, 67, 75):
        now = NOW + timedelta(seconds=seconds)
        assert intake.poll(network, Feed.MENTIONS, now=now, poll_every=MINUTE).outcome is PollOutcome.UNREACHABLE
        early = now + timedelta(seconds=0.5)
        assert intake.poll(network, Feed.MENTIONS, now=early, poll_every=MINUTE).outcome is PollOutcome.NOT_DUE


def test_a_refused_feed_rests_alone_and_what_it_missed_is_an_outage(intake):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    intake.poll(network, Feed.SEARCH, now=NOW)
    network.fails[None] = Refused("Not in this plan.")
    for minutes in (1, 2, 3, 5, 9, 17):
        early = NOW + minutes * MINUTE - timedelta(seconds=1)
        assert minutes == 1 or intake.poll(network, Feed.SEARCH, now=early).outcome is PollOutcome.NOT_DUE
        assert intake.poll(network, Feed.SEARCH, now=NOW + minutes * MINUTE).outcome is PollOutcome.REFUSED
        assert check(intake, network, NOW + minutes * MINUTE) is AccessCheck.WORKING
    assert (paused(intake), reason(intake)) == (False, ("working", ""))
    assert intake.rows("SELECT feed, refusal FROM feed_cursor WHERE refusal IS NOT NULL") == [
        ("search", "Not in this plan.")
    ]
    (since,) = intake.rows("SELECT refused_at FROM feed_cursor WHERE refusal IS NOT NULL")
    assert str(since[0]).startswith((NOW + MINUTE).strftime("%Y-%m-%d %H:%M"))
    network.fails = {}
    assert intake.poll(network, Feed.MENTIONS, now=NOW + 17 * MINUTE).outcome is PollOutcome.READ
    assert intake.poll(network, Feed.SEARCH, now=NOW + 31 * MINUTE).outcome is PollOutcome.NOT_DUE

    assert intake.poll(network, Feed.SEARCH, now=NOW + 32 * MINUTE).outcome is PollOutcome.READ

    assert intake.rows(GAPS) == [("search", "outage", "Not in this plan.", 0)]
    assert intake.rows("SELECT feed FROM feed_cursor WHERE refusal IS NOT NULL") == []


def test_a_refused_account_that_cannot_be_reached_stays_refused(intake):
    network = ScriptedNetwork(access=TokenRefused("It expired."))
    check(intake, network, NOW)
    network.access = Unreachable("No way.")
    assert check(intake, network, NOW + 15 * MINUTE) is AccessCheck.UNKNOWN
    assert reason(intake) == ("refused", "It expired.")
    assert check(intake, network, NOW + 16 * MINUTE) is AccessCheck.UNKNOWN


@pytest.mark.parametrize("error", [RateLimited("wait", until=NOW + 3 * MINUTE), Invalid("what?")])
def test_a_check_that_tells_nothing_changes_nothing(intake, error):
    network = ScriptedNetwork()
    check(intake, network, NOW - 60 * MINUTE)
    network.access = error
    assert check(intake, network, NOW) is AccessCheck.UNKNOWN
    assert reason(intake) == ("working", "")


def test_a_process_that_was_away_reads_late_and_says_so(intake):
    network = ScriptedNetwork(posts=[post(1)])
    intake.poll(network, Feed.MENTIONS, now=NOW)
    intake.poll(network, Feed.MENTIONS, now=NOW + timedelta(hours=6))
    assert intake.rows(GAPS) == [("mentions", "late", "The feed was not asked for 360 minutes.", 0)]


def test_a_feed_never_read_before_an_outage_misses_what_came_since_the_connection(intake_of):
    intake = intake_of()
    account = replace(intake.account, connected_at=NOW - 30 * MINUTE)
    network = ScriptedNetwork(fails={None: TokenRefused("Wrong.")})
    intake.poll(network, Feed.MENTIONS, now=NOW)
    check_access(intake.engine, network, account=account, now=NOW + 15 * MINUTE)
    (since,) = intake.rows("SELECT since FROM gap")[0]
    assert str(since).startswith(account.connected_at.strftime("%Y-%m-%d %H:%M"))
