from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from people.consents import give_consent, has_consent, live_consent, withdraw_consent, wording_version
from people.identities import upsert_authors
from people.identity_links import UnlinkableError, link_identity, live_link, withdraw_links
from records.database import writing
from records.enums import ProofKind, Purpose
from records.models import Actor, Author
from records.tables.people import ConsentRow, CustomerRow, IdentityLinkRow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with writing(engine) as session:
        upsert_authors(
            session, network="x", authors=[Author(external_id="5001", handle="ana")], actor=Actor(tag="a:b"), now=NOW
        )
        for number in (1, 2):
            session.add(
                CustomerRow(reference=f"C-{number}", subject=f"s{number}", market="", segment="", contact_sealed=b"")
            )
        session.flush()
        yield session


def _agree(session: Session, purpose: Purpose = Purpose.LINK_HANDLE) -> int:
    return give_consent(session, identity_id=1, purpose=purpose, wording_version="es-1", room_id=None, now=NOW)


def _link(session: Session, customer_id: int = 1, proof: ProofKind = ProofKind.EMAIL_CODE) -> int:
    return link_identity(session, identity_id=1, customer_id=customer_id, proof=proof, proved_at=NOW, now=NOW)


def test_without_consent_nobody_is_linked(session: Session) -> None:
    _agree(session, Purpose.LEARN)
    with pytest.raises(UnlinkableError, match="has not consented"):
        _link(session)


@pytest.mark.parametrize("proof", [ProofKind.OWN_MESSAGE, ProofKind.PRIVATE_REPLY, ProofKind.NETWORK_SIGN_IN])
def test_holding_a_handle_is_no_proof_of_being_on_file(session: Session, proof: ProofKind) -> None:
    _agree(session)
    with pytest.raises(UnlinkableError, match="shows no record on file"):
        _link(session, proof=proof)


def test_a_link_names_its_proof_and_its_consent(session: Session) -> None:
    consent = _agree(session)
    assert _link(session) == _link(session)
    found = live_link(session, 1)
    assert found is not None
    assert (found.customer_id, found.proof, found.consent_id, found.proved_at) == (1, "email_code", consent, NOW)


def test_a_link_falls_with_its_consent_even_where_only_that_is_withdrawn(session: Session) -> None:
    _agree(session)
    _link(session)
    assert withdraw_consent(session, identity_id=1, purpose=Purpose.LINK_HANDLE, now=LATER)
    assert live_link(session, 1) is None
    assert withdraw_links(session, identity_id=1, now=LATER) == 1
    assert withdraw_links(session, identity_id=1, now=LATER) == 0


def test_a_link_to_another_record_takes_the_place_of_the_first(session: Session) -> None:
    _agree(session)
    _link(session)
    _link(session, customer_id=2)
    rows = list(session.execute(select(IdentityLinkRow).order_by("id")).scalars())
    assert [(row.customer_id, row.withdrawn_at is None) for row in rows] == [(1, False), (2, True)]


def test_each_purpose_stands_alone(session: Session) -> None:
    _agree(session, Purpose.LEARN)
    assert has_consent(session, 1, Purpose.LEARN)
    assert not has_consent(session, 1, Purpose.LINK_HANDLE)
    assert not has_consent(session, 1, Purpose.SAY_SOLVED)
    assert withdraw_consent(session, identity_id=1, purpose=Purpose.SAY_SOLVED, now=LATER) == ()
    assert has_consent(session, 1, Purpose.LEARN)


def test_a_yes_that_stands_is_kept_and_one_after_a_withdrawal_is_new(session: Session) -> None:
    first = _agree(session)
    assert _agree(session) == first
    assert withdraw_consent(session, identity_id=1, purpose=Purpose.LINK_HANDLE, now=LATER) == (first,)
    assert live_consent(session, 1, Purpose.LINK_HANDLE) is None
    assert _agree(session) != first
    assert session.get_one(ConsentRow, first).withdrawn_at is not None


def test_a_wording_version_changes_with_every_letter_of_the_question() -> None:
    version = wording_version("es", "¿Sí?")
    assert version.startswith("es-")
    assert len({version, wording_version("es", "¿Sí? "), wording_version("en", "¿Sí?")}) == 3
