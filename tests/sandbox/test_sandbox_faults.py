"""Failures on demand and by schedule."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import tweepy

from sandbox.faults.plan import SCHEDULED, FaultPlan

ROWS = [{"id": number, "text": f"@marca {number}", "author": f"p{number}"} for number in range(3)]
BEFORE = ["status:429", "status:500", "status:503", "html", "401", "403"]
AFTER = ["accepted_then_500", "accepted_then_cut", "accepted_then_timeout:2", "truncated"]


@pytest.fixture
def sandbox(opened: Any) -> Any:
    practice = opened(ROWS)
    practice.step_to_the_end()
    return practice


@pytest.mark.parametrize(("kind", "accepted"), [(kind, 0) for kind in BEFORE] + [(kind, 1) for kind in AFTER])
def test_a_failed_post_is_in_the_truth_only_where_it_was_accepted(sandbox: Any, kind: str, accepted: int) -> None:
    sandbox.post("/_faults", method="POST", path="/2/tweets", kind=kind)
    sandbox.x.session.get_adapter("https://").send = _impatient(sandbox.x.session.get_adapter("https://").send)
    with pytest.raises((tweepy.TweepyException, requests.RequestException)):
        sandbox.x.create_tweet(text="Hello", in_reply_to_tweet_id=sandbox.ids()["1"])
    assert len(sandbox.truth()["replies"]) == accepted
    assert sandbox.x.create_tweet(text="Hello again", in_reply_to_tweet_id=sandbox.ids()["1"])


def _impatient(send: Any) -> Any:
    def hurried(request: Any, **more: Any) -> Any:
        return send(request, **(more | {"timeout": 0.5}))

    return hurried


def test_a_fault_waits_for_its_turn_and_hits_so_many_times(sandbox: Any) -> None:
    sandbox.post("/_faults", method="GET", path="/2/users/*/mentions", kind="status:503", times=2, after=1)
    results = [sandbox.http.get("/2/users/1001/mentions").status_code for _ in range(4)]
    assert results == [401, 503, 503, 401]


def test_a_read_that_did_not_arrive_whole_does_not_count_as_served(sandbox: Any) -> None:
    sandbox.post("/_faults", method="GET", path="*", kind="truncated")
    with pytest.raises(requests.RequestException):
        sandbox.x.get_users_mentions(1001)
    assert sandbox.get("/_summary")["served_inbound"] == 0
    sandbox.x.get_users_mentions(1001)
    assert sandbox.get("/_summary")["served_inbound"] == 3


def test_an_unknown_fault_is_refused_with_the_known_ones(sandbox: Any) -> None:
    answer = sandbox.http.post("/_faults", json={"kind": "boom"})
    assert answer.status_code == 400
    assert "accepted_then_cut" in answer.text


def test_a_seed_reproduces_its_schedule_on_about_three_of_a_hundred_calls() -> None:
    schedules = [[plan.next("GET", "/2/x") for _ in range(5000)] for plan in (FaultPlan(7), FaultPlan(7), FaultPlan(8))]
    assert schedules[0] == schedules[1] != schedules[2]
    assert 100 < sum(kind is not None for kind in schedules[0]) < 200
    assert {kind for kind in schedules[0] if kind} == set(SCHEDULED)
    assert FaultPlan(None).next("GET", "/2/x") is None
