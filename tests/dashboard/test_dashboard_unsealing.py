from __future__ import annotations

import pytest
from sqlmodel import col, select

from records.database import reading
from records.enums import Queue, Role
from records.refusals import RefusalError
from records.tables.ledger import LedgerEntryRow
from service.deciding.addressee import subject_of_case
from service.desk import acts
from service.desk.reveal import reveal_entry
from service.wiring.app import App
from tests.support.dashboard_data import NOW, Seeder, add_staff


@pytest.fixture
def sealed(app: App, seeder: Seeder) -> tuple[int, str]:
    """Index of an entry with a sealed note, and under which name its person's key is kept."""
    heard = seeder.mention("@acme help")
    agent = add_staff(app, Role.AGENT)
    acts.hand_over(app, heard.case_id, note="a private note", queue=Queue.CARE, actor=agent.actor, now=NOW)
    with reading(app.engine) as session:
        rows = session.exec(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index)))
        return [row.index for row in rows if '"sealed":"v1.' in row.body][-1], subject_of_case(session, heard.case_id)


def kinds(app: App) -> list[str]:
    with reading(app.engine) as session:
        return list(session.exec(select(LedgerEntryRow.kind).order_by(col(LedgerEntryRow.index))))


def test_an_auditor_reads_what_is_sealed_and_leaves_a_trace(app: App, sealed: tuple[int, str]) -> None:
    auditor = add_staff(app, Role.COMPLIANCE, email="audit@acme.example")
    assert reveal_entry(app, sealed[0], actor=auditor.actor, now=NOW) == {"note": "a private note"}
    assert kinds(app)[-1] == "agent:entry:unsealed"


def test_an_agent_reads_nothing_that_is_sealed(app: App, sealed: tuple[int, str]) -> None:
    agent = add_staff(app, Role.AGENT, Role.MARKETING, email="other@acme.example")
    before = kinds(app)
    with pytest.raises(RefusalError, match="compliance"):
        reveal_entry(app, sealed[0], actor=agent.actor, now=NOW)
    assert kinds(app) == before


def test_after_erasure_nobody_reads_it_and_the_attempt_is_logged(app: App, sealed: tuple[int, str]) -> None:
    auditor = add_staff(app, Role.COMPLIANCE, email="audit@acme.example")
    app.encryption.erase(sealed[1], actor=auditor.actor, now=NOW)
    assert reveal_entry(app, sealed[0], actor=auditor.actor, now=NOW) is None
    assert kinds(app)[-1] == "agent:entry:unsealed"


@pytest.mark.parametrize("index", [0, 10_000])
def test_an_entry_without_a_seal_is_refused(app: App, seeder: Seeder, index: int) -> None:
    seeder.mention("@acme help")
    auditor = add_staff(app, Role.COMPLIANCE)
    with pytest.raises(RefusalError, match="nothing sealed"):
        reveal_entry(app, index, actor=auditor.actor, now=NOW)
