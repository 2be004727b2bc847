"""Links between an identity and a customer record: only by a proof, and only with consent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from people.consents import live_consent
from records.enums import FILE_PROOFS, ProofKind, Purpose
from records.refusals import RefusalError
from records.tables.people import ConsentRow, IdentityLinkRow


class UnlinkableError(RefusalError):
    """An identity may not be tied to a record; the message says what is missing."""


def link_identity(
    session: Session, *, identity_id: int, customer_id: int, proof: ProofKind, proved_at: datetime, now: datetime
) -> int:
    """Tie an identity to the record that its person proved to be theirs, and return the link's id.

    A link to another record is withdrawn first; the same one is kept. Raises UnlinkableError without a live consent
    to `link_handle`, or where `proof` shows no record on file.
    """
    if proof not in FILE_PROOFS:
        raise UnlinkableError(
            f"The proof {proof.value} shows no record on file: ask for one that does.",
            code="proof-shows-no-record",
            proof=proof.value,
        )
    consent_id = live_consent(session, identity_id, Purpose.LINK_HANDLE)
    if consent_id is None:
        raise UnlinkableError(
            "The person has not consented to have their handle linked: ask them in the room.", code="consent-missing"
        )
    live = live_link(session, identity_id)
    if live is not None and live.customer_id == customer_id:
        return live.id or 0
    withdraw_links(session, identity_id=identity_id, now=now)
    row = IdentityLinkRow(
        identity_id=identity_id,
        customer_id=customer_id,
        proof=proof.value,
        proved_at=proved_at,
        consent_id=consent_id,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def live_link(session: Session, identity_id: int) -> IdentityLinkRow | None:
    """The link that is neither withdrawn nor without a live consent; None where there is none."""
    consented = exists().where(
        col(ConsentRow.id) == col(IdentityLinkRow.consent_id), col(ConsentRow.withdrawn_at).is_(None)
    )
    query = (
        select(IdentityLinkRow)
        .where(
            col(IdentityLinkRow.identity_id) == identity_id,
            col(IdentityLinkRow.withdrawn_at).is_(None),
            consented,
        )
        .order_by(col(IdentityLinkRow.id).desc())
        .limit(1)
    )
    return session.execute(query).scalar()


def withdraw_links(session: Session, *, identity_id: int, now: datetime) -> int:
    """End every live link of an identity; returns how many there were."""
    ended = session.connection().execute(
        update(IdentityLinkRow)
        .where(col(IdentityLinkRow.identity_id) == identity_id, col(IdentityLinkRow.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )
    return ended.rowcount
