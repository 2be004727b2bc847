"""Private content shown to people: sealed log fields to auditors, attached files to agents. Each access is logged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from people.subject_encryption import DamagedSealError
from records.database import reading, writing
from records.enums import Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.ledger import LedgerEntryRow
from records.tables.room import RoomFileRow, RoomRow
from room.attachments.files import CheckedFile, open_file
from service.deciding.addressee import subject_of_case
from service.desk.authorise import SPEAKERS, authorised_write, log_act
from service.wiring.app import App

AUDITORS = frozenset({Role.COMPLIANCE, Role.SUPERVISOR})


def reveal_entry(app: App, index: int, *, actor: Actor, now: datetime) -> Mapping[str, str] | None:
    """The personal fields sealed in the entry at `index`; None once the person's key is erased.

    That it was opened, and by whom, is logged before anything is read. Raises RefusalError where the actor is no
    auditor, the entry holds nothing sealed, or its seal is damaged.
    """
    if not actor.roles & AUDITORS:
        raise RefusalError(
            f"This needs one of the roles {', '.join(sorted(AUDITORS))}: ask compliance.", code="role-needed"
        )
    with reading(app.engine) as session:
        row = session.get(LedgerEntryRow, index)
        subject, sealed = ("", "") if row is None else _sealed_in(session, row)
    if row is None or not sealed:
        raise RefusalError(f"The entry {index} holds nothing sealed.", code="nothing-sealed", entry=index)
    with writing(app.engine) as session:
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
        return app.encryption.unseal(subject, sealed)
    except DamagedSealError as error:
        raise RefusalError(f"{error} Verify the log.", code="seal-damaged") from error


def read_file(app: App, file_id: int, *, actor: Actor, now: datetime) -> CheckedFile:
    """A file as the person attached it, for an agent who saves it.

    Raises RefusalError where there is none any more, or the key of its person is erased.
    """
    with authorised_write(app, actor, SPEAKERS) as session:
        row = session.get(RoomFileRow, file_id)
        room = session.get(RoomRow, row.room_id) if row is not None else None
        found = open_file(session, row.room_id, file_id, opener=app.encryption) if row is not None else None
        if row is None or room is None or found is None:
            raise RefusalError(
                "The file is gone: its person was erased, or it never was. Load the case again.", code="no-such-file"
            )
        body: dict[str, Json] = {"room": row.room_id, "file": file_id, "sha256": row.sha256}
        log_act(session, "agent:file:read", actor, now, case_id=room.case_id, body=body)
    return found


def _sealed_in(session: Session, row: LedgerEntryRow) -> tuple[str, str]:
    body = json.loads(row.body)
    subject = body.get("subject") or (subject_of_case(session, row.case_id) if row.case_id is not None else "")
    return str(subject), str(body.get("sealed") or "")
