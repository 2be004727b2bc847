"""Encrypts personal fields under one data key a person; erasing the key erases them in every copy of the log."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from ledger.entry import Entry
from people.master_key import KEY_BYTES, derive
from records.database import is_sqlite, reading, writing
from records.models import Actor
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
                # Read again: another process may have made the same key meanwhile.
                known |= self._read(session, unknown)
        return known

    def erase(self, subject: str, *, now: datetime) -> None:
        """Destroy the key of `subject` for good; an unknown subject gets none later."""
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
        # The database's own time: nothing depends on it, and sealing needs no clock.
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


_FORMAT = "v1."
_KEYS_KEPT = 4096


class DamagedSealError(Exception):
    """A sealed text was changed, or belongs to somebody else."""


class SubjectEncryption:
    """AES-256-GCM under a data key a person; the keys are wrapped and kept in the key database. Thread-safe."""

    def __init__(self, keys_engine: Engine, master_key: bytes) -> None:
        self._keys = SubjectKeys(keys_engine, derive(master_key, "subject-keys"))
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def seal(self, subject: str, fields: Mapping[str, str]) -> str:
        """`fields` as printable text that opens only while the key of `subject` exists."""
        return self.seal_many([(subject, fields)])[0]

    def seal_many(self, items: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Seal each `(subject, fields)`, in order; missing keys are made in bulk and durable on return.

        For an erased subject a key is used once and thrown away: the log goes on, and nobody can read it.
        """
        keys = self._sealing_keys({subject for subject, _ in items})
        return [_sealed(keys[subject], subject, fields) for subject, fields in items]

    def unseal(self, subject: str, sealed: str) -> dict[str, str] | None:
        """The fields sealed for `subject`; None once the key is erased.

        Raises DamagedSealError, or WrongMasterKeyError where another master key wrapped the key.
        """
        # Always from the database: a key erased by another process must not open anything here.
        key = self._keys.read([subject]).get(subject)
        return None if key is None else _unsealed(key, subject, sealed)

    def erased(self, subjects: Sequence[str]) -> frozenset[str]:
        """Those of `subjects` whose key was destroyed: nothing about them may be stored again."""
        return frozenset(subject for subject, key in self._keys.read(subjects).items() if key is None)

    def erase(self, subject: str, *, actor: Actor, now: datetime) -> Entry:
        """Destroy the key of `subject`, for good. Returns the ledger entry that the caller appends."""
        self._keys.erase(subject, now=now)
        with self._lock:
            self._kept.pop(subject, None)
        source = actor.tag.partition(":")[0]
        return Entry(kind=f"{source}:subject-key:erased", at=now, actor=actor.tag, subject=subject)

    def _sealing_keys(self, subjects: set[str]) -> dict[str, bytes]:
        with self._lock:
            keys = {subject: self._kept[subject] for subject in subjects if subject in self._kept}
        wanted = sorted(subjects - keys.keys())
        if not wanted:
            return keys
        found = self._keys.read_or_make(wanted)
        live = {subject: key for subject, key in found.items() if key is not None}
        self._keep(live)
        thrown_away = {subject: os.urandom(KEY_BYTES) for subject in wanted if subject not in live}
        return keys | live | thrown_away

    def _keep(self, keys: Mapping[str, bytes]) -> None:
        with self._lock:
            self._kept.update(keys)
            while len(self._kept) > _KEYS_KEPT:
                self._kept.popitem(last=False)


def _sealed(key: bytes, subject: str, fields: Mapping[str, str]) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    # Escaped to ASCII, so that even a lone surrogate comes back as it was.
    plain = json.dumps(dict(fields), sort_keys=True, separators=(",", ":")).encode("ascii")
    return _FORMAT + base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(subject))).decode()


def _unsealed(key: bytes, subject: str, sealed: str) -> dict[str, str]:
    try:
        packed = base64.b64decode(sealed.removeprefix(_FORMAT), validate=True)
        plain = AESGCM(key).decrypt(packed[:_NONCE_BYTES], packed[_NONCE_BYTES:], _bound_to(subject))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise DamagedSealError("A sealed text does not open: it was changed, or sealed for somebody else.") from error
    return {str(name): str(value) for name, value in json.loads(plain).items()}


def _bound_to(subject: str) -> bytes:
    return _FORMAT.encode() + subject.encode()
