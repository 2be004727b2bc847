"""What is sealed opens while the person's key exists, and never again."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledger.entry import Sealer
from people.subject_encryption import DamagedSealError, SubjectEncryption, WrongMasterKeyError
from records.database import open_engine
from records.models import Actor
from records.schema import migrate_keys

MASTER = b"m" * 32
AGENT = Actor(tag="agent:7")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def encryption(keys_engine: Engine) -> SubjectEncryption:
    return SubjectEncryption(keys_engine, MASTER)


@given(fields=st.dictionaries(st.text(), st.text()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_sealed_comes_back_as_it_was(encryption: SubjectEncryption, fields: dict[str, str]) -> None:
    assert encryption.unseal("ana", encryption.seal("ana", fields)) == fields


def test_hostile_text_comes_back_as_it_was(encryption: SubjectEncryption) -> None:
    fields = {"text": "\ud800\x00\u202e=HYPERLINK(" * 400_000}
    assert encryption.unseal("ana", encryption.seal("ana", fields)) == fields


def test_a_sealed_text_shows_nothing_and_never_repeats(encryption: SubjectEncryption) -> None:
    one, other = encryption.seal_many([("ana", {"text": "secreto"}), ("ana", {"text": "secreto"})])
    assert one != other
    assert "secreto" not in one
    assert b"secreto" not in base64.b64decode(one.removeprefix("v1."))


def test_many_are_sealed_in_order(encryption: SubjectEncryption) -> None:
    items = [(f"subject-{number % 3}", {"n": str(number)}) for number in range(10)]
    sealed = encryption.seal_many(items)
    assert [encryption.unseal(subject, text) for (subject, _), text in zip(items, sealed, strict=True)] == [
        fields for _, fields in items
    ]
    assert encryption.seal_many([]) == []


def test_after_erasure_nothing_opens_not_even_in_another_process(
    encryption: SubjectEncryption, keys_engine: Engine
) -> None:
    elsewhere = SubjectEncryption(keys_engine, MASTER)
    sealed = elsewhere.seal("ana", {"text": "hola"})
    kept = encryption.seal("luis", {"text": "hola"})
    encryption.erase("ana", actor=AGENT, now=NOW)
    assert encryption.unseal("ana", sealed) is None
    assert elsewhere.unseal("ana", sealed) is None
    assert encryption.unseal("luis", kept) == {"text": "hola"}


def test_erasure_is_told_to_the_log_without_the_person(encryption: SubjectEncryption) -> None:
    entry = encryption.erase("ana", actor=AGENT, now=NOW)
    assert (entry.kind, entry.actor, entry.subject, entry.at) == ("agent:subject-key:erased", "agent:7", "ana", NOW)


def test_what_is_sealed_for_an_erased_person_is_read_by_nobody(
    encryption: SubjectEncryption, keys_engine: Engine
) -> None:
    encryption.erase("ana", actor=AGENT, now=NOW)
    sealed = encryption.seal("ana", {"text": "hola"})
    assert encryption.unseal("ana", sealed) is None
    with keys_engine.connect() as connection:
        stored = connection.execute(text("SELECT wrapped FROM subject_key WHERE subject = 'ana'")).scalar_one()
    assert stored is None


def test_the_first_erasure_is_the_one_remembered(encryption: SubjectEncryption, keys_engine: Engine) -> None:
    encryption.seal("ana", {})
    encryption.erase("ana", actor=AGENT, now=NOW)
    encryption.erase("ana", actor=AGENT, now=NOW.replace(year=2027))
    with keys_engine.connect() as connection:
        erased = connection.execute(text("SELECT erased_at FROM subject_key")).scalar_one()
    assert str(erased).startswith("2026-11-22")


def test_no_copy_of_an_erased_key_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'files.db'}")
    migrate_keys(engine)
    encryption = SubjectEncryption(engine, MASTER)
    encryption.seal("ana", {"text": "hola"})
    with engine.connect() as connection:
        wrapped = bytes(connection.execute(text("SELECT wrapped FROM subject_key")).scalar_one())
    assert any(wrapped in path.read_bytes() for path in tmp_path.glob("files.db*"))
    encryption.erase("ana", actor=AGENT, now=NOW)
    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("files.db*"))
    engine.dispose()


def test_a_sealed_text_opens_for_its_own_person_only(encryption: SubjectEncryption) -> None:
    sealed = encryption.seal("ana", {"text": "hola"})
    encryption.seal("luis", {})
    with pytest.raises(DamagedSealError):
        encryption.unseal("luis", sealed)
    assert encryption.unseal("never-heard-of", sealed) is None


@given(place=st.integers(0, 60), mask=st.integers(1, 255))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_sealed_text_does_not_open(encryption: SubjectEncryption, place: int, mask: int) -> None:
    packed = bytearray(base64.b64decode(encryption.seal("ana", {"text": "hola"}).removeprefix("v1.")))
    packed[place % len(packed)] ^= mask
    with pytest.raises(DamagedSealError):
        encryption.unseal("ana", "v1." + base64.b64encode(bytes(packed)).decode())


@pytest.mark.parametrize("broken", ["", "v1.", "v1.!", "v1.AAAA", "v9.AAAA", "ñ"])
def test_a_broken_sealed_text_does_not_open(encryption: SubjectEncryption, broken: str) -> None:
    encryption.seal("ana", {})
    with pytest.raises(DamagedSealError):
        encryption.unseal("ana", broken)


def test_another_master_key_opens_nothing_and_says_so(encryption: SubjectEncryption, keys_engine: Engine) -> None:
    sealed = encryption.seal("ana", {"text": "hola"})
    with pytest.raises(WrongMasterKeyError, match="APARTE_MASTER_KEY"):
        SubjectEncryption(keys_engine, b"w" * 32).unseal("ana", sealed)


def test_keys_that_changed_places_in_the_database_open_nothing(
    encryption: SubjectEncryption, keys_engine: Engine
) -> None:
    sealed = encryption.seal_many([("ana", {"text": "hola"}), ("luis", {})])
    with keys_engine.begin() as connection:
        connection.execute(text("UPDATE subject_key SET subject = 'x' WHERE subject = 'ana'"))
        connection.execute(text("UPDATE subject_key SET subject = 'ana' WHERE subject = 'luis'"))
    with pytest.raises(WrongMasterKeyError):
        encryption.unseal("ana", sealed[0])


def test_threads_that_meet_a_person_at_once_agree_on_one_key(keys_engine: Engine) -> None:
    vaults = [SubjectEncryption(keys_engine, MASTER) for _ in range(4)]
    sealed: list[str] = []

    def seal(encryption: SubjectEncryption) -> None:
        sealed.extend(encryption.seal_many([(f"subject-{number}", {"n": str(number)}) for number in range(50)]))

    threads = [threading.Thread(target=seal, args=(encryption,)) for encryption in vaults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = [vaults[0].unseal(f"subject-{number % 50}", text) for number, text in enumerate(sealed)]
    assert opened == [{"n": str(number % 50)} for number in range(200)]


def test_five_thousand_new_people_are_sealed_within_a_second(encryption: SubjectEncryption) -> None:
    items = [(secrets.token_hex(16), {"text": "hola " * 40, "handle": "ana"}) for _ in range(5000)]
    began = time.process_time()
    encryption.seal_many(items)
    assert time.process_time() - began < 1.0


def test_the_vault_is_what_the_log_calls_a_sealer(encryption: SubjectEncryption) -> None:
    sealer: Sealer = encryption
    assert sealer.seal("ana", {}).startswith("v1.")
