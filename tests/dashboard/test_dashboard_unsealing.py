from __future__ import annotations

import pytest
from sqlmodel import col, select

from records.database import reading
from records.tables.ledger import LedgerEntryRow
from records.words import Queue, Role
from service import desk
from service.desk import DeskRefusalError
from service.desk_reading import subject_of_case
from service.house import House
from service.unsealing import unseal_entry
from tests.support.dashboard_data import NOW, Seeder, add_staff


@pytest.fixture
def sealed(house: House, seeder: Seeder) -> tuple[int, str]:
    """Index of an entry with a sealed note, and under which name its person's key is kept."""
    heard = seeder.mention("@acme help")
    agent = add_staff(house, Role.AGENT)
    desk.hand_over(house, heard.case_id, note="a private note", queue=Queue.CARE, actor=agent.actor, now=NOW)
    with reading(house.engine) as session:
        rows = session.exec(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index)))
        return [row.index for row in rows if '"sealed":"v1.' in row.body][-1], subject_of_case(session, heard.case_id)


def kinds(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.exec(select(LedgerEntryRow.kind).order_by(col(LedgerEntryRow.index))))


def test_an_auditor_reads_what_is_sealed_and_leaves_a_trace(house: House, sealed: tuple[int, str]) -> None:
    auditor = add_staff(house, Role.COMPLIANCE, email="audit@acme.example")
    assert unseal_entry(house, sealed[0], actor=auditor.actor, now=NOW) == {"note": "a private note"}
    assert kinds(house)[-1] == "agent:entry:unsealed"


def test_an_agent_reads_nothing_that_is_sealed(house: House, sealed: tuple[int, str]) -> None:
    agent = add_staff(house, Role.AGENT, Role.MARKETING, email="other@acme.example")
    before = kinds(house)
    with pytest.raises(DeskRefusalError, match="compliance"):
        unseal_entry(house, sealed[0], actor=agent.actor, now=NOW)
    assert kinds(house) == before


def test_after_erasure_nobody_reads_it_and_the_attempt_is_logged(house: House, sealed: tuple[int, str]) -> None:
    auditor = add_staff(house, Role.COMPLIANCE, email="audit@acme.example")
    house.vault.erase(sealed[1], actor=auditor.actor, now=NOW)
    assert unseal_entry(house, sealed[0], actor=auditor.actor, now=NOW) is None
    assert kinds(house)[-1] == "agent:entry:unsealed"


@pytest.mark.parametrize("index", [0, 10_000])
def test_an_entry_without_a_seal_is_refused(house: House, seeder: Seeder, index: int) -> None:
    seeder.mention("@acme help")
    auditor = add_staff(house, Role.COMPLIANCE)
    with pytest.raises(DeskRefusalError, match="nothing sealed"):
        unseal_entry(house, index, actor=auditor.actor, now=NOW)
