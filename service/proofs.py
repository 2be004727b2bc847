"""What a person has proved: that the handle is theirs, and that they are on file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from records.tables.cases import CareCaseRow
from records.tables.people import IdentityLinkRow
from records.tables.room import RoomRow
from records.words import RoomStatus

_LIVE = (RoomStatus.INVITED, RoomStatus.OPEN, RoomStatus.CLOSED)
"""A room that was closed proves what it proved for as long as its case is open; a revoked one nothing."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The two proofs, kept apart; each names its `ProofKind`, or is empty."""

    handle: str = ""
    file: str = ""
    linked: str = ""
    """The proof of a link to a customer record that the person consented to and has not withdrawn."""

    @property
    def holds_handle(self) -> bool:
        return bool(self.handle or self.linked)

    @property
    def on_file(self) -> bool:
        return bool(self.file or self.linked)

    @property
    def kind(self) -> str:
        """By which proof this person is a customer; empty where the two proofs are not both there."""
        return self.linked or (self.file if self.handle else "")


NO_PROOF = Proof()


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """What was proved by some people."""

    linked: Mapping[int, str]
    """By identity: the proof of the link that stands."""
    in_rooms: Mapping[tuple[int, str], Proof]
    """By identity and brand: what was shown in the room of the open case."""

    def of(self, identity_id: int, brand: str) -> Proof:
        """What one person has proved to a brand."""
        shown = self.in_rooms.get((identity_id, brand), NO_PROOF)
        linked = self.linked.get(identity_id, "")
        return Proof(handle=shown.handle, file=shown.file, linked=linked) if linked else shown


def read_proofs(session: Session, identities: Collection[int]) -> Proofs:
    """The proofs of these people. Two queries."""
    links = (
        select(col(IdentityLinkRow.identity_id), col(IdentityLinkRow.proof))
        .where(col(IdentityLinkRow.identity_id).in_(identities), col(IdentityLinkRow.withdrawn_at).is_(None))
        .order_by(col(IdentityLinkRow.id))
    )
    rooms = (
        select(col(CareCaseRow.identity_id), col(CareCaseRow.brand), col(RoomRow.handle_proof), col(RoomRow.file_proof))
        .join(RoomRow, col(RoomRow.case_id) == col(CareCaseRow.id))
        .where(
            col(CareCaseRow.identity_id).in_(identities),
            col(CareCaseRow.closed_at).is_(None),
            col(RoomRow.status).in_(_LIVE),
            col(RoomRow.turned_away_at).is_(None),
            col(RoomRow.handle_held_at).is_not(None) | col(RoomRow.filed_at).is_not(None),
        )
        .order_by(col(RoomRow.id))
    )
    in_rooms = {
        (identity_id, brand): Proof(handle=handle or "", file=file or "")
        for identity_id, brand, handle, file in session.connection().execute(rooms)
    }
    return Proofs(linked={row[0]: row[1] for row in session.connection().execute(links)}, in_rooms=in_rooms)
