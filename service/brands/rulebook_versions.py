"""Rulebooks by version: which one a brand decides by, since when, and the text of every one that was ever used.

A rulebook comes into use in two ways: the settings name a file whose content is new, or a pilot is promoted. The
newest of the two decides; a running process notices within one round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from ledger.entry import Entry
from policies.loading import load_rulebook
from policies.rulebook.rulebook import Rulebook
from records.models import Actor
from records.refusals import RefusalError
from records.tables.rules import RulebookRow, RulebookUseRow

ACTOR = Actor(tag="service:rulebooks")


class RulebookOrigin(StrEnum):
    """How a rulebook came into use."""

    FILE = "file"
    PROMOTION = "promotion"


class UnknownRulebookError(RefusalError):
    """No stored rulebook has this version; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class RulebookSource:
    """The text of a rulebook, and the name that its problems are reported under."""

    name: str
    text: str
    rulebook: Rulebook


def read_rulebook_file(path: Path) -> RulebookSource:
    """A rulebook from a file. Raises OSError or UnicodeDecodeError where it cannot be read, and RulebookError."""
    text = path.read_bytes().decode()
    return RulebookSource(name=path.stem, text=text, rulebook=load_rulebook(text, name=path.stem))


def current_rulebook(session: Session, brand: str) -> Rulebook:
    """The rulebook that a brand decides by now. Raises RulebookError where this program can no longer read it."""
    return current_rulebooks(session, [brand])[brand]


def current_rulebooks(session: Session, brands: Iterable[str]) -> Mapping[str, Rulebook]:
    """By brand: the rulebook that it decides by now; one query where nothing has changed."""
    in_use = versions_in_use(session)
    return {brand: stored_rulebook(session, in_use[brand]) for brand in brands}


def versions_in_use(session: Session) -> Mapping[str, str]:
    """By brand: the version of the newest use."""
    newest = select(func.max(col(RulebookUseRow.id))).group_by(col(RulebookUseRow.brand))
    query = select(col(RulebookUseRow.brand), col(RulebookUseRow.version)).where(col(RulebookUseRow.id).in_(newest))
    return {row[0]: row[1] for row in session.execute(query)}


def stored_rulebook(session: Session, version: str) -> Rulebook:
    """The stored rulebook of a version, compiled once a process.

    Raises UnknownRulebookError, or RulebookError where this program can no longer read it.
    """
    known = _COMPILED.get(version)
    if known is None:
        source = stored_source(session, version)
        known = _COMPILED[version] = load_rulebook(source.source, name=source.name)
    return known


def stored_source(session: Session, version: str) -> RulebookRow:
    """The text of a version. Raises UnknownRulebookError."""
    query = select(RulebookRow).where(col(RulebookRow.version) == version)
    row: RulebookRow | None = session.execute(query).scalar_one_or_none()
    if row is None:
        raise UnknownRulebookError(
            f'No rulebook of version "{version}" was ever used here: name a file, `live`, or a version of a decision.',
            code="no-such-rulebook",
            version=version,
        )
    return row


def take_settings_files(session: Session, sources: Mapping[str, RulebookSource], *, now: datetime) -> list[Entry]:
    """Bring into use what the settings name, where it differs from what was last taken from there.

    Returns the entries for the log, which the caller appends last.
    """
    taken = _last_from_file(session)
    entries = []
    for brand, source in sources.items():
        _COMPILED.setdefault(source.rulebook.version, source.rulebook)
        if taken.get(brand) == source.rulebook.version:
            continue
        store_rulebook(session, source, now=now)
        entries.append(put_in_use(session, brand, source.rulebook, origin=RulebookOrigin.FILE, actor=ACTOR, now=now))
    return entries


def store_rulebook(session: Session, source: RulebookSource, *, now: datetime) -> None:
    """Store the text of a rulebook, once a version."""
    version = source.rulebook.version
    if session.execute(select(col(RulebookRow.id)).where(col(RulebookRow.version) == version)).first() is None:
        session.add(RulebookRow(version=version, name=source.name, source=source.text, stored_at=now))
        session.flush()


def put_in_use(
    session: Session, brand: str, rulebook: Rulebook, *, origin: RulebookOrigin, actor: Actor, now: datetime
) -> Entry:
    """Decide by a stored rulebook from now on. Returns the entry for the log."""
    before = versions_in_use(session).get(brand)
    session.add(RulebookUseRow(brand=brand, version=rulebook.version, origin=origin, actor=actor.tag, since=now))
    session.flush()
    return Entry(
        kind=f"service:rulebook:{'taken' if origin is RulebookOrigin.FILE else 'promoted'}",
        at=now,
        actor=actor.tag,
        body={"brand": brand, "rulebook": rulebook.name, "version": rulebook.version, "before": before},
    )


def _last_from_file(session: Session) -> Mapping[str, str]:
    newest = (
        select(func.max(col(RulebookUseRow.id)))
        .where(col(RulebookUseRow.origin) == RulebookOrigin.FILE)
        .group_by(col(RulebookUseRow.brand))
    )
    query = select(col(RulebookUseRow.brand), col(RulebookUseRow.version)).where(col(RulebookUseRow.id).in_(newest))
    return {row[0]: row[1] for row in session.execute(query)}


_COMPILED: dict[str, Rulebook] = {}
"""By version. A version is a hash of the content, so that what was compiled never changes."""
