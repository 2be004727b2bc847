"""Each way of not being let in gives one clear line, without a secret in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.polling.access import AccessCheck, check_access
from listener.polling.poll import PollOutcome
from networks.credentials import XCredentials
from records.enums import Feed

ROWS = [{"id": "1", "text": "@acme mi tarjeta no funciona", "author": "ana", "brand": "acme"}]
WRONG = XCredentials(
    bearer_token="wrong-secret-a",
    api_key="wrong-secret-b",
    api_secret="wrong-secret-c",
    access_token="wrong-secret-d",
    access_token_secret="wrong-secret-e",
)
STATE = "SELECT state, reason FROM account_health"


def test_one_line_for_each_way_of_not_being_let_in(practice_of, intake_of):
    practice = practice_of(ROWS)
    port = practice.base_url.rsplit(":", 1)[1]
    ways = {
        "wrong token": practice.open(credentials=WRONG),
        "name": practice.open(base_url="http://no-such-host.invalid"),
        "tls": practice.open(base_url=f"https://127.0.0.1:{port}"),
        "no server": practice.open(base_url="http://127.0.0.1:1"),
    }
    lines = {}
    for way, network in ways.items():
        intake = intake_of(practice.account)
        heard = intake.poll(network, Feed.MENTIONS, now=practice.now())
        state, line = intake.rows(STATE)[0]
        assert heard.outcome is (PollOutcome.REFUSED if way == "wrong token" else PollOutcome.UNREACHABLE)
        assert state == heard.outcome.value
        assert line.strip()
        assert "\n" not in line
        assert "wrong-secret" not in line
        lines[way] = line
    assert lines["wrong token"] != lines["no server"]


@pytest.mark.parametrize("kind", ["token_expired", "suspended"])
def test_an_account_let_in_again_reads_what_it_missed(practice_of, intake_of, kind):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network = practice.open()
    intake.poll(network, Feed.MENTIONS, now=practice.now())
    practice.tell("/_faults", kind=kind)
    assert intake.poll(network, Feed.MENTIONS, now=practice.advance(60)).outcome is PollOutcome.REFUSED
    assert (
        check_access(intake.engine, network, account=intake.account, now=practice.advance(15 * 60))
        is AccessCheck.REFUSED
    )
    made = practice.tell("/_post", text="@marca y yo esperando", author="eva", mentions=True)
    practice.tell("/_faults", kind="restore")

    now = practice.advance(15 * 60)
    assert check_access(intake.engine, network, account=intake.account, now=now) is AccessCheck.REPAIRED
    assert intake.poll(network, Feed.MENTIONS, now=now).stored.new_mentions == 1

    assert intake.rows("SELECT cause, recovered_at IS NOT NULL FROM gap") == [("outage", 1)]
    since, until = intake.rows("SELECT since, until FROM gap")[0]
    assert since < intake.rows("SELECT published_at FROM mention WHERE external_id = :id", id=made["id"])[0][0] < until


def test_a_network_whose_clock_is_an_hour_off_is_not_waited_for_so_long(practice_of, intake_of):
    practice = practice_of(ROWS)
    intake = intake_of(practice.account)
    network = practice.open()
    for seconds in ("3600", "-3600"):
        practice.tell("/_faults", kind=f"clock_off:{seconds}")
        now = practice.advance(60 * 60)
        # The clock is off from the next call on.
        intake.poll(network, Feed.SEARCH, now=now)
        practice.tell("/_faults", method="GET", path="/2/users/*/mentions", kind="status:429")
        assert intake.poll(network, Feed.MENTIONS, now=now).outcome is PollOutcome.RATE_LIMITED
        assert intake.poll(network, Feed.MENTIONS, now=now + timedelta(minutes=16)).outcome is PollOutcome.READ
        practice.tell("/_faults", kind="restore")
