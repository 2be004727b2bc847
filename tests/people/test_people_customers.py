from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from people.blind_index import booking_key, contact_key
from people.crm_import import CrmImportResult, CustomerRecord, import_customers
from people.customers import Contact, find_by_reference, find_customer, known_values, unseal_contact
from people.subject_encryption import SubjectEncryption
from records.database import open_engine, reading
from records.models import Actor
from records.tables.people import CustomerKeyRow, CustomerRow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
ANA = CustomerRecord(
    reference="C-1001",
    market="ES",
    segment="personal",
    contact=Contact(
        name="Ana", surname="Ruiz Peña", email="ana@example.com", mobile="+34612345678", bookings=("AB12CD", "EF34GH")
    ),
)


@pytest.fixture
def encryption(keys_engine: Engine) -> SubjectEncryption:
    return SubjectEncryption(keys_engine, b"m" * 32)


def _enrol(engine: Engine, encryption: SubjectEncryption, *records: CustomerRecord) -> CrmImportResult:
    return import_customers(engine, encryption, records, records_key=KEY, now=NOW)


def _found(engine: Engine, typed: str) -> int | None:
    key = contact_key(typed, market="ES")
    assert key is not None
    with reading(engine) as session:
        return find_customer(session, key, records_key=KEY)


def test_a_customer_is_found_by_address_number_and_booking_on_both_databases(
    database_url: str, keys_engine: Engine
) -> None:
    engine = open_engine(database_url)
    assert _enrol(engine, SubjectEncryption(keys_engine, b"m" * 32), ANA) == CrmImportResult(
        new=1, updated=0, erased=0, shared=0
    )
    assert _found(engine, "ANA@example.com") == _found(engine, "612 345 678") == 1
    assert _found(engine, "otra@example.com") is None
    with reading(engine) as session:
        for surname in ("ruiz pena", "RUIZ"):
            key = booking_key("ef 34 gh", surname)
            assert key is not None
            assert find_customer(session, key, records_key=KEY) == 1
        assert find_by_reference(session, "C-1001") == 1
        assert find_by_reference(session, "C-1002") is None
    engine.dispose()


def test_nothing_that_is_personal_is_stored_readable(engine: Engine, encryption: SubjectEncryption) -> None:
    _enrol(engine, encryption, ANA)
    with reading(engine) as session:
        stored = str(list(session.execute(text("SELECT * FROM customer"))))
        stored += str(list(session.execute(text("SELECT * FROM customer_key"))))
    assert not [value for value in ("ana", "Ruiz", "612345678", "AB12CD", "ef34gh") if value in stored]


def test_a_contact_is_unsealed_in_memory_and_hidden_from_representations(
    engine: Engine, encryption: SubjectEncryption
) -> None:
    _enrol(engine, encryption, ANA)
    with reading(engine) as session:
        found = unseal_contact(session, encryption, 1)
    assert found == ANA.contact
    assert "ana@example.com" not in repr(found)
    assert "ana@example.com" not in repr(ANA)


def test_the_guard_is_told_every_value_but_a_forename_alone(engine: Engine, encryption: SubjectEncryption) -> None:
    _enrol(engine, encryption, ANA)
    with reading(engine) as session:
        assert known_values(session, encryption, 1) == (
            "C-1001",
            "ana@example.com",
            "+34612345678",
            "612345678",
            "Ruiz Peña",
            "Ana Ruiz Peña",
            "AB12CD",
            "EF34GH",
        )
        assert known_values(session, encryption, 2) == ()


def test_importing_again_replaces_the_record_and_its_keys(engine: Engine, encryption: SubjectEncryption) -> None:
    _enrol(engine, encryption, ANA)
    moved = CustomerRecord(reference="C-1001", market="ES", contact=Contact(email="nueva@example.com"))
    assert _enrol(engine, encryption, moved) == CrmImportResult(new=0, updated=1, erased=0, shared=0)
    assert _found(engine, "ana@example.com") is None
    assert _found(engine, "nueva@example.com") == 1
    with reading(engine) as session:
        assert len(session.execute(select(CustomerKeyRow)).all()) == 1
        assert session.execute(select(col(CustomerRow.segment))).scalar_one() == ""


def test_an_address_that_two_records_share_finds_nobody(engine: Engine, encryption: SubjectEncryption) -> None:
    twin = CustomerRecord(reference="C-1002", market="ES", contact=Contact(email="ana@example.com"))
    assert _enrol(engine, encryption, ANA, twin).shared == 1
    assert _found(engine, "ana@example.com") is None
    assert _found(engine, "612345678") == 1


def test_of_somebody_who_was_forgotten_nothing_is_taken_again(engine: Engine, encryption: SubjectEncryption) -> None:
    _enrol(engine, encryption, ANA)
    with reading(engine) as session:
        subject = session.execute(select(col(CustomerRow.subject))).scalar_one()
    encryption.erase(subject, actor=Actor(tag="agent:1"), now=NOW)
    assert _enrol(engine, encryption, ANA) == CrmImportResult(new=0, updated=0, erased=1, shared=0)
    with reading(engine) as session:
        assert unseal_contact(session, encryption, 1) is None
        assert known_values(session, encryption, 1) == ()
