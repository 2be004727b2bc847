"""Reading feeds of the practice network into a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.polling.access import AccessCheck, check_access
from listener.polling.feed_cursors import DueFeed, due_feeds
from listener.polling.poll import PollOutcome
from networks.credentials import XCredentials
from networks.errors import Garbled, RateLimited, TokenRefused, Unreachable
from records.database import reading
from records.enums import Feed

ROWS = [
    {"id": "1", "text": "@acme mi tarjeta no funciona", "author": "ana", "brand": "acme"},
    {"id": "2", "text": "acme abre una oficina", "author": "eva", "brand": "acme"},
    {"id": "3", "text": "lo vemos", "author": "acme", "brand": "acme", "inbound": False, "in_reply_to": "1"},
    {"id": "4", "text": "gracias", "author": "ana", "brand": "acme", "in_reply_to": "3"},
]
MANY = [{"id": str(n), "text": f"@acme aviso número {n}", "author": f"p{n % 7}", "brand": "acme"} for n in range(250)]


def test_every_post_is_heard_once_whatever_feeds_serve_it(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()

    for _ in range(2):
        for feed in network.feeds:
            assert intake.poll(network, feed, now=now).outcome is PollOutcome.READ
        now = practice.advance(120)

    texts = intake.rows("SELECT text FROM mention_revision ORDER BY id")
    assert sorted(texts) == [("@acme mi tarjeta no funciona",), ("acme abre una oficina",), ("gracias",)]
    assert intake.rows("SELECT summoned, feed FROM mention_account ORDER BY mention_id") == [
        (1, "mentions"),
        (1, "mentions"),
        (0, "search"),
    ]
    assert intake.rows("SELECT text, origin FROM own_post") == [("lo vemos", "outside")]


def test_a_mention_answered_before_it_was_heard_is_settled_at_once(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()

    intake.poll(network, Feed.OWN_POSTS, now=now)
    heard = intake.poll(network, Feed.MENTIONS, now=now)

    assert heard.stored.answered_elsewhere == 1
    answer = intake.rows("SELECT external_id FROM own_post")[0][0]
    settled = intake.rows("SELECT mention_id, settled_by FROM mention_account WHERE settled_at IS NOT NULL")
    assert settled == [(intake.settled[0], answer)]


def test_a_brand_reply_from_elsewhere_settles_its_mention(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()
    intake.poll(network, Feed.SEARCH, now=now)
    news = intake.rows("SELECT id, external_id FROM mention WHERE kind = 'post' ORDER BY id DESC")[0]

    practice.tell("/_outside_reply", in_reply_to=news[1], text="bienvenidos")
    intake.poll(network, Feed.OWN_POSTS, now=practice.advance(60))

    assert news[0] in intake.settled


def test_a_short_page_is_not_the_end(practice_of, intake_of):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    pages = []

    heard = intake.poll(practice.open(), Feed.MENTIONS, now=practice.now(), on_page=pages.append)

    assert heard.pages == len(pages) == 3
    assert heard.stored.new_mentions == 250
    assert intake.rows("SELECT count(*) FROM mention") == [(250,)]


def test_the_cursor_moves_only_when_the_last_page_is_stored(practice_of, intake_of):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    now = practice.now()

    class PowerCutError(Exception):
        pass

    def cut_after_two(_stored):
        if intake.rows("SELECT count(*) FROM mention") == [(200,)]:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        intake.poll(practice.open(), Feed.MENTIONS, now=now, on_page=cut_after_two)
    assert intake.rows("SELECT read_until FROM feed_cursor") == [(None,)]

    again = intake.poll(practice.open(), Feed.MENTIONS, now=now)

    assert (again.stored.known, again.stored.new_mentions) == (0, 50)
    assert intake.rows("SELECT count(*) FROM mention_revision") == [(250,)]
    assert intake.rows("SELECT count(*) FROM feed_cursor WHERE read_until IS NOT NULL") == [(1,)]


def test_the_second_reading_goes_back_no_further_than_the_overlap(practice_of, intake_of):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    network = practice.open()
    intake.poll(network, Feed.MENTIONS, now=practice.now())
    practice.tell("/_post", text="@marca una cosa más", author="eva", mentions=True)

    again = intake.poll(network, Feed.MENTIONS, now=practice.advance(5))

    assert (again.pages, again.stored.new_mentions, again.stored.known) == (1, 1, 0)


def test_an_edited_post_becomes_a_new_revision_of_the_same_mention(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network = practice.open()
    made = practice.tell("/_post", text="@marca es un desatre", author="eva", mentions=True)
    intake.poll(network, Feed.MENTIONS, now=practice.advance(5))

    practice.tell("/_edit", id=made["id"], text="@marca es un desastre")
    heard = intake.poll(network, Feed.MENTIONS, now=practice.advance(5))

    assert heard.stored.new_revisions == 1
    assert intake.rows(
        "SELECT r.revision, r.text, r.superseded_at IS NULL, r.assess_due_at IS NULL FROM mention_revision r"
        " JOIN mention m ON m.id = r.mention_id WHERE m.external_id = :id ORDER BY r.revision",
        id=made["id"],
    ) == [(1, "@marca es un desatre", 0, 1), (2, "@marca es un desastre", 1, 0)]


def test_a_direct_message_is_due_for_an_answer(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    practice.tell("/_message", **{"from": "ana", "text": "hola, soy yo https://example.org/x"})

    intake.poll(practice.open(), Feed.DIRECT_MESSAGES, now=practice.advance(5))

    assert intake.rows("SELECT text, outgoing, answer_due_at IS NOT NULL FROM direct_message") == [
        ("hola, soy yo https://example.org/x", 0, 1)
    ]
    assert intake.rows("SELECT handle FROM identity") == [("ana",)]


def test_the_end_of_a_rate_limit_decides_when_to_ask_again(practice_of, intake_of):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()
    practice.tell("/_faults", method="GET", path="/2/users/*/mentions", kind="status:429", after=1)

    heard = intake.poll(network, Feed.MENTIONS, now=now)

    assert heard.outcome is PollOutcome.RATE_LIMITED
    assert isinstance(heard.error, RateLimited)
    assert intake.poll(network, Feed.MENTIONS, now=now).outcome is PollOutcome.NOT_DUE
    later = practice.advance(61)
    assert intake.poll(network, Feed.MENTIONS, now=later).stored.new_mentions == 150


def test_refused_credentials_pause_the_account_and_say_so(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    now = practice.now()
    good = practice.open()
    intake.poll(good, Feed.MENTIONS, now=now)
    intake.poll(good, Feed.SEARCH, now=now)
    wrong = XCredentials(
        bearer_token="wrong-bearer-0123456789",
        api_key="k",
        api_secret="s",
        access_token="t",
        access_token_secret="ts",
    )

    heard = intake.poll(practice.open(credentials=wrong), Feed.MENTIONS, now=practice.advance(5))

    assert isinstance(heard.error, TokenRefused)
    assert intake.rows("SELECT state FROM account_health") == [("refused",)]
    with reading(intake.engine) as session:
        due = due_feeds(session, {1: (Feed.MENTIONS, Feed.SEARCH)}, now=practice.now())
        much_later = due_feeds(session, {1: (Feed.MENTIONS, Feed.SEARCH)}, now=practice.now() + timedelta(days=1))
    assert (due, much_later) == ([], [])
    assert "wrong-bearer" not in intake.rows("SELECT reason FROM account_health")[0][0]
    assert intake.poll(good, Feed.MENTIONS, now=practice.advance(5)).outcome is PollOutcome.PAUSED

    now = practice.advance(16 * 60)
    assert check_access(intake.engine, good, account=intake.account, now=now) is AccessCheck.REPAIRED
    assert intake.rows("SELECT state, reason FROM account_health") == [("working", "")]
    with reading(intake.engine) as session:
        due = due_feeds(session, {1: (Feed.MENTIONS, Feed.SEARCH)}, now=now)
    assert due == [DueFeed(account_id=1, feed=Feed.SEARCH), DueFeed(account_id=1, feed=Feed.MENTIONS)]


@pytest.mark.parametrize("kind", ["html", "truncated", "status:500", "accepted_then_cut"])
def test_a_failed_reading_is_recorded_and_made_good_by_the_next(practice_of, intake_of, kind):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()
    practice.tell("/_faults", method="GET", path="/2/users/*/mentions", kind=kind, after=1)

    heard = intake.poll(network, Feed.MENTIONS, now=now)

    assert heard.outcome is PollOutcome.UNREACHABLE
    assert isinstance(heard.error, Garbled | Unreachable)
    assert intake.rows("SELECT state FROM account_health") == [("unreachable",)]
    later = practice.advance(1)
    assert intake.poll(network, Feed.MENTIONS, now=later).stored.new_mentions == 150
    assert intake.rows("SELECT count(*) FROM mention") == [(250,)]
    assert intake.rows("SELECT state FROM account_health") == [("working",)]


def test_what_a_feed_no_longer_serves_is_written_down_as_a_gap(practice_of, intake_of):
    many = [{"id": str(n), "text": f"@acme aviso {n}", "author": f"p{n % 7}", "brand": "acme"} for n in range(950)]
    practice = practice_of(many, seconds_on=60)
    intake = intake_of(practice.account)
    network = practice.open()
    intake.poll(network, Feed.MENTIONS, now=practice.now())
    stopped = intake.rows("SELECT read_until FROM feed_cursor")

    intake.poll(network, Feed.MENTIONS, now=practice.advance(86_400))

    gaps = intake.rows("SELECT feed, since, reason FROM gap WHERE cause = 'bound'")
    assert gaps == [("mentions", stopped[0][0], "The network serves the last 800 posts at most.")]


def test_a_feed_that_another_process_reads_is_left_to_it(practice_of, intake_of):
    practice = practice_of(MANY)
    intake = intake_of(practice.account)
    network, now = practice.open(), practice.now()
    outcomes = []

    def second(_stored):
        outcomes.append(intake.poll(network, Feed.MENTIONS, now=now).outcome)

    intake.poll(network, Feed.MENTIONS, now=now, on_page=second, poll_every=timedelta(minutes=1))

    assert outcomes == [PollOutcome.NOT_DUE] * 3


def test_budgets_are_kept_as_the_network_tells_them(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)

    intake.poll(practice.open(), Feed.DIRECT_MESSAGES, now=practice.now())
    intake.poll(practice.open(), Feed.DIRECT_MESSAGES, now=practice.now())

    assert intake.rows("SELECT endpoint, remaining FROM network_budget") == [("GET /2/dm_events", 13)]
