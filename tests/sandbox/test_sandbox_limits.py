"""Rate limits of the practice network."""

from __future__ import annotations

from typing import Any

import pytest
import tweepy

ROWS = [{"id": 1, "text": "@marca hi"}]


def test_every_answer_tells_the_limit_what_remains_and_when_it_resets(opened: Any) -> None:
    sandbox = opened(ROWS)
    first = sandbox.raw.get_users_mentions(1001).headers
    second = sandbox.raw.get_users_mentions(1001).headers
    signed = sandbox.raw.get_users_mentions(1001, user_auth=True).headers
    assert (first["x-rate-limit-limit"], first["x-rate-limit-remaining"]) == ("450", "449")
    assert second["x-rate-limit-remaining"] == "448"
    assert signed["x-rate-limit-limit"] == "300"
    assert first["x-rate-limit-reset"] == second["x-rate-limit-reset"]


def test_the_window_ends_after_fifteen_minutes_of_sandbox_time(opened: Any) -> None:
    sandbox = opened(ROWS)
    for _ in range(15):
        sandbox.x.get_direct_message_events()
    with pytest.raises(tweepy.TooManyRequests) as refused:
        sandbox.x.get_direct_message_events()
    headers = refused.value.response.headers
    assert headers["x-rate-limit-remaining"] == "0"
    assert refused.value.response.json()["title"] == "Too Many Requests"
    sandbox.post("/_clock", advance_seconds=901)
    assert sandbox.raw.get_direct_message_events().headers["x-rate-limit-remaining"] == "14"


def test_refused_calls_count_too(opened: Any) -> None:
    sandbox = opened(ROWS)
    with pytest.raises(tweepy.BadRequest) as refused:
        sandbox.x.get_users_mentions(1001, max_results=1)
    assert refused.value.response.headers["x-rate-limit-remaining"] == "449"


def test_lifted_limits_refuse_nothing(opened: Any) -> None:
    sandbox = opened(ROWS, limits=False)
    for _ in range(20):
        sandbox.x.get_direct_message_events()
    assert int(sandbox.raw.get_direct_message_events().headers["x-rate-limit-remaining"]) > 1000
