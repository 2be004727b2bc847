"""What may happen to a case, and what it is afterwards. Pure."""

from __future__ import annotations

from enum import StrEnum

from records.words import CaseStatus


class CaseRefusal(Exception):  # noqa: N818 - a refusal is an answer to a person, in one sentence
    """A person asked for something that the case does not allow; the message says why and what to do."""


class CaseEvent(StrEnum):
    """What happens to a case."""

    WAITED_FOR = "waited_for"
    """The person wrote and waits for an answer."""
    ANSWERED = "answered"
    WENT_PRIVATE = "went_private"
    CLOSED = "closed"
    REOPENED = "reopened"


_AFTERWARDS = {
    (CaseStatus.OPEN, CaseEvent.WAITED_FOR): CaseStatus.OPEN,
    (CaseStatus.OPEN, CaseEvent.ANSWERED): CaseStatus.ANSWERED,
    (CaseStatus.OPEN, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.OPEN, CaseEvent.CLOSED): CaseStatus.CLOSED,
    (CaseStatus.ANSWERED, CaseEvent.WAITED_FOR): CaseStatus.OPEN,
    (CaseStatus.ANSWERED, CaseEvent.ANSWERED): CaseStatus.ANSWERED,
    (CaseStatus.ANSWERED, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.ANSWERED, CaseEvent.CLOSED): CaseStatus.CLOSED,
    # A private case stays private whatever is said in public: it still owes its public closing line.
    (CaseStatus.PRIVATE, CaseEvent.WAITED_FOR): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.ANSWERED): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.WENT_PRIVATE): CaseStatus.PRIVATE,
    (CaseStatus.PRIVATE, CaseEvent.CLOSED): CaseStatus.CLOSED,
    (CaseStatus.CLOSED, CaseEvent.REOPENED): CaseStatus.OPEN,
}


def after(status: CaseStatus, event: CaseEvent) -> CaseStatus:
    """The status of a case in `status` once `event` has happened. Raises CaseRefusal where it cannot happen."""
    found = _AFTERWARDS.get((status, event))
    if found is not None:
        return found
    if status is CaseStatus.CLOSED:
        raise CaseRefusal("The case is closed: reopen it first.")
    raise CaseRefusal(f"The case is {status.value}: only a closed case can be reopened.")


def check_closable(*, status: CaseStatus, closed_in_public: bool, waiver: str | None) -> None:
    """Promise 9: raises CaseRefusal where a case that went private has neither a public closing line nor a waiver."""
    after(status, CaseEvent.CLOSED)
    if status is CaseStatus.PRIVATE and not closed_in_public and not waiver:
        raise CaseRefusal("The case went private: send a public closing line first, or waive it with a reason.")
