"""One entry of the log: who did what, when and about whom, in the exact bytes that are hashed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from ledger.canonical import Json, NotCanonicalError, canonical

ENTRY_VERSION = 1
_KIND = re.compile(r"[a-z0-9][a-z0-9_-]*(:[a-z0-9][a-z0-9_-]*){2}")


class UnrecordableEntryError(ValueError):
    """An entry cannot be written; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is to be logged. Personal fields belong in `sealed`, never in `body`."""

    kind: str
    """Tag `source:subject:action`, for example `step:reply:sending`."""
    at: datetime
    actor: str
    mention_id: int | None = None
    case_id: int | None = None
    subject: str | None = None
    """Random name of the person spoken of: the key to `sealed`."""
    body: Mapping[str, Json] = field(default_factory=dict)
    """Fractions may be floats: RFC 8785 writes them alike everywhere. Round them; it is read by people."""
    sealed: str | None = None
    """Personal fields under the person's key, as a `Sealer` gave them."""


class Sealer(Protocol):
    """Encrypts personal fields under one key a person, so that erasing the key erases them from every copy."""

    def seal(self, subject: str, fields: Mapping[str, str]) -> str:
        """Return `fields` readable only while the key of `subject` exists."""
        ...

    def seal_many(self, items: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Seal each `(subject, fields)`, in order; missing keys are made in bulk."""
        ...


def entry_body(entry: Entry, index: int) -> bytes:
    """The canonical bytes of `entry` at `index`: what is stored, hashed and exported.

    Raises UnrecordableEntryError where the tag is malformed, the time has no zone, or a value has no canonical form.
    """
    if not _KIND.fullmatch(entry.kind):
        raise UnrecordableEntryError(f"The tag {entry.kind!r} must read source:subject:action, in lower case.")
    try:
        return canonical(
            {
                "v": ENTRY_VERSION,
                "index": index,
                "kind": entry.kind,
                "at": instant(entry.at),
                "actor": entry.actor,
                "mention": entry.mention_id,
                "case": entry.case_id,
                "subject": entry.subject,
                "body": entry.body,
                "sealed": entry.sealed,
            }
        )
    except NotCanonicalError as error:
        raise UnrecordableEntryError(f"The entry {entry.kind} cannot be logged: {error}") from error


def instant(moment: datetime) -> str:
    """`moment` as the log writes time: UTC to the microsecond, `2026-11-22T09:30:00.000000Z`."""
    if moment.utcoffset() is None:
        raise UnrecordableEntryError(f"The time {moment.isoformat()} has no zone: give an aware one.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
