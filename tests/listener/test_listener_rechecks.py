"""Mentions are asked for again: edits become revisions, what is gone is told, and nothing goes back to an old text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.health import is_paused
from listener.ingest.ports import IngestPorts
from listener.recheck_schedule import is_charged, next_recheck, recheck_now
from listener.rechecks.recheck import RecheckResult, recheck
from networks.errors import Invalid, RateLimited, Refused, TokenRefused, Unreachable
from networks.protocol import FeedPage
from records.database import reading, writing
from records.enums import Feed
from records.leases import new_claimant
from tests.listener.test_listener_intake import post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import LISTEN, IntakeSetup
from tests.support.scripted_network import ScriptedNetwork

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=25)


class Told:
    """What was told of edits and disappearances."""

    def __init__(self) -> None:
        self.edited: list[int] = []
        self.gone: list[int] = []

    def ask(self, intake: IntakeSetup, network: ScriptedNetwork, now=LATER) -> RecheckResult:
        return recheck(
            intake.engine,
            network,
            account=intake.account,
            claimant=new_claimant(),
            actor=LISTEN,
            now=now,
            ports=IngestPorts(on_edited=lambda _, ids: self.edited.extend(ids)),
            on_gone=lambda _, mention_id, __: self.gone.append(mention_id),
            price=0.005,
        )


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_post_is_asked_for_after_it_can_no_longer_be_edited_and_then_within_a_day():
    published = NOW - 10 * MINUTE
    for charged in (False, True):
        assert next_recheck(published, now=NOW, charged=charged) == published + 31 * MINUTE
        assert next_recheck(published, now=published + timedelta(days=30), charged=charged) is None
    free = [after(published, minutes=31), after(published, days=29)]
    assert free == [timedelta(hours=20, minutes=31), timedelta(days=29, hours=20)]


def after(published, *, charged=False, **passed):
    found = next_recheck(published, now=published + timedelta(**passed), charged=charged)
    return None if found is None else found - published


def test_where_posts_cost_money_each_is_asked_for_daily_for_a_week_and_then_weekly():
    looks, moment = [], NOW
    while (following := next_recheck(NOW, now=moment, charged=is_charged("x"))) is not None:
        looks.append(following - NOW)
        moment = following
    daily, weekly = looks[:10], looks[10:]
    assert daily == [31 * MINUTE + number * timedelta(hours=20) for number in range(10)]
    assert weekly == [daily[-1] + number * timedelta(days=7) for number in (1, 2, 3)]
    assert [is_charged(network) for network in ("x", "facebook", "instagram")] == [True, False, False]


def test_an_edited_post_is_a_new_revision_a_gone_one_is_told_and_the_rest_waits(intake, told):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101), post(102), post(103))))
    network = ScriptedNetwork(
        standing={"101": post(101, "otro texto", revision_external_id="601"), "102": None, "103": post(103)}
    )
    assert told.ask(intake, network, now=NOW) == RecheckResult()
    found = told.ask(intake, network)

    assert (found.asked, found.edited, found.gone) == (3, 1, 1)
    edited, gone = intake.rows("SELECT id FROM mention WHERE external_id IN ('101', '102') ORDER BY external_id")
    assert (told.edited, told.gone) == ([edited[0]], [gone[0]])
    live = (
        "SELECT text, assess_due_at IS NOT NULL FROM mention_revision WHERE superseded_at IS NULL AND mention_id = :id"
    )
    assert intake.rows(live, id=edited[0]) == [("otro texto", 1)]
    due = intake.rows("SELECT external_id, check_due_at, claimed_by FROM mention WHERE external_id <> '102'")
    assert {str(at)[:13] for _, at, _ in due} == {(LATER + timedelta(hours=20)).strftime("%Y-%m-%d %H")}
    assert [claimant for _, _, claimant in due] == [None, None]
    assert intake.rows("SELECT posts FROM read_spend") == [(2,)]


def test_a_text_served_by_a_network_without_history_never_goes_back_by_an_old_page(intake, told):
    first, second = (post(101, text, revision_external_id=f"101#{text}") for text in ("uno", "dos"))
    for served in (first, second, first, second):
        intake.store(Feed.MENTIONS, FeedPage(posts=(served,)))
    revisions = "SELECT external_id FROM mention_revision ORDER BY revision"
    assert intake.rows(revisions) == [("101#uno",), ("101#dos",)]
    assert intake.rows("SELECT external_id FROM mention_revision WHERE superseded_at IS NULL") == [("101#dos",)]

    # Asked for by id, the network itself says that the author changed it back.
    told.ask(intake, ScriptedNetwork(standing={"101": first}))
    assert intake.rows(revisions)[-1] == ("101#uno",)


def test_a_deleted_post_that_is_still_served_stays_forgotten(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    intake.run("UPDATE mention SET deleted_at = heard_at")
    intake.run("UPDATE mention_revision SET text = ''")
    intake.run("UPDATE identity SET handle = ''")
    stored = intake.store(Feed.MENTIONS, FeedPage(posts=(post(101, "otra vez", revision_external_id="601"),)))
    assert (stored.new_mentions, stored.new_revisions, stored.known) == (0, 0, 1)
    assert intake.rows("SELECT text FROM mention_revision") == [("",)]
    assert intake.rows("SELECT handle FROM identity") == [("",)]


def test_what_is_said_to_have_happened_while_we_asked_is_asked_for_again(intake, told):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    network = ScriptedNetwork(standing={"101": post(101)})
    read = network.refetch

    def meanwhile(external_ids):
        with writing(intake.engine) as session:
            recheck_now(session, [1], now=LATER + timedelta(seconds=1))
        return read(external_ids)

    network.refetch = meanwhile
    told.ask(intake, network)
    network.refetch = read
    assert told.ask(intake, network, now=LATER + timedelta(seconds=1)).asked == 1


def test_batches_are_as_large_as_the_network_takes(intake, told):
    intake.store(Feed.MENTIONS, FeedPage(posts=tuple(post(100 + n) for n in range(5))))
    network = ScriptedNetwork(refetch_at_most=2)
    assert [told.ask(intake, network).asked for _ in range(4)] == [2, 2, 1, 0]
    assert sorted(each for batch in network.reread_asked for each in batch) == [str(100 + n) for n in range(5)]


@pytest.mark.parametrize(
    ("error", "again_after"),
    [
        (RateLimited("wait", until=LATER + 5 * MINUTE), 5 * MINUTE),
        (Unreachable("no way"), 15 * MINUTE),
        (Refused("It is suspended."), 15 * MINUTE),
        (Invalid("what?"), timedelta(hours=20)),
    ],
)
def test_a_failure_puts_the_next_attempt_off(intake, told, error, again_after):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    network = ScriptedNetwork(reread_fails=error)
    assert told.ask(intake, network).error is error
    assert told.ask(intake, network, now=LATER + timedelta(seconds=30)).asked == 0
    network.reread_fails = None
    assert told.ask(intake, network, now=LATER + again_after - timedelta(seconds=1)).asked == 0
    assert told.ask(intake, network, now=LATER + again_after).asked == 1


def test_refused_credentials_pause_the_account_here_too(intake, told):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101),)))
    network = ScriptedNetwork(reread_fails=TokenRefused("It expired."))
    told.ask(intake, network)
    with reading(intake.engine) as session:
        assert is_paused(session, intake.account.id)
    asked = len(network.reread_asked)
    told.ask(intake, network, now=LATER + timedelta(hours=5))
    assert len(network.reread_asked) == asked


def test_the_practice_network_tells_of_edits_and_deletions(practice_of, intake_of, told):
    rows = [{"id": str(n), "text": f"@acme aviso {n}", "author": f"p{n}", "brand": "acme"} for n in range(3)]
    practice = practice_of(rows)
    intake = intake_of(practice.account)
    network = practice.open()
    made = practice.tell("/_post", text="@marca es un desatre", author="eva", mentions=True)
    intake.poll(network, Feed.MENTIONS, now=practice.advance(5))
    practice.tell("/_edit", id=made["id"], text="@marca es un desastre")
    (deleted, *_), *_ = intake.rows("SELECT external_id FROM mention WHERE external_id <> :id", id=made["id"])
    practice.tell("/_delete", id=deleted)

    found = told.ask(intake, network, now=practice.now() + timedelta(days=7))

    assert (found.asked, found.edited, found.gone, found.error) == (4, 1, 1, None)
    assert intake.rows("SELECT id FROM mention WHERE external_id = :id", id=deleted) == [(told.gone[0],)]
