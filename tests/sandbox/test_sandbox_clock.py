"""Sandbox time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandbox.world.clock import LONGEST_STRETCH, PlayedClock, SteppedClock, iso, play_plan

TIMES = st.lists(st.integers(0, 10**7), min_size=1, max_size=40).map(
    lambda times: [float(time) for time in sorted(times)]
)


@given(times=TIMES, seconds=st.floats(0.5, 600))
def test_all_posts_appear_within_the_play_time_and_time_never_goes_back(times: list[float], seconds: float) -> None:
    plan = play_plan(times, seconds)
    moments = [plan.at(seconds * share / 50) for share in range(51)]
    assert moments[0] == times[0] - 1
    assert moments == sorted(moments)
    assert plan.at(seconds + 0.001) >= times[-1]
    assert plan.rate >= 1


@given(times=TIMES)
def test_no_empty_stretch_longer_than_fifteen_minutes_is_played(times: list[float]) -> None:
    plan = play_plan(times, 60.0)
    distinct = len(set(times))
    assert plan.total <= LONGEST_STRETCH * (distinct + 1)
    assert all(stretch.start in {times[0] - 1, *times} for stretch in plan.stretches)


def test_after_the_last_post_time_runs_at_our_pace() -> None:
    seconds = [0.0]
    clock = PlayedClock(play_plan([100.0, 700.0], 60.0), lambda: seconds[0])
    assert clock.rate() > 10
    seconds[0] = 60.0
    assert abs(clock.now() - 700.0) < 1e-6
    assert clock.rate() == 1.0
    seconds[0] = 75.0
    assert abs(clock.now() - 715.0) < 1e-6


def test_a_clock_that_waits_stands_still_until_it_is_started() -> None:
    seconds = [0.0]
    clock = PlayedClock(play_plan([100.0, 700.0], 60.0), lambda: seconds[0], waits=True)
    seconds[0] = 30.0
    assert (clock.now(), clock.rate()) == (99.0, 0.0)
    clock.start()
    assert clock.rate() > 10
    seconds[0] = 90.0
    clock.start()
    assert abs(clock.now() - 700.0) < 1e-6


def test_a_stepped_clock_stands_still_and_never_goes_back() -> None:
    clock = SteppedClock(50.0)
    clock.move_to(80.0)
    clock.move_to(60.0)
    assert (clock.now(), clock.rate()) == (80.0, 0.0)


def test_dates_are_written_as_x_writes_them() -> None:
    assert iso(1_509_486_411.25) == "2017-10-31T21:46:51.250Z"
