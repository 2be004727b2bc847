"""Whatever happens to a case, in whatever order: it stays coherent, and owes its public closing line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cases.state import CaseEvent, CaseRefusalError, check_closable, status_after
from records.enums import CaseStatus

EVENTS = st.sampled_from(CaseEvent)


@given(st.sampled_from(CaseStatus), EVENTS)
def test_every_event_has_an_outcome_or_a_sentence(status: CaseStatus, event: CaseEvent) -> None:
    try:
        assert isinstance(status_after(status, event), CaseStatus)
    except CaseRefusalError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - either outcome is right
        assert (status is CaseStatus.CLOSED) != (event is CaseEvent.REOPENED)


class CaseLife(RuleBasedStateMachine):
    """A case as its events leave it, beside the two facts that allow a private one to end."""

    def __init__(self) -> None:
        super().__init__()
        self.status = CaseStatus.OPEN
        self.went_private = False
        self.closed_in_public = False
        self.waiver: str | None = None

    @rule(event=st.sampled_from([CaseEvent.WAITED_FOR, CaseEvent.ANSWERED]))
    def speak(self, event: CaseEvent) -> None:
        if self.status is CaseStatus.CLOSED:
            with pytest.raises(CaseRefusalError, match="reopen it first"):
                status_after(self.status, event)
            return
        self.status = status_after(self.status, event)

    @rule()
    def go_private(self) -> None:
        if self.status is not CaseStatus.CLOSED:
            self.status = status_after(self.status, CaseEvent.WENT_PRIVATE)
            self.went_private = True

    @rule()
    def say_the_closing_line(self) -> None:
        self.closed_in_public = True

    @rule(reason=st.sampled_from(["deleted", ""]))
    def waive(self, reason: str) -> None:
        self.waiver = reason

    @rule()
    def end(self) -> None:
        try:
            check_closable(status=self.status, closed_in_public=self.closed_in_public, waiver=self.waiver)
        except CaseRefusalError:
            assert self.status is CaseStatus.CLOSED or self.went_private
            return
        assert not self.went_private or self.closed_in_public or self.waiver
        self.status = status_after(self.status, CaseEvent.CLOSED)

    @rule()
    def reopen(self) -> None:
        if self.status is CaseStatus.CLOSED:
            self.status = status_after(self.status, CaseEvent.REOPENED)
            self.went_private = self.closed_in_public = False
            self.waiver = None

    @invariant()
    def a_case_that_went_private_is_private_until_it_ends(self) -> None:
        if self.went_private:
            assert self.status in {CaseStatus.PRIVATE, CaseStatus.CLOSED}


TestCaseLife = CaseLife.TestCase
