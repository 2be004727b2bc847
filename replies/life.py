"""The life of an outgoing act: which status may follow which."""

from __future__ import annotations

from collections.abc import Mapping

from records.words import ReplyStatus

FOLLOWS: Mapping[ReplyStatus, frozenset[ReplyStatus]] = {
    ReplyStatus.DRAFT: frozenset(
        # sent: what is in doubt stays so while a second person is waited for
        {ReplyStatus.DRAFT, ReplyStatus.HELD, ReplyStatus.APPROVED, ReplyStatus.WITHHELD, ReplyStatus.SENT},
    ),
    ReplyStatus.HELD: frozenset(
        # sent: the answer to an earlier attempt may arrive after the lease was lost and the row was held
        {ReplyStatus.DRAFT, ReplyStatus.HELD, ReplyStatus.APPROVED, ReplyStatus.WITHHELD, ReplyStatus.SENT},
    ),
    ReplyStatus.APPROVED: frozenset(
        {
            ReplyStatus.DRAFT,
            ReplyStatus.HELD,
            ReplyStatus.APPROVED,
            ReplyStatus.SENDING,
            ReplyStatus.WITHHELD,
            ReplyStatus.SENT,  # as for held
        },
    ),
    ReplyStatus.SENDING: frozenset(
        {
            ReplyStatus.SENT,
            ReplyStatus.UNKNOWN,
            ReplyStatus.FAILED,
            ReplyStatus.WITHHELD,
            ReplyStatus.APPROVED,
            ReplyStatus.HELD,
        },
    ),
    ReplyStatus.UNKNOWN: frozenset(
        {ReplyStatus.SENT, ReplyStatus.UNKNOWN, ReplyStatus.APPROVED, ReplyStatus.HELD},
    ),
    ReplyStatus.SENT: frozenset(),
    ReplyStatus.FAILED: frozenset(),
    ReplyStatus.WITHHELD: frozenset(),
}
"""`approved` to `approved` is a postponement, `draft` to `draft` a revision or one approval of two."""


class IllegalTransitionError(Exception):
    """A reply cannot take this status from where it stands."""

    def __init__(self, before: ReplyStatus, after: ReplyStatus) -> None:
        self.before = before
        self.after = after
        super().__init__(f"A reply that is {before} cannot become {after}: {_advice(before)}.")


def check_transition(before: ReplyStatus, after: ReplyStatus) -> None:
    """Raise IllegalTransitionError unless `after` may follow `before`."""
    if after not in FOLLOWS[before]:
        raise IllegalTransitionError(before, after)


def _advice(before: ReplyStatus) -> str:
    if before in {ReplyStatus.SENDING, ReplyStatus.UNKNOWN}:
        return "wait until it is known whether the network took it"
    if not FOLLOWS[before]:
        return "its life is over; write a new one"
    return "look at it again"
