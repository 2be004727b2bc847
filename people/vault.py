"""Seals what is personal under a key a person: erasing the key erases it from every copy of the log."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine

from ledger.entry import Entry
from people.master_key import KEY_BYTES, derive
from people.subject_keys import SubjectKeys
from records.nouns import Actor

_FORMAT = "v1."
_NONCE_BYTES = 12
_KEYS_KEPT = 4096


class DamagedSealError(Exception):
    """A sealed text was changed, or belongs to somebody else."""


class Vault:
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

        For an erased subject the key is used once and thrown away: the log goes on, and nobody reads it.
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
        """Those of `subjects` whose key was destroyed: of them nothing is to be kept again."""
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
