"""Opening a sealed field of the log: for auditors only, and itself an entry of the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from ledger.entry import Entry
from ledger.log import append
from people.vault import DamagedSealError
from records.database import reading, writing
from records.nouns import Actor
from records.tables.ledger import LedgerEntryRow
from records.words import Role
from service.desk import DeskRefusalError
from service.desk_reading import subject_of_case
from service.house import House

AUDITORS = frozenset({Role.COMPLIANCE, Role.SUPERVISOR})


def unseal_entry(house: House, index: int, *, actor: Actor, now: datetime) -> Mapping[str, str] | None:
    """The personal fields sealed in the entry at `index`; None once the person's key is erased.

    That it was opened, and by whom, is logged before anything is read. Raises DeskRefusalError where the actor is no
    auditor, the entry holds nothing sealed, or its seal is damaged.
    """
    if not actor.roles & AUDITORS:
        raise DeskRefusalError(f"This needs one of the roles {', '.join(sorted(AUDITORS))}: ask compliance.")
    with reading(house.engine) as session:
        row = session.get(LedgerEntryRow, index)
        subject, sealed = ("", "") if row is None else _sealed_in(session, row)
    if row is None or not sealed:
        raise DeskRefusalError(f"The entry {index} holds nothing sealed.")
    with writing(house.engine) as session:
        told = Entry(
            kind="agent:entry:unsealed",
            at=now,
            actor=actor.tag,
            mention_id=row.mention_id,
            case_id=row.case_id,
            body={"entry": index},
        )
        append(session, [told])
    try:
        return house.vault.unseal(subject, sealed)
    except DamagedSealError as error:
        raise DeskRefusalError(f"{error} Verify the log.") from error


def _sealed_in(session: Session, row: LedgerEntryRow) -> tuple[str, str]:
    body = json.loads(row.body)
    subject = body.get("subject") or (subject_of_case(session, row.case_id) if row.case_id is not None else "")
    return str(subject), str(body.get("sealed") or "")
