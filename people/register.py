"""The port for a CRM: where customer records come from. A file is one; a live CRM is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from people.customers import Contact


@dataclass(frozen=True, kw_only=True)
class CustomerRecord:
    """One record as a CRM tells it, read and checked."""

    reference: str
    market: str = ""
    """ISO 3166, two letters; empty where the CRM does not say."""
    segment: str = ""
    contact: Contact = field(repr=False)


class CustomerRegister(Protocol):
    """A CRM. It is copied into Aparte's own tables, and never asked while somebody waits at the door.

    So no answer's timing depends on it, and no outage of it keeps anybody out of a room.
    """

    def records(self) -> Iterable[CustomerRecord]:
        """Every record, or every one that changed; each reference once."""
        ...
