"""Customers from the company's own records: a register comes in, one transaction and its log entry go out."""

from __future__ import annotations

from collections.abc import Callable

from ledger.entry import Entry
from ledger.log import append
from people.crm_import import CrmImport, CrmImportResult, CustomerRegister, batches
from records.database import writing
from records.models import Actor
from service.wiring.app import App
from service.wiring.keys import records_key

ACTOR = Actor(tag="service:crm")


def import_register(
    app: App, register: CustomerRegister, *, on_batch: Callable[[int], None] = lambda _count: None
) -> CrmImportResult:
    """Store every record of a register in one transaction, logged. `on_batch` is told how many more are prepared."""
    crm_import = CrmImport(app.engine, app.encryption, records_key=records_key(app.master_key))
    for batch in batches(list(register.records())):
        crm_import.add(batch)
        on_batch(len(batch))
    now = app.clock.now()
    with writing(app.engine, in_turn="crm") as session:
        result = crm_import.store(session, now=now)
        body = {"new": result.new, "updated": result.updated, "erased": result.erased}
        append(session, [Entry(kind="service:crm:imported", at=now, actor=ACTOR.tag, body=body)])
    return result
