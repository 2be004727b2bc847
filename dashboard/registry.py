"""The house that pages work in: set once by `dashboard.app.make_app`, never opened at import."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.attempts import Attempts
from dashboard.sessions import SignedOut
from service.house import House
from service.keys import session_key


class NoHouseError(RuntimeError):
    """A page ran before the application was made."""


@dataclass(frozen=True, kw_only=True)
class FrontDesk:
    """The house, and what this process remembers of sign-ins."""

    house: House
    session_key: bytes
    signed_out: SignedOut
    attempts: Attempts


_present: list[FrontDesk] = []


def register(house: House) -> FrontDesk:
    """Hand `house` to the pages of this process, in the place of any house before."""
    front_desk = FrontDesk(
        house=house, session_key=session_key(house.master_key), signed_out=SignedOut(), attempts=Attempts()
    )
    _present[:] = [front_desk]
    return front_desk


def front_desk() -> FrontDesk:
    """What was registered. Raises NoHouseError before that."""
    if not _present:
        raise NoHouseError("No house is registered: start the dashboard with `aparte dashboard`.")
    return _present[0]
