"""Customer records: found by blind index, their contact unsealed in memory only."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import phonenumbers
from sqlalchemy import select
from sqlmodel import Session, col

from people.blind_index import KeyKind, LookupKey, key_digest
from people.subject_encryption import SubjectEncryption
from records.tables.people import CustomerKeyRow, CustomerRow

SHORTEST_KNOWN_VALUE = 4
"""Shorter values are ordinary words and numbers too."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What the CRM knows of a person. In memory only; the row keeps it sealed."""

    name: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    """As E.164."""
    bookings: tuple[str, ...] = field(default=(), repr=False)


def find_customer(session: Session, key: LookupKey, *, records_key: bytes) -> int | None:
    """The one customer whom `key` names; None where nobody is, or where several share it."""
    return find_by_digest(session, key_digest(records_key, key), kinds=(key.kind,))


def find_by_digest(session: Session, digest: str, *, kinds: tuple[KeyKind, ...] = tuple(KeyKind)) -> int | None:
    """The one customer with this digest among the keys of `kinds`; None where nobody has, or several have it.

    A mailbox that two people share tells nobody which of them is writing.
    """
    query = (
        select(col(CustomerKeyRow.customer_id))
        .where(col(CustomerKeyRow.kind).in_([kind.value for kind in kinds]), col(CustomerKeyRow.digest) == digest)
        .distinct()
        .limit(2)
    )
    found = list(session.execute(query).scalars())
    return found[0] if len(found) == 1 else None


def find_by_reference(session: Session, reference: str) -> int | None:
    """The customer whose record carries `reference`; None where none does."""
    query = select(col(CustomerRow.id)).where(col(CustomerRow.reference) == reference)
    return session.execute(query).scalar()


def unseal_contact(session: Session, encryption: SubjectEncryption, customer_id: int) -> Contact | None:
    """The contact of a customer; None where there is no such record, or its key is erased."""
    row = session.get(CustomerRow, customer_id)
    fields = None if row is None else encryption.unseal(row.subject, row.contact_sealed.decode("ascii"))
    return None if fields is None else _contact(fields)


def contact_fields(found: Contact) -> dict[str, str]:
    """The fields of a contact as they are sealed."""
    return {
        "name": found.name,
        "surname": found.surname,
        "email": found.email,
        "mobile": found.mobile,
        "bookings": json.dumps(found.bookings),
    }


def known_values(session: Session, encryption: SubjectEncryption, customer_id: int) -> tuple[str, ...]:
    """What the CRM knows of a customer and a public text may not say, each in the spellings that people use.

    A forename alone is left out, since it is also an ordinary word; so is what has fewer than
    `SHORTEST_KNOWN_VALUE` characters.
    """
    row, found = session.get(CustomerRow, customer_id), unseal_contact(session, encryption, customer_id)
    if row is None or found is None:
        return ()
    whole_name = f"{found.name} {found.surname}".strip() if found.surname else ""
    values = (row.reference, found.email, *_spellings(found.mobile), found.surname, whole_name, *found.bookings)
    return tuple(dict.fromkeys(value for value in values if len(value) >= SHORTEST_KNOWN_VALUE))


def _contact(fields: dict[str, str]) -> Contact:
    return Contact(
        name=fields.get("name", ""),
        surname=fields.get("surname", ""),
        email=fields.get("email", ""),
        mobile=fields.get("mobile", ""),
        bookings=tuple(json.loads(fields.get("bookings", "[]"))),
    )


def _spellings(mobile: str) -> tuple[str, ...]:
    if not mobile:
        return ()
    try:
        number = phonenumbers.parse(mobile, None)
    except phonenumbers.NumberParseException:
        return (mobile,)
    return mobile, str(number.national_number)
