from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.enums import ReplyStatus
from replies.lifecycle import FOLLOWS, IllegalTransitionError, check_transition

OVER = {ReplyStatus.SENT, ReplyStatus.FAILED, ReplyStatus.WITHHELD}


@given(before=st.sampled_from(ReplyStatus), after=st.sampled_from(ReplyStatus))
def test_only_what_the_table_names_may_follow(before: ReplyStatus, after: ReplyStatus) -> None:
    if after in FOLLOWS[before]:
        check_transition(before, after)
        return
    with pytest.raises(IllegalTransitionError, match=f"that is {before} cannot become {after}"):
        check_transition(before, after)


def test_a_life_that_is_over_stays_over() -> None:
    assert all(not FOLLOWS[status] for status in OVER)


def test_nothing_is_sending_that_was_not_approved() -> None:
    assert {before for before, after in FOLLOWS.items() if ReplyStatus.SENDING in after} == {ReplyStatus.APPROVED}


def test_what_may_have_been_taken_is_never_declared_failed() -> None:
    assert FOLLOWS[ReplyStatus.UNKNOWN].isdisjoint({ReplyStatus.FAILED, ReplyStatus.WITHHELD, ReplyStatus.SENDING})


def test_every_status_is_reached_from_a_draft() -> None:
    reached, front = {ReplyStatus.DRAFT}, {ReplyStatus.DRAFT}
    while front:
        front = {after for before in front for after in FOLLOWS[before]} - reached
        reached |= front
    assert reached == set(ReplyStatus)
