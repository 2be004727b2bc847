"""The data keys of persons, each wrapped by a purpose key, in a database of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from people.master_key import KEY_BYTES
from records.database import is_sqlite, reading, writing
from records.tables.subject_keys import SubjectKeyRow

_NONCE_BYTES = 12
_SUBJECTS_A_QUERY = 1000


class WrongMasterKeyError(Exception):
    """A stored key does not open: another master key wrapped it, or it was changed."""


class SubjectKeys:
    """Reads, makes and erases data keys. Keeps nothing in memory: an erasure elsewhere counts at once."""

    def __init__(self, keys_engine: Engine, wrapping_key: bytes) -> None:
        self._engine = keys_engine
        self._wrapper = AESGCM(wrapping_key)

    def read(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """The data key of each known subject; None for an erased one; unknown ones are left out."""
        with reading(self._engine) as session:
            return self._read(session, subjects)

    def read_or_make(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """The data key of each subject, made where there was none and durable on return; None for an erased one."""
        known = self.read(subjects)
        unknown = sorted(set(subjects) - known.keys())
        if unknown:
            with writing(self._engine) as session:
                self._make(session, unknown)
                # Read again: another process may have made the same person's key a moment earlier.
                known |= self._read(session, unknown)
        return known

    def erase(self, subject: str, *, now: datetime) -> None:
        """Forget the key of `subject` for good; a subject never heard of gets none later."""
        with writing(self._engine) as session:
            insert = sqlite.insert if is_sqlite(session) else postgresql.insert
            tombstone = insert(SubjectKeyRow).values(subject=subject, wrapped=None, made_at=now, erased_at=now)
            session.connection().execute(
                tombstone.on_conflict_do_update(
                    index_elements=["subject"],
                    set_={"wrapped": None, "erased_at": func.coalesce(col(SubjectKeyRow.erased_at), now)},
                )
            )
        self._empty_the_journal()

    def _read(self, session: Session, subjects: Sequence[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        for part in _parts(subjects):
            query = select(col(SubjectKeyRow.subject), col(SubjectKeyRow.wrapped)).where(
                col(SubjectKeyRow.subject).in_(part)
            )
            for subject, wrapped in session.connection().execute(query):
                found[subject] = None if wrapped is None else self._unwrap(subject, wrapped)
        return found

    def _make(self, session: Session, subjects: Sequence[str]) -> None:
        insert = sqlite.insert if is_sqlite(session) else postgresql.insert
        # The database's own time: nothing is decided by it, and sealing needs no clock.
        statement = insert(SubjectKeyRow).values(made_at=func.current_timestamp()).on_conflict_do_nothing()
        rows = [{"subject": subject, "wrapped": self._wrap(subject, os.urandom(KEY_BYTES))} for subject in subjects]
        session.connection().execute(statement, rows)

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapper.encrypt(nonce, key, subject.encode())

    def _unwrap(self, subject: str, wrapped: bytes) -> bytes:
        try:
            return self._wrapper.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], subject.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongMasterKeyError(
                "A stored key does not open: start with the APARTE_MASTER_KEY with which this database was made."
            ) from error

    def _empty_the_journal(self) -> None:
        # SQLite's write-ahead journal would still hold the page with the erased key.
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()


def _parts(subjects: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(subjects), _SUBJECTS_A_QUERY):
        yield subjects[start : start + _SUBJECTS_A_QUERY]
