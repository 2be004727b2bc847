"""When a feed waits: pure arithmetic on what a network told, whose clock may be wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.budgets import plausible_reset, reserve, rest_until
from networks.protocol import Budget
from tests.support.listener import ENDS_AT as NOW

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("network", "told", "waits"),
    [
        ("x", 10 * MINUTE, 10 * MINUTE),
        ("facebook", 61 * MINUTE, 61 * MINUTE),
        # Its clock or ours is an hour off.
        ("x", 70 * MINUTE, 15 * MINUTE),
        ("x", -50 * MINUTE, 15 * MINUTE),
        ("facebook", 121 * MINUTE, 15 * MINUTE),
        ("x", timedelta(days=400), 15 * MINUTE),
        # The window has just ended.
        ("x", timedelta(seconds=-2), timedelta(seconds=15)),
    ],
)
def test_only_a_believable_end_of_a_window_is_waited_for(network, told, waits):
    assert plausible_reset(NOW + told, network=network, now=NOW) == NOW + waits


@pytest.mark.parametrize(
    ("network", "whole", "kept"), [("x", 300, 30), ("x", 15, 1), ("x", None, 1), ("facebook", 100, 20)]
)
def test_a_tenth_of_a_window_is_kept_on_meta_a_fifth(network, whole, kept):
    assert reserve(network, whole) == kept


@pytest.mark.parametrize(
    ("network", "remaining", "waits"), [("x", 30, None), ("x", 29, 3 * MINUTE), ("facebook", 19, 5 * MINUTE)]
)
def test_a_feed_rests_below_the_reserve(network, remaining, waits):
    told = Budget(endpoint="e", remaining=remaining, resets_at=NOW + 3 * MINUTE, limit=300)
    assert rest_until(told, network=network, now=NOW) == (None if waits is None else NOW + waits)


def test_nothing_told_is_no_reason_to_rest():
    assert rest_until(None, network="x", now=NOW) is None
