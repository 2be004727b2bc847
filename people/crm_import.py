"""The port for a CRM, and the import of its records: contacts sealed, found by blind indexes alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine, bindparam, delete, func, insert, select, update
from sqlmodel import Session, col

from people.blind_index import LookupKey, booking_keys, email_key, key_digest, mobile_key
from people.customers import Contact, contact_fields
from people.subject_encryption import SubjectEncryption
from records.database import reading, writing
from records.tables.people import CustomerKeyRow, CustomerRow


@dataclass(frozen=True, kw_only=True)
class CustomerRecord:
    """One record of a CRM, read and checked."""

    reference: str
    market: str = ""
    """ISO 3166, two letters; empty where the CRM does not say."""
    segment: str = ""
    contact: Contact = field(repr=False)


class CustomerRegister(Protocol):
    """A CRM. It is copied into Aparte's own tables, and never asked while a person waits for a page.

    So no answer's timing depends on it, and its outage keeps nobody out of a room.
    """

    def records(self) -> Iterable[CustomerRecord]:
        """Every record, or every one that changed; each reference once."""
        ...


_SUBJECT_BYTES = 16
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class CrmImportResult:
    """The outcome of an import."""

    new: int
    updated: int
    erased: int
    """Left out, since these people asked to be forgotten."""
    shared: int
    """Ways to be found that several records share: they find nobody."""


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    record: CustomerRecord
    subject: str
    seal: bytes
    digests: tuple[tuple[str, str], ...]


class CrmImport:
    """Seals records a batch at a time, then stores all of them in one transaction, or none."""

    def __init__(self, engine: Engine, encryption: SubjectEncryption, *, records_key: bytes) -> None:
        self._engine = engine
        self._vault = encryption
        self._records_key = records_key
        self._subjects = _known_subjects(engine)
        self._sealed: list[_Sealed] = []
        self._erased = 0

    def add(self, records: Sequence[CustomerRecord]) -> None:
        """Seal a batch; nothing is stored yet but the keys under which it is sealed."""
        subjects = {
            record.reference: self._subjects.get(record.reference) or secrets.token_hex(_SUBJECT_BYTES)
            for record in records
        }
        erased = self._vault.erased(list(subjects.values()))
        kept = [record for record in records if subjects[record.reference] not in erased]
        self._erased += len(records) - len(kept)
        seals = self._vault.seal_many([(subjects[record.reference], contact_fields(record.contact)) for record in kept])
        for record, seal in zip(kept, seals, strict=True):
            digests = tuple(dict.fromkeys(_digests(self._records_key, record)))
            subject = subjects[record.reference]
            self._sealed.append(_Sealed(record=record, subject=subject, seal=seal.encode("ascii"), digests=digests))

    def store(self, session: Session, *, now: datetime) -> CrmImportResult:
        """Write what was added, in the caller's transaction. A record that was there is replaced, with its keys."""
        ids = _ids_by_reference(session)
        new = [sealed for sealed in self._sealed if sealed.record.reference not in ids]
        known = [sealed for sealed in self._sealed if sealed.record.reference in ids]
        _write(session, insert(CustomerRow), [_row(sealed, now) for sealed in new])
        _write(session, _replacement(), [_changes(sealed, ids[sealed.record.reference], now) for sealed in known])
        _write(
            session,
            delete(CustomerKeyRow).where(col(CustomerKeyRow.customer_id) == bindparam("b_customer_id")),
            [{"b_customer_id": ids[sealed.record.reference]} for sealed in known],
        )
        ids = _ids_by_reference(session)
        keys: list[dict[str, object]] = [
            {"customer_id": ids[sealed.record.reference], "kind": kind, "digest": digest}
            for sealed in self._sealed
            for kind, digest in sealed.digests
        ]
        _write(session, insert(CustomerKeyRow), keys)
        return CrmImportResult(new=len(new), updated=len(known), erased=self._erased, shared=_shared(session))


def import_customers(
    engine: Engine,
    encryption: SubjectEncryption,
    records: Sequence[CustomerRecord],
    *,
    records_key: bytes,
    now: datetime,
) -> CrmImportResult:
    """Store `records`, all or none."""
    crm_import = CrmImport(engine, encryption, records_key=records_key)
    for batch in batches(records):
        crm_import.add(batch)
    with writing(engine, in_turn="crm") as session:
        return crm_import.store(session, now=now)


def batches(records: Sequence[CustomerRecord]) -> Iterator[Sequence[CustomerRecord]]:
    """`records` in the order given, a thousand at a time."""
    for start in range(0, len(records), _ROWS_AT_ONCE):
        yield records[start : start + _ROWS_AT_ONCE]


def _digests(records_key: bytes, record: CustomerRecord) -> Iterator[tuple[str, str]]:
    found = record.contact
    keys: list[LookupKey | None] = [
        email_key(found.email),
        mobile_key(found.mobile, market=record.market),
        *booking_keys(found.bookings, found.surname),
    ]
    for key in keys:
        if key is not None:
            yield key.kind.value, key_digest(records_key, key)


def _row(sealed: _Sealed, now: datetime) -> dict[str, object]:
    return {
        "reference": sealed.record.reference,
        "subject": sealed.subject,
        "market": sealed.record.market,
        "segment": sealed.record.segment,
        "contact_sealed": sealed.seal,
        "imported_at": now,
    }


def _replacement() -> object:
    return (
        update(CustomerRow)
        .where(col(CustomerRow.id) == bindparam("b_id"))
        .values({name: bindparam(f"b_{name}") for name in ("market", "segment", "contact_sealed", "imported_at")})
    )


def _changes(sealed: _Sealed, customer_id: int, now: datetime) -> dict[str, object]:
    return {
        "b_id": customer_id,
        "b_market": sealed.record.market,
        "b_segment": sealed.record.segment,
        "b_contact_sealed": sealed.seal,
        "b_imported_at": now,
    }


def _write(session: Session, statement: object, rows: Sequence[dict[str, object]]) -> None:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        session.connection().execute(statement, rows[start : start + _ROWS_AT_ONCE])  # type: ignore[call-overload]


def _known_subjects(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        found = session.execute(select(col(CustomerRow.reference), col(CustomerRow.subject)))
        return {row.reference: row.subject for row in found}


def _ids_by_reference(session: Session) -> dict[str, int]:
    found = session.execute(select(col(CustomerRow.reference), col(CustomerRow.id)))
    return {reference: identifier for reference, identifier in found if identifier is not None}


def _shared(session: Session) -> int:
    several = (
        select(col(CustomerKeyRow.digest))
        .group_by(col(CustomerKeyRow.kind), col(CustomerKeyRow.digest))
        .having(func.count() > 1)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(several)).scalar_one())
